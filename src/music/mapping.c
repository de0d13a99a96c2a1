/* mapping.c: see music/mapping.h. */
#include "music/mapping.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

double clamp(double x, double lo, double hi)
{
    return x < lo ? lo : x > hi ? hi : x;
}

double lerp(double a, double b, double x)
{
    return a + (b - a) * x;
}

void map_norm01(const float *x, int n, float *out)
{
    float lo = INFINITY, hi = -INFINITY;
    for (int i = 0; i < n; i++) {
        if (!isfinite(x[i])) continue;
        if (x[i] < lo) lo = x[i];
        if (x[i] > hi) hi = x[i];
    }
    for (int i = 0; i < n; i++)
        out[i] =
            hi > lo && isfinite(x[i]) ? (float)(((double)x[i] - lo) / ((double)hi - lo)) : 0.5f;
}

void map_norm01_log(const float *x, int n, float *out)
{
    float *y = mem_alloc(n, sizeof *y);
    for (int i = 0; i < n; i++) y[i] = (float)log1p(x[i] > 0 ? (double)x[i] : 0);
    map_norm01(y, n, out);
    free(y);
}

void series_free(Series *s)
{
    free(s->v);
    free(s->u);
    *s = (Series){0};
}

void series_alloc(Series *s, int n)
{
    *s = (Series){.n = n};
    s->v = mem_alloc(n, sizeof *s->v);
    s->u = mem_alloc(n, sizeof *s->u);
}

/* A number that is absent or NaN takes the nearest real one, earlier first, with its address: what
 * it makes is then honestly made from that one. False when there is no real number at all. */
static bool series_heal(Series *s)
{
    bool *real = mem_alloc(s->n, sizeof *real);
    int found = 0;
    for (int i = 0; i < s->n; i++) found += real[i] = isfinite(s->v[i].x) != 0;
    for (int i = 0; found && i < s->n; i++) {
        int d = 0, at = i;
        while (!real[at]) {
            d++;
            at = i - d >= 0 && real[i - d] ? i - d : i + d < s->n && real[i + d] ? i + d : i;
        }
        s->v[i] = s->v[at];
    }
    free(real);
    return found > 0;
}

bool series_finish(Series *s, bool logarithmic)
{
    if (!series_heal(s)) {
        series_free(s);
        return false;
    }
    float *raw = mem_alloc(s->n, sizeof *raw);
    for (int i = 0; i < s->n; i++) raw[i] = s->v[i].x;
    if (logarithmic)
        map_norm01_log(raw, s->n, s->u);
    else
        map_norm01(raw, s->n, s->u);
    free(raw);
    return true;
}

bool series_load(Series *s, const FeatureSet *fs, int table, const char *col, int layer, int role,
                 int n, bool logarithmic)
{
    int c = feat_find_column(fs, table, col), r = feat_find_row(fs, table, layer, role);
    int len = feat_len(fs, table, c, r);
    *s = (Series){0};
    if (len == 0) return false;
    if (n <= 0) n = len;
    series_alloc(s, n);
    for (int i = 0; i < n; i++) {
        int lane = n == 1 ? 0 : (int)((int64_t)i * (len - 1) / (n - 1));
        s->v[i] = feat_value(fs, table, c, r, lane);
    }
    return series_finish(s, logarithmic);
}

static Value nearest_layer(const FeatureSet *fs, int table, const char *col, int layer, int role)
{
    for (int d = 0; d < fs->nl; d++) {
        for (int sign = -1; sign <= 1; sign += 2) {
            int l = layer + sign * d;
            if (l < 0 || l >= fs->nl) continue;
            Value v = feat_look(fs, table, col, l, role, 0);
            if (isfinite(v.x)) return v;
        }
    }
    return (Value){NAN, CELL_NONE};
}

bool series_over_layers(Series *s, const FeatureSet *fs, int table, const char *col, int role,
                        bool logarithmic)
{
    *s = (Series){0};
    if (fs->nl <= 0 || !isfinite(nearest_layer(fs, table, col, 0, role).x)) return false;
    series_alloc(s, fs->nl);
    for (int l = 0; l < fs->nl; l++) s->v[l] = nearest_layer(fs, table, col, l, role);
    return series_finish(s, logarithmic);
}

bool series_turn16(Series *s, const FeatureSet *fs, const char *col, int layer, int role, int turn)
{
    int c = feat_find_column(fs, FT_WEIGHTS, col), r = feat_find_row(fs, FT_WEIGHTS, layer, role);
    int len = feat_len(fs, FT_WEIGHTS, c, r);
    *s = (Series){0};
    if (len == 0) return false;
    series_alloc(s, 16);
    for (int i = 0; i < 16; i++) {
        int64_t lane = (len >= 16 ? (int64_t)i * (len / 16) : i) + turn;
        s->v[i] = feat_value(fs, FT_WEIGHTS, c, r, (int)(lane % len));
    }
    return series_finish(s, false);
}

bool series_steps16(Series *s, const FeatureSet *fs, const char *col, int layer, int role)
{
    return series_turn16(s, fs, col, layer, role, 0);
}

int map_role(const FeatureSet *fs, int layer, int role)
{
    static const int STAND_IN[][3] = {
        {ROLE_GATE, ROLE_UP, ROLE_DOWN}, {ROLE_UP, ROLE_GATE, ROLE_DOWN},
        {ROLE_DOWN, ROLE_UP, ROLE_O},    {ROLE_Q, ROLE_K, ROLE_V},
        {ROLE_K, ROLE_V, ROLE_Q},        {ROLE_V, ROLE_K, ROLE_Q},
        {ROLE_O, ROLE_V, ROLE_Q},        {ROLE_NORM_ATTN, ROLE_NORM_MLP, ROLE_NORM_ATTN_POST},
    };
    if (feat_find_row(fs, FT_WEIGHTS, layer, role) >= 0) return role;
    for (size_t i = 0; i < sizeof STAND_IN / sizeof *STAND_IN; i++) {
        if (STAND_IN[i][0] != role) continue;
        for (int k = 1; k < 3; k++)
            if (feat_find_row(fs, FT_WEIGHTS, layer, STAND_IN[i][k]) >= 0) return STAND_IN[i][k];
    }
    return -1;
}
