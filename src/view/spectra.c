/* spectra.c: see view/spectra.h. On two logarithmic axes a power law is a straight line. The
 * matrices of the blocks share the vertical axis, so that their sizes can be compared; values under
 * 1e-4 of the largest are cut off (a rank-deficient matrix has zeros). */
#include "view/spectra.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "view/axis.h"

static const Rgb INK = {0.2, 0.2, 0.22}, FAINT = {0.92, 0.92, 0.93};
static const double DEEPEST = 1e-4;
enum { LEFT = 84, TOP = 96, CELL_W = 355, CELL_H = 448, PANEL_W = 282, PANEL_H = 366 };

static const struct {
    int role;
    const char *title;
} PANEL[] = {
    {ROLE_Q, "q: queries"}, {ROLE_K, "k: keys"}, {ROLE_V, "v: values"}, {ROLE_O, "o: output"},
    {ROLE_GATE, "gate"}, {ROLE_UP, "up"}, {ROLE_DOWN, "down"}, {ROLE_EMBED, "embedding"},
};
enum { PANELS = sizeof PANEL / sizeof PANEL[0] };

/* The lines' part of the ramp: its yellow end cannot be seen on white. */
static Rgb line_colour(double x)
{
    return colour_ramp(0.85 * x);
}

typedef struct Range {
    double lo, hi; /* of the values */
    int longest;   /* most values in a line; 0 = there is nothing */
} Range;

static void widen(Range *r, const FeatureSet *fs, int col, int row)
{
    const float *v = feat_vec(fs, FT_WEIGHTS, col, row);
    int n = feat_len(fs, FT_WEIGHTS, col, row);
    for (int i = 0; v && i < n; i++) {
        if (!isfinite(v[i]) || v[i] <= 0) continue;
        r->lo = r->longest ? fmin(r->lo, v[i]) : v[i];
        r->hi = r->longest ? fmax(r->hi, v[i]) : v[i];
        if (r->longest <= i) r->longest = i + 1;
    }
}

/* Layer -1 is what stands outside of the blocks. */
static Range range_of(const FeatureSet *fs, int col, int role)
{
    Range r = {.lo = 0};
    for (int l = -1; l < fs->nl; l++)
        widen(&r, fs, col, feat_find_row(fs, FT_WEIGHTS, l, role));
    return r;
}

static Range range_of_blocks(const FeatureSet *fs, int col)
{
    Range all = {.lo = 0};
    for (int i = 0; i < PANELS; i++) {
        Range r = range_of(fs, col, PANEL[i].role);
        if (PANEL[i].role == ROLE_EMBED || r.longest == 0) continue;
        if (all.longest == 0) all = r;
        all.lo = fmin(all.lo, r.lo);
        all.hi = fmax(all.hi, r.hi);
    }
    return all;
}

static void draw_line(Canvas *c, const FeatureSet *fs, int col, int layer, int role,
                      const Axis *x, const Axis *y)
{
    int row = feat_find_row(fs, FT_WEIGHTS, layer, role);
    const float *v = feat_vec(fs, FT_WEIGHTS, col, row);
    int n = feat_len(fs, FT_WEIGHTS, col, row), m = 0;
    if (!v) return;
    double *xy = mem_alloc(2 * (int64_t)n, sizeof *xy);
    for (int i = 0; i < n; i++) {
        if (!isfinite(v[i]) || v[i] <= 0) continue;
        xy[2 * m] = axis_at(x, i + 1);
        xy[2 * m++ + 1] = axis_at(y, v[i]);
    }
    double at = fs->nl > 1 && layer >= 0 ? (double)layer / (fs->nl - 1) : 0;
    canvas_curve(c, xy, m, 1.3, line_colour(at));
    free(xy);
}

static void draw_grid(Canvas *c, const Axis *x, const Axis *y, Box b)
{
    double tick[AXIS_MAX_TICKS];
    int n = axis_ticks(x, (int)(b.w / 40), tick);
    for (int i = 0; i < n; i++) {
        double at = floor(axis_at(x, tick[i])) + 0.5;
        canvas_line(c, at, b.y, at, b.y + b.h, 1, FAINT);
    }
    n = axis_ticks(y, (int)(b.h / 32), tick);
    for (int i = 0; i < n; i++) {
        double at = floor(axis_at(y, tick[i])) + 0.5;
        canvas_line(c, b.x, at, b.x + b.w, at, 1, FAINT);
    }
}

static void draw_panel(Canvas *c, const FeatureSet *fs, int col, int which, Range r, Box b,
                       bool first)
{
    int role = PANEL[which].role;
    double hi = r.hi * 1.15, lo = fmax(r.lo, r.hi * DEEPEST) / 1.15;
    Axis x = {.kind = AXIS_LOG, .lo = 1, .hi = fmax(r.longest, 2), .p_lo = b.x,
              .p_hi = b.x + b.w, .title = "index"};
    Axis y = {.kind = AXIS_LOG, .lo = lo, .hi = hi, .p_lo = b.y + b.h, .p_hi = b.y,
              .title = first ? "singular value" : NULL};
    draw_grid(c, &x, &y, b);
    canvas_clip(c, b);
    for (int l = -1; l < fs->nl; l++) draw_line(c, fs, col, l, role, &x, &y);
    canvas_unclip(c);
    canvas_frame(c, b, INK);
    canvas_text(c, b.x, b.y - 14, 0, 15, INK, PANEL[which].title);
    axis_draw_x(c, &x, b);
    axis_draw_y(c, &y, b);
}

void spectra_draw(Canvas *c, const FeatureSet *fs)
{
    char line[200];
    int col = feat_find_column(fs, FT_WEIGHTS, "sv"), shown = 0;
    snprintf(line, sizeof line, "%.80s: singular values", fs->model ? fs->model : "model");
    canvas_text_fit(c, LEFT, 26, 0, 20, INK, 1400, line);
    snprintf(line, sizeof line, "%.40s, %d layers, width %d, %lld parameters",
             fs->family ? fs->family : "unknown family", fs->nl, fs->d, (long long)fs->nparams);
    canvas_text(c, LEFT, 52, 0, 13, INK, line);
    Range blocks = range_of_blocks(fs, col);
    for (int i = 0; i < PANELS; i++) {
        Range r = range_of(fs, col, PANEL[i].role);
        if (r.longest == 0) continue;
        if (PANEL[i].role != ROLE_EMBED) {
            r.lo = blocks.lo;
            r.hi = blocks.hi;
        }
        Box b = {LEFT + shown % 4 * CELL_W, TOP + shown / 4 * CELL_H, PANEL_W, PANEL_H};
        draw_panel(c, fs, col, i, r, b, shown % 4 == 0);
        shown++;
    }
    if (shown == 0) canvas_text(c, LEFT, TOP, 0, 15, INK, "no singular values");
    if (shown == 0 || fs->nl < 2) return;
    Box bar = {LEFT + 4 * CELL_W - 44, TOP, 18, PANEL_H};
    Axis layers = {.lo = 0, .hi = fs->nl - 1, .p_lo = bar.y + bar.h, .p_hi = bar.y,
                   .title = "layer"};
    axis_draw_bar(c, &layers, bar, line_colour);
}
