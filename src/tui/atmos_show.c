/* atmos_show.c: see atmos_show.h. Narrow or low terminals get the text, the bar and the keys. */
#include "atmos_show.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

enum { SIDE = 31, SIDE_COLS = 68, SIDE_ROWS = 16, CURVE_TOP = 13, LINE = 160 };
static const double CURVE_PAST = 6, CURVE_AHEAD = 2; /* seconds about now */
static const TtyStyle PLAIN = {0}, DIM = {.dim = true}, BOLD = {.bold = true},
                      BAR = {.reverse = true};

/* 1..TTY_RAMP by where a temperature lies in the song's. */
static int heat(const Show *s, double temp)
{
    const ContourOpts *o = &concert_session(s->concert)->contour;
    double lo = fmin(o->t_min, o->t_max), hi = fmax(o->t_min, o->t_max);
    double x = hi > lo ? (temp - lo) / (hi - lo) : 0;
    return 1 + (int)((TTY_RAMP - 1) * fmax(0, fmin(1, x)) + 0.5);
}

static void clock_text(char out[16], double seconds)
{
    int tenths = (int)(10 * seconds);
    snprintf(out, 16, "%d:%02d.%d", tenths / 600, tenths / 10 % 60, tenths % 10);
}

static void draw_header(Show *s, int cols)
{
    static const char *const STATE[] = {"playing", "paused", "waiting for the model", "ended"};
    const Session *ses = concert_session(s->concert);
    char line[LINE], state[LINE];
    snprintf(line, sizeof line, " %.60s conducts %.40s, seed %llu",
             concert_song(s->concert)->name, ses->model ? ses->model : "a model",
             (unsigned long long)ses->sampler.seed);
    snprintf(state, sizeof state, " %s ", STATE[s->state]);
    int n = (int)flow_fit(state, LINE);
    for (int x = 0; x < cols; x++) tty_put(s->tty, 0, x, 1, BAR, " ");
    tty_put(s->tty, 0, 0, cols, BAR, line);
    tty_put(s->tty, 0, cols - n, n, (TtyStyle){.reverse = true, .bold = true}, state);
}

/* The prompt and the tokens up to now, the last lines of them. */
static void draw_text(Show *s, int top, int rows, int cols)
{
    const Session *ses = concert_session(s->concert);
    if (!s->piece || s->cap < s->shown) {
        s->cap = 2 * s->shown;
        s->piece = mem_resize(s->piece, 1 + s->cap, sizeof *s->piece);
    }
    s->piece[0] = ses->prompt ? ses->prompt : "";
    for (int i = 0; i < s->shown; i++) s->piece[1 + i] = concert_token(s->concert, i).text;
    flow_make(&s->flow, s->piece, 1 + s->shown, cols);
    int first = s->flow.lines > rows ? s->flow.lines - rows : 0;
    for (int i = 0; i < s->flow.n; i++) {
        const FlowSpan *span = &s->flow.span[i];
        if (span->line < first) continue;
        TtyStyle style = DIM;
        if (span->piece > 0) {
            double temp = concert_token(s->concert, span->piece - 1).temp;
            style = (TtyStyle){.ramp = heat(s, temp), .bold = span->piece == s->shown};
        }
        char *text = mem_strndup(span->text, (size_t)span->len);
        tty_put(s->tty, top + span->line - first, span->col, cols - span->col, style, text);
        free(text);
    }
}

static void draw_song(Show *s, int row, int col)
{
    static const char *const NAME[] = {"LUFS", "loudness", "velocity", "T"};
    char line[LINE];
    snprintf(line, sizeof line, "%-9s %6s %6s %6s", "SONG", "min", "mean", "max");
    tty_put(s->tty, row, col, SIDE, DIM, line);
    for (int i = 0; i < 4; i++) {
        const ContourRange *r = &s->range[i];
        snprintf(line, sizeof line, i ? "%-9s %6.3f %6.3f %6.3f" : "%-9s %6.1f %6.1f %6.1f",
                 NAME[i], r->min, r->mean, r->max);
        tty_put(s->tty, row + 1 + i, col, SIDE, PLAIN, line);
    }
}

static void draw_now(Show *s, int row, int col)
{
    char line[LINE];
    SessionToken t = {0};
    tty_put(s->tty, row, col, SIDE, DIM, "NOW");
    snprintf(line, sizeof line, "token %d of %d, written %d", s->shown,
             concert_expected(s->concert), s->count);
    tty_put(s->tty, row + 1, col, SIDE, PLAIN, line);
    if (s->shown > 0) t = concert_token(s->concert, s->shown - 1);
    if (s->shown == 0) return;
    snprintf(line, sizeof line, "T %.3f", t.temp);
    tty_put(s->tty, row + 2, col, 8, (TtyStyle){.ramp = heat(s, t.temp), .bold = true}, line);
    snprintf(line, sizeof line, "LUFS %.1f  v %.3f", t.lufs_raw, t.velocity);
    tty_put(s->tty, row + 2, col + 9, SIDE - 9, PLAIN, line);
    if (isnan(t.entropy)) return;
    snprintf(line, sizeof line, "entropy %.2f  surprisal %.2f", t.entropy, t.surprisal);
    tty_put(s->tty, row + 3, col, SIDE, PLAIN, line);
}

/* The hottest of the frames from a to b, NaN outside of the song. */
static double hottest(const Contour *c, double a, double b)
{
    int from = (int)floor(a * c->tps), to = (int)floor(b * c->tps);
    double top = (double)NAN;
    for (int i = from < 0 ? 0 : from; i <= to && i < c->n; i++)
        if (isnan(top) || c->temp[i] > top) top = c->temp[i];
    return top;
}

/* Bars of eighths of a cell; in ASCII of halves. */
static const char *bar_cell(bool utf8, double level)
{
    static const char *const EIGHTH[] = {" ", "\xe2\x96\x81", "\xe2\x96\x82", "\xe2\x96\x83",
                                         "\xe2\x96\x84", "\xe2\x96\x85", "\xe2\x96\x86",
                                         "\xe2\x96\x87", "\xe2\x96\x88"};
    if (!utf8) return level >= 0.75 ? "#" : level >= 0.25 ? "." : " ";
    return EIGHTH[(int)(8 * fmax(0, fmin(1, level)) + 0.5)];
}

static void draw_curve(Show *s, int row, int col, int rows)
{
    const Contour *c = &concert_song(s->concert)->contour;
    double lo = s->range[3].min, hi = s->range[3].max, step = (CURVE_PAST + CURVE_AHEAD) / SIDE;
    char line[LINE];
    snprintf(line, sizeof line, "T, %.0f s about now", CURVE_PAST + CURVE_AHEAD);
    tty_put(s->tty, row, col, SIDE, DIM, line);
    for (int x = 0; x < SIDE && rows > 1; x++) {
        double a = s->at - CURVE_PAST + x * step, temp = hottest(c, a, a + step);
        bool now = a <= s->at && s->at < a + step;
        double height = hi > lo ? (temp - lo) / (hi - lo) * (rows - 1) : 0;
        height = fmax(height, 0.125);
        for (int y = 0; y < rows - 1 && !isnan(temp); y++) {
            const char *cell = bar_cell(tty_utf8(s->tty), height - (rows - 2 - y));
            TtyStyle style = {.ramp = heat(s, temp), .dim = a > s->at, .reverse = now};
            tty_put(s->tty, row + 1 + y, col + x, 1, style, cell);
        }
    }
}

static void draw_bar(Show *s, int row, int cols)
{
    char at[16], length[16], line[LINE];
    clock_text(at, s->at);
    clock_text(length, s->length);
    snprintf(line, sizeof line, " %s / %s ", at, length);
    int n = (int)flow_fit(line, LINE), room = cols - n - 1;
    tty_put(s->tty, row, 0, cols, BOLD, line);
    bool utf8 = tty_utf8(s->tty);
    double done = s->length > 0 ? s->at / s->length : 0;
    double made = s->length > 0 ? s->count / concert_song(s->concert)->contour.tps / s->length : 0;
    for (int x = 0; x < room; x++) {
        bool past = x < done * room, written = x < made * room;
        const char *cell = past      ? (utf8 ? "\xe2\x94\x81" : "=")
                           : written ? (utf8 ? "\xe2\x94\x80" : "-") : (utf8 ? "\xc2\xb7" : ".");
        int ramp = past ? TTY_RAMP / 2 : 0;
        tty_put(s->tty, row, n + x, 1, (TtyStyle){.ramp = ramp, .dim = !past}, cell);
    }
}

static void draw_foot(Show *s, int row, int cols)
{
    static const char KEYS[] = " space pause  left/right 20 tokens  h home  r restart  q quit";
    int n = (int)flow_fit(KEYS, cols);
    tty_put(s->tty, row, 0, cols, DIM, KEYS);
    const char *said = s->note[0] ? s->note : s->sound;
    int room = cols - n - 2, want = (int)flow_fit(said, 4 * LINE);
    if (s->note[0]) {
        char line[LINE];
        snprintf(line, sizeof line, " %.158s", said);
        tty_put(s->tty, row - 2, 0, cols, BOLD, line);
    } else if (room >= want) {
        tty_put(s->tty, row, cols - want - 1, want, DIM, said);
    }
}

void show_measure(Show *s)
{
    const Contour *c = &concert_song(s->concert)->contour;
    const double *v[4] = {c->lufs_raw, c->lufs, c->velocity, c->temp};
    for (int i = 0; i < 4; i++) s->range[i] = contour_range(v[i], c->n);
}

void show_draw(Show *s)
{
    int rows, cols;
    tty_size(s->tty, &rows, &cols);
    bool side = cols >= SIDE_COLS && rows >= SIDE_ROWS;
    int width = side ? cols - SIDE - 2 : cols;
    tty_clear(s->tty);
    draw_header(s, cols);
    if (rows > 4) draw_text(s, 1, rows - 3, width);
    for (int y = 1; side && y < rows - 2; y++)
        tty_put(s->tty, y, width, 1, DIM, tty_utf8(s->tty) ? "\xe2\x94\x82" : "|");
    if (side) {
        draw_song(s, 1, width + 1);
        draw_now(s, 7, width + 1);
        tty_put(s->tty, 11, width + 1, SIDE, DIM, s->sound);
        draw_curve(s, CURVE_TOP, width + 1, rows - 2 - CURVE_TOP);
    }
    draw_bar(s, rows - 2, cols);
    draw_foot(s, rows - 1, cols);
    tty_show(s->tty);
}

void show_free(Show *s)
{
    free(s->piece);
    flow_free(&s->flow);
}
