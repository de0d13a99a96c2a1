/* time_panels.h: curves one above the other over one axis of time. */
#ifndef VIEW_TIME_PANELS_H
#define VIEW_TIME_PANELS_H

#include <stdbool.h>

#include "view/canvas.h"

enum { TIME_PANELS_WIDTH = 1400, TIME_PANELS_HEIGHT = 900 };

typedef struct TimePanel {
    const char *title, *unit;
    const double *v; /* [n] values at even steps, finite */
    double lo, hi;   /* of the axis; lo = hi: what v needs */
    bool coloured;   /* by colour_ramp over the axis */
} TimePanel;

/* panel [npanels]; all have n values, `step` seconds apart. title: over the page. */
typedef struct TimePanels {
    const char *title, *line;
    const TimePanel *panel;
    int npanels, n;
    double step;
} TimePanels;

/* Fills a page of TIME_PANELS_WIDTH x TIME_PANELS_HEIGHT. */
void time_panels_draw(Canvas *c, const TimePanels *p);

#endif
