/* circle.c: seed 002 section III, the circle of fifths as semantic neighbourhoods. Concepts that
 * share most of their features are neighbours. A feature is a coordinate of the embedding (less the
 * mean token) with its sign; a token has those of its largest magnitudes, an eighth of the width.
 * The graph of shared features is laid out in a ring by the two leading non-trivial eigenvectors of
 * its normalised Laplacian (Shi and Malik 2000): a circle graph gives cosine and sine. Is there a
 * ring: do neighbours on it share more than shuffled coordinates give? Does the text walk it in
 * small steps? */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/eigen.h"
#include "section.h"

static const char SECTION[] = "III circle of fifths";

enum { NODES = 64, HOURS = 12 };

typedef struct Ring {
    int n, words;             /* nodes; 64-bit words of features a node */
    int token[NODES];
    uint64_t *feature;        /* [n, words] */
    int k;                    /* features a node has */
    double share[NODES * NODES]; /* [n, n] features shared over k */
    double hour[NODES];       /* 0..12 */
    int order[NODES];         /* nodes by hour */
} Ring;

static void give(uint64_t *row, int feature)
{
    row[feature / 64] |= UINT64_C(1) << (feature % 64);
}

static int common(const uint64_t *a, const uint64_t *b, int words)
{
    int n = 0;
    for (int w = 0; w < words; w++)
        for (uint64_t x = a[w] & b[w]; x; x &= x - 1) n++;
    return n;
}

/* The k coordinates of largest magnitude: 2 i, or 2 i + 1 where they are negative. */
static void take_features(const double *x, int d, int k, uint64_t *row, double *size)
{
    for (int i = 0; i < d; i++) size[i] = fabs(x[i]);
    for (int j = 0; j < k; j++) {
        int best = 0;
        for (int i = 1; i < d; i++)
            if (size[i] > size[best]) best = i;
        if (!(size[best] > 0)) return;
        give(row, 2 * best + (x[best] < 0));
        size[best] = 0;
    }
}

/* The first occurrences of different tokens. Traces without ids: all differ. */
static void find_nodes(Ring *r, const Trace *t, const int *token, int n)
{
    r->n = 0;
    for (int i = 0; i < n && r->n < NODES; i++) {
        bool known = false;
        for (int k = 0; k < r->n && t->ids; k++)
            known = known || t->ids[r->token[k]] == t->ids[token[i]];
        if (!known) r->token[r->n++] = token[i];
    }
}

static void find_features(Ring *r, const Trace *t)
{
    double *x = section_points(t, 0, r->token, r->n), *size = mem_alloc(t->d, sizeof *size);
    r->words = (2 * t->d + 63) / 64;
    r->k = t->d / 8 > 4 ? t->d / 8 : 4;
    if (r->k > t->d) r->k = t->d;
    r->feature = mem_alloc((int64_t)r->n * r->words, sizeof *r->feature);
    for (int i = 0; i < r->n; i++)
        take_features(x + (int64_t)i * t->d, t->d, r->k, r->feature + (int64_t)i * r->words, size);
    free(size);
    free(x);
}

/* Shares of features, ring and hours from r->feature. */
static void lay_ring(Ring *r)
{
    int n = r->n;
    double w[3], *v = mem_alloc(3 * n, sizeof *v), *a = mem_alloc((int64_t)n * n, sizeof *a);
    double *degree = mem_alloc(n, sizeof *degree);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++) {
            int both = common(r->feature + (int64_t)i * r->words,
                              r->feature + (int64_t)k * r->words, r->words);
            r->share[i * n + k] = (double)both / r->k;
            if (i != k) degree[i] += r->share[i * n + k];
        }
    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++)
            a[i * n + k] = i == k ? 0 : r->share[i * n + k] /
                                            sqrt((degree[i] + 1e-9) * (degree[k] + 1e-9));
    bool ok = eigen_top_f64(a, n, 3, w, v);
    for (int i = 0; i < n; i++) {
        double angle = ok ? atan2(v[2 * n + i], v[n + i]) / 6.283185307179586 : (double)i / n;
        r->hour[i] = HOURS * (angle < 0 ? angle + 1 : angle);
        int at = i;
        while (at > 0 && r->hour[r->order[at - 1]] > r->hour[i]) {
            r->order[at] = r->order[at - 1];
            at--;
        }
        r->order[at] = i;
    }
    free(degree);
    free(a);
    free(v);
}

static double next_share(const Ring *r, int place)
{
    return r->share[r->order[place] * r->n + r->order[(place + 1) % r->n]];
}

/* How much more neighbours on the ring share than all pairs do. */
static double ringness(const Ring *r)
{
    double near = 0, all = 0;
    for (int i = 0; i < r->n; i++) near += next_share(r, i) / r->n;
    for (int i = 0; i < r->n; i++)
        for (int k = 0; k < r->n; k++)
            if (i != k) all += r->share[i * r->n + k] / (r->n * (r->n - 1.0));
    return near - all;
}

/* The features of points whose tokens were shuffled within every dimension. */
static void shuffle_features(const double *x, int d, Ring *to, double *y, double *size, Control *c)
{
    int order[NODES];
    for (int k = 0; k < d; k++) {
        for (int i = 0; i < to->n; i++) order[i] = i;
        control_shuffle(c, order, to->n);
        for (int i = 0; i < to->n; i++) y[(int64_t)i * d + k] = x[(int64_t)order[i] * d + k];
    }
    memset(to->feature, 0, (size_t)to->n * (size_t)to->words * sizeof *to->feature);
    for (int i = 0; i < to->n; i++)
        take_features(y + (int64_t)i * d, d, to->k, to->feature + (int64_t)i * to->words, size);
}

static void is_ring(const Ring *r, const Trace *t, Findings *out)
{
    double under[SECTION_SHUFFLES], *x = section_points(t, 0, r->token, r->n);
    double *y = mem_alloc((int64_t)r->n * t->d, sizeof *y), *size = mem_alloc(t->d, sizeof *size);
    Ring *other = mem_alloc(1, sizeof *other);
    Control c = control_seed(33);
    *other = *r;
    other->feature = mem_alloc((int64_t)r->n * r->words, sizeof *other->feature);
    for (int s = 0; section_more(out->run, s); s++) {
        shuffle_features(x, t->d, other, y, size, &c);
        lay_ring(other);
        under[s] = ringness(other);
    }
    FindingSpec s = {.section = SECTION, .name = "circle.ring",
                     .definition = "features (largest eighth of an embedding's coordinates, with "
                                   "sign) that neighbours on the ring share, less what all pairs "
                                   "share, as shares",
                     .value = ringness(r), .spread = NAN, .n = r->n, .under = under,
                     .control = "499 shuffles of the tokens within every dimension, each laid out "
                                "anew", .ncontrol = SECTION_SHUFFLES};
    finding_else(finding_add(out, &s, "The text's tokens form neighbourhoods: a step round the "
                             "circle keeps more features than chance would."),
                 "No circle: neighbours on it share no more than shuffled features would.");
    free(other->feature);
    free(other);
    free(size);
    free(x);
    free(y);
}

typedef struct Walk {
    const double *hour; /* [n] of each token of the text */
} Walk;

static double mean_step(const void *ud, const int *order, int n)
{
    const Walk *w = ud;
    double sum = 0;
    for (int i = 0; i + 1 < n; i++) {
        double d = fabs(w->hour[order[i]] - w->hour[order[i + 1]]);
        sum += d > HOURS / 2.0 ? HOURS - d : d;
    }
    return sum / (n - 1);
}

static void walk(const Ring *r, const Trace *t, const int *token, int n, Findings *out)
{
    double under[SECTION_SHUFFLES], *hour = mem_alloc(n, sizeof *hour);
    int m = 0;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < r->n; k++)
            if (r->token[k] == token[i] || (t->ids && t->ids[r->token[k]] == t->ids[token[i]])) {
                hour[m++] = r->hour[k];
                break;
            }
    Walk w = {.hour = hour};
    FindingSpec s = {.section = SECTION, .name = "circle.steps", .spread = NAN, .smaller = true,
                     .unit = "hours", .n = m - 1,
                     .definition = "mean way on the circle (12 hours round) from each token to the "
                                   "next", .control = "499 shuffles of the text"};
    section_test(out->run, &s, mean_step, &w, m, 1, 34, under);
    finding_else(finding_add(out, &s, "The text walks the circle in small steps, %.1f hours each.",
                             s.value),
                 "The text leaps about the circle, %.1f hours a token, as shuffled text does.",
                 s.value);
    free(hour);
}

void theory_circle(const TheoryText *x, Findings *out)
{
    static const char *const COLUMNS[] = {"hour", "shared"};
    const Trace *t = x->t;
    int *token = mem_alloc(t->nt, sizeof *token), n = section_run(t, t->nt, token);
    Ring *r = mem_alloc(1, sizeof *r);
    find_nodes(r, t, token, n);
    if (r->n >= 4) {
        find_features(r, t);
        lay_ring(r);
        is_ring(r, t, out);
        walk(r, t, token, n, out);
        FindingTable *table = findings_table(
            out, SECTION, "circle.order",
            "different tokens in the order of the circle; features shared with the next, as a "
            "share", COLUMNS, 2, r->n);
        for (int i = 0; i < r->n; i++) {
            table_label(table, i, "%d %s", r->token[r->order[i]],
                        section_label(x, r->token[r->order[i]]));
            table_set(table, i, 0, r->hour[r->order[i]]);
            table_set(table, i, 1, next_share(r, i));
        }
    }
    free(r->feature);
    free(r);
    free(token);
}
