/* acid_pattern.c: see acid_pattern.h.
 *
 * Pitch: the 16 row norms (rows i * floor(R/16)) as norm01, over the scale's pitches in lo..hi. One
 * outlier among the norms would press the other fifteen onto two or three pitches, so the position
 * is the mean of norm01 and the rank: the order of the numbers is the order of the pitches, always.
 * Beats are moved to a tone of the tonic triad where that changes no order. Steps 3 and 7 leap an
 * octave up. Accents: value over 0.55, or on the beat. Slides: where the step of the normalised
 * spectrum differs from the neighbour layer's step by more than the median. Rests: the weakest rows
 * of the gate, never on the beat. */
#include "acid_pattern.h"

#include <math.h>
#include <stdlib.h>

#include "music/harmony.h"
#include "music/mapping.h"

enum { ACID_MAX_RESTS = 4 };

/* rank[i] = how many of x[0..16) are smaller (ties: the earlier one is smaller), 0..15. */
static void rank16(const float *x, int *rank)
{
    for (int i = 0; i < ACID_STEPS; i++) {
        rank[i] = 0;
        for (int j = 0; j < ACID_STEPS; j++)
            rank[i] += x[j] < x[i] || (x[j] == x[i] && j < i);
    }
}

/* Moves beats to the nearest tonic-triad tone between the pitches of their neighbours in rank. */
static void settle_beats(int *key, const int *rank, Scale scale, const int range[2])
{
    int at[ACID_STEPS];
    Chord tonic = chord_on(scale, 0, 3);
    for (int i = 0; i < ACID_STEPS; i++) at[rank[i]] = i;
    for (int r = 0; r < ACID_STEPS; r++) {
        int i = at[r];
        if (i % 4) continue;
        int lo = r > 0 ? key[at[r - 1]] : range[0];
        int hi = r < ACID_STEPS - 1 ? key[at[r + 1]] : range[1];
        int best = key[i], distance = 99;
        for (int k = lo; k <= hi; k++) {
            if (!chord_has(&tonic, k) || abs(k - key[i]) >= distance) continue;
            best = k;
            distance = abs(k - key[i]);
        }
        key[i] = best;
    }
}

static void set_pitches(AcidPattern *p, const Series *norms, Scale scale, int lo, int hi)
{
    int rank[ACID_STEPS], key[ACID_STEPS];
    rank16(norms->u, rank);
    for (int i = 0; i < ACID_STEPS; i++)
        key[i] = scale_at(scale, lo, hi, 0.5 * norms->u[i] + 0.5 * rank[i] / (ACID_STEPS - 1));
    settle_beats(key, rank, scale, (const int[2]){lo, hi});
    for (int i = 0; i < ACID_STEPS; i++) {
        AcidStep *s = &p->step[i];
        s->key = key[i] + (i == 3 || i == 7 ? 12 : 0);
        s->u = norms->u[i];
        s->pitch = norms->v[i];
        s->said = CELL_NONE;
        s->accent = s->u > 0.55f || i % 4 == 0;
    }
}

/* Rests where the gate's rows are weakest: norm01 under 0.22, off the beat, at most four. */
static void set_gates(AcidPattern *p, const Series *gate)
{
    int rank[ACID_STEPS];
    if (gate->n != ACID_STEPS) {
        for (int i = 0; i < ACID_STEPS; i++) {
            p->step[i].gate = p->step[i].pitch;
            p->step[i].gate_u = p->step[i].u;
        }
        return;
    }
    rank16(gate->u, rank);
    for (int i = 0; i < ACID_STEPS; i++) {
        AcidStep *s = &p->step[i];
        s->gate = gate->v[i];
        s->gate_u = gate->u[i];
        s->rest = i % 4 != 0 && rank[i] < ACID_MAX_RESTS && gate->u[i] < 0.22f;
    }
}

/* The spectrum's value at each step, as a share of the whole: lane i * n/16. */
static bool spectrum16(const FeatureSet *fs, int layer, int role, Value *v, double *share)
{
    int col = feat_find_column(fs, FT_WEIGHTS, "sv");
    int row = feat_find_row(fs, FT_WEIGHTS, layer, role);
    int n = feat_len(fs, FT_WEIGHTS, col, row);
    double sum = 0;
    if (n < 1) return false;
    for (int i = 0; i < ACID_STEPS; i++) {
        v[i] = feat_value(fs, FT_WEIGHTS, col, row, (int)((int64_t)i * n / ACID_STEPS));
        sum += v[i].x;
    }
    for (int i = 0; i < ACID_STEPS; i++) share[i] = sum > 0 ? v[i].x / sum : 0;
    return isfinite(sum);
}

static int compare_double(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void set_slides(AcidPattern *p, const FeatureSet *fs, int layer, int role)
{
    Value v[ACID_STEPS], w[ACID_STEPS];
    double a[ACID_STEPS], b[ACID_STEPS], delta[ACID_STEPS], sorted[ACID_STEPS];
    int other = layer > 0 ? layer - 1 : layer + 1;
    for (int i = 0; i < ACID_STEPS; i++) p->step[i].slide_by = p->step[i].gate;
    if (!spectrum16(fs, layer, role, v, a)) return;
    if (!spectrum16(fs, other, role, w, b))
        for (int i = 0; i < ACID_STEPS; i++)
            b[i] = 1.0 / ACID_STEPS; /* one layer: against a flat one */
    for (int i = 0; i < ACID_STEPS; i++) {
        int before = (i + ACID_STEPS - 1) % ACID_STEPS;
        delta[i] = sorted[i] = fabs((a[i] - a[before]) - (b[i] - b[before]));
        p->step[i].slide_by = v[i];
    }
    qsort(sorted, ACID_STEPS, sizeof *sorted, compare_double);
    double median = (sorted[7] + sorted[8]) / 2;
    for (int i = 0; i < ACID_STEPS; i++) p->step[i].slide = delta[i] > median;
}

/* A slide needs two different sounding steps, one after the other (where a network has thinned them
 * out, with up to two rests between), and the beat keeps its attack. */
static void mend_slides(AcidPattern *p)
{
    for (int i = 0; i < ACID_STEPS; i++) {
        AcidStep *s = &p->step[i];
        int before = i - 1, reach = s->lean > 0 ? i - 3 : i - 1;
        while (before > reach && before > 0 && p->step[before].rest) before--;
        if (i == 0 || s->rest || p->step[before].rest || s->key == p->step[before].key)
            s->slide = false;
    }
}

bool acid_pattern(AcidPattern *p, const FeatureSet *fs, const AcidVoice *v, int layer, int turn)
{
    Series norms, gate;
    int role = map_role(fs, layer, v->role);
    *p = (AcidPattern){.layer = layer};
    if (role < 0 || !series_turn16(&norms, fs, "row_norms", layer, role, turn)) return false;
    int gate_role = map_role(fs, layer, ROLE_GATE);
    if (gate_role == role || !series_steps16(&gate, fs, "row_norms", layer, gate_role))
        gate = (Series){0};
    set_pitches(p, &norms, v->gen.scale, v->lo, v->hi);
    set_gates(p, &gate);
    if (v->gen.kind != GEN_ROWS) acid_tell(p, fs, v, &norms);
    set_slides(p, fs, layer, role);
    mend_slides(p);
    series_free(&norms);
    series_free(&gate);
    return true;
}

AcidPattern acid_morph(const AcidPattern *a, const AcidPattern *b, double share)
{
    AcidPattern p = *a;
    int first = ACID_STEPS - (int)(share * ACID_STEPS + 0.5);
    for (int i = first < 0 ? 0 : first; i < ACID_STEPS; i++) p.step[i] = b->step[i];
    mend_slides(&p);
    return p;
}
