/* fugue_entries.c: seed 002 section VII, the fugue. The subject is the embedding's own melody, the
 * steps of its first principal component from token to token. A head enters with it where the steps
 * of its attention distance (octaves) go with the subject's, or, inverted, against them: where the
 * magnitude of the correlation is over 95 % of those with the subject turned in time. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/pca.h"
#include "math/stats.h"
#include "section.h"

static const char SECTION[] = "VII counterpoint";

typedef struct Subject {
    int n, heads;
    double *step;  /* [n] */
    double *voice; /* [heads, n] of length 1, less their means */
    double *turned; /* [n] scratch */
} Subject;

static void level(double *x, int n)
{
    double mean = stats_mean(x, n);
    for (int i = 0; i < n; i++) x[i] -= mean;
    section_unit(x, 1, n);
}

static bool subject_make(Subject *s, const Trace *t, const int *token, int n)
{
    Pca p = {0};
    double *x = section_points(t, 0, token, n + 1);
    *s = (Subject){.n = n, .heads = t->nl * t->nh, .step = mem_alloc(n, sizeof *s->step),
                   .voice = mem_alloc((int64_t)t->nl * t->nh * n, sizeof *s->voice),
                   .turned = mem_alloc(n, sizeof *s->turned)};
    bool ok = pca_fit(&p, x, n + 1, t->d, 1);
    for (int i = 0; i < n && ok; i++) s->step[i] = p.coord[i + 1] - p.coord[i];
    level(s->step, n);
    for (int h = 0; h < s->heads; h++) {
        const float *far = t->head_distance + (int64_t)h * t->nt;
        double *v = s->voice + (int64_t)h * n;
        for (int i = 0; i < n; i++) v[i] = log2((1.0 + far[token[i + 1]]) / (1.0 + far[token[i]]));
        level(v, n);
    }
    pca_free(&p);
    free(x);
    return ok;
}

static void subject_free(Subject *s)
{
    free(s->step);
    free(s->voice);
    free(s->turned);
}

/* r [heads] with the subject `turn` tokens late, round and round. */
static void correlate(const Subject *s, int turn, double *r)
{
    for (int i = 0; i < s->n; i++) s->turned[i] = s->step[(i + turn) % s->n];
    for (int h = 0; h < s->heads; h++)
        r[h] = section_dot(s->voice + (int64_t)h * s->n, s->turned, s->n);
}

static double mean_size(const double *r, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++) sum += fabs(r[i]) / n;
    return sum;
}

static void entries_table(const Trace *t, const double *own, const bool *enters, Findings *out)
{
    static const char *const COLUMNS[] = {"entries", "strongest"};
    double part[2] = {0}; /* entries in the first and the last third of the layers */
    FindingTable *table = findings_table(out, SECTION, "counterpoint.entries",
                                         "heads that enter with the subject, by layer, and the "
                                         "strongest correlation (negative: inverted)", COLUMNS, 2,
                                         t->nl);
    for (int l = 0; l < t->nl; l++) {
        int count = 0, best = l * t->nh;
        for (int h = l * t->nh; h < (l + 1) * t->nh; h++) {
            count += enters[h];
            if (fabs(own[h]) > fabs(own[best])) best = h;
        }
        table_label(table, l, "layer %d", l);
        table_set(table, l, 0, count);
        table_set(table, l, 1, own[best]);
        if (count) table_note(table, l, "%s", own[best] < 0 ? "inverted" : "upright");
        if (3 * l < t->nl) part[0] += count;
        if (3 * (l + 1) > 2 * t->nl) part[1] += count;
    }
    FindingSpec s = {.section = SECTION, .name = "counterpoint.stretto", .unit = "entries",
                     .definition = "entries in the last third of the layers less those in the "
                                   "first", .value = part[1] - part[0], .spread = NAN, .n = t->nl};
    finding_add(out, &s, part[1] > part[0] ? "Entries crowd in the late layers: a stretto."
                                           : "Entries do not crowd in the late layers.");
}

void theory_fugue(const TheoryText *x, Findings *out)
{
    const Trace *t = x->t;
    int token[SECTION_MOST], n = section_run(t, SECTION_MOST, token) - 1;
    Subject s;
    if (n < 4) return;
    bool ok = subject_make(&s, t, token, n);
    double under[SECTION_SHUFFLES], *own = mem_alloc(s.heads, sizeof *own);
    double *r = mem_alloc(s.heads, sizeof *r);
    int *below = mem_alloc(s.heads, sizeof *below);
    bool *enters = mem_alloc(s.heads, sizeof *enters);
    Control c = control_seed(72);
    correlate(&s, 0, own);
    for (int k = 0; section_more(out->run, k); k++) {
        correlate(&s, control_below(&c, n), r);
        under[k] = mean_size(r, s.heads);
        for (int h = 0; h < s.heads; h++) below[h] += fabs(r[h]) < fabs(own[h]);
    }
    for (int h = 0; h < s.heads; h++) enters[h] = below[h] >= 0.95 * SECTION_SHUFFLES;
    FindingSpec spec = {.section = SECTION, .name = "counterpoint.fugue", .spread = NAN,
                        .definition = "mean over all heads of the magnitude of the correlation of "
                                      "their steps (log2 of 1 + attention distance) with those of "
                                      "the embedding's first principal component",
                        .value = mean_size(own, s.heads), .n = s.heads, .under = under,
                        .ncontrol = SECTION_SHUFFLES,
                        .control = "499 turns of the subject in time"};
    if (ok) {
        finding_else(finding_add(out, &spec, "Heads take up the text's own melody as the subject "
                                 "of a fugue."),
                     "Heads do not take up the embedding's melody: no fugue on that subject.");
        entries_table(t, own, enters, out);
    }
    free(enters);
    free(below);
    free(r);
    free(own);
    subject_free(&s);
}
