/* buf.c: see audio/buf.h. */
#include "audio/buf.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

void audio_init(AudioBuf *a, int rate, int channels, int64_t frames)
{
    assert(rate > 0 && channels > 0 && frames >= 0);
    *a = (AudioBuf){.rate = rate, .channels = channels, .frames = frames};
    a->x = mem_alloc(frames, (size_t)channels * sizeof *a->x);
}

void audio_free(AudioBuf *a)
{
    free(a->x);
    *a = (AudioBuf){0};
}
