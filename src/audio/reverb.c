/* reverb.c: see audio/reverb.h.
 *
 * A room's tail is noise that dies away (J. A. Moorer, "About this reverberation business", CMJ 3
 * (1979)); the noise is a run of weights, one for each side. Four bands (audio/multiband.h's
 * crossover) each get a decay of their own. The onset is a half cosine of 10 ms, so that the room
 * answers softly. RT60: M. Schroeder, "New method of measuring reverberation time", JASA 37
 * (1965). */
#include "audio/reverb.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "audio/multiband.h"
#include "base/mem.h"

static const double BORDERS[BANDS - 1] = {250, 2000, 6000}; /* Hz */
static const double BASS = 1.1, TREBLE = 0.6;
static const double ONSET = 0.01; /* seconds */
static const double SETTLE = 0.02; /* seconds: the crossover's own ringing before the start */
static const double END_DB = 66;

/* Decay of each band: amplitude's factor a frame for 60 dB in its time. */
static double band_seconds(const RoomOpts *o, int band)
{
    double bass = o->bass > 0 ? o->bass : BASS, treble = o->treble > 0 ? o->treble : TREBLE;
    double share[BANDS] = {bass, 1, treble, treble * treble};
    return o->seconds * share[band];
}

static double decay(double seconds, double rate)
{
    return pow(10, -3 / (seconds * rate));
}

/* Both sides: noise from `at` and from half its length further on, split, each band with its
 * decay; [n, 2] into out. */
static void fill(float *out, int64_t n, const RoomOpts *o, double border_limit)
{
    BandSplit split;
    Lane2 band[BANDS];
    double hz[BANDS - 1], gain[BANDS], keep[BANDS];
    int64_t settle = (int64_t)(SETTLE * o->rate), onset = (int64_t)(ONSET * o->rate);
    int64_t l = o->noise_at % o->nnoise, r = (o->noise_at + o->nnoise / 2) % o->nnoise;
    for (int k = 0; k < BANDS - 1; k++) hz[k] = fmin(BORDERS[k], border_limit * (k + 1));
    bandsplit_init(&split, o->rate, hz);
    for (int k = 0; k < BANDS; k++) {
        gain[k] = 1;
        keep[k] = decay(band_seconds(o, k), o->rate);
    }
    for (int64_t i = -settle; i < n; i++) {
        Lane2 sum = {0};
        bandsplit_tick(&split, (Lane2){o->noise[l], o->noise[r]}, band);
        l = l + 1 < o->nnoise ? l + 1 : 0;
        r = r + 1 < o->nnoise ? r + 1 : 0;
        if (i < 0) continue;
        for (int k = 0; k < BANDS; k++) {
            sum += gain[k] * band[k];
            gain[k] *= keep[k];
        }
        double rise = i < onset ? 0.5 - 0.5 * cos(M_PI * (double)i / (double)onset) : 1;
        out[2 * i] = (float)(rise * sum[0]);
        out[2 * i + 1] = (float)(rise * sum[1]);
    }
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
    double longest = 0;
    for (int k = 0; k < BANDS; k++) longest = fmax(longest, band_seconds(o, k));
    int64_t before = (int64_t)llround(o->predelay * o->rate);
    int64_t n = (int64_t)ceil(longest * END_DB / 60 * o->rate);
    float *x = mem_alloc(2 * (before + n), sizeof *x);
    fill(x + 2 * before, n, o, 0.15 * o->rate);
    for (int side = 0; side < 2; side++) scale_to_energy(x + 2 * before + side, n);
    *frames = before + n;
    return x;
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
