/* permute.h: what shuffled controls need: shuffles and variates that are the same every time, and
 * the p that follows from them.
 *
 * Controls are the one place where measuring takes variates that no model gives: SplitMix64
 * (Steele, Lea and Flood 2014) counted from a fixed seed, so that a report prints the same p
 * twice. Nothing that sounds is made of them. */
#ifndef MATH_PERMUTE_H
#define MATH_PERMUTE_H

#include <stdint.h>

/* Variates number 0, 1, ... of a seed. */
typedef struct Control {
    uint64_t state;
} Control;

Control control_seed(uint64_t seed);
uint64_t control_next(Control *c);
double control_uniform(Control *c);       /* 0 <= u < 1 */
int control_below(Control *c, int n);     /* 0..n-1, n >= 1, without bias */
double control_normal(Control *c);        /* mean 0, deviation 1 */
void control_shuffle(Control *c, int *index, int n);

/* One-sided permutation p of a value against those of shuffled data, (1 + how many are at least as
 * large) / (1 + n) (Phipson and Smyth 2010): never 0. NaN among them counts as large. */
double permutation_p(double value, const double *control, int n);

#endif
