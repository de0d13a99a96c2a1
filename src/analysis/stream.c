/* stream.c: see stream.h. Attention sinks carry hundreds of times the norm of the rest: whatever is
 * fitted or averaged over tokens leaves them out. */
#include "stream.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/sinks.h"
#include "base/mem.h"
#include "math/pca.h"
#include "math/stats.h"

static const double SPARSE = 0.1; /* standard deviations */
static const double RANK = 1e-12; /* squares of singular values: below are roundings of f32 */

const int STREAM_SCALE[STREAM_SCALES] = {5, 7, 12};

void stream_init(Stream *s, int nt, int nh)
{
    *s = (Stream){.nt = nt, .nh = nh};
    s->norm = mem_alloc(nt, sizeof *s->norm);
    s->pc = mem_alloc(2 * (int64_t)nt, sizeof *s->pc);
    s->sink = mem_alloc(nt, sizeof *s->sink);
    s->delta_attn = mem_alloc(nt, sizeof *s->delta_attn);
    s->delta_mlp = mem_alloc(nt, sizeof *s->delta_mlp);
    s->sparsity = mem_alloc(nt, sizeof *s->sparsity);
    s->proj = mem_alloc(nt, sizeof *s->proj);
    s->cosine = mem_alloc(nt, sizeof *s->cosine);
    s->tension = mem_alloc(nt, sizeof *s->tension);
    s->entropy = mem_alloc((int64_t)nh * nt, sizeof *s->entropy);
    s->distance = mem_alloc((int64_t)nh * nt, sizeof *s->distance);
}

void stream_free(Stream *s)
{
    free(s->norm);
    free(s->pc);
    free(s->sink);
    free(s->delta_attn);
    free(s->delta_mlp);
    free(s->sparsity);
    free(s->proj);
    free(s->cosine);
    free(s->tension);
    free(s->entropy);
    free(s->distance);
    *s = (Stream){0};
}

void stream_norms(const float *h, int nt, int d, int64_t ld, double *norm)
{
    for (int t = 0; t < nt; t++) {
        Moments m = moments_of_f32(h + t * ld, d);
        norm[t] = moments_norm(&m);
    }
}

/* The tokens that are no sinks, or all when there are no others, as x [*n, d]. */
static double *take_tokens(const Stream *s, const float *h, int d, int64_t ld, int *n)
{
    int sinks = 0;
    for (int t = 0; t < s->nt; t++) sinks += s->sink[t];
    double *x = mem_alloc((int64_t)s->nt * d, sizeof *x);
    *n = 0;
    for (int t = 0; t < s->nt; t++) {
        if (s->sink[t] && sinks < s->nt) continue;
        for (int j = 0; j < d; j++) x[(int64_t)*n * d + j] = h[t * ld + j];
        ++*n;
    }
    return x;
}

/* Coordinates of all tokens in the plane of those that are no sinks. */
static void find_coordinates(Stream *s, const Pca *p, const float *h, int64_t ld,
                             const double *mean)
{
    for (int t = 0; t < s->nt; t++)
        for (int k = 0; k < 2; k++) {
            double dot = 0;
            for (int j = 0; j < p->d; j++)
                dot += p->comp[(int64_t)k * p->d + j] * ((double)h[t * ld + j] - mean[j]);
            s->pc[2 * t + k] = dot;
        }
}

/* x [n, d]: the tokens that count. */
static bool find_plane(Stream *s, const double *x, int n, const float *h, int d, int64_t ld)
{
    Pca p;
    double total = 0;
    double *mean = mem_alloc(d, sizeof *mean);
    for (int64_t i = 0; i < n; i++)
        for (int j = 0; j < d; j++) mean[j] += x[i * d + j] / n;
    for (int64_t i = 0; i < n; i++)
        for (int j = 0; j < d; j++) total += pow(x[i * d + j] - mean[j], 2) / n;
    bool ok = pca_fit(&p, x, n, d, 2);
    for (int k = 0; ok && k < 2; k++) s->share[k] = total > 0 ? p.var[k] / total : 0;
    if (ok) find_coordinates(s, &p, h, ld, mean);
    pca_free(&p);
    free(mean);
    return ok;
}

/* Sums of v [d] over STREAM_FOLD equal blocks, scaled to length 1 (or all zero). */
static void fold_vector(const double *v, int d, double *out)
{
    double square = 0;
    for (int b = 0; b < STREAM_FOLD; b++) {
        out[b] = 0;
        for (int64_t j = (int64_t)b * d / STREAM_FOLD; j < (int64_t)(b + 1) * d / STREAM_FOLD; j++)
            out[b] += v[j];
        square += out[b] * out[b];
    }
    for (int b = 0; b < STREAM_FOLD && square > 0; b++) out[b] /= sqrt(square);
}

static bool find_folds(Stream *s, const double *x, int n, int d)
{
    Pca p;
    double total = 0;
    for (int64_t i = 0; i < (int64_t)n * d; i++) total += x[i] * x[i] / n;
    bool ok = pca_fit_origin(&p, x, n, d, STREAM_FOLDS);
    for (int k = 0; ok && k < STREAM_FOLDS; k++) {
        bool there = p.var[k] > RANK * p.var[0];
        s->fold_share[k] = there && total > 0 ? p.var[k] / total : 0;
        if (there)
            fold_vector(p.comp + (int64_t)k * d, d, s->fold[k]);
        else
            memset(s->fold[k], 0, sizeof s->fold[k]);
    }
    pca_free(&p);
    return ok;
}

static void find_blocks(const double *x, int n, int d, int blocks, double *out)
{
    for (int b = 0; b < blocks; b++) {
        double sum = 0;
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = (int64_t)b * d / blocks; j < (int64_t)(b + 1) * d / blocks; j++)
                sum += x[i * d + j] * x[i * d + j];
        out[b] = sqrt(sum);
    }
}

bool stream_state(Stream *s, const float *h, int d, int64_t ld, bool bos)
{
    int n;
    stream_norms(h, s->nt, d, ld, s->norm);
    sinks_find(s->norm, s->nt, bos, s->sink);
    double *x = take_tokens(s, h, d, ld, &n);
    for (int i = 0, at = 0; i < STREAM_SCALES; at += STREAM_SCALE[i++])
        find_blocks(x, n, d, STREAM_SCALE[i], s->blocks + at);
    bool ok = find_plane(s, x, n, h, d, ld) && find_folds(s, x, n, d);
    free(x);
    return ok;
}

void stream_project(Stream *s, const float *h, int64_t ld, const Direction *r)
{
    bool has = r && s->layer >= 0 && direction_has(r, s->layer);
    for (int t = 0; t < s->nt; t++) {
        s->proj[t] = s->cosine[t] = s->tension[t] = NAN;
        if (!has) continue;
        const DirectionLayer *l = &r->layer[s->layer];
        s->proj[t] = direction_project(r, s->layer, h + t * ld);
        s->cosine[t] = s->norm[t] > 0 ? s->proj[t] / s->norm[t] : 0;
        if (l->high > l->low) s->tension[t] = (s->proj[t] - l->low) / (l->high - l->low);
    }
}

void stream_sparsity(Stream *s, const float *post, int ff, int64_t ld, const bool *sink)
{
    Moments all = {0};
    for (int t = 0; t < s->nt; t++) {
        Moments m = moments_of_f32(post + t * ld, ff);
        if (!sink[t]) moments_merge(&all, &m);
    }
    s->post_std = all.n > 0 ? moments_std(&all) : 0;
    for (int t = 0; t < s->nt; t++) {
        int still = 0;
        for (int j = 0; j < ff; j++) still += fabs(post[t * ld + j]) < SPARSE * s->post_std;
        s->sparsity[t] = (double)still / ff;
    }
}
