/* layer_curves.c: the layer profile beside a token grid; see token_grid.h. The horizontal axis has
 * whole layers only; a gap in the numbers is a gap in the curve. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "tick_labels.h"
#include "token_grid.h"

static const Rgb INK = {0.2, 0.2, 0.22}, FAINT = {0.92, 0.92, 0.93}, LINE = {0.16, 0.33, 0.58};
enum { TEXT = 13, TICK = 5, HEAD = 34, FOOT = 44, DOTS = 48 };

static void read_curve(const TokenGrid *g, const LayerCurve *k, double *v)
{
    const Table *t = &g->fs->table[FT_LAYERS];
    int col = k->column ? feat_find_column(g->fs, FT_LAYERS, k->column) : -1;
    for (int r = 0; r < g->rows; r++) v[r] = k->column ? NAN : k->v[r];
    for (int r = 0; k->column && r < t->nrows; r++) {
        int layer = t->key[r].layer;
        if (t->key[r].prompt != g->prompt || layer < -1 || layer + 1 >= g->rows) continue;
        v[layer + 1] = (double)feat_value(g->fs, FT_LAYERS, col, r, 0).x;
    }
    for (int r = 0; r < g->rows; r++)
        if (!isfinite(v[r]) || (k->log && v[r] <= 0)) v[r] = NAN;
}

/* An axis with room around the numbers; false when there is none. */
static bool value_axis(Axis *y, const double *v, int n, bool log)
{
    double lo = 0, hi = 0;
    bool any = false;
    for (int i = 0; i < n; i++) {
        if (isnan(v[i])) continue;
        lo = any ? fmin(lo, v[i]) : v[i];
        hi = any ? fmax(hi, v[i]) : v[i];
        any = true;
    }
    bool flat = hi - lo <= 1e-3 * fmax(fabs(lo), fabs(hi)); /* ticks have four digits */
    double room = !flat ? 0.06 * (hi - lo) : fabs(hi) > 0 ? 0.1 * fabs(hi) : 0.1;
    y->kind = log && hi > 3 * lo ? AXIS_LOG : AXIS_LINEAR;
    y->lo = y->kind == AXIS_LOG ? lo / 1.1 : lo - room;
    y->hi = y->kind == AXIS_LOG ? hi * 1.1 : hi + room;
    return any;
}

static void draw_layer_axis(Canvas *c, const TokenGrid *g, const Axis *x, Box b, bool names)
{
    int n = g->rows - 1, step = labels_step(b.w / g->rows, 30);
    double foot = b.y + b.h;
    for (int l = -1; l < n; l++) {
        char name[AXIS_NAME] = "emb";
        if (l >= 0 && l % step != 0) continue;
        double at = floor(axis_at(x, l)) + 0.5;
        if (l == 0 && at - b.x < 30 && n > 1) continue;
        canvas_line(c, at, b.y, at, foot, 1, FAINT);
        canvas_line(c, at, foot, at, foot + TICK, 1, INK);
        if (l >= 0) axis_name(x, l, name);
        if (names) canvas_text(c, at, foot + TICK + 9, 0.5, TEXT, INK, name);
    }
    if (names) canvas_text(c, b.x + b.w / 2, foot + TICK + 28, 0.5, TEXT + 1, INK, "layer");
}

static void draw_line(Canvas *c, const TokenGrid *g, const double *v, const Axis *x, const Axis *y)
{
    double *xy = mem_alloc(2 * (int64_t)g->rows, sizeof *xy);
    int m = 0;
    for (int r = 0; r <= g->rows; r++) {
        if (r < g->rows && !isnan(v[r])) {
            double px = axis_at(x, r - 1), py = axis_at(y, v[r]);
            if (g->rows <= DOTS) canvas_fill(c, (Box){px - 2.5, py - 2.5, 5, 5}, LINE, 1);
            xy[2 * m] = px;
            xy[2 * m++ + 1] = py;
            continue;
        }
        if (m > 1) canvas_curve(c, xy, m, 1.6, LINE);
        m = 0;
    }
    free(xy);
}

static void draw_panel(Canvas *c, const TokenGrid *g, const LayerCurve *k, const double *v, Box b,
                       bool last)
{
    double inset = 14;
    Axis x = {.lo = -1, .hi = fmax(g->rows - 2, 0), .p_lo = b.x + inset,
              .p_hi = b.x + b.w - inset};
    Axis y = {.p_lo = b.y + b.h, .p_hi = b.y};
    canvas_text_fit(c, b.x, b.y - 12, 0, TEXT + 1, INK, b.w, k->title);
    bool any = value_axis(&y, v, g->rows, k->log);
    if (any) {
        double tick[AXIS_MAX_TICKS];
        int n = axis_ticks(&y, (int)(b.h / 32), tick);
        for (int i = 0; i < n; i++) {
            double at = floor(axis_at(&y, tick[i])) + 0.5;
            canvas_line(c, b.x, at, b.x + b.w, at, 1, FAINT);
        }
    }
    draw_layer_axis(c, g, &x, b, last);
    if (any) {
        axis_draw_y(c, &y, b);
        draw_line(c, g, v, &x, &y);
    }
    canvas_frame(c, b, INK);
}

void grid_draw_curves(Canvas *c, const TokenGrid *g, const LayerCurve *curve, int n, Box b)
{
    double *v = mem_alloc(g->rows, sizeof *v), h = (b.h - FOOT) / fmax(n, 1);
    for (int i = 0; i < n; i++) {
        read_curve(g, &curve[i], v);
        draw_panel(c, g, &curve[i], v, (Box){b.x, b.y + i * h + HEAD, b.w, h - HEAD}, i == n - 1);
    }
    free(v);
}
