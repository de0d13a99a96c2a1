/* dna_source.c: the numbers of the dna piece, with their places. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "dna.h"
#include "score/sort.h"

typedef struct Ranked {
    float u;
    int i;
} Ranked;

static int by_u(const void *a, const void *b)
{
    const Ranked *x = a, *y = b;
    return (x->u > y->u) - (x->u < y->u);
}

/* Equal numbers share the middle of their ranks. */
static void set_places(DnaPool *p)
{
    Ranked *r = mem_alloc(p->n, sizeof *r);
    p->place = mem_alloc(p->n, sizeof *p->place);
    for (int i = 0; i < p->n; i++) r[i] = (Ranked){p->s.u[i], i};
    stable_sort(r, p->n, sizeof *r, by_u);
    for (int i = 0, end; i < p->n; i = end) {
        for (end = i; end < p->n && r[end].u == r[i].u; end++) continue;
        double rank = p->n > 1 ? 0.5 * (i + end - 1) / (p->n - 1) : 0.5;
        for (int k = i; k < end; k++) p->place[r[k].i] = (float)(0.5 * r[i].u + 0.5 * rank);
    }
    free(r);
}

static bool finish(DnaPool *p, bool logarithmic)
{
    if (!series_finish(&p->s, logarithmic)) return false;
    p->n = p->s.n;
    set_places(p);
    return true;
}

bool dna_pool_spectra(DnaPool *p, const FeatureSet *fs, int role, int lanes)
{
    bool embed = role == ROLE_EMBED;
    int rows = embed ? 1 : fs->nl, col = feat_find_column(fs, FT_WEIGHTS, "sv");
    *p = (DnaPool){.lanes = lanes};
    if (rows < 1) return false;
    series_alloc(&p->s, rows * lanes);
    for (int r = 0; r < rows; r++) {
        int layer = embed ? -1 : r, stand = embed ? role : map_role(fs, layer, role);
        int row = stand < 0 ? -1 : feat_find_row(fs, FT_WEIGHTS, layer, stand);
        int len = feat_len(fs, FT_WEIGHTS, col, row);
        for (int i = 0; i < lanes; i++)
            p->s.v[r * lanes + i] = len > 0 ? feat_value(fs, FT_WEIGHTS, col, row, i % len)
                                            : (Value){NAN, CELL_NONE};
    }
    return finish(p, true);
}

/* Row by row, the numbers of a column. */
static bool read_column(Series *s, const FeatureSet *fs, const char *column, bool logarithmic)
{
    int col = feat_find_column(fs, FT_WEIGHTS, column), n = 0;
    const Table *t = &fs->table[FT_WEIGHTS];
    *s = (Series){0};
    for (int r = 0; r < t->nrows; r++) n += feat_len(fs, FT_WEIGHTS, col, r) > 0;
    if (n == 0) return false;
    series_alloc(s, n);
    for (int r = 0, i = 0; r < t->nrows; r++)
        if (feat_len(fs, FT_WEIGHTS, col, r) > 0) s->v[i++] = feat_value(fs, FT_WEIGHTS, col, r, 0);
    return series_finish(s, logarithmic);
}

bool dna_pool_column(DnaPool *p, const FeatureSet *fs, const char *column)
{
    *p = (DnaPool){.lanes = 1};
    if (!read_column(&p->s, fs, column, strcmp(column, "fro") == 0)) return false;
    p->n = p->s.n;
    set_places(p);
    return true;
}

void dna_pool_free(DnaPool *p)
{
    series_free(&p->s);
    free(p->place);
    *p = (DnaPool){0};
}

void dna_curve(DnaCurve *c, const FeatureSet *fs, const char *column)
{
    if (!read_column(&c->s, fs, column, true)) c->s = (Series){0};
}

double dna_curve_at(const DnaCurve *c, Value from, Value *v)
{
    *v = from;
    for (int i = 0; i < c->s.n; i++) {
        if (c->s.v[i].from.row != from.from.row || c->s.v[i].from.table != from.from.table)
            continue;
        *v = c->s.v[i];
        return c->s.u[i];
    }
    return 0.5;
}

void dna_curve_free(DnaCurve *c)
{
    series_free(&c->s);
}
