/* evidence.c: see view/evidence.h. Left: a dot for each claim, in deviations of its control, over
 * the band in which 95 % of a normal control lie; filled where it was found. Right: the tables. */
#include "view/evidence.h"

#include <math.h>
#include <stdio.h>

#include "view/axis.h"

static const Rgb INK = {0.13, 0.13, 0.15}, FAINT = {0.45, 0.45, 0.48}, BAND = {0.85, 0.86, 0.88};
static const Rgb FOUND = {0.10, 0.42, 0.65}, LOST = {0.62, 0.62, 0.65};

enum { ROOMY = 44, TOP = 110, BOTTOM = 60, SIDE = 30, LEFT = 760, MOST_ROWS = 34, MOST_GRIDS = 2 };
enum { CLAIM = 64, ROW = 28, HEAD = 50, GAP = 16, LEAST = 360 }; /* pixels: where there is room */
static const double REACH = 8; /* deviations: what lies further has an arrow at the edge */

static void draw_claim(Canvas *c, const EvidenceRow *r, const Axis *x, double y, double step)
{
    char text[48];
    if (step >= ROOMY) {
        y -= 12;
        canvas_text_fit(c, SIDE, y + 24, 0, 12, FAINT, LEFT - 2 * SIDE, r->says);
    }
    canvas_text_fit(c, SIDE, y, 0, 15, INK, 215, r->name);
    canvas_text_fit(c, 350, y, 1, 15, INK, 90, r->value);
    if (isnan(r->deviations)) {
        canvas_text(c, x->p_lo + 6, y, 0, 13, FAINT, "no claim"); /* ends before the band */
        return;
    }
    double far = fmax(-REACH, fmin(REACH, r->deviations)), at = axis_at(x, far);
    double half = fmin(6, step / 3);
    canvas_line(c, axis_at(x, 0), y, at, y, 1.5, r->found ? FOUND : LOST);
    canvas_fill(c, (Box){at - half, y - half, 2 * half, 2 * half}, r->found ? FOUND : LOST, 1);
    if (fabs(r->deviations) > REACH)
        canvas_text(c, at + (at < axis_at(x, 0) ? -9 : 9), y, 0.5, 13, r->found ? FOUND : LOST,
                    r->deviations < 0 ? "<" : ">");
    snprintf(text, sizeof text, "p %.3g", r->p);
    canvas_text(c, LEFT - 10, y, 1, 13, r->found ? FOUND : FAINT, text);
}

static void draw_claims(Canvas *c, const Evidence *e)
{
    double height = canvas_height(c) - TOP - BOTTOM;
    double step = e->n ? fmin(CLAIM, height / e->n) : height;
    Box panel = {370, TOP, LEFT - 370 - 80, step * e->n};
    Axis x = {.kind = AXIS_LINEAR, .lo = -REACH, .hi = REACH, .p_lo = panel.x,
              .p_hi = panel.x + panel.w, .title = "standard deviations of the control"};
    canvas_fill(c, (Box){axis_at(&x, -1.96), panel.y, axis_at(&x, 1.96) - axis_at(&x, -1.96),
                         panel.h}, BAND, 1);
    canvas_line(c, axis_at(&x, 0), panel.y, axis_at(&x, 0), panel.y + panel.h, 1, FAINT);
    for (int i = 0; i < e->n; i++)
        draw_claim(c, &e->row[i], &x, TOP + (i + 0.5) * step, step);
    axis_draw_x(c, &x, panel);
}

static void column_range(const EvidenceGrid *g, int col, double *lo, double *hi)
{
    *lo = INFINITY;
    *hi = -INFINITY;
    for (int i = 0; i < g->rows; i++) {
        double v = g->v[(long)i * g->cols + col];
        if (isnan(v)) continue;
        *lo = fmin(*lo, v);
        *hi = fmax(*hi, v);
    }
}

static void draw_cell(Canvas *c, double v, double lo, double hi, Box b)
{
    char text[24];
    if (isnan(v)) return;
    Rgb colour = colour_ramp(hi > lo ? (v - lo) / (hi - lo) : 0.5);
    Rgb ink = colour_lightness(colour) > 0.6 ? INK : (Rgb){1, 1, 1};
    canvas_fill(c, b, colour, 1);
    snprintf(text, sizeof text, "%.3g", v);
    if (b.h >= 12) canvas_text_fit(c, b.x + b.w / 2, b.y + b.h / 2, 0.5, 12, ink, b.w - 2, text);
}

static void draw_grid(Canvas *c, const EvidenceGrid *g, Box at)
{
    int rows = g->rows < MOST_ROWS ? g->rows : MOST_ROWS;
    double name = 0.28 * at.w, note = 0.2 * at.w, width = (at.w - name - note) / g->cols;
    double height = fmin(ROW, (at.h - HEAD) / (rows ? rows : 1));
    canvas_text_fit(c, at.x, at.y + 8, 0, 15, INK, at.w, g->title);
    for (int k = 0; k < g->cols; k++) {
        double lo, hi;
        column_range(g, k, &lo, &hi);
        canvas_text_fit(c, at.x + name + (k + 0.5) * width, at.y + 34, 0.5, 12, FAINT, width - 4,
                        g->col_name[k]);
        for (int i = 0; i < rows; i++)
            draw_cell(c, g->v[(long)i * g->cols + k], lo, hi,
                      (Box){at.x + name + k * width, at.y + 46 + i * height, width - 1,
                            height - 1});
    }
    for (int i = 0; i < rows; i++) {
        double y = at.y + 46 + (i + 0.5) * height;
        if (g->row_name[i]) canvas_text_fit(c, at.x + name - 6, y, 1, 12, INK, name - 8,
                                            g->row_name[i]);
        if (g->note[i]) canvas_text_fit(c, at.x + at.w - note + 6, y, 0, 12, FAINT, note - 8,
                                        g->note[i]);
    }
}

int evidence_height(const Evidence *e)
{
    int claims = TOP + CLAIM * e->n + BOTTOM, grids = 0, n = 0;
    for (; n < e->ngrids && n < MOST_GRIDS; n++) {
        int rows = e->grid[n].rows < MOST_ROWS ? e->grid[n].rows : MOST_ROWS;
        if (grids < HEAD + ROW * rows + GAP) grids = HEAD + ROW * rows + GAP;
    }
    grids = TOP + n * grids + SIDE;
    int height = claims > grids ? claims : grids;
    return height < LEAST ? LEAST : height > EVIDENCE_HEIGHT ? EVIDENCE_HEIGHT : height;
}

void evidence_draw(Canvas *c, const Evidence *e)
{
    double width = canvas_width(c), left = e->n ? LEFT + 30 : SIDE;
    int n = e->ngrids < MOST_GRIDS ? e->ngrids : MOST_GRIDS;
    canvas_text_fit(c, SIDE, 36, 0, 24, INK, width - 2 * SIDE, e->title);
    canvas_text_fit(c, SIDE, 70, 0, 16, FAINT, width - 2 * SIDE, e->subtitle);
    if (e->n) draw_claims(c, e);
    double height = (canvas_height(c) - TOP - SIDE) / (n ? n : 1);
    for (int i = 0; i < n; i++)
        draw_grid(c, &e->grid[i], (Box){left, TOP + i * height, width - left - SIDE,
                                        height - GAP});
}
