/* chunks.h: the frames of a buffer dealt out to threads in pieces of time. */
#ifndef AUDIO_CHUNKS_H
#define AUDIO_CHUNKS_H

#include <stdint.h>

#include "base/run.h"

/* Calls fn(ud, from, to) for every piece of `size` frames of 0..n - 1, the last one perhaps
 * shorter, on up to run->threads threads. All pieces are done, whatever run->stop says. */
void for_chunks(const Run *run, int64_t n, int64_t size,
                void (*fn)(void *ud, int64_t from, int64_t to), void *ud);

#endif
