/* fft.h: Fourier transforms and power spectra (KissFFT behind it). */
#ifndef MATH_FFT_H
#define MATH_FFT_H

#include <stdbool.h>

/* |X[k]|^2 for k = 1..n/2 of the real x [n] with its mean removed, into power [n/2]; n even. */
void fft_power(const double *x, int n, double *power);

/* A plan for complex transforms of one length; run allocates nothing, and threads may share it. */
typedef struct Fft Fft;

/* n >= 1; powers of two are fastest. inverse: exp(+i ...), not divided by n. Never NULL. */
Fft *fft_open(int n, bool inverse);
void fft_close(Fft *f); /* NULL is fine */
/* in, out: [n, 2] real and imaginary; not the same. */
void fft_run(const Fft *f, const float *in, float *out);

#endif
