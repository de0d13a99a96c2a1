/* duck.h: the bass bows to the kick: gain that dips at every trigger and comes back in time for the
 * next beat.
 *
 * No latency. The dip is down within `attack` (a half cosine, no click), stays for `hold`, and
 * comes back over `release` in a curve that is slow at both ends. A trigger within a dip starts
 * from where the gain is. */
#ifndef AUDIO_DUCK_H
#define AUDIO_DUCK_H

typedef struct DuckOpts {
    double depth_db; /* how far down at full strength, >= 0; 0 = no ducking */
    double attack, hold, release; /* seconds; 0 = 0.004, 0.03, 0.18 */
} DuckOpts;

typedef struct Duck {
    double attack, hold, release; /* frames */
    double depth;     /* dB */
    double from, to;  /* dB under full level where the dip began, and its bottom */
    double db;        /* as it is */
    double at;        /* frames since the trigger; < 0: never */
} Duck;

void duck_init(Duck *d, double rate, const DuckOpts *opts);
/* A kick now; strength 0..1 scales the depth. A weaker trigger in a deeper dip changes nothing. */
void duck_trigger(Duck *d, double strength);
/* The next n gains. */
void duck_gain(Duck *d, float *gain, int n);
void duck_run(Duck *d, float *left, float *right, int n);

#endif
