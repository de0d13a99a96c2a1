/* heatmap.c: see view/heatmap.h. Norms span orders of magnitude over the layers: their scale is
 * logarithmic. Tension has a middle that means something, half way between what the pairs of the
 * direction call low and high: its colours part there. */
#include "view/heatmap.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "token_grid.h"
#include "view/caption.h"

static const double DEEPEST = 1e-3; /* of the largest norm: what is lower is as dark */
static const Rgb INK = {0.2, 0.2, 0.22};
enum {
    LEFT = 84, WIDTH = 1040, TOP = 100, FOOT = 856, GAP = 52, TOKENS = 112,
    BAR = LEFT + WIDTH + 16, BAR_WIDTH = 16, PROFILE = 1310, PROFILE_WIDTH = 262
};

typedef struct Panel {
    const char *title;     /* above the panel */
    const char *unit;      /* along the bar */
    Rgb (*colour)(double);
    bool log, middle;      /* middle: symmetric about 0.5 */
} Panel;

static void widen(Axis *a, const Panel *p)
{
    if (p->middle) {
        double half = fmax(0.5, fmax(a->hi - 0.5, 0.5 - a->lo));
        a->lo = 0.5 - half;
        a->hi = 0.5 + half;
    } else if (p->log && a->lo < DEEPEST * a->hi) {
        a->lo = DEEPEST * a->hi;
    } else if (p->log && a->hi < 1.02 * a->lo) {
        a->lo /= 1.02;
        a->hi *= 1.02;
    } else if (!p->log && a->hi - a->lo < 1e-6) {
        a->lo -= 0.05;
        a->hi += 0.05;
    }
    /* a logarithmic axis of less than a factor of three has too few round numbers */
    a->kind = p->log && a->hi > 3 * a->lo ? AXIS_LOG : AXIS_LINEAR;
}

/* v: [rows, nt], scaled in place. */
static void draw_panel(Canvas *c, const TokenGrid *g, const Panel *p, double *v, Box b)
{
    Axis a = {.lo = 0, .hi = 1, .title = p->unit};
    bool any = grid_range(g, v, p->log, &a.lo, &a.hi);
    widen(&a, p);
    for (int64_t i = 0; i < (int64_t)g->rows * g->nt; i++) {
        bool known = any && isfinite(v[i]) && (!p->log || v[i] > 0);
        Axis unit = a;
        unit.p_lo = 0;
        unit.p_hi = 1;
        v[i] = known ? axis_at(&unit, v[i]) : NAN;
    }
    canvas_text(c, b.x, b.y - 14, 0, 15, INK, p->title);
    grid_draw_cells(c, g, v, p->colour, b);
    grid_draw_layers(c, g, b);
    a.p_lo = b.y + b.h;
    a.p_hi = b.y;
    if (any) axis_draw_bar(c, &a, (Box){BAR, b.y, BAR_WIDTH, b.h}, p->colour);
}

static void draw_profile(Canvas *c, const TokenGrid *g, bool tension)
{
    static const LayerCurve CURVE[] = {
        {.column = "norm_mean", .title = "mean norm", .log = true},
        {.column = "attn_entropy_mean", .title = "attention entropy, 1 = uniform"},
        {.column = "sparsity_mean", .title = "sparsity, share of units near 0"},
        {.column = "tension_mean", .title = "tension"},
    };
    grid_draw_curves(c, g, CURVE, tension ? 4 : 3,
                     (Box){PROFILE, TOP - 34, PROFILE_WIDTH, FOOT - TOP + 34 + 44});
}

void heatmap_draw(Canvas *c, const FeatureSet *fs)
{
    static const Panel NORM = {.title = "norm of the residual stream (logarithmic)", .unit = "norm",
                               .colour = colour_ramp, .log = true};
    Str title = {0};
    str_puts(&title, "tension along the direction ");
    if (!caption_direction(fs, &title)) str_puts(&title, "of the pairs");
    const Panel along = {.title = str_text(&title), .middle = true,
                         .unit = "tension, 0 = low, 1 = high of the pairs",
                         .colour = colour_split};
    static const Panel ENTROPY = {.title = "attention entropy, mean over heads",
                                  .unit = "entropy, 1 = uniform", .colour = colour_ramp};
    TokenGrid g;
    grid_open(&g, fs);
    grid_draw_head(c, &g, "a prompt, token by layer");
    if (g.nt > 0) {
        double *v = mem_alloc((int64_t)g.rows * g.nt, sizeof *v), h = (FOOT - TOP - GAP) / 2;
        Box upper = {LEFT, TOP, WIDTH, h}, lower = {LEFT, FOOT - h, WIDTH, h};
        grid_values(&g, "norm", v);
        draw_panel(c, &g, &NORM, v, upper);
        bool tension = grid_values(&g, "tension", v);
        if (!tension) grid_values(&g, "attn_entropy", v);
        draw_panel(c, &g, tension ? &along : &ENTROPY, v, lower);
        grid_draw_tokens(c, &g, lower, TOKENS);
        grid_draw_legend(c, LEFT, canvas_height(c) - 20);
        draw_profile(c, &g, tension);
        free(v);
    } else {
        canvas_text(c, LEFT, TOP, 0, 15, INK, "no tokens");
    }
    grid_close(&g);
    str_free(&title);
}
