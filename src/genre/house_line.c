/* house_line.c: rhythms and lines from sixteen numbers.
 *
 * A line must keep the order of the numbers (a higher value never sounds lower) and yet have chord
 * tones on the strong steps. With the steps sorted by value this is: choose a non-decreasing
 * sequence of keys, each from the keys its step allows, at the least cost; solved exactly by
 * dynamic programming over steps and keys. */
#include "genre/house.h"

#include <math.h>

enum { STEPS = 16, SPAN_MAX = 48 };

unsigned house_rhythm(const Series *s, const float weight[16], int n)
{
    unsigned bits = 0;
    for (int count = 0; count < n && count < STEPS; count++) {
        int best = -1;
        for (int i = 0; i < STEPS; i++) {
            if (bits >> i & 1) continue;
            if (best < 0 || s->u[i] + weight[i] > s->u[best] + weight[best]) best = i;
        }
        bits |= 1u << best;
    }
    return bits;
}

int house_gap(unsigned bits, int step)
{
    int next = step + 1;
    while (next < STEPS && !(bits >> next & 1)) next++;
    return next - step;
}

/* Steps in order of value, equal values in order of time. */
static void sort_steps(const Series *s, int order[STEPS])
{
    for (int i = 0; i < STEPS; i++) {
        int at = i;
        for (; at > 0 && s->u[order[at - 1]] > s->u[i]; at--) order[at] = order[at - 1];
        order[at] = i;
    }
}

/* The middle of the ranks of this value, 0..1: keeps one outlier from pressing all the others on
 * one key. */
static double rank_place(const Series *s, int i)
{
    int below = 0, same = 0;
    for (int k = 0; k < STEPS; k++) {
        below += s->u[k] < s->u[i];
        same += s->u[k] == s->u[i];
    }
    return (below + 0.5 * (same - 1)) / (STEPS - 1);
}

/* What it costs, in semitones, that step i sounds this key when its place in the range (0..1) is
 * given; infinite when it may not. */
static double key_cost(const LineRules *r, int i, double place, int key)
{
    bool in_chord = chord_has(r->chord, key);
    if (!in_chord && !scale_has(r->scale, key)) return INFINITY;
    if ((r->strong >> i & 1) && !in_chord) return INFINITY;
    if (i == r->root_step && ((key - r->chord->pc[0]) % 12 + 12) % 12 != 0) return INFINITY;
    double cost = fabs(key - lerp(r->lo, r->hi, place));
    if (in_chord) return cost;
    if ((key - r->scale.root) % 12 != 0) cost += 0.8; /* the tonic is at home over any chord */
    if (chord_has(r->chord, key - 1) || chord_has(r->chord, key + 1)) cost += 2; /* rubs */
    return cost;
}

void house_line(const Series *s, const LineRules *r, int key[16])
{
    int span = r->hi - r->lo + 1, order[STEPS];
    double cost[STEPS][SPAN_MAX];
    int from[STEPS][SPAN_MAX];
    if (span > SPAN_MAX) span = SPAN_MAX;
    sort_steps(s, order);
    for (int i = 0; i < STEPS; i++) {
        double best = i == 0 ? 0 : INFINITY;
        double place = 0.5 * (s->u[order[i]] + rank_place(s, order[i]));
        int best_at = 0;
        for (int k = 0; k < span; k++) {
            if (i > 0 && cost[i - 1][k] < best) {
                best = cost[i - 1][k];
                best_at = k;
            }
            cost[i][k] = best + key_cost(r, order[i], place, r->lo + k);
            from[i][k] = best_at;
        }
    }
    int at = 0;
    for (int k = 0; k < span; k++)
        if (cost[STEPS - 1][k] < cost[STEPS - 1][at]) at = k;
    for (int i = STEPS - 1; i >= 0; i--) {
        key[order[i]] = r->lo + at;
        at = from[i][at];
    }
}
