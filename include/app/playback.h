/* playback.h: audio to the sound device (PortAudio behind it).
 *
 * Two ways: a buffer that is played from any place, or a queue that is filled while it plays. */
#ifndef APP_PLAYBACK_H
#define APP_PLAYBACK_H

#include <stdbool.h>

#include "audio/buf.h"
#include "base/err.h"

typedef struct Playback Playback;

/* a (which must outlive it) is played from its beginning on, once playback_run says so. NULL and
 * the reason when there is no device. */
Playback *playback_open(const AudioBuf *a, Err *err);
/* A queue of stereo or mono frames, at most `seconds` long. */
Playback *playback_open_queue(int rate, int channels, double seconds, Err *err);
void playback_close(Playback *p); /* NULL is fine */

void playback_run(Playback *p, bool on);
void playback_seek(Playback *p, double seconds);
/* Seconds that have been heard, latency taken off; all of them when a buffer is at its end. */
double playback_at(const Playback *p);
/* Appends to the queue as many of n frames as there is room for; returns how many. */
int64_t playback_put(Playback *p, const float *x, int64_t n);
/* Frames that wait in the queue. */
int64_t playback_waiting(const Playback *p);

#endif
