/* tasks.c: basin interference, seed 002 section XIV: two tasks' updates of one base model, see
 * theory/overtones.h. The updates are consonant where they point the same way (cosine of the
 * differences of the weights, both taken as vectors), dissonant where they undo each other.
 * Control: the rows of one of them shuffled within every matrix. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/stats.h"
#include "section.h"
#include "theory/overtones.h"

static const char SECTION[] = "XIV composition";
static const Role ROLES[] = {ROLE_Q, ROLE_K, ROLE_V, ROLE_O, ROLE_GATE, ROLE_UP, ROLE_DOWN};

enum { NROLES = sizeof ROLES / sizeof *ROLES, ROWS = 512 };

/* Of one layer. */
typedef struct Clash {
    double own, one, two;             /* product of the updates; squared lengths */
    double under[SECTION_SHUFFLES];   /* products with rows shuffled */
} Clash;

/* Rows of task less base, [n, d]. */
static double *update(const Tensor *base, const Tensor *task, int n, int d)
{
    double *u = mem_alloc((int64_t)n * d, sizeof *u);
    float *row = mem_alloc(2 * (int64_t)d, sizeof *row);
    for (int i = 0; i < n; i++) {
        tensor_read_f32(base, i, 1, row);
        tensor_read_f32(task, i, 1, row + d);
        for (int k = 0; k < d; k++) u[(int64_t)i * d + k] = (double)row[d + k] - row[k];
    }
    free(row);
    return u;
}

static bool add_matrix(Clash *c, const ModelPart *const part[3], uint64_t seed, const Run *run,
                       Err *err)
{
    int n = (int)tensor_rows(&part[0]->t), d = (int)tensor_cols(&part[0]->t);
    for (int i = 1; i < 3; i++)
        if (!part[i] || tensor_rows(&part[i]->t) != n || tensor_cols(&part[i]->t) != d)
            return err_set(err, "%s: the models have not one shape", part[0]->t.name);
    if (n > ROWS) n = ROWS;
    double *x = update(&part[0]->t, &part[1]->t, n, d), *y = update(&part[0]->t, &part[2]->t, n, d);
    double *dots = section_dots(x, n, y, n, d);
    int *order = mem_alloc(n, sizeof *order);
    Control draw = control_seed(seed);
    for (int i = 0; i < n; i++) c->own += dots[(int64_t)i * (n + 1)];
    c->one += section_dot(x, x, n * d);
    c->two += section_dot(y, y, n * d);
    for (int s = 0; section_more(run, s); s++) {
        for (int i = 0; i < n; i++) order[i] = i;
        control_shuffle(&draw, order, n);
        for (int i = 0; i < n; i++) c->under[s] += dots[(int64_t)i * n + order[i]];
    }
    free(order);
    free(dots);
    free(x);
    free(y);
    return true;
}

static double cosine(double dot, double xx, double yy)
{
    return xx > 0 && yy > 0 ? dot / sqrt(xx * yy) : 0;
}

static void layer_table(const Clash *c, int nl, const Clash *all, Findings *out)
{
    static const char *const COLUMNS[] = {"cosine", "task 1", "task 2"};
    FindingTable *t = findings_table(out, SECTION, "interference.layers",
                                     "cosine of the two updates, and the layer's share of each "
                                     "update's squared length", COLUMNS, 3, nl);
    double overlap = 0;
    for (int l = 0; l < nl; l++) {
        double cos = cosine(c[l].own, c[l].one, c[l].two);
        double p = all->one > 0 ? c[l].one / all->one : 0;
        double q = all->two > 0 ? c[l].two / all->two : 0;
        table_label(t, l, "layer %d", l);
        table_set(t, l, 0, cos);
        table_set(t, l, 1, p);
        table_set(t, l, 2, q);
        table_note(t, l, "%s", cos > 0.1 ? "consonant" : cos < -0.1 ? "dissonant" : "independent");
        overlap += sqrt(p * q);
    }
    FindingSpec s = {.section = SECTION, .name = "interference.registers", .spread = NAN, .n = nl,
                     .definition = "sum over layers of the root of both updates' shares there: 1 = "
                                   "the same registers, 0 = apart", .value = overlap};
    finding_add(out, &s, "The two voices %s.", overlap > 0.9 ? "sing in the same registers"
                                                             : "keep to registers of their own");
}

static void claim(const Clash *all, Findings *out)
{
    double under[SECTION_SHUFFLES], value = cosine(all->own, all->one, all->two);
    for (int s = 0; section_more(out->run, s); s++)
        under[s] = fabs(cosine(all->under[s], all->one, all->two));
    FindingSpec s = {.section = SECTION, .name = "interference.consonance", .value = fabs(value),
                     .spread = NAN, .n = 1,
                     .definition = "magnitude of the cosine of both tasks' updates of the layers' "
                                   "matrices (their first 512 rows)",
                     .control = "499 shuffles of the rows of one update", .under = under,
                     .ncontrol = SECTION_SHUFFLES};
    finding_else(finding_add(out, &s, value > 0 ? "The tasks are consonant: their updates agree, "
                             "cosine %.3f." : "The tasks are dissonant: their updates undo each "
                             "other, cosine %.3f.", value),
                 "The tasks' updates are independent, cosine %.3f.", value);
}

bool instrument_interference(const Model *base, const Model *one, const Model *two,
                             const Run *run, Findings *out, Err *err)
{
    int nl = base->cfg.nl;
    Clash *c = mem_alloc(nl, sizeof *c), *all = mem_alloc(1, sizeof *all);
    bool ok = one->cfg.nl == nl && two->cfg.nl == nl;
    if (!ok) err_set(err, "%s, %s and %s have not one number of layers", base->name, one->name,
                     two->name);
    for (int l = 0; ok && l < nl; l++) {
        for (int r = 0; ok && r < NROLES; r++) {
            const ModelPart *part[3] = {model_find(base, l, ROLES[r]),
                                        model_find(one, l, ROLES[r]),
                                        model_find(two, l, ROLES[r])};
            if (part[0]) ok = add_matrix(&c[l], part, 151 + (uint64_t)(l * NROLES + r), run, err);
        }
        all->own += c[l].own;
        all->one += c[l].one;
        all->two += c[l].two;
        for (int s = 0; s < SECTION_SHUFFLES; s++) all->under[s] += c[l].under[s];
        run_progress(run, "layers", l + 1, nl);
        if (ok && run_stopped(run)) ok = err_set(err, "interrupted");
    }
    if (ok && (all->one == 0 || all->two == 0))
        ok = err_set(err, "%s is the same as %s: there is no update", all->one == 0 ? one->name :
                     two->name, base->name);
    if (ok) {
        claim(all, out);
        layer_table(c, nl, all, out);
    }
    free(all);
    free(c);
    return ok;
}
