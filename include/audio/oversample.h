/* oversample.h: one channel at four times its rate and back, for what bends waveforms.
 *
 * Linear phase: up and down together are OVERSAMPLE_LATENCY frames late. Flat within 0.1 dB up to
 * 0.4 of the rate; images and aliases 80 dB down from 0.6 on. */
#ifndef AUDIO_OVERSAMPLE_H
#define AUDIO_OVERSAMPLE_H

enum {
    OVERSAMPLE = 4,
    OVERSAMPLE_TAPS = 32,                    /* at the low rate */
    OVERSAMPLE_FIR = OVERSAMPLE * OVERSAMPLE_TAPS,
    OVERSAMPLE_LATENCY = OVERSAMPLE_TAPS,    /* frames at the low rate */
    OVERSAMPLE_BLOCK = 64                    /* most frames a call */
};

typedef struct Oversampler {
    float up[OVERSAMPLE][OVERSAMPLE_TAPS]; /* by phase, newest input last */
    float down[OVERSAMPLE_FIR];            /* newest input last */
    float low[OVERSAMPLE_TAPS];            /* the last inputs of up */
    float high[OVERSAMPLE_FIR];            /* the last inputs of down */
} Oversampler;

void oversample_init(Oversampler *o);
/* in [n] -> out [4 n], n <= OVERSAMPLE_BLOCK. */
void oversample_up(Oversampler *o, const float *in, float *out, int n);
/* in [4 n] -> out [n]. */
void oversample_down(Oversampler *o, const float *in, float *out, int n);

#endif
