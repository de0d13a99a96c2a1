/* tis.h: the tonal interval space of Bernardes et al. (2016): the Fourier transform of a chroma
 * vector, weighted so that distances agree with heard consonance. */
#ifndef MUSIC_TIS_H
#define MUSIC_TIS_H

/* Coefficients k = 1..6 at 0..5; the weights of symbolic music: 2 11 17 16 19 7. */
typedef struct Tis {
    double re[6], im[6];
} Tis;

/* weight [12] >= 0 of the pitch classes; all zero gives the origin. */
Tis tis_of(const double weight[12]);
/* 1 - |T| / |w|: 0 for one pitch class, 1 for all alike (and for silence). */
double tis_dissonance(const Tis *t);
/* |T_k| / w_k, 0..1: 1 chromaticity, 2 dyadicity, 3 triadicity, 4 diminished quality,
 * 5 diatonicity, 6 whole-toneness. */
double tis_quality(const Tis *t, int k);
/* Euclidean distance of two, 0 for the same chord. */
double tis_distance(const Tis *a, const Tis *b);
/* The angle between two as seen from the origin, 0..pi radians; pi / 2 if one is the origin. */
double tis_angle(const Tis *a, const Tis *b);

#endif
