/* tail.h: where a rendered piece ends. */
#ifndef SYNTH_TAIL_H
#define SYNTH_TAIL_H

#include "audio/buf.h"

/* Cuts a stereo buffer where it has fallen for good below -66 dB of its peak (what mastering cannot
 * make heard), but not before frame `least`, and fades the last 30 ms. Silence is left as
 * it is. */
void tail_trim(AudioBuf *a, int64_t least);

#endif
