/* kweight.h: integrated loudness in one quick pass, for those who ask often. */
#ifndef AUDIO_KWEIGHT_H
#define AUDIO_KWEIGHT_H

#include "audio/buf.h"

/* ITU-R BS.1770 integrated loudness of one or two channels, LUFS; -inf when nothing passes the
 * gate. */
double kweight_lufs(const AudioBuf *a);

#endif
