/* notes.c: seed 002 section II. A note is a direction. Pitch: the angle to the nearest direction
 * that has a name (a token's own embedding); one semitone, 100 cents, is the mean angle from a name
 * to the nearest other name. Octaves are layers: does a token keep its direction through them?
 * Register is where in depth the stream is changed most. CKA is the linear one (Kornblith et al.
 * 2019) of the tokens' centred representations. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/stats.h"
#include "section.h"

static const char SECTION[] = "II notes";

enum { PITCHES = 64, MIXED = 32 };

/* ---- octaves -------------------------------------------------------------------------------- */

/* v [n, n]: mean over all pairs of layers i < j of the cosine of a token at i with another at j. */
static double *across_layers(const Trace *t, const int *token, int n)
{
    double *v = mem_alloc((int64_t)n * n, sizeof *v);
    double *below = mem_alloc((int64_t)n * t->d, sizeof *below);
    double pairs = 0.5 * t->nl * (t->nl + 1);
    for (int l = 0; l <= t->nl; l++) {
        double *x = section_points(t, l, token, n);
        section_unit(x, n, t->d);
        double *dots = section_dots(below, n, x, n, t->d);
        for (int64_t i = 0; i < (int64_t)n * n; i++) v[i] += dots[i] / pairs;
        for (int64_t i = 0; i < (int64_t)n * t->d; i++) below[i] += x[i];
        free(dots);
        free(x);
    }
    free(below);
    return v;
}

static void octaves(const Trace *t, const int *token, int n, Findings *out)
{
    double under[SECTION_SHUFFLES], *v = across_layers(t, token, n);
    double *own = mem_alloc(n, sizeof *own);
    for (int i = 0; i < n; i++) own[i] = v[(int64_t)i * n + i];
    SectionSquare square = {.v = v, .n = n};
    FindingSpec s = {.section = SECTION, .name = "notes.octave",
                     .definition = "mean cosine of a token's direction (less the mean token) in "
                                   "one layer with its direction in a later one, all pairs of "
                                   "layers",
                     .spread = section_spread(own, n),
                     .control = "499 shuffles of the tokens of the later layers"};
    section_test(out->run, &s, section_mean_at, &square, n, 1, 21, under);
    finding_else(finding_add(out, &s, "A token is the same note in other octaves: later layers "
                             "keep its direction."),
                 "Later layers do not keep a token's direction.");
    free(own);
    free(v);
}

static double cka(const double *a, const double *b, int n)
{
    int64_t all = (int64_t)n * n;
    double ab = 0, aa = 0, bb = 0;
    for (int64_t i = 0; i < all; i++) {
        ab += a[i] * b[i];
        aa += a[i] * a[i];
        bb += b[i] * b[i];
    }
    return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : NAN;
}

/* The lag is the first layer in which the cosine with the embedding has fallen under a half. */
static void octave_table(const Trace *t, const int *token, int n, Findings *out)
{
    static const char *const COLUMNS[] = {"cosine", "CKA", "CKA before"};
    FindingTable *table = findings_table(
        out, SECTION, "notes.layers",
        "mean cosine of a token's direction with that in the embedding; linear CKA of all tokens "
        "with the embedding, and with the layer before", COLUMNS, 3, t->nl + 1);
    double *first = section_points(t, 0, token, n), *gram0 = section_dots(first, n, first, n, t->d);
    double *before = NULL;
    int lag = -1;
    section_unit(first, n, t->d);
    for (int l = 0; l <= t->nl; l++) {
        double *x = section_points(t, l, token, n), *gram = section_dots(x, n, x, n, t->d);
        double cosine = 0;
        section_unit(x, n, t->d);
        for (int i = 0; i < n; i++)
            cosine += section_dot(x + (int64_t)i * t->d, first + (int64_t)i * t->d, t->d) / n;
        section_layer_label(table, l, l);
        table_set(table, l, 0, cosine);
        table_set(table, l, 1, cka(gram, gram0, n));
        if (before) table_set(table, l, 2, cka(gram, before, n));
        if (lag < 0 && cosine < 0.5) lag = l;
        free(x);
        free(before);
        before = gram;
    }
    FindingSpec s = {.section = SECTION, .name = "notes.lag", .unit = "layers",
                     .definition = "blocks until a token's mean cosine with its embedding is under "
                                   "1/2; one more than there are when it never is",
                     .value = lag < 0 ? t->nl + 1 : lag, .spread = NAN, .n = n};
    if (lag < 0)
        finding_add(out, &s, "The embedding rings on through all layers.");
    else
        finding_add(out, &s, "The embedding rings on for %d of %d layers.", lag, t->nl);
    free(before);
    free(gram0);
    free(first);
}

/* ---- register ------------------------------------------------------------------------------- */

typedef struct Changes {
    const double *v; /* [n, nl] size of each layer's update */
    int n, nl;
} Changes;

/* Distance of the mean centroid from the middle, the layers in this order. */
static double off_middle(const void *ud, const int *order, int nl)
{
    const Changes *c = ud;
    double sum = 0;
    for (int i = 0; i < c->n; i++) {
        double at = 0, all = 0;
        for (int l = 0; l < nl; l++) {
            at += c->v[(int64_t)i * nl + order[l]] * l;
            all += c->v[(int64_t)i * nl + order[l]];
        }
        sum += all > 0 ? at / all / (nl - 1) - 0.5 : 0;
    }
    return sum / c->n;
}

static double off_middle_size(const void *ud, const int *order, int nl)
{
    return fabs(off_middle(ud, order, nl));
}

static void registers(const Trace *t, const int *token, int n, Findings *out)
{
    double under[SECTION_SHUFFLES], *v = mem_alloc((int64_t)n * t->nl, sizeof *v);
    int *order = mem_alloc(t->nl, sizeof *order);
    for (int l = 0; l < t->nl; l++) order[l] = l;
    for (int i = 0; i < n; i++)
        for (int l = 0; l < t->nl; l++) {
            const float *a = trace_at(t, l, token[i]), *b = trace_at(t, l + 1, token[i]);
            double sum = 0;
            for (int k = 0; k < t->d; k++) sum += ((double)b[k] - a[k]) * ((double)b[k] - a[k]);
            v[(int64_t)i * t->nl + l] = sqrt(sum);
        }
    Changes c = {.v = v, .n = n, .nl = t->nl};
    double centre = 0.5 + off_middle(&c, order, t->nl);
    FindingSpec s = {.section = SECTION, .name = "notes.register", .spread = NAN, .n = n,
                     .definition = "distance from 1/2 of the mean centroid in depth (0 = first "
                                   "layer, 1 = last) of the sizes of the layers' updates",
                     .control = "499 shuffles of the layers"};
    section_test(out->run, &s, off_middle_size, &c, t->nl, 1, 22, under);
    finding_else(finding_add(out, &s, "The voicing is %s: the centroid lies at %.2f of the depth.",
                             centre < 0.5 ? "bass-heavy" : "treble-heavy", centre),
                 "The voicing is even: the centroid lies at %.2f of the depth.", centre);
    free(order);
    free(v);
}

/* ---- pitch ---------------------------------------------------------------------------------- */

/* The largest of a row's cosines; *who gets its index. skip: this one is left out, -1 = none. */
static double nearest(const double *cosine, int n, int skip, int *who)
{
    double best = -2;
    for (int i = 0; i < n; i++)
        if (i != skip && cosine[i] > best) best = cosine[*who = i];
    return best;
}

/* Degrees from each row of x [n, d], unit vectors, to its nearest name. */
static double mean_off(const double *x, int n, const TheoryNames *names, bool among, double *each,
                       int *who)
{
    double sum = 0, *cosine = section_dots(x, n, names->v, names->n, names->d);
    for (int i = 0; i < n; i++) {
        int at = 0;
        double c = nearest(cosine + (int64_t)i * names->n, names->n, among ? i : -1, &at);
        double angle = section_angle(c, 1, 1);
        if (each) each[i] = angle;
        if (who) who[i] = at;
        sum += angle / n;
    }
    free(cosine);
    return sum;
}

/* Means over n of the angles of random mixtures of MIXED names: no names, yet of their kind. */
static void mixtures(const TheoryNames *names, int n, double *under, const Run *run)
{
    double *x = mem_alloc((int64_t)SECTION_SHUFFLES * names->d, sizeof *x);
    double *off = mem_alloc(SECTION_SHUFFLES, sizeof *off);
    Control c = control_seed(23);
    for (int i = 0; section_more(run, i); i++)
        for (int m = 0; m < MIXED; m++) {
            const double *v = names->v + (int64_t)control_below(&c, names->n) * names->d;
            double g = control_normal(&c);
            for (int k = 0; k < names->d; k++) x[(int64_t)i * names->d + k] += g * v[k];
        }
    section_unit(x, SECTION_SHUFFLES, names->d);
    mean_off(x, SECTION_SHUFFLES, names, false, off, NULL);
    for (int s = 0; section_more(run, s); s++) {
        under[s] = 0;
        for (int i = 0; i < n; i++) under[s] += off[control_below(&c, SECTION_SHUFFLES)] / n;
    }
    free(x);
    free(off);
}

static void microtones(const TheoryText *x, const int *all, int nall, Findings *out)
{
    static const char *const COLUMNS[] = {"degrees", "cents"};
    const Trace *t = x->t;
    const TheoryNames *names = x->names;
    int n = nall < PITCHES ? nall : PITCHES, token[PITCHES], who[PITCHES];
    double under[SECTION_SHUFFLES], off[PITCHES];
    for (int i = 0; i < n; i++) token[i] = all[(int64_t)i * nall / n];
    double *last = section_points(t, t->nl, token, n);
    section_unit(last, n, t->d);
    int probe = names->n < SECTION_MOST ? names->n : SECTION_MOST;
    double semitone = mean_off(names->v, probe, names, true, NULL, NULL);
    double mean = mean_off(last, n, names, false, off, who);
    mixtures(names, n, under, out->run);
    FindingSpec s = {.section = SECTION, .name = "notes.microtone", .unit = "degrees",
                     .definition = "mean angle of the last layer's stream (less the mean token) to "
                                   "the nearest named direction: a token's output embedding, less "
                                   "their mean",
                     .value = mean, .spread = section_spread(off, n), .n = n, .smaller = true,
                     .control = "means of 499 random mixtures of 32 names", .under = under,
                     .ncontrol = SECTION_SHUFFLES};
    finding_else(finding_add(out, &s, "The last layer plays near named notes, %.0f cents off on "
                             "average (100 = from a name to the next, %.1f degrees).",
                             100 * mean / semitone, semitone),
                 "The last layer plays microtones: %.0f cents off the nearest name on average (100 "
                 "= from a name to the next, %.1f degrees), no nearer than chance.",
                 100 * mean / semitone, semitone);
    FindingTable *table = findings_table(out, SECTION, "notes.pitches",
                                         "the name nearest to each token's last stream", COLUMNS,
                                         2, n);
    for (int i = 0; i < n; i++) {
        table_label(table, i, "%d %s", token[i], section_label(x, token[i]));
        table_set(table, i, 0, off[i]);
        table_set(table, i, 1, 100 * off[i] / semitone);
        if (names->label) table_note(table, i, "%s", names->label[who[i]]);
    }
    free(last);
}

void theory_notes(const TheoryText *x, Findings *out)
{
    const Trace *t = x->t;
    int *token = mem_alloc(SECTION_MOST, sizeof *token), n = section_tokens(t, SECTION_MOST, token);
    if (n > 1) {
        octaves(t, token, n, out);
        octave_table(t, token, n, out);
        if (t->nl > 1) registers(t, token, n, out);
        if (x->names && x->names->n > 1) microtones(x, token, n, out);
    }
    free(token);
}
