/* lowcut.h: the bass knob of a deck: 24 dB an octave, from nothing to all of the bass. */
#ifndef SYNTH_LOWCUT_H
#define SYNTH_LOWCUT_H

#include "audio/svf.h"

enum { LOWCUT_STAGES = 2 };

typedef struct LowCut {
    bool used; /* else it is not in the way at all */
    Svf left[LOWCUT_STAGES], right[LOWCUT_STAGES];
} LowCut;

/* A cut that will be used is always run, so that opening it wholly makes no step. */
void lowcut_init(LowCut *c, double rate, bool used);
/* amount 0..1: the corner goes from 10 to 300 Hz. Reached in FILTER_GLIDE seconds. */
void lowcut_set(LowCut *c, double amount);
/* In place. sounds: something came in. True while something comes out. */
bool lowcut_run(LowCut *c, float *left, float *right, int n, bool sounds);

#endif
