/* fixture_voice.h: playing one voice of an instrument, and measuring what comes out. */
#ifndef FIXTURE_VOICE_H
#define FIXTURE_VOICE_H

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/fft.h"
#include "synth/instrument.h"

enum { VOICE_RATE = 44100, VOICE_NOISE = 65536 };

/* 65536 numbers near N(0, 1), always the same: twelve digits of a hash summed. */
static inline float *voice_noise(void)
{
    float *x = mem_alloc(VOICE_NOISE, sizeof *x);
    uint32_t h = 1;
    for (int i = 0; i < VOICE_NOISE; i++) {
        double sum = 0;
        for (int k = 0; k < 12; k++) {
            h = h * 1664525u + 1013904223u;
            sum += (h >> 8) / 16777216.0;
        }
        x[i] = (float)(sum - 6);
    }
    return x;
}

typedef struct Voice {
    const Instrument *ins;
    InstrumentEnv env;
    float *noise;
    void *state;
} Voice;

static inline void voice_open(Voice *v, const char *name)
{
    v->ins = instrument_find(name);
    if (!v->ins) abort();
    v->noise = voice_noise();
    instrument_env_init(&v->env, VOICE_RATE, 120, v->noise, VOICE_NOISE);
    v->state = mem_alloc(1, v->ins->state_size);
    v->ins->init(v->state, &v->env);
}

static inline void voice_close(Voice *v)
{
    instrument_env_free(&v->env);
    free(v->noise);
    free(v->state);
}

static inline void voice_on(Voice *v, float key, float vel)
{
    v->ins->note_on(v->state, &(VoiceNote){.key = key, .vel = vel});
}

/* n frames in blocks; x gets left, r (may be NULL) right. False when the voice has finished. */
static inline bool voice_render(Voice *v, float *x, float *r, int64_t n)
{
    float spare[INSTRUMENT_BLOCK];
    bool on = true;
    for (int64_t i = 0; i < n; i += INSTRUMENT_BLOCK) {
        int m = n - i < INSTRUMENT_BLOCK ? (int)(n - i) : INSTRUMENT_BLOCK;
        on = v->ins->render(v->state, x + i, r ? r + i : spare, m);
    }
    return on;
}

static inline double rms_of(const float *x, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += (double)x[i] * x[i];
    return sqrt(sum / (double)n);
}

static inline double mean_of(const float *x, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += x[i];
    return sum / (double)n;
}

static inline double peak_of(const float *x, int64_t n)
{
    double most = 0;
    for (int64_t i = 0; i < n; i++) most = fmax(most, fabs((double)x[i]));
    return most;
}

static inline double jump_of(const float *x, int64_t n)
{
    double most = 0;
    for (int64_t i = 1; i < n; i++) most = fmax(most, fabs((double)x[i] - x[i - 1]));
    return most;
}

/* Power of x [n] at k = 1..n/2 under a Hann window squared (side lobes under -100 dB). */
static inline double *power_of(const float *x, int n)
{
    double *w = mem_alloc(n, sizeof *w), *power = mem_alloc(n / 2, sizeof *power);
    for (int i = 0; i < n; i++) w[i] = x[i] * pow(sin(M_PI * (i + 0.5) / n), 4);
    fft_power(w, n, power);
    free(w);
    return power;
}

/* Frequency in Hz of the strongest partial between lo and hi, by a parabola through the logarithms
 * of the three bins at the peak (for this window good to about 0.02 bins). */
static inline double peak_hz(const float *x, int n, double lo, double hi)
{
    double *p = power_of(x, n);
    double bin = (double)VOICE_RATE / n;
    int best = (int)(lo / bin);
    for (int k = best; k < hi / bin && k < n / 2 - 1; k++)
        if (k >= 1 && p[k - 1] > p[best - 1]) best = k;
    double a = log(p[best - 2] + 1e-300), b = log(p[best - 1] + 1e-300), c = log(p[best] + 1e-300);
    double off = a - 2 * b + c != 0 ? 0.5 * (a - c) / (a - 2 * b + c) : 0;
    free(p);
    return (best + off) * bin;
}

static inline double cents(double hz, double right)
{
    return 1200 * log2(hz / right);
}

static inline double key_hz(double key)
{
    return 440 * exp2((key - 69) / 12);
}

/* Energy between lo and hi Hz. */
static inline double band_power(const float *x, int n, double lo, double hi)
{
    double *p = power_of(x, n), sum = 0, bin = (double)VOICE_RATE / n;
    for (int k = 1; k <= n / 2; k++)
        if (k * bin >= lo && k * bin < hi) sum += p[k - 1];
    free(p);
    return sum;
}

/* Centroid of the spectrum, Hz. */
static inline double centroid_hz(const float *x, int n)
{
    double *p = power_of(x, n), sum = 0, weight = 0, bin = (double)VOICE_RATE / n;
    for (int k = 1; k <= n / 2; k++) {
        sum += sqrt(p[k - 1]) * k * bin;
        weight += sqrt(p[k - 1]);
    }
    free(p);
    return weight > 0 ? sum / weight : 0;
}

static inline bool all_finite(const float *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (!isfinite(x[i])) return false;
    return true;
}

#endif
