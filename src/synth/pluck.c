/* pluck.c: a plucked string after Karplus and Strong (1983), tuned and damped after Jaffe and
 * Smith (1983): a delay line fed back through a two-point average of adjustable weight (damping),
 * an all-pass (the fraction of a sample that the line lacks) and a gain (decay).
 *
 * At the string's own frequency w the average (1-s) + s z^-1 delays by atan(s sin w / (1-s+s cos
 * w)) / w, and the all-pass (a + z^-1)/(1 + a z^-1) by exactly d samples for a = sin((1-d) w/2) /
 * sin((1+d) w/2): the loop's period is exact at the fundamental. The gain is chosen for the wanted
 * T60 at the fundamental. The pluck is a run of weights, one period long, without its mean. A
 * slide damps the string and plucks the next one softly. */
#include "voice.h"

enum { LINE = 8192, STRINGS = 2 };

typedef struct String {
    float line[LINE]; /* ring; only `length` of it are in use */
    int length, at;
    double s, gain, a;             /* damping, loop gain, all-pass */
    double low, in, out;           /* the filters' last values: of the average; of the all-pass */
    double level;                  /* loudest that it can be, for the end */
    double fade, fade_to, fade_by; /* damped by the hand; reaches fade_to, by a frame */
    bool sounding;
} String;

typedef struct Pluck {
    const InstrumentEnv *env;
    double bright, sustain;
    String string[STRINGS];
    int now;
} Pluck;

static const double LOWEST_HZ = 20;
static const double RELEASE = 0.12, SLIDE = 0.03; /* seconds to silence */

static void init(void *state, const InstrumentEnv *env)
{
    Pluck *p = state;
    p->env = env;
    p->bright = 0.55;
    p->sustain = 0.5;
    p->now = 0;
    for (int i = 0; i < STRINGS; i++) p->string[i].sounding = false;
}

/* Splits the period into line, average and all-pass. */
static void tune(String *s, double hz, double rate, double damping)
{
    double w = 2 * M_PI * hz / rate, period = rate / hz;
    s->s = damping;
    double average = atan2(damping * sin(w), 1 - damping + damping * cos(w)) / w;
    double rest = period - average;
    s->length = (int)floor(rest - 0.3); /* the all-pass is best between 0.3 and 1.3 samples */
    if (s->length < 1) s->length = 1;
    if (s->length > LINE) s->length = LINE;
    double d = rest - s->length;
    s->a = sin((1 - d) * w / 2) / sin((1 + d) * w / 2);
}

static void set_decay(String *s, double hz, double rate, double t60)
{
    double w = 2 * M_PI * hz / rate, c = 1 - s->s;
    double average = sqrt(c * c + s->s * s->s + 2 * c * s->s * cos(w));
    s->gain = voice_clamp(pow(10, -3 / (t60 * hz)) / average, 0, 0.99995);
}

/* Fills the line with weights, smoothed where the touch is soft, plucked at a fifth of its
 * length. */
static void pluck_line(String *s, Noise noise, double level, double soft)
{
    int n = s->length, point = n / 5 > 0 ? n / 5 : 1;
    double mean = 0, y = 0, power = 0;
    for (int i = 0; i < n; i++) {
        y += (1 - soft) * (noise_next(&noise) - y);
        s->line[i] = (float)y;
    }
    for (int i = n - 1; i >= point; i--) s->line[i] -= 0.9f * s->line[i - point];
    for (int i = 0; i < n; i++) mean += s->line[i];
    for (int i = 0; i < n; i++) {
        s->line[i] -= (float)(mean / n);
        power += (double)s->line[i] * s->line[i];
    }
    double scale = power > 0 ? level / sqrt(power / n) : 0;
    for (int i = 0; i < n; i++) s->line[i] *= (float)scale;
}

static void note_on(void *state, const VoiceNote *n)
{
    Pluck *p = state;
    double rate = p->env->rate, hz = voice_clamp(voice_hz(n->key), LOWEST_HZ, rate / 6);
    String *old = &p->string[p->now], *s;
    bool slide = old->sounding && (n->flags & NOTE_SLIDE);
    if (n->timbre[0] > 0) p->bright = voice_clamp(n->timbre[0], 0, 1);
    if (n->timbre[1] > 0) p->sustain = voice_clamp(n->timbre[1], 0, 1);
    old->fade_to = 0;
    old->fade_by = 1 / (SLIDE * rate);
    p->now = (p->now + 1) % STRINGS;
    s = &p->string[p->now];
    s->at = 0;
    s->low = s->in = s->out = 0;
    double damping = 0.5 * voice_mix(0.9, 0.12, p->bright);
    tune(s, hz, rate, damping);
    set_decay(s, hz, rate, 8 * pow(0.08, 1 - p->sustain) * exp2(-0.5 * (n->key - 60) / 12) + 0.8);
    s->level = 0.25 * n->vel * (slide ? 0.7 : 1);
    pluck_line(s, noise_from(p->env, n->noise_at), s->level, voice_mix(0.75, 0.2, n->vel));
    s->fade = 0;
    s->fade_to = 1;
    s->fade_by = 1 / (0.0015 * rate);
    s->sounding = true;
}

static void note_off(void *state)
{
    Pluck *p = state;
    String *s = &p->string[p->now];
    s->fade_to = 0;
    s->fade_by = 1 / (RELEASE * p->env->rate);
}

static void control(void *state, CtlKind kind, float value)
{
    Pluck *p = state;
    if (kind == CTL_CUTOFF) p->bright = voice_clamp(value, 0, 1);
}

static void run_string(String *s, float *y, int n)
{
    float most = 0;
    for (int i = 0; i < n; i++) {
        double x = s->line[s->at];
        double average = (1 - s->s) * x + s->s * s->low;
        s->low = x;
        average *= s->gain;
        double out = s->a * average + s->in - s->a * s->out;
        s->in = average;
        s->out = out;
        s->line[s->at] = (float)(fabs(out) > 1e-15 ? out : 0);
        s->at = s->at + 1 < s->length ? s->at + 1 : 0;
        if (s->fade < s->fade_to) s->fade = fmin(s->fade + s->fade_by, s->fade_to);
        if (s->fade > s->fade_to) s->fade = fmax(s->fade - s->fade_by, s->fade_to);
        y[i] += (float)(s->fade * x);
        most = fabsf((float)x) > most ? fabsf((float)x) : most;
    }
    s->level += 0.02 * (most - s->level);
    if ((s->fade == 0 && s->fade_to == 0) || s->level < 1e-5) s->sounding = false;
}

static bool render(void *state, float *left, float *right, int frames)
{
    Pluck *p = state;
    for (int i = 0; i < frames; i++) left[i] = 0;
    for (int i = 0; i < STRINGS; i++)
        if (p->string[i].sounding) run_string(&p->string[i], left, frames);
    for (int i = 0; i < frames; i++) right[i] = left[i];
    return p->string[0].sounding || p->string[1].sounding;
}

const Instrument instrument_pluck = {
    .name = "pluck",
    .summary = "a plucked string (Karplus and Strong)",
    .timbre = {"brightness", "sustain"},
    .state_size = sizeof(Pluck),
    .init = init,
    .note_on = note_on,
    .note_off = note_off,
    .control = control,
    .render = render,
};
