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
    FindingSpec s = {.section = SECTION, .name = name, .definition = definition, .unit = "nats",
                     .value = stats_mean(x, n), .spread = section_spread(x, n), .n = n};
    finding_add(out, &s, says, s.value, exp(s.value));
}

/* Temperature as interpretive freedom: how many tokens the model would choose among. */
static void temperatures(const Trace *t, int n, Findings *out)
{
    static const char *const COLUMNS[] = {"entropy", "tokens"};
    FindingTable *table = findings_table(
        out, SECTION, "performance.temperature",
        "mean entropy of the next token (nats) when logits are divided by the temperature, and "
        "its exp", COLUMNS, 2, TRACE_TEMPS);
    for (int k = 0; k < TRACE_TEMPS; k++) {
        double mean = stats_mean(t->entropy_at + (int64_t)k * t->nt, n);
        table_label(table, k, "temperature %g", TRACE_TEMP[k]);
        table_set(table, k, 0, mean);
        table_set(table, k, 1, exp(mean));
        table_note(table, k, "%s", TRACE_TEMP[k] < 1 ? "strict" : TRACE_TEMP[k] > 1 ? "free"
                                                                                    : "as written");
    }
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
    for (int s = 0; s < SECTION_SHUFFLES; s++) {
        for (int i = 0; i < n; i++) order[i] = i;
        control_shuffle(&c, order, n);
        for (int i = 0; i < n; i++) turned[i] = before[order[i]];
        under[s] = stats_correlation(came, turned, n);
    }
    FindingSpec s = {.section = SECTION, .name = "performance.sight_reading",
                     .definition = "Pearson correlation of the entropy before a token with its "
                                   "surprisal",
                     .value = stats_correlation(came, before, n), .spread = NAN, .n = n,
                     .control = "499 shuffles of the tokens", .under = under,
                     .ncontrol = SECTION_SHUFFLES};
    finding_else(finding_add(out, &s, "Where the model hesitates the text is indeed surprising: "
                             "it reads at sight and knows it."),
                 "Hesitation does not tell where the text surprises.");
    if (t->entropy_at) temperatures(t, n, out);
    free(turned);
    free(order);
}
