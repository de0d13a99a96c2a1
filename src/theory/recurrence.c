/* recurrence.c: seed 002 section XII, see theory/compare.h. Theme and variation: mean streams of
 * whole texts, two thirds up, less the mean of other texts: are the variations nearer to the theme
 * than those? Form: how near does each token of the response come to some token of the prompt, and
 * is that nearer than to as many tokens of other texts? */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/stats.h"
#include "section.h"
#include "theory/compare.h"

static const char SECTION[] = "XII form";

/* ---- variations ----------------------------------------------------------------------------- */

static double *directions(const float *v, int layer, int n, int d, const double *mean)
{
    double *x = mem_alloc((int64_t)n * d, sizeof *x);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < d; k++)
            x[(int64_t)i * d + k] = (double)v[((int64_t)layer * n + i) * d + k] - mean[k];
    section_unit(x, n, d);
    return x;
}

static void other_mean(const Variations *v, int layer, double *mean)
{
    for (int k = 0; k < v->d; k++) mean[k] = 0;
    for (int i = 0; i < v->m; i++)
        for (int k = 0; k < v->d; k++)
            mean[k] += (double)v->other[((int64_t)layer * v->m + i) * v->d + k] / v->m;
}

/* Degrees from the theme, texts [n] and others [m] (may be NULL). */
static void from_theme(const Variations *v, int layer, double *texts, double *others)
{
    double *mean = mem_alloc(v->d, sizeof *mean);
    other_mean(v, layer, mean);
    double *x = directions(v->text, layer, v->n, v->d, mean);
    double *y = directions(v->other, layer, v->m, v->d, mean);
    for (int i = 0; i < v->n; i++)
        texts[i] = section_angle(section_dot(x, x + (int64_t)i * v->d, v->d), 1, 1);
    for (int i = 0; i < v->m && others; i++)
        others[i] = section_angle(section_dot(x, y + (int64_t)i * v->d, v->d), 1, 1);
    free(mean);
    free(x);
    free(y);
}

/* Means of n of the others' angles. */
static void draws(const double *others, int m, int n, double *under, const Run *run)
{
    Control c = control_seed(121);
    for (int s = 0; section_more(run, s); s++) {
        under[s] = 0;
        for (int i = 0; i < n; i++) under[s] += others[control_below(&c, m)] / n;
    }
}

void compare_variations(const Variations *v, Findings *out)
{
    static const char *const COLUMNS[] = {"embedding", "two thirds", "last layer"};
    int nl = v->layers - 1, layer[3] = {0, (2 * nl + 1) / 3, nl};
    double *texts = mem_alloc(v->n, sizeof *texts), *others = mem_alloc(v->m, sizeof *others);
    double under[SECTION_SHUFFLES];
    FindingTable *t = findings_table(out, SECTION, "variation.texts",
                                     "degrees of each text's mean stream from the theme's, less "
                                     "the mean of other texts", COLUMNS, 3, v->n);
    for (int l = 0; l < 3; l++) {
        from_theme(v, layer[l], texts, NULL);
        for (int i = 0; i < v->n; i++) table_set(t, i, l, texts[i]);
    }
    for (int i = 0; i < v->n; i++) {
        table_label(t, i, "%s", v->label ? v->label[i] : "");
        table_note(t, i, i ? "variation %d" : "theme", i);
    }
    from_theme(v, layer[1], texts, others);
    draws(others, v->m, v->n - 1, under, out->run);
    FindingSpec s = {.section = SECTION, .name = "variation.kept", .unit = "degrees",
                     .definition = "mean angle of the variations' mean streams from the theme's, "
                                   "two thirds up, less the mean of other texts",
                     .value = stats_mean(texts + 1, v->n - 1),
                     .spread = section_spread(texts + 1, v->n - 1), .n = v->n - 1,
                     .smaller = true, .control = "499 draws of as many other sentences",
                     .under = under, .ncontrol = SECTION_SHUFFLES};
    finding_else(finding_add(out, &s, "They are variations of one theme: nearer to it than other "
                             "sentences."),
                 "They are no variations: other sentences are as near to the theme.");
    free(texts);
    free(others);
}

/* ---- form ----------------------------------------------------------------------------------- */

static double *centred_units(const float *v, int n, int d, const double *mean)
{
    double *x = mem_alloc((int64_t)n * d, sizeof *x);
    for (int64_t i = 0; i < (int64_t)n * d; i++) x[i] = (double)v[i] - mean[i % d];
    section_unit(x, n, d);
    return x;
}

/* Mean over the rows of cosine [rows, cols] of the largest among the columns `pick` [n]. */
static double nearest_mean(const double *cosine, int rows, int cols, const int *pick, int n)
{
    double sum = 0;
    for (int i = 0; i < rows; i++) {
        double best = -1;
        for (int k = 0; k < n; k++) best = fmax(best, cosine[(int64_t)i * cols + pick[k]]);
        sum += best / rows;
    }
    return sum;
}

static void form_parts(const Form *f, const double *cosine, Findings *out)
{
    static const char *const COLUMNS[] = {"from token", "tokens", "return"};
    static const char *const PART[] = {"exposition", "development", "recapitulation"};
    int from[4] = {0, f->prompt, f->prompt + 2 * f->response / 3, f->prompt + f->response};
    int *all = mem_alloc(f->prompt, sizeof *all);
    FindingTable *t = findings_table(out, SECTION, "form.parts",
                                     "the prompt, the first two thirds of the response and the "
                                     "rest; mean over its tokens of the largest cosine with one "
                                     "of the prompt", COLUMNS, 3, 3);
    for (int k = 0; k < f->prompt; k++) all[k] = k;
    for (int p = 0; p < 3; p++) {
        int n = from[p + 1] - from[p];
        table_label(t, p, "%s", PART[p]);
        table_set(t, p, 0, from[p]);
        table_set(t, p, 1, n);
        if (p > 0 && n > 0)
            table_set(t, p, 2, nearest_mean(cosine + (int64_t)(from[p] - f->prompt) * f->prompt, n,
                                            f->prompt, all, f->prompt));
    }
    free(all);
}

static void form_tokens(const Form *f, const double *cosine, Findings *out)
{
    static const char *const COLUMNS[] = {"cosine", "of token"};
    FindingTable *t = findings_table(out, SECTION, "form.tokens",
                                     "each token of the response and the token of the prompt that "
                                     "it comes nearest to", COLUMNS, 2, f->response);
    for (int i = 0; i < f->response; i++) {
        int best = 0;
        const double *row = cosine + (int64_t)i * f->prompt;
        for (int k = 1; k < f->prompt; k++)
            if (row[k] > row[best]) best = k;
        table_set(t, i, 0, row[best]);
        table_set(t, i, 1, best);
        if (!f->label) continue;
        table_label(t, i, "%s", f->label[f->prompt + i]);
        table_note(t, i, "%s", f->label[best]);
    }
}

void compare_form(const Form *f, Findings *out)
{
    double under[SECTION_SHUFFLES], *mean = mem_alloc(f->d, sizeof *mean);
    int *pick = mem_alloc(f->prompt, sizeof *pick);
    for (int64_t i = 0; i < (int64_t)f->pool * f->d; i++)
        mean[i % f->d] += (double)f->other[i] / f->pool;
    double *own = centred_units(f->stream, f->prompt, f->d, mean);
    double *answer =
        centred_units(f->stream + (int64_t)f->prompt * f->d, f->response, f->d, mean);
    double *pool = centred_units(f->other, f->pool, f->d, mean);
    double *with_own = section_dots(answer, f->response, own, f->prompt, f->d);
    double *with_pool = section_dots(answer, f->response, pool, f->pool, f->d);
    Control c = control_seed(122);
    for (int s = 0; section_more(out->run, s); s++) {
        for (int k = 0; k < f->prompt; k++) pick[k] = control_below(&c, f->pool);
        under[s] = nearest_mean(with_pool, f->response, f->pool, pick, f->prompt);
    }
    for (int k = 0; k < f->prompt; k++) pick[k] = k;
    FindingSpec s = {.section = SECTION, .name = "form.return", .spread = NAN, .n = f->response,
                     .definition = "mean over the response's tokens of the largest cosine with a "
                                   "token of the prompt, two thirds up, less the mean of other "
                                   "texts",
                     .value = nearest_mean(with_own, f->response, f->prompt, pick, f->prompt),
                     .control = "499 draws of as many tokens of other texts", .under = under,
                     .ncontrol = SECTION_SHUFFLES};
    finding_else(finding_add(out, &s, "The response takes up the prompt's themes."),
                 "The response does not return to the prompt's themes.");
    form_parts(f, with_own, out);
    form_tokens(f, with_own, out);
    double *all[] = {mean, own, answer, pool, with_own, with_pool};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
    free(pick);
}
