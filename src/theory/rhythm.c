/* rhythm.c: seed 002 section IX. How much each block changes the stream is the strength of its
 * beat; which tokens are changed most is rubato; where the MLP does more than attention the accent
 * falls off the architecture's own beat. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "section.h"

static const char SECTION[] = "IX rhythm and metre";

/* ln of the relative size of each update, |h[l+1] - h[l]| / |h[l]|: [n, nl] by token. */
static double *updates(const Trace *t, const int *token, int n)
{
    double *u = mem_alloc((int64_t)n * t->nl, sizeof *u);
    for (int i = 0; i < n; i++)
        for (int l = 0; l < t->nl; l++) {
            const float *a = trace_at(t, l, token[i]), *b = trace_at(t, l + 1, token[i]);
            double sum = 0, whole = 0;
            for (int k = 0; k < t->d; k++) {
                double step = (double)b[k] - a[k];
                sum += step * step;
                whole += (double)a[k] * a[k];
            }
            u[(int64_t)i * t->nl + l] = 0.5 * log((sum + 1e-30) / (whole + 1e-30));
        }
    return u;
}

static void metre(const Trace *t, const double *u, int n, Findings *out)
{
    double under[SECTION_SHUFFLES], *mean = mem_alloc(t->nl, sizeof *mean);
    double value = section_column_variance(u, n, t->nl, mean);
    section_shuffled_variance(u, n, t->nl, 9, under, out->run);
    FindingSpec s = {.section = SECTION, .name = "rhythm.metre",
                     .definition = "variance over the layers of the mean ln relative update "
                                   "|h[l+1] - h[l]| / |h[l]|",
                     .value = value, .spread = section_spread(mean, t->nl), .n = n * t->nl,
                     .control = "499 shuffles of the layers within each token", .under = under,
                     .ncontrol = SECTION_SHUFFLES};
    int strong = 0;
    for (int l = 1; l < t->nl; l++)
        if (mean[l] > mean[strong]) strong = l;
    finding_else(finding_add(out, &s,
                             "The layers have strong and weak beats, the same for most tokens; "
                             "the strongest is layer %d.", strong),
                 "No layer's beat is stronger than shuffled layers would have it.");
    free(mean);
}

static void rubato(const Trace *t, const double *u, const int *token, int n, const TheoryText *x,
                   Findings *out)
{
    double under[SECTION_SHUFFLES], *mean = mem_alloc(n, sizeof *mean);
    double *turned = mem_alloc((int64_t)n * t->nl, sizeof *turned);
    for (int i = 0; i < n; i++)
        for (int l = 0; l < t->nl; l++) turned[(int64_t)l * n + i] = u[(int64_t)i * t->nl + l];
    double value = section_column_variance(turned, t->nl, n, mean);
    section_shuffled_variance(turned, t->nl, n, 10, under, out->run);
    FindingSpec s = {.section = SECTION, .name = "rhythm.rubato",
                     .definition = "variance over the tokens of the mean ln relative update",
                     .value = value, .spread = section_spread(mean, n), .n = n * t->nl,
                     .control = "499 shuffles of the tokens within each layer", .under = under,
                     .ncontrol = SECTION_SHUFFLES};
    int slow = 0;
    for (int i = 1; i < n; i++)
        if (mean[i] > mean[slow]) slow = i;
    const char *label = section_label(x, token[slow]);
    finding_else(finding_add(out, &s,
                             "Some tokens are worked on more than others in layer after layer; "
                             "most of all token %d, \"%s\".", token[slow], label),
                 "No token is worked on more than chance would have it.");
    free(turned);
    free(mean);
}

static void syncopation(const Trace *t, const int *token, int n, Findings *out)
{
    static const char *const COLUMNS[] = {"attention", "MLP", "MLP share"};
    double *share = mem_alloc(t->nl, sizeof *share), sum = 0;
    FindingTable *table =
        findings_table(out, SECTION, "rhythm.layers",
                       "mean norm of what attention and MLP add, and the MLP's share of both",
                       COLUMNS, 3, t->nl);
    for (int l = 0; l < t->nl; l++) {
        double attn = 0, mlp = 0;
        for (int i = 0; i < n; i++) {
            attn += t->attn_norm[(int64_t)l * t->nt + token[i]] / n;
            mlp += t->mlp_norm[(int64_t)l * t->nt + token[i]] / n;
        }
        share[l] = attn + mlp > 0 ? mlp / (attn + mlp) : NAN;
        sum += share[l] > 0.5;
        table_label(table, l, "layer %d", l);
        table_set(table, l, 0, attn);
        table_set(table, l, 1, mlp);
        table_set(table, l, 2, share[l]);
        table_note(table, l, "%s", share[l] > 0.5 ? "off the beat" : "on the beat");
    }
    FindingSpec s = {.section = SECTION, .name = "rhythm.syncopation",
                     .definition = "share of the layers in which the MLP adds more than attention",
                     .value = sum / t->nl, .spread = section_spread(share, t->nl), .n = t->nl};
    finding_add(out, &s, "The accent falls on the MLP, after the beat, in %.0f of %d layers.", sum,
                t->nl);
    free(share);
}

void theory_rhythm(const TheoryText *x, Findings *out)
{
    const Trace *t = x->t;
    int *token = mem_alloc(t->nt, sizeof *token), n = trace_tokens(t, token);
    if (n > 0) {
        double *u = updates(t, token, n);
        metre(t, u, n, out);
        rubato(t, u, token, n, x, out);
        syncopation(t, token, n, out);
        free(u);
    }
    free(token);
}
