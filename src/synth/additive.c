/* additive.c: see additive.h.
 *
 * The sum of c_n sin(na) is sin a times b_1, where b_n = c_n + 2 cos a b_(n+1) - b_(n+2) (C. W.
 * Clenshaw 1955), for sixteen frames at a time. Their strengths are the source's slope times the
 * formants (each a resonance 1 / (1 + ((f - hz) / (width/2))^2) in power), evaluated at the note's
 * own harmonics, with the total power made equal from note to note; they glide, so that slides and
 * brightness do not click. Harmonics within a tenth of half the rate fade out: nothing folds back.
 * Vibrato comes in late, as a musician's does; its phase, and that of each player, is read off the
 * weights. Harmonics that all pass zero together would add up to a needle once a period: their
 * signs follow the sequence of Rudin and Shapiro, by which no sum of them is far larger than their
 * power. */
#include "additive.h"

#include "base/lanes.h"
#include "turn_sine.h"
#include "voice.h"
#include "wavetables.h"

static const double GLIDE = 0.02; /* seconds: time constant of the strengths */

/* The power that lets through harmonics at hz. */
static double formants_at(const AdditiveSound *s, double hz)
{
    double sum = s->floor * s->floor;
    if (s->formant[0].hz <= 0) return 1;
    for (int i = 0; i < ADDITIVE_FORMANTS && s->formant[i].hz > 0; i++) {
        const Formant *f = &s->formant[i];
        double off = (hz - f->hz) / (0.5 * f->width);
        sum += f->level * f->level / (1 + off * off);
    }
    return sum;
}

static double source_at(const AdditiveSound *s, int n)
{
    if (s->drawbar) return n <= s->ndrawbars ? (double)s->drawbar[n - 1] : 0;
    return pow(n, -s->slope) * (n % 2 ? 1 : s->even);
}

/* 1 well below half the rate, 0 at 0.47 of it. */
static double room_for(double share)
{
    return voice_clamp((0.47 - share) / 0.05, 0, 1);
}

/* W. Rudin, "Some theorems on Fourier coefficients", 1959: whether n has an odd number of pairs of
 * ones in binary. */
static float sign_of(int n)
{
    int odd = 0;
    for (int pairs = n & n >> 1; pairs; pairs &= pairs - 1) odd ^= 1;
    return odd ? -1 : 1;
}

static void set_strengths(AdditiveVoice *v, double key)
{
    const AdditiveSound *s = v->sound;
    double hz = voice_hz(key), power = 0, tilt = 2.4 * (0.5 - v->bright);
    v->harmonics = 1;
    for (int i = 0; i < ADDITIVE_HARMONICS; i++) {
        int n = i + 1;
        double a = source_at(s, n) * sqrt(formants_at(s, n * hz)) * pow(n, -tilt);
        a *= room_for(n * hz * 1.03 / v->env->rate);
        v->to[i] = (float)a;
        power += a * a;
    }
    double scale = power > 0 ? 1 / sqrt(power) : 0;
    for (int i = 0; i < ADDITIVE_HARMONICS; i++) {
        v->to[i] *= (float)scale * sign_of(i);
        if (fabsf(v->to[i]) > 1e-4f || fabsf(v->now[i]) > 1e-4f) v->harmonics = i + 1;
    }
}

void additive_init(void *state, const InstrumentEnv *env, const AdditiveSound *sound)
{
    AdditiveVoice *v = state;
    *v = (AdditiveVoice){.sound = sound, .env = env, .bright = 0.5, .depth = 0.5, .breath = 0.5};
    adsr_init(&v->amp, env->rate, &sound->amp);
    svf_init(&v->air, env->rate, 1000, 0.8);
}

static void place_players(AdditiveVoice *v, int64_t at)
{
    const AdditiveSound *s = v->sound;
    Noise noise = noise_from(v->env, at);
    for (int i = 0; i < s->players; i++) {
        double x = fabs(97.0 * noise_next(&noise)), y = fabs(89.0 * noise_next(&noise));
        double side = s->players > 1 ? 1.2 * i / (s->players - 1) - 0.6 : 0;
        double off = s->players > 1 ? 2.0 * i / (s->players - 1) - 1 : 0;
        v->player[i] = (Player){.phase = s->players > 1 ? x - floor(x) : 0,
                                .vibrato = y - floor(y),
                                .tune = exp2(s->apart * off / 1200),
                                .left = (float)sqrt((1 - side) / s->players),
                                .right = (float)sqrt((1 + side) / s->players)};
    }
}

static void set_timbre(AdditiveVoice *v, const VoiceNote *n)
{
    if (!voice_has_timbre(n)) return;
    v->bright = voice_clamp(n->timbre[0], 0, 1);
    if (n->timbre[1] > 0) v->depth = voice_clamp(n->timbre[1], 0, 1);
    if (n->timbre[2] > 0) v->breath = voice_clamp(n->timbre[2], 0, 1);
}

void additive_note_on(void *state, const VoiceNote *n)
{
    AdditiveVoice *v = state;
    bool slide = v->sounding && (n->flags & NOTE_SLIDE);
    set_timbre(v, n);
    v->key_to = n->key;
    v->gain_to =
        v->sound->level * voice_mix(0.15, 1, n->vel) * n->vel * (n->flags & NOTE_ACCENT ? 1.2 : 1);
    set_strengths(v, n->key);
    if (slide) return;
    v->gain = v->gain_to;
    v->key = n->key;
    v->bend = v->bend_to;
    v->age = 0;
    v->noise_at = n->noise_at;
    double hz = v->sound->breath_hz > 0 ? v->sound->breath_hz : voice_hz(n->key);
    svf_init(&v->air, v->env->rate, hz, v->sound->breath_hz > 0 ? 0.8 : 3);
    for (int i = 0; i < ADDITIVE_HARMONICS; i++)
        v->now[i] = v->sound->swell > 0 && i > 0 ? v->to[i] / (float)(i + 1) : v->to[i];
    place_players(v, n->noise_at);
    adsr_on(&v->amp);
    v->sounding = true;
}

void additive_note_off(void *state)
{
    AdditiveVoice *v = state;
    adsr_off(&v->amp);
}

void additive_control(void *state, CtlKind kind, float value)
{
    AdditiveVoice *v = state;
    if (kind == CTL_BEND) v->bend_to = 2 * voice_clamp(value, -1, 1);
    if (kind != CTL_CUTOFF) return;
    v->bright = voice_clamp(value, 0, 1);
    if (v->sounding) set_strengths(v, v->key_to);
}

/* Adds VOICE_STEP frames of a unit-power tone whose phase starts at p and turns by dt a frame. */
LANES_WIDE static void add_tone(const AdditiveVoice *v, const float *by, double p, double dt,
                                float *out)
{
    enum { LANES = VOICE_STEP / 2 };
    float sine[VOICE_STEP], twice[VOICE_STEP];
    for (int i = 0; i < VOICE_STEP; i++) {
        sine[i] = (float)turn_sine_fine(p + dt * i);
        twice[i] = (float)(2 * turn_sine_fine(p + dt * i + 0.25));
    }
    const Lane8 t0 = *(const Lane8 *)twice, t1 = *(const Lane8 *)(twice + LANES);
    const Lane8 at0 = {0, 1, 2, 3, 4, 5, 6, 7}, at1 = at0 + LANES;
    Lane8 a0 = {0}, a1 = {0}, b0 = {0}, b1 = {0};
    for (int n = v->harmonics - 1; n >= 0; n--) {
        const float level = v->now[n], step = by[n];
        Lane8 y0 = (level + step * at0 - b0) + t0 * a0, y1 = (level + step * at1 - b1) + t1 * a1;
        b0 = a0;
        b1 = a1;
        a0 = y0;
        a1 = y1;
    }
    *(Lane8 *)out += *(const Lane8 *)sine * a0;
    *(Lane8 *)(out + LANES) += *(const Lane8 *)(sine + LANES) * a1;
}

/* How far the vibrato moves player k, semitones. */
static double vibrato(const AdditiveVoice *v, int k)
{
    const AdditiveSound *s = v->sound;
    double come = s->vibrato_after > 0 ? voice_clamp(v->age / s->vibrato_after - 0.3, 0, 1) : 1;
    return come * 2 * v->depth * s->vibrato * wave_sine(v->env->tables, v->player[k].vibrato);
}

static void render_step(AdditiveVoice *v, float *left, float *right, int n)
{
    const AdditiveSound *s = v->sound;
    float by[ADDITIVE_HARMONICS];
    double rate = v->env->rate, seconds = s->swell > 0 ? s->swell : GLIDE;
    float share = (float)voice_glide(seconds, rate, n);
    for (int i = 0; i < v->harmonics; i++) by[i] = share * (v->to[i] - v->now[i]) / (float)n;
    for (int k = 0; k < s->players; k++) {
        float y[VOICE_STEP] = {0};
        Player *p = &v->player[k];
        double hz = voice_hz(v->key + v->bend + vibrato(v, k)) * p->tune;
        add_tone(v, by, p->phase, hz / rate, y);
        p->phase += n * hz / rate;
        p->phase -= floor(p->phase);
        p->vibrato += n * s->vibrato_hz * (1 + 0.07 * k) / rate;
        p->vibrato -= floor(p->vibrato);
        for (int i = 0; i < n; i++) {
            left[i] += p->left * y[i];
            right[i] += p->right * y[i];
        }
    }
    for (int i = 0; i < v->harmonics; i++) v->now[i] += by[i] * (float)n;
    v->key += voice_glide(s->glide, rate, n) * (v->key_to - v->key);
    v->bend += voice_glide(0.005, rate, n) * (v->bend_to - v->bend);
    v->age += n / rate;
}

static void add_air(AdditiveVoice *v, float *left, float *right, int n)
{
    float x[INSTRUMENT_BLOCK];
    Noise noise = noise_from(v->env, v->noise_at);
    float level = (float)(2 * v->breath * v->sound->breath);
    for (int i = 0; i < n; i++) x[i] = level * noise_next(&noise);
    v->noise_at = noise.at;
    svf_run(&v->air, SVF_BAND, x, n, 1);
    for (int i = 0; i < n; i++) {
        left[i] += x[i];
        right[i] += x[i];
    }
}

bool additive_render(void *state, float *left, float *right, int frames)
{
    AdditiveVoice *v = state;
    float gain[INSTRUMENT_BLOCK];
    for (int i = 0; i < frames; i++) left[i] = right[i] = 0;
    if (!v->sounding) return false;
    for (int i = 0; i < frames; i += VOICE_STEP)
        render_step(v, left + i, right + i, frames - i < VOICE_STEP ? frames - i : VOICE_STEP);
    if (v->sound->breath > 0) add_air(v, left, right, frames);
    v->sounding = adsr_run(&v->amp, gain, frames);
    double from = v->gain;
    v->gain += voice_glide(GLIDE, v->env->rate, frames) * (v->gain_to - v->gain);
    float by = (float)((v->gain - from) / frames);
    for (int i = 0; i < frames; i++) {
        float g = ((float)from + by * (float)i) * gain[i];
        left[i] *= g;
        right[i] *= g;
    }
    return v->sounding;
}
