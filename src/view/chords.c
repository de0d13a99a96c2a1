/* chords.c: see view/chords.h. The pitches are even on a logarithmic axis: a row for each dimension
 * is at its own frequency. More prompts or dimensions than pixels: the mean of those that share
 * one. */
#include "view/chords.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "tick_labels.h"
#include "view/axis.h"

static const Rgb INK = {0.2, 0.2, 0.22}, BAR = {0.16, 0.33, 0.58};
enum {
    LEFT = 92, WIDTH = 1130, TOP = 92, FOOT = 760, NAMES = 220, RAMP = LEFT + WIDTH + 16,
    SIDE = 1340, SIDE_WIDTH = 220, SHADES = 256
};

static double mean_level(const Chords *d, int64_t i0, int64_t i1, int64_t j0, int64_t j1)
{
    double sum = 0;
    for (int64_t i = i0; i < i1; i++)
        for (int64_t j = j0; j < j1; j++) sum += fabs((double)d->amp[i * d->dims + j]);
    return sum / (double)((i1 - i0) * (j1 - j0));
}

static void draw_levels(Canvas *c, const Chords *d, Box b)
{
    int cols = d->n < (int)b.w ? d->n : (int)b.w, rows = d->dims < (int)b.h ? d->dims : (int)b.h;
    uint8_t *rgb = mem_alloc(3 * (int64_t)rows * cols, 1);
    Rgb shade[SHADES];
    for (int i = 0; i < SHADES; i++) shade[i] = colour_ramp(i / (SHADES - 1.0));
    for (int r = 0; r < rows; r++)
        for (int k = 0; k < cols; k++) {
            double x = mean_level(d, (int64_t)k * d->n / cols, (int64_t)(k + 1) * d->n / cols,
                                  (int64_t)r * d->dims / rows, (int64_t)(r + 1) * d->dims / rows);
            Rgb s = shade[lrint(fmax(0, fmin(1, x)) * (SHADES - 1))];
            uint8_t *to = rgb + 3 * ((int64_t)(rows - 1 - r) * cols + k);
            to[0] = (uint8_t)lrint(255 * s.r);
            to[1] = (uint8_t)lrint(255 * s.g);
            to[2] = (uint8_t)lrint(255 * s.b);
        }
    canvas_image(c, b, rgb, rows, cols);
    canvas_frame(c, b, INK);
    Axis level = {.lo = 0, .hi = 1, .p_lo = b.y + b.h, .p_hi = b.y,
                  .title = "amplitude, of the dimension's 99th percentile"};
    axis_draw_bar(c, &level, (Box){RAMP, b.y, 18, b.h}, colour_ramp);
    free(rgb);
}

static void draw_variance(Canvas *c, const Chords *d, Box b)
{
    double hi = 0, h = b.h / d->dims;
    for (int j = 0; j < d->dims; j++) hi = fmax(hi, d->variance[j]);
    if (hi <= 0) hi = 1;
    Axis x = {.lo = 0, .hi = 1.05 * hi, .p_lo = b.x, .p_hi = b.x + b.w,
              .title = "variance over the prompts"};
    for (int j = 0; j < d->dims; j++) {
        double y = b.y + b.h - (j + 1) * h, gap = h >= 4 ? 0.15 * h : 0;
        canvas_fill(c, (Box){b.x, y + gap, axis_at(&x, d->variance[j]) - b.x, h - 2 * gap}, BAR, 1);
    }
    canvas_frame(c, b, INK);
    axis_draw_x(c, &x, b);
}

void chords_draw(Canvas *c, const Chords *d)
{
    Box b = {LEFT, TOP, WIDTH, FOOT - TOP}, side = {SIDE, TOP, SIDE_WIDTH, FOOT - TOP};
    canvas_text_fit(c, LEFT, 26, 0, 20, INK, WIDTH, d->title);
    canvas_text_fit(c, LEFT, 52, 0, 13, INK, WIDTH, d->subtitle);
    if (d->n < 1 || d->dims < 1) {
        canvas_text(c, LEFT, TOP, 0, 15, INK, "no prompts");
        return;
    }
    double half = d->dims > 1 ? sqrt(d->hz[1] / d->hz[0]) : 1.1; /* half a row, as a ratio */
    Axis hz = {.kind = AXIS_LOG, .lo = d->hz[0] / half, .hi = d->hz[d->dims - 1] * half,
               .p_lo = b.y + b.h, .p_hi = b.y, .title = "frequency of the dimension, Hz"};
    draw_levels(c, d, b);
    axis_draw_y(c, &hz, b);
    labels_draw_x(c, d->prompt, d->n, 1, b, NAMES);
    draw_variance(c, d, side);
}
