/* saturate.c: see audio/saturate.h.
 *
 * The curve is x (27 + x^2) / (27 + 9 x^2), the Pade approximation of tanh, which reaches 1 at 3
 * with a level slope and stays there. Driven: y = f(d x + b) - f(b), scaled to slope 1 at 0. */
#include "audio/saturate.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>

static const double SATURATE_GLIDE = 0.004; /* seconds, time constant */
static const double DC_HZ = 10;
static const float SATURATE_FLUSH = 1e-20f;

static float amplitude(double db)
{
    return (float)pow(10, fmax(0, fmin(48, db)) / 20);
}

static float held(double bias)
{
    return (float)fmax(0, fmin(1, bias));
}

void saturator_init(Saturator *s, double rate, double drive_db, double bias)
{
    *s = (Saturator){.rate = rate, .drive = amplitude(drive_db), .drive_to = amplitude(drive_db),
                     .bias = held(bias), .bias_to = held(bias),
                     .glide = (float)(1 - exp(-1 / (SATURATE_GLIDE * rate))),
                     .keep = (float)exp(-2 * M_PI * DC_HZ / rate)};
    for (int c = 0; c < 2; c++) oversample_init(&s->over[c]);
}

void saturator_set(Saturator *s, double drive_db, double bias)
{
    s->drive_to = amplitude(drive_db);
    s->bias_to = held(bias);
}

static float curve(float x)
{
    x = x > 3 ? 3 : x < -3 ? -3 : x;
    float q = x * x;
    return x * (27 + q) / (27 + 9 * q);
}

/* Derivative of the curve, for |x| <= 3. */
static float slope(float x)
{
    float q = x * x, d = 27 + 9 * q;
    return ((27 + 3 * q) * d - (27 + q) * 18 * q) / (d * d);
}

/* x [4 n]; drive and bias [n] */
static void bend(float *x, const float *drive, const float *bias, int n)
{
    for (int i = 0; i < n; i++) {
        float rest = curve(bias[i]), scale = 1 / (drive[i] * slope(bias[i]));
        for (int k = 0; k < OVERSAMPLE; k++) {
            float *y = &x[OVERSAMPLE * i + k];
            *y = scale * (curve(drive[i] * *y + bias[i]) - rest);
        }
    }
}

static void block_dc(Saturator *s, int c, float *x, int n)
{
    float in = s->dc_in[c], out = s->dc_out[c];
    for (int i = 0; i < n; i++) {
        out = x[i] - in + s->keep * out;
        in = x[i];
        x[i] = out;
    }
    s->dc_in[c] = in;
    s->dc_out[c] = fabsf(out) < SATURATE_FLUSH ? 0 : out;
}

static void run_block(Saturator *s, float *const x[2], int n)
{
    float drive[OVERSAMPLE_BLOCK], bias[OVERSAMPLE_BLOCK], high[OVERSAMPLE * OVERSAMPLE_BLOCK];
    for (int i = 0; i < n; i++) {
        drive[i] = s->drive += s->glide * (s->drive_to - s->drive);
        bias[i] = s->bias += s->glide * (s->bias_to - s->bias);
    }
    for (int c = 0; c < 2; c++) {
        oversample_up(&s->over[c], x[c], high, n);
        bend(high, drive, bias, n);
        oversample_down(&s->over[c], high, x[c], n);
        block_dc(s, c, x[c], n);
    }
}

void saturator_run(Saturator *s, float *left, float *right, int n)
{
    for (int at = 0; at < n; at += OVERSAMPLE_BLOCK) {
        int len = n - at < OVERSAMPLE_BLOCK ? n - at : OVERSAMPLE_BLOCK;
        run_block(s, (float *const[2]){left + at, right + at}, len);
    }
}

void saturate_buf(AudioBuf *a, double drive_db, double bias)
{
    float left[OVERSAMPLE_BLOCK], right[OVERSAMPLE_BLOCK];
    Saturator s;
    assert(a->channels == 1 || a->channels == 2);
    const int other = a->channels - 1;
    saturator_init(&s, a->rate, drive_db, bias);
    for (int64_t at = 0; at < a->frames + SATURATE_LATENCY; at += OVERSAMPLE_BLOCK) {
        for (int64_t i = 0; i < OVERSAMPLE_BLOCK; i++) {
            bool in = at + i < a->frames;
            left[i] = in ? a->x[(at + i) * a->channels] : 0;
            right[i] = in ? a->x[(at + i) * a->channels + other] : 0;
        }
        saturator_run(&s, left, right, OVERSAMPLE_BLOCK);
        for (int64_t i = 0; i < OVERSAMPLE_BLOCK; i++) {
            int64_t to = at + i - SATURATE_LATENCY;
            if (to < 0 || to >= a->frames) continue;
            a->x[to * a->channels] = left[i];
            a->x[to * a->channels + other] = right[i];
        }
    }
}
