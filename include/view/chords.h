/* chords.h: a set of prompts as chords of hidden dimensions, a column for each. */
#ifndef VIEW_CHORDS_H
#define VIEW_CHORDS_H

#include "view/canvas.h"

enum { CHORDS_WIDTH = 1600, CHORDS_HEIGHT = 1000 };

typedef struct Chords {
    const char *title, *subtitle;
    int n, dims;
    const float *amp;          /* [n, dims] -1..1 */
    const double *hz;          /* [dims] rising, even on a logarithmic axis */
    const double *variance;    /* [dims] over the prompts */
    const char *const *prompt; /* [n] */
} Chords;

/* Fills a page of CHORDS_WIDTH x CHORDS_HEIGHT. */
void chords_draw(Canvas *c, const Chords *d);

#endif
