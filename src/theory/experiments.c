/* experiments.c: see theory/experiments.h. */
#include "theory/experiments.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/stats.h"
#include "section.h"
#include "theory/chord.h"

static const char SECTION[] = "XV research programme";

/* ---- 2: moves ------------------------------------------------------------------------------- */

enum { HOLD, SWELL, FADE, TURN, LEAP, MOVES };

static const char *const MOVE[MOVES] = {"hold", "swell", "fade", "turn", "leap"};

/* A layer's move of one token: by the angle it turns and the gain of its length. */
static int move_of(const double *x, const double *y, int d)
{
    double xx = section_dot(x, x, d), yy = section_dot(y, y, d);
    double angle = section_angle(section_dot(x, y, d), xx, yy);
    double gain = xx > 0 ? sqrt(yy / xx) : 1;
    if (angle > 60) return LEAP;
    if (angle > 30) return TURN;
    return gain > 1.1 ? SWELL : gain < 1 / 1.1 ? FADE : HOLD;
}

typedef struct Moves {
    int nl, n;
    const int *move; /* [nl, n] */
} Moves;

/* Mutual information of layer and move, nats; the moves of all layers in this order. */
static double information(const void *ud, const int *order, int all)
{
    const Moves *m = ud;
    double count[MOVES] = {0}, info = 0;
    for (int i = 0; i < all; i++) count[m->move[order[i]]] += 1.0 / all;
    for (int l = 0; l < m->nl; l++) {
        double here[MOVES] = {0};
        for (int i = 0; i < m->n; i++) here[m->move[order[l * m->n + i]]] += 1.0 / m->n;
        for (int k = 0; k < MOVES; k++)
            if (here[k] > 0) info += here[k] * log(here[k] / count[k]) / m->nl;
    }
    return info;
}

static void moves_table(const Moves *m, Findings *out)
{
    FindingTable *t = findings_table(out, SECTION, "moves.layers",
                                     "shares of the tokens: leap (turned by over 60 degrees), turn "
                                     "(over 30), else swell (over 1.1 times longer), fade (as much "
                                     "shorter), hold", MOVE, MOVES, m->nl);
    for (int l = 0; l < m->nl; l++) {
        double share[MOVES] = {0};
        int most = 0;
        for (int i = 0; i < m->n; i++) share[m->move[l * m->n + i]] += 1.0 / m->n;
        table_label(t, l, "layer %d", l);
        for (int k = 0; k < MOVES; k++) {
            table_set(t, l, k, share[k]);
            if (share[k] > share[most]) most = k;
        }
        table_note(t, l, "%s", MOVE[most]);
    }
}

void experiment_moves(const TheoryText *x, Findings *out)
{
    const Trace *t = x->t;
    int token[SECTION_MOST], n = section_tokens(t, SECTION_MOST, token);
    if (n < 2 || t->nl < 2) return;
    int *move = mem_alloc((int64_t)t->nl * n, sizeof *move);
    for (int l = 0; l < t->nl; l++) {
        double *a = section_points(t, l, token, n), *b = section_points(t, l + 1, token, n);
        for (int i = 0; i < n; i++)
            move[l * n + i] = move_of(a + (int64_t)i * t->d, b + (int64_t)i * t->d, t->d);
        free(a);
        free(b);
    }
    double under[SECTION_SHUFFLES];
    Moves m = {.nl = t->nl, .n = n, .move = move};
    FindingSpec s = {.section = SECTION, .name = "moves.vocabulary", .unit = "nats", .spread = NAN,
                     .definition = "mutual information of the layer and the kind of move (five) "
                                   "that it makes of a token, less the mean token",
                     .control = "499 shuffles of all moves"};
    section_test(out->run, &s, information, &m, t->nl * n, 1, 152, under);
    finding_else(finding_add(out, &s, "Layers have a vocabulary: each prefers moves of its own."),
                 "The moves do not tell the layers apart.");
    moves_table(&m, out);
    free(move);
}

/* ---- 3: pairs of heads ---------------------------------------------------------------------- */

enum { LISTED = 10, HEADS_MOST = 128 };

typedef struct Pair {
    int a, b;
    double r;
} Pair;

static int louder(const void *x, const void *y)
{
    double a = fabs(((const Pair *)x)->r), b = fabs(((const Pair *)y)->r);
    return (a < b) - (a > b);
}

/* Steps of ln attention distance, of length 1 less their mean: [heads, n]. */
static double *steps_of(const Trace *t, const int *head, int heads, const int *token, int n)
{
    double *v = mem_alloc((int64_t)heads * n, sizeof *v);
    for (int h = 0; h < heads; h++) {
        const float *far = t->head_distance + (int64_t)head[h] * t->nt;
        double *row = v + (int64_t)h * n, mean = 0;
        for (int i = 0; i < n; i++) {
            row[i] = log2((1.0 + far[token[i + 1]]) / (1.0 + far[token[i]]));
            mean += row[i] / n;
        }
        for (int i = 0; i < n; i++) row[i] -= mean;
    }
    section_unit(v, heads, n);
    return v;
}

/* The largest and least correlations of all pairs; turn [heads] of each in time. */
static void extremes(const double *v, int heads, int n, const int *turn, double *high, double *low)
{
    double *y = mem_alloc((int64_t)heads * n, sizeof *y);
    for (int h = 0; h < heads; h++)
        for (int i = 0; i < n; i++)
            y[(int64_t)h * n + i] = v[(int64_t)h * n + (i + turn[h]) % n];
    double *r = section_dots(y, heads, y, heads, n);
    *high = -1;
    *low = 1;
    for (int a = 0; a < heads; a++)
        for (int b = a + 1; b < heads; b++) {
            *high = fmax(*high, r[(int64_t)a * heads + b]);
            *low = fmin(*low, r[(int64_t)a * heads + b]);
        }
    free(r);
    free(y);
}

static void pair_table(const Trace *t, const double *v, const int *head, int heads, int n,
                       Findings *out)
{
    static const char *const COLUMNS[] = {"correlation"};
    int m = 0, all = heads * (heads - 1) / 2;
    Pair *pair = mem_alloc(all, sizeof *pair);
    for (int a = 0; a < heads; a++)
        for (int b = a + 1; b < heads; b++)
            pair[m++] = (Pair){.a = a, .b = b, .r = section_dot(v + (int64_t)a * n,
                                                                v + (int64_t)b * n, n)};
    qsort(pair, (size_t)m, sizeof *pair, louder);
    if (m > LISTED) m = LISTED;
    FindingTable *table = findings_table(out, SECTION, "pairs.heads",
                                         "the pairs of heads whose steps go together or against "
                                         "each other the most", COLUMNS, 1, m);
    for (int i = 0; i < m; i++) {
        int a = head[pair[i].a], b = head[pair[i].b];
        table_label(table, i, "layer %d head %d, layer %d head %d", a / t->nh, a % t->nh,
                    b / t->nh, b % t->nh);
        table_set(table, i, 0, pair[i].r);
        table_note(table, i, "%s", pair[i].r > 0 ? "consonant" : "dissonant");
    }
    free(pair);
}

void experiment_pairs(const TheoryText *x, Findings *out)
{
    const Trace *t = x->t;
    int token[SECTION_MOST], n = section_run(t, SECTION_MOST, token) - 1;
    int all = t->nl * t->nh, heads = all < HEADS_MOST ? all : HEADS_MOST, head[HEADS_MOST];
    int turn[HEADS_MOST] = {0};
    double high[SECTION_SHUFFLES], low[SECTION_SHUFFLES], most, least;
    if (n < 4 || heads < 2) return;
    for (int h = 0; h < heads; h++) head[h] = (int)((int64_t)h * all / heads);
    double *v = steps_of(t, head, heads, token, n);
    Control c = control_seed(153);
    extremes(v, heads, n, turn, &most, &least);
    for (int s = 0; section_more(out->run, s); s++) {
        for (int h = 0; h < heads; h++) turn[h] = control_below(&c, n);
        extremes(v, heads, n, turn, &high[s], &low[s]);
    }
    FindingSpec s = {.section = SECTION, .name = "pairs.consonant", .value = most, .spread = NAN,
                     .n = heads * (heads - 1) / 2,
                     .definition = "largest correlation of two heads' steps of log2(1 + mean "
                                   "attention distance) over the text, all pairs of heads",
                     .control = "499 times all heads turned in time", .under = high,
                     .ncontrol = SECTION_SHUFFLES};
    finding_else(finding_add(out, &s, "There are heads that sing together throughout."),
                 "No two heads sing together more than the luckiest of unrelated ones.");
    s.name = "pairs.dissonant";
    s.definition = "the least such correlation";
    s.value = least;
    s.under = low;
    s.smaller = true;
    finding_else(finding_add(out, &s, "There are heads that sing against each other."),
                 "No two heads sing against each other more than the unluckiest of unrelated "
                 "ones.");
    pair_table(t, v, head, heads, n, out);
    free(v);
}

/* ---- 4: does dissonance predict? ------------------------------------------------------------ */

typedef struct Both {
    const double *x, *y; /* [n] */
    double *turned;      /* [n] scratch */
} Both;

static double correlation(const void *ud, const int *order, int n)
{
    const Both *b = ud;
    for (int i = 0; i < n; i++) b->turned[i] = b->y[order[i]];
    return stats_correlation(b->x, b->turned, n);
}

static void predict(const double *dissonance, const double *y, int n, const char *name,
                    const char *definition, const char *what, uint64_t seed, Findings *out)
{
    double under[SECTION_SHUFFLES], *turned = mem_alloc(n, sizeof *turned);
    Both b = {.x = dissonance, .y = y, .turned = turned};
    FindingSpec s = {.section = SECTION, .name = name, .definition = definition, .spread = NAN,
                     .control = "499 shuffles of the tokens"};
    section_test(out->run, &s, correlation, &b, n, 1, seed, under);
    finding_else(finding_add(out, &s, "Dissonance tells %s.", what),
                 "Dissonance does not tell %s.", what);
    free(turned);
}

void experiment_metric(const TheoryText *x, Findings *out)
{
    const Trace *t = x->t;
    int token[SECTION_MOST], n = section_run(t, SECTION_MOST, token);
    if (n < 5) return;
    double *dissonance = mem_alloc(n, sizeof *dissonance), *unsure = mem_alloc(n, sizeof *unsure);
    double *surprise = mem_alloc(n, sizeof *surprise);
    for (int l = 0; l < t->nl; l++) {
        double *a = section_points(t, l, token, n), *b = section_points(t, l + 1, token, n);
        for (int64_t i = 0; i < (int64_t)n * t->d; i++) b[i] -= a[i];
        section_unit(a, n, t->d);
        section_unit(b, n, t->d);
        for (int i = 0; i < n; i++)
            dissonance[i] -= section_dot(a + (int64_t)i * t->d, b + (int64_t)i * t->d, t->d) /
                             t->nl;
        free(a);
        free(b);
    }
    for (int i = 0; i < n; i++) {
        unsure[i] = t->entropy[token[i]];
        surprise[i] = token[i] > 0 ? t->surprisal[token[i]] : 0;
    }
    predict(dissonance, unsure, n, "metric.entropy",
            "correlation over the tokens of their dissonance (minus the mean cosine of the stream "
            "with what each layer adds) with the entropy of the next token",
            "where the model is unsure of what comes", 154, out);
    predict(dissonance + (token[0] == 0), surprise + (token[0] == 0), n - (token[0] == 0),
            "metric.surprisal", "the same with the token's own surprisal",
            "where the text surprises", 155, out);
    free(dissonance);
    free(unsure);
    free(surprise);
}

/* ---- 5: basins ------------------------------------------------------------------------------ */

static void centred_curve(double *v, int n)
{
    double mean = stats_mean(v, n);
    for (int i = 0; i < n; i++) v[i] -= mean;
    section_unit(v, 1, n);
}

/* v [n, layers]: how much of each chord emerges in each layer, less its mean, of length 1; mean
 * [layers] of all chords before that. */
static double *emergence(const ChordSet *c, double *mean)
{
    double *v = mem_alloc((int64_t)c->n * c->layers, sizeof *v), *x[3];
    for (int k = 0; k < 3; k++) x[k] = mem_alloc(c->d, sizeof *x[k]);
    const float *from[3] = {c->a, c->b, c->both};
    for (int i = 0; i < c->n; i++) {
        for (int l = 0; l < c->layers; l++) {
            int64_t at = ((int64_t)l * c->n + i) * c->d;
            for (int k = 0; k < 3; k++)
                for (int j = 0; j < c->d; j++) x[k][j] = from[k][at + j];
            double e = 1 - chord_explained(section_dot(x[0], x[0], c->d),
                                           section_dot(x[1], x[1], c->d),
                                           section_dot(x[0], x[1], c->d),
                                           section_dot(x[2], x[0], c->d),
                                           section_dot(x[2], x[1], c->d),
                                           section_dot(x[2], x[2], c->d));
            v[(int64_t)i * c->layers + l] = e;
            mean[l] += e / c->n;
        }
        centred_curve(v + (int64_t)i * c->layers, c->layers);
    }
    for (int k = 0; k < 3; k++) free(x[k]);
    return v;
}

/* Mean correlation of all pairs of curves: |sum|^2 less n, over n (n - 1). */
static double agreement(const double *v, int n, int layers)
{
    double whole = 0;
    for (int l = 0; l < layers; l++) {
        double sum = 0;
        for (int i = 0; i < n; i++) sum += v[(int64_t)i * layers + l];
        whole += sum * sum;
    }
    return (whole - n) / (n * (n - 1.0));
}

void experiment_basins(const TheoryText *x, Findings *out)
{
    static const char *const COLUMNS[] = {"emergent"};
    const ChordSet *c = x->chords;
    if (!c || c->n < 3 || c->layers < 3) return;
    double under[SECTION_SHUFFLES], *mean = mem_alloc(c->layers, sizeof *mean);
    double *v = emergence(c, mean), *y = mem_alloc((int64_t)c->n * c->layers, sizeof *y);
    int *order = mem_alloc(c->layers, sizeof *order);
    Control draw = control_seed(156);
    for (int s = 0; section_more(out->run, s); s++) {
        for (int i = 0; i < c->n; i++) {
            for (int l = 0; l < c->layers; l++) order[l] = l;
            control_shuffle(&draw, order, c->layers);
            for (int l = 0; l < c->layers; l++)
                y[(int64_t)i * c->layers + l] = v[(int64_t)i * c->layers + order[l]];
        }
        under[s] = agreement(y, c->n, c->layers);
    }
    FindingSpec s = {.section = SECTION, .name = "basin.transposable", .spread = NAN, .n = c->n,
                     .definition = "mean correlation over all pairs of chords of how their "
                                   "emergent part goes through the layers",
                     .value = agreement(v, c->n, c->layers), .under = under,
                     .ncontrol = SECTION_SHUFFLES,
                     .control = "499 shuffles of the layers of each chord"};
    finding_else(finding_add(out, &s, "Chords reach their basins by one progression, transposed."),
                 "Every chord reaches its basin by a way of its own.");
    FindingTable *t = findings_table(out, SECTION, "basin.layers",
                                     "mean share of a chord that is not in its notes' plane",
                                     COLUMNS, 1, c->layers);
    for (int l = 0; l < c->layers; l++) {
        section_layer_label(t, l, l);
        table_set(t, l, 0, mean[l]);
    }
    free(order);
    free(y);
    free(v);
    free(mean);
}
