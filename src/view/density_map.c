/* density_map.c: density_draw of view/datamaps.h. Contours by marching squares: in each cell of the
 * grid the level's crossings of the four sides are joined; a saddle is cut by the cell's mean. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "datamap_page.h"

enum { LEVELS = 8 };
static const Box PANEL = {110, 90, 1080, 830};
static const Rgb LINE = {1, 1, 1}, EDGE = {0.1, 0.1, 0.12}, DOT = {0.98, 0.62, 0.36};

static double peak(const DensityMap *m)
{
    double top = 0;
    for (int64_t e = 0; e < (int64_t)m->rows * m->cols; e++) top = fmax(top, m->density[e]);
    return top;
}

static void draw_ramp(Canvas *c, const DensityMap *m, double top)
{
    uint8_t *rgb = mem_alloc(3 * (int64_t)m->rows * m->cols, 1);
    for (int r = 0; r < m->rows; r++)
        for (int k = 0; k < m->cols; k++) {
            int64_t at = (int64_t)r * m->cols + k;
            Rgb colour = colour_ramp(m->density[(int64_t)(m->rows - 1 - r) * m->cols + k] / top);
            rgb[3 * at] = (uint8_t)lrint(255 * colour.r);
            rgb[3 * at + 1] = (uint8_t)lrint(255 * colour.g);
            rgb[3 * at + 2] = (uint8_t)lrint(255 * colour.b);
        }
    canvas_image(c, PANEL, rgb, m->rows, m->cols);
    free(rgb);
}

/* Place on the page of a point of the grid, in grid steps. */
static void place(const DensityMap *m, double col, double row, double xy[2])
{
    xy[0] = PANEL.x + PANEL.w * (col + 0.5) / m->cols;
    xy[1] = PANEL.y + PANEL.h * (1 - (row + 0.5) / m->rows);
}

/* The contour of one level through the cell whose lowest left corner is (col, row). */
static void draw_cell(Canvas *c, const DensityMap *m, int col, int row, double level)
{
    static const int SIDE[4][4] = {{0, 0, 1, 0}, {1, 0, 1, 1}, {1, 1, 0, 1}, {0, 1, 0, 0}};
    double cross[4][2], mean = 0;
    int n = 0;
    for (int s = 0; s < 4; s++) {
        const int *e = SIDE[s];
        double a = m->density[(int64_t)(row + e[1]) * m->cols + col + e[0]];
        double b = m->density[(int64_t)(row + e[3]) * m->cols + col + e[2]];
        mean += a / 4;
        if ((a < level) == (b < level)) continue;
        double t = (level - a) / (b - a);
        place(m, col + e[0] + t * (e[2] - e[0]), row + e[1] + t * (e[3] - e[1]), cross[n++]);
    }
    bool low = m->density[(int64_t)row * m->cols + col] < level;
    int shift = n == 4 && low == (mean < level); /* which crossings belong together */
    for (int k = 0; k + 1 < n; k += 2) {
        const double *p = cross[(k + shift) % n], *q = cross[(k + 1 + shift) % n];
        canvas_line(c, p[0], p[1], q[0], q[1], 1, LINE);
    }
}

/* Dark around light, to be seen on any shade. */
static void draw_dot(Canvas *c, double x, double y)
{
    datamap_dot(c, x, y, 3.2, EDGE);
    datamap_dot(c, x, y, 2.4, DOT);
}

void density_draw(Canvas *c, const DensityMap *m)
{
    double top = peak(m);
    char names[2][40];
    double xy[2];
    snprintf(names[0], sizeof names[0], "%.20s 1", m->points.axis);
    snprintf(names[1], sizeof names[1], "%.20s 2", m->points.axis);
    Axis x = {.lo = m->x_lo, .hi = m->x_hi, .title = names[0]};
    Axis y = {.lo = m->y_lo, .hi = m->y_hi, .title = names[1]};
    datamap_heading(c, m->points.title, m->points.subtitle);
    draw_ramp(c, m, top);
    for (int level = 1; level <= LEVELS; level++)
        for (int r = 0; r + 1 < m->rows; r++)
            for (int k = 0; k + 1 < m->cols; k++)
                draw_cell(c, m, k, r, top * level / (LEVELS + 1));
    place(m, 0, 0, xy);
    x.p_lo = xy[0];
    y.p_lo = xy[1];
    place(m, m->cols - 1, m->rows - 1, xy);
    x.p_hi = xy[0];
    y.p_hi = xy[1];
    for (int i = 0; i < m->points.n; i++)
        draw_dot(c, axis_at(&x, m->points.at[2 * i]), axis_at(&y, m->points.at[2 * i + 1]));
    canvas_frame(c, PANEL, DATAMAP_INK);
    axis_draw_x(c, &x, PANEL);
    axis_draw_y(c, &y, PANEL);
    Box bar = {PANEL.x + PANEL.w + 40, PANEL.y, 20, 400};
    Axis density = {.lo = 0, .hi = 1, .p_lo = bar.y + bar.h, .p_hi = bar.y,
                    .title = "density, share of its peak"};
    axis_draw_bar(c, &density, bar, colour_ramp);
}
