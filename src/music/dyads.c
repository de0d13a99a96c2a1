/* dyads.c: see music/dyads.h. Huron 1994, "Interval-class content in equally tempered pitch-class
 * sets", Music Perception 11: z-scored means of three listening studies. */
#include "music/dyads.h"

static const double CONSONANCE[6] = {-1.428, -0.582, 0.594, 0.386, 1.240, -0.453};

void dyads_count(unsigned pcs, int out[6])
{
    for (int i = 0; i < 6; i++) out[i] = 0;
    for (int p = 0; p < 12; p++) {
        for (int q = p + 1; q < 12; q++) {
            int up = q - p;
            if (pcs >> p & pcs >> q & 1) out[(up > 6 ? 12 - up : up) - 1]++;
        }
    }
}

double dyads_consonance(unsigned pcs)
{
    double sum = 0;
    int count[6];
    dyads_count(pcs, count);
    for (int i = 0; i < 6; i++) sum += count[i] * CONSONANCE[i];
    return sum;
}
