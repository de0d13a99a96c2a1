/* jepa_health.h: whether an embedding has collapsed: what latents of different inputs look like
 * together. A network that says the same of everything has a small loss and is of no use. */
#ifndef LEARN_JEPA_HEALTH_H
#define LEARN_JEPA_HEALTH_H

#include <stdbool.h>

typedef struct Health {
    int active;        /* dimensions whose variance is over 0.01 (Burda et al. 2016, "active
                          units"): a tenth of the deviation that the hinge holds */
    double rank;       /* exp of the entropy of the singular values of the centred latents, as
                          shares of their sum (Roy & Vetterli 2007; Garrido et al. 2023) */
    double cosine;     /* mean over all pairs of different rows */
    double uniformity; /* log of the mean of exp(-2 |a - b|^2) over pairs of rows of length 1
                          (Wang & Isola 2020): 0 when all are one point, lower is better */
    bool collapsed;    /* under a tenth of the dimensions active, or cosine over .99 */
} Health;

/* z [n, d], n >= 2. All zero and collapsed where a number is not finite. */
Health health_of(const float *z, int n, int d);
/* Mean |a - b|^2 of rows of length 1 that belong together (Wang & Isola 2020): 0..4. */
double health_alignment(const float *a, const float *b, int n, int d);
/* 0 when a row is 0. */
double row_cosine(const float *a, const float *b, int d);

#endif
