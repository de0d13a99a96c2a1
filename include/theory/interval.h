/* interval.h: the interval of two representations: an angle with a musical name. */
#ifndef THEORY_INTERVAL_H
#define THEORY_INTERVAL_H

/* Below 15 degrees unison (0), or octave (1) when ratio, of the lengths, is over 2 or under 1/2;
 * to 37.5 minor second (2), to 67.5 major third (3), to 112.5 perfect fifth (4), tritone (5). */
int interval_class(double degrees, double ratio);
const char *interval_name(int i); /* "perfect fifth"; "" when there is none */
/* |a + b|^2 / (|a|^2 + |b|^2) - 1 by their product and squared lengths: -1 .. 1; 0 of zeros. */
double interval_consonance(double dot, double xx, double yy);

#endif
