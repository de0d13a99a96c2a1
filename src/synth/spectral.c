/* spectral.c: see synth/spectral.h.
 *
 * The phase of a note is known in closed form: 2 pi f (t + depth * (1 - cos 2 pi v t) / (2 pi v)),
 * so every block of the piece can be computed by itself, on any thread, to the same bytes. It is
 * evaluated exactly every 32 frames and turned evenly in between; harmonics follow by
 * sin (k+1)x = 2 cos x sin kx - sin (k-1)x. The voice: harmonics 1 .6 .35 .2 .12 .07 .04, weighed
 * by the first three formants of a tenor's "a" (650, 1080, 2650 Hz). */
#include "synth/spectral.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audio/convolve.h"
#include "audio/reverb.h"
#include "base/mem.h"

enum { BLOCK = 8192, NODE = 32, HARMONICS = 7, FORMANTS = 3 };

static const double HARMONIC[HARMONICS] = {1, 0.6, 0.35, 0.2, 0.12, 0.07, 0.04};
static const double FORMANT_HZ[FORMANTS] = {650, 1080, 2650};
static const double FORMANT_WIDTH[FORMANTS] = {120, 140, 240},
                    FORMANT_GAIN[FORMANTS] = {1, 0.6, 0.4};
static const double FORMANT_FLOOR = 0.25;
static const double FADE = 0.15, PEAK = 0.5, WET = 0.5, HALL = 0.25, TAIL = 0.5;

typedef struct Tone {
    int64_t start, end;  /* frames */
    double hz, phase;    /* of its beginning, radians */
    double vibrato, swing; /* Hz; depth as a share of hz */
    float left, right, send;
    int harmonics;
    float weight[HARMONICS];
} Tone;

typedef struct Spectral {
    Tone *tone; /* [n] */
    int n, cap;
    double rate;
    int64_t fade; /* frames */
    bool voice;
    AudioBuf *dry, *wet;
} Spectral;

static double formant(double hz)
{
    double g = FORMANT_FLOOR;
    for (int i = 0; i < FORMANTS; i++) {
        double x = (hz - FORMANT_HZ[i]) / FORMANT_WIDTH[i];
        g += FORMANT_GAIN[i] / (1 + x * x);
    }
    return g;
}

static void set_harmonics(const Spectral *sp, Tone *t)
{
    double most = 0.45 * sp->rate;
    t->harmonics = 1;
    t->weight[0] = t->hz < most ? 1 : 0;
    for (int k = 0; sp->voice && k < HARMONICS && (k + 1) * t->hz < most; k++) {
        t->weight[k] = (float)(HARMONIC[k] * formant((k + 1) * t->hz));
        t->harmonics = k + 1;
    }
}

static void add_tone(Spectral *sp, const Score *s, const Note *n)
{
    Tone *t = mem_push(&sp->tone, &sp->n, &sp->cap, sizeof *t);
    double angle = ((double)n->pan + 1) * M_PI / 4;
    *t = (Tone){.start = llround(score_seconds(s, n->start) * sp->rate),
                .end = llround(score_seconds(s, n->start + n->dur) * sp->rate),
                .hz = 440 * exp2(((double)n->key - 69) / 12), .phase = 2 * M_PI * n->timbre[0],
                .vibrato = 10 * n->timbre[1], .swing = exp2(n->timbre[2] / 12.0) - 1,
                .left = (float)(n->vel * cos(angle) * M_SQRT2),
                .right = (float)(n->vel * sin(angle) * M_SQRT2), .send = n->timbre[3]};
    set_harmonics(sp, t);
}

/* Radians at `frame` frames after the beginning. */
static double phase_at(const Tone *t, double frame, double rate)
{
    double at = frame / rate, w = 2 * M_PI * t->vibrato;
    double bent = w > 0 ? at + t->swing * (1 - cos(w * at)) / w : at;
    return fmod(t->phase + 2 * M_PI * t->hz * bent, 2 * M_PI);
}

static double envelope(const Spectral *sp, const Tone *t, int64_t frame)
{
    int64_t from = frame - t->start, to = t->end - frame, length = t->end - t->start;
    int64_t fade = sp->fade < length / 2 ? sp->fade : length / 2, near = from < to ? from : to;
    double e = 1;
    if (near < fade) {
        double x = sin(M_PI_2 * (double)near / (double)fade);
        e = x * x;
    }
    if (sp->voice) e *= 0.8 + 0.2 * exp(-(double)from / (0.4 * sp->rate));
    return e;
}

/* n frames of one tone from frame `at` of the piece on: n <= NODE. */
static void run_tone(const Spectral *sp, const Tone *t, int64_t at, int n, float *y)
{
    double a = phase_at(t, (double)(at - t->start), sp->rate);
    double b = phase_at(t, (double)(at - t->start + n), sp->rate);
    double turn = fmod(b - a + 2 * M_PI, 2 * M_PI);
    /* the whole turns that fmod took away come back from the frequency */
    turn += 2 * M_PI * rint((2 * M_PI * t->hz * n / sp->rate - turn) / (2 * M_PI));
    double s = sin(a), c = cos(a), by_s = sin(turn / n), by_c = cos(turn / n);
    double e = envelope(sp, t, at), e_by = (envelope(sp, t, at + n) - e) / n;
    for (int i = 0; i < n; i++) {
        double before = 0, now = s, sum = t->weight[0] * s;
        for (int k = 1; k < t->harmonics; k++) {
            double next = 2 * c * now - before;
            before = now;
            now = next;
            sum += t->weight[k] * now;
        }
        y[i] = (float)((e + e_by * i) * sum);
        double turned = s * by_c + c * by_s;
        c = c * by_c - s * by_s;
        s = turned;
    }
}

static void add_to(AudioBuf *a, int64_t at, const float *y, int n, float left, float right)
{
    float *x = a->x + 2 * at;
    for (int i = 0; i < n; i++) {
        x[2 * i] += left * y[i];
        x[2 * i + 1] += right * y[i];
    }
}

static void render_block(void *ud, int64_t block, int worker)
{
    const Spectral *sp = ud;
    int64_t from = block * BLOCK, to = from + BLOCK;
    (void)worker;
    if (to > sp->dry->frames) to = sp->dry->frames;
    for (int i = 0; i < sp->n; i++) {
        const Tone *t = &sp->tone[i];
        int64_t begin = t->start > from ? t->start : from, end = t->end < to ? t->end : to;
        for (int64_t at = begin; at < end; at += NODE) {
            float y[NODE];
            int n = end - at < NODE ? (int)(end - at) : NODE;
            run_tone(sp, t, at, n, y);
            add_to(sp->dry, at, y, n, t->left, t->right);
            if (sp->wet->x && t->send > 0)
                add_to(sp->wet, at, y, n, t->send * t->left, t->send * t->right);
        }
    }
}

/* Adds `from`, sent through a room, to `to`. `from` is lost. */
static void add_room(AudioBuf *to, AudioBuf *from, const SpectralOpts *o, double seconds,
                     double gain, const Run *run)
{
    int64_t frames;
    RoomOpts room = {.rate = to->rate, .seconds = seconds, .predelay = 0.02, .noise = o->noise,
                     .nnoise = o->nnoise};
    float *response = room_response(&room, &frames);
    convolve_buf(from, response, frames, run);
    free(response);
    for (int64_t i = 0; i < to->frames * 2; i++) to->x[i] += (float)gain * from->x[i];
}

static void set_peak(AudioBuf *a)
{
    float most = 0;
    for (int64_t i = 0; i < a->frames * 2; i++) most = fmaxf(most, fabsf(a->x[i]));
    for (int64_t i = 0; most > 0 && i < a->frames * 2; i++) a->x[i] *= (float)PEAK / most;
}

static void open_buffers(Spectral *sp, const SpectralOpts *o, const Score *s, AudioBuf *out,
                         AudioBuf *wet)
{
    int rate = (int)sp->rate;
    double tail = TAIL + fmax(o->room, o->hall);
    int64_t frames = (int64_t)((score_seconds(s, s->length) + tail) * rate);
    audio_init(out, rate, 2, frames);
    if (o->room > 0) audio_init(wet, rate, 2, frames);
    sp->dry = out;
    sp->wet = wet;
}

bool spectral_render(const Score *s, const SpectralOpts *opts, AudioBuf *out, const Run *run,
                     Err *err)
{
    Spectral sp = {.rate = opts->rate > 0 ? opts->rate : 44100, .voice = opts->voice};
    AudioBuf wet = {0};
    *out = (AudioBuf){0};
    if ((opts->room > 0 || opts->hall > 0) && (!opts->noise || opts->nnoise < 1))
        return err_set(err, "a room needs a run of weights to be made of");
    sp.fade = (int64_t)((opts->fade > 0 ? opts->fade : FADE) * sp.rate);
    for (int t = 0; t < s->ntracks; t++)
        for (int i = 0; i < s->track[t].nnotes; i++) add_tone(&sp, s, &s->track[t].note[i]);
    open_buffers(&sp, opts, s, out, &wet);
    parallel_for(run, "partials", (out->frames + BLOCK - 1) / BLOCK, render_block, &sp);
    if (opts->room > 0) add_room(out, &wet, opts, opts->room, WET, run);
    audio_free(&wet);
    if (opts->hall > 0) {
        audio_init(&wet, out->rate, 2, out->frames);
        memcpy(wet.x, out->x, (size_t)out->frames * 2 * sizeof *out->x);
        add_room(out, &wet, opts, opts->hall, HALL, run);
        audio_free(&wet);
    }
    free(sp.tone);
    set_peak(out);
    if (!run_stopped(run)) return true;
    audio_free(out);
    return err_set(err, "interrupted");
}
