/* cover.c: see cover_draw in view/heatmap.h. Ridges in the manner of stacked pulse plots: a line is
 * a depth of the model, from the first layer at the back to the last in front, between two layers
 * the mean of both. Along a line the spectrum is mirrored: the largest singular value in the
 * middle, the smallest at both edges. The height is the log spectrum, and on it, as roughness, the
 * gaps between neighbouring values over their local mean: even ones to the right, odd ones to the
 * left. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "view/heatmap.h"

enum { LINES = 68, POINTS = 301, NEAR = 6, SHADES = 24 };
static const double DEEPEST = 1e-4;                    /* of the largest value */
static const double MARGIN = 190, BACK = 400, FRONT = 1190, RISE = 330; /* pixels of 1500 */
static const double PI = 3.14159265358979323846;

typedef struct Terrain {
    int nl, k;
    double *body;  /* [nl, k] 0..1, falling */
    double *rough; /* [nl, k] 0..1 */
} Terrain;

static double log_of(const float *v, double top)
{
    double x = isfinite(*v) ? (double)*v : 0;
    return log(fmax(x, top * DEEPEST));
}

/* Gap i over the mean of its neighbourhood, 1 = four times as wide. */
static void roughen(const double *ls, int k, double *out)
{
    for (int i = 0; i < k; i++) {
        double gap = i + 1 < k ? fabs(ls[i] - ls[i + 1]) : 0, sum = 0;
        int n = 0;
        for (int j = i - NEAR; j <= i + NEAR; j++) {
            if (j < 0 || j + 1 >= k) continue;
            sum += fabs(ls[j] - ls[j + 1]);
            n++;
        }
        out[i] = sum > 0 ? fmin(1, gap * n / sum / 4) : 0;
    }
}

static void terrain_open(Terrain *t, const float *spectra, int nl, int k)
{
    int64_t n = (int64_t)nl * k;
    double top = 0, lo = INFINITY, hi = -INFINITY;
    *t = (Terrain){.nl = nl, .k = k, .body = mem_alloc(n, sizeof(double)),
                   .rough = mem_alloc(n, sizeof(double))};
    for (int64_t i = 0; i < n; i++)
        if (isfinite(spectra[i])) top = fmax(top, (double)spectra[i]);
    if (top <= 0) top = 1;
    for (int64_t i = 0; i < n; i++) {
        t->body[i] = log_of(&spectra[i], top);
        lo = fmin(lo, t->body[i]);
        hi = fmax(hi, t->body[i]);
    }
    for (int l = 0; l < nl; l++) roughen(t->body + (int64_t)l * k, k, t->rough + (int64_t)l * k);
    for (int64_t i = 0; i < n; i++) t->body[i] = hi > lo ? (t->body[i] - lo) / (hi - lo) : 0.5;
}

static void terrain_close(Terrain *t)
{
    free(t->body);
    free(t->rough);
}

static double smooth(double x)
{
    return 0.5 - 0.5 * cos(PI * x);
}

/* Row l at a place between its values. */
static double along(const double *v, int k, double at, int stride, int offset)
{
    int i = (int)at, n = (k - 1 - offset) / stride;
    if (n < 0) return v[0];
    int a = i < n ? i : n, b = i + 1 < n ? i + 1 : n;
    double u = smooth(at - i);
    return (1 - u) * v[a * stride + offset] + u * v[b * stride + offset];
}

static double layer_height(const Terrain *t, int l, double x)
{
    const double *body = t->body + (int64_t)l * t->k, *rough = t->rough + (int64_t)l * t->k;
    double far = fabs(x), at = pow(far, 1.5) * (t->k - 1), side = 0.5 + 0.5 * fmin(1, far / 0.12);
    double e = along(body, t->k, at, 1, 0);
    double right = along(rough, t->k, at / 2, 2, 0), left = along(rough, t->k, at / 2, 2, 1);
    double d = x < 0 ? side * left + (1 - side) * right : side * right + (1 - side) * left;
    double window = exp(-pow(far / 0.6, 4)) + 0.03;
    return window * (0.5 * e / (e + 0.5) + 0.75 * d * (0.25 + 0.75 * (1 - far)));
}

/* depth 0..1, x -1..1 */
static double terrain_height(const Terrain *t, double depth, double x)
{
    double at = depth * (t->nl - 1);
    int l = (int)at, m = l + 1 < t->nl ? l + 1 : l;
    double u = smooth(at - l);
    return (1 - u) * layer_height(t, l, x) + u * layer_height(t, m, x);
}

static void draw_sky(Canvas *c, double size)
{
    enum { ROWS = COVER_SIZE };
    uint8_t *rgb = mem_alloc(3 * ROWS, 1);
    for (int i = 0; i < ROWS; i++) {
        double y = (double)i / (ROWS - 1), glow = exp(-pow((y - 0.42) / 0.28, 2));
        Rgb k = colour_lch(0.11 + 0.075 * glow, 0.02 + 0.05 * glow, 285 - 12 * y);
        rgb[3 * i] = (uint8_t)lrint(255 * k.r);
        rgb[3 * i + 1] = (uint8_t)lrint(255 * k.g);
        rgb[3 * i + 2] = (uint8_t)lrint(255 * k.b);
    }
    canvas_image(c, (Box){0, 0, size, size}, rgb, ROWS, 1);
    free(rgb);
}

/* The line's runs of one shade: bright where it is high. xy: [POINTS, 2]. */
static void draw_runs(Canvas *c, const double *xy, const double *height, double depth, double width)
{
    for (int i = 0; i + 1 < POINTS;) {
        int shade = (int)(height[i] * SHADES), k = i + 1;
        while (k + 1 < POINTS && (int)(height[k] * SHADES) == shade) k++;
        double x = 0.14 + 0.16 * depth + 0.72 * (double)shade / SHADES;
        canvas_curve(c, xy + 2 * i, k - i + 1, width, colour_ramp(fmin(1, x)));
        i = k;
    }
}

static void draw_ridge(Canvas *c, const Terrain *t, int line, double peak, double s)
{
    double xy[2 * (POINTS + 2)], height[POINTS], depth = (double)line / (LINES - 1);
    double base = s * (BACK + (FRONT - BACK) * depth), left = s * MARGIN;
    double width = s * COVER_SIZE - 2 * left;
    for (int i = 0; i < POINTS; i++) {
        double x = 2.0 * i / (POINTS - 1) - 1;
        height[i] = terrain_height(t, depth, x) / peak;
        xy[2 * i] = left + width * i / (POINTS - 1);
        xy[2 * i + 1] = base - s * RISE * height[i];
    }
    xy[2 * POINTS] = left + width;
    xy[2 * POINTS + 1] = xy[2 * POINTS + 3] = base + s * 4;
    xy[2 * POINTS + 2] = left;
    canvas_polygon(c, xy, POINTS + 2, colour_lch(0.13, 0.035, 285)); /* hides what is behind */
    draw_runs(c, xy, height, depth, s * (1.7 + 1.1 * depth));
}

static double highest(const Terrain *t)
{
    double peak = 1e-9;
    for (int l = 0; l < LINES; l++)
        for (int i = 0; i < POINTS; i++)
            peak = fmax(peak, terrain_height(t, (double)l / (LINES - 1),
                                             2.0 * i / (POINTS - 1) - 1));
    return peak;
}

/* A title fits its line: a long one is set smaller, at worst cut. */
static void draw_words(Canvas *c, const char *title, const char *subtitle, double s)
{
    double left = s * MARGIN, room = s * (COVER_SIZE - 2 * MARGIN), size = s * 76;
    while (size > s * 34 && canvas_text_width(c, size, title) > room) size -= s * 2;
    canvas_text_fit(c, left, s * 1322, 0, size, (Rgb){0.96, 0.95, 0.92}, room, title);
    canvas_text_fit(c, left, s * 1392, 0, s * 30, (Rgb){0.62, 0.6, 0.68}, room, subtitle);
}

void cover_draw(Canvas *c, const char *title, const char *subtitle, const float *spectra, int nl,
                int k)
{
    double s = canvas_width(c) / COVER_SIZE;
    draw_sky(c, canvas_width(c));
    if (nl > 0 && k > 0) {
        Terrain t;
        terrain_open(&t, spectra, nl, k);
        double peak = highest(&t);
        for (int l = 0; l < LINES; l++) draw_ridge(c, &t, l, peak, s);
        terrain_close(&t);
    }
    draw_words(c, title ? title : "", subtitle ? subtitle : "", s);
}
