/* phases.c: the angles of the tokens in each layer's plane of largest variance; see view/heatmap.h.
 * The wheel is the legend: an angle in the plane is that angle on the wheel. Beside it what the
 * angles are worth, layer by layer: how much of the variance the plane holds, and how far the
 * tokens point the same way (the length of their mean unit vector). */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "token_grid.h"
#include "view/heatmap.h"

static const double PI = 3.14159265358979323846;
static const Rgb INK = {0.2, 0.2, 0.22};
enum {
    LEFT = 84, WIDTH = 1140, TOP = 100, FOOT = 856, TOKENS = 112,
    SIDE = 1310, SIDE_WIDTH = 262, WHEEL = 84, HOLE = 46, SPOKES = 180
};

static void draw_wheel(Canvas *c, double x, double y)
{
    static const struct {
        double dx, dy, align;
        const char *name;
    } NAME[] = {{WHEEL + 8, 0, 0, "0"}, {0, -WHEEL - 14, 0.5, "\xcf\x80/2"},
                {-WHEEL - 8, 0, 1, "\xc2\xb1\xcf\x80"}, {0, WHEEL + 14, 0.5, "-\xcf\x80/2"}};
    for (int i = 0; i < SPOKES; i++) {
        double a = 2 * PI * i / SPOKES, b = 2 * PI * (i + 1.5) / SPOKES; /* overlap: no seams */
        double xy[] = {x + WHEEL * cos(a), y - WHEEL * sin(a), x + WHEEL * cos(b),
                       y - WHEEL * sin(b), x + HOLE * cos(b),  y - HOLE * sin(b),
                       x + HOLE * cos(a),  y - HOLE * sin(a)};
        canvas_polygon(c, xy, 4, colour_cycle((i + 0.5) / SPOKES));
    }
    canvas_text(c, x, y, 0.5, 13, INK, "phase, rad");
    for (int i = 0; i < 4; i++)
        canvas_text(c, x + NAME[i].dx, y + NAME[i].dy, NAME[i].align, 13, INK, NAME[i].name);
}

/* Length of the mean unit vector of a row's tokens, sinks left out; NaN of less than two. */
static double coherence(const TokenGrid *g, const double *phase, int row)
{
    double re = 0, im = 0;
    int n = 0;
    for (int t = 0; t < g->nt; t++) {
        int64_t i = (int64_t)row * g->nt + t;
        if (g->sink[i] || !isfinite(phase[i])) continue;
        re += cos(phase[i]);
        im += sin(phase[i]);
        n++;
    }
    return n > 1 ? hypot(re, im) / n : NAN;
}

static void plane_share(const TokenGrid *g, double *share)
{
    const Table *t = &g->fs->table[FT_LAYERS];
    int one = feat_find_column(g->fs, FT_LAYERS, "pc1_share");
    int two = feat_find_column(g->fs, FT_LAYERS, "pc2_share");
    for (int r = 0; r < g->rows; r++) share[r] = NAN;
    for (int r = 0; r < t->nrows; r++) {
        int row = t->key[r].layer + 1;
        if (t->key[r].prompt != g->prompt || row < 0 || row >= g->rows) continue;
        share[row] = (double)feat_value(g->fs, FT_LAYERS, one, r, 0).x +
                     (double)feat_value(g->fs, FT_LAYERS, two, r, 0).x;
    }
}

/* v: [rows, nt] radians. */
static void draw_side(Canvas *c, const TokenGrid *g, const double *v)
{
    double *share = mem_alloc(2 * (int64_t)g->rows, sizeof *share), *same = share + g->rows;
    LayerCurve curve[] = {{.v = share, .title = "share of the variance in the plane"},
                          {.v = same, .title = "coherence, 1 = all tokens one phase"}};
    plane_share(g, share);
    for (int r = 0; r < g->rows; r++) same[r] = coherence(g, v, r);
    draw_wheel(c, SIDE + SIDE_WIDTH / 2, TOP + WHEEL + 18);
    double top = TOP + 2 * WHEEL + 60;
    grid_draw_curves(c, g, curve, 2, (Box){SIDE, top, SIDE_WIDTH, FOOT - top + 44});
    free(share);
}

void phases_draw(Canvas *c, const FeatureSet *fs)
{
    TokenGrid g;
    Box b = {LEFT, TOP, WIDTH, FOOT - TOP};
    grid_open(&g, fs);
    grid_draw_head(c, &g, "phases of a prompt, token by layer");
    if (g.nt > 0) {
        double *v = mem_alloc((int64_t)g.rows * g.nt, sizeof *v);
        grid_values(&g, "phase", v);
        draw_side(c, &g, v);
        for (int64_t i = 0; i < (int64_t)g.rows * g.nt; i++)
            v[i] = v[i] < 0 ? v[i] / (2 * PI) + 1 : v[i] / (2 * PI);
        canvas_text(c, b.x, b.y - 14, 0, 15, INK, "angle in the layer's plane of largest variance");
        grid_draw_cells(c, &g, v, colour_cycle, b);
        grid_draw_layers(c, &g, b);
        grid_draw_tokens(c, &g, b, TOKENS);
        grid_draw_legend(c, LEFT, canvas_height(c) - 20);
        free(v);
    } else {
        canvas_text(c, LEFT, TOP, 0, 15, INK, "no tokens");
    }
    grid_close(&g);
}
