/* course.c: see view/course.h. */
#include "view/course.h"

#include <math.h>

#include "view/axis.h"

static const Rgb INK = {0.2, 0.2, 0.22}, FAINT = {0.92, 0.92, 0.93}, MARK = {0.7, 0.7, 0.72};
enum { LEFT = 96, RIGHT = 170, TOP = 96, FOOT = 62, GAP = 40, TEXT = 14 };

static Rgb line_colour(int i)
{
    return colour_lch(0.52, 0.14, 255 + 97 * i);
}

static Axis value_axis(const Course *p, const CoursePanel *t, Box b)
{
    Axis y = {.lo = t->lo, .hi = t->hi, .p_lo = b.y + b.h, .p_hi = b.y, .title = ""};
    if (t->hi > t->lo) return y;
    y.lo = INFINITY;
    y.hi = -INFINITY;
    for (int k = 0; k < COURSE_LINES && t->name[k]; k++)
        for (int i = 0; i < p->n; i++) {
            if (isnan(t->v[k][i])) continue;
            y.lo = fmin(y.lo, t->v[k][i]);
            y.hi = fmax(y.hi, t->v[k][i]);
        }
    if (!(y.hi >= y.lo)) y.lo = y.hi = 0;
    double room = y.hi > y.lo ? 0.06 * (y.hi - y.lo) : fmax(1e-6, 0.1 * fabs(y.hi));
    y.lo -= room;
    y.hi += room;
    return y;
}

/* Where phases end, named above the panel when asked. */
static void draw_marks(Canvas *c, const Course *p, const Axis *x, Box b, bool named)
{
    double from = x->lo;
    for (int i = 0; i < p->nmarks; i++) {
        double at = floor(axis_at(x, p->mark[i])) + 0.5;
        canvas_line(c, at, b.y, at, b.y + b.h, 1, MARK);
        double left = axis_at(x, from), mid = (left + at) / 2;
        double room = at - left;
        if (named && canvas_text_width(c, TEXT, p->mark_name[i]) < room)
            canvas_text(c, mid, b.y - 34, 0.5, TEXT, INK, p->mark_name[i]);
        from = p->mark[i];
    }
}

static void draw_line(Canvas *c, const Course *p, const double *v, const Axis *x, const Axis *y,
                      Rgb colour)
{
    int last = -1;
    for (int i = 0; i < p->n; i++) {
        if (isnan(v[i])) {
            last = -1;
            continue;
        }
        double at = axis_at(x, p->step[i]), up = axis_at(y, v[i]);
        if (last >= 0)
            canvas_line(c, axis_at(x, p->step[last]), axis_at(y, v[last]), at, up, 1.6, colour);
        else
            canvas_fill(c, (Box){at - 1.5, up - 1.5, 3, 3}, colour, 1);
        last = i;
    }
}

static void draw_legend(Canvas *c, const CoursePanel *t, Box b)
{
    for (int k = 0; k < COURSE_LINES && t->name[k]; k++) {
        double y = b.y + 12 + 22 * k, x = b.x + b.w + 14;
        canvas_fill(c, (Box){x, y - 2, 16, 4}, line_colour(k), 1);
        canvas_text_fit(c, x + 22, y, 0, TEXT, INK, RIGHT - 40, t->name[k]);
    }
}

void course_draw(Canvas *c, const Course *p)
{
    double h = (canvas_height(c) - TOP - FOOT) / p->npanels, w = canvas_width(c) - LEFT - RIGHT;
    double end = p->n > 0 ? p->step[p->n - 1] : 1;
    canvas_text_fit(c, LEFT, 24, 0, 20, INK, w, p->title);
    canvas_text_fit(c, LEFT, 48, 0, TEXT, INK, w, p->line);
    for (int i = 0; i < p->npanels; i++) {
        const CoursePanel *t = &p->panel[i];
        Box b = {LEFT, TOP + i * h + 12, w, h - GAP + 12};
        Axis x = {.hi = fmax(end, 1), .p_lo = b.x, .p_hi = b.x + b.w, .title = "step"};
        Axis y = value_axis(p, t, b);
        axis_draw_grid(c, &y, b, 34, FAINT);
        draw_marks(c, p, &x, b, i == 0);
        canvas_text(c, b.x, b.y - 12, 0, TEXT, INK, t->title);
        canvas_clip(c, b);
        for (int k = 0; k < COURSE_LINES && t->name[k]; k++)
            draw_line(c, p, t->v[k], &x, &y, line_colour(k));
        canvas_unclip(c);
        canvas_frame(c, b, INK);
        draw_legend(c, t, b);
        axis_draw_y(c, &y, b);
        if (i == p->npanels - 1) axis_draw_x(c, &x, b);
    }
}
