/* opera_harmony.c: functional harmony that the numbers walk.
 *
 * From every chord a few roads lead on (a fourth up, a third down, a step up, a fifth up, a step
 * down: the successions of tonal practice, strongest first); the measure's number says which. The
 * phrase gives the ends: it begins on the tonic (or, where the number is high, on the submediant: a
 * deceptive cadence) and stops before it. */
#include "genre/opera.h"

#include <math.h>

static int pitch_class(int key)
{
    return ((key % 12) + 12) % 12;
}

Chord opera_chord(Scale s, int degree)
{
    if (scale_size(s) == 7) return chord_on(s, degree, 3);
    int root = scale_key(s, degree + 5 * scale_size(s));
    bool minor = scale_has(s, root + 3) && !scale_has(s, root + 4);
    Chord c = chord_triad(root, minor);
    c.degree = degree;
    return c;
}

static bool is_stable(const Chord *c)
{
    return c->n > 2 && pitch_class(c->pc[2] - c->pc[0]) == 7;
}

/* The chord some semitones above another's root, on the nearest degree. */
static Chord chord_above(Scale s, const Chord *from, int semitones)
{
    int root = scale_snap(s, 60 + from->pc[0] + semitones);
    return opera_chord(s, scale_degree(s, root));
}

/* u of 0 takes the strongest road, 1 the most remote. */
static Chord successor(Scale s, const Chord *from, double u)
{
    static const int ROAD[] = {5, -4, 2, 7, -2};
    enum { ROADS = sizeof ROAD / sizeof *ROAD };
    Chord open[ROADS];
    int n = 0;
    for (int i = 0; i < ROADS; i++) {
        Chord c = chord_above(s, from, ROAD[i]);
        bool known = !is_stable(&c) || c.pc[0] == from->pc[0];
        for (int k = 0; k < n; k++) known = known || open[k].pc[0] == c.pc[0];
        if (!known) open[n++] = c;
    }
    if (n == 0) return opera_chord(s, 0);
    int at = (int)floor(clamp(u, 0, 1) * n);
    return open[at < n ? at : n - 1];
}

/* What leads to the chord before the tonic: the fourth, or the sixth where that is the fourth. */
static Chord predominant(Scale s, const Chord *dominant)
{
    Chord tonic = opera_chord(s, 0), c = chord_above(s, &tonic, 5);
    if (!is_stable(&c) || c.pc[0] == dominant->pc[0]) c = chord_above(s, &tonic, 8);
    return is_stable(&c) && c.pc[0] != dominant->pc[0] ? c : tonic;
}

/* The submediant, in place of the tonic. */
static Chord deceptive(Scale s)
{
    Chord tonic = opera_chord(s, 0), c = chord_above(s, &tonic, -4);
    return is_stable(&c) ? c : tonic;
}

void opera_harmonise(Scale s, Harmony *plan, int n, int phrase)
{
    Chord tonic = opera_chord(s, 0), dominant = chord_before_tonic(s);
    for (int m = 0; m < n; m++) {
        int at = m % phrase, to_end = n - 1 - m;
        double u = plan[m].why.u;
        Chord *c = &plan[m].chord;
        if (to_end == 0)
            *c = tonic;
        else if (to_end == 1)
            *c = dominant;
        else if (to_end == 2 && n > 3)
            *c = predominant(s, &dominant);
        else if (at == 0)
            *c = m > 0 && u > 0.75 ? deceptive(s) : tonic;
        else if (at == phrase - 1)
            *c = dominant;
        else if (at == phrase - 2 && phrase > 3)
            *c = predominant(s, &dominant);
        else
            *c = successor(s, &plan[m - 1].chord, u);
    }
}
