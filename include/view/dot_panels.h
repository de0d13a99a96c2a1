/* dot_panels.h: groups of observations side by side: every one a dot, the mean a bar. */
#ifndef VIEW_DOT_PANELS_H
#define VIEW_DOT_PANELS_H

#include "view/canvas.h"

enum { DOT_PANELS_WIDTH = 1400, DOT_PANELS_HEIGHT = 900 };

/* v [npanels, ngroups, n]; NaN = none. */
typedef struct DotPanels {
    const char *title, *line;
    const char *const *panel; /* [npanels] titles, at most 6 */
    const char *const *group; /* [ngroups] */
    const double *v;
    int npanels, ngroups, n;
} DotPanels;

/* Fills a page of DOT_PANELS_WIDTH x DOT_PANELS_HEIGHT, three panels a row. */
void dot_panels_draw(Canvas *c, const DotPanels *p);

#endif
