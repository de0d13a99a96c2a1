/* keyfind.h: the key that a distribution of pitch classes suggests: the profile that correlates
 * best, by Krumhansl and Kessler unless another is asked for. */
#ifndef MUSIC_KEYFIND_H
#define MUSIC_KEYFIND_H

#include <stdbool.h>

typedef struct KeyFind {
    int root;      /* pitch class 0..11, 0 = C; -1 = none (silence, or all classes alike) */
    bool minor;
    double r;      /* Pearson correlation with the key's profile; NaN when there is none */
    double second; /* of the next best key */
} KeyFind;

typedef enum KeyProfile {
    KEY_KRUMHANSL, /* Krumhansl and Kessler 1982, from listeners' ratings */
    KEY_TEMPERLEY, /* Temperley 2007, from the corpus of Kostka and Payne's textbook */
} KeyProfile;

/* weight [12]: the time (or number of notes) of each pitch class, not negative. */
KeyFind keyfind(const double weight[12]);
KeyFind keyfind_by(KeyProfile profile, const double weight[12]);
/* The correlation of every key, -1..1: out [24], C major .. B major, C minor .. B minor. All NaN
 * when the weights are all alike or all zero. */
void keyfind_curve(KeyProfile profile, const double weight[12], double out[24]);
/* Shannon entropy of the weights in bits: 0 for one class, log2 12 = 3.585 for all alike; NaN when
 * there is no weight. */
double keyfind_entropy(const double weight[12]);
/* The share of the weight that lies in the key's scale: the major scale, or natural minor with the
 * raised seventh (which minor keys use at cadences) as well. NaN when there is no weight or key. */
double keyfind_share(const double weight[12], const KeyFind *key);
/* "Bb major", in the usual spelling; "" when there is none. */
const char *keyfind_name(const KeyFind *key);

#endif
