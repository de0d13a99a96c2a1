/* planar_fft.h: complex Fourier transforms of powers of two over separate real and imaginary
 * parts: what the convolver spends its time on. */
#ifndef AUDIO_PLANAR_FFT_H
#define AUDIO_PLANAR_FFT_H

typedef struct PlanarFft {
    int n;       /* a power of two, at least 16 */
    float *turn; /* [3, 2, n / 4]: exp(-2 pi i k p / n), k = 1..3, cosines and sines */
    float *work; /* [2, n] */
} PlanarFft;

void planar_fft_open(PlanarFft *f, int n);
void planar_fft_close(PlanarFft *f);
/* In place; exp(-i ...). With re and im changed places, exp(+i ...), not divided by n. */
void planar_fft_run(PlanarFft *f, float *re, float *im);

#endif
