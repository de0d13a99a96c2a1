/* modulation.c: see theory/modulation.h, and seed 002 section VIII. */
#include "theory/modulation.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/pca.h"
#include "section.h"

static const char SECTION[] = "VIII key and modulation";

/* Within a stretch already found, where one test follows another. */
static const double P_INSIDE = 0.01;

enum { LEAST = 3, NEAR = 3 }; /* tokens of a key; tokens around a change that may be its pivot */

/* Distances of the tokens that are looked at. */
typedef struct Keys {
    int n;
    const int *token;
    double *far;      /* [n, n] mean over the layers, each over its mean */
    double *sum;      /* [n + 1, n + 1] scratch */
    uint64_t seed;    /* counts the stretches */
} Keys;

static double *distances(const Trace *t, const int *token, int n)
{
    double *far = mem_alloc((int64_t)n * n, sizeof *far);
    for (int l = 1; l <= t->nl; l++) {
        double *x = section_points(t, l, token, n), *dot = section_dots(x, n, x, n, t->d), sum = 0;
        double *square = mem_alloc(n, sizeof *square);
        for (int i = 0; i < n; i++) square[i] = dot[(int64_t)i * (n + 1)];
        for (int i = 0; i < n; i++)
            for (int k = 0; k < n; k++) {
                double s = square[i] + square[k] - 2 * dot[(int64_t)i * n + k];
                dot[(int64_t)i * n + k] = i != k && s > 0 ? sqrt(s) : 0;
                sum += dot[(int64_t)i * n + k];
            }
        for (int64_t i = 0; i < (int64_t)n * n && sum > 0; i++)
            far[i] += dot[i] * n * (n - 1.0) / sum / t->nl;
        free(square);
        free(dot);
        free(x);
    }
    return far;
}

/* A stretch of the text against the rest of its surroundings. */
typedef struct Stretch {
    int from, to;
} Stretch;

/* sum [n + 1, n + 1]: of far over the rows and columns before each place, in this order. */
static void integrate(const Keys *k, const int *index, int n, double *sum)
{
    int w = n + 1;
    for (int i = 0; i < n; i++) {
        const double *row = k->far + (int64_t)index[i] * k->n;
        double across = 0;
        for (int j = 0; j < n; j++) {
            across += row[index[j]];
            sum[(int64_t)(i + 1) * w + j + 1] = sum[(int64_t)i * w + j + 1] + across;
        }
    }
}

/* Energy distance of from..to and the rest, by the sums. */
static double energy(const double *sum, int n, int from, int to)
{
    int64_t w = n + 1;
    double in = to - from, out = n - in, whole = sum[w * w - 1];
    double rows = sum[to * w + n] - sum[from * w + n];
    double within = sum[to * w + to] - 2 * sum[from * w + to] + sum[from * w + from];
    return 2 * (rows - within) / (in * out) - within / (in * in) -
           (whole - 2 * rows + within) / (out * out);
}

/* The stretch that differs most from the rest: the largest energy distance times both shares
 * (circular binary segmentation, Olshen et al. 2004: a change and back is seen at once). */
static double best_stretch(const Keys *k, const int *index, int n, Stretch *best)
{
    double most = -1;
    integrate(k, index, n, k->sum);
    for (int from = 0; from + LEAST <= n; from += from ? 1 : LEAST)
        for (int to = from + LEAST; to <= n; to++) {
            int in = to - from;
            if ((to < n && to > n - LEAST) || n - in < LEAST) continue;
            double q = energy(k->sum, n, from, to) * in * (n - in) / ((double)n * n);
            if (q <= most) continue;
            most = q;
            *best = (Stretch){.from = from, .to = to};
        }
    return most;
}

static double stretch_value(const void *ud, const int *order, int n)
{
    Stretch best;
    return best_stretch(ud, order, n, &best);
}

/* from..from + n of the text as a text of its own. */
static Keys part_of(const Keys *k, int from, int n)
{
    Keys part = {.n = n, .far = mem_alloc((int64_t)n * n, sizeof *part.far),
                 .sum = mem_alloc((int64_t)(n + 1) * (n + 1), sizeof *part.sum)};
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            part.far[(int64_t)i * n + j] = k->far[(int64_t)(from + i) * k->n + from + j];
    return part;
}

/* The likeliest stretch of from..to; false when there is no room. *q, *p of it; under [499] or
 * NULL. */
static bool test_stretch(Keys *k, int from, int to, Stretch *best, double *q, double *p,
                         double *under, const Run *run)
{
    int n = to - from;
    double own[SECTION_SHUFFLES] = {0};
    if (n < 2 * LEAST) return false;
    int *order = mem_alloc(n, sizeof *order);
    Keys part = part_of(k, from, n);
    FindingSpec s = {.n = n};
    section_test(run, &s, stretch_value, &part, n, (int)ceil(cbrt(n)), 81 + k->seed++,
                 under ? under : own);
    for (int i = 0; i < n; i++) order[i] = i;
    *q = best_stretch(&part, order, n, best);
    *p = permutation_p(*q, s.under, SECTION_SHUFFLES);
    best->from += from;
    best->to += from;
    free(part.far);
    free(part.sum);
    free(order);
    return true;
}

/* Changes of key in from..to, in order; place and ps [MODULATION_MOST]. */
static void divide(Keys *k, int from, int to, int *place, double *ps, int *n, const Run *run)
{
    double q, p, limit = to - from == k->n ? FINDING_P : P_INSIDE;
    Stretch s;
    if (*n == MODULATION_MOST || !test_stretch(k, from, to, &s, &q, &p, NULL, run) || p > limit)
        return;
    const int edge[4] = {from, s.from, s.to, to};
    for (int i = 0; i < 3; i++) {
        if (edge[i] > from && edge[i] < to && *n < MODULATION_MOST &&
            (i == 0 || edge[i] > edge[i - 1])) {
            place[*n] = edge[i];
            ps[(*n)++] = p;
        }
        if (edge[i + 1] > edge[i]) divide(k, edge[i], edge[i + 1], place, ps, n, run);
    }
}

static double mean_between(const Keys *k, int a, int a_end, int b, int b_end)
{
    double sum = 0;
    for (int i = a; i < a_end; i++)
        for (int j = b; j < b_end; j++) sum += k->far[(int64_t)i * k->n + j];
    return sum / ((double)(a_end - a) * (b_end - b));
}

static double apart(const Keys *k, int a, int a_end, int b, int b_end)
{
    return 2 * mean_between(k, a, a_end, b, b_end) - mean_between(k, a, a_end, a, a_end) -
           mean_between(k, b, b_end, b, b_end);
}

/* The token near the cut whose larger distance to the two keys is the smallest. */
static int find_pivot(const Keys *k, int from, int cut, int to)
{
    int best = cut;
    double least = INFINITY;
    for (int i = cut - NEAR; i < cut + NEAR; i++) {
        if (i < from || i >= to) continue;
        double worse = fmax(mean_between(k, i, i + 1, from, cut),
                            mean_between(k, i, i + 1, cut, to));
        if (!(worse < least)) continue;
        least = worse;
        best = i;
    }
    return best;
}

static void describe(const Keys *k, const int *place, const double *ps, Modulations *m)
{
    for (int i = 0; i < m->n; i++) {
        int cut = place[i], from = i ? place[i - 1] : 0, to = i + 1 < m->n ? place[i + 1] : k->n;
        Modulation *at = &m->at[i];
        *at = (Modulation){.token = k->token[cut], .p = ps[i],
                           .pivot = k->token[find_pivot(k, from, cut, to)],
                           .strength = apart(k, from, cut, cut, to),
                           .jump = k->far[(int64_t)cut * k->n + cut - 1]};
        if (i + 1 < m->n) {
            int end = i + 2 < m->n ? place[i + 2] : k->n;
            at->back = apart(k, from, cut, to, end) < 0.5 * at->strength;
        }
    }
}

void modulations_find(Modulations *m, const Trace *t, int tokens, double *under, const Run *run)
{
    int token[MODULATION_TOKENS], place[MODULATION_MOST];
    double ps[MODULATION_MOST];
    int most = tokens < MODULATION_TOKENS ? tokens : MODULATION_TOKENS;
    *m = (Modulations){.first = NAN, .first_p = NAN};
    Keys k = {.n = section_tokens(t, most, token), .token = token};
    if (t->nl < 1 || k.n < 2 * LEAST) return;
    k.far = distances(t, token, k.n);
    Stretch best;
    test_stretch(&k, 0, k.n, &best, &m->first, &m->first_p, under, run);
    m->first_token = token[best.from > 0 ? best.from : best.to];
    k.seed = 0;
    divide(&k, 0, k.n, place, ps, &m->n, run);
    describe(&k, place, ps, m);
    free(k.far);
}

/* ---- the section ---------------------------------------------------------------------------- */

static void claim(const TheoryText *x, const Modulations *m, int n, const double *under,
                  Findings *out)
{
    FindingSpec s = {.section = SECTION, .name = "key.modulation", .value = m->first,
                     .spread = NAN, .n = n, .under = under, .ncontrol = SECTION_SHUFFLES,
                     .definition = "largest energy distance, over all stretches of the text, of "
                                   "the tokens in it and the rest (times both shares; distances "
                                   "over all layers, 1 = the mean)",
                     .control = "499 shuffles of blocks of n^(1/3) tokens"};
    finding_else(finding_add(out, &s, "The text modulates at token %d, \"%s\": %d change%s of key "
                             "in all.", m->first_token, section_label(x, m->first_token), m->n,
                             m->n == 1 ? "" : "s"),
                 "The text stays in one key; the likeliest change, at token %d, \"%s\", is none "
                 "that shuffled blocks would not have.", m->first_token,
                 section_label(x, m->first_token));
}

static void list(const TheoryText *x, const Modulations *m, Findings *out)
{
    static const char *const COLUMNS[] = {"from token", "strength", "jump", "p", "pivot token"};
    FindingTable *table = findings_table(
        out, SECTION, "key.changes",
        "changes of key: energy distance of the keys before and after, distance of the two tokens "
        "at the change (both: 1 = mean distance of tokens), p, and the token that belongs to both "
        "keys; smooth when that jump is under 1; a tonicisation goes back at once", COLUMNS, 5,
        m->n + 1);
    table_label(table, 0, "first key");
    table_set(table, 0, 0, 0);
    for (int i = 0; i < m->n; i++) {
        const Modulation *at = &m->at[i];
        table_label(table, i + 1, "%s", section_label(x, at->token));
        table_set(table, i + 1, 0, at->token);
        table_set(table, i + 1, 1, at->strength);
        table_set(table, i + 1, 2, at->jump);
        table_set(table, i + 1, 3, at->p);
        table_set(table, i + 1, 4, at->pivot);
        table_note(table, i + 1, "%s %s, pivot \"%s\"", at->jump < 1 ? "smooth" : "abrupt",
                   at->back ? "tonicisation" : "modulation", section_label(x, at->pivot));
    }
}

/* Correlations of dimensions before and after a place, as the seed's local metric. */
typedef struct Metric {
    const double *x; /* [n, k] */
    int k, cut;
} Metric;

enum { AXES = 4 };

static void covariance(const Metric *m, const int *order, int from, int to, double *out)
{
    double mean[AXES] = {0};
    int n = to - from;
    for (int i = from; i < to; i++)
        for (int a = 0; a < m->k; a++) mean[a] += m->x[(int64_t)order[i] * m->k + a] / n;
    for (int a = 0; a < m->k; a++)
        for (int b = 0; b < m->k; b++) {
            out[a * AXES + b] = 0;
            for (int i = from; i < to; i++)
                out[a * AXES + b] += (m->x[(int64_t)order[i] * m->k + a] - mean[a]) *
                                     (m->x[(int64_t)order[i] * m->k + b] - mean[b]) / n;
        }
}

static double metric_change(const void *ud, const int *order, int n)
{
    const Metric *m = ud;
    double a[AXES * AXES] = {0}, b[AXES * AXES] = {0}, difference = 0, aa = 0, bb = 0;
    covariance(m, order, 0, m->cut, a);
    covariance(m, order, m->cut, n, b);
    for (int i = 0; i < AXES * AXES; i++) {
        difference += (a[i] - b[i]) * (a[i] - b[i]);
        aa += a[i] * a[i];
        bb += b[i] * b[i];
    }
    return aa + bb > 0 ? sqrt(difference) / (sqrt(aa) + sqrt(bb)) : 0;
}

static void metric(const Trace *t, const Modulations *m, const int *token, int n, Findings *out)
{
    double under[SECTION_SHUFFLES];
    Pca p = {0};
    double *x = section_points(t, section_depth(t), token, n);
    Metric change = {.k = t->d < AXES ? t->d : AXES};
    while (change.cut < n && token[change.cut] < m->first_token) change.cut++;
    if (pca_fit(&p, x, n, t->d, change.k)) {
        change.x = p.coord;
        FindingSpec s = {.section = SECTION, .name = "key.metric", .spread = NAN,
                         .definition = "|A - B| / (|A| + |B|), Frobenius, of the covariances of "
                                       "the tokens before and after that place, first four "
                                       "principal components, two thirds up",
                         .control = "499 shuffles of blocks of n^(1/3) tokens"};
        section_test(out->run, &s, metric_change, &change, n, (int)ceil(cbrt(n)), 82, under);
        finding_else(finding_add(out, &s, "The metric itself changes with the key: other "
                                 "directions are emphasised after it."),
                     "The local metric is the same before and after, as far as %d tokens tell.",
                     n);
    }
    pca_free(&p);
    free(x);
}

void theory_key(const TheoryText *x, Findings *out)
{
    double under[SECTION_SHUFFLES] = {0};
    int token[MODULATION_TOKENS], n = section_tokens(x->t, MODULATION_TOKENS, token);
    Modulations m;
    modulations_find(&m, x->t, MODULATION_TOKENS, under, out->run);
    if (isnan(m.first)) return;
    claim(x, &m, n, under, out);
    metric(x->t, &m, token, n, out);
    list(x, &m, out);
}
