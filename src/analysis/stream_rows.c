/* stream_rows.c: the tables of analysis/activations.h out of what stream.c has measured. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "stream.h"

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
    T_SURPRISAL,
    T_PROJ,
    T_COSINE,
    T_TENSION
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
    L_SINKS,
    L_PROJ,
    L_TENSION,
    L_BLOCKS,
    L_FOLD = L_BLOCKS + STREAM_SCALES,
    L_FOLD_SHARE = L_FOLD + STREAM_FOLDS
};

enum { H_ENTROPY, H_DISTANCE, H_ENTROPY_MEAN, H_DISTANCE_MEAN };

enum { P_TOKENS, P_SURPRISAL, P_PERPLEXITY, P_ENTROPY, P_TENSION };

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
    {FT_TOKENS, "proj", "", "dot product with the direction"},
    {FT_TOKENS, "proj_cos", "", "cosine with the direction"},
    {FT_TOKENS, "tension", "", "(proj - low) / (high - low) of the direction's pairs"},
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
    {FT_LAYERS, "proj_mean", "", "mean dot product with the direction"},
    {FT_LAYERS, "tension_mean", "", "mean tension"},
    {FT_LAYERS, "blocks5", "", "L2 norms of 5 blocks of dimensions, over the tokens"},
    {FT_LAYERS, "blocks7", "", "of 7 blocks"},
    {FT_LAYERS, "blocks12", "", "of 12 blocks"},
    {FT_LAYERS, "fold1", "", "first right singular vector of the tokens, folded to 32 blocks"},
    {FT_LAYERS, "fold2", "", "the second"},
    {FT_LAYERS, "fold3", "", "the third"},
    {FT_LAYERS, "fold4", "", "the fourth"},
    {FT_LAYERS, "fold_share", "", "their shares of the sum of squares"},
    {FT_HEADS, "head_entropy", "", "by token: H(attention) / ln(tokens seen)"},
    {FT_HEADS, "head_distance", "tokens", "by token: mean distance to what is attended to"},
    {FT_HEADS, "head_entropy_mean", "", "mean over tokens"},
    {FT_HEADS, "head_distance_mean", "tokens", "mean over tokens"},
    {FT_PROMPTS, "tokens", "", "tokens of the prompt"},
    {FT_PROMPTS, "surprisal_mean", "nats", "mean -ln P"},
    {FT_PROMPTS, "perplexity", "", "exp of that"},
    {FT_PROMPTS, "logit_entropy_mean", "nats", "mean entropy of the next token"},
    {FT_PROMPTS, "tension", "", "mean tension over the direction's layers"},
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
        set(fs, FT_TOKENS, T_PROJ, row, s->proj[t]);
        set(fs, FT_TOKENS, T_COSINE, row, s->cosine[t]);
        set(fs, FT_TOKENS, T_TENSION, row, s->tension[t]);
    }
}

static void layer_vectors(const Stream *s, FeatureSet *fs, int row)
{
    int at = base(fs, FT_LAYERS);
    const double *block = s->blocks;
    for (int i = 0; i < STREAM_SCALES; block += STREAM_SCALE[i++])
        feat_set(fs, FT_LAYERS, at + L_BLOCKS + i, row, block, STREAM_SCALE[i]);
    for (int k = 0; k < STREAM_FOLDS; k++)
        feat_set(fs, FT_LAYERS, at + L_FOLD + k, row, s->fold[k], STREAM_FOLD);
    feat_set(fs, FT_LAYERS, at + L_FOLD_SHARE, row, s->fold_share, STREAM_FOLDS);
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
        [L_PROJ] = mean(s, s->proj, 0),
        [L_TENSION] = mean(s, s->tension, 0),
    };
    for (int c = 0; c <= L_TENSION; c++) set(fs, FT_LAYERS, c, row, v[c]);
    layer_vectors(s, fs, row);
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

double stream_tension(const Stream *s)
{
    return mean(s, s->tension, 0);
}

void stream_outcome(const ActivationPrompt *p, const double *nats, const double *entropy,
                    double tension, int first, FeatureSet *fs)
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
    set(fs, FT_PROMPTS, P_TENSION, row, tension);
}
