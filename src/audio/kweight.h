/* kweight.h: integrated loudness in one quick pass, for those who ask often. */
#ifndef AUDIO_KWEIGHT_H
#define AUDIO_KWEIGHT_H

#include "audio/buf.h"
#include "base/run.h"
#include "gain_curve.h"

/* ITU-R BS.1770 integrated loudness of one or two channels, LUFS; -inf when nothing passes the
 * gate. g: of a times this curve, NULL = as it is. */
double kweight_lufs(const AudioBuf *a, const GainCurve *g, const Run *run);

#endif
