/* melody.c: see music/melody.h. Contours: Huron 1996, "The melodic arch in Western folksongs",
 * Computing in Musicology 10. Steps and leaps: Vos and Troost 1989, Music Perception 6. */
#include "music/melody.h"

#include <math.h>
#include <stdlib.h>

enum { STEP_MAX = 2 }; /* semitones */

void melody_begin(MelodyStats *m)
{
    *m = (MelodyStats){.low = -1, .high = -1, .step_share = NAN, .mean_interval = NAN};
}

void melody_add(MelodyStats *m, int previous, int key)
{
    m->notes++;
    if (m->low < 0 || key < m->low) m->low = key;
    if (key > m->high) m->high = key;
    if (previous < 0) return;
    int by = key - previous, size = abs(by);
    int bin = by < -MELODY_REACH ? -MELODY_REACH : by > MELODY_REACH ? MELODY_REACH : by;
    m->interval[bin + MELODY_REACH]++;
    if (size == 0)
        m->repeats++;
    else if (size <= STEP_MAX)
        m->steps++;
    else
        m->leaps++;
    m->mean_interval = (isnan(m->mean_interval) ? 0 : m->mean_interval) + size; /* a sum so far */
}

void melody_end(MelodyStats *m)
{
    double moves = (double)(m->steps + m->leaps), all = moves + (double)m->repeats;
    if (moves > 0) m->step_share = (double)m->steps / moves;
    if (all > 0) m->mean_interval /= all;
}

MelodyStats melody_stats(const int *key, int64_t n)
{
    MelodyStats m;
    melody_begin(&m);
    for (int64_t i = 0; i < n; i++) melody_add(&m, i > 0 ? key[i - 1] : -1, key[i]);
    melody_end(&m);
    return m;
}

static int compare(double from, double to)
{
    return (to > from) - (to < from);
}

Contour melody_contour(const int *key, int64_t n)
{
    static const Contour SHAPE[3][3] = {/* [first to middle + 1][middle to last + 1] */
        {CONTOUR_DESCENDING, CONTOUR_DESCENDING_HORIZONTAL, CONTOUR_CONCAVE},
        {CONTOUR_HORIZONTAL_DESCENDING, CONTOUR_HORIZONTAL, CONTOUR_HORIZONTAL_ASCENDING},
        {CONTOUR_CONVEX, CONTOUR_ASCENDING_HORIZONTAL, CONTOUR_ASCENDING},
    };
    double sum = 0, middle = key[0];
    for (int64_t i = 1; i + 1 < n; i++) sum += key[i];
    if (n > 2) middle = floor(sum / (double)(n - 2) + 0.5);
    int before = compare(key[0], middle), after = compare(middle, key[n - 1]);
    if (n == 2) before = after; /* two notes: all one way */
    return SHAPE[before + 1][after + 1];
}

const char *melody_contour_name(Contour c)
{
    static const char *const NAME[CONTOUR_COUNT] = {
        "horizontal", "ascending", "descending", "convex", "concave", "horizontal-ascending",
        "horizontal-descending", "ascending-horizontal", "descending-horizontal",
    };
    return NAME[c];
}
