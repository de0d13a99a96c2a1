/* space_map.c: see view/space_map.h. Above, a curve of shares a layer (coloured by depth) and the
 * running sums as stacked bars; below, the sentences. */
#include "view/space_map.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "datamap_page.h"
#include "math/stats.h"

enum { TOP = 95, HIGH = 400, BELOW = 590, SIDE = 100, RIGHT = 60, GAP = 90 }; /* pixels */
enum { STACKED = 5, LAYER_NAME = 24 };
static const Rgb WHITE = {1, 1, 1};
static const double LEAST = 1e-4; /* shares under 0.01 % are off the page */

static Rgb depth_colour(const SpaceMap *m, int layer)
{
    return colour_ramp(m->layers > 1 ? 0.9 * layer / (m->layers - 1) : 0);
}

/* Shades of one hue, the first component the darkest; the rest grey. */
static Rgb share_colour(int component)
{
    return component < STACKED ? colour_lch(0.42 + 0.1 * component, 0.12, 255)
                               : (Rgb){0.85, 0.85, 0.87};
}

static void name_layer(int layer, char out[LAYER_NAME])
{
    if (layer > 0)
        snprintf(out, LAYER_NAME, "layer %d", layer);
    else
        snprintf(out, LAYER_NAME, "embedding");
}

static double least_share(const SpaceMap *m)
{
    double lo = 1;
    for (int i = 0; i < m->layers * m->k; i++)
        if (m->ratio[i] > LEAST) lo = fmin(lo, m->ratio[i]);
    return lo;
}

static void draw_legend(Canvas *c, const SpaceMap *m, Box b)
{
    for (int i = 0; i < 3; i++) {
        char name[LAYER_NAME];
        int layer = i * (m->layers - 1) / 2;
        double y = b.y + 20 + 20 * i, x = b.x + b.w - 130;
        name_layer(layer, name);
        datamap_dot(c, x, y, 5, depth_colour(m, layer));
        canvas_text(c, x + 14, y, 0, 13, DATAMAP_INK, name);
    }
}

/* One curve of shares a layer. */
static void draw_scree(Canvas *c, const SpaceMap *m, Box b)
{
    double *xy = mem_alloc(2 * (int64_t)m->k, sizeof *xy);
    Axis x = {.lo = 0.5, .hi = m->k + 0.5, .p_lo = b.x, .p_hi = b.x + b.w,
              .title = "principal component"};
    Axis y = {.kind = AXIS_LOG, .lo = 100 * least_share(m) / 1.3, .hi = 100, .p_lo = b.y + b.h,
              .p_hi = b.y, .title = "share of the layer's variance (%)"};
    datamap_grid(c, &x, &y, b);
    for (int l = 0; l < m->layers; l++) {
        int n = 0;
        for (; n < m->k && m->ratio[l * m->k + n] > LEAST; n++) {
            xy[2 * n] = axis_at(&x, n + 1);
            xy[2 * n + 1] = axis_at(&y, 100 * m->ratio[l * m->k + n]);
        }
        canvas_curve(c, xy, n, 1.8, depth_colour(m, l));
        for (int i = 0; i < n; i++)
            datamap_dot(c, xy[2 * i], xy[2 * i + 1], 2.5, depth_colour(m, l));
    }
    draw_legend(c, m, b);
    canvas_frame(c, b, DATAMAP_INK);
    axis_draw_x(c, &x, b);
    axis_draw_y(c, &y, b);
    free(xy);
}

/* A bar a layer: its first components' shares, then all the others' that were kept. */
static void draw_sums(Canvas *c, const SpaceMap *m, Box b)
{
    Axis x = {.lo = -0.5, .hi = m->layers - 0.5, .p_lo = b.x, .p_hi = b.x + b.w,
              .title = "hidden state (0 = embedding)"};
    Axis y = {.lo = 0, .hi = 100, .p_lo = b.y + b.h, .p_hi = b.y,
              .title = "explained together (%)"};
    datamap_grid(c, &x, &y, b);
    for (int l = 0; l < m->layers; l++) {
        double sum = 0, left = axis_at(&x, l - 0.4), right = axis_at(&x, l + 0.4);
        for (int i = 0; i < m->k; i++) {
            double from = axis_at(&y, 100 * sum);
            sum += m->ratio[l * m->k + i];
            double to = axis_at(&y, 100 * sum);
            canvas_fill(c, (Box){left, to, right - left, from - to}, share_colour(i), 1);
        }
    }
    for (int i = 0; i <= STACKED && i < m->k; i++) {
        char name[LAYER_NAME];
        double x0 = b.x + 16 + 82 * i;
        snprintf(name, sizeof name, "%sPC%d", i < STACKED ? "" : "to ", i < STACKED ? i + 1 : m->k);
        canvas_fill(c, (Box){x0, b.y + 12, 14, 14}, share_colour(i), 1);
        canvas_text(c, x0 + 20, b.y + 19, 0, 13, DATAMAP_INK, name);
    }
    canvas_frame(c, b, DATAMAP_INK);
    axis_draw_x(c, &x, b);
    axis_draw_y(c, &y, b);
}

static double place(const SpaceMap *m, int sentence, int layer, int component)
{
    return (double)m->proj[((int64_t)sentence * m->layers + layer) * m->k + component];
}

static void range_of(const SpaceMap *m, int layer, int component, Axis *a)
{
    double *v = mem_alloc(m->sentences, sizeof *v);
    for (int i = 0; i < m->sentences; i++) v[i] = place(m, i, layer, component);
    datamap_range(v, m->sentences, 1, &a->lo, &a->hi);
    free(v);
}

/* shade [sentences]: 0..1, the sentence's colour. */
static void draw_sentences(Canvas *c, const SpaceMap *m, int panel, Box b, const double *shade)
{
    char names[2][40], name[LAYER_NAME], head[80];
    int l = m->layer[panel];
    Axis x = {.p_lo = b.x, .p_hi = b.x + b.w, .title = names[0]};
    Axis y = {.p_lo = b.y + b.h, .p_hi = b.y, .title = names[1]};
    snprintf(names[0], sizeof names[0], "PC%d", m->across + 1);
    snprintf(names[1], sizeof names[1], "PC%d", m->up + 1);
    name_layer(l, name);
    snprintf(head, sizeof head, "%s: %.1f %% and %.1f %%", name,
             100 * m->ratio[l * m->k + m->across], 100 * m->ratio[l * m->k + m->up]);
    range_of(m, l, m->across, &x);
    range_of(m, l, m->up, &y);
    datamap_grid(c, &x, &y, b);
    double radius = fmin(4, fmax(1.4, sqrt(b.w * b.h / (m->sentences + 1.0)) / 7));
    for (int i = 0; i < m->sentences; i++) {
        double px = axis_at(&x, place(m, i, l, m->across)), py = axis_at(&y, place(m, i, l, m->up));
        datamap_dot(c, px, py, radius + 0.5, WHITE);
        datamap_dot(c, px, py, radius, colour_ramp(shade[i]));
    }
    canvas_text_fit(c, b.x, b.y - 14, 0, 14, DATAMAP_INK, b.w, head);
    canvas_frame(c, b, DATAMAP_INK);
    axis_draw_x(c, &x, b);
    axis_draw_y(c, &y, b);
}

/* [sentences]: 0..0.95 by rank across the first panel, so that a few far ones do not take all the
 * colours. */
static double *shades(const SpaceMap *m)
{
    int n = m->sentences;
    double *shade = mem_alloc(n, sizeof *shade), *falling = mem_alloc(n, sizeof *falling);
    for (int i = 0; i < n; i++) falling[i] = place(m, i, m->layer[0], m->across);
    stats_sort_descending(falling, n);
    for (int i = 0; i < n; i++) {
        double x = place(m, i, m->layer[0], m->across);
        int lo = 0, hi = n; /* the first that is not above x */
        while (lo < hi) {
            int mid = lo + (hi - lo) / 2;
            if (falling[mid] > x)
                lo = mid + 1;
            else
                hi = mid;
        }
        shade[i] = n > 1 ? 0.95 * (1 - (double)lo / (n - 1)) : 0.5;
    }
    free(falling);
    return shade;
}

void space_map_draw(Canvas *c, const SpaceMap *m)
{
    double room = SPACE_MAP_WIDTH - SIDE - RIGHT, half = (room - GAP) / 2;
    datamap_heading(c, m->title, m->subtitle);
    draw_scree(c, m, (Box){SIDE, TOP, half, HIGH});
    draw_sums(c, m, (Box){SIDE + half + GAP, TOP, half, HIGH});
    if (m->npanels < 1 || m->sentences < 1) return;
    double wide = (room - GAP * (m->npanels - 1)) / m->npanels;
    double *shade = shades(m);
    for (int p = 0; p < m->npanels; p++)
        draw_sentences(c, m, p, (Box){SIDE + p * (wide + GAP), BELOW, wide, HIGH + 20}, shade);
    free(shade);
}
