/* recall.c: see view/recall.h. */
#include "view/recall.h"

#include <math.h>

#include "view/axis.h"

static const Rgb INK = {0.2, 0.2, 0.22}, FAINT = {0.92, 0.92, 0.93}, CHANCE = {0.8, 0.25, 0.2};
static const Rgb MAIN = {0.16, 0.33, 0.58}, OTHER = {0.62, 0.68, 0.76};
enum { LEFT = 80, TOP = 84, FOOT = 56, GAP = 84, TEXT = 14, BARS_W = 250, SPACE = 90 };

static void draw_dashes(Canvas *c, double x0, double x1, double y)
{
    for (double x = x0; x < x1; x += 9) canvas_line(c, x, y, fmin(x + 5, x1), y, 1.5, CHANCE);
}

static void draw_bar(Canvas *c, const Axis *y, const RecallBar *bar, Box slot, bool first)
{
    double top = axis_at(y, 100 * bar->share), mid = slot.x + slot.w / 2;
    canvas_fill(c, (Box){slot.x, top, slot.w, slot.y + slot.h - top}, first ? MAIN : OTHER, 1);
    canvas_text_fit(c, mid, slot.y + slot.h + 16, 0.5, TEXT, INK, slot.w + 14, bar->name);
    if (isnan(bar->lo)) return;
    double lo = axis_at(y, 100 * bar->lo), hi = axis_at(y, 100 * bar->hi);
    canvas_line(c, mid, lo, mid, hi, 1.5, INK);
    canvas_line(c, mid - 5, lo, mid + 5, lo, 1.5, INK);
    canvas_line(c, mid - 5, hi, mid + 5, hi, 1.5, INK);
}

static void draw_bars(Canvas *c, const RecallPanel *p, int deep, Box b)
{
    static const char *const TITLES[] = {"recall at 1", "recall at 5"};
    double most = 100 * p->chance[deep], wide = b.w / p->nbars;
    for (int i = 0; i < p->nbars; i++) {
        const RecallBar *bar = &p->bar[deep][i];
        most = fmax(most, 100 * fmax(bar->share, isnan(bar->hi) ? 0 : bar->hi));
    }
    Axis y = {.hi = fmin(105, 1.1 * most), .p_lo = b.y + b.h, .p_hi = b.y, .title = "%"};
    axis_draw_grid(c, &y, b, 40, FAINT);
    for (int i = 0; i < p->nbars; i++) {
        Box slot = {b.x + (i + 0.18) * wide, b.y, 0.64 * wide, b.h};
        draw_bar(c, &y, &p->bar[deep][i], slot, i == 0);
    }
    draw_dashes(c, b.x, b.x + b.w, axis_at(&y, 100 * p->chance[deep]));
    canvas_text(c, b.x, b.y - 12, 0, TEXT, INK, TITLES[deep]);
    canvas_frame(c, b, INK);
    axis_draw_y(c, &y, b);
}

static void draw_ranks(Canvas *c, const RecallPanel *p, Box b)
{
    double sum = 0, most = 0, wide = b.w / p->candidates;
    for (int i = 0; i < p->candidates; i++) {
        sum += p->ranks[i];
        most = fmax(most, p->ranks[i]);
    }
    if (!(sum > 0)) sum = 1;
    Axis y = {.hi = fmax(110 * most / sum, 2), .p_lo = b.y + b.h, .p_hi = b.y, .title = "%"};
    Axis x = {.lo = 0.5,
              .hi = p->candidates + 0.5,
              .p_lo = b.x,
              .p_hi = b.x + b.w,
              .title = "rank of the right one"};
    axis_draw_grid(c, &y, b, 40, FAINT);
    for (int i = 0; i < p->candidates; i++) {
        double top = axis_at(&y, 100 * p->ranks[i] / sum);
        canvas_fill(c, (Box){b.x + (i + 0.1) * wide, top, 0.8 * wide, b.y + b.h - top}, MAIN, 1);
    }
    draw_dashes(c, b.x, b.x + b.w, axis_at(&y, 100.0 / p->candidates));
    canvas_text(c, b.x, b.y - 12, 0, TEXT, INK,
                "where the first guess ranks the right one; dashes: chance");
    canvas_frame(c, b, INK);
    axis_draw_y(c, &y, b);
    axis_draw_x(c, &x, b);
}

void recall_draw(Canvas *c, const RecallPage *p)
{
    double w = canvas_width(c), h = (canvas_height(c) - TOP - FOOT) / p->npanels;
    canvas_text_fit(c, LEFT, 24, 0, 20, INK, w - 2 * LEFT, p->title);
    canvas_text_fit(c, LEFT, 50, 0, TEXT, INK, w - 2 * LEFT, p->line);
    for (int i = 0; i < p->npanels; i++) {
        const RecallPanel *panel = &p->panel[i];
        double y = TOP + i * h + 40, x = LEFT, tall = h - GAP - 12;
        canvas_text_fit(c, LEFT, y - 38, 0, 16, INK, w - 2 * LEFT, panel->title);
        for (int deep = 0; deep < 2; deep++, x += BARS_W + SPACE)
            draw_bars(c, panel, deep, (Box){x, y, BARS_W + 30, tall});
        draw_ranks(c, panel, (Box){x + 20, y, w - x - 50, tall});
    }
}
