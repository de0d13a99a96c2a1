/* spectra.h: the singular values of a model's matrices, by role and layer. */
#ifndef VIEW_SPECTRA_H
#define VIEW_SPECTRA_H

#include "feature/featset.h"
#include "view/canvas.h"

enum { SPECTRA_WIDTH = 1600, SPECTRA_HEIGHT = 1000 };

/* Fills a page of SPECTRA_WIDTH x SPECTRA_HEIGHT from the table FT_WEIGHTS (column sv): a panel for
 * each role that has any, both axes logarithmic, a line for each layer. */
void spectra_draw(Canvas *c, const FeatureSet *fs);

#endif
