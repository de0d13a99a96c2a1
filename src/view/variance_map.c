/* variance_map.c: variances_draw and scree_draw of view/datamaps.h. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "datamap_page.h"

enum { NAMED = 8, BARS_MAX = 60 };
static const Box PANEL = {110, 90, 1220, 830};
static const Rgb SUM = {0.80, 0.33, 0.10};
static const double DEEPEST = 1e-9; /* of the greatest variance: below is off the page */

void variances_draw(Canvas *c, const Variances *v)
{
    double hi = v->n > 0 && v->v[0] > 0 ? v->v[0] : 1, lo = hi;
    int shown = 0;
    for (; shown < v->n && v->v[shown] > DEEPEST * hi; shown++) lo = v->v[shown];
    Axis x = {.lo = 0, .hi = fmax(v->n, 2), .p_lo = PANEL.x, .p_hi = PANEL.x + PANEL.w,
              .title = "dimensions, by falling variance"};
    Axis y = {.kind = AXIS_LOG, .lo = lo / 1.5, .hi = hi * 1.5, .p_lo = PANEL.y + PANEL.h,
              .p_hi = PANEL.y, .title = "variance"};
    double *xy = mem_alloc(2 * (int64_t)shown, sizeof *xy);
    datamap_heading(c, v->title, v->subtitle);
    datamap_grid(c, &x, &y, PANEL);
    for (int i = 0; i < shown; i++) {
        xy[2 * i] = axis_at(&x, i + 0.5);
        xy[2 * i + 1] = axis_at(&y, v->v[i]);
    }
    canvas_curve(c, xy, shown, 1.5, DATAMAP_MAIN);
    for (int i = 0; i < shown; i++)
        datamap_dot(c, xy[2 * i], xy[2 * i + 1], shown > 300 ? 1.5 : 3, DATAMAP_MAIN);
    for (int i = 0; i < shown && i < NAMED; i++) {
        char name[64];
        snprintf(name, sizeof name, "dimension %d: %.4g", v->dim[i], v->v[i]);
        canvas_text(c, PANEL.x + PANEL.w - 24, PANEL.y + 24 + 20 * i, 1, 13, DATAMAP_INK, name);
    }
    free(xy);
    canvas_frame(c, PANEL, DATAMAP_INK);
    axis_draw_x(c, &x, PANEL);
    axis_draw_y(c, &y, PANEL);
}

void scree_draw(Canvas *c, const Scree *s)
{
    int n = s->n < BARS_MAX ? s->n : BARS_MAX;
    double xy[2 * BARS_MAX], sum = 0;
    Axis x = {.lo = 0.5, .hi = n + 0.5, .p_lo = PANEL.x, .p_hi = PANEL.x + PANEL.w,
              .title = "principal component"};
    Axis y = {.lo = 0, .hi = 100, .p_lo = PANEL.y + PANEL.h, .p_hi = PANEL.y,
              .title = "share of the variance (%)"};
    datamap_heading(c, s->title, s->subtitle);
    datamap_grid(c, &x, &y, PANEL);
    for (int i = 0; i < n; i++) {
        double left = axis_at(&x, i + 0.6), right = axis_at(&x, i + 1.4);
        double top = axis_at(&y, 100 * s->share[i]);
        canvas_fill(c, (Box){left, top, right - left, PANEL.y + PANEL.h - top}, DATAMAP_MAIN, 1);
        sum += s->share[i];
        xy[2 * i] = axis_at(&x, i + 1);
        xy[2 * i + 1] = axis_at(&y, 100 * sum);
    }
    canvas_curve(c, xy, n, 2, SUM);
    for (int i = 0; i < n; i++) datamap_dot(c, xy[2 * i], xy[2 * i + 1], 3, SUM);
    canvas_frame(c, PANEL, DATAMAP_INK);
    axis_draw_x(c, &x, PANEL);
    axis_draw_y(c, &y, PANEL);
    datamap_dot(c, PANEL.x + PANEL.w - 260, PANEL.y + PANEL.h - 420, 6, DATAMAP_MAIN);
    canvas_text(c, PANEL.x + PANEL.w - 245, PANEL.y + PANEL.h - 420, 0, 13, DATAMAP_INK,
                "share of the component");
    datamap_dot(c, PANEL.x + PANEL.w - 260, PANEL.y + PANEL.h - 396, 6, SUM);
    canvas_text(c, PANEL.x + PANEL.w - 245, PANEL.y + PANEL.h - 396, 0, 13, DATAMAP_INK,
                "running sum");
}
