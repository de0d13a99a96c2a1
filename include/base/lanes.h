/* lanes.h: two numbers worked on as one (a compiler extension of gcc and clang): the two sides of a
 * stereo signal, or two partials of a sound. Plain arithmetic on every lane, the same bits as one
 * after the other. May lie anywhere a double may. */
#ifndef BASE_LANES_H
#define BASE_LANES_H

typedef double Lane2 __attribute__((vector_size(16), aligned(8)));

#endif
