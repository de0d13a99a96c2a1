/* markov.h: a Markov chain over the degrees of a scale whose matrix is read off a vector of norms,
 * and choices that need no random number (mappings.md section 6). */
#ifndef MUSIC_MARKOV_H
#define MUSIC_MARKOV_H

enum { MARKOV_MAX = 12 }; /* degrees of the largest scale */

typedef struct Markov {
    int n;                            /* degrees, 1..MARKOV_MAX */
    double v[MARKOV_MAX];             /* norm01 of the norms: how strong each degree is */
    double m[MARKOV_MAX][MARKOV_MAX]; /* m[i][j]: from degree i to degree j; rows sum to 1 */
} Markov;

/* v = norm01(norms), m = softmax of the rows of 3 * outer(v, v). norms [n]; a NaN counts as 0.5 of
 * the range, a constant vector gives the uniform chain. */
void markov_from_norms(Markov *m, const float *norms, int n);
/* The strongest degree (ties to the lower): where a chain begins. */
int markov_start(const Markov *m);

/* out [n] = softmax of x [n]. */
void markov_softmax(const double *x, int n, double *out);
/* p [n] = share * p + (1 - share) * q. */
void markov_mix(double *p, const double *q, int n, double share);
/* p [n] ^ (1 / temperature), summing to 1 again; temperature > 0, under 1 sharpens. */
void markov_sharpen(double *p, int n, double temperature);
/* p [n] sums to 1; p[k] falls to `left` (over 0, up to 1) of what it was, the others rise alike. */
void markov_weary(double *p, int n, int k, double left);
/* The inverse distribution function: the least k with p[0] + ... + p[k] > u; u in 0..1, of which 1
 * and NaN are taken as the nearest number below 1 and as 0.5. */
int markov_choose(const double *p, int n, double u);
/* The fractional part of an angle (rad) in turns: the number that chooses. NaN gives 0.5. */
double markov_turn(double phase);

#endif
