/* bank_take.c: see bank_take.h.
 *
 * Loops: among all lengths near the one asked for, the one before whose end the sound is most like
 * what it is before its start (normalised cross-correlation), and the two are crossfaded over that
 * stretch, with gains that keep the power for the correlation c that there is: a^2 + b^2 + 2abc =
 * 1. So the frame after the end is the one at the start, in value, slope and colour. */
#include "bank_take.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const double LOUD_WINDOW = 0.05;  /* seconds */
static const double MOST_PEAK = 0.95;    /* of full scale */
static const double SILENT = 1.5e-3;     /* of the peak: -56 dB */
static const double FADE = 0.05;         /* seconds at a cut end */
static const double CROSSFADE = 0.08;    /* seconds, at most a third of the loop */

enum { WAVE_FRAMES = 900, BEYOND = 8 }; /* least length of a wave; frames kept behind a loop */

/* Mono sound as it is recorded. */
typedef struct Tape {
    float *x; /* [n] */
    int64_t n;
    double left, right; /* energies */
} Tape;

static void record(Tape *tape, const TakeSpec *s, const InstrumentEnv *env, double seconds)
{
    const Instrument *in = s->instrument;
    int64_t most = (int64_t)(seconds * env->rate) / INSTRUMENT_BLOCK * INSTRUMENT_BLOCK;
    void *voice = mem_alloc(1, in->state_size);
    VoiceNote note = {.key = (float)s->key, .vel = (float)s->vel, .noise_at = s->noise_at};
    *tape = (Tape){.x = mem_alloc(most, sizeof *tape->x)};
    in->init(voice, env);
    in->note_on(voice, &note);
    for (bool on = true; on && tape->n < most; tape->n += INSTRUMENT_BLOCK) {
        float l[INSTRUMENT_BLOCK], r[INSTRUMENT_BLOCK];
        on = in->render(voice, l, r, INSTRUMENT_BLOCK);
        for (int i = 0; i < INSTRUMENT_BLOCK; i++) {
            tape->x[tape->n + i] = 0.5f * (l[i] + r[i]);
            tape->left += (double)l[i] * l[i];
            tape->right += (double)r[i] * r[i];
        }
    }
    free(voice);
}

static double peak_of(const float *x, int64_t n)
{
    double most = 0;
    for (int64_t i = 0; i < n; i++) most = fmax(most, fabsf(x[i]));
    return most;
}

static double rms_of(const float *x, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += (double)x[i] * x[i];
    return n > 0 ? sqrt(sum / (double)n) : 0;
}

/* RMS of the loudest window. */
static double loudness(const float *x, int64_t n, int64_t window)
{
    double most = 0;
    if (n <= window) return rms_of(x, n);
    for (int64_t i = 0; i + window <= n; i += window / 4) most = fmax(most, rms_of(x + i, window));
    return most;
}

static double correlation(const float *a, const float *b, int64_t n)
{
    double ab = 0, aa = 0, bb = 0;
    for (int64_t i = 0; i < n; i++) {
        ab += (double)a[i] * b[i];
        aa += (double)a[i] * a[i];
        bb += (double)b[i] * b[i];
    }
    return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : 0;
}

/* The loop's start for an end given: likeness of the `n` frames before both. */
static int64_t find_start(const float *x, int64_t from, int64_t to, int64_t end, int64_t n,
                          double *likeness)
{
    int64_t best = from;
    *likeness = -2;
    for (int64_t at = from; at <= to; at++) {
        double c = correlation(x + at - n, x + end - n, n);
        if (c <= *likeness) continue;
        *likeness = c;
        best = at;
    }
    return best;
}

static void crossfade(float *x, int64_t start, int64_t end, int64_t n, double likeness)
{
    double c = fmax(-0.5, fmin(1, likeness));
    for (int64_t i = 0; i < n; i++) {
        double b = ((double)i + 1) / (double)n, a = 1 - b;
        double power = sqrt(a * a + b * b + 2 * a * b * c);
        float *y = &x[end - n + i];
        *y = (float)((a * *y + b * x[start - n + i]) / power);
    }
}

/* Takes away an exponential decay from `start` on. Returns it, dB a second. */
static double flatten(float *x, int64_t start, int64_t end, double rate)
{
    int64_t window = (end - start) / 4;
    double first = rms_of(x + start, window), last = rms_of(x + end - window, window);
    double seconds = (double)(end - start - window) / rate;
    double fall = first > 0 && last > 0 ? 20 * log10(first / last) / seconds : 0;
    if (!(fall > 0)) return 0;
    for (int64_t i = start; i < end; i++)
        x[i] *= (float)pow(10, fall * (double)(i - start) / rate / 20);
    return fall;
}

static void make_loop(Take *t, Tape *tape, const TakeSpec *s, double rate)
{
    int64_t span = (int64_t)(s->loop * rate), start = (int64_t)(s->start * rate);
    int64_t n = (int64_t)(fmin(CROSSFADE, s->loop / 3) * rate);
    int64_t end = start + span, slack = span / 4;
    double likeness;
    if (start < n) start = n;
    if (end > tape->n - BEYOND) end = tape->n - BEYOND;
    if (s->how == TAKE_FALL) t->fall = flatten(tape->x, start - n, end, rate);
    int64_t at = find_start(tape->x, start, start + slack, end, n, &likeness);
    crossfade(tape->x, at, end, n, likeness);
    memcpy(tape->x + end, tape->x + at, BEYOND * sizeof *tape->x); /* as the loop goes on */
    t->loop = at;
    t->loop_end = end;
    tape->n = end + BEYOND;
}

/* A sound that ends: cut where it is inaudible, faded where it was cut off. */
static void make_end(Tape *tape, double rate)
{
    double floor_level = SILENT * peak_of(tape->x, tape->n);
    while (tape->n > 1 && fabsf(tape->x[tape->n - 1]) < floor_level) tape->n--;
    int64_t fade = (int64_t)(FADE * rate);
    if (fade > tape->n) fade = tape->n;
    for (int64_t i = 0; i < fade; i++)
        tape->x[tape->n - 1 - i] *= (float)((double)i / (double)fade);
}

/* Whole periods in a whole number of frames, so many that they are in tune within a cent: once to
 * begin with, once as the loop, and what an interpolator reads beyond. */
static void make_wave(Take *t, Tape *tape, const TakeSpec *s, double rate)
{
    double hz = 440 * exp2((s->key - 69) / 12.0), period = rate / hz;
    int periods = (int)ceil(WAVE_FRAMES / period), step = s->how == TAKE_SQUARE ? 2 : 1;
    int64_t n = llround(periods * period), all = 2 * n + BEYOND;
    int top = (int)(0.45 * (double)n / periods);
    *tape = (Tape){.x = mem_alloc(all, sizeof *tape->x), .n = all, .left = 1, .right = 1};
    for (int64_t i = 0; i < all; i++) {
        double sum = 0, angle = 2 * M_PI * periods * (double)(i % n) / (double)n;
        for (int k = 1; k <= top; k += step) sum += sin(angle * k) / k;
        tape->x[i] = (float)sum;
    }
    t->loop = n;
    t->loop_end = 2 * n;
    t->cents = (int)lround(1200 * log2((double)n / (periods * period)));
}

static void to_pcm(Take *t, const Tape *tape, double gain)
{
    t->n = tape->n;
    t->pcm = mem_alloc(t->n, sizeof *t->pcm);
    for (int64_t i = 0; i < t->n; i++) t->pcm[i] = (int16_t)lround(32767 * gain * tape->x[i]);
}

void take_record(Take *t, const TakeSpec *s, const InstrumentEnv *env)
{
    Tape tape;
    *t = (Take){0};
    if (s->how == TAKE_SAW || s->how == TAKE_SQUARE) {
        make_wave(t, &tape, s, env->rate);
    } else {
        record(&tape, s, env, s->start + s->loop + 2 * LOUD_WINDOW);
        if (s->how == TAKE_ONCE) make_end(&tape, env->rate);
        else make_loop(t, &tape, s, env->rate);
    }
    double loud = loudness(tape.x, tape.n, (int64_t)(LOUD_WINDOW * env->rate));
    double peak = peak_of(tape.x, tape.n), both = tape.left + tape.right;
    double wanted = s->level_db < 0 && loud > 0 ? pow(10, s->level_db / 20) / loud : 1;
    double gain = peak > 0 ? fmin(wanted, MOST_PEAK / peak) : 0;
    t->pan = both > 0 ? (tape.right - tape.left) / both : 0;
    to_pcm(t, &tape, gain);
    free(tape.x);
}

void take_free(Take *t)
{
    free(t->pcm);
    *t = (Take){0};
}
