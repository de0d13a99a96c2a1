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
 * their entries; a note says so. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "layers.h"
#include "math/pca.h"

enum { KEY_LOWEST = 43, MAJOR = 0, NATURAL_MINOR = 1, DORIAN = 2, HARMONIC_MINOR = 4 };

static const double TURN = 6.283185307179586;

typedef struct Key {
    double x, y, angle, skew, kurt; /* angle in turns; kurt Pearson's */
} Key;

/* The norm vectors [nl, d] as a new array; NULL with a reason when there is none. */
static double *norm_points(const Model *model, const Measure *m, int nl, int *d, const char **why)
{
    *why = nl < 3 ? "it has fewer than three layers" : NULL;
    *d = 0;
    for (int l = 0; l < nl && !*why; l++) {
        const Measure *g = layers_find(model, m, l, ROLE_NORM_ATTN);
        if (!g || !g->gamma) *why = "a layer has no norm before attention";
        else if (l > 0 && g->scan.cols != *d) *why = "its norms differ in width";
        else *d = (int)g->scan.cols;
    }
    if (*why) return NULL;
    double *x = mem_alloc((int64_t)nl * *d, sizeof *x);
    for (int l = 0; l < nl; l++)
        memcpy(x + (size_t)l * (size_t)*d, layers_find(model, m, l, ROLE_NORM_ATTN)->gamma,
               (size_t)*d * sizeof *x);
    return x;
}

static Moments coordinate(const Pca *p, int k)
{
    double *c = mem_alloc(p->n, sizeof *c);
    for (int i = 0; i < p->n; i++) c[i] = p->coord[(size_t)i * (size_t)p->k + (size_t)k];
    Moments m = moments_of_f64(c, p->n);
    free(c);
    return m;
}

/* From the norms; false with a reason when they do not tell. */
static bool key_from_norms(const Model *model, const Measure *m, int nl, Key *key, const char **why)
{
    int d;
    double *x = norm_points(model, m, nl, &d, why);
    if (!x) return false;
    Pca p;
    bool ok = pca_fit(&p, x, nl, d, 3) && p.var[1] > 0;
    if (ok) {
        Moments second = coordinate(&p, 1), third = coordinate(&p, 2);
        key->x = p.coord[0];
        key->y = p.coord[1];
        double turn = atan2(key->y, key->x) / TURN;
        key->angle = turn < 0 ? turn + 1 : turn;
        key->skew = moments_skew(&second);
        key->kurt = p.var[2] > 0 ? moments_kurtosis(&third) + 3 : 0;
    } else {
        *why = "its norms do not vary in two directions";
    }
    pca_free(&p);
    free(x);
    return ok;
}

static void key_from_matrices(const Model *model, const Measure *m, Key *key)
{
    double norm = 0, skew = 0, kurt = 0;
    int n = 0;
    for (int i = 0; i < model->nparts; i++) {
        if (m[i].kind != MEASURE_MATRIX) continue;
        norm += moments_norm(&m[i].scan.moments);
        skew += moments_skew(&m[i].scan.moments);
        kurt += moments_kurtosis(&m[i].scan.moments) + 3;
        n++;
    }
    *key = (Key){0};
    if (n == 0) return;
    key->angle = norm > 0 ? log2(norm) - floor(log2(norm)) : 0;
    key->x = cos(TURN * key->angle);
    key->y = sin(TURN * key->angle);
    key->skew = skew / n;
    key->kurt = kurt / n;
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

void key_fill(FeatureSet *fs, const Model *model, const Measure *m, int nl)
{
    Key key = {0};
    const char *why = "";
    if (!key_from_norms(model, m, nl, &key, &why)) {
        key_from_matrices(model, m, &key);
        feat_note(fs, "%s: %s: its key is read from the norms and moments of its matrices",
                  model->name ? model->name : "model", why);
    }
    const struct {
        const char *name, *unit, *doc;
        double v;
    } col[] = {
        {"key_x", "", "layer 0 on the first principal component of the norms before attention",
         key.x},
        {"key_y", "", "layer 0 on the second component", key.y},
        {"key_angle", "turns", "angle of layer 0 in that plane", key.angle},
        {"pc2_skew", "", "skewness of the layers on the second component", key.skew},
        {"pc3_kurt", "", "Pearson kurtosis of the layers on the third component (3 = Gaussian)",
         key.kurt},
        {"key_root", "MIDI key", "twelfth of a turn of key_angle round the circle of fifths",
         key_root(key.angle)},
        {"key_mode", "", "0 major, 1 natural minor, 2 dorian, 4 harmonic minor", key_mode(&key)},
    };
    RowKey none = {.prompt = -1, .layer = -1, .role = -1, .head = -1, .token = -1};
    int row = feat_add_row(fs, FT_MODEL, none, NULL);
    for (size_t i = 0; i < sizeof col / sizeof col[0]; i++)
        feat_set1(fs, FT_MODEL, feat_add_column(fs, FT_MODEL, col[i].name, col[i].unit, col[i].doc),
                  row, col[i].v);
}
