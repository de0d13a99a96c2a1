/* trajectory.c: seed 002 section VI. A text is a melody through the stream two thirds up: does it
 * move by steps (angles under the median of all pairs) more than shuffled text, is its first
 * principal component a line, do sentences come to rest near the text's centre? Phrases are where
 * attention does not reach across: attention over its mean at that distance, in a square around
 * the cut (after Foote 2000), against attention shuffled among equal distances. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/pca.h"
#include "math/stats.h"
#include "music/melody.h"
#include "section.h"

static const char SECTION[] = "VI melody";

enum { REACH = 6, SPAN = 24, MOST = 2048 }; /* tokens each side of a cut; keys that the line is
                                              drawn on; tokens, the first of a longer text */

typedef struct Line {
    int n;
    const int *token;
    double *angle;   /* [n, n] degrees between tokens */
    double *tension; /* [n] distance from the centre over its root mean square */
    double *first;   /* [n] first principal component */
    double median;   /* of angle */
} Line;

static void line_make(Line *line, const Trace *t, const int *token, int n)
{
    int m = 0;
    double *x = section_points(t, section_depth(t), token, n), sum = 0;
    double *sorted = mem_alloc((int64_t)n * (n - 1) / 2, sizeof *sorted);
    Pca p = {0};
    *line = (Line){.n = n, .token = token, .angle = section_dots(x, n, x, n, t->d),
                   .tension = mem_alloc(n, sizeof *line->tension),
                   .first = mem_alloc(n, sizeof *line->first)};
    for (int i = 0; i < n; i++) sum += line->angle[(int64_t)i * (n + 1)];
    for (int i = 0; i < n; i++)
        line->tension[i] = sum > 0 ? sqrt(line->angle[(int64_t)i * (n + 1)] * n / sum) : 0;
    for (int i = 0; i < n; i++)
        for (int k = i + 1; k < n; k++)
            sorted[m++] = line->angle[(int64_t)i * n + k] =
                section_angle(line->angle[(int64_t)i * n + k], line->angle[(int64_t)i * (n + 1)],
                              line->angle[(int64_t)k * (n + 1)]);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < i; k++)
            line->angle[(int64_t)i * n + k] = line->angle[(int64_t)k * n + i];
    stats_sort_descending(sorted, m);
    line->median = sorted[m / 2];
    if (pca_fit(&p, x, n, t->d, 1)) memcpy(line->first, p.coord, (size_t)n * sizeof *p.coord);
    pca_free(&p);
    free(sorted);
    free(x);
}

static void line_free(Line *line)
{
    free(line->angle);
    free(line->tension);
    free(line->first);
}

static double step_share(const void *ud, const int *order, int n)
{
    const Line *line = ud;
    int steps = 0;
    for (int i = 0; i + 1 < n; i++)
        steps += line->angle[(int64_t)order[i] * n + order[i + 1]] < line->median;
    return (double)steps / (n - 1);
}

/* Autocorrelation at one token. */
static double smoothness(const void *ud, const int *order, int n)
{
    const Line *line = ud;
    double sum = 0, all = 0;
    for (int i = 0; i < n; i++) all += line->first[i] * line->first[i];
    for (int i = 0; i + 1 < n; i++) sum += line->first[order[i]] * line->first[order[i + 1]];
    return all > 0 ? sum / all : 0;
}

static void steps(const Line *line, Findings *out)
{
    double under[SECTION_SHUFFLES];
    FindingSpec s = {.section = SECTION, .name = "melody.steps", .spread = NAN, .n = line->n - 1,
                     .definition = "share of the moves from token to token, two thirds up, that "
                                   "turn by less than the median angle of all pairs",
                     .control = "499 shuffles of the tokens"};
    section_test(out->run, &s, step_share, line, line->n, 1, 61, under);
    finding_else(finding_add(out, &s, "The text is a melody: %.0f %% of its moves are steps.",
                             100 * s.value),
                 "The text leaps as much as its shuffles: %.0f %% of its moves are steps.",
                 100 * s.value);
}

static const char *contour_of(const Line *line)
{
    int *key = mem_alloc(line->n, sizeof *key);
    double *place = mem_alloc(line->n, sizeof *place);
    stats_norm01(line->first, line->n, place);
    for (int i = 0; i < line->n; i++) key[i] = (int)floor(SPAN * place[i] + 0.5);
    const char *name = melody_contour_name(melody_contour(key, line->n));
    free(key);
    free(place);
    return name;
}

static void contour(const Line *line, Findings *out)
{
    double under[SECTION_SHUFFLES];
    FindingSpec s = {.section = SECTION, .name = "melody.contour", .spread = NAN, .n = line->n,
                     .definition = "autocorrelation from token to token of the first principal "
                                   "component, two thirds up; the contour is Huron's class of it "
                                   "on 24 keys",
                     .control = "499 shuffles of the tokens"};
    section_test(out->run, &s, smoothness, line, line->n, 1, 62, under);
    finding_else(finding_add(out, &s, "The main component draws a line; its contour is %s.",
                             contour_of(line)),
                 "The main component jumps about like shuffled tokens (contour: %s).",
                 contour_of(line));
}

/* ---- resolution ----------------------------------------------------------------------------- */

static bool ends_sentence(const TheoryText *x, int token)
{
    const char *s = section_label(x, token);
    size_t n = strlen(s);
    while (n > 0 && (s[n - 1] == '"' || s[n - 1] == ' ' || s[n - 1] == '\n')) n--;
    return n > 0 && strchr(".!?", s[n - 1]);
}

typedef struct Rests {
    const double *tension;
    const int *at; /* [n] */
    int n;
} Rests;

static double at_rests(const void *ud, const int *order, int n)
{
    const Rests *r = ud;
    double sum = 0;
    (void)n;
    for (int i = 0; i < r->n; i++) sum += r->tension[order[r->at[i]]];
    return sum / r->n - 1;
}

static void resolution(const TheoryText *x, const Line *line, Findings *out)
{
    double under[SECTION_SHUFFLES];
    int *at = mem_alloc(line->n, sizeof *at);
    Rests r = {.tension = line->tension, .at = at};
    for (int i = 0; i < line->n; i++)
        if (i + 1 == line->n || ends_sentence(x, line->token[i])) at[r.n++] = i;
    FindingSpec s = {.section = SECTION, .name = "melody.resolution", .spread = NAN, .n = r.n,
                     .smaller = true,
                     .definition = "mean distance from the text's centre at the ends of sentences, "
                                   "over its root mean square, less 1; two thirds up",
                     .control = "499 shuffles of the tokens"};
    section_test(out->run, &s, at_rests, &r, line->n, 1, 63, under);
    finding_else(finding_add(out, &s, "Sentences resolve: they end nearer to the centre."),
                 "Sentences do not end nearer to the centre than elsewhere.");
    free(at);
}

/* ---- phrases -------------------------------------------------------------------------------- */

/* w [n, n] attention of i to k < i over the mean at that distance; 0 elsewhere. */
static double *over_distance(const Trace *t, const int *token, int n)
{
    double *w = mem_alloc((int64_t)n * n, sizeof *w);
    for (int gap = 1; gap < n && gap < 2 * REACH; gap++) {
        double sum = 0;
        for (int i = gap; i < n; i++)
            sum += t->pattern[(int64_t)token[i] * t->nt + token[i - gap]] / (double)(n - gap);
        for (int i = gap; i < n; i++)
            w[(int64_t)i * n + i - gap] =
                sum > 0 ? t->pattern[(int64_t)token[i] * t->nt + token[i - gap]] / sum : 1;
    }
    return w;
}

static double cut_depth(const double *w, int n, int cut, int reach)
{
    double sum = 0;
    for (int i = cut; i < cut + reach; i++)
        for (int k = cut - reach; k < cut; k++) sum += w[(int64_t)i * n + k];
    return 1 - sum / (reach * reach);
}

/* The deepest cut; depth [n] may be NULL. */
static double deepest(const double *w, int n, int reach, double *depth, int *where)
{
    double best = -INFINITY;
    for (int cut = reach; cut + reach <= n; cut++) {
        double d = cut_depth(w, n, cut, reach);
        if (depth) depth[cut] = d;
        if (!(d > best)) continue;
        best = d;
        *where = cut;
    }
    return best;
}

static void shuffle_distances(const double *w, int n, Control *c, int *order, double *out)
{
    for (int gap = 1; gap < n && gap < 2 * REACH; gap++) {
        for (int i = 0; i < n - gap; i++) order[i] = i;
        control_shuffle(c, order, n - gap);
        for (int i = gap; i < n; i++)
            out[(int64_t)i * n + i - gap] =
                w[(int64_t)(order[i - gap] + gap) * n + order[i - gap]];
    }
}

/* Cuts deeper than 95 % of the deepest ones of the control, the deepest of those that touch. */
static void phrase_table(const TheoryText *x, const int *token, int n, int reach,
                         const double *depth, double limit, Findings *out)
{
    static const char *const COLUMNS[] = {"from token", "depth"};
    int *start = mem_alloc(n, sizeof *start), m = 0;
    start[m++] = 0;
    for (int cut = reach; cut + reach <= n; cut++)
        if (depth[cut] > limit && (cut == reach || depth[cut] >= depth[cut - 1]) &&
            (cut + reach == n || depth[cut] > depth[cut + 1]))
            start[m++] = cut;
    FindingTable *table = findings_table(out, SECTION, "melody.phrases",
                                         "phrases: attention across their beginning is lower than "
                                         "in 95 % of the shuffles anywhere", COLUMNS, 2, m);
    for (int i = 0; i < m; i++) {
        int end = (i + 1 < m ? start[i + 1] : n) - 1;
        table_label(table, i, "%s ..%s", section_label(x, token[start[i]]),
                    section_label(x, token[end]));
        table_set(table, i, 0, token[start[i]]);
        if (i > 0) table_set(table, i, 1, depth[start[i]]);
    }
    free(start);
}

static void phrases(const TheoryText *x, const int *token, int n, Findings *out)
{
    int reach = n / 4 < REACH ? n / 4 : REACH, where = 0, other = 0;
    if (reach < 2) return;
    double under[SECTION_SHUFFLES] = {0}, sorted[SECTION_SHUFFLES];
    double *w = over_distance(x->t, token, n), *y = mem_alloc((int64_t)n * n, sizeof *y);
    double *depth = mem_alloc(n, sizeof *depth), value = deepest(w, n, reach, depth, &where);
    int *order = mem_alloc(n, sizeof *order);
    Control c = control_seed(64);
    for (int s = 0; section_more(out->run, s); s++) {
        shuffle_distances(w, n, &c, order, y);
        under[s] = deepest(y, n, reach, NULL, &other);
    }
    FindingSpec s = {.section = SECTION, .name = "melody.phrases", .value = value, .spread = NAN,
                     .n = n - 2 * reach + 1, .under = under, .ncontrol = SECTION_SHUFFLES,
                     .definition = "the deepest cut: 1 less the mean attention across it over the "
                                   "mean attention at the same distances",
                     .control = "499 shuffles of the attention among pairs equally far apart"};
    finding_else(finding_add(out, &s, "Attention breathes: it reaches across least before token "
                             "%d, \"%s\".", token[where], section_label(x, token[where])),
                 "Attention reaches across every place alike: no phrase boundary.");
    memcpy(sorted, under, sizeof sorted);
    stats_sort_descending(sorted, SECTION_SHUFFLES);
    phrase_table(x, token, n, reach, depth, sorted[(int)(FINDING_P * SECTION_SHUFFLES)], out);
    free(order);
    free(depth);
    free(y);
    free(w);
}

void theory_melody(const TheoryText *x, Findings *out)
{
    const Trace *t = x->t;
    int *token = mem_alloc(MOST, sizeof *token), n = section_run(t, MOST, token);
    if (n > 3) {
        Line line;
        line_make(&line, t, token, n);
        steps(&line, out);
        contour(&line, out);
        resolution(x, &line, out);
        if (t->pattern) phrases(x, token, n, out);
        line_free(&line);
    }
    free(token);
}
