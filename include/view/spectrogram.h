/* spectrogram.h: the level of every frequency at every time. */
#ifndef VIEW_SPECTROGRAM_H
#define VIEW_SPECTROGRAM_H

#include "audio/buf.h"
#include "base/run.h"

typedef struct SpectrogramGrid {
    int cols, rows;    /* time; frequency, row 0 the highest */
    double seconds;    /* what all columns cover, from the start of the audio */
    double lo, hi;     /* Hz at the lower and the upper edge, logarithmic between them */
} SpectrogramGrid;

/* level: [rows, cols] dBFS (a sine of full scale is 0), floor -140. Channels are averaged. The same
 * numbers for any run->threads. */
void spectrogram_make(const AudioBuf *a, const SpectrogramGrid *g, float *level, const Run *run);

#endif
