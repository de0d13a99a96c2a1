/* house_source.c: the numbers that house is made from, and what stands in for those a model lacks:
 * the role's stand-in, another layer, another vector of the same layer, anything finite at all. So
 * a model of one layer, without a gate or with NaN in it, still plays, and every note still has a
 * real source. */
#include "genre/house.h"

#include <math.h>

static const int SECTION_MODE[HOUSE_PARTS] = {
    [HOUSE_INTRO] = MODE_LYDIAN,  [HOUSE_BUILD] = MODE_DORIAN,  [HOUSE_DROP] = MODE_PHRYGIAN,
    [HOUSE_OUTRO] = MODE_AEOLIAN, [HOUSE_MIX_IN] = MODE_LYDIAN, [HOUSE_MIX_OUT] = MODE_AEOLIAN,
};

static bool has_finite(const FeatureSet *fs, int col, int row)
{
    const float *v = feat_vec(fs, FT_WEIGHTS, col, row);
    int n = feat_len(fs, FT_WEIGHTS, col, row);
    for (int i = 0; v && i < n; i++)
        if (isfinite(v[i])) return true;
    return false;
}

/* The longest entry of the weights' table that has a finite number in it. */
static bool find_last_resort(HouseModel *m)
{
    const Table *t = &m->fs->table[FT_WEIGHTS];
    int longest = 0;
    for (int col = 0; col < t->ncols; col++) {
        for (int row = 0; row < t->nrows; row++) {
            int n = feat_len(m->fs, FT_WEIGHTS, col, row);
            if (n <= longest || !has_finite(m->fs, col, row)) continue;
            longest = n;
            m->last_col = col;
            m->last_row = row;
        }
    }
    return longest > 0;
}

static int any_role_with(const FeatureSet *fs, const char *col, int layer, int wish)
{
    int c = feat_find_column(fs, FT_WEIGHTS, col);
    int role = map_role(fs, layer, wish);
    if (role >= 0 && has_finite(fs, c, feat_find_row(fs, FT_WEIGHTS, layer, role))) return role;
    for (role = ROLE_Q; role < ROLE_OTHER; role++)
        if (has_finite(fs, c, feat_find_row(fs, FT_WEIGHTS, layer, role))) return role;
    return -1;
}

/* 16 values of an entry with a stride, shifted by turn; false when none of them is finite. */
static bool read_steps(const FeatureSet *fs, Series *s, int col, int row, int turn)
{
    int len = feat_len(fs, FT_WEIGHTS, col, row);
    bool finite = false;
    for (int i = 0; i < 16 && len > 0; i++) {
        int64_t lane = (len >= 16 ? (int64_t)i * (len / 16) : i) + turn;
        s->v[i] = feat_value(fs, FT_WEIGHTS, col, row, (int)(lane % len));
        finite = finite || isfinite(s->v[i].x);
    }
    return finite;
}

void house_steps(const HouseModel *m, Series *s, int layer, int role, int turn)
{
    static const char *const COLUMNS[] = {"row_norms", "sv", "gamma"};
    series_alloc(s, 16);
    for (int d = 0; d < m->nl; d++) {
        int l = (layer + d) % m->nl;
        for (size_t c = 0; c < sizeof COLUMNS / sizeof *COLUMNS; c++) {
            int col = feat_find_column(m->fs, FT_WEIGHTS, COLUMNS[c]);
            int with = any_role_with(m->fs, COLUMNS[c], l, role);
            if (with < 0) continue;
            if (!read_steps(m->fs, s, col, feat_find_row(m->fs, FT_WEIGHTS, l, with), turn))
                continue;
            series_finish(s, false);
            return;
        }
    }
    if (!read_steps(m->fs, s, m->last_col, m->last_row, turn)) /* its finite numbers lie between */
        for (int t = 0; !read_steps(m->fs, s, m->last_col, m->last_row, t);) t++;
    series_finish(s, false);
}

Value house_curve(const Series *curve, int layer, Value otherwise, double *u)
{
    if (curve->n == 0) {
        *u = 0.5;
        return otherwise;
    }
    int l = layer % curve->n;
    *u = curve->u[l];
    return curve->v[l];
}

Scale house_scale(const HouseModel *m, HousePart part)
{
    Scale s = m->scale;
    if (m->mode == HOUSE_SECTION_MODES) s.mode = SECTION_MODE[part];
    return s;
}

static void read_key(HouseModel *m, const GenreOpts *opts)
{
    Value root = feat_look(m->fs, FT_MODEL, "key_root", -1, -1, 0);
    Value angle = feat_look(m->fs, FT_MODEL, "key_angle", -1, -1, 0);
    int key = isfinite(root.x) ? (int)clamp(root.x, 0, 127) : 57;
    m->mode =
        opts->mode >= 0 && opts->mode <= HOUSE_SECTION_MODES ? opts->mode : MODE_NATURAL_MINOR;
    m->scale.root = opts->root >= 0 ? opts->root % 12 : key % 12;
    m->scale.mode = m->mode == HOUSE_SECTION_MODES ? MODE_NATURAL_MINOR : m->mode;
    m->swing = lerp(0.2, 0.45, isfinite(angle.x) ? clamp(angle.x, 0, 1) : 0.5);
}

bool house_model_init(HouseModel *m, const FeatureSet *fs, const GenreOpts *opts, Err *err)
{
    *m = (HouseModel){.fs = fs, .nl = fs->nl > 0 ? fs->nl : 1};
    if (!find_last_resort(m))
        return err_set(err, "%s: no finite number in its weights: nothing to make music from",
                       fs->model ? fs->model : "model");
    int gate = map_role(fs, 0, ROLE_GATE), v = map_role(fs, 0, ROLE_V);
    int norm = map_role(fs, 0, ROLE_NORM_ATTN);
    series_over_layers(&m->tension, fs, FT_LAYERS, "tension", -1, false);
    series_over_layers(&m->gamma_mean, fs, FT_WEIGHTS, "gamma_mean", norm, false);
    series_over_layers(&m->gamma_asym, fs, FT_WEIGHTS, "gamma_asym", norm, false);
    series_over_layers(&m->cutoff, fs, FT_WEIGHTS, "std", gate, false);
    series_over_layers(&m->resonance, fs, FT_WEIGHTS, "kurt", v, false);
    read_key(m, opts);
    m->gen = generator_of(opts, m->scale);
    if (generator_check(&m->gen, fs, err)) return true;
    house_model_free(m);
    return false;
}

void house_model_free(HouseModel *m)
{
    series_free(&m->tension);
    series_free(&m->gamma_mean);
    series_free(&m->gamma_asym);
    series_free(&m->cutoff);
    series_free(&m->resonance);
    *m = (HouseModel){0};
}

/* The degrees of the scale's octave whose fifth is perfect; all of them when none is. */
static int stable_degrees(Scale s, int out[12])
{
    int n = 0, size = scale_size(s);
    for (int d = 0; d < size; d++)
        if (scale_has(s, scale_key(s, d) + 7)) out[n++] = d;
    for (int d = 0; n == 0 && d < size; d++) out[d] = d;
    return n > 0 ? n : size;
}

static int ladder_degree(Scale s, int rung)
{
    int stable[12], n = stable_degrees(s, stable);
    int octave = rung >= 0 ? rung / n : -((-rung + n - 1) / n);
    return octave * scale_size(s) + stable[rung - octave * n];
}

static Value read_sv(const HouseModel *m, int layer, int lane)
{
    int role = any_role_with(m->fs, "sv", layer, ROLE_Q);
    int col = feat_find_column(m->fs, FT_WEIGHTS, "sv");
    int row = role < 0 ? -1 : feat_find_row(m->fs, FT_WEIGHTS, layer, role);
    int len = feat_len(m->fs, FT_WEIGHTS, col, row);
    if (len == 0) return (Value){NAN, CELL_NONE};
    return feat_value(m->fs, FT_WEIGHTS, col, row, lane % len);
}

/* How many of the values are smaller. */
static int rank_in(const Series *s, int i)
{
    int rank = 0;
    for (int k = 0; k < s->n; k++) rank += s->u[k] < s->u[i];
    return rank;
}

static bool same_chord(const HouseChords *c, int i, int k)
{
    return (c->degree[i] - c->degree[k]) % scale_size(c->scale) == 0;
}

/* One rung of the ladder a rank, one more from rank `gap` and from rank `other` up; the first
 * chord is home. False when two chords in a row are the same. */
static bool climb_with(HouseChords *c, int gap, int other)
{
    bool moves = true;
    int home = 0;
    for (int i = 0; i < HOUSE_CHORDS; i++) {
        int rank = rank_in(&c->sv, i);
        int rung = rank + (rank >= gap) + (rank >= other);
        if (i == 0) home = rung;
        c->degree[i] = ladder_degree(c->scale, rung - home);
        moves = moves && !(i > 0 && same_chord(c, i, i - 1));
    }
    return moves;
}

/* Roots an octave apart give the same chord: when such two follow each other, a rung or two are
 * left out somewhere between them. */
static void climb(HouseChords *c)
{
    for (int gap = HOUSE_CHORDS; gap > 0; gap--)
        for (int other = HOUSE_CHORDS; other >= gap; other--)
            if (climb_with(c, gap, other)) return;
    climb_with(c, HOUSE_CHORDS, HOUSE_CHORDS); /* equal numbers: nothing helps */
}

/* The chords by the chain, from layer to layer. */
static void tell_chords(HouseChords *c, const HouseModel *m)
{
    Told told[HOUSE_CHORDS];
    Generator gen = m->gen;
    gen.scale = c->scale;
    generator_chords(&gen, m->fs, c->layer, &c->sv, generator_stable(c->scale), false, told);
    for (int i = 0; i < HOUSE_CHORDS; i++) {
        c->degree[i] = told[i].degree;
        c->said[i] = told[i].said;
    }
}

void house_chords(HouseChords *c, const HouseModel *m, HousePart part, int lane)
{
    bool finite = false;
    *c = (HouseChords){.scale = house_scale(m, part)};
    series_alloc(&c->sv, HOUSE_CHORDS);
    int distinct = m->nl < HOUSE_CHORDS ? m->nl : HOUSE_CHORDS;
    for (int i = 0; i < HOUSE_CHORDS; i++) {
        int k = i % distinct;
        c->layer[i] = distinct > 1 ? k * (m->nl - 1) / (distinct - 1) : 0;
        c->sv.v[i] = read_sv(m, c->layer[i], lane + i / distinct);
        finite = finite || isfinite(c->sv.v[i].x);
    }
    if (!finite) {
        Series any;
        house_steps(m, &any, 0, ROLE_Q, lane);
        for (int i = 0; i < HOUSE_CHORDS; i++) c->sv.v[i] = any.v[2 * i];
        series_free(&any);
    }
    series_finish(&c->sv, finite);
    for (int i = 0; i < HOUSE_CHORDS; i++) c->said[i] = CELL_NONE;
    if (m->gen.kind == GEN_ROWS)
        climb(c);
    else
        tell_chords(c, m);
}

void house_chords_free(HouseChords *c)
{
    series_free(&c->sv);
}
