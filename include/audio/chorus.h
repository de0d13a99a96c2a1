/* chorus.h: three wandering copies of the sound on each side, a quarter turn apart left and right.
 *
 * No latency: the copies are the effect. */
#ifndef AUDIO_CHORUS_H
#define AUDIO_CHORUS_H

#include <stdint.h>

enum { CHORUS_VOICES = 3, CHORUS_STEP = 16 };

typedef struct ChorusOpts {
    double hz;    /* turns of the slowest voice a second, 0 = 0.45 */
    double delay; /* seconds, middle; 0 = 0.014 */
    double depth; /* seconds to both sides, at most `delay`; 0 = 0.003 */
    double mix;   /* share of copies 0..1; 1 = copies alone, as on a send */
} ChorusOpts;

typedef struct Chorus {
    double rate, delay, depth; /* Hz; samples */
    /* Sines as turning arrows: where they point at the end of a step of CHORUS_STEP frames and at
     * its beginning, and by how much they turn a step. */
    double x[CHORUS_VOICES], y[CHORUS_VOICES], from_x[CHORUS_VOICES], from_y[CHORUS_VOICES];
    double turn_x[CHORUS_VOICES], turn_y[CHORUS_VOICES];
    float mix, mix_to;         /* glides */
    int64_t size, at;          /* frames of the ring, a power of two; next to be written */
    float *ring;               /* [2, size] */
} Chorus;

void chorus_init(Chorus *c, double rate, const ChorusOpts *opts);
void chorus_free(Chorus *c);
void chorus_set_mix(Chorus *c, double mix); /* reached within 20 ms */
void chorus_run(Chorus *c, float *left, float *right, int n);

#endif
