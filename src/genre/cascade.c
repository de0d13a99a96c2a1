/* cascade.c: what several files of a cascade piece, and the album, need: see genre/cascade.h. */
#include "genre/cascade.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "cascade_play.h"
#include "music/mapping.h"

/* Mean softened tension of the tokens of one place (-1: of all) that are no sinks; NaN without. */
static double mean_tension(const FeatureSet *fs, int token)
{
    const Table *t = &fs->table[FT_TOKENS];
    int col = feat_find_column(fs, FT_TOKENS, "tension"), n = 0;
    int sink = feat_find_column(fs, FT_TOKENS, "sink");
    double sum = 0;
    for (int r = 0; col >= 0 && r < t->nrows; r++) {
        float x = feat_value(fs, FT_TOKENS, col, r, 0).x;
        if (!isfinite(x) || (token >= 0 && t->key[r].token != token)) continue;
        if (feat_value(fs, FT_TOKENS, sink, r, 0).x > 0.5f) continue;
        sum += cascade_soften((double)x);
        n++;
    }
    return n > 0 ? sum / n : NAN;
}

double cascade_tension(const FeatureSet *fs)
{
    int last = 0;
    for (int r = 0; r < fs->table[FT_TOKENS].nrows; r++)
        if (fs->table[FT_TOKENS].key[r].token > last) last = fs->table[FT_TOKENS].key[r].token;
    double all = mean_tension(fs, -1), end = mean_tension(fs, last);
    if (isnan(all)) return 0.5;
    return isnan(end) ? all : (all + end) / 2;
}

Scale cascade_key(const FeatureSet *fs, const GenreOpts *opts)
{
    return cascade_scale(fs, opts, cascade_tension(fs));
}

/* by [n] becomes 0..n-1 by rising tension, ties in the order of the list. */
static void sort_by_tension(const double *tension, int n, int *by)
{
    for (int i = 0; i < n; i++) {
        int k = i;
        double x = isnan(tension[i]) ? 0.5 : tension[i];
        while (k > 0 && (isnan(tension[by[k - 1]]) ? 0.5 : tension[by[k - 1]]) > x) {
            by[k] = by[k - 1];
            k--;
        }
        by[k] = i;
    }
}

int dialogue_order(const double *tension, int n, int order[DIALOGUE_PARTS])
{
    enum { CALM = 3, PEAK = 2, SLOPES = DIALOGUE_PARTS - CALM - PEAK };
    int *by = mem_alloc(n, sizeof *by), slope[SLOPES], got = 0;
    sort_by_tension(tension, n, by);
    if (n < DIALOGUE_PARTS) { /* every other one on the way up, the rest on the way down */
        for (int i = 0; i < n; i += 2) order[got++] = by[i];
        for (int i = n - 1 - n % 2; i > 0; i -= 2) order[got++] = by[i];
        free(by);
        return got;
    }
    int middle = n - CALM - PEAK;
    for (int i = 0; i < SLOPES; i++) slope[i] = by[CALM + (int)((int64_t)i * middle / SLOPES)];
    for (int i = 0; i < CALM; i++) order[got++] = by[i];
    for (int i = 0; i < SLOPES; i += 2) order[got++] = slope[i];
    for (int i = 0; i < PEAK; i++) order[got++] = by[n - PEAK + i];
    for (int i = SLOPES - 1; i > 0; i -= 2) order[got++] = slope[i];
    free(by);
    return got;
}

void album_category(int i, GenreOpts *opts)
{
    static const int ROOT[12] = {0, 2, 5, 7, 3, 10, 8, 1, 9, 4, 11, 6};
    static const int MODE[7] = {MODE_NATURAL_MINOR, MODE_DORIAN, MODE_MIXOLYDIAN, MODE_PHRYGIAN,
                                MODE_LYDIAN, MODE_HARMONIC_MINOR, MODE_MAJOR};
    static const int TEMPO[5] = {0, 8, -6, 14, 4};
    if (i < 0) i = 0;
    opts->transpose += ROOT[i % 12];
    if (opts->mode < 0) opts->mode = MODE[i % 7];
    opts->tempo_add += TEMPO[i % 5];
}
