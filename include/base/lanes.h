/* lanes.h: two or four numbers worked on as one (a compiler extension of gcc and clang): the two
 * sides of a stereo signal, two partials of a sound, four samples. Plain arithmetic on every lane,
 * the same bits as one after the other. May lie anywhere their elements may, and over an array of
 * them.
 *
 * LANES_WIDE before a function makes two of it, of which the processor's own is taken when the
 * program starts: one for AVX2, where a Lane8 or a Wide4 is one register, and one for any machine,
 * where it is two. Products and sums are not contracted: both give the same bits. Pass and return
 * the wide ones by pointer, or in inline functions, only. */
#ifndef BASE_LANES_H
#define BASE_LANES_H

typedef double Lane2 __attribute__((vector_size(16), aligned(8), may_alias));
typedef float Lane4 __attribute__((vector_size(16), aligned(4), may_alias));

typedef double Wide4 __attribute__((vector_size(32), aligned(8), may_alias));
typedef float Lane8 __attribute__((vector_size(32), aligned(4), may_alias));

#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define LANES_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define LANES_WIDE
#endif

#endif
