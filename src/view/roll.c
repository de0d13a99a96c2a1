/* roll.c: see roll.h. Drum keys are names, not pitches: each drum that sounds has a row of its own
 * under the roll, so that it does not hide the bass. */
#include "view/roll.h"

#include <math.h>
#include <stdio.h>

static const Rgb INK = {0.2, 0.2, 0.22}, FAINT = {0.9, 0.9, 0.91};
enum { KEYS = 128, DRUM_ROW = 7 };

typedef struct Layout {
    double lo, hi;      /* keys of pitched notes */
    int row[KEYS];      /* of a drum key, from below; -1 = silent */
    int drums;          /* rows */
    bool pitched;
} Layout;

static Layout lay_out(const Score *s)
{
    Layout l = {.lo = KEYS, .hi = 0};
    for (int k = 0; k < KEYS; k++) l.row[k] = -1;
    for (int t = 0; t < s->ntracks; t++)
        for (int i = 0; i < s->track[t].nnotes; i++) {
            double key = s->track[t].note[i].key;
            if (s->track[t].drum) {
                l.row[(int)key & (KEYS - 1)] = 0;
            } else {
                l.pitched = true;
                l.lo = fmin(l.lo, key);
                l.hi = fmax(l.hi, key);
            }
        }
    for (int k = 0; k < KEYS; k++)
        if (l.row[k] == 0) l.row[k] = l.drums++;
    if (!l.pitched) l.lo = l.hi = 60;
    l.lo = floor(l.lo) - 2;
    l.hi = ceil(l.hi) + 2;
    if (l.hi - l.lo < 16) l.hi = l.lo + 16;
    return l;
}

static void draw_track(Canvas *c, const Score *s, int t, const Layout *l, const Axis *time,
                       const Axis *keys, Box drums)
{
    const Track *track = &s->track[t];
    double thick = fmax(2, fmin(9, fabs(keys->p_hi - keys->p_lo) / (keys->hi - keys->lo)));
    double row = l->drums ? drums.h / l->drums : 0;
    for (int i = 0; i < track->nnotes; i++) {
        const Note *n = &track->note[i];
        double x0 = axis_at(time, score_seconds(s, n->start));
        double x1 = axis_at(time, score_seconds(s, n->start + n->dur));
        Box b = {x0, axis_at(keys, n->key) - thick / 2, fmax(2, x1 - x0 - 0.3), thick};
        if (track->drum)
            b = (Box){x0, drums.y + drums.h - row * (l->row[(int)n->key & (KEYS - 1)] + 1),
                      fmax(1, fmin(3, x1 - x0)), row - 1};
        canvas_fill(c, b, colour_track(t), 0.5 + 0.5 * n->vel);
    }
}

void roll_draw(Canvas *c, const Score *s, const Axis *time, Box panel)
{
    Layout l = lay_out(s);
    double tick[AXIS_MAX_TICKS];
    Box pitched = panel, drums = panel;
    drums.h = l.drums ? fmin(panel.h / 3, l.drums * DRUM_ROW + 4) : 0;
    pitched.h = panel.h - drums.h;
    drums.y = panel.y + pitched.h;
    Axis keys = {.kind = AXIS_KEY, .lo = l.lo, .hi = l.hi, .p_lo = pitched.y + pitched.h,
                 .p_hi = pitched.y, .title = "key"};
    int n = axis_ticks(&keys, 12, tick);
    for (int i = 0; i < n; i++) {
        double y = floor(axis_at(&keys, tick[i])) + 0.5;
        canvas_line(c, panel.x, y, panel.x + panel.w, y, 1, FAINT);
    }
    canvas_clip(c, panel);
    for (int t = 0; t < s->ntracks; t++) draw_track(c, s, t, &l, time, &keys, drums);
    canvas_unclip(c);
    axis_draw_y(c, &keys, pitched);
    if (l.drums) {
        canvas_line(c, panel.x, floor(drums.y) + 0.5, panel.x + panel.w, floor(drums.y) + 0.5, 1,
                    INK);
        canvas_text(c, panel.x - 9, drums.y + drums.h / 2, 1, 13, INK, "drums");
    }
    canvas_frame(c, panel, INK);
}

void roll_legend(Canvas *c, const Score *s, Box box)
{
    int n = 0, shown = 0;
    for (int t = 0; t < s->ntracks; t++) n += s->track[t].nnotes > 0;
    double row = fmin(20, box.h / (n < 1 ? 1 : n));
    if (row < 13) row = 13; /* smaller cannot be read: the last tracks are counted instead */
    int room = (int)(box.h / row);
    for (int t = 0; t < s->ntracks; t++) {
        double y = box.y + row * (shown + 0.5);
        char more[32];
        if (s->track[t].nnotes == 0) continue;
        if (n > room && shown == room - 1) {
            snprintf(more, sizeof more, "and %d more", n - shown);
            canvas_text(c, box.x + 20, y, 0, 12, INK, more);
            return;
        }
        canvas_fill(c, (Box){box.x, y - 5, 12, 10}, colour_track(t), 1);
        canvas_text_fit(c, box.x + 20, y, 0, row < 16 ? 11 : 13, INK, box.w - 20,
                        s->track[t].name);
        shown++;
    }
}
