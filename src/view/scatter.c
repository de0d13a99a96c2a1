/* scatter.c: points_draw of view/datamaps.h. Both axes of a panel have one scale, so that distances
 * can be compared. Three dimensions are shown as their three planes and an isometric view, in which
 * the axes make equal angles and further points are drawn first. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "datamap_page.h"

enum { LEGEND_X = 1130, LEGEND_W = 240, LEGEND_MAX = 36, LEGEND_STEP = 24, TOP = 90 };
static const double COS30 = 0.86602540378443864676;
static const Rgb WHITE = {1, 1, 1};

/* One scale for all dimensions: the middle of each, and half of the largest span; and the range of
 * the values. */
typedef struct Frame {
    double mid[3], half, lo, hi;
} Frame;

static Frame frame_of(const Points *p)
{
    Frame f = {.half = 0};
    for (int k = 0; k < p->dims; k++) {
        double lo, hi;
        datamap_range(p->at + k, p->n, p->dims, &lo, &hi);
        f.mid[k] = (lo + hi) / 2;
        f.half = fmax(f.half, (hi - lo) / 2);
    }
    for (int i = 0; p->value && i < p->n; i++) {
        f.lo = i ? fmin(f.lo, p->value[i]) : p->value[i];
        f.hi = i ? fmax(f.hi, p->value[i]) : p->value[i];
    }
    return f;
}

static double radius_of(const Points *p, Box b)
{
    double r = sqrt(b.w * b.h / (p->n + 1.0)) / 9;
    return fmin(5, fmax(1.6, r));
}

static void draw_point(Canvas *c, const Points *p, const Frame *f, int i, double x, double y,
                       double radius)
{
    Rgb colour = DATAMAP_MAIN;
    if (p->group)
        colour = colour_track(p->group[i]);
    else if (p->value)
        colour = colour_ramp(f->hi > f->lo ? (p->value[i] - f->lo) / (f->hi - f->lo) : 0.5);
    datamap_dot(c, x, y, radius + 0.8, WHITE);
    datamap_dot(c, x, y, radius, colour);
}

static void draw_plane(Canvas *c, const Points *p, const Frame *f, int kx, int ky, Box b)
{
    char names[2][40];
    double wide = f->half * fmax(1, b.w / b.h), high = f->half * fmax(1, b.h / b.w);
    snprintf(names[0], sizeof names[0], "%.20s %d", p->axis, kx + 1);
    snprintf(names[1], sizeof names[1], "%.20s %d", p->axis, ky + 1);
    Axis x = {.lo = f->mid[kx] - wide, .hi = f->mid[kx] + wide, .p_lo = b.x, .p_hi = b.x + b.w,
              .title = names[0]};
    Axis y = {.lo = f->mid[ky] - high, .hi = f->mid[ky] + high, .p_lo = b.y + b.h, .p_hi = b.y,
              .title = names[1]};
    datamap_grid(c, &x, &y, b);
    canvas_clip(c, b);
    for (int i = 0; i < p->n; i++)
        draw_point(c, p, f, i, axis_at(&x, p->at[(int64_t)i * p->dims + kx]),
                   axis_at(&y, p->at[(int64_t)i * p->dims + ky]), radius_of(p, b));
    canvas_unclip(c);
    canvas_frame(c, b, DATAMAP_INK);
    axis_draw_x(c, &x, b);
    axis_draw_y(c, &y, b);
}

/* Where (-1..1)^3 lies in the box. */
static void isometric(const double v[3], Box b, double *x, double *y)
{
    double unit = fmin(b.w / (4 * COS30), b.h / 4);
    *x = b.x + b.w / 2 + unit * (v[0] - v[1]) * COS30;
    *y = b.y + b.h / 2 + unit * ((v[0] + v[1]) / 2 - v[2]);
}

static void draw_edge(Canvas *c, const double from[3], const double to[3], Box b)
{
    double x0, y0, x1, y1;
    isometric(from, b, &x0, &y0);
    isometric(to, b, &x1, &y1);
    canvas_line(c, x0, y0, x1, y1, 1, DATAMAP_FAINT);
}

/* The nine edges of the cube behind the points, and the names of the axes at their ends. */
static void draw_cube(Canvas *c, const Points *p, Box b)
{
    for (int k = 0; k < 3; k++)
        for (int corner = 0; corner < 4; corner++) {
            double from[3], to[3], x, y;
            char name[40];
            from[(k + 1) % 3] = to[(k + 1) % 3] = corner & 1 ? 1 : -1;
            from[(k + 2) % 3] = to[(k + 2) % 3] = corner & 2 ? 1 : -1;
            from[k] = -1;
            to[k] = 1;
            if (corner == 3) continue;
            draw_edge(c, from, to, b);
            if (corner != (k == 2 ? 1 : k == 1 ? 2 : 1)) continue;
            isometric((double[]){(from[0] + to[0]) / 2 * 1.1, (from[1] + to[1]) / 2 * 1.1,
                                 (from[2] + to[2]) / 2 * 1.1}, b, &x, &y);
            snprintf(name, sizeof name, "%.20s %d", p->axis, k + 1);
            canvas_text(c, x, y, 0.5, 13, DATAMAP_INK, name);
        }
}

typedef struct Depth {
    double depth;
    int index;
} Depth;

static int further_first(const void *a, const void *b)
{
    const Depth *p = a, *q = b;
    if (p->depth != q->depth) return p->depth < q->depth ? -1 : 1;
    return (p->index > q->index) - (p->index < q->index);
}

static void draw_isometric(Canvas *c, const Points *p, const Frame *f, Box b)
{
    Depth *order = mem_alloc(p->n, sizeof *order);
    draw_cube(c, p, b);
    for (int i = 0; i < p->n; i++) {
        order[i].index = i;
        for (int k = 0; k < 3; k++) order[i].depth += p->at[3 * (int64_t)i + k] - f->mid[k];
    }
    qsort(order, (size_t)p->n, sizeof *order, further_first);
    for (int i = 0; i < p->n; i++) {
        double v[3], x, y;
        for (int k = 0; k < 3; k++)
            v[k] = (p->at[3 * (int64_t)order[i].index + k] - f->mid[k]) / f->half;
        isometric(v, b, &x, &y);
        draw_point(c, p, f, order[i].index, x, y, radius_of(p, b));
    }
    free(order);
}

static void draw_legend(Canvas *c, const Points *p, const Frame *f)
{
    for (int g = 0; p->group && g < p->ngroups; g++) {
        double y = TOP + 10 + LEGEND_STEP * g;
        char more[40];
        if (g == LEGEND_MAX - 1 && p->ngroups > LEGEND_MAX) {
            snprintf(more, sizeof more, "and %d more", p->ngroups - g);
            canvas_text(c, LEGEND_X, y, 0, 13, DATAMAP_INK, more);
            return;
        }
        datamap_dot(c, LEGEND_X, y, 6, colour_track(g));
        canvas_text_fit(c, LEGEND_X + 16, y, 0, 13, DATAMAP_INK, LEGEND_W, p->group_name[g]);
    }
    if (p->group || !p->value || !(f->hi > f->lo)) return;
    Box bar = {LEGEND_X, TOP, 20, 400};
    Axis a = {.lo = f->lo, .hi = f->hi, .p_lo = bar.y + bar.h, .p_hi = bar.y,
              .title = p->value_name};
    axis_draw_bar(c, &a, bar, colour_ramp);
}

void points_draw(Canvas *c, const Points *p)
{
    Frame f = frame_of(p);
    datamap_heading(c, p->title, p->subtitle);
    if (p->dims == 2) {
        draw_plane(c, p, &f, 0, 1, (Box){110, TOP, 980, 830});
    } else {
        draw_plane(c, p, &f, 0, 1, (Box){110, TOP, 440, 370});
        draw_plane(c, p, &f, 2, 1, (Box){660, TOP, 440, 370});
        draw_plane(c, p, &f, 0, 2, (Box){110, TOP + 460, 440, 370});
        draw_isometric(c, p, &f, (Box){640, TOP + 440, 480, 420});
    }
    draw_legend(c, p, &f);
}
