/* interference.c: seed 002 section V. Interference: does what a layer adds reinforce what is there
 * (cosine, both less the mean token) or cancel it? Sympathy: is more attention paid to tokens that
 * lie at a smaller angle, among those equally far back, and how fast does it decay? Overtones: the
 * singular values of a layer's tokens, loudest first; a clean series falls as a power of its number
 * (the residual of that fit is inharmonicity), and few directions carry a concentrated one:
 * participation ratio (sum l)^2 / sum l^2 of the squares l. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/eigen.h"
#include "math/stats.h"
#include "section.h"

static const char SECTION[] = "V harmony";

enum { SERIES_TOKENS = 64, OVERTONES = 16 };

/* ---- interference --------------------------------------------------------------------------- */

static double size_of_mean(const void *ud, const int *order, int n)
{
    return fabs(section_mean_at(ud, order, n));
}

/* Cosines of the stream of token i with the update of token k at a layer: [n, n]. */
static double *with_update(const Trace *t, int layer, const int *token, int n)
{
    double *x = section_points(t, layer, token, n), *y = section_points(t, layer + 1, token, n);
    for (int64_t i = 0; i < (int64_t)n * t->d; i++) y[i] -= x[i];
    section_unit(x, n, t->d);
    section_unit(y, n, t->d);
    double *dots = section_dots(x, n, y, n, t->d);
    free(x);
    free(y);
    return dots;
}

/* mean [nl] of each layer's own cosines. */
static void interference(const Trace *t, const int *token, int n, double *mean, Findings *out)
{
    double under[SECTION_SHUFFLES], *v = mem_alloc((int64_t)n * n, sizeof *v);
    for (int l = 0; l < t->nl; l++) {
        double *dots = with_update(t, l, token, n);
        for (int i = 0; i < n; i++) mean[l] += dots[(int64_t)i * (n + 1)] / n;
        for (int64_t i = 0; i < (int64_t)n * n; i++) v[i] += dots[i] / t->nl;
        free(dots);
    }
    SectionSquare square = {.v = v, .n = n};
    int *order = mem_alloc(n, sizeof *order);
    for (int i = 0; i < n; i++) order[i] = i;
    double value = section_mean_at(&square, order, n);
    FindingSpec s = {.section = SECTION, .name = "harmony.interference",
                     .definition = "magnitude of the mean cosine of a token's stream with what the "
                                   "next layer adds to it, both less the mean token",
                     .spread = section_spread(mean, t->nl), .n = n * t->nl,
                     .control = "499 shuffles of the tokens that are added to"};
    section_test(out->run, &s, size_of_mean, &square, n, 1, 51, under);
    finding_else(finding_add(out, &s, value > 0 ? "Layers reinforce what is there: constructive "
                             "interference, mean cosine %.2f." : "Layers work against what is "
                             "there: destructive interference, mean cosine %.2f.", value),
                 "What layers add is no more with or against a token than against any other.");
    free(order);
    free(v);
}

/* ---- sympathy ------------------------------------------------------------------------------- */

/* Pairs of tokens by their distance in the text, each less the mean of its distance. */
typedef struct Pairs {
    int n, distances;
    int *start;           /* [distances + 1] */
    double *angle, *ear;  /* [n] degrees; ln attention */
} Pairs;

static void less_mean(double *x, int n)
{
    double mean = stats_mean(x, n);
    for (int i = 0; i < n; i++) x[i] -= mean;
}

static Pairs pair_up(const Trace *t, const int *token, int n)
{
    Pairs p = {.distances = n - 1, .start = mem_alloc(n, sizeof *p.start)};
    int most = n * (n - 1) / 2, layer = section_depth(t);
    p.angle = mem_alloc(most, sizeof *p.angle);
    p.ear = mem_alloc(most, sizeof *p.ear);
    double *x = section_points(t, layer, token, n), *dot = section_dots(x, n, x, n, t->d);
    for (int gap = 1; gap < n; gap++) {
        p.start[gap - 1] = p.n;
        for (int i = 0; i + gap < n; i++) {
            double w = t->pattern[(int64_t)token[i + gap] * t->nt + token[i]];
            p.ear[p.n] = log(w + 1e-6);
            p.angle[p.n++] = section_angle(dot[(int64_t)i * n + i + gap], dot[(int64_t)i * (n + 1)],
                                           dot[(int64_t)(i + gap) * (n + 1)]);
        }
        less_mean(p.ear + p.start[gap - 1], p.n - p.start[gap - 1]);
        less_mean(p.angle + p.start[gap - 1], p.n - p.start[gap - 1]);
    }
    p.start[n - 1] = p.n;
    free(x);
    free(dot);
    return p;
}

static void sympathy(const Trace *t, const int *token, int n, Findings *out)
{
    Pairs p = pair_up(t, token, n);
    double under[SECTION_SHUFFLES], *y = mem_alloc(p.n, sizeof *y), xx = 0, xy = 0;
    int *order = mem_alloc(n, sizeof *order);
    Control c = control_seed(52);
    for (int s = 0; section_more(out->run, s); s++) {
        for (int g = 0; g < p.distances; g++) {
            int at = p.start[g], m = p.start[g + 1] - at;
            for (int i = 0; i < m; i++) order[i] = i;
            control_shuffle(&c, order, m);
            for (int i = 0; i < m; i++) y[at + i] = p.ear[at + order[i]];
        }
        under[s] = -stats_correlation(p.angle, y, p.n);
    }
    for (int i = 0; i < p.n; i++) {
        xx += p.angle[i] * p.angle[i];
        xy += p.angle[i] * p.ear[i];
    }
    double slope = xx > 0 ? xy / xx : 0;
    FindingSpec s = {.section = SECTION, .name = "harmony.sympathy", .spread = NAN, .n = p.n,
                     .definition = "minus Pearson's correlation over all pairs of tokens of their "
                                   "angle, two thirds up, with the ln of the mean attention of "
                                   "the later to the earlier, both less the mean of their distance",
                     .value = -stats_correlation(p.angle, p.ear, p.n),
                     .control = "499 shuffles of the attention among pairs equally far apart",
                     .under = under, .ncontrol = SECTION_SHUFFLES};
    finding_else(finding_add(out, &s, "Strings near in angle sound along: attention falls by half "
                             "every %.0f degrees.", slope < 0 ? log(0.5) / slope : INFINITY),
                 "Attention does not fall with the angle.");
    free(order);
    free(y);
    free(p.start);
    free(p.angle);
    free(p.ear);
}

/* ---- overtones ------------------------------------------------------------------------------ */

/* x [n, d] with every column shuffled by itself. */
static void shuffle_columns(const double *x, int n, int d, Control *c, double *y)
{
    int order[SERIES_TOKENS];
    for (int k = 0; k < d; k++) {
        for (int i = 0; i < n; i++) order[i] = i;
        control_shuffle(c, order, n);
        for (int i = 0; i < n; i++) y[(int64_t)i * d + k] = x[(int64_t)order[i] * d + k];
    }
}

static void concentration(const Trace *t, const int *token, int n, Findings *out)
{
    double under[SECTION_SHUFFLES], *x = section_points(t, t->nl, token, n);
    double *y = mem_alloc((int64_t)n * t->d, sizeof *y), *gram = section_dots(x, n, x, n, t->d);
    Control c = control_seed(53);
    double value = section_participation(gram, n);
    free(gram);
    for (int s = 0; section_more(out->run, s); s++) {
        shuffle_columns(x, n, t->d, &c, y);
        gram = section_dots(y, n, y, n, t->d);
        under[s] = section_participation(gram, n);
        free(gram);
    }
    FindingSpec s = {.section = SECTION, .name = "harmony.overtones", .unit = "directions",
                     .definition = "participation ratio of the last layer's tokens, less their "
                                   "mean: how many directions sound",
                     .value = value, .spread = NAN, .n = n, .smaller = true, .under = under,
                     .control = "499 shuffles of the tokens within every dimension",
                     .ncontrol = SECTION_SHUFFLES};
    finding_else(finding_add(out, &s, "The sound has a timbre: %.1f directions carry it, fewer "
                             "than independent dimensions would.", value),
                 "The spectrum is as flat as that of independent dimensions.");
    free(x);
    free(y);
}

/* Slope of ln amplitude against ln number, and the rms residual. */
static void fit_series(const double *amplitude, int n, double *slope, double *residual)
{
    double x[OVERTONES], y[OVERTONES], xx = 0, xy = 0, rr = 0;
    for (int k = 0; k < n; k++) {
        x[k] = log(k + 1.0);
        y[k] = log(amplitude[k]);
    }
    less_mean(x, n);
    less_mean(y, n);
    for (int k = 0; k < n; k++) {
        xx += x[k] * x[k];
        xy += x[k] * y[k];
    }
    *slope = xx > 0 ? xy / xx : NAN;
    for (int k = 0; k < n; k++) rr += (y[k] - *slope * x[k]) * (y[k] - *slope * x[k]);
    *residual = sqrt(rr / n);
}

static void overtone_row(FindingTable *table, const Trace *t, int layer, const int *token, int n)
{
    double *x = section_points(t, layer, token, n), *gram = section_dots(x, n, x, n, t->d);
    double *w = mem_alloc(n, sizeof *w), amplitude[OVERTONES], slope, residual;
    int m = n - 1 < OVERTONES ? n - 1 : OVERTONES;
    if (m > t->d) m = t->d;
    section_layer_label(table, layer, layer);
    table_set(table, layer, 1, section_participation(gram, n));
    bool ok = eigen_values_f64(gram, n, w);
    while (ok && m > 0 && !(w[n - m] > 1e-9 * w[n - 1])) m--;
    if (ok && m >= 3) {
        for (int k = 0; k < m; k++) amplitude[k] = sqrt(w[n - 1 - k]);
        fit_series(amplitude, m, &slope, &residual);
        table_set(table, layer, 2, -slope);
        table_set(table, layer, 3, residual);
    }
    free(w);
    free(gram);
    free(x);
}

void theory_harmony(const TheoryText *x, Findings *out)
{
    static const char *const COLUMNS[] = {"interference", "directions", "decay", "inharmonic"};
    const Trace *t = x->t;
    int *token = mem_alloc(SECTION_MOST, sizeof *token), n = section_tokens(t, SECTION_MOST, token);
    int few[SERIES_TOKENS], m = section_tokens(t, SERIES_TOKENS, few);
    if (n > 3) {
        double *mean = mem_alloc(t->nl + 1, sizeof *mean);
        interference(t, token, n, mean, out);
        if (t->pattern) sympathy(t, token, n, out);
        concentration(t, few, m, out);
        FindingTable *table = findings_table(
            out, SECTION, "harmony.layers",
            "mean cosine of the stream with what the block adds; participation ratio; the "
            "exponent with which the first 16 overtones fall, and the rms residual of that (nats)",
            COLUMNS, 4, t->nl + 1);
        for (int l = 0; l <= t->nl; l++) {
            overtone_row(table, t, l, few, m);
            if (l > 0) table_set(table, l, 0, mean[l - 1]);
        }
        free(mean);
    }
    free(token);
}
