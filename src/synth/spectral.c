/* spectral.c: see synth/spectral.h.
 *
 * The phase of a note is known in closed form: 2 pi f (t + depth * (1 - cos 2 pi v t) / (2 pi v)),
 * so every block of the piece can be computed by itself, on any thread, to the same bytes. It is
 * evaluated exactly every 32 frames and turned evenly in between; harmonics follow by
 * sin (k+1)x = 2 cos x sin kx - sin (k-1)x. The voice: harmonics 1 .6 .35 .2 .12 .07 .04, weighed
 * by the first three formants of a tenor's "a" (650, 1080, 2650 Hz). Notes that stand in a room of
 * one size are made together, put through it, and added to the whole. */
#include "synth/spectral.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audio/convolve.h"
#include "audio/reverb.h"
#include "base/mem.h"
#include "tail.h"

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
    float left, right, size; /* of the room */
    int harmonics;
    float weight[HARMONICS];
} Tone;

typedef struct Spectral {
    Tone *tone; /* [n] */
    int n, cap;
    double rate;
    int64_t fade; /* frames */
    const SpectralOpts *opts;
    /* The room that is being played: the frames of the piece that it takes. */
    float size;
    int64_t from, to;
    AudioBuf *part; /* [to - from, 2] */
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
    for (int k = 0; sp->opts->voice && k < HARMONICS && (k + 1) * t->hz < most; k++) {
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
                .right = (float)(n->vel * sin(angle) * M_SQRT2),
                .size = sp->opts->room > 0 ? n->timbre[3] : 0};
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
    const AdsrOpts *adsr = &sp->opts->adsr;
    int64_t from = frame - t->start, to = t->end - frame, length = t->end - t->start;
    if (adsr->release > 0)
        return adsr_at(adsr, (double)from / sp->rate,
                       fmax((double)length / sp->rate - adsr->release, 0));
    int64_t fade = sp->fade < length / 2 ? sp->fade : length / 2, near = from < to ? from : to;
    if (near >= fade) return 1;
    double x = sin(M_PI_2 * (double)near / (double)fade);
    return x * x;
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

/* A block of the room that is being played. */
static void render_block(void *ud, int64_t block, int worker)
{
    const Spectral *sp = ud;
    int64_t from = sp->from + block * BLOCK, to = from + BLOCK < sp->to ? from + BLOCK : sp->to;
    (void)worker;
    for (int i = 0; i < sp->n; i++) {
        const Tone *t = &sp->tone[i];
        int64_t begin = t->start > from ? t->start : from, end = t->end < to ? t->end : to;
        if (t->size != sp->size) continue;
        for (int64_t at = begin; at < end; at += NODE) {
            float y[NODE];
            int n = end - at < NODE ? (int)(end - at) : NODE;
            run_tone(sp, t, at, n, y);
            add_to(sp->part, at - sp->from, y, n, t->left, t->right);
        }
    }
}

/* y += gain x. */
static void add_buf(AudioBuf *y, int64_t at, const AudioBuf *x, double gain)
{
    float *to = y->x + 2 * at;
    for (int64_t i = 0; i < 2 * x->frames; i++) to[i] += (float)gain * x->x[i];
}

/* `a` becomes what a room answers to it, that is made of the weights from noise_at on. */
static void to_room(AudioBuf *a, const SpectralOpts *o, double seconds, int64_t noise_at,
                    const Run *run)
{
    int64_t frames;
    RoomOpts room = {.rate = a->rate, .seconds = seconds, .predelay = 0.02, .noise = o->noise,
                     .nnoise = o->nnoise, .noise_at = noise_at};
    float *response = room_response(&room, &frames);
    convolve_buf(a, response, frames, run);
    free(response);
}

/* The notes that stand in the room of tone `first`, dry and through it. */
static void play_room(Spectral *sp, AudioBuf *out, int first, const Run *run)
{
    const SpectralOpts *o = sp->opts;
    AudioBuf part;
    double seconds = o->room * sp->tone[first].size;
    sp->size = sp->tone[first].size;
    sp->from = sp->tone[first].start;
    sp->to = 0;
    for (int i = 0; i < sp->n; i++) {
        const Tone *t = &sp->tone[i];
        if (t->size != sp->size) continue;
        if (t->start < sp->from) sp->from = t->start;
        if (t->end > sp->to) sp->to = t->end;
    }
    sp->to += (int64_t)((TAIL + seconds) * sp->rate);
    if (sp->to > out->frames) sp->to = out->frames;
    audio_init(&part, out->rate, 2, sp->to - sp->from);
    sp->part = &part;
    parallel_for(run, NULL, (part.frames + BLOCK - 1) / BLOCK, render_block, sp);
    add_buf(out, sp->from, &part, 1);
    if (seconds > 0) {
        to_room(&part, o, seconds, sp->from, run);
        add_buf(out, sp->from, &part, WET * sp->size);
    }
    audio_free(&part);
}

/* Room after room, in the order in which their first notes come. */
static void play_rooms(Spectral *sp, AudioBuf *out, const Run *run)
{
    for (int i = 0; i < sp->n && !run_stopped(run); i++) {
        bool played = false;
        for (int k = 0; k < i && !played; k++) played = sp->tone[k].size == sp->tone[i].size;
        run_progress(run, "partials", i, sp->n);
        if (!played) play_room(sp, out, i, run);
    }
    run_progress(run, "partials", sp->n, sp->n);
}

static void play_hall(AudioBuf *out, const SpectralOpts *o, const Run *run)
{
    AudioBuf wet;
    audio_init(&wet, out->rate, 2, out->frames);
    memcpy(wet.x, out->x, (size_t)out->frames * 2 * sizeof *out->x);
    to_room(&wet, o, o->hall, 0, run);
    add_buf(out, 0, &wet, HALL);
    audio_free(&wet);
}

static void set_peak(AudioBuf *a)
{
    float most = 0;
    for (int64_t i = 0; i < a->frames * 2; i++) most = fmaxf(most, fabsf(a->x[i]));
    for (int64_t i = 0; most > 0 && i < a->frames * 2; i++) a->x[i] *= (float)PEAK / most;
}

static void open_out(const Spectral *sp, const Score *s, AudioBuf *out)
{
    double largest = 0, tail;
    for (int i = 0; i < sp->n; i++) largest = fmax(largest, (double)sp->tone[i].size);
    tail = TAIL + fmax(sp->opts->room * largest, sp->opts->hall);
    audio_init(out, (int)sp->rate, 2, (int64_t)((score_seconds(s, s->length) + tail) * sp->rate));
}

bool spectral_render(const Score *s, const SpectralOpts *opts, AudioBuf *out, const Run *run,
                     Err *err)
{
    Spectral sp = {.rate = opts->rate > 0 ? opts->rate : 44100, .opts = opts};
    *out = (AudioBuf){0};
    if ((opts->room > 0 || opts->hall > 0) && (!opts->noise || opts->nnoise < 1))
        return err_set(err, "a room needs a run of weights to be made of");
    sp.fade = (int64_t)((opts->fade > 0 ? opts->fade : FADE) * sp.rate);
    for (int t = 0; t < s->ntracks; t++)
        for (int i = 0; i < s->track[t].nnotes; i++) add_tone(&sp, s, &s->track[t].note[i]);
    open_out(&sp, s, out);
    play_rooms(&sp, out, run);
    if (opts->hall > 0) play_hall(out, opts, run);
    free(sp.tone);
    tail_trim(out, llround(score_seconds(s, s->length) * sp.rate));
    set_peak(out);
    if (!run_stopped(run)) return true;
    audio_free(out);
    return err_set(err, "interrupted");
}
