/* dynamics.c: seed 002 section X. The stream's norm over depth is loudness: a crescendo is a rank
 * correlation with depth that shuffled layers do not reach; a sforzando is a token that receives
 * far more attention than the others, in layer after layer. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/stats.h"
#include "section.h"

static const char SECTION[] = "X dynamics";

/* Kendall's tau-a of x [n] against its order. */
static double rising(const double *x, int n)
{
    int up = 0, down = 0;
    for (int i = 0; i < n; i++)
        for (int k = i + 1; k < n; k++) {
            up += x[k] > x[i];
            down += x[k] < x[i];
        }
    return n > 1 ? 2.0 * (up - down) / ((double)n * (n - 1)) : NAN;
}

static const char *mark(double x)
{
    static const char *const MARK[] = {"pp", "p", "mp", "mf", "f", "ff"};
    int i = (int)(x * 6);
    return MARK[i < 0 ? 0 : i > 5 ? 5 : i];
}

static double *layer_levels(const Trace *t, const int *token, int n)
{
    double *level = mem_alloc(t->nl + 1, sizeof *level);
    for (int l = 0; l <= t->nl; l++)
        for (int i = 0; i < n; i++)
            level[l] += log(t->norm[(int64_t)l * t->nt + token[i]] + 1e-30) / n;
    return level;
}

static void crescendo(const Trace *t, const double *level, int n, Findings *out)
{
    int layers = t->nl + 1, *order = mem_alloc(layers, sizeof *order);
    double under[SECTION_SHUFFLES], *y = mem_alloc(layers, sizeof *y), tau = rising(level, layers);
    Control c = control_seed(11);
    for (int s = 0; section_more(out->run, s); s++) {
        for (int l = 0; l < layers; l++) order[l] = l;
        control_shuffle(&c, order, layers);
        for (int l = 0; l < layers; l++) y[l] = level[order[l]];
        under[s] = fabs(rising(y, layers));
    }
    FindingSpec s = {.section = SECTION, .name = "dynamics.crescendo",
                     .definition = "magnitude of Kendall's tau of the mean ln norm with depth",
                     .value = fabs(tau), .spread = NAN, .n = layers * n,
                     .control = "499 shuffles of the layers", .under = under,
                     .ncontrol = SECTION_SHUFFLES};
    finding_else(finding_add(out, &s, "The stream grows %s from layer to layer, %.1f dB in all.",
                             tau > 0 ? "louder" : "softer",
                             20 / log(10) * fabs(level[layers - 1] - level[0])),
                 "Loudness neither rises nor falls steadily with depth.");
    free(order);
    free(y);
}

static void mark_layers(const Trace *t, const double *level, Findings *out)
{
    static const char *const COLUMNS[] = {"ln norm", "dB"};
    double *place = mem_alloc(t->nl + 1, sizeof *place);
    FindingTable *table = findings_table(out, SECTION, "dynamics.layers",
                                         "mean ln norm of the stream, dB over the embedding; "
                                         "marked pp to ff between the softest and the loudest",
                                         COLUMNS, 2, t->nl + 1);
    stats_norm01(level, t->nl + 1, place);
    for (int l = 0; l <= t->nl; l++) {
        if (l)
            table_label(table, l, "layer %d", l - 1);
        else
            table_label(table, l, "embedding");
        table_set(table, l, 0, level[l]);
        table_set(table, l, 1, 20 / log(10) * (level[l] - level[0]));
        table_note(table, l, "%s", mark(place[l]));
    }
    free(place);
}

/* x [nl, n]: ln of what each token receives. The largest of the tokens' means over the layers. */
static double loudest(const double *x, int nl, int n, double *mean, int *which)
{
    section_column_variance(x, nl, n, mean);
    *which = 0;
    for (int i = 1; i < n; i++)
        if (mean[i] > mean[*which]) *which = i;
    return mean[*which];
}

static void sforzando(const TheoryText *x, const int *token, int n, Findings *out)
{
    const Trace *t = x->t;
    double under[SECTION_SHUFFLES], *y = mem_alloc((int64_t)t->nl * n, sizeof *y);
    double *z = mem_alloc((int64_t)t->nl * n, sizeof *z), *mean = mem_alloc(n, sizeof *mean);
    int *order = mem_alloc(n, sizeof *order), which, other;
    for (int l = 0; l < t->nl; l++)
        for (int i = 0; i < n; i++)
            y[(int64_t)l * n + i] = log(t->received[(int64_t)l * t->nt + token[i]] + 1e-12);
    double value = loudest(y, t->nl, n, mean, &which), spread = section_spread(mean, n);
    Control c = control_seed(12);
    for (int s = 0; section_more(out->run, s); s++) {
        for (int l = 0; l < t->nl; l++) {
            for (int i = 0; i < n; i++) order[i] = i;
            control_shuffle(&c, order, n);
            for (int i = 0; i < n; i++) z[(int64_t)l * n + i] = y[(int64_t)l * n + order[i]];
        }
        under[s] = loudest(z, t->nl, n, mean, &other);
    }
    FindingSpec s = {.section = SECTION, .name = "dynamics.sforzando",
                     .definition = "largest over the tokens of the mean over layers of the ln "
                                   "attention received from each query that sees it",
                     .value = value, .spread = spread, .n = n * t->nl,
                     .control = "499 shuffles of the tokens within each layer", .under = under,
                     .ncontrol = SECTION_SHUFFLES};
    const char *label = section_label(x, token[which]);
    finding_else(finding_add(out, &s, "Token %d, \"%s\", is struck sforzando: every layer looks "
                             "back at it.", token[which], label),
                 "No token draws attention in layer after layer.");
    free(y);
    free(z);
    free(mean);
    free(order);
}

void theory_dynamics(const TheoryText *x, Findings *out)
{
    const Trace *t = x->t;
    int *token = mem_alloc(t->nt, sizeof *token), n = trace_tokens(t, token);
    if (n > 0) {
        double *level = layer_levels(t, token, n);
        crescendo(t, level, n, out);
        sforzando(x, token, n, out);
        mark_layers(t, level, out);
        free(level);
    }
    free(token);
}
