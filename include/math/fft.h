/* fft.h: power spectra of real sequences (KissFFT behind it). */
#ifndef MATH_FFT_H
#define MATH_FFT_H

/* |X[k]|^2 for k = 1..n/2 of the real x [n] with its mean removed, into power [n/2]; n even. */
void fft_power(const double *x, int n, double *power);

#endif
