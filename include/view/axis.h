/* axis.h: numbers along an edge: where they lie, round ticks, and their names. */
#ifndef VIEW_AXIS_H
#define VIEW_AXIS_H

#include "view/canvas.h"

typedef enum AxisKind {
    AXIS_LINEAR,
    AXIS_LOG,  /* lo > 0 */
    AXIS_TIME, /* seconds, shown as m:ss */
    AXIS_KEY   /* MIDI keys, a tick at each C */
} AxisKind;

typedef struct Axis {
    AxisKind kind;
    double lo, hi;         /* values at the ends, lo < hi */
    double p_lo, p_hi;     /* where these lie, pixels */
    const char *title;     /* with the unit */
} Axis;

enum { AXIS_MAX_TICKS = 32, AXIS_NAME = 24 };

/* The place of a value; values outside lie outside. */
double axis_at(const Axis *a, double value);
/* Round values from lo to hi, rising, about `want` of them (1..AXIS_MAX_TICKS). */
int axis_ticks(const Axis *a, int want, double tick[AXIS_MAX_TICKS]);
/* "0:30", "10k", "C4", "-0.5". */
void axis_name(const Axis *a, double tick, char out[AXIS_NAME]);

/* Ticks, names and title below or left of a panel. */
void axis_draw_x(Canvas *c, const Axis *a, Box panel);
void axis_draw_y(Canvas *c, const Axis *a, Box panel);
/* Thin lines across a panel at about every `apart` pixels' round value. */
void axis_draw_grid(Canvas *c, const Axis *y, Box panel, double apart, Rgb colour);
/* A bar of colours with the axis beside it; colour_of maps 0..1. */
void axis_draw_bar(Canvas *c, const Axis *a, Box bar, Rgb (*colour_of)(double));

#endif
