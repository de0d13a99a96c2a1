/* rows_atmos.h: option rows of everything that a song conducts. */
#ifndef CLI_ROWS_ATMOS_H
#define CLI_ROWS_ATMOS_H

#include "atmos/contour.h"
#include "base/opt.h"

/* At the offset of a ContourOpts. */
extern const Opt rows_contour[8];

#endif
