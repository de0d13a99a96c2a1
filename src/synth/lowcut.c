/* lowcut.c: see lowcut.h.
 *
 * Two state-variable high-passes in a row with the Qs of a Butterworth of four poles, 0.541 and
 * 1.307. Turned in wholly the corner is at 300 Hz: 150 Hz are then 24 dB down and 60 Hz 56 dB. */
#include "lowcut.h"

#include <math.h>

static const double OPEN_HZ = 10, CUT_HZ = 300;
static const double Q[LOWCUT_STAGES] = {0.54119610, 1.30656296};
static const double AUDIBLE = 1e-7; /* amplitude in the filters; less is over */

void lowcut_init(LowCut *c, double rate, bool used)
{
    *c = (LowCut){.used = used};
    for (int i = 0; i < LOWCUT_STAGES && used; i++) {
        svf_init(&c->left[i], rate, OPEN_HZ, Q[i]);
        svf_init(&c->right[i], rate, OPEN_HZ, Q[i]);
    }
}

void lowcut_set(LowCut *c, double amount)
{
    double hz = OPEN_HZ * pow(CUT_HZ / OPEN_HZ, amount);
    for (int i = 0; i < LOWCUT_STAGES && c->used; i++) {
        svf_set(&c->left[i], hz, Q[i]);
        svf_set(&c->right[i], hz, Q[i]);
    }
}

static bool is_ringing(const Svf *f)
{
    return fabs(f->s1) > AUDIBLE || fabs(f->s2) > AUDIBLE;
}

bool lowcut_run(LowCut *c, float *left, float *right, int n, bool sounds)
{
    if (!c->used) return sounds;
    for (int i = 0; i < LOWCUT_STAGES; i++)
        svf_run_pair(&c->left[i], &c->right[i], SVF_HIGH, left, right, n);
    for (int i = 0; i < LOWCUT_STAGES; i++)
        sounds = sounds || is_ringing(&c->left[i]) || is_ringing(&c->right[i]);
    return sounds;
}
