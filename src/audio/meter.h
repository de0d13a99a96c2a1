/* meter.h: the measures of a buffer that no loudness standard defines. */
#ifndef AUDIO_METER_H
#define AUDIO_METER_H

#include "audio/loudness.h"

/* Fills clipped, the silences, dc, crest and max_jump. */
void meter_samples(const AudioBuf *a, AudioMeasure *m);
/* Hz; 0 for silence. Channels are added before the transform. */
double meter_centroid(const AudioBuf *a);

#endif
