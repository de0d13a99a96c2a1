/* overview.h: a piece on one page: sections, waveform, spectrogram and piano roll over one time. */
#ifndef VIEW_OVERVIEW_H
#define VIEW_OVERVIEW_H

#include "audio/buf.h"
#include "base/run.h"
#include "score/score.h"
#include "view/canvas.h"

enum { OVERVIEW_WIDTH = 1600, OVERVIEW_HEIGHT = 1000 };

/* Fills a page of OVERVIEW_WIDTH x OVERVIEW_HEIGHT. audio NULL or empty: the piano roll alone.
 * caption: of what it is made (view/caption.h), after the numbers under the title; may be empty. */
void overview_draw(Canvas *c, const Score *s, const AudioBuf *audio, const char *caption,
                   const Run *run);

#endif
