/* lanes.h: two or four numbers worked on as one (a compiler extension of gcc and clang): the two
 * sides of a stereo signal, two partials of a sound, four samples. Plain arithmetic on every lane,
 * the same bits as one after the other. May lie anywhere their elements may, and over an array of
 * them. */
#ifndef BASE_LANES_H
#define BASE_LANES_H

typedef double Lane2 __attribute__((vector_size(16), aligned(8), may_alias));
typedef float Lane4 __attribute__((vector_size(16), aligned(4), may_alias));

#endif
