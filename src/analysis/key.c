/* key.c: the model's key (mappings.md section 3).
 *
 * Points are the layers, coordinates the entries of the norm before attention [nl, d]; PCA over
 * them, centred. How the words are read here:
 * - "PC2 skewness": skewness of the layers' coordinates on the second component, population.
 * - "PC3 kurtosis > 3": of the coordinates on the third, as Pearson's m4 / m2^2, for which 3 is the
 *   Gaussian. With excess kurtosis the branch would ask for Pearson's 6, which needs more than
 *   seven layers and all but one of them equal (the greatest value for n points is
 *   n - 2 + 1 / (n - 1)): it would never be taken.
 * - root: the angle of layer 0 in the (PC1, PC2) plane as a fraction of a turn; its twelfth is a
 *   number of fifths above C; that pitch class is placed as near to MIDI 48 as it comes (43..54).
 * The signs of components are fixed in math/pca.
 *
 * Fewer than three layers, norms that are missing or of several widths, or norms that do not vary
 * in two directions (an untrained model): the angle is the fraction of log2 of the sum of all
 * matrices' Frobenius norms, pc2_skew the mean skewness and pc3_kurt the mean Pearson kurtosis of
 * their entries; a note says so. Where no matrix has been read (key_fill_norms) the same is taken
 * over the norm vectors. */
#include "key.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "layers.h"
#include "math/pca.h"

enum { KEY_LOWEST = 43, MAJOR = 0, NATURAL_MINOR = 1, DORIAN = 2, HARMONIC_MINOR = 4 };

static const double TURN = 6.283185307179586;

typedef struct Key {
    double x, y, angle, skew, kurt; /* angle in turns; kurt Pearson's */
} Key;

/* The norm vectors of the blocks; v NULL when they do not tell, for the reason why. */
typedef struct Norms {
    int nl, d;
    double *v; /* [nl, d] NaN and infinities are 0 */
    const char *why;
} Norms;

/* A vector tensor as numbers. */
static void read_vector(const Tensor *t, int d, double *out)
{
    float *v = mem_alloc(d, sizeof *v);
    tensor_read_f32(t, 0, 1, v);
    for (int i = 0; i < d; i++) out[i] = isfinite(v[i]) ? v[i] : 0;
    free(v);
}

static bool is_norm(const ModelPart *p)
{
    int64_t d = tensor_cols(&p->t);
    return measure_kind(p) == MEASURE_GAMMA && d > 0 && d < INT32_MAX;
}

static Norms norms_read(const Model *model, int nl)
{
    Norms n = {.nl = nl, .why = nl < 3 ? "it has fewer than three layers" : NULL};
    for (int l = 0; l < nl && !n.why; l++) {
        const ModelPart *p = model_find(model, l, ROLE_NORM_ATTN);
        if (!p || !is_norm(p)) n.why = "a layer has no norm before attention";
        else if (l > 0 && tensor_cols(&p->t) != n.d) n.why = "its norms differ in width";
        else n.d = (int)tensor_cols(&p->t);
    }
    if (n.why) return n;
    n.v = mem_alloc((int64_t)nl * n.d, sizeof *n.v);
    for (int l = 0; l < nl; l++)
        read_vector(&model_find(model, l, ROLE_NORM_ATTN)->t, n.d,
                    n.v + (size_t)l * (size_t)n.d);
    return n;
}

static Moments coordinate(const Pca *p, int k)
{
    double *c = mem_alloc(p->n, sizeof *c);
    for (int i = 0; i < p->n; i++) c[i] = p->coord[(size_t)i * (size_t)p->k + (size_t)k];
    Moments m = moments_of_f64(c, p->n);
    free(c);
    return m;
}

/* False with a reason in norms->why when they do not tell. */
static bool key_from_norms(Norms *norms, Key *key)
{
    if (!norms->v) return false;
    Pca p;
    bool ok = pca_fit(&p, norms->v, norms->nl, norms->d, 3) && p.var[1] > 0;
    if (ok) {
        Moments second = coordinate(&p, 1), third = coordinate(&p, 2);
        key->x = p.coord[0];
        key->y = p.coord[1];
        double turn = atan2(key->y, key->x) / TURN;
        key->angle = turn < 0 ? turn + 1 : turn;
        key->skew = moments_skew(&second);
        key->kurt = p.var[2] > 0 ? moments_kurtosis(&third) + 3 : 0;
    } else {
        norms->why = "its norms do not vary in two directions";
    }
    pca_free(&p);
    return ok;
}

/* Sums over tensors, for models whose norms do not tell. */
typedef struct Bulk {
    double norm, skew, kurt;
    int n;
} Bulk;

static void bulk_add(Bulk *b, const Moments *m)
{
    b->norm += moments_norm(m);
    b->skew += moments_skew(m);
    b->kurt += moments_kurtosis(m) + 3;
    b->n++;
}

static void key_from_bulk(const Bulk *b, Key *key)
{
    *key = (Key){0};
    if (b->n == 0) return;
    key->angle = b->norm > 0 ? log2(b->norm) - floor(log2(b->norm)) : 0;
    key->x = cos(TURN * key->angle);
    key->y = sin(TURN * key->angle);
    key->skew = b->skew / b->n;
    key->kurt = b->kurt / b->n;
}

static Bulk bulk_of_matrices(const Model *model, const Measure *m)
{
    Bulk b = {0};
    for (int i = 0; i < model->nparts; i++)
        if (m[i].kind == MEASURE_MATRIX) bulk_add(&b, &m[i].scan.moments);
    return b;
}

static Bulk bulk_of_norms(const Model *model)
{
    Bulk b = {0};
    for (int i = 0; i < model->nparts; i++) {
        const ModelPart *p = &model->part[i];
        if (!is_norm(p)) continue;
        int d = (int)tensor_cols(&p->t);
        double *v = mem_alloc(d, sizeof *v);
        read_vector(&p->t, d, v);
        Moments m = moments_of_f64(v, d);
        bulk_add(&b, &m);
        free(v);
    }
    return b;
}

static int key_root(double angle)
{
    int fifths = (int)floor(12 * angle) % 12, pitch_class = 7 * fifths % 12;
    return KEY_LOWEST + (pitch_class - KEY_LOWEST % 12 + 12) % 12;
}

static int key_mode(const Key *key)
{
    if (key->skew > 0.1) return MAJOR;
    if (key->skew < -0.1) return NATURAL_MINOR;
    return key->kurt > 3 ? HARMONIC_MINOR : DORIAN;
}

static void key_row(FeatureSet *fs, const Key *key)
{
    const struct {
        const char *name, *unit, *doc;
        double v;
    } col[] = {
        {"key_x", "", "layer 0 on the first principal component of the norms before attention",
         key->x},
        {"key_y", "", "layer 0 on the second component", key->y},
        {"key_angle", "turns", "angle of layer 0 in that plane", key->angle},
        {"pc2_skew", "", "skewness of the layers on the second component", key->skew},
        {"pc3_kurt", "", "Pearson kurtosis of the layers on the third component (3 = Gaussian)",
         key->kurt},
        {"key_root", "MIDI key", "twelfth of a turn of key_angle round the circle of fifths",
         key_root(key->angle)},
        {"key_mode", "", "0 major, 1 natural minor, 2 dorian, 4 harmonic minor", key_mode(key)},
    };
    RowKey none = {.prompt = -1, .layer = -1, .role = -1, .head = -1, .token = -1};
    int row = feat_add_row(fs, FT_MODEL, none, NULL);
    for (size_t i = 0; i < sizeof col / sizeof col[0]; i++)
        feat_set1(fs, FT_MODEL, feat_add_column(fs, FT_MODEL, col[i].name, col[i].unit, col[i].doc),
                  row, col[i].v);
}

void key_fill(FeatureSet *fs, const Model *model, const Measure *m, int nl)
{
    Key key = {0};
    Norms norms = norms_read(model, nl);
    if (!key_from_norms(&norms, &key)) {
        Bulk bulk = bulk_of_matrices(model, m);
        key_from_bulk(&bulk, &key);
        feat_note(fs, "%s: its key is read from the norms and moments of its matrices", norms.why);
    }
    free(norms.v);
    key_row(fs, &key);
}

void key_fill_norms(FeatureSet *fs, const Model *model)
{
    Key key = {0};
    if (fs->table[FT_MODEL].nrows) return;
    Norms norms = norms_read(model, model->cfg.nl);
    if (!key_from_norms(&norms, &key)) {
        Bulk bulk = bulk_of_norms(model);
        key_from_bulk(&bulk, &key);
        feat_note(fs, "%s: its key is read from the lengths and moments of its norms", norms.why);
    }
    free(norms.v);
    key_row(fs, &key);
}
