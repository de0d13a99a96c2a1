/* reverb.c: see audio/reverb.h.
 *
 * A room's tail is noise that dies away (J. A. Moorer, "About this reverberation business", CMJ 3
 * (1979)); the noise is a run of weights, one for each side. It is taken apart into octaves by a
 * Fourier transform (the masks add up to 1 and overlap by a 24th of an octave, so that no skirt of
 * a long octave outlives a short one), and each octave dies away in its own time. A run of weights
 * swells and fades, the more the narrower its octave; each octave's power is therefore evened out
 * first, over a twentieth of its time. The onset is a half cosine of 10 ms, so that the room
 * answers softly. RT60: M. Schroeder, "New method of measuring reverberation time", JASA 37
 * (1965). */
#include "audio/reverb.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "planar_fft.h"

enum { OCTAVES = 8, NARROW = 3 };                 /* bands; the lowest, of few weights */
enum { SIZE_LEAST = 32768, EVEN_STEP = 32 };      /* frames; the first: 1.5 Hz a bin or finer */

static const double BASS = 1.1, TREBLE = 0.6;
static const double CENTRE = 62.5, OVERLAP = 1.0 / 24; /* Hz of the lowest octave; octaves */
static const double ONSET = 0.01; /* seconds */
static const double END_DB = 66;
static const double EVEN = 1.0 / 20, EVEN_CYCLES = 4; /* of RT60; over the octave's width */

/* What the weights are, octave by octave. */
typedef struct Octaves {
    PlanarFft fft;
    float *spectrum; /* [2, n]: both sides as one complex signal */
    float *band;     /* [2, n] */
    double *power;   /* [n + 1] sums of squares */
    double rate;
} Octaves;

/* RT60 of an octave: up to 63 Hz, 125, 250, 500, 1000, 2000, 4000, from 8000 Hz on. */
static double octave_seconds(const RoomOpts *o, int octave)
{
    double bass = o->bass > 0 ? o->bass : BASS, treble = o->treble > 0 ? o->treble : TREBLE;
    double share[OCTAVES] = {bass, bass, 1, 1, 1, 1, treble, treble * treble};
    return o->seconds * share[octave];
}

/* Frames until an octave is END_DB down. */
static int64_t octave_frames(const RoomOpts *o, int octave)
{
    return (int64_t)ceil(octave_seconds(o, octave) * END_DB / 60 * o->rate);
}

static void octaves_open(Octaves *b, const RoomOpts *o, int64_t frames)
{
    int n = SIZE_LEAST;
    while (n < frames + EVEN_STEP) n *= 2;
    int64_t l = o->noise_at % o->nnoise, r = (o->noise_at + o->nnoise / 2) % o->nnoise;
    *b = (Octaves){.rate = o->rate};
    planar_fft_open(&b->fft, n);
    b->spectrum = mem_alloc(2 * (int64_t)n, sizeof *b->spectrum);
    b->band = mem_alloc(2 * (int64_t)n, sizeof *b->band);
    b->power = mem_alloc(n + 1, sizeof *b->power);
    for (int i = 0; i < n; i++) {
        b->spectrum[i] = o->noise[l];
        b->spectrum[n + i] = o->noise[r];
        l = l + 1 < o->nnoise ? l + 1 : 0;
        r = r + 1 < o->nnoise ? r + 1 : 0;
    }
    planar_fft_run(&b->fft, b->spectrum, b->spectrum + n);
}

static void octaves_close(Octaves *b)
{
    planar_fft_close(&b->fft);
    free(b->spectrum);
    free(b->band);
    free(b->power);
}

/* 0 well below the upper border of an octave, 1 well above it. */
static double beyond(int octave, double hz)
{
    if (octave < 0) return 1;
    if (octave >= OCTAVES - 1 || hz <= 0) return 0;
    double x = (log2(hz / CENTRE) - octave - 0.5) / OVERLAP + 0.5;
    return x <= 0 ? 0 : x >= 1 ? 1 : 0.5 - 0.5 * cos(M_PI * x);
}

/* The bin where an octave's border is past, half the overlap beyond it. */
static int border_bin(const Octaves *b, int octave, double side)
{
    const int n = b->fft.n;
    if (octave < 0) return 0;
    if (octave >= OCTAVES - 1) return n / 2 + 1;
    double hz = CENTRE * exp2(octave + 0.5 + side * OVERLAP);
    return (int)fmin(hz * n / b->rate + 1, n / 2 + 1);
}

/* The weights' part in one octave, into b->band, n times too large. */
static void take_octave(Octaves *b, int octave)
{
    const int n = b->fft.n, end = border_bin(b, octave, 0.5);
    memset(b->band, 0, 2 * (size_t)n * sizeof *b->band);
    for (int k = border_bin(b, octave - 1, -0.5); k < end; k++) {
        double hz = k * b->rate / n;
        float mask = (float)(beyond(octave - 1, hz) - beyond(octave, hz));
        int other = k > 0 ? n - k : 0;
        for (int part = 0; part < 2; part++) {
            b->band[part * n + k] = mask * b->spectrum[part * n + k];
            b->band[part * n + other] = mask * b->spectrum[part * n + other];
        }
    }
    planar_fft_run(&b->fft, b->band + n, b->band); /* places changed: the inverse */
}

/* Amplitude that evens out frame i, from the mean power of 2 * half frames around it. */
static double even(const Octaves *b, int64_t i, int64_t half)
{
    int64_t n = b->fft.n, from = i > half ? i - half : 0, to = i + half < n ? i + half : n;
    double mean = b->power[n] / (double)n, here = (b->power[to] - b->power[from]);
    return sqrt(mean / fmax(here / (double)(to - from), 1e-3 * mean));
}

/* Adds one side of the octave in b->band, evened out and dying away, to out [frames] by twos. */
static void add_octave(Octaves *b, int side, float *out, int64_t frames, double seconds, int octave)
{
    const int n = b->fft.n;
    const float *x = b->band + side * n;
    double width = CENTRE * M_SQRT1_2 * exp2(octave);
    int64_t half = (int64_t)(0.5 * b->rate * fmax(EVEN * seconds, EVEN_CYCLES / width));
    double keep = pow(10, -3 / (seconds * b->rate)), fall = pow(keep, EVEN_STEP);
    for (int i = 0; i < n; i++) b->power[i + 1] = b->power[i] + (double)x[i] * x[i];
    if (!(b->power[n] > 0)) return;
    double level = 1.0 / n, gain = level * even(b, 0, half);
    for (int64_t at = 0; at < frames; at += EVEN_STEP) {
        int64_t len = frames - at < EVEN_STEP ? frames - at : EVEN_STEP;
        level *= fall;
        double next = level * even(b, at + EVEN_STEP, half), by = (next - gain) / EVEN_STEP;
        for (int64_t i = 0; i < len; i++)
            out[2 * (at + i)] += (float)((gain + by * (double)i) * x[at + i]);
        gain = next;
    }
}

static void add_sides(Octaves *b, int octave, float *out, int64_t frames, double seconds)
{
    for (int side = 0; side < 2; side++)
        add_octave(b, side, out + side, frames, seconds, octave);
}

/* The time to build a narrow octave with, so that it is measured as `seconds`: what is left of its
 * swelling and fading bends the line by some per cent. */
static double corrected(Octaves *b, int octave, int64_t frames, double seconds)
{
    float *x = mem_alloc(2 * frames, sizeof *x);
    add_sides(b, octave, x, frames, seconds);
    double measured = room_rt60(x, frames, b->rate);
    free(x);
    return measured > 0 ? seconds * fmin(fmax(seconds / measured, 0.8), 1.25) : seconds;
}

/* [frames, 2] into out. */
static void fill(float *out, int64_t frames, const RoomOpts *o)
{
    Octaves b;
    int64_t onset = (int64_t)(ONSET * o->rate);
    octaves_open(&b, o, frames);
    for (int k = 0; k < OCTAVES; k++) {
        int64_t length = octave_frames(o, k);
        double seconds = octave_seconds(o, k);
        take_octave(&b, k);
        if (k < NARROW) seconds = corrected(&b, k, length, seconds);
        add_sides(&b, k, out, length, seconds);
    }
    octaves_close(&b);
    for (int64_t i = 0; i < onset && i < frames; i++)
        for (int side = 0; side < 2; side++)
            out[2 * i + side] *= (float)(0.5 - 0.5 * cos(M_PI * (double)i / (double)onset));
}

double room_rt60(const float *x, int64_t frames, double rate)
{
    double total = 0, left = 0, n = 0, st = 0, sd = 0, stt = 0, std = 0;
    for (int64_t i = 0; i < 2 * frames; i++) total += (double)x[i] * x[i];
    for (int64_t i = frames - 1; i >= 0 && total > 0; i--) {
        left += (double)x[2 * i] * x[2 * i] + (double)x[2 * i + 1] * x[2 * i + 1];
        double db = 10 * log10(left / total + 1e-30), t = (double)i / rate;
        if (db < -35 || db > -5) continue;
        n += 1;
        st += t;
        sd += db;
        stt += t * t;
        std += t * db;
    }
    double spread = n * stt - st * st;
    return spread > 0 ? -60 * spread / (n * std - st * sd) : 0;
}

static void scale_to_energy(float *x, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += (double)x[2 * i] * x[2 * i];
    float g = sum > 0 ? (float)(1 / sqrt(sum)) : 0;
    for (int64_t i = 0; i < n; i++) x[2 * i] *= g;
}

float *room_response(const RoomOpts *o, int64_t *frames)
{
    assert(o->rate > 0 && o->seconds > 0 && o->nnoise > 0 && o->noise_at >= 0);
    int64_t before = (int64_t)llround(o->predelay * o->rate), n = 0;
    for (int k = 0; k < OCTAVES; k++)
        if (octave_frames(o, k) > n) n = octave_frames(o, k);
    float *x = mem_alloc(2 * (before + n), sizeof *x);
    fill(x + 2 * before, n, o);
    for (int side = 0; side < 2; side++) scale_to_energy(x + 2 * before + side, n);
    *frames = before + n;
    return x;
}
