/* counterpoint_heads.c: seed 002 section VII. Every attention head is a voice; its pitch at a token
 * is how far back it looks (mean attention distance, in octaves: log2 of 1 + tokens), so that the
 * voices of a layer can be followed side by side. A step is held when it is under a tenth of an
 * octave. Between two voices: parallel both move the same way, contrary against each other, oblique
 * one is held; crossing where the higher becomes the lower. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/stats.h"
#include "section.h"

static const char SECTION[] = "VII counterpoint";
static const double HELD = 0.1; /* octaves */

typedef enum Motion { PARALLEL, CONTRARY, OBLIQUE, CROSSING, MOTIONS } Motion;

/* [nl, nh, n] pitch of each head at each token that is no sink. */
static double *voices(const Trace *t, const int *token, int n)
{
    int heads = t->nl * t->nh;
    double *y = mem_alloc((int64_t)heads * n, sizeof *y);
    for (int h = 0; h < heads; h++)
        for (int i = 0; i < n; i++)
            y[(int64_t)h * n + i] = log2(1 + t->head_distance[(int64_t)h * t->nt + token[i]]);
    return y;
}

static int way(double step)
{
    return fabs(step) < HELD ? 0 : step > 0 ? 1 : -1;
}

/* Adds the motions of two voices a, b [n]; the steps of b come `shift` steps late, round and
 * round. */
static void count_pair(const double *a, const double *b, int n, int shift, double *count)
{
    for (int i = 0; i + 1 < n; i++) {
        int k = (i + shift) % (n - 1), wa = way(a[i + 1] - a[i]), wb = way(b[k + 1] - b[k]);
        if (wa * wb > 0) count[PARALLEL]++;
        if (wa * wb < 0) count[CONTRARY]++;
        if ((wa == 0) != (wb == 0)) count[OBLIQUE]++;
        if ((a[i] - b[k]) * (a[i + 1] - b[k + 1]) < 0) count[CROSSING]++;
    }
}

/* Shares of all steps of all pairs within a layer; c NULL = as they are, otherwise the second voice
 * of each pair turned round by some steps: shuffled steps would lose that a voice which rose falls
 * again, and find too much. */
static void shares(const Trace *t, const double *y, int n, Control *c, double out[MOTIONS])
{
    double steps = (double)t->nl * t->nh * (t->nh - 1) / 2 * (n - 1);
    for (int m = 0; m < MOTIONS; m++) out[m] = 0;
    for (int l = 0; l < t->nl; l++)
        for (int a = 0; a < t->nh; a++)
            for (int b = a + 1; b < t->nh; b++) {
                const double *first = y + ((int64_t)l * t->nh + a) * n;
                int shift = c ? control_below(c, n - 1) : 0;
                count_pair(first, first + (int64_t)(b - a) * n, n, shift, out);
            }
    for (int m = 0; m < MOTIONS; m++) out[m] = steps > 0 ? out[m] / steps : NAN;
}

static void motions(const Trace *t, const double *y, int n, Findings *out)
{
    static const char *const NAME[] = {"counterpoint.parallel", "counterpoint.contrary",
                                       "counterpoint.oblique", "counterpoint.crossing"};
    static const char *const WORD[] = {"move together", "move against each other",
                                       "take turns at moving", "cross"};
    double *under = mem_alloc(MOTIONS * SECTION_SHUFFLES, sizeof *under);
    double real[MOTIONS], one[MOTIONS];
    Control c = control_seed(7);
    shares(t, y, n, NULL, real);
    for (int s = 0; section_more(out->run, s); s++) {
        shares(t, y, n, &c, one);
        for (int m = 0; m < MOTIONS; m++) under[m * SECTION_SHUFFLES + s] = one[m];
    }
    for (int m = 0; m < MOTIONS; m++) {
        FindingSpec s = {.section = SECTION, .name = NAME[m],
                         .definition = "share of all steps of all pairs of heads of a layer; a "
                                       "head's pitch is log2(1 + its mean attention distance)",
                         .value = real[m], .spread = NAN,
                         .n = t->nl * t->nh * (t->nh - 1) / 2 * (n - 1),
                         .control = "499 turns of the second voice in time",
                         .under = under + m * SECTION_SHUFFLES, .ncontrol = SECTION_SHUFFLES};
        finding_else(finding_add(out, &s, "Heads of a layer %s more often than chance.", WORD[m]),
                     "Heads of a layer do not %s more often than chance.", WORD[m]);
    }
    free(under);
}

static int falling(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* The quarter of all heads that looks furthest back is bass, and so on up to soprano. */
static const char *voice_class(const double *sorted, int heads, double mean)
{
    static const char *const CLASS[] = {"bass", "tenor", "alto", "soprano"};
    int rank = 0;
    while (rank + 1 < heads && sorted[rank] > mean) rank++;
    return CLASS[4 * rank / heads];
}

static void ensemble(const Trace *t, const double *y, const int *token, int n, Findings *out)
{
    static const char *const COLUMNS[] = {"distance", "low", "high", "entropy"};
    int heads = t->nl * t->nh;
    double *mean = mem_alloc(heads, sizeof *mean), *sorted = mem_alloc(heads, sizeof *sorted);
    double *line = mem_alloc(n, sizeof *line);
    FindingTable *table = findings_table(
        out, SECTION, "counterpoint.voices",
        "mean attention distance of each head and its 10th and 90th percentile (octaves: log2 of "
        "1 + tokens), mean entropy (1 is uniform); the furthest quarter is bass",
        COLUMNS, 4, heads);
    for (int h = 0; h < heads; h++) sorted[h] = mean[h] = stats_mean(y + (int64_t)h * n, n);
    qsort(sorted, (size_t)heads, sizeof *sorted, falling);
    for (int h = 0; h < heads; h++) {
        double entropy = 0;
        for (int i = 0; i < n; i++) {
            line[i] = -y[(int64_t)h * n + i];
            entropy += t->head_entropy[(int64_t)h * t->nt + token[i]] / n;
        }
        stats_sort_descending(line, n);
        for (int i = 0; i < n; i++) line[i] = -line[i];
        table_label(table, h, "layer %d head %d", h / t->nh, h % t->nh);
        table_set(table, h, 0, mean[h]);
        table_set(table, h, 1, stats_quantile(line, n, 0.1));
        table_set(table, h, 2, stats_quantile(line, n, 0.9));
        table_set(table, h, 3, entropy);
        table_note(table, h, "%s", voice_class(sorted, heads, mean[h]));
    }
    free(mean);
    free(sorted);
    free(line);
}

void theory_counterpoint(const TheoryText *x, Findings *out)
{
    const Trace *t = x->t;
    int *token = mem_alloc(t->nt, sizeof *token), n = trace_tokens(t, token);
    if (n > 1) {
        double *y = voices(t, token, n);
        if (t->nh > 1) motions(t, y, n, out);
        ensemble(t, y, token, n, out);
        free(y);
        theory_fugue(x, out);
    }
    free(token);
}
