/* spiral_array.h: Chew's spiral array, and tension as distances in it.
 *
 * Pitches lie on a helix by fifths: k = 0 is C, 1 G, -1 F. Chords are weighted means of pitches,
 * keys of chords. Distances are in units of the helix's radius. Pitch classes are spelled for a
 * key: in C major and A minor from G flat (-6) to B (5). */
#ifndef MUSIC_SPIRAL_ARRAY_H
#define MUSIC_SPIRAL_ARRAY_H

#include <stdbool.h>

typedef struct Spiral {
    double x, y, z;
} Spiral;

/* A key by its tonic's pitch class; at: distance of the music from it. */
typedef struct SpiralKey {
    int root; /* -1 = none */
    bool minor;
    double at;
} SpiralKey;

Spiral spiral_pitch(int k);
Spiral spiral_triad(int k, bool minor); /* on root k */
Spiral spiral_key(int k, bool minor);   /* on tonic k */
double spiral_distance(Spiral a, Spiral b);

/* k of pitch class pc as spelled in the key of tonic `root` (a pitch class). */
int spiral_spell(int pc, int root, bool minor);
/* The centre of effect: the mean position of pitch classes weighted by weight [12], >= 0, spelled
 * for that key. False when there is no weight. */
bool spiral_centre(const double weight[12], int root, bool minor, Spiral *out);
/* The key's own position among pitches spelled for it. */
Spiral spiral_key_of(int root, bool minor);
/* Cloud diameter (Herremans and Chew 2016): the largest distance of two pitch classes of the set
 * (bit 0 = C) spelled for that key; 0 for fewer than two, at most 4.4. */
double spiral_diameter(unsigned pcs, int root, bool minor);
/* The key whose position is nearest to the centre of effect (Chew's CEG), of pitch classes spelled
 * so that they lie closest together on the line of fifths; of equals major before minor. */
SpiralKey spiral_find_key(const double weight[12]);

#endif
