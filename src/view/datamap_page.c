/* datamap_page.c: see datamap_page.h. */
#include "datamap_page.h"

#include <math.h>

const Rgb DATAMAP_INK = {0.2, 0.2, 0.22}, DATAMAP_FAINT = {0.91, 0.91, 0.92},
          DATAMAP_MAIN = {0.13, 0.40, 0.67};

static const double TURN = 6.28318530717958647692, MARGIN = 0.04;
enum { LEFT = 80, CORNERS = 12, TICKS_X = 90, TICKS_Y = 32 };

void datamap_heading(Canvas *c, const char *title, const char *subtitle)
{
    canvas_text_fit(c, LEFT, 28, 0, 20, DATAMAP_INK, DATAMAP_WIDTH - 2 * LEFT, title);
    if (subtitle)
        canvas_text_fit(c, LEFT, 54, 0, 13, DATAMAP_INK, DATAMAP_WIDTH - 2 * LEFT, subtitle);
}

void datamap_grid(Canvas *c, const Axis *x, const Axis *y, Box b)
{
    double tick[AXIS_MAX_TICKS];
    int n = axis_ticks(x, (int)(b.w / TICKS_X), tick);
    for (int i = 0; i < n; i++) {
        double at = floor(axis_at(x, tick[i])) + 0.5;
        canvas_line(c, at, b.y, at, b.y + b.h, 1, DATAMAP_FAINT);
    }
    n = axis_ticks(y, (int)(b.h / TICKS_Y), tick);
    for (int i = 0; i < n; i++) {
        double at = floor(axis_at(y, tick[i])) + 0.5;
        canvas_line(c, b.x, at, b.x + b.w, at, 1, DATAMAP_FAINT);
    }
}

void datamap_dot(Canvas *c, double x, double y, double radius, Rgb colour)
{
    double xy[2 * CORNERS];
    for (int i = 0; i < CORNERS; i++) {
        xy[2 * i] = x + radius * cos(TURN * i / CORNERS);
        xy[2 * i + 1] = y + radius * sin(TURN * i / CORNERS);
    }
    canvas_polygon(c, xy, CORNERS, colour);
}

void datamap_range(const double *v, int n, int stride, double *lo, double *hi)
{
    *lo = *hi = n > 0 ? v[0] : 0;
    for (int i = 1; i < n; i++) {
        *lo = fmin(*lo, v[(int64_t)i * stride]);
        *hi = fmax(*hi, v[(int64_t)i * stride]);
    }
    double pad = *hi > *lo ? MARGIN * (*hi - *lo) : 1;
    *lo -= pad;
    *hi += pad;
}
