/* svf.h: one- and two-pole filters whose corner and resonance may move at any time without a click.
 *
 * No latency. Blocks of any size; the result does not depend on how the signal is cut into blocks.
 * A set value is reached in FILTER_GLIDE seconds. */
#ifndef AUDIO_SVF_H
#define AUDIO_SVF_H

#include <stdbool.h>

#define FILTER_GLIDE 0.005 /* seconds */

typedef enum SvfKind { SVF_LOW, SVF_BAND, SVF_HIGH, SVF_NOTCH } SvfKind;

/* Two poles; 12 dB an octave beside the band. SVF_BAND has gain 1 at its middle. */
typedef struct Svf {
    double rate;     /* Hz */
    double g, k;     /* tan(pi hz / rate) and 1 / q as they are */
    double g_to, k_to, g_step, k_step;
    int left;        /* samples until g = g_to */
    double s1, s2;   /* integrators */
} Svf;

/* hz is held within 5 Hz .. 0.49 rate, q within 0.1 .. 100; 0.7071 is Butterworth. */
void svf_init(Svf *f, double rate, double hz, double q);
void svf_set(Svf *f, double hz, double q);
/* x [n, stride], in place. */
void svf_run(Svf *f, SvfKind kind, float *x, int n, int stride);
/* Both sides of a stereo signal at once: two filters that were set to the same and glide alike. */
void svf_run_pair(Svf *left, Svf *right, SvfKind kind, float *l, float *r, int n);
/* The same with the corner given for every sample: hz [n]. Ends a glide of the corner. */
void svf_run_curve(Svf *f, SvfKind kind, float *x, const float *hz, int n);
/* Magnitude of the filter at rest at hz, dB. */
double svf_gain_db(const Svf *f, SvfKind kind, double hz);

/* One pole; 6 dB an octave. */
typedef struct OnePole {
    double rate, g, g_to, g_step, s;
    int left;
} OnePole;

void onepole_init(OnePole *f, double rate, double hz);
void onepole_set(OnePole *f, double hz);
/* x [n, stride], in place; high = what a low-pass takes away. */
void onepole_run(OnePole *f, bool high, float *x, int n, int stride);

#endif
