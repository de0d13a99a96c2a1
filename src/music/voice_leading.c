/* voice_leading.c: see music/voice_leading.h. Tymoczko 2006, "The geometry of musical chords",
 * Science 313: a least voice leading never crosses voices, so with both chords in ascending order
 * it is a rotation of one against the other; with doublings it is a least path through the matrix
 * of distances (dynamic programming), closed round the circle. */
#include "music/voice_leading.h"

#include <math.h>
#include <stdlib.h>

enum { MAX = VOICE_LEADING_MAX };

/* Pitch classes in ascending order; returns how many. */
static int sort_classes(const int *key, int n, int out[MAX])
{
    int count = n < MAX ? n : MAX;
    for (int i = 0; i < count; i++) {
        int pc = ((key[i] % 12) + 12) % 12, at = i;
        for (; at > 0 && out[at - 1] > pc; at--) out[at] = out[at - 1];
        out[at] = pc;
    }
    return count;
}

static double cost(int a, int b, VoiceNorm norm)
{
    int d = abs(a - b);
    if (d > 6) d = 12 - d;
    return norm == VOICE_EUCLID ? d * d : d;
}

static double one_to_one(const int *a, const int *b, int n, VoiceNorm norm)
{
    double least = INFINITY;
    for (int r = 0; r < n; r++) {
        double sum = 0;
        for (int i = 0; i < n; i++) sum += cost(a[i], b[(i + r) % n], norm);
        least = fmin(least, sum);
    }
    return least;
}

/* The least path from (a0, b_r) round the circle back to it, each step moving on in one chord or in
 * both; a0 meets b_r at the start, and the meeting at the end is the same one, counted once. */
static double doubled_from(const int *a, int na, const int *b, int nb, int r, VoiceNorm norm)
{
    double row[MAX + 1] = {0};
    for (int i = 0; i <= na; i++) {
        double corner = 0;
        for (int j = 0; j <= nb; j++) {
            double before = INFINITY, up = row[j];
            if (i == 0 && j == 0) before = 0;
            if (i > 0) before = fmin(before, up);
            if (j > 0) before = fmin(before, row[j - 1]);
            if (i > 0 && j > 0) before = fmin(before, corner);
            corner = up;
            row[j] = before + cost(a[i % na], b[(j + r) % nb], norm);
        }
    }
    return row[nb] - cost(a[0], b[r], norm);
}

static double with_doublings(const int *a, int na, const int *b, int nb, VoiceNorm norm)
{
    double least = INFINITY;
    for (int r = 0; r < nb; r++) least = fmin(least, doubled_from(a, na, b, nb, r, norm));
    return least;
}

double voice_leading(const int *a, int na, const int *b, int nb, VoiceNorm norm)
{
    int x[MAX] = {0}, y[MAX] = {0};
    int nx = sort_classes(a, na, x), ny = sort_classes(b, nb, y);
    if (nx <= 0 || ny <= 0) return NAN;
    double least = nx == ny ? one_to_one(x, y, nx, norm) : with_doublings(x, nx, y, ny, norm);
    return norm == VOICE_EUCLID ? sqrt(least) : least;
}

double voice_leading_sets(unsigned a, unsigned b, VoiceNorm norm)
{
    int x[MAX], y[MAX], nx = 0, ny = 0;
    for (int pc = 0; pc < 12; pc++) {
        if (a >> pc & 1) x[nx++] = pc;
        if (b >> pc & 1) y[ny++] = pc;
    }
    return voice_leading(x, nx, y, ny, norm);
}
