/* tick_labels.h: words under the columns of a panel. */
#ifndef VIEW_TICK_LABELS_H
#define VIEW_TICK_LABELS_H

#include "view/canvas.h"

/* 1, 2, 5, 10, 20 ...: every which of things `each` pixels apart to name, so that the names are
 * `need` pixels apart. */
int labels_step(double each, double need);
/* name [n] of equal columns of b, written below it, at most `room` pixels high: level where all fit
 * under their columns, else read from below; where these would touch, every second, fifth, tenth
 * ... with its number, the first being `first`. */
void labels_draw_x(Canvas *c, const char *const *name, int n, int first, Box b, double room);
/* Cuts *s so that it is at most `room` wide in that size, with an ellipsis. */
void labels_shorten(Canvas *c, Str *s, double size, double room);

#endif
