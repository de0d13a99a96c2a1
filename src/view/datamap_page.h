/* datamap_page.h: what the pictures of tables share. */
#ifndef VIEW_DATAMAP_PAGE_H
#define VIEW_DATAMAP_PAGE_H

#include "view/axis.h"
#include "view/datamaps.h"

extern const Rgb DATAMAP_INK, DATAMAP_FAINT, DATAMAP_MAIN;

void datamap_heading(Canvas *c, const char *title, const char *subtitle);
/* Faint lines at the ticks of both axes. */
void datamap_grid(Canvas *c, const Axis *x, const Axis *y, Box b);
void datamap_dot(Canvas *c, double x, double y, double radius, Rgb colour);
/* lo..hi widened a little; around a single value, by 1. */
void datamap_range(const double *v, int n, int stride, double *lo, double *hi);

#endif
