/* syncopation.c: see music/syncopation.h. Longuet-Higgins and Lee 1984, "The rhythmic
 * interpretation of monophonic music", Music Perception 1; Song et al. 2015, "SynPy"; Gómez,
 * Melvin, Rappaport and Toussaint 2005, "Mathematical measures of syncopation", BRIDGES; Wu and
 * Yang 2020, "The jazz transformer on the front line", ISMIR. */
#include "music/syncopation.h"

#include <math.h>
#include <string.h>

/* What a walk through the tree has met so far. */
typedef struct Walk {
    const MetreTree *metre;
    int sum;
    int notes;
    int last[SYNCOPATION_SPLITS + 1]; /* which note (from 1) was the last of weight -i, 0 = none */
} Walk;

static void add_split(MetreTree *t, int split)
{
    if (t->n < SYNCOPATION_SPLITS) t->split[t->n++] = split;
}

/* Prime factors, small ones first. */
static void add_factors(MetreTree *t, int n)
{
    for (int p = 2; n > 1; p++)
        for (; n % p == 0; n /= p) add_split(t, p);
}

MetreTree syncopation_metre(int num, int den, int per_beat)
{
    MetreTree t = {0};
    bool compound = den >= 8 && num > 3 && num % 3 == 0;
    add_factors(&t, compound ? num / 3 : num);
    if (compound) add_split(&t, 3);
    add_factors(&t, per_beat);
    return t;
}

/* Minus the weight of the last note that weighs no more than `weight` (0, -1, ...); -1 = none. */
static int last_note(const Walk *w, int weight)
{
    int found = -1;
    for (int i = -weight; i <= SYNCOPATION_SPLITS; i++)
        if (w->last[i] > 0 && (found < 0 || w->last[i] > w->last[found])) found = i;
    return found;
}

/* A node of onset [n]: a note that fills it, a rest, or its parts; the first part weighs what it
 * weighs. */
static void visit(Walk *w, const uint8_t *onset, int n, int level, int weight)
{
    bool first = onset[0] != 0, more = n > 1 && memchr(onset + 1, 1, (size_t)n - 1) != NULL;
    int split = more && level < w->metre->n ? w->metre->split[level] : 1;
    int note = first ? -1 : last_note(w, weight);
    for (int i = 0; i < split && split > 1; i++)
        visit(w, onset + i * (n / split), n / split, level + 1, i == 0 ? weight : -level - 1);
    if (split == 1 && first) w->last[-weight] = ++w->notes;
    if (split == 1 && note >= 0) w->sum += weight + note;
}

int syncopation_lhl(const uint8_t *onset, int n, const MetreTree *metre, LhlNote *last)
{
    Walk w = {.metre = metre};
    if (last && last->any) w.last[-last->weight] = ++w.notes;
    if (n > 0) visit(&w, onset, n, 0, 0);
    int latest = last_note(&w, 0);
    if (last && latest >= 0) *last = (LhlNote){.any = true, .weight = -latest};
    return w.sum;
}

void syncopation_wnbd_add(Wnbd *w, double beat)
{
    if (w->notes > 0 && beat <= w->open) return;
    double apart = fabs(w->open - floor(w->open + 0.5));
    if (w->notes > 0 && apart > 0) {
        double next = floor(w->open) + 1;
        bool syncopated = beat > next && beat <= next + 1;
        w->sum += (syncopated ? 2 : 1) / apart;
    }
    w->open = beat;
    w->notes++;
}

double syncopation_wnbd_mean(const Wnbd *w)
{
    return w->notes > 0 ? w->sum / (double)w->notes : 0;
}

double syncopation_wnbd(const double *beat, int64_t n)
{
    Wnbd w = {0};
    for (int64_t i = 0; i < n; i++) syncopation_wnbd_add(&w, beat[i]);
    return syncopation_wnbd_mean(&w);
}

double syncopation_groove(const uint8_t *a, const uint8_t *b, int n)
{
    int differ = 0;
    for (int i = 0; i < n; i++) differ += (a[i] != 0) != (b[i] != 0);
    return n > 0 ? 1 - (double)differ / n : 1;
}
