/* compare.c: see theory/compare.h: intervals and chords of two texts, seed 002 sections III and IV.
 * Every stream is taken less what random notes (or chords) have in common at its layer. */
#include "theory/compare.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "section.h"
#include "theory/chord.h"
#include "theory/interval.h"

enum { OTHERS = 2 * CHORDSET_OTHERS, DRAWS = SECTION_SHUFFLES };

/* Random notes and chords at one layer, less their means, and the means. */
typedef struct Around {
    int d;
    double *note, *chord;           /* [OTHERS, d], [CHORDSET_OTHERS, d] */
    double *note_mean, *chord_mean; /* [d] */
} Around;

static void centre(double *x, int n, int d, double *mean)
{
    for (int i = 0; i < n; i++)
        for (int k = 0; k < d; k++) mean[k] += x[(int64_t)i * d + k] / n;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < d; k++) x[(int64_t)i * d + k] -= mean[k];
}

static Around around(const ChordSet *o, int layer)
{
    int n = o->n, d = o->d;
    int64_t cells = (int64_t)n * d, at = layer * cells;
    Around r = {.d = d, .note = mem_alloc(2 * cells, sizeof *r.note),
                .chord = mem_alloc(cells, sizeof *r.chord),
                .note_mean = mem_alloc(d, sizeof *r.note_mean),
                .chord_mean = mem_alloc(d, sizeof *r.chord_mean)};
    for (int64_t i = 0; i < cells; i++) {
        r.note[i] = o->a[at + i];
        r.note[cells + i] = o->b[at + i];
        r.chord[i] = o->both[at + i];
    }
    centre(r.note, 2 * n, d, r.note_mean);
    centre(r.chord, n, d, r.chord_mean);
    return r;
}

static void around_free(Around *r)
{
    free(r->note);
    free(r->chord);
    free(r->note_mean);
    free(r->chord_mean);
}

/* v [d] at a layer of `from` [layers, d], less the mean. */
static double *less(const float *from, int layer, int d, const double *mean)
{
    double *v = mem_alloc(d, sizeof *v);
    for (int k = 0; k < d; k++) v[k] = (double)from[(int64_t)layer * d + k] - mean[k];
    return v;
}

static double angle_of(const double *a, const double *b, int d)
{
    return section_angle(section_dot(a, b, d), section_dot(a, a, d), section_dot(b, b, d));
}

static int deep(int layers)
{
    int nl = layers - 1, l = (2 * nl + 1) / 3;
    return l < 1 && nl > 0 ? 1 : l;
}

/* ---- intervals ------------------------------------------------------------------------------ */

static double interval_row(FindingTable *t, int layer, const float *a, const float *b,
                           const ChordSet *other)
{
    Around r = around(other, layer);
    double *x = less(a, layer, r.d, r.note_mean), *y = less(b, layer, r.d, r.note_mean);
    double xx = section_dot(x, x, r.d), yy = section_dot(y, y, r.d), xy = section_dot(x, y, r.d);
    double angle = section_angle(xy, xx, yy), ratio = sqrt(xx / (yy > 0 ? yy : 1e-30));
    section_layer_label(t, layer, layer);
    table_set(t, layer, 0, angle);
    table_set(t, layer, 1, ratio);
    table_set(t, layer, 2, interval_consonance(xy, xx, yy));
    table_note(t, layer, "%s", interval_name(interval_class(angle, ratio)));
    free(x);
    free(y);
    around_free(&r);
    return angle;
}

/* Angles of a and of b to random notes. */
static int angles_to_others(const float *a, const float *b, int layer, const ChordSet *other,
                            double *under)
{
    Around r = around(other, layer);
    double *x = less(a, layer, r.d, r.note_mean), *y = less(b, layer, r.d, r.note_mean);
    int n = 2 * other->n;
    for (int i = 0; i < n; i++) {
        under[2 * i] = angle_of(x, r.note + (int64_t)i * r.d, r.d);
        under[2 * i + 1] = angle_of(y, r.note + (int64_t)i * r.d, r.d);
    }
    free(x);
    free(y);
    around_free(&r);
    return 2 * n;
}

void compare_interval(const float *a, const float *b, const ChordSet *other, Findings *out)
{
    static const char *const COLUMNS[] = {"degrees", "ratio", "consonance"};
    static const char SECTION[] = "III intervals";
    double under[2 * OTHERS], *angle = mem_alloc(other->layers, sizeof *angle);
    int layer = deep(other->layers), n = angles_to_others(a, b, layer, other, under);
    FindingTable *t = findings_table(out, SECTION, "interval.layers",
                                     "angle, ratio of lengths and consonance |a + b|^2 / (|a|^2 + "
                                     "|b|^2) - 1 in every layer", COLUMNS, 3, other->layers);
    for (int l = 0; l < other->layers; l++) angle[l] = interval_row(t, l, a, b, other);
    FindingSpec s = {.section = SECTION, .name = "interval.angle", .unit = "degrees",
                     .definition = "angle of the two last tokens' streams, two thirds up, less "
                                   "the mean of random notes",
                     .value = angle[layer], .spread = section_spread(angle, other->layers), .n = 1,
                     .smaller = true, .under = under, .ncontrol = n,
                     .control = "angles of both to 48 random tokens"};
    finding_else(finding_add(out, &s, "The two are a %s: closer than random notes.",
                             t->note[layer]),
                 "The two are a %s, no closer than random notes.", t->note[layer]);
    FindingSpec c = {.section = SECTION, .name = "interval.contextual", .unit = "degrees",
                     .definition = "largest less smallest angle over the layers",
                     .value = 0, .spread = NAN, .n = other->layers};
    double low = 180, high = 0;
    for (int l = 0; l < other->layers; l++) {
        low = fmin(low, angle[l]);
        high = fmax(high, angle[l]);
    }
    c.value = high - low;
    finding_add(out, &c, "The interval goes from %s to %s on its way through the layers.",
                t->note[0], t->note[other->layers - 1]);
    free(angle);
}

/* ---- chords --------------------------------------------------------------------------------- */

static double in_plane(const double *c, const double *a, const double *b, int d)
{
    return chord_explained(section_dot(a, a, d), section_dot(b, b, d), section_dot(a, b, d),
                           section_dot(c, a, d), section_dot(c, b, d), section_dot(c, c, d));
}

static void chord_row(FindingTable *t, int layer, const float *a, const float *b, const float *ab,
                      const ChordSet *other)
{
    Around r = around(other, layer);
    double *x = less(a, layer, r.d, r.note_mean), *y = less(b, layer, r.d, r.note_mean);
    double *c = less(ab, layer, r.d, r.chord_mean);
    double consonance = interval_consonance(section_dot(x, y, r.d), section_dot(x, x, r.d),
                                            section_dot(y, y, r.d));
    double emergent = 1 - in_plane(c, x, y, r.d);
    section_layer_label(t, layer, layer);
    table_set(t, layer, 0, consonance);
    table_set(t, layer, 1, emergent);
    table_set(t, layer, 2, angle_of(c, x, r.d));
    table_set(t, layer, 3, angle_of(c, y, r.d));
    table_note(t, layer, "%s", chord_quality(consonance, emergent));
    free(x);
    free(y);
    free(c);
    around_free(&r);
}

static void superposed(const Around *r, const double *c, const double *x, const double *y,
                       const char *quality, Findings *out)
{
    double under[DRAWS];
    Control draw = control_seed(45);
    for (int s = 0; section_more(out->run, s); s++) {
        const double *one = r->note + (int64_t)control_below(&draw, OTHERS) * r->d;
        const double *two = r->note + (int64_t)control_below(&draw, OTHERS) * r->d;
        under[s] = in_plane(c, one, two, r->d);
    }
    FindingSpec s = {.section = "IV chords", .name = "chord.superposition",
                     .definition = "share of the squared norm of \"A B\" in the plane of A and B, "
                                   "last layer, less what random notes and chords have in common",
                     .value = in_plane(c, x, y, r->d), .spread = NAN, .n = 1, .under = under,
                     .ncontrol = DRAWS, .control = "499 pairs of random notes"};
    finding_else(finding_add(out, &s, "The chord is made of its notes, %s in quality; %.0f %% of "
                             "it emerge.", quality, 100 * (1 - s.value)),
                 "The chord (%s) is no more made of its notes than of others.", quality);
}

static void inverted(const Around *r, const double *c, const double *turned, Findings *out)
{
    double under[CHORDSET_OTHERS];
    for (int i = 0; i < CHORDSET_OTHERS; i++)
        under[i] = angle_of(c, r->chord + (int64_t)i * r->d, r->d);
    FindingSpec s = {.section = "IV chords", .name = "chord.inversion", .unit = "degrees",
                     .definition = "angle of \"A B\" and \"B A\", last layer",
                     .value = angle_of(c, turned, r->d), .spread = NAN, .n = 1, .smaller = true,
                     .under = under, .ncontrol = CHORDSET_OTHERS,
                     .control = "angles of \"A B\" to 24 random chords"};
    finding_else(finding_add(out, &s, "\"B A\" is the same chord in another inversion."),
                 "\"B A\" is another chord: the order changes the character.");
}

void compare_chord(const float *a, const float *b, const float *ab, const float *ba,
                   const ChordSet *other, Findings *out)
{
    static const char *const COLUMNS[] = {"consonance", "emergent", "from A", "from B"};
    int last = other->layers - 1;
    FindingTable *t = findings_table(
        out, "IV chords", "chord.layers",
        "consonance of A and B, share of \"A B\" outside of their plane, angles of \"A B\" from "
        "both (degrees; the nearer one is in the bass)", COLUMNS, 4, other->layers);
    for (int l = 0; l <= last; l++) chord_row(t, l, a, b, ab, other);
    Around r = around(other, last);
    double *x = less(a, last, r.d, r.note_mean), *y = less(b, last, r.d, r.note_mean);
    double *c = less(ab, last, r.d, r.chord_mean), *turned = less(ba, last, r.d, r.chord_mean);
    superposed(&r, c, x, y, t->note[last], out);
    inverted(&r, c, turned, out);
    free(x);
    free(y);
    free(c);
    free(turned);
    around_free(&r);
}
