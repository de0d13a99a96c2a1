/* tick_labels.c: see tick_labels.h. A line of text needs STEP pixels; level words need a gap. */
#include "tick_labels.h"

#include <math.h>

static const Rgb INK = {0.2, 0.2, 0.22};
enum { TEXT = 13, TICK = 5, STEP = 15, GAP = 8, NUMBER = 18, LONGEST = 400 };

int labels_step(double each, double need)
{
    static const int ROUND[] = {1, 2, 5};
    for (int step = 1;; step *= 10)
        for (int i = 0; i < 3; i++)
            if (step * ROUND[i] * each >= need || step >= 1000000) return step * ROUND[i];
}

/* Bytes before the last character that ends before n; 0 = there is one character only. */
static size_t without_last(const char *s, size_t n)
{
    do n--;
    while (n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80);
    return n;
}

void labels_shorten(Canvas *c, Str *s, double size, double room)
{
    size_t n = s->len > LONGEST ? LONGEST : s->len;
    bool cut = n < s->len;
    while (n > 0 && (cut || canvas_text_width(c, size, s->s) > room)) {
        size_t less = without_last(s->s, n);
        if (less == 0) break;
        s->len = n = less;
        str_puts(s, "\xe2\x80\xa6");
        cut = false;
    }
}

static bool all_fit_level(Canvas *c, const char *const *name, int n, double width)
{
    bool fit = width >= STEP;
    for (int i = 0; fit && i < n; i++) fit = canvas_text_width(c, TEXT, name[i]) + GAP <= width;
    return fit;
}

void labels_draw_x(Canvas *c, const char *const *name, int n, int first, Box b, double room)
{
    double w = b.w / n, foot = b.y + b.h;
    int step = labels_step(w, STEP);
    bool level = all_fit_level(c, name, n, w);
    double number = step > 1 ? NUMBER + 9 * floor(log10(first + n)) : 0;
    for (int i = 0; i < n; i += step) {
        double x = b.x + (i + 0.5) * w;
        Str s = {0};
        str_puts(&s, name[i]);
        canvas_line(c, floor(x) + 0.5, foot, floor(x) + 0.5, foot + TICK, 1, INK);
        labels_shorten(c, &s, TEXT, level ? w : room - TICK - 4 - number);
        if (step > 1) str_addf(&s, "  %d", first + i);
        if (level)
            canvas_text(c, x, foot + TICK + 10, 0.5, TEXT, INK, str_text(&s));
        else
            canvas_text_up(c, x, foot + TICK + 4, 1, TEXT, INK, str_text(&s));
        str_free(&s);
    }
}
