/* buf.h: audio in memory: interleaved float frames. */
#ifndef AUDIO_BUF_H
#define AUDIO_BUF_H

#include <stdint.h>

typedef struct AudioBuf {
    int rate, channels; /* Hz; 1 or 2 in what we make, any in what we read */
    int64_t frames;
    float *x;           /* [frames, channels], full scale = 1.0 */
} AudioBuf;

void audio_init(AudioBuf *a, int rate, int channels, int64_t frames); /* silence */
void audio_free(AudioBuf *a);

#endif
