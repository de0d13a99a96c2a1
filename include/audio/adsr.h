/* adsr.h: an envelope of attack, decay, sustain and release with exponential segments.
 *
 * Every segment ends at exactly its time: the attack rises as a capacitor charged towards 1.3,
 * decay and release fall towards a thousandth (60 dB) beyond their end. A new attack starts from
 * where the envelope is: no clicks. No latency. */
#ifndef AUDIO_ADSR_H
#define AUDIO_ADSR_H

#include <stdbool.h>

typedef struct AdsrOpts {
    double attack;  /* seconds from 0 to 1 */
    double decay;   /* seconds from 1 to the sustain level */
    double sustain; /* 0..1 */
    double release; /* seconds from where it is to 0 */
} AdsrOpts;

typedef enum AdsrStage { ADSR_REST, ADSR_ATTACK, ADSR_DECAY, ADSR_SUSTAIN, ADSR_RELEASE } AdsrStage;

typedef struct Adsr {
    AdsrStage stage;
    double level;                 /* as of the newest sample */
    double sustain;
    double target, keep;          /* of the segment: level = target + keep * (level - target) */
    double rate, attack, decay, release; /* Hz; samples, at least 1 */
} Adsr;

/* Times below 0.5 ms count as 0.5 ms. */
void adsr_init(Adsr *a, double rate, const AdsrOpts *opts);
void adsr_on(Adsr *a);
void adsr_off(Adsr *a);
/* The next n values into gain. False when the envelope is at rest after them. */
bool adsr_run(Adsr *a, float *gain, int n);
/* The same in closed form: the level `t` seconds after adsr_on of an envelope that rested and is
 * let go after `held` seconds. */
double adsr_at(const AdsrOpts *opts, double t, double held);

#endif
