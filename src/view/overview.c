/* overview.c: see view/overview.h. All panels share the time axis at the foot; the names of the
 * sections stand in a strip at the top, their borders go through every panel. */
#include "view/overview.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "view/roll.h"
#include "view/spectrogram.h"

static const Rgb INK = {0.2, 0.2, 0.22}, BORDER = {0.45, 0.45, 0.5};
static const Rgb STRIP[2] = {{0.87, 0.9, 0.94}, {0.94, 0.92, 0.88}};
static const Rgb PEAK = {0.55, 0.67, 0.83}, RMS = {0.16, 0.33, 0.58};
enum { LEFT = 92, RIGHT = 1400, STRIP_TOP = 62, STRIP_HEIGHT = 24, BOTTOM = 938 };
static const double SPAN_DB = 80; /* of the colours, below the loudest */

typedef struct Page {
    Canvas *c;
    const Score *s;
    const AudioBuf *a;
    Axis time;
} Page;

/* Envelope of all channels in each of the panel's columns: [cols] low, high, rms. */
static void envelope(const AudioBuf *a, double seconds, int cols, double *low, double *high,
                     double *rms)
{
    double width = seconds * a->rate / cols;
    for (int k = 0; k < cols; k++) {
        int64_t f0 = (int64_t)(k * width), f1 = (int64_t)((k + 1) * width) + 1;
        double sum = 0, lo = 0, hi = 0;
        int64_t n = 0;
        if (f1 > a->frames) f1 = a->frames;
        for (int64_t i = f0 * a->channels; i < f1 * a->channels; i++, n++) {
            double x = a->x[i];
            lo = fmin(lo, x);
            hi = fmax(hi, x);
            sum += x * x;
        }
        low[k] = lo;
        high[k] = hi;
        rms[k] = n > 0 ? sqrt(sum / (double)n) : 0;
    }
}

/* The area between two curves over the columns. */
static void draw_area(Canvas *c, const Axis *y, double left, int cols, const double *low,
                      const double *high, Rgb colour)
{
    double *xy = mem_alloc(4 * (int64_t)cols, sizeof *xy);
    for (int k = 0; k < cols; k++) {
        int back = 2 * cols - 1 - k;
        xy[2 * k] = xy[2 * back] = left + k + 0.5;
        xy[2 * k + 1] = axis_at(y, high[k]) - 0.3;
        xy[2 * back + 1] = axis_at(y, low[k]) + 0.3;
    }
    canvas_polygon(c, xy, 2 * cols, colour);
    free(xy);
}

static void draw_wave(const Page *p, Box b)
{
    int cols = (int)b.w;
    double *v = mem_alloc(4 * (int64_t)cols, sizeof *v), *low = v, *high = v + cols;
    double *rms = high + cols, *under = rms + cols;
    Axis y = {.lo = -1, .hi = 1, .p_lo = b.y + b.h, .p_hi = b.y, .title = "full scale"};
    envelope(p->a, p->time.hi, cols, low, high, rms);
    for (int k = 0; k < cols; k++) under[k] = -rms[k];
    canvas_clip(p->c, b);
    draw_area(p->c, &y, b.x, cols, low, high, PEAK);
    draw_area(p->c, &y, b.x, cols, under, rms, RMS);
    canvas_unclip(p->c);
    canvas_frame(p->c, b, INK);
    axis_draw_y(p->c, &y, b);
    canvas_fill(p->c, (Box){RIGHT + 24, b.y + 6, 12, 10}, PEAK, 1);
    canvas_text(p->c, RIGHT + 44, b.y + 11, 0, 13, INK, "peak");
    canvas_fill(p->c, (Box){RIGHT + 24, b.y + 26, 12, 10}, RMS, 1);
    canvas_text(p->c, RIGHT + 44, b.y + 31, 0, 13, INK, "RMS");
    free(v);
}

static void draw_spectrogram(const Page *p, Box b, const Run *run)
{
    double top = fmin(20000, p->a->rate / 2.0);
    SpectrogramGrid g = {.cols = (int)b.w, .rows = (int)b.h, .seconds = p->time.hi, .lo = 30,
                         .hi = top};
    int64_t n = (int64_t)g.cols * g.rows;
    float *level = mem_alloc(n, sizeof *level), most = -140;
    uint8_t *rgb = mem_alloc(3 * n, 1);
    spectrogram_make(p->a, &g, level, run);
    for (int64_t i = 0; i < n; i++) most = fmaxf(most, level[i]);
    double hi = ceil(most / 5.0) * 5, lo = hi - SPAN_DB;
    Rgb table[256];
    for (int i = 0; i < 256; i++) table[i] = colour_ramp(i / 255.0);
    for (int64_t i = 0; i < n; i++) {
        double x = (level[i] - lo) / SPAN_DB;
        Rgb k = table[x <= 0 ? 0 : x >= 1 ? 255 : (int)(255 * x)];
        rgb[3 * i] = (uint8_t)lrint(255 * k.r);
        rgb[3 * i + 1] = (uint8_t)lrint(255 * k.g);
        rgb[3 * i + 2] = (uint8_t)lrint(255 * k.b);
    }
    canvas_image(p->c, b, rgb, g.rows, g.cols);
    canvas_frame(p->c, b, INK);
    Axis hz = {.kind = AXIS_LOG, .lo = g.lo, .hi = g.hi, .p_lo = b.y + b.h, .p_hi = b.y,
               .title = "frequency, Hz"};
    axis_draw_y(p->c, &hz, b);
    Axis db = {.lo = lo, .hi = hi, .p_lo = b.y + b.h, .p_hi = b.y, .title = "level, dBFS"};
    axis_draw_bar(p->c, &db, (Box){RIGHT + 24, b.y, 18, b.h}, colour_ramp);
    free(rgb);
    free(level);
}

static double section_end(const Page *p, int i)
{
    if (i + 1 < p->s->nsections) return score_seconds(p->s, p->s->section[i + 1].at);
    return score_seconds(p->s, p->s->length);
}

static void draw_sections(const Page *p)
{
    for (int i = 0; i < p->s->nsections; i++) {
        double x0 = axis_at(&p->time, score_seconds(p->s, p->s->section[i].at));
        double x1 = axis_at(&p->time, section_end(p, i));
        canvas_fill(p->c, (Box){x0, STRIP_TOP, x1 - x0, STRIP_HEIGHT}, STRIP[i % 2], 1);
        canvas_text_fit(p->c, x0 + 5, STRIP_TOP + STRIP_HEIGHT / 2.0, 0, 13, INK, x1 - x0 - 8,
                        p->s->section[i].name);
    }
}

static void draw_borders(const Page *p, Box b, Rgb colour)
{
    for (int i = 1; i < p->s->nsections; i++) {
        double x = floor(axis_at(&p->time, score_seconds(p->s, p->s->section[i].at))) + 0.5;
        canvas_line(p->c, x, b.y, x, b.y + b.h, 1, colour);
    }
}

static void draw_title(const Page *p, const char *caption)
{
    Str line = {0};
    int sec = (int)lrint(p->time.hi);
    int tracks = 0;
    for (int t = 0; t < p->s->ntracks; t++) tracks += p->s->track[t].nnotes > 0;
    canvas_text_fit(p->c, LEFT, 24, 0, 20, INK, 1450, p->s->title);
    str_addf(&line, "%d:%02d, %.4g quarter notes a minute, %d notes in %d tracks%s%s", sec / 60,
             sec % 60, p->s->ntempos ? p->s->tempo[0].bpm : 120.0, score_count_notes(p->s), tracks,
             *caption ? "; " : "", caption);
    canvas_text_fit(p->c, LEFT, 48, 0, 13, INK, 1450, str_text(&line));
    str_free(&line);
}

void overview_draw(Canvas *c, const Score *s, const AudioBuf *audio, const char *caption,
                   const Run *run)
{
    bool sound = audio && audio->frames > 0;
    double seconds = score_seconds(s, s->length);
    if (sound) seconds = fmax(seconds, (double)audio->frames / audio->rate);
    Page p = {.c = c, .s = s, .a = audio,
              .time = {.kind = AXIS_TIME, .lo = 0, .hi = fmax(seconds, 1e-3), .p_lo = LEFT,
                       .p_hi = RIGHT, .title = "time, minutes:seconds"}};
    double top = STRIP_TOP + STRIP_HEIGHT + 6, width = RIGHT - LEFT;
    Box wave = {LEFT, top, width, 150}, spectrum = {LEFT, top + 164, width, 320};
    Box roll = {LEFT, top + 498, width, BOTTOM - top - 498};
    if (!sound) roll = (Box){LEFT, top, width, BOTTOM - top};
    draw_title(&p, caption);
    draw_sections(&p);
    if (sound) {
        draw_wave(&p, wave);
        draw_borders(&p, wave, BORDER);
        draw_spectrogram(&p, spectrum, run);
        draw_borders(&p, spectrum, (Rgb){1, 1, 1});
    }
    draw_borders(&p, roll, BORDER);
    roll_draw(c, s, &p.time, roll);
    roll_legend(c, s, (Box){RIGHT + 24, roll.y, OVERVIEW_WIDTH - RIGHT - 32, roll.h});
    axis_draw_x(c, &p.time, roll);
}
