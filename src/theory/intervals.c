/* intervals.c: seed 002 section III. The interval of two representations is the angle between them
 * (less the mean token of the layer), named by the seed's table with these limits: unison below 15
 * degrees (octave when one is over twice as long), minor second to 37.5, major third to 67.5,
 * perfect fifth to 112.5, tritone beyond. Consonance is what interference adds, normalised:
 * |a + b|^2 / (|a|^2 + |b|^2) - 1, from -1 (they cancel) over 0 to 1 (the same). */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/stats.h"
#include "section.h"
#include "theory/interval.h"

static const char SECTION[] = "III intervals";

enum { PAIRED = 128 };

static const char *const NAME[] = {"unison",        "octave",  "minor second", "major third",
                                   "perfect fifth", "tritone"};
enum { NAMES = sizeof NAME / sizeof *NAME };

int interval_class(double degrees, double ratio)
{
    if (degrees < 15) return ratio > 2 || ratio < 0.5 ? 1 : 0;
    return degrees < 37.5 ? 2 : degrees < 67.5 ? 3 : degrees < 112.5 ? 4 : 5;
}

const char *interval_name(int i)
{
    return i >= 0 && i < NAMES ? NAME[i] : "";
}

double interval_consonance(double dot, double xx, double yy)
{
    return xx + yy > 0 ? 2 * dot / (xx + yy) : 0;
}

typedef struct Square {
    const double *v, *w; /* [n, n] */
    int n;
} Square;

static double neighbours(const void *ud, const int *order, int n)
{
    const Square *s = ud;
    double sum = 0;
    for (int i = 0; i + 1 < n; i++) sum += s->v[(int64_t)order[i] * s->n + order[i + 1]];
    return sum / (n - 1);
}

/* v [n, n]: mean consonance over the layers after the embedding. */
static double *consonances(const Trace *t, const int *token, int n)
{
    double *v = mem_alloc((int64_t)n * n, sizeof *v);
    for (int l = 1; l <= t->nl; l++) {
        double *x = section_points(t, l, token, n), *dot = section_dots(x, n, x, n, t->d);
        for (int i = 0; i < n; i++)
            for (int k = 0; k < n; k++)
                v[(int64_t)i * n + k] +=
                    interval_consonance(dot[(int64_t)i * n + k], dot[(int64_t)i * (n + 1)],
                                        dot[(int64_t)k * (n + 1)]) / t->nl;
        free(dot);
        free(x);
    }
    return v;
}

static void consonance(const Trace *t, const int *token, int n, Findings *out)
{
    double under[SECTION_SHUFFLES], *v = consonances(t, token, n);
    double *step = mem_alloc(n, sizeof *step);
    for (int i = 0; i + 1 < n; i++) step[i] = v[(int64_t)i * n + i + 1];
    Square square = {.v = v, .n = n};
    FindingSpec s = {.section = SECTION, .name = "intervals.consonance", .n = n - 1,
                     .definition = "mean over neighbouring tokens and layers of |a + b|^2 / (|a|^2 "
                                   "+ |b|^2) - 1, less the mean token",
                     .spread = section_spread(step, n - 1),
                     .control = "499 shuffles of the tokens"};
    section_test(out->run, &s, neighbours, &square, n, 1, 31, under);
    finding_else(finding_add(out, &s, "Neighbouring tokens are consonant: they interfere "
                             "constructively more than tokens of this text do at random."),
                 "Neighbouring tokens are no more consonant than random tokens of this text.");
    free(step);
    free(v);
}

/* [n, n] degrees at a layer; length [n] may be NULL. */
static double *angles(const Trace *t, int layer, const int *token, int n, double *length)
{
    double *x = section_points(t, layer, token, n), *dot = section_dots(x, n, x, n, t->d);
    double *square = mem_alloc(n, sizeof *square);
    for (int i = 0; i < n; i++) square[i] = dot[(int64_t)i * (n + 1)];
    for (int i = 0; i < n; i++) {
        if (length) length[i] = sqrt(square[i]);
        for (int k = 0; k < n; k++)
            dot[(int64_t)i * n + k] =
                section_angle(dot[(int64_t)i * n + k], square[i], square[k]);
    }
    free(square);
    free(x);
    return dot;
}

/* Pearson's r over the pairs of the first square with the second in this order (Mantel 1967). */
static double mantel(const void *ud, const int *order, int n)
{
    const Square *s = ud;
    double x = 0, y = 0, xx = 0, yy = 0, xy = 0, pairs = 0.5 * n * (n - 1);
    for (int i = 0; i < n; i++)
        for (int k = i + 1; k < n; k++) {
            double a = s->v[(int64_t)i * n + k] - 90;
            double b = s->w[(int64_t)order[i] * n + order[k]] - 90;
            x += a;
            y += b;
            xx += a * a;
            yy += b * b;
            xy += a * b;
        }
    double sx = xx - x * x / pairs, sy = yy - y * y / pairs;
    return sx > 1e-9 && sy > 1e-9 ? (xy - x * y / pairs) / sqrt(sx * sy) : 0;
}

static void contextual(const double *first, const double *last, int n, Findings *out)
{
    double under[SECTION_SHUFFLES];
    Square square = {.v = first, .w = last, .n = n};
    FindingSpec s = {.section = SECTION, .name = "intervals.kept", .spread = NAN,
                     .n = n * (n - 1) / 2,
                     .definition = "Pearson correlation over all pairs of tokens of their angle in "
                                   "the embedding with that in the last layer",
                     .control = "499 shuffles of the last layer's tokens (Mantel)"};
    section_test(out->run, &s, mantel, &square, n, 1, 32, under);
    finding_else(finding_add(out, &s, "Intervals are kept from the embedding to the last layer; "
                             "context accounts for the other %.0f %% of their variance.",
                             100 * (1 - s.value * s.value)),
                 "Intervals are contextual: those of the embedding do not tell those of the last "
                 "layer.");
}

static void classes(double *const *angle, double *const *length, int n, Findings *out)
{
    const char *column[3] = {"embedding", "middle", "last layer"};
    FindingTable *table = findings_table(
        out, SECTION, "intervals.classes",
        "share of all pairs of tokens by angle: unison < 15 degrees (octave: lengths over 2 to 1), "
        "minor second < 37.5, major third < 67.5, perfect fifth < 112.5, tritone beyond",
        column, 3, NAMES);
    for (int c = 0; c < NAMES; c++) table_label(table, c, "%s", NAME[c]);
    for (int l = 0; l < 3; l++) {
        double count[NAMES] = {0}, pairs = 0.5 * n * (n - 1);
        for (int i = 0; i < n; i++)
            for (int k = i + 1; k < n; k++)
                count[interval_class(angle[l][(int64_t)i * n + k],
                                     length[l][i] / (length[l][k] + 1e-30))]++;
        for (int c = 0; c < NAMES; c++) table_set(table, c, l, count[c] / pairs);
    }
}

void theory_intervals(const TheoryText *x, Findings *out)
{
    const Trace *t = x->t;
    int token[PAIRED], n = section_run(t, PAIRED, token);
    if (n < 3 || t->nl < 1) return;
    int layer[3] = {0, (t->nl + 1) / 2, t->nl};
    double *length[3], *angle[3];
    for (int l = 0; l < 3; l++) {
        length[l] = mem_alloc(n, sizeof *length[l]);
        angle[l] = angles(t, layer[l], token, n, length[l]);
    }
    consonance(t, token, n, out);
    contextual(angle[0], angle[2], n, out);
    classes(angle, length, n, out);
    for (int l = 0; l < 3; l++) {
        free(length[l]);
        free(angle[l]);
    }
}
