/* jepa_pair.c: see learn/jepa_pair.h.
 *
 * The soft stage draws a window evenly and keeps it with probability exp(-(d - nearest) /
 * temperature) (von Neumann's rejection): exactly the distribution asked for, and no table of
 * layers by windows. */
#include "learn/jepa_pair.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const float IMPULSIVE = 1.3f, GAUSSIAN = 1.8f; /* alpha-stable indices (seed 000) */

static void axes_of_look(const LayerLook *l, float x[PAIR_AXES])
{
    x[0] = -l->alpha;
    x[1] = l->tension;
    x[2] = l->flatness;
}

static void axes_of_window(const MusicWindow *w, float x[PAIR_AXES])
{
    x[0] = w->density;
    x[1] = w->entropy_pitch;
    x[2] = w->entropy_interval;
}

static int compare_float(const void *a, const void *b)
{
    const float *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Sorts x [n]. */
static void scale_make(PairScale *s, float *x, int n)
{
    qsort(x, (size_t)n, sizeof *x, compare_float);
    s->n = n < PAIR_GRID ? n : PAIR_GRID;
    for (int i = 0; i < s->n; i++) s->x[i] = x[(int64_t)(2 * i + 1) * n / (2 * s->n)];
}

static float median_of(float *x, int n)
{
    qsort(x, (size_t)n, sizeof *x, compare_float);
    return n ? x[n / 2] : 0;
}

static const MusicWindow *window_at(const MusicWindow *w, const int *index, int i)
{
    return &w[index ? index[i] : i];
}

void pair_tables_make(PairTables *t, const LayerLook *look, int nlooks, const MusicWindow *w,
                      const int *index, int n)
{
    float at[PAIR_AXES], *x = mem_alloc(nlooks > n ? nlooks : n, sizeof *x);
    *t = (PairTables){.density = 0};
    for (int k = 0; k < PAIR_AXES; k++) {
        for (int i = 0; i < nlooks; i++) {
            axes_of_look(&look[i], at);
            x[i] = at[k];
        }
        scale_make(&t->look[k], x, nlooks);
        for (int i = 0; i < n; i++) {
            axes_of_window(window_at(w, index, i), at);
            x[i] = at[k];
        }
        scale_make(&t->window[k], x, n);
    }
    for (int i = 0; i < n; i++) x[i] = window_at(w, index, i)->density;
    t->density = median_of(x, n);
    for (int i = 0; i < n; i++) x[i] = window_at(w, index, i)->legato;
    t->legato = median_of(x, n);
    free(x);
}

/* How many of the sample are under x, or (equal) at most x. */
static int count_below(const PairScale *s, float x, bool equal)
{
    int lo = 0, hi = s->n;
    while (lo < hi) {
        int mid = (lo + hi) / 2;
        if (s->x[mid] < x || (equal && s->x[mid] == x))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

double pair_quantile(const PairScale *s, float x)
{
    if (s->n == 0) return 0.5;
    return (count_below(s, x, false) + count_below(s, x, true)) / (2.0 * s->n);
}

static PairPoint place(const PairScale *s, const float x[PAIR_AXES])
{
    PairPoint p = {.dense = false};
    for (int k = 0; k < PAIR_AXES; k++) p.at[k] = (float)pair_quantile(&s[k], x[k]);
    return p;
}

PairPoint pair_of_look(const PairTables *t, const LayerLook *look)
{
    float x[PAIR_AXES];
    axes_of_look(look, x);
    PairPoint p = place(t->look, x);
    p.dense = look->alpha < IMPULSIVE;
    p.legato = look->alpha > GAUSSIAN;
    return p;
}

PairPoint pair_of_window(const PairTables *t, const MusicWindow *w)
{
    float x[PAIR_AXES];
    axes_of_window(w, x);
    PairPoint p = place(t->window, x);
    p.dense = w->density >= t->density;
    p.legato = w->legato >= t->legato;
    return p;
}

bool pair_allowed(const PairPoint *look, const PairPoint *window)
{
    return (!look->dense || window->dense) && (!look->legato || window->legato);
}

double pair_distance(const PairPoint *look, const PairPoint *window)
{
    double sum = 0;
    for (int k = 0; k < PAIR_AXES; k++) {
        double d = (double)look->at[k] - (double)window->at[k];
        sum += d * d;
    }
    return sqrt(sum);
}

/* ---- tables in a file ----------------------------------------------------------------------- */

static const char *const LOOK_NAMES[PAIR_AXES] = {"impulsiveness", "tension", "flatness"};
static const char *const WINDOW_NAMES[PAIR_AXES] = {"density", "entropy_pitch", "entropy_interval"};

static void scale_write(const PairScale *s, JsonOut *j, const char *key)
{
    jout_begin(j, key, '[', true);
    for (int i = 0; i < s->n; i++) jout_number(j, NULL, (double)s->x[i], 9);
    jout_end(j, ']');
}

void pair_tables_write(const PairTables *t, JsonOut *j, const char *key)
{
    jout_begin(j, key, '{', false);
    jout_number(j, "median_density", (double)t->density, 9);
    jout_number(j, "median_legato", (double)t->legato, 9);
    for (int k = 0; k < PAIR_AXES; k++) scale_write(&t->look[k], j, LOOK_NAMES[k]);
    for (int k = 0; k < PAIR_AXES; k++) scale_write(&t->window[k], j, WINDOW_NAMES[k]);
    jout_end(j, '}');
}

static bool scale_read(PairScale *s, const Json *j, const char *key, Err *err)
{
    const Json *list = json_get(j, key);
    bool rising = json_count(list) > 0 && json_count(list) <= PAIR_GRID;
    s->n = 0;
    for (const Json *v = rising ? json_child(list) : NULL; v; v = json_next(v)) {
        double x = json_number(v, NAN);
        if (!(fabs(x) < FLT_MAX) || (s->n && (float)x < s->x[s->n - 1])) rising = false;
        s->x[s->n++] = (float)x;
    }
    return rising || err_set(err, "the quantiles \"%s\" are not 1 to %d numbers in rising order",
                             key, PAIR_GRID);
}

bool pair_tables_read(PairTables *t, const Json *j, Err *err)
{
    double density, legato;
    bool ok = json_get_double(j, "median_density", 0, 1e9, 0, &density, err) &&
              json_get_double(j, "median_legato", 0, 1e9, 0, &legato, err);
    *t = (PairTables){.density = ok ? (float)density : 0, .legato = ok ? (float)legato : 0};
    for (int k = 0; ok && k < PAIR_AXES; k++)
        ok = scale_read(&t->look[k], j, LOOK_NAMES[k], err) &&
             scale_read(&t->window[k], j, WINDOW_NAMES[k], err);
    return ok;
}

/* ---- choosing ------------------------------------------------------------------------------- */

/* The nearest allowed windows, by insertion. */
static void find_near(const PairBook *b, int look, int *near)
{
    double d[PAIR_NEAR];
    int n = 0;
    for (int w = 0; w < b->nwindows; w++) {
        if (!pair_allowed(&b->look[look], &b->window[w])) continue;
        double x = pair_distance(&b->look[look], &b->window[w]);
        if (n == PAIR_NEAR && !(x < d[n - 1])) continue;
        int i = n < PAIR_NEAR ? n++ : n - 1;
        for (; i > 0 && x < d[i - 1]; i--) {
            d[i] = d[i - 1];
            near[i] = near[i - 1];
        }
        d[i] = x;
        near[i] = w;
    }
    for (; n < PAIR_NEAR; n++) near[n] = -1;
}

void pair_book_make(PairBook *b, const PairTables *t, const LayerLook *look, int nlooks,
                    const MusicWindow *w, const int *index, int n)
{
    *b = (PairBook){.look = mem_alloc(nlooks, sizeof *b->look),
                    .window = mem_alloc(n, sizeof *b->window),
                    .near = mem_alloc((int64_t)nlooks * PAIR_NEAR, sizeof *b->near),
                    .nlooks = nlooks,
                    .nwindows = n};
    for (int i = 0; i < n; i++) b->window[i] = pair_of_window(t, window_at(w, index, i));
    for (int i = 0; i < nlooks; i++) {
        b->look[i] = pair_of_look(t, &look[i]);
        find_near(b, i, b->near + (int64_t)i * PAIR_NEAR);
    }
}

void pair_book_free(PairBook *b)
{
    free(b->look);
    free(b->window);
    free(b->near);
    *b = (PairBook){0};
}

int pair_choose(const PairBook *b, int look, PairStage stage, double temperature, Control *c)
{
    const int *near = b->near + (int64_t)look * PAIR_NEAR;
    const PairPoint *at = &b->look[look];
    assert(b->nwindows > 0 && temperature > 0);
    if (stage == PAIR_RANDOM || near[0] < 0) return control_below(c, b->nwindows);
    if (stage == PAIR_HARD) {
        int n = PAIR_NEAR;
        while (near[n - 1] < 0) n--;
        return near[control_below(c, n)];
    }
    double nearest = pair_distance(at, &b->window[near[0]]);
    for (;;) {
        int w = control_below(c, b->nwindows);
        if (!pair_allowed(at, &b->window[w])) continue;
        double d = pair_distance(at, &b->window[w]) - nearest;
        if (control_uniform(c) < exp(-d / temperature)) return w;
    }
}

typedef struct Edge {
    double d;
    int look, window;
} Edge;

static int compare_edge(const void *a, const void *b)
{
    const Edge *x = a, *y = b;
    if (x->d != y->d) return x->d < y->d ? -1 : 1;
    if (x->look != y->look) return x->look - y->look;
    return x->window - y->window;
}

void pair_greedy(const PairPoint *look, int nlooks, const PairPoint *window, int nwindows, int *to)
{
    Edge *e = mem_alloc((int64_t)nlooks * nwindows, sizeof *e);
    bool *taken = mem_alloc(nwindows, sizeof *taken);
    int64_t n = 0;
    for (int i = 0; i < nlooks; i++) {
        to[i] = -1;
        for (int w = 0; w < nwindows; w++)
            if (pair_allowed(&look[i], &window[w]))
                e[n++] = (Edge){pair_distance(&look[i], &window[w]), i, w};
    }
    qsort(e, (size_t)n, sizeof *e, compare_edge);
    for (int64_t k = 0; k < n; k++) {
        if (to[e[k].look] >= 0 || taken[e[k].window]) continue;
        to[e[k].look] = e[k].window;
        taken[e[k].window] = true;
    }
    free(taken);
    free(e);
}
