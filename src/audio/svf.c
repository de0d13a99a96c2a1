/* svf.c: see audio/svf.h.
 *
 * Topology-preserving filters: V. Zavalishin, "The Art of VA Filter Design" (2012-2018), chapters 3
 * and 4: trapezoidal integrators whose states are the circuit's capacitors, so that coefficients
 * may change between any two samples without energy appearing from nowhere. g = tan(pi f / rate)
 * puts the corner exactly where it is asked for. */
#include "audio/svf.h"

#include <math.h>

static const double SVF_FLUSH = 1e-20; /* a state below is zero: denormals are slow */

static double clamp(double x, double lo, double hi)
{
    return x < lo ? lo : x > hi ? hi : x;
}

static double warp(double hz, double rate)
{
    return tan(M_PI * clamp(hz, 5, 0.49 * rate) / rate);
}

static int glide_frames(double rate)
{
    int n = (int)(FILTER_GLIDE * rate);
    return n > 0 ? n : 1;
}

void svf_init(Svf *f, double rate, double hz, double q)
{
    double g = warp(hz, rate), k = 1 / clamp(q, 0.1, 100);
    *f = (Svf){.rate = rate, .g = g, .k = k, .g_to = g, .k_to = k};
}

void svf_set(Svf *f, double hz, double q)
{
    double g = warp(hz, f->rate), k = 1 / clamp(q, 0.1, 100);
    if (g == f->g_to && k == f->k_to) return;
    f->g_to = g;
    f->k_to = k;
    f->left = glide_frames(f->rate);
    f->g_step = (g - f->g) / f->left;
    f->k_step = (k - f->k) / f->left;
}

static double tick(Svf *f, SvfKind kind, double x)
{
    double high = (x - (f->g + f->k) * f->s1 - f->s2) / (1 + f->g * (f->g + f->k));
    double v1 = f->g * high, band = v1 + f->s1;
    double v2 = f->g * band, low = v2 + f->s2;
    f->s1 = band + v1;
    f->s2 = low + v2;
    switch (kind) {
    case SVF_LOW: return low;
    case SVF_BAND: return f->k * band;
    case SVF_HIGH: return high;
    case SVF_NOTCH: return low + high;
    }
    return 0;
}

static void glide(Svf *f)
{
    if (f->left == 0) return;
    f->left--;
    f->g = f->left ? f->g + f->g_step : f->g_to;
    f->k = f->left ? f->k + f->k_step : f->k_to;
}

static void flush(Svf *f)
{
    if (fabs(f->s1) < SVF_FLUSH) f->s1 = 0;
    if (fabs(f->s2) < SVF_FLUSH) f->s2 = 0;
}

void svf_run(Svf *f, SvfKind kind, float *x, int n, int stride)
{
    for (int i = 0; i < n; i++) {
        glide(f);
        x[i * stride] = (float)tick(f, kind, x[i * stride]);
    }
    flush(f);
}

void svf_run_curve(Svf *f, SvfKind kind, float *x, const float *hz, int n)
{
    for (int i = 0; i < n; i++) {
        glide(f);
        f->g = f->g_to = warp(hz[i], f->rate);
        f->g_step = 0;
        x[i] = (float)tick(f, kind, x[i]);
    }
    flush(f);
}

double svf_gain_db(const Svf *f, SvfKind kind, double hz)
{
    double w = tan(M_PI * hz / f->rate) / f->g_to, d = 1 - w * w, e = f->k_to * w;
    double den = d * d + e * e, num = 1;
    switch (kind) {
    case SVF_LOW: num = 1; break;
    case SVF_BAND: num = e * e; break;
    case SVF_HIGH: num = w * w * w * w; break;
    case SVF_NOTCH: num = d * d; break;
    }
    return 10 * log10(num / den);
}

void onepole_init(OnePole *f, double rate, double hz)
{
    double g = warp(hz, rate);
    *f = (OnePole){.rate = rate, .g = g, .g_to = g};
}

void onepole_set(OnePole *f, double hz)
{
    double g = warp(hz, f->rate);
    if (g == f->g_to) return;
    f->g_to = g;
    f->left = glide_frames(f->rate);
    f->g_step = (g - f->g) / f->left;
}

void onepole_run(OnePole *f, bool high, float *x, int n, int stride)
{
    for (int i = 0; i < n; i++) {
        if (f->left > 0) f->g = --f->left ? f->g + f->g_step : f->g_to;
        double in = x[i * stride], v = (in - f->s) * f->g / (1 + f->g), low = v + f->s;
        f->s = low + v;
        x[i * stride] = (float)(high ? in - low : low);
    }
    if (fabs(f->s) < SVF_FLUSH) f->s = 0;
}
