/* arc.c: see Arc in view/heatmap.h. A bar for each prompt; the borders of the sections go through
 * the tempo too, which has a panel of its own below: two scales on one panel are read wrongly. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tick_labels.h"
#include "view/axis.h"
#include "view/heatmap.h"

static const Rgb INK = {0.2, 0.2, 0.22}, FAINT = {0.92, 0.92, 0.93}, LINE = {0.16, 0.33, 0.58};
static const Rgb BAND[2] = {{0.87, 0.9, 0.94}, {0.94, 0.92, 0.88}};
static const Rgb PALE[2] = {{0.96, 0.97, 0.985}, {0.985, 0.98, 0.965}};
enum {
    LEFT = 92, WIDTH = 1460, TOP = 76, FOOT = 760, NAMES = 220, TEMPO = 170, GAP = 24,
    LINE_HEIGHT = 18, STRIP_UP = 150, TEXT = 13, MIN_BAND = 15
};

/* The first prompt of the section after the one that begins at i. */
static int section_end(const Arc *a, int i)
{
    int k = i + 1;
    while (k < a->n && strcmp(a->section[i], a->section[k]) == 0) k++;
    return k;
}

/* The space at which the longer of two lines is the shortest; 0 = there is none. */
static size_t best_break(Canvas *c, const char *name, double *width)
{
    size_t best = 0;
    *width = canvas_text_width(c, TEXT, name);
    for (size_t i = 1; name[i]; i++) {
        if (name[i] != ' ') continue;
        Str head = {0};
        str_add(&head, name, i);
        double w = fmax(canvas_text_width(c, TEXT, head.s),
                        canvas_text_width(c, TEXT, name + i + 1));
        str_free(&head);
        if (w >= *width) continue;
        *width = w;
        best = i;
    }
    return best;
}

/* Names stand in so many lines that each fits its section; 0 = they are read from below. */
static int section_lines(Canvas *c, const Arc *a, double w)
{
    int lines = 1;
    for (int i = 0, k; i < a->n; i = k) {
        k = section_end(a, i);
        double room = (k - i) * w - 8, width;
        if (canvas_text_width(c, TEXT, a->section[i]) <= room) continue;
        if (best_break(c, a->section[i], &width) == 0 || width > room) return 0;
        lines = 2;
    }
    return lines;
}

static void draw_level(Canvas *c, const char *name, Box b, int lines)
{
    double width, x = b.x + b.w / 2, y = b.y + b.h / 2;
    size_t at = canvas_text_width(c, TEXT, name) > b.w - 8 && lines > 1
                    ? best_break(c, name, &width) : 0;
    Str head = {0};
    str_add(&head, name, at);
    if (at) canvas_text(c, x, y - 9, 0.5, TEXT, INK, head.s);
    canvas_text(c, x, at ? y + 9 : y, 0.5, TEXT, INK, at ? name + at + 1 : name);
    str_free(&head);
}

static void draw_sections(Canvas *c, const Arc *a, Box b, double strip, int lines)
{
    double w = b.w / a->n;
    for (int i = 0, k, odd = 0; i < a->n; i = k, odd = !odd) {
        k = section_end(a, i);
        Box head = {b.x + i * w, b.y - strip, (k - i) * w, strip};
        canvas_fill(c, head, BAND[odd], 1);
        canvas_fill(c, (Box){head.x, b.y, head.w, b.h}, PALE[odd], 1);
        if (lines > 0) {
            draw_level(c, a->section[i], head, lines);
        } else if (head.w >= MIN_BAND) {
            Str s = {0};
            str_puts(&s, a->section[i]);
            labels_shorten(c, &s, TEXT, strip - 12);
            canvas_text_up(c, head.x + head.w / 2, b.y - 6, 0, TEXT, INK, str_text(&s));
            str_free(&s);
        }
    }
}

static void draw_tension(Canvas *c, const Arc *a, Box b)
{
    Axis y = {.lo = 0, .hi = 1, .p_lo = b.y + b.h, .p_hi = b.y, .title = "tension"};
    double w = b.w / a->n, gap = w >= 6 ? fmax(fmin(0.16 * w, 12), w / 2 - 60) : 0;
    axis_draw_grid(c, &y, b, 32, FAINT);
    for (int i = 0; i < a->n; i++) {
        double t = fmax(0, fmin(1, a->tension[i])), at = axis_at(&y, t);
        if (!isfinite(a->tension[i])) continue;
        canvas_fill(c, (Box){b.x + i * w + gap, at, w - 2 * gap, b.y + b.h - at},
                    colour_ramp(0.12 + 0.72 * t), 1);
    }
    canvas_frame(c, b, INK);
    axis_draw_y(c, &y, b);
}

static void tempo_range(const Arc *a, Axis *y)
{
    bool any = false;
    for (int i = 0; i < a->n; i++) {
        if (!isfinite(a->tempo[i])) continue;
        y->lo = any ? fmin(y->lo, a->tempo[i]) : a->tempo[i];
        y->hi = any ? fmax(y->hi, a->tempo[i]) : a->tempo[i];
        any = true;
    }
    double room = fmax(2, 0.1 * (y->hi - y->lo));
    y->lo -= room;
    y->hi += room;
}

/* A stair: a prompt has one tempo. */
static void draw_tempo(Canvas *c, const Arc *a, Box b)
{
    Axis y = {.lo = 0, .hi = 0, .p_lo = b.y + b.h, .p_hi = b.y, .title = "tempo, quarters a min."};
    double w = b.w / a->n, *xy = mem_alloc(4 * (int64_t)a->n, sizeof *xy);
    int m = 0;
    tempo_range(a, &y);
    axis_draw_grid(c, &y, b, 32, FAINT);
    for (int i = 0; i < a->n; i++) {
        if (!isfinite(a->tempo[i])) continue;
        for (int side = 0; side < 2; side++, m++) {
            xy[2 * m] = b.x + (i + side) * w;
            xy[2 * m + 1] = axis_at(&y, a->tempo[i]);
        }
    }
    if (m > 0) canvas_curve(c, xy, m, 2, LINE);
    canvas_frame(c, b, INK);
    axis_draw_y(c, &y, b);
    free(xy);
}

void arc_draw(Canvas *c, const Arc *a)
{
    canvas_text_fit(c, LEFT, 30, 0, 20, INK, WIDTH, a->title ? a->title : "tension");
    if (a->n < 1) {
        canvas_text(c, LEFT, TOP, 0, 15, INK, "no prompts");
        return;
    }
    int lines = a->section ? section_lines(c, a, (double)WIDTH / a->n) : 0;
    double strip = !a->section ? 0 : lines ? 8 + LINE_HEIGHT * lines : STRIP_UP, top = TOP + strip;
    double foot = a->tempo ? FOOT - TEMPO - GAP : FOOT;
    Box b = {LEFT, top, WIDTH, foot - top}, lower = {LEFT, FOOT - TEMPO, WIDTH, TEMPO};
    Box all = {LEFT, top, WIDTH, FOOT - top};
    if (a->section) draw_sections(c, a, all, strip, lines);
    if (a->tempo) canvas_fill(c, (Box){LEFT, foot, WIDTH, GAP}, (Rgb){1, 1, 1}, 1);
    draw_tension(c, a, b);
    if (a->tempo) draw_tempo(c, a, lower);
    labels_draw_x(c, a->name, a->n, 1, a->tempo ? lower : b, NAMES);
}
