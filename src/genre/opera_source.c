/* opera_source.c: the numbers the opera is played from, each with its address.
 *
 * Every list is loaded once and mended at once: a number that is missing or not finite gives its
 * place to the nearest one that is, a list that is missing to another list of the same layer, and
 * in the end to the spare numbers (the Frobenius norms of all tensors). So the acts never ask
 * whether something is there, and every note has a real source. */
#include "genre/opera.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

const Num *nums_at(const Nums *s, int i)
{
    return &s->at[((i % s->n) + s->n) % s->n];
}

static bool is_sound(const Num *n)
{
    return isfinite(n->v.x) && !cell_is_none(n->v.from);
}

/* False when there is nothing to mend with. */
static bool nums_mend(Nums *s)
{
    Nums whole = *s;
    for (int i = 0; i < s->n; i++) {
        if (is_sound(&s->at[i])) continue;
        int found = -1;
        for (int d = 1; d < s->n && found < 0; d++) {
            if (i - d >= 0 && is_sound(&s->at[i - d]))
                found = i - d;
            else if (i + d < s->n && is_sound(&s->at[i + d]))
                found = i + d;
        }
        if (found < 0) return false;
        whole.at[i] = s->at[found];
    }
    *s = whole;
    return s->n > 0;
}

static bool nums_take(Nums *out, Series *s)
{
    out->n = s->n < OPERA_LANES ? s->n : OPERA_LANES;
    for (int i = 0; i < out->n; i++) out->at[i] = (Num){s->v[i], s->u[i]};
    series_free(s);
    return nums_mend(out);
}

static bool nums_spread(Nums *out, const FeatureSet *fs, const char *col, int layer, int role,
                        int n, bool logarithmic)
{
    Series s;
    out->n = 0;
    return role >= 0 && series_load(&s, fs, FT_WEIGHTS, col, layer, role, n, logarithmic) &&
           nums_take(out, &s);
}

static bool nums_steps16(Nums *out, const FeatureSet *fs, const char *col, int layer, int role)
{
    Series s;
    out->n = 0;
    return role >= 0 && series_steps16(&s, fs, col, layer, role) && nums_take(out, &s);
}

/* The first n numbers of an entry, norm01 over them. */
static bool nums_first(Nums *out, const FeatureSet *fs, const char *col, int layer, int role, int n,
                       bool logarithmic)
{
    float x[OPERA_LANES], u[OPERA_LANES];
    int c = feat_find_column(fs, FT_WEIGHTS, col);
    int r = role < 0 ? -1 : feat_find_row(fs, FT_WEIGHTS, layer, role);
    int len = feat_len(fs, FT_WEIGHTS, c, r);
    out->n = len < n ? len : n;
    for (int i = 0; i < out->n; i++) {
        out->at[i].v = feat_value(fs, FT_WEIGHTS, c, r, i);
        x[i] = out->at[i].v.x;
    }
    if (logarithmic)
        map_norm01_log(x, out->n, u);
    else
        map_norm01(x, out->n, u);
    for (int i = 0; i < out->n; i++) out->at[i].u = u[i];
    return nums_mend(out);
}

/* A few of the spare numbers, other ones for other layers. */
static void nums_spare(Nums *out, const Opera *o, int layer)
{
    out->n = o->spare.n < 16 ? o->spare.n : 16;
    for (int i = 0; i < out->n; i++) out->at[i] = *nums_at(&o->spare, layer + i);
}

/* Any numbers of the weights: the Frobenius norms, or else the first column that has some. */
static bool read_spare(Opera *o)
{
    const FeatureSet *fs = o->fs;
    const Table *t = &fs->table[FT_WEIGHTS];
    int fro = feat_find_column(fs, FT_WEIGHTS, "fro");
    for (int k = -1; k < t->ncols; k++) {
        int c = k < 0 ? fro : k;
        float x[OPERA_LANES], u[OPERA_LANES];
        int n = 0;
        for (int r = 0; c >= 0 && r < t->nrows && n < OPERA_LANES; r++) {
            Value v = feat_value(fs, FT_WEIGHTS, c, r, 0);
            if (!isfinite(v.x) || cell_is_none(v.from)) continue;
            x[n] = v.x;
            o->spare.at[n++].v = v;
        }
        if (n == 0) continue;
        map_norm01_log(x, n, u);
        for (int i = 0; i < n; i++) o->spare.at[i].u = u[i];
        o->spare.n = n;
        return true;
    }
    return false;
}

/* One number a layer into the place that `at` finds in its desk; spare numbers where absent. */
static void read_over_layers(Opera *o, int table, const char *col, int role, bool logarithmic,
                             Num *(*at)(Desk *desk, int which), int which)
{
    Series s;
    bool there = series_over_layers(&s, o->fs, table, col, role, logarithmic);
    for (int l = 0; l < o->nl; l++) {
        Num n = there && l < s.n ? (Num){s.v[l], s.u[l]} : *nums_at(&o->spare, l);
        *at(&o->desk[l], which) = is_sound(&n) ? n : *nums_at(&o->spare, l);
    }
    series_free(&s);
}

static Num *desk_level(Desk *desk, int which)
{
    return &desk->level[which];
}

static Num *desk_tension(Desk *desk, int which)
{
    (void)which;
    return &desk->tension;
}

static const int SINGER[4] = {
    [OPERA_Q] = ROLE_Q, [OPERA_K] = ROLE_K, [OPERA_V] = ROLE_V, [OPERA_O] = ROLE_O};

static void read_desk(Opera *o, int l)
{
    const FeatureSet *fs = o->fs;
    Desk *d = &o->desk[l];
    for (int i = 0; i < 4; i++)
        if (!nums_spread(&d->sv[i], fs, "sv", l, map_role(fs, l, SINGER[i]), 16, true))
            nums_spare(&d->sv[i], o, l + i);
    int q = map_role(fs, l, ROLE_Q), up = map_role(fs, l, ROLE_UP);
    if (!nums_steps16(&d->rows_q, fs, "row_norms", l, q)) nums_spare(&d->rows_q, o, l);
    if (!nums_steps16(&d->rows_o, fs, "row_norms", l, map_role(fs, l, ROLE_O)))
        nums_spare(&d->rows_o, o, l + 1);
    if (!nums_steps16(&d->rows_down, fs, "row_norms", l, map_role(fs, l, ROLE_DOWN)))
        nums_spare(&d->rows_down, o, l + 2);
    if (!nums_spread(&d->hist_q, fs, "hist", l, q, 0, false)) nums_spare(&d->hist_q, o, l);
    if (!nums_spread(&d->hist_gate, fs, "hist", l, map_role(fs, l, ROLE_GATE), 0, false))
        nums_spare(&d->hist_gate, o, l + 3);
    if (!nums_spread(&d->hist_up, fs, "hist", l, up, 0, false)) nums_spare(&d->hist_up, o, l + 4);
    int norm = map_role(fs, l, ROLE_NORM_ATTN);
    if (!nums_spread(&d->gamma, fs, "gamma", l, norm, 16, false)) nums_spare(&d->gamma, o, l);
    if (!nums_first(&d->gamma4, fs, "gamma", l, norm, 4, false)) nums_spare(&d->gamma4, o, l);
}

static void read_final_norm(Opera *o)
{
    static const char *const STAT[3] = {"gamma_mean", "gamma_std", "gamma_asym"};
    if (!nums_spread(&o->final, o->fs, "gamma", -1, ROLE_FINAL_NORM, 16, false))
        nums_spare(&o->final, o, 0);
    for (int i = 0; i < 3; i++) {
        Num *n = &o->final_stat[i];
        n->v = feat_look(o->fs, FT_WEIGHTS, STAT[i], -1, ROLE_FINAL_NORM, 0);
        if (!is_sound(n)) *n = *nums_at(&o->spare, i);
        n->u = (float)clamp(n->v.x, -1, 1);
    }
}

/* The overture's walk: the embedding's top 48 singular values; where it has fewer, on through the
 * spectra of q layer by layer, norm01 over all of them. */
static void read_walk(Opera *o)
{
    const FeatureSet *fs = o->fs;
    int embed = feat_find_row(fs, FT_WEIGHTS, -1, ROLE_EMBED) >= 0 ? ROLE_EMBED : ROLE_HEAD;
    float x[OPERA_LANES], u[OPERA_LANES];
    Nums *w = &o->embed, more;
    if (!nums_first(w, fs, "sv", -1, embed, 48, true)) w->n = 0;
    for (int l = 0; l < o->nl && w->n < 48; l++) {
        if (!nums_first(&more, fs, "sv", l, map_role(fs, l, ROLE_Q), 48 - w->n, true)) continue;
        for (int i = 0; i < more.n; i++) w->at[w->n++] = more.at[i];
    }
    if (w->n == 0) {
        nums_spare(w, o, 0);
        return;
    }
    for (int i = 0; i < w->n; i++) x[i] = w->at[i].v.x;
    map_norm01_log(x, w->n, u);
    for (int i = 0; i < w->n; i++) w->at[i].u = u[i];
}

bool opera_read(Opera *o, Err *err)
{
    const FeatureSet *fs = o->fs;
    if (!read_spare(o))
        return err_set(err,
                       "%s: the features hold no number to compose from; analyse its weights "
                       "first",
                       fs->model ? fs->model : "model");
    o->nl = fs->nl > 0 ? fs->nl : 1;
    o->desk = mem_alloc(o->nl, sizeof *o->desk);
    for (int l = 0; l < o->nl; l++) read_desk(o, l);
    for (int i = 0; i < 4; i++)
        read_over_layers(o, FT_WEIGHTS, "fro", map_role(fs, 0, SINGER[i]), true, desk_level, i);
    read_over_layers(o, FT_LAYERS, "tension", -1, false, desk_tension, 0);
    read_walk(o);
    read_final_norm(o);
    return true;
}

void opera_close(Opera *o)
{
    free(o->desk);
    o->desk = NULL;
}

const Num *opera_own(const Opera *o, int track, int layer, int i)
{
    const Desk *d = &o->desk[layer];
    switch (track) {
    case OPERA_VIOLINS: return nums_at(&d->sv[OPERA_Q], i);
    case OPERA_VIOLINS2: return nums_at(&d->sv[OPERA_Q], i + d->sv[OPERA_Q].n / 2);
    case OPERA_VIOLAS: return nums_at(&d->sv[OPERA_K], i);
    case OPERA_CELLOS: return nums_at(&d->sv[OPERA_V], i);
    case OPERA_HORNS: return nums_at(&d->hist_gate, i);
    case OPERA_OBOE: return nums_at(&d->hist_up, i);
    case OPERA_CLARINET: return nums_at(&d->hist_up, i + d->hist_up.n / 2);
    case OPERA_HARP: return nums_at(&d->gamma, i);
    case OPERA_ORGAN: return nums_at(&o->final, i);
    case OPERA_TIMPANI: return nums_at(&d->rows_down, i + d->rows_down.n / 2);
    default: return nums_at(&d->rows_down, i);
    }
}
