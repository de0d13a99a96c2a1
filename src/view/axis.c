/* axis.c: see view/axis.h. Linear ticks are 1, 2 or 5 times a power of ten; logarithmic ones the
 * same within each decade, as many as there is room for; times are those of a clock. */
#include "view/axis.h"

#include <math.h>
#include <stdio.h>

#include "score/place.h"

static const Rgb INK = {0.2, 0.2, 0.22};
enum { TEXT = 13, TITLE = 14, TICK = 5 };

double axis_at(const Axis *a, double value)
{
    double x = a->kind == AXIS_LOG ? log(value / a->lo) / log(a->hi / a->lo)
                                   : (value - a->lo) / (a->hi - a->lo);
    return a->p_lo + x * (a->p_hi - a->p_lo);
}

static int every(const Axis *a, double step, double *tick)
{
    int n = 0;
    for (double k = ceil(a->lo / step - 1e-9); k * step <= a->hi + 1e-9 * step; k++) {
        if (n == AXIS_MAX_TICKS) break;
        tick[n++] = k == 0 ? 0 : k * step;
    }
    return n;
}

static double linear_step(double span, int want)
{
    double step = pow(10, floor(log10(span / want)));
    double x = span / want / step;
    return step * (x <= 1 ? 1 : x <= 2 ? 2 : x <= 5 ? 5 : 10);
}

static double time_step(double span, int want)
{
    static const double STEP[] = {0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800};
    for (size_t i = 0; i < sizeof STEP / sizeof *STEP; i++)
        if (span / STEP[i] <= want) return STEP[i];
    return 3600 * ceil(span / 3600 / want);
}

static int log_ticks(const Axis *a, int want, double *tick)
{
    enum { LAST = 3 };
    static const int SETS[LAST + 1][6] = {{5, 1, 2, 3, 5, 7}, {3, 1, 2, 5}, {2, 1, 3}, {1, 1}};
    int e0 = (int)floor(log10(a->lo)), e1 = (int)ceil(log10(a->hi));
    for (int set = 0; set <= LAST; set++) {
        int n = 0, skip = set == LAST ? (e1 - e0) / want + 1 : 1;
        for (int e = e0; e <= e1; e += skip)
            for (int i = 1; i <= SETS[set][0]; i++) {
                double v = SETS[set][i] * pow(10, e);
                if (v < a->lo * (1 - 1e-9) || v > a->hi * (1 + 1e-9)) continue;
                if (n < AXIS_MAX_TICKS) tick[n++] = v;
            }
        if ((n <= want && n >= 2) || (set == LAST && n >= 2)) return n;
    }
    return every(a, linear_step(a->hi - a->lo, want), tick);
}

int axis_ticks(const Axis *a, int want, double tick[AXIS_MAX_TICKS])
{
    if (want < 1) want = 1;
    if (want > AXIS_MAX_TICKS) want = AXIS_MAX_TICKS;
    if (a->kind == AXIS_LOG) return log_ticks(a, want, tick);
    if (a->kind == AXIS_TIME) return every(a, time_step(a->hi - a->lo, want), tick);
    if (a->kind == AXIS_KEY) return every(a, 12, tick);
    int n = every(a, linear_step(a->hi - a->lo, want), tick);
    for (int more = want + 1; n < 2 && more <= want + 3; more++) /* one tick is no scale */
        n = every(a, linear_step(a->hi - a->lo, more), tick);
    return n;
}

void axis_name(const Axis *a, double tick, char out[AXIS_NAME])
{
    if (a->kind == AXIS_KEY) {
        char name[KEY_NAME_SIZE];
        key_name(tick, name);
        snprintf(out, AXIS_NAME, "%.20s", name);
    } else if (a->kind == AXIS_TIME) {
        int minutes = (int)((tick + 1e-6) / 60);
        double s = fabs(tick - 60.0 * minutes);
        bool whole = fabs(s - rint(s)) < 1e-6;
        snprintf(out, AXIS_NAME, whole ? "%d:%02.0f" : "%d:%04.1f", minutes, s);
    } else if (fabs(tick) >= 1000 && fabs(tick) < 1e6 && fmod(tick, 100) == 0) {
        snprintf(out, AXIS_NAME, "%gk", tick / 1000);
    } else {
        snprintf(out, AXIS_NAME, "%.4g", tick);
    }
}

void axis_draw_x(Canvas *c, const Axis *a, Box panel)
{
    double tick[AXIS_MAX_TICKS], y = panel.y + panel.h;
    int n = axis_ticks(a, (int)(panel.w / (a->kind == AXIS_LOG ? 40 : 90)), tick);
    for (int i = 0; i < n; i++) {
        char name[AXIS_NAME];
        double x = floor(axis_at(a, tick[i])) + 0.5;
        axis_name(a, tick[i], name);
        canvas_line(c, x, y, x, y + TICK, 1, INK);
        canvas_text(c, x, y + TICK + 9, 0.5, TEXT, INK, name);
    }
    if (a->title) canvas_text(c, panel.x + panel.w / 2, y + TICK + 28, 0.5, TITLE, INK, a->title);
}

void axis_draw_y(Canvas *c, const Axis *a, Box panel)
{
    double tick[AXIS_MAX_TICKS], widest = 0;
    int n = axis_ticks(a, (int)(panel.h / 32), tick);
    for (int i = 0; i < n; i++) {
        char name[AXIS_NAME];
        double y = floor(axis_at(a, tick[i])) + 0.5;
        axis_name(a, tick[i], name);
        canvas_line(c, panel.x - TICK, y, panel.x, y, 1, INK);
        canvas_text(c, panel.x - TICK - 4, y, 1, TEXT, INK, name);
        widest = fmax(widest, canvas_text_width(c, TEXT, name));
    }
    if (a->title)
        canvas_text_up(c, panel.x - TICK - 4 - widest - 14, panel.y + panel.h / 2, 0.5, TITLE, INK,
                       a->title);
}

void axis_draw_grid(Canvas *c, const Axis *y, Box panel, double apart, Rgb colour)
{
    double tick[AXIS_MAX_TICKS];
    int n = axis_ticks(y, (int)(panel.h / apart), tick);
    for (int i = 0; i < n; i++) {
        double at = floor(axis_at(y, tick[i])) + 0.5;
        canvas_line(c, panel.x, at, panel.x + panel.w, at, 1, colour);
    }
}

void axis_draw_bar(Canvas *c, const Axis *a, Box bar, Rgb (*colour_of)(double))
{
    double tick[AXIS_MAX_TICKS], widest = 0;
    uint8_t rgb[256 * 3];
    for (int i = 0; i < 256; i++) {
        Rgb k = colour_of((255 - i) / 255.0);
        rgb[3 * i] = (uint8_t)lrint(255 * k.r);
        rgb[3 * i + 1] = (uint8_t)lrint(255 * k.g);
        rgb[3 * i + 2] = (uint8_t)lrint(255 * k.b);
    }
    canvas_image(c, bar, rgb, 256, 1);
    canvas_frame(c, bar, INK);
    int n = axis_ticks(a, (int)(bar.h / 32), tick);
    for (int i = 0; i < n; i++) {
        char name[AXIS_NAME];
        double y = floor(axis_at(a, tick[i])) + 0.5, x = bar.x + bar.w;
        axis_name(a, tick[i], name);
        canvas_line(c, x, y, x + TICK, y, 1, INK);
        canvas_text(c, x + TICK + 4, y, 0, TEXT, INK, name);
        widest = fmax(widest, canvas_text_width(c, TEXT, name));
    }
    if (a->title)
        canvas_text_up(c, bar.x + bar.w + TICK + 4 + widest + 14, bar.y + bar.h / 2, 0.5, TITLE,
                       INK, a->title);
}
