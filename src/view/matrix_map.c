/* matrix_map.c: matrix_draw of view/datamaps.h. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "datamap_page.h"

static const Box PANEL = {110, 90, 1080, 830};

/* The mean of the cells that fall into pixel (r, k) of [rows, cols]. */
static double cell_mean(const Matrix *m, int r, int k, int rows, int cols)
{
    int r0 = (int)((int64_t)r * m->rows / rows), r1 = (int)((int64_t)(r + 1) * m->rows / rows);
    int k0 = (int)((int64_t)k * m->cols / cols), k1 = (int)((int64_t)(k + 1) * m->cols / cols);
    double sum = 0;
    for (int i = r0; i < r1; i++)
        for (int j = k0; j < k1; j++) sum += m->v[(int64_t)i * m->cols + j];
    return sum / ((double)(r1 - r0) * (k1 - k0));
}

static Box square_box(const Matrix *m)
{
    Box b = PANEL;
    if (m->rows == m->cols) b.w = b.h;
    return b;
}

void matrix_draw(Canvas *c, const Matrix *m)
{
    Box b = square_box(m);
    int rows = m->rows < b.h ? m->rows : (int)b.h, cols = m->cols < b.w ? m->cols : (int)b.w;
    uint8_t *rgb = mem_alloc(3 * (int64_t)rows * cols, 1);
    datamap_heading(c, m->title, m->subtitle);
    for (int r = 0; r < rows; r++)
        for (int k = 0; k < cols; k++) {
            uint8_t *p = rgb + 3 * ((int64_t)r * cols + k);
            double x = m->most > 0 ? cell_mean(m, r, k, rows, cols) / m->most : 0;
            Rgb colour = colour_split(0.5 + fmax(-1, fmin(1, x)) / 2);
            p[0] = (uint8_t)lrint(255 * colour.r);
            p[1] = (uint8_t)lrint(255 * colour.g);
            p[2] = (uint8_t)lrint(255 * colour.b);
        }
    canvas_image(c, b, rgb, rows, cols);
    free(rgb);
    canvas_frame(c, b, DATAMAP_INK);
    Axis x = {.lo = 0, .hi = m->cols, .p_lo = b.x, .p_hi = b.x + b.w, .title = m->x_name};
    Axis y = {.lo = 0, .hi = m->rows, .p_lo = b.y, .p_hi = b.y + b.h, .title = m->y_name};
    axis_draw_x(c, &x, b);
    axis_draw_y(c, &y, b);
    if (!(m->most > 0)) return;
    Box bar = {b.x + b.w + 40, b.y, 20, 400};
    Axis unit = {.lo = -m->most, .hi = m->most, .p_lo = bar.y + bar.h, .p_hi = bar.y,
                 .title = m->unit};
    axis_draw_bar(c, &unit, bar, colour_split);
}
