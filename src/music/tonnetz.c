/* tonnetz.c: see music/tonnetz.h. Cohn 1997, "Neo-Riemannian operations, parsimonious trichords,
 * and their Tonnetz representations", Journal of Music Theory 41. The way is a breadth-first search
 * over 24 triads. */
#include "music/tonnetz.h"

#include <math.h>

enum { TRIADS = 24 };
static const char STEPS[] = "PLR";

Triad tonnetz_step(Triad t, char step)
{
    /* how far the root moves up, from major and from minor */
    int up = step == 'L' ? (t.minor ? 8 : 4) : step == 'R' ? (t.minor ? 3 : 9) : 0;
    return (Triad){.root = (t.root + up) % 12, .minor = !t.minor};
}

static int index_of(Triad t)
{
    return t.root + (t.minor ? 12 : 0);
}

static Triad triad_at(int i)
{
    return (Triad){.root = i % 12, .minor = i >= 12};
}

/* Steps from every triad to b: far [TRIADS]. */
static void search_from(Triad b, int far[TRIADS])
{
    int queue[TRIADS], head = 0, tail = 0;
    for (int i = 0; i < TRIADS; i++) far[i] = -1;
    far[index_of(b)] = 0;
    queue[tail++] = index_of(b);
    while (head < tail) {
        int at = queue[head++];
        for (int s = 0; s < 3; s++) { /* every step undoes itself */
            int next = index_of(tonnetz_step(triad_at(at), STEPS[s]));
            if (far[next] >= 0) continue;
            far[next] = far[at] + 1;
            queue[tail++] = next;
        }
    }
}

int tonnetz_distance(Triad a, Triad b)
{
    int far[TRIADS];
    search_from(b, far);
    return far[index_of(a)];
}

void tonnetz_path(Triad a, Triad b, char out[TONNETZ_PATH_SIZE])
{
    int far[TRIADS], n = 0;
    search_from(b, far);
    while (far[index_of(a)] > 0) {
        int s = 0;
        while (far[index_of(tonnetz_step(a, STEPS[s]))] >= far[index_of(a)]) s++;
        out[n++] = STEPS[s];
        a = tonnetz_step(a, STEPS[s]);
    }
    out[n] = '\0';
}

static unsigned set_of(Triad t)
{
    return 1u << t.root | 1u << (t.root + (t.minor ? 3 : 4)) % 12 | 1u << (t.root + 7) % 12;
}

Triad tonnetz_recognise(unsigned pcs)
{
    Triad found = {.root = -1};
    for (int i = 0; i < TRIADS; i++) {
        Triad t = triad_at(i);
        if ((pcs & set_of(t)) != set_of(t)) continue;
        if (found.root >= 0) return (Triad){.root = -1};
        found = t;
    }
    return found;
}

Triad tonnetz_match(const double weight[12], double *likeness)
{
    Triad best = {.root = -1};
    double most = 0, power = 0;
    for (int i = 0; i < 12; i++) power += weight[i] * weight[i];
    for (int i = 0; i < TRIADS && power > 0; i++) {
        Triad t = triad_at(i);
        int third = (t.root + (t.minor ? 3 : 4)) % 12, fifth = (t.root + 7) % 12;
        double sum = weight[t.root] + weight[third] + weight[fifth];
        if (best.root >= 0 && sum <= most) continue;
        best = t;
        most = sum;
    }
    if (likeness) *likeness = power > 0 ? most / sqrt(3 * power) : 0;
    return best;
}
