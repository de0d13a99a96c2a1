/* superposition.c: seed 002 section IV. A chord is what a pair of tokens becomes together. How much
 * of it lies in the plane of its two notes alone (least squares), how much is new; whether the
 * first note sounds in it at all; and its quality by the consonance of its notes and what emerges.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/stats.h"
#include "section.h"
#include "theory/chord.h"
#include "theory/chordset.h"
#include "theory/interval.h"

static const char SECTION[] = "IV chords";

const char *chord_quality(double consonance, double emergent)
{
    if (consonance <= -0.1) return "diminished";
    if (consonance >= 0.5) return emergent < 0.5 ? "major" : "minor";
    if (consonance >= 0.1) return "minor";
    return "augmented";
}

double chord_explained(double aa, double bb, double ab, double ca, double cb, double cc)
{
    double det = aa * bb - ab * ab;
    if (!(cc > 0)) return 0;
    if (!(det > 1e-9 * aa * bb)) { /* one direction, or one note silent */
        double best = aa > bb ? ca * ca / aa : bb > 0 ? cb * cb / bb : 0;
        return best / cc;
    }
    double in = (ca * ca * bb - 2 * ca * cb * ab + cb * cb * aa) / det / cc;
    return in < 0 ? 0 : in > 1 ? 1 : in;
}

/* Products of all chords and notes of one layer. */
typedef struct Products {
    int n;
    double *ca, *cb, *ab;  /* [n, n] chord i with note a of j ...; note a of i with b of j */
    double *aa, *bb, *cc;  /* [n] */
} Products;

static double *doubles(const float *v, int64_t n)
{
    double *x = mem_alloc(n, sizeof *x);
    for (int64_t i = 0; i < n; i++) x[i] = v[i];
    return x;
}

static double *squares(const double *x, int n, int d)
{
    double *s = mem_alloc(n, sizeof *s);
    for (int i = 0; i < n; i++)
        s[i] = section_dot(x + (int64_t)i * d, x + (int64_t)i * d, d);
    return s;
}

static Products products(const ChordSet *c, int layer)
{
    int n = c->n, d = c->d;
    int64_t cells = (int64_t)n * d, at = layer * cells;
    double *a = doubles(c->a + at, cells), *b = doubles(c->b + at, cells);
    double *both = doubles(c->both + at, cells);
    Products p = {.n = n,
                  .ca = section_dots(both, n, a, n, d), .cb = section_dots(both, n, b, n, d),
                  .ab = section_dots(a, n, b, n, d), .aa = squares(a, n, d),
                  .bb = squares(b, n, d), .cc = squares(both, n, d)};
    free(a);
    free(b);
    free(both);
    return p;
}

static void products_free(Products *p)
{
    double *all[] = {p->ca, p->cb, p->ab, p->aa, p->bb, p->cc};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}

/* Of chord i, in the plane of note a of j and note b of k. */
static double explained(const Products *p, int i, int j, int k)
{
    int64_t n = p->n;
    return chord_explained(p->aa[j], p->bb[k], p->ab[j * n + k], p->ca[i * n + j],
                           p->cb[i * n + k], p->cc[i]);
}

static double own_parts(const void *ud, const int *order, int n)
{
    const Products *p = ud;
    double sum = 0;
    for (int i = 0; i < n; i++) sum += explained(p, i, order[i], order[i]);
    return sum / n;
}

static double own_context(const void *ud, const int *order, int n)
{
    const Products *p = ud;
    double sum = 0;
    for (int i = 0; i < n; i++) sum += explained(p, i, order[i], i);
    return sum / n;
}

static void superposition(const Products *p, Findings *out)
{
    double under[SECTION_SHUFFLES], *each = mem_alloc(p->n, sizeof *each);
    for (int i = 0; i < p->n; i++) each[i] = explained(p, i, i, i);
    FindingSpec s = {.section = SECTION, .name = "chords.superposition",
                     .definition = "share of the pair's squared norm in the plane of its two "
                                   "tokens alone, last layer, mean over pairs of neighbours; "
                                   "all less what random pairs have in common",
                     .spread = section_spread(each, p->n),
                     .control = "499 shuffles of the notes under the chords"};
    section_test(out->run, &s, own_parts, p, p->n, 1, 41, under);
    finding_else(finding_add(out, &s, "A pair is made of its tokens (%.0f %%); the other %.0f %% "
                             "emerge.", 100 * s.value, 100 * (1 - s.value)),
                 "A pair is no more made of its own tokens than of others.");
    FindingSpec c = {.section = SECTION, .name = "chords.context", .spread = NAN,
                     .definition = "the same with the first token of other pairs: does the first "
                                   "note sound in the chord?",
                     .control = "499 shuffles of the first notes"};
    section_test(out->run, &c, own_context, p, p->n, 1, 42, under);
    finding_else(finding_add(out, &c, "The first token sounds on in the second."),
                 "The second token alone is heard: the first leaves no trace that others would "
                 "not.");
    free(each);
}

static void qualities(const TheoryText *x, const Products *p, Findings *out)
{
    static const char *const COLUMNS[] = {"degrees", "consonance", "emergent"};
    FindingTable *table = findings_table(
        out, SECTION, "chords.quality",
        "angle and consonance of the two tokens alone, share of the pair outside their plane; "
        "consonance >= 0.5 major (minor when over half emerges), >= 0.1 minor, <= -0.1 diminished, "
        "between augmented", COLUMNS, 3, p->n);
    for (int i = 0; i < p->n; i++) {
        int64_t at = (int64_t)i * (p->n + 1);
        double consonance = interval_consonance(p->ab[at], p->aa[i], p->bb[i]);
        double emergent = 1 - explained(p, i, i, i);
        int token = x->chords->first[i];
        table_label(table, i, "%s%s", section_label(x, token), section_label(x, token + 1));
        table_set(table, i, 0, section_angle(p->ab[at], p->aa[i], p->bb[i]));
        table_set(table, i, 1, consonance);
        table_set(table, i, 2, emergent);
        table_note(table, i, "%s", chord_quality(consonance, emergent));
    }
}

static void by_layer(const ChordSet *c, Findings *out)
{
    static const char *const COLUMNS[] = {"in the plane", "consonance"};
    FindingTable *table = findings_table(out, SECTION, "chords.layers",
                                         "means over the pairs, by layer", COLUMNS, 2, c->layers);
    for (int l = 0; l < c->layers; l++) {
        Products p = products(c, l);
        double in = 0, consonance = 0;
        for (int i = 0; i < p.n; i++) {
            in += explained(&p, i, i, i) / p.n;
            consonance +=
                interval_consonance(p.ab[(int64_t)i * (p.n + 1)], p.aa[i], p.bb[i]) / p.n;
        }
        section_layer_label(table, l, l);
        table_set(table, l, 0, in);
        table_set(table, l, 1, consonance);
        products_free(&p);
    }
}

void theory_chords(const TheoryText *x, Findings *out)
{
    const ChordSet *c = x->chords;
    if (!c || c->n < 3) return;
    Products p = products(c, c->layers - 1);
    superposition(&p, out);
    qualities(x, &p, out);
    by_layer(c, out);
    products_free(&p);
}
