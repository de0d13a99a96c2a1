/* stream.c: see stream.h. Attention sinks carry hundreds of times the norm of the rest: whatever is
 * fitted or averaged over tokens leaves them out. */
#include "stream.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/blas.h"
#include "math/pca.h"
#include "math/stats.h"

static const double SINK = 10;    /* medians */
static const double SPARSE = 0.1; /* standard deviations */

void stream_init(Stream *s, int nt, int nh)
{
    *s = (Stream){.nt = nt, .nh = nh};
    s->norm = mem_alloc(nt, sizeof *s->norm);
    s->pc = mem_alloc(2 * (int64_t)nt, sizeof *s->pc);
    s->sink = mem_alloc(nt, sizeof *s->sink);
    s->delta_attn = mem_alloc(nt, sizeof *s->delta_attn);
    s->delta_mlp = mem_alloc(nt, sizeof *s->delta_mlp);
    s->sparsity = mem_alloc(nt, sizeof *s->sparsity);
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
    free(s->entropy);
    free(s->distance);
    *s = (Stream){0};
}

static void find_sinks(Stream *s, bool bos)
{
    double *sorted = mem_alloc(s->nt, sizeof *sorted);
    memcpy(sorted, s->norm, (size_t)s->nt * sizeof *sorted);
    stats_sort_descending(sorted, s->nt);
    double median = 0.5 * (sorted[(s->nt - 1) / 2] + sorted[s->nt / 2]);
    for (int t = 0; t < s->nt; t++) s->sink[t] = s->norm[t] > SINK * median;
    if (bos) s->sink[0] = true;
    free(sorted);
}

/* Coordinates of all tokens in the plane of those that are no sinks. */
static void project(Stream *s, const Pca *p, const float *h, int64_t ld, const double *mean)
{
    for (int t = 0; t < s->nt; t++)
        for (int k = 0; k < 2; k++) {
            double dot = 0;
            for (int j = 0; j < p->d; j++)
                dot += p->comp[(int64_t)k * p->d + j] * ((double)h[t * ld + j] - mean[j]);
            s->pc[2 * t + k] = dot;
        }
}

static bool find_plane(Stream *s, const float *h, int d, int64_t ld)
{
    Pca p;
    int n = 0;
    double total = 0;
    double *x = mem_alloc((int64_t)s->nt * d, sizeof *x), *mean = mem_alloc(d, sizeof *mean);
    for (int t = 0; t < s->nt; t++) {
        if (s->sink[t]) continue;
        for (int j = 0; j < d; j++) x[(int64_t)n * d + j] = h[t * ld + j];
        n++;
    }
    for (int64_t i = 0; i < n; i++)
        for (int j = 0; j < d; j++) mean[j] += x[i * d + j] / n;
    for (int64_t i = 0; i < n; i++)
        for (int j = 0; j < d; j++) total += pow(x[i * d + j] - mean[j], 2) / n;
    bool ok = pca_fit(&p, x, n, d, 2);
    for (int k = 0; ok && k < 2; k++) s->share[k] = total > 0 ? p.var[k] / total : 0;
    if (ok) project(s, &p, h, ld, mean);
    pca_free(&p);
    free(x);
    free(mean);
    return ok;
}

bool stream_state(Stream *s, const float *h, int d, int64_t ld, bool bos)
{
    for (int t = 0; t < s->nt; t++) {
        Moments m = moments_of_f32(h + t * ld, d);
        s->norm[t] = moments_norm(&m);
    }
    find_sinks(s, bos);
    return find_plane(s, h, d, ld);
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

/* ---- tables --------------------------------------------------------------------------------- */

enum {
    T_NORM,
    T_PC1,
    T_PC2,
    T_PHASE,
    T_SINK,
    T_DELTA_ATTN,
    T_DELTA_MLP,
    T_ENTROPY,
    T_SPARSITY,
    T_LOGIT_ENTROPY,
    T_SURPRISAL
};

enum {
    L_NORM,
    L_LOG_NORM,
    L_DELTA_ATTN,
    L_DELTA_MLP,
    L_ENTROPY,
    L_SPARSITY,
    L_PC1,
    L_PC2,
    L_STD,
    L_SINKS
};

enum { H_ENTROPY, H_DISTANCE, H_ENTROPY_MEAN, H_DISTANCE_MEAN };

enum { P_TOKENS, P_SURPRISAL, P_PERPLEXITY, P_ENTROPY };

static const struct {
    int table;
    const char *name, *unit, *doc;
} COLUMN[] = {
    {FT_TOKENS, "norm", "", "L2 norm of the residual stream"},
    {FT_TOKENS, "pc1", "", "coordinate along the layer's first principal component"},
    {FT_TOKENS, "pc2", "", "coordinate along the second"},
    {FT_TOKENS, "phase", "rad", "angle of (pc1, pc2)"},
    {FT_TOKENS, "sink", "", "1 for attention sinks: BOS, or a norm over 10 medians"},
    {FT_TOKENS, "delta_attn", "", "L2 norm of what attention adds"},
    {FT_TOKENS, "delta_mlp", "", "L2 norm of what the MLP adds"},
    {FT_TOKENS, "attn_entropy", "", "mean over heads of H(attention) / ln(tokens seen)"},
    {FT_TOKENS, "sparsity", "", "share of MLP units below 0.1 of the layer's deviation"},
    {FT_TOKENS, "logit_entropy", "nats", "entropy of the next token"},
    {FT_TOKENS, "surprisal", "nats", "-ln P of the token"},
    {FT_LAYERS, "norm_mean", "", "mean norm"},
    {FT_LAYERS, "log_norm_mean", "", "mean of ln(norm)"},
    {FT_LAYERS, "delta_attn_mean", "", "mean norm of what attention adds"},
    {FT_LAYERS, "delta_mlp_mean", "", "mean norm of what the MLP adds"},
    {FT_LAYERS, "attn_entropy_mean", "", "mean attention entropy over its maximum"},
    {FT_LAYERS, "sparsity_mean", "", "mean MLP sparsity"},
    {FT_LAYERS, "pc1_share", "", "share of the variance along the first component"},
    {FT_LAYERS, "pc2_share", "", "along the second"},
    {FT_LAYERS, "post_std", "", "standard deviation of MLP units after activation"},
    {FT_LAYERS, "sinks", "", "attention sinks"},
    {FT_HEADS, "head_entropy", "", "by token: H(attention) / ln(tokens seen)"},
    {FT_HEADS, "head_distance", "tokens", "by token: mean distance to what is attended to"},
    {FT_HEADS, "head_entropy_mean", "", "mean over tokens"},
    {FT_HEADS, "head_distance_mean", "tokens", "mean over tokens"},
    {FT_PROMPTS, "tokens", "", "tokens of the prompt"},
    {FT_PROMPTS, "surprisal_mean", "nats", "mean -ln P"},
    {FT_PROMPTS, "perplexity", "", "exp of that"},
    {FT_PROMPTS, "logit_entropy_mean", "nats", "mean entropy of the next token"},
};

/* The index of the first of our columns in a table. */
static int base(const FeatureSet *fs, int table)
{
    for (size_t i = 0; i < sizeof COLUMN / sizeof *COLUMN; i++)
        if (COLUMN[i].table == table) return feat_find_column(fs, table, COLUMN[i].name);
    return -1;
}

static void set(FeatureSet *fs, int table, int col, int row, double v)
{
    if (!isnan(v)) feat_set1(fs, table, base(fs, table) + col, row, v);
}

/* Mean over the tokens from `from` on that are no sinks; over all of those when all are. */
static double mean(const Stream *s, const double *x, int from)
{
    double sum = 0, all = 0;
    int n = 0;
    for (int t = from; t < s->nt; t++) {
        all += x[t];
        if (s->sink[t]) continue;
        sum += x[t];
        n++;
    }
    if (s->nt <= from) return NAN;
    return n ? sum / n : all / (s->nt - from);
}

static double mean_head(const Stream *s, const float *x)
{
    double *d = mem_alloc(s->nt, sizeof *d);
    for (int t = 0; t < s->nt; t++) d[t] = x[t];
    double m = mean(s, d, 1);
    free(d);
    return m;
}

static void token_rows(const Stream *s, const ActivationPrompt *p, const double *entropy,
                       FeatureSet *fs, int *first)
{
    for (int t = 0; t < s->nt; t++) {
        RowKey key = {.prompt = (int16_t)p->prompt,
                      .layer = (int16_t)s->layer,
                      .role = -1,
                      .head = -1,
                      .token = t};
        int row = feat_add_row(fs, FT_TOKENS, key, p->label ? p->label[t] : NULL);
        if (t == 0) *first = row;
        const double v[] = {
            [T_NORM] = s->norm[t],           [T_PC1] = s->pc[2 * t],
            [T_PC2] = s->pc[2 * t + 1],      [T_PHASE] = atan2(s->pc[2 * t + 1], s->pc[2 * t]),
            [T_SINK] = s->sink[t],           [T_DELTA_ATTN] = s->delta_attn[t],
            [T_DELTA_MLP] = s->delta_mlp[t], [T_ENTROPY] = t > 0 ? entropy[t] : NAN,
            [T_SPARSITY] = s->sparsity[t],
        };
        int n = s->layer < 0 ? T_SINK + 1 : T_SPARSITY + 1;
        for (int c = 0; c < n; c++) set(fs, FT_TOKENS, c, row, v[c]);
    }
}

static void layer_row(const Stream *s, const ActivationPrompt *p, const double *entropy,
                      FeatureSet *fs)
{
    int sinks = 0;
    double *logs = mem_alloc(s->nt, sizeof *logs);
    for (int t = 0; t < s->nt; t++) {
        sinks += s->sink[t];
        logs[t] = log(s->norm[t] > 0 ? s->norm[t] : 1e-30);
    }
    RowKey key = {.prompt = (int16_t)p->prompt,
                  .layer = (int16_t)s->layer,
                  .role = -1,
                  .head = -1,
                  .token = -1};
    int row = feat_add_row(fs, FT_LAYERS, key, NULL);
    bool block = s->layer >= 0;
    const double v[] = {
        [L_NORM] = mean(s, s->norm, 0),
        [L_LOG_NORM] = mean(s, logs, 0),
        [L_DELTA_ATTN] = block ? mean(s, s->delta_attn, 0) : NAN,
        [L_DELTA_MLP] = block ? mean(s, s->delta_mlp, 0) : NAN,
        [L_ENTROPY] = block ? mean(s, entropy, 1) : NAN,
        [L_SPARSITY] = block ? mean(s, s->sparsity, 0) : NAN,
        [L_PC1] = s->share[0],
        [L_PC2] = s->share[1],
        [L_STD] = block ? s->post_std : NAN,
        [L_SINKS] = sinks,
    };
    for (int c = 0; c <= L_SINKS; c++) set(fs, FT_LAYERS, c, row, v[c]);
    free(logs);
}

static void head_rows(const Stream *s, const ActivationPrompt *p, FeatureSet *fs)
{
    int at = base(fs, FT_HEADS);
    for (int h = 0; h < s->nh; h++) {
        RowKey key = {.prompt = (int16_t)p->prompt,
                      .layer = (int16_t)s->layer,
                      .role = -1,
                      .head = (int16_t)h,
                      .token = -1};
        int row = feat_add_row(fs, FT_HEADS, key, NULL);
        const float *e = s->entropy + (int64_t)h * s->nt, *d = s->distance + (int64_t)h * s->nt;
        feat_set_f32(fs, FT_HEADS, at + H_ENTROPY, row, e, s->nt);
        feat_set_f32(fs, FT_HEADS, at + H_DISTANCE, row, d, s->nt);
        set(fs, FT_HEADS, H_ENTROPY_MEAN, row, mean_head(s, e));
        set(fs, FT_HEADS, H_DISTANCE_MEAN, row, mean_head(s, d));
    }
}

void stream_columns(FeatureSet *fs)
{
    for (size_t i = 0; i < sizeof COLUMN / sizeof *COLUMN; i++)
        if (feat_find_column(fs, COLUMN[i].table, COLUMN[i].name) < 0)
            feat_add_column(fs, COLUMN[i].table, COLUMN[i].name, COLUMN[i].unit, COLUMN[i].doc);
}

void stream_rows(const Stream *s, const ActivationPrompt *p, FeatureSet *fs, int *first)
{
    double *entropy = mem_alloc(s->nt, sizeof *entropy); /* mean over heads */
    for (int t = 0; t < s->nt; t++)
        for (int h = 0; h < s->nh; h++)
            entropy[t] += (double)s->entropy[(int64_t)h * s->nt + t] / s->nh;
    token_rows(s, p, entropy, fs, first);
    layer_row(s, p, entropy, fs);
    if (s->layer >= 0) head_rows(s, p, fs);
    free(entropy);
}

void stream_outcome(const ActivationPrompt *p, const double *nats, const double *entropy, int first,
                    FeatureSet *fs)
{
    double sum = 0, spread = 0;
    for (int t = 0; t < p->n; t++) {
        set(fs, FT_TOKENS, T_LOGIT_ENTROPY, first + t, entropy[t]);
        set(fs, FT_TOKENS, T_SURPRISAL, first + t, nats[t]);
        spread += entropy[t] / p->n;
        if (t > 0) sum += nats[t] / (p->n - 1);
    }
    RowKey key = {.prompt = (int16_t)p->prompt, .layer = -1, .role = -1, .head = -1, .token = -1};
    int row = feat_add_row(fs, FT_PROMPTS, key, p->name);
    set(fs, FT_PROMPTS, P_TOKENS, row, p->n);
    set(fs, FT_PROMPTS, P_SURPRISAL, row, p->n > 1 ? sum : NAN);
    set(fs, FT_PROMPTS, P_PERPLEXITY, row, p->n > 1 ? exp(sum) : NAN);
    set(fs, FT_PROMPTS, P_ENTROPY, row, spread);
}
