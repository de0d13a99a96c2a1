/* harmony.c: see music/harmony.h. The voicing is an exhaustive search: a chord of three or four
 * tones has six or seven places in a voice's range, so four voices make a few thousand voicings;
 * branches are cut when their cost exceeds the best so far. */
#include "music/harmony.h"

#include <math.h>
#include <stdlib.h>

static int pitch_class(int key)
{
    return ((key % 12) + 12) % 12;
}

Chord chord_on(Scale s, int degree, int n)
{
    Chord c = {.n = n > CHORD_MAX ? CHORD_MAX : n, .degree = degree};
    for (int i = 0; i < c.n; i++) c.pc[i] = pitch_class(scale_key(s, degree + 2 * i));
    return c;
}

Chord chord_triad(int root_key, bool minor)
{
    return (Chord){.n = 3,
                   .pc = {pitch_class(root_key), pitch_class(root_key + (minor ? 3 : 4)),
                          pitch_class(root_key + 7)}};
}

bool chord_has(const Chord *c, int key)
{
    for (int i = 0; i < c->n; i++)
        if (c->pc[i] == pitch_class(key)) return true;
    return false;
}

int chord_snap(const Chord *c, double key)
{
    int near = (int)floor(key + 0.5);
    for (int d = 0; d < 12; d++) {
        bool below = chord_has(c, near - d), above = chord_has(c, near + d);
        if (below && above) return key - (near - d) <= (near + d) - key ? near - d : near + d;
        if (below) return near - d;
        if (above) return near + d;
    }
    return near;
}

Chord chord_before_tonic(Scale s)
{
    Chord c;
    switch (s.mode) {
    case MODE_NATURAL_MINOR:
    case MODE_AEOLIAN:
    case MODE_HARMONIC_MINOR:
    case MODE_MAJOR:
        c = chord_triad(s.root + 7, false);
        c.degree = 4;
        return c;
    case MODE_DORIAN:
    case MODE_MIXOLYDIAN: return chord_on(s, 6, 3);
    case MODE_PHRYGIAN:
    case MODE_LYDIAN: return chord_on(s, 1, 3);
    default:
        c = chord_triad(s.root + 5, s.mode == MODE_PENTATONIC_MINOR);
        c.degree = 3;
        return c;
    }
}

int voice_motion(const int *a, const int *b, int n)
{
    int sum = 0;
    for (int i = 0; i < n; i++) sum += abs(a[i] - b[i]);
    return sum;
}

int voice_parallels(const int *a, const int *b, int n)
{
    int count = 0;
    for (int i = 0; i < n; i++) {
        for (int j = i + 1; j < n; j++) {
            int before = pitch_class(a[j] - a[i]), after = pitch_class(b[j] - b[i]);
            bool moved = a[i] != b[i] && a[j] != b[j];
            bool same_way = (b[i] > a[i]) == (b[j] > a[j]);
            if (moved && same_way && before == after && (after == 0 || after == 7)) count++;
        }
    }
    return count;
}

typedef struct Search {
    const Chord *chord;
    const VoiceRange *range;
    const int *prev;
    const double *aim;
    int n, bass_pc;
    int now[VOICES_MAX], best[VOICES_MAX];
    double best_cost;
} Search;

/* What a finished voicing lacks: tones that nobody sings, doubled thirds, parallels. */
static double cost_whole(const Search *s)
{
    double cost = 0;
    for (int t = 0; t < s->chord->n; t++) {
        int count = 0;
        for (int i = 0; i < s->n; i++) count += pitch_class(s->now[i]) == s->chord->pc[t];
        if (count == 0) cost += t == 2 ? 12 : 40; /* the fifth may go first */
        if (t == 1 && count > 1) cost += 4 * (count - 1);
    }
    if (s->prev) cost += 60.0 * voice_parallels(s->prev, s->now, s->n);
    return cost;
}

static double cost_voice(const Search *s, int i, int key)
{
    double middle = (s->range[i].lo + s->range[i].hi) / 2.0;
    double cost = s->aim ? 0.6 * fabs(key - s->aim[i]) : 0.15 * fabs(key - middle);
    if (s->prev) cost += abs(key - s->prev[i]);
    if (i > 0) {
        int gap = key - s->now[i - 1];
        if (gap < 0) cost += 1000;
        if (gap == 0) cost += 80;
        if (gap > (i == 1 ? 19 : 12)) cost += 3.0 * (gap - 12);
        if (gap > 0 && gap < 3 && key < 55) cost += 6; /* close and low is mud */
    }
    return cost;
}

static void search_voice(Search *s, int i, double cost)
{
    if (cost >= s->best_cost) return;
    if (i == s->n) {
        cost += cost_whole(s);
        if (cost >= s->best_cost) return;
        s->best_cost = cost;
        for (int k = 0; k < s->n; k++) s->best[k] = s->now[k];
        return;
    }
    for (int key = s->range[i].lo; key <= s->range[i].hi; key++) {
        if (!chord_has(s->chord, key)) continue;
        double more = cost_voice(s, i, key);
        if (i == 0 && s->bass_pc >= 0 && pitch_class(key) != s->bass_pc) more += 200;
        s->now[i] = key;
        search_voice(s, i + 1, cost + more);
    }
}

void voice_chord(const Chord *c, const VoiceRange *range, int n, int bass_pc, const int *prev,
                 const double *aim, int *out)
{
    Search s = {.chord = c, .range = range, .prev = prev, .aim = aim, .n = n, .bass_pc = bass_pc,
                .best_cost = INFINITY};
    for (int i = 0; i < n; i++) /* in case a range is narrower than the chord's gaps */
        s.best[i] = chord_snap(c, (range[i].lo + range[i].hi) / 2.0);
    search_voice(&s, 0, 0);
    for (int i = 0; i < n; i++) out[i] = s.best[i];
}
