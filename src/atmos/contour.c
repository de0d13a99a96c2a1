/* contour.c: see atmos/contour.h. */
#include "atmos/contour.h"

#include <math.h>
#include <stdlib.h>

#include "audio/loudness.h"
#include "base/mem.h"

static double logistic(double x)
{
    return 1 / (1 + exp(-x));
}

/* 0..1 to 0..1. */
static double s_curve(double x, const ContourOpts *o)
{
    double lo = logistic(-o->steepness * o->midpoint);
    double hi = logistic(o->steepness * (1 - o->midpoint));
    return (logistic(o->steepness * (x - o->midpoint)) - lo) / (hi - lo);
}

/* lufs_raw to 0..1 between the gate and the maximum. */
static void scale(const Contour *c, double gate, double *u)
{
    double top = gate;
    for (int i = 0; i < c->n; i++) top = fmax(top, c->lufs_raw[i]);
    for (int i = 0; i < c->n; i++)
        u[i] = top > gate ? (fmax(c->lufs_raw[i], gate) - gate) / (top - gate) : 0;
}

/* The mean of u over half frames on either side; at the ends of those that there are. */
static double mean_about(const double *u, int n, int at, int half)
{
    int from = at - half < 0 ? 0 : at - half, to = at + half >= n ? n - 1 : at + half;
    double sum = 0;
    for (int i = from; i <= to; i++) sum += u[i];
    return sum / (to - from + 1);
}

static void differentiate(Contour *c)
{
    double top = 0;
    for (int i = 1; i < c->n; i++) {
        c->velocity[i] = fabs(c->lufs[i] - c->lufs[i - 1]);
        top = fmax(top, c->velocity[i]);
    }
    for (int i = 0; i < c->n && top > 0; i++) c->velocity[i] /= top;
}

static void contour_init(Contour *c, int n, double tps)
{
    *c = (Contour){.n = n, .tps = tps};
    c->lufs_raw = mem_alloc(n, sizeof *c->lufs_raw);
    c->lufs = mem_alloc(n, sizeof *c->lufs);
    c->velocity = mem_alloc(n, sizeof *c->velocity);
    c->temp = mem_alloc(n, sizeof *c->temp);
}

void contour_free(Contour *c)
{
    free(c->lufs_raw);
    free(c->lufs);
    free(c->velocity);
    free(c->temp);
    *c = (Contour){0};
}

void contour_of_loudness(Contour *c, const double *lufs, int n, const ContourOpts *opts)
{
    contour_init(c, n, opts->tps);
    double *u = mem_alloc(n, sizeof *u);
    int half = (int)(opts->smooth * opts->tps / 2 + 1e-9);
    for (int i = 0; i < n; i++) c->lufs_raw[i] = fmax(lufs[i], CONTOUR_FLOOR);
    scale(c, opts->gate, u);
    for (int i = 0; i < n; i++) c->lufs[i] = s_curve(mean_about(u, n, i, half), opts);
    free(u);
    differentiate(c);
    const double *by = opts->drive == DRIVE_LOUDNESS ? c->lufs : c->velocity;
    for (int i = 0; i < n; i++) c->temp[i] = opts->t_min + (opts->t_max - opts->t_min) * by[i];
}

void contour_of_audio(Contour *c, const AudioBuf *a, const ContourOpts *opts)
{
    double *lufs;
    int64_t n = audio_loudness_curve(a, CONTOUR_WINDOW, 1 / opts->tps, &lufs);
    if (n > INT32_MAX) n = INT32_MAX;
    if (n > 0)
        contour_of_loudness(c, lufs, (int)n, opts);
    else
        contour_of_silence(c, 1, opts);
    free(lufs);
}

void contour_of_silence(Contour *c, int n, const ContourOpts *opts)
{
    double *lufs = mem_alloc(n, sizeof *lufs);
    for (int i = 0; i < n; i++) lufs[i] = -HUGE_VAL;
    contour_of_loudness(c, lufs, n, opts);
    free(lufs);
}

void contour_live_begin(ContourLive *c, const ContourOpts *opts)
{
    *c = (ContourLive){.o = *opts, .top = fmax(CONTOUR_LIVE_TOP, opts->gate + 1),
                       .change = CONTOUR_LIVE_CHANGE};
}

ContourFrame contour_live_add(ContourLive *c, double lufs)
{
    const ContourOpts *o = &c->o;
    ContourFrame f = {.lufs_raw = fmax(lufs, CONTOUR_FLOOR)};
    int most = (int)(o->smooth * o->tps + 1e-9), have;
    double sum = 0;
    most = most < 1 ? 1 : most > CONTOUR_LIVE_MOST ? CONTOUR_LIVE_MOST : most;
    c->top = fmax(c->top, f.lufs_raw);
    c->u[c->n++ % CONTOUR_LIVE_MOST] = (fmax(f.lufs_raw, o->gate) - o->gate) / (c->top - o->gate);
    have = c->n < most ? c->n : most;
    for (int i = 1; i <= have; i++) sum += c->u[(c->n - i) % CONTOUR_LIVE_MOST];
    f.lufs = s_curve(sum / have, o);
    double change = c->n > 1 ? fabs(f.lufs - c->last) : 0;
    c->last = f.lufs;
    c->change *= exp2(-1 / (CONTOUR_LIVE_HALF * o->tps));
    c->change = fmax(fmax(c->change, CONTOUR_LIVE_CHANGE), change);
    f.velocity = change / c->change;
    f.temp = o->t_min + (o->t_max - o->t_min) *
                            (o->drive == DRIVE_LOUDNESS ? f.lufs : f.velocity);
    return f;
}
