/* dot_panels.c: see view/dot_panels.h. */
#include "view/dot_panels.h"

#include <math.h>

#include "view/axis.h"

static const Rgb INK = {0.2, 0.2, 0.22}, FAINT = {0.92, 0.92, 0.93};
enum { LEFT = 84, TOP = 96, CELL_W = 440, CELL_H = 405, PANEL_W = 350, PANEL_H = 270, TEXT = 14,
       COLUMNS = 3 };

static const double *group_at(const DotPanels *p, int panel, int group)
{
    return p->v + ((int64_t)panel * p->ngroups + group) * p->n;
}

static Axis value_axis(const DotPanels *p, int panel, Box b)
{
    Axis y = {.lo = INFINITY, .hi = -INFINITY, .p_lo = b.y + b.h, .p_hi = b.y};
    const double *v = group_at(p, panel, 0);
    for (int i = 0; i < p->ngroups * p->n; i++) {
        if (isnan(v[i])) continue;
        y.lo = fmin(y.lo, v[i]);
        y.hi = fmax(y.hi, v[i]);
    }
    if (y.lo > y.hi) y.lo = y.hi = 0;
    double room = y.hi > y.lo ? 0.08 * (y.hi - y.lo) : fmax(0.1, 0.1 * fabs(y.hi));
    y.lo -= room;
    y.hi += room;
    return y;
}

static void draw_group(Canvas *c, const DotPanels *p, int panel, int group, const Axis *y,
                       double x, double w)
{
    const double *v = group_at(p, panel, group);
    double sum = 0;
    int count = 0;
    Rgb colour = colour_track(group);
    for (int i = 0; i < p->n; i++) {
        if (isnan(v[i])) continue;
        double side = p->n > 1 ? 0.5 * w * ((double)i / (p->n - 1) - 0.5) : 0;
        canvas_fill(c, (Box){x + side - 3, axis_at(y, v[i]) - 3, 6, 6}, colour, 0.7);
        sum += v[i];
        count++;
    }
    if (count == 0) return;
    double at = axis_at(y, sum / count);
    canvas_line(c, x - 0.36 * w, at, x + 0.36 * w, at, 2.5, INK);
}

static void draw_panel(Canvas *c, const DotPanels *p, int panel, Box b)
{
    Axis y = value_axis(p, panel, b);
    double tick[AXIS_MAX_TICKS], w = b.w / p->ngroups;
    int n = axis_ticks(&y, (int)(b.h / 34), tick);
    for (int i = 0; i < n; i++) {
        double at = floor(axis_at(&y, tick[i])) + 0.5;
        canvas_line(c, b.x, at, b.x + b.w, at, 1, FAINT);
    }
    canvas_text(c, b.x, b.y - 12, 0, TEXT + 1, INK, p->panel[panel]);
    for (int g = 0; g < p->ngroups; g++) {
        double x = b.x + (g + 0.5) * w, foot = b.y + b.h + 14 + g % 2 * 18;
        draw_group(c, p, panel, g, &y, x, w);
        canvas_text_fit(c, x, foot, 0.5, TEXT - 2, INK, 2 * w - 8, p->group[g]);
    }
    canvas_frame(c, b, INK);
    axis_draw_y(c, &y, b);
}

void dot_panels_draw(Canvas *c, const DotPanels *p)
{
    double w = canvas_width(c) - 2 * LEFT;
    canvas_text_fit(c, LEFT, 26, 0, 20, INK, w, p->title);
    canvas_text_fit(c, LEFT, 52, 0, TEXT, INK, w, p->line);
    for (int i = 0; i < p->npanels; i++)
        draw_panel(c, p, i, (Box){LEFT + i % COLUMNS * CELL_W, TOP + i / COLUMNS * CELL_H + 14,
                                  PANEL_W, PANEL_H});
}
