/* overtones.c: see theory/overtones.h. The participation ratio (sum l)^2 / sum l^2 of the squared
 * singular values l of W needs no decomposition: trace(W W')^2 / |W W'|^2. */
#include "theory/overtones.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/blas.h"
#include "math/eigen.h"
#include "math/stats.h"
#include "section.h"

static const char TIMBRE[] = "XI timbre", TUNING[] = "XIV composition";
static const Role ROLES[INSTRUMENT_ROLES] = {ROLE_Q, ROLE_K, ROLE_V, ROLE_O, ROLE_GATE, ROLE_UP,
                                             ROLE_DOWN};

enum { CORNER = 256, LAYERS = 4 };

/* The upper left corner as [*rows, *cols], *rows <= *cols. */
static double *corner(const Tensor *t, int *rows, int *cols)
{
    int m = tensor_rows(t) < CORNER ? (int)tensor_rows(t) : CORNER, width = (int)tensor_cols(t);
    int n = width < CORNER ? width : CORNER;
    bool turn = m > n;
    double *w = mem_alloc((int64_t)m * n, sizeof *w);
    float *row = mem_alloc(width, sizeof *row);
    for (int i = 0; i < m; i++) {
        tensor_read_f32(t, i, 1, row);
        for (int k = 0; k < n; k++) w[turn ? (int64_t)k * m + i : (int64_t)i * n + k] = row[k];
    }
    free(row);
    *rows = turn ? n : m;
    *cols = turn ? m : n;
    return w;
}

static double share_of(const double *w, int rows, int cols)
{
    double *gram = section_dots(w, rows, w, rows, cols), share;
    share = section_participation(gram, rows) / rows;
    free(gram);
    return share;
}

/* under [SHUFFLES] += the shares of shuffled entries. A shuffle of all entries for each would take
 * long: one shuffle, then rows turned against each other, which leaves no structure either. */
static void add_shuffled(double *w, int rows, int cols, uint64_t seed, double *under)
{
    Control c = control_seed(seed);
    int64_t n = (int64_t)rows * cols;
    double *y = mem_alloc(n, sizeof *y);
    for (int64_t i = n - 1; i > 0; i--) {
        int64_t k = control_below(&c, (int)(i + 1));
        double swap = w[i];
        w[i] = w[k];
        w[k] = swap;
    }
    for (int s = 0; s < INSTRUMENT_SHUFFLES; s++) {
        for (int i = 0; i < rows; i++) {
            const double *row = w + (int64_t)i * cols;
            int turn = control_below(&c, cols);
            memcpy(y + (int64_t)i * cols, row + turn, (size_t)(cols - turn) * sizeof *y);
            memcpy(y + (int64_t)(i + 1) * cols - turn, row, (size_t)turn * sizeof *y);
        }
        under[s] += share_of(y, rows, cols);
    }
    free(y);
}

/* series [BINS] += ln of the singular values over the largest. Destroys w. */
static void add_series(double *w, int rows, int cols, double *series)
{
    double *s = mem_alloc(rows, sizeof *s);
    if (svd_values_f64(w, rows, cols, s) && s[0] > 0)
        for (int b = 0; b < INSTRUMENT_BINS; b++)
            series[b] += log(fmax(s[(int64_t)b * (rows - 1) / (INSTRUMENT_BINS - 1)] / s[0], 1e-6));
    free(s);
}

static void add_matrix(Instrument *x, const Tensor *t, int role, double *each)
{
    int rows, cols;
    double *w = corner(t, &rows, &cols), *copy = mem_alloc((int64_t)rows * cols, sizeof *copy);
    memcpy(copy, w, (size_t)rows * (size_t)cols * sizeof *copy);
    each[x->matrices] = share_of(w, rows, cols);
    add_series(copy, rows, cols, x->series[role]);
    add_shuffled(w, rows, cols, 111 + (uint64_t)x->matrices, x->under);
    x->matrices++;
    free(copy);
    free(w);
}

bool instrument_measure(Instrument *x, const Model *m, const Run *run, Err *err)
{
    int layers = m->cfg.nl < LAYERS ? m->cfg.nl : LAYERS;
    double each[LAYERS * INSTRUMENT_ROLES];
    *x = (Instrument){.name = m->name};
    blas_one_thread();
    for (int r = 0; r < INSTRUMENT_ROLES; r++) {
        int before = x->matrices;
        for (int i = 0; i < layers; i++) {
            const ModelPart *p = model_find(m, i * m->cfg.nl / layers, ROLES[r]);
            if (run_stopped(run)) return err_set(err, "interrupted");
            if (p && tensor_rows(&p->t) > 1) add_matrix(x, &p->t, r, each);
        }
        for (int b = 0; b < INSTRUMENT_BINS; b++)
            x->series[r][b] = x->matrices > before ? x->series[r][b] / (x->matrices - before) : NAN;
        run_progress(run, "matrices", r + 1, INSTRUMENT_ROLES);
    }
    if (!x->matrices) return err_set(err, "%s has no matrices in its layers", m->path);
    for (int s = 0; s < INSTRUMENT_SHUFFLES; s++) x->under[s] /= x->matrices;
    x->share = stats_mean(each, x->matrices);
    x->spread = section_spread(each, x->matrices);
    return true;
}

/* ---- timbre --------------------------------------------------------------------------------- */

/* Root mean square of the difference of ln amplitudes over what both have. */
static double apart(const Instrument *a, const Instrument *b)
{
    double sum = 0;
    int n = 0;
    for (int r = 0; r < INSTRUMENT_ROLES; r++)
        for (int i = 0; i < INSTRUMENT_BINS; i++) {
            double d = a->series[r][i] - b->series[r][i];
            if (isnan(d)) continue;
            sum += d * d;
            n++;
        }
    return n ? sqrt(sum / n) : NAN;
}

static void own_timbre(const Instrument *x, Findings *out)
{
    Str name = {0};
    str_addf(&name, "timbre.%s", x->name);
    FindingSpec s = {.section = TIMBRE, .name = str_text(&name),
                     .definition = "mean over matrices of the participation ratio of their squared "
                                   "singular values over their number (1 = all alike)",
                     .value = x->share, .spread = x->spread, .n = x->matrices, .smaller = true,
                     .control = "19 shuffles of the entries of every matrix", .under = x->under,
                     .ncontrol = INSTRUMENT_SHUFFLES};
    finding_else(finding_add(out, &s, "%s has a timbre of its own: fewer strong overtones than "
                             "shuffled weights.", x->name),
                 "%s sounds like shuffled weights.", x->name);
    str_free(&name);
}

void instrument_timbre(const Instrument *x, int n, Findings *out)
{
    static const char *const COLUMNS[] = {"share", "shuffled"};
    double mean = 0;
    for (int i = 0; i < n; i++) {
        own_timbre(&x[i], out);
        mean += x[i].share / n;
    }
    FindingTable *t = findings_table(out, TIMBRE, "timbre.models",
                                     "participation share, and that of shuffled entries; bright: "
                                     "fewer strong overtones than the models' mean, warm: more",
                                     COLUMNS, 2, n);
    for (int i = 0; i < n; i++) {
        table_label(t, i, "%s", x[i].name);
        table_set(t, i, 0, x[i].share);
        table_set(t, i, 1, stats_mean(x[i].under, INSTRUMENT_SHUFFLES));
        if (n > 1) table_note(t, i, "%s", x[i].share < mean ? "bright" : "warm");
    }
    if (n < 2) return;
    const char **column = mem_alloc(n, sizeof *column);
    for (int i = 0; i < n; i++) column[i] = x[i].name;
    t = findings_table(out, TIMBRE, "timbre.distances",
                       "root mean square difference of the ln singular values over the largest, "
                       "by role (nats)", column, n, n);
    for (int i = 0; i < n; i++) {
        table_label(t, i, "%s", x[i].name);
        for (int k = 0; k < n; k++) table_set(t, i, k, apart(&x[i], &x[k]));
    }
    free(column);
}

/* ---- tuning --------------------------------------------------------------------------------- */

/* Kendall's tau-a of the intonation with the order of the checkpoints. */
static double rising(const void *ud, const int *order, int n)
{
    const Instrument *x = ud;
    int sum = 0;
    for (int i = 0; i < n; i++)
        for (int k = i + 1; k < n; k++) {
            double d = x[order[i]].share - x[order[k]].share; /* intonation is 1 - share */
            sum += (d > 0) - (d < 0);
        }
    return 2.0 * sum / (n * (n - 1.0));
}

void instrument_tuning(const Instrument *x, int n, Findings *out)
{
    static const char *const COLUMNS[] = {"intonation", "step", "changed"};
    double under[SECTION_SHUFFLES];
    int jump = 1;
    FindingSpec s = {.section = TUNING, .name = "tuning.intonation", .spread = NAN,
                     .definition = "Kendall's tau of the intonation with the order of the "
                                   "checkpoints; intonation = 1 - mean participation share of the "
                                   "squared singular values",
                     .control = "499 shuffles of the checkpoints"};
    section_test(out->run, &s, rising, x, n, 1, 141, under);
    finding_else(finding_add(out, &s, "The instrument comes into tune: its spectra concentrate as "
                             "training goes on."),
                 "No steady tuning over these %d checkpoints%s.", n,
                 n < 5 ? " (fewer than five cannot show it)" : "");
    for (int i = 1; i < n; i++)
        if (x[i - 1].share - x[i].share > x[jump - 1].share - x[jump].share) jump = i;
    FindingSpec g = {.section = TUNING, .name = "tuning.crystallises", .spread = NAN, .n = n - 1,
                     .definition = "largest step of the intonation between two checkpoints",
                     .value = x[jump - 1].share - x[jump].share};
    finding_add(out, &g, "The largest step towards tune comes with %s.", x[jump].name);
    FindingTable *t = findings_table(out, TUNING, "tuning.checkpoints",
                                     "intonation, its step, and how far the spectra have moved "
                                     "since the checkpoint before (nats)", COLUMNS, 3, n);
    for (int i = 0; i < n; i++) {
        table_label(t, i, "%s", x[i].name);
        table_set(t, i, 0, 1 - x[i].share);
        if (!i) continue;
        table_set(t, i, 1, x[i - 1].share - x[i].share);
        table_set(t, i, 2, apart(&x[i], &x[i - 1]));
    }
}
