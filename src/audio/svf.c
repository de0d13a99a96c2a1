/* svf.c: see audio/svf.h.
 *
 * Topology-preserving filters: V. Zavalishin, "The Art of VA Filter Design" (2012-2018), chapters 3
 * and 4: trapezoidal integrators whose states are the circuit's capacitors, so that coefficients
 * may change between any two samples without energy appearing from nowhere. g = tan(pi f / rate)
 * puts the corner exactly where it is asked for. */
#include "audio/svf.h"

#include "base/lanes.h"

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

/* The circuit solved for one sample (chapter 3.10): v1 is the band, v2 the low-pass; the output is
 * x, k v1 and v2 in the shares of its kind. */
typedef struct Mix {
    double x, band, low;
} Mix;

static const Mix MIX[] = {
    [SVF_LOW] = {0, 0, 1},
    [SVF_BAND] = {0, 1, 0},
    [SVF_HIGH] = {1, -1, -1},
    [SVF_NOTCH] = {1, -1, 0},
};

static inline double tick(Svf *f, Mix m, double x)
{
    double a1 = 1 / (1 + f->g * (f->g + f->k)), a2 = f->g * a1, a3 = f->g * a2, v3 = x - f->s2;
    double v1 = a1 * f->s1 + a2 * v3, v2 = f->s2 + a2 * f->s1 + a3 * v3;
    f->s1 = 2 * v1 - f->s1;
    f->s2 = 2 * v2 - f->s2;
    return m.x * x + m.band * f->k * v1 + m.low * v2;
}

static void glide(Svf *f)
{
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
    const Mix m = MIX[kind];
    int i = 0;
    for (; i < n && f->left > 0; i++) {
        glide(f);
        x[i * stride] = (float)tick(f, m, x[i * stride]);
    }
    Svf rest = *f; /* what does not glide stays in registers */
    for (; i < n; i++) x[i * stride] = (float)tick(&rest, m, x[i * stride]);
    f->s1 = rest.s1;
    f->s2 = rest.s2;
    flush(f);
}

void svf_run_pair(Svf *left, Svf *right, SvfKind kind, float *l, float *r, int n)
{
    const Mix m = MIX[kind];
    Svf f = *left;
    double a1 = 1 / (1 + f.g * (f.g + f.k)), a2 = f.g * a1, a3 = f.g * a2;
    Lane2 s1 = {left->s1, right->s1}, s2 = {left->s2, right->s2};
    for (int i = 0; i < n; i++) {
        if (f.left > 0) {
            glide(&f);
            a1 = 1 / (1 + f.g * (f.g + f.k));
            a2 = f.g * a1;
            a3 = f.g * a2;
        }
        Lane2 x = {l[i], r[i]}, v3 = x - s2, v1 = a1 * s1 + a2 * v3, v2 = s2 + a2 * s1 + a3 * v3;
        Lane2 y = m.x * x + m.band * f.k * v1 + m.low * v2;
        s1 = 2 * v1 - s1;
        s2 = 2 * v2 - s2;
        l[i] = (float)y[0];
        r[i] = (float)y[1];
    }
    *left = *right = f;
    left->s1 = s1[0];
    left->s2 = s2[0];
    right->s1 = s1[1];
    right->s2 = s2[1];
    flush(left);
    flush(right);
}

void svf_run_curve(Svf *f, SvfKind kind, float *x, const float *hz, int n)
{
    for (int i = 0; i < n; i++) {
        if (f->left > 0) glide(f);
        f->g = f->g_to = warp(hz[i], f->rate);
        f->g_step = 0;
        x[i] = (float)tick(f, MIX[kind], x[i]);
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
        double in = x[i * stride], v = (in - f->s) * (f->g / (1 + f->g)), low = v + f->s;
        f->s = low + v;
        x[i * stride] = (float)(high ? in - low : low);
    }
    if (fabs(f->s) < SVF_FLUSH) f->s = 0;
}
