/* performance.c: seed 002 section XIII. Surprisal tells a rehearsed passage from sight-reading; a
 * player who knows that a passage is hard hesitates there: entropy before a token goes with its
 * surprisal. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/stats.h"
#include "section.h"

static const char SECTION[] = "XIII performance practice";

static void add_mean(Findings *out, const char *name, const char *definition, const double *x,
                     int n, const char *says)
{
    FindingSpec s = {.section = SECTION,
                     .name = name,
                     .definition = definition,
                     .unit = "nats",
                     .value = stats_mean(x, n),
                     .spread = section_spread(x, n),
                     .n = n};
    finding_add(out, &s, says, s.value, exp(s.value));
}

/* Temperature as interpretive freedom: how many tokens the model would choose among. */
static void temperatures(const Trace *t, int n, Findings *out)
{
    static const char *const COLUMNS[] = {"entropy", "tokens"};
    FindingTable *table = findings_table(
        out, SECTION, "performance.temperature",
        "mean entropy of the next token (nats) when logits are divided by the temperature, and "
        "its exp",
        COLUMNS, 2, TRACE_TEMPS);
    for (int k = 0; k < TRACE_TEMPS; k++) {
        double mean = stats_mean(t->entropy_at + (int64_t)k * t->nt, n);
        table_label(table, k, "temperature %g", TRACE_TEMP[k]);
        table_set(table, k, 0, mean);
        table_set(table, k, 1, exp(mean));
        table_note(table, k, "%s",
                   TRACE_TEMP[k] < 1   ? "strict"
                   : TRACE_TEMP[k] > 1 ? "free"
                                       : "as written");
    }
}

enum { TEXTS = SPREAD_TEMPS * SPREAD_TEXTS };

/* far [TEXTS, TEXTS]: mean over tokens of 1 - cosine between two texts at the same token, less the
 * mean of all states. */
static double *distances(const Spread *s)
{
    int rows = TEXTS * SPREAD_TOKENS, d = s->d;
    double *x = mem_alloc((int64_t)rows * d, sizeof *x), *mean = mem_alloc(d, sizeof *mean);
    double *far = mem_alloc(TEXTS * TEXTS, sizeof *far);
    for (int64_t i = 0; i < (int64_t)rows * d; i++) mean[i % d] += (double)s->state[i] / rows;
    for (int64_t i = 0; i < (int64_t)rows * d; i++) x[i] = (double)s->state[i] - mean[i % d];
    section_unit(x, rows, d);
    for (int a = 0; a < TEXTS; a++)
        for (int b = 0; b < TEXTS; b++)
            for (int k = 0; k < SPREAD_TOKENS; k++)
                far[a * TEXTS + b] +=
                    (1 - section_dot(x + (int64_t)(a * SPREAD_TOKENS + k) * d,
                                     x + (int64_t)(b * SPREAD_TOKENS + k) * d, d)) /
                    SPREAD_TOKENS;
    free(mean);
    free(x);
    return far;
}

/* Mean distance of the texts order[SPREAD_TEXTS * temp ..). */
static double spread_at(const double *far, const int *order, int temp)
{
    double sum = 0;
    const int *text = order + temp * SPREAD_TEXTS;
    for (int a = 0; a < SPREAD_TEXTS; a++)
        for (int b = 0; b < a; b++) sum += far[text[a] * TEXTS + text[b]];
    return 2 * sum / (SPREAD_TEXTS * (SPREAD_TEXTS - 1));
}

static double freedom(const void *ud, const int *order, int n)
{
    (void)n;
    return spread_at(ud, order, SPREAD_TEMPS - 1) - spread_at(ud, order, 0);
}

/* How far the model's own continuations part, by temperature. */
static void spreads(const Spread *x, Findings *out)
{
    static const char *const COLUMNS[] = {"spread"};
    double under[SECTION_SHUFFLES], *far = distances(x);
    int order[TEXTS];
    for (int i = 0; i < TEXTS; i++) order[i] = i;
    FindingSpec s = {.section = SECTION,
                     .name = "performance.freedom",
                     .definition = "mean distance (1 - cosine of the last layer's states at the "
                                   "same token) between six continuations of twelve tokens at "
                                   "temperature 2, less that at 0.25",
                     .control = "499 shuffles of the temperatures",
                     .spread = NAN};
    section_test(out->run, &s, freedom, far, TEXTS, 1, 131, under);
    finding_else(finding_add(out, &s, "The hotter the model, the further its performances part."),
                 "Heat does not drive its performances apart.");
    FindingTable *table =
        findings_table(out, SECTION, "performance.spread", "that distance at each temperature",
                       COLUMNS, 1, SPREAD_TEMPS);
    for (int k = 0; k < SPREAD_TEMPS; k++) {
        table_label(table, k, "temperature %g", SPREAD_TEMP[k]);
        table_set(table, k, 0, spread_at(far, order, k));
    }
    free(far);
}

void theory_performance(const TheoryText *x, Findings *out)
{
    const Trace *t = x->t;
    int n = t->nt - 1;
    if (n < 1) return;
    double under[SECTION_SHUFFLES], *turned = mem_alloc(n, sizeof *turned);
    int *order = mem_alloc(n, sizeof *order);
    const double *came = t->surprisal + 1, *before = t->entropy; /* of the same token */
    add_mean(out, "performance.surprisal", "mean -ln P of each token but the first", came, n,
             "A token costs %.2f nats: as if chosen among %.0f.");
    add_mean(out, "performance.entropy", "mean entropy of the distribution before each token",
             before, n, "The model hesitates by %.2f nats: between %.0f tokens.");
    Control c = control_seed(13);
    for (int s = 0; section_more(out->run, s); s++) {
        for (int i = 0; i < n; i++) order[i] = i;
        control_shuffle(&c, order, n);
        for (int i = 0; i < n; i++) turned[i] = before[order[i]];
        under[s] = stats_correlation(came, turned, n);
    }
    FindingSpec s = {.section = SECTION,
                     .name = "performance.sight_reading",
                     .definition = "Pearson correlation of the entropy before a token with its "
                                   "surprisal",
                     .value = stats_correlation(came, before, n),
                     .spread = NAN,
                     .n = n,
                     .control = "499 shuffles of the tokens",
                     .under = under,
                     .ncontrol = SECTION_SHUFFLES};
    finding_else(finding_add(out, &s,
                             "Where the model hesitates the text is indeed surprising: "
                             "it reads at sight and knows it."),
                 "Hesitation does not tell where the text surprises.");
    if (t->entropy_at) temperatures(t, n, out);
    if (x->spread && x->spread->d) spreads(x->spread, out);
    free(turned);
    free(order);
}
