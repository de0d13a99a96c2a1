/* convolve.h: convolution of a stereo signal with an impulse response for each side, by FFT in
 * equal partitions.
 *
 * The output is `block` frames late. A large block costs less: 16384 for whole pieces, 256 to 1024
 * for live sound. Run allocates nothing; its result does not depend on how the signal is cut. */
#ifndef AUDIO_CONVOLVE_H
#define AUDIO_CONVOLVE_H

#include <stdint.h>

#include "audio/buf.h"
#include "base/run.h"

struct PlanarFft; /* of 2 * block */

typedef struct Convolver {
    int block;       /* frames, a power of two; also the latency */
    int parts, head; /* partitions; the newest spectrum in `past` */
    int fill;        /* frames gathered of the next block, 0..block-1 */
    struct PlanarFft *fft;
    float *response; /* [parts, 4, block + padding]: re and im of left, re and im of right */
    float *past;     /* [parts, 4, ...]: spectra of the newest blocks */
    float *sum;      /* [4, ...] */
    float *in, *out; /* [2, 2 * block]: left real, right imaginary */
    float *ready;    /* [2, block]: what comes out next */
    int silent;      /* blocks of silence gone in, counted to parts + 2: then nothing comes out */
} Convolver;

/* response: [frames, 2] interleaved; copied. block: a power of two from 64 to 65536. */
void convolver_init(Convolver *c, const float *response, int64_t frames, int block);
void convolver_free(Convolver *c);
/* In place, n frames, `block` frames late. */
void convolver_run(Convolver *c, float *left, float *right, int n);

/* The whole at once, stereo, in place and not late: frame i of the result belongs to frame i of
 * `a`. What rings on after the end is cut: give `a` room for it. Pieces of it are computed at once
 * on several threads; the bytes do not depend on how many. */
void convolve_buf(AudioBuf *a, const float *response, int64_t frames, const Run *run);

#endif
