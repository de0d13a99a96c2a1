/* time_panels.c: see view/time_panels.h. */
#include "view/time_panels.h"

#include <math.h>

#include "view/axis.h"

static const Rgb INK = {0.2, 0.2, 0.22}, FAINT = {0.92, 0.92, 0.93}, LINE = {0.16, 0.33, 0.58};
enum { LEFT = 96, RIGHT = 30, TOP = 84, FOOT = 62, GAP = 40, TEXT = 14 };

static Axis value_axis(const TimePanels *p, const TimePanel *t, Box b)
{
    Axis y = {.lo = t->lo, .hi = t->hi, .p_lo = b.y + b.h, .p_hi = b.y, .title = t->unit};
    if (t->hi > t->lo) return y;
    y.lo = y.hi = p->n ? t->v[0] : 0;
    for (int i = 0; i < p->n; i++) {
        y.lo = fmin(y.lo, t->v[i]);
        y.hi = fmax(y.hi, t->v[i]);
    }
    double room = y.hi > y.lo ? 0.05 * (y.hi - y.lo) : fmax(1, 0.1 * fabs(y.hi));
    y.lo -= room;
    y.hi += room;
    return y;
}

static void draw_grid(Canvas *c, const Axis *x, const Axis *y, Box b)
{
    double tick[AXIS_MAX_TICKS];
    int n = axis_ticks(x, (int)(b.w / 100), tick);
    for (int i = 0; i < n; i++) {
        double at = floor(axis_at(x, tick[i])) + 0.5;
        canvas_line(c, at, b.y, at, b.y + b.h, 1, FAINT);
    }
    n = axis_ticks(y, (int)(b.h / 34), tick);
    for (int i = 0; i < n; i++) {
        double at = floor(axis_at(y, tick[i])) + 0.5;
        canvas_line(c, b.x, at, b.x + b.w, at, 1, FAINT);
    }
}

/* The ramp without its end that cannot be seen on white. */
static Rgb value_colour(const Axis *y, double v)
{
    return colour_ramp(0.85 * (v - y->lo) / (y->hi - y->lo));
}

static void draw_line(Canvas *c, const TimePanels *p, const TimePanel *t, const Axis *x,
                      const Axis *y)
{
    double last_x = axis_at(x, 0.5 * p->step), last_y = p->n ? axis_at(y, t->v[0]) : 0;
    for (int i = 1; i < p->n; i++) {
        double at = axis_at(x, (i + 0.5) * p->step), v = axis_at(y, t->v[i]);
        Rgb colour = t->coloured ? value_colour(y, fmax(t->v[i], t->v[i - 1])) : LINE;
        canvas_line(c, last_x, last_y, at, v, 1.5, colour);
        last_x = at;
        last_y = v;
    }
}

void time_panels_draw(Canvas *c, const TimePanels *p)
{
    double h = (canvas_height(c) - TOP - FOOT) / p->npanels, w = canvas_width(c) - LEFT - RIGHT;
    canvas_text_fit(c, LEFT, 24, 0, 20, INK, w, p->title);
    canvas_text_fit(c, LEFT, 50, 0, TEXT, INK, w, p->line);
    for (int i = 0; i < p->npanels; i++) {
        const TimePanel *t = &p->panel[i];
        Box b = {LEFT, TOP + i * h + 12, w, h - GAP + 12};
        double seconds = p->n > 0 ? p->n * p->step : p->step;
        Axis x = {.kind = AXIS_TIME, .hi = seconds, .p_lo = b.x, .p_hi = b.x + b.w,
                  .title = "time"};
        Axis y = value_axis(p, t, b);
        draw_grid(c, &x, &y, b);
        canvas_text(c, b.x, b.y - 12, 0, TEXT, INK, t->title);
        canvas_clip(c, b);
        draw_line(c, p, t, &x, &y);
        canvas_unclip(c);
        canvas_frame(c, b, INK);
        axis_draw_y(c, &y, b);
        if (i == p->npanels - 1) axis_draw_x(c, &x, b);
    }
}
