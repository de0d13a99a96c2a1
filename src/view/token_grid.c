/* token_grid.c: see token_grid.h. Cells are one image, so that a page of 2000 tokens and 80 layers
 * is as small as one of ten. */
#include "token_grid.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tick_labels.h"

static const Rgb INK = {0.2, 0.2, 0.22}, PALE = {0.5, 0.5, 0.53}, WHITE = {1, 1, 1};
enum { LEFT = 84, TEXT = 13, TICK = 5, STEP = 15, HATCH = 5, SHADES = 1024 };

static void find_size(TokenGrid *g)
{
    const Table *t = &g->fs->table[FT_TOKENS];
    g->prompt = t->nrows ? t->key[0].prompt : -1;
    for (int r = 0; r < t->nrows; r++) {
        const RowKey *k = &t->key[r];
        if (k->prompt != g->prompt || k->token < 0 || k->layer < -1) continue;
        if (k->token >= g->nt) g->nt = k->token + 1;
        if (k->layer + 2 > g->rows) g->rows = k->layer + 2;
    }
}

void grid_open(TokenGrid *g, const FeatureSet *fs)
{
    const Table *t = &fs->table[FT_TOKENS];
    int sink = feat_find_column(fs, FT_TOKENS, "sink");
    *g = (TokenGrid){.fs = fs};
    find_size(g);
    int64_t n = (int64_t)g->rows * g->nt;
    g->at = mem_alloc(n, sizeof *g->at);
    g->sink = mem_alloc(n, sizeof *g->sink);
    g->label = mem_alloc(g->nt, sizeof *g->label);
    for (int64_t i = 0; i < n; i++) g->at[i] = -1;
    for (int r = 0; r < t->nrows; r++) {
        const RowKey *k = &t->key[r];
        if (k->prompt != g->prompt || k->token < 0 || k->layer < -1) continue;
        int64_t i = (int64_t)(k->layer + 1) * g->nt + k->token;
        g->at[i] = r;
        g->sink[i] = feat_value(fs, FT_TOKENS, sink, r, 0).x > 0;
        if (!g->label[k->token]) g->label[k->token] = t->label[r];
    }
}

void grid_close(TokenGrid *g)
{
    free(g->at);
    free(g->sink);
    free(g->label);
    *g = (TokenGrid){.fs = NULL};
}

bool grid_values(const TokenGrid *g, const char *column, double *v)
{
    int col = feat_find_column(g->fs, FT_TOKENS, column);
    bool any = false;
    for (int64_t i = 0; i < (int64_t)g->rows * g->nt; i++) {
        v[i] = (double)feat_value(g->fs, FT_TOKENS, col, g->at[i], 0).x;
        any = any || isfinite(v[i]);
    }
    return any;
}

bool grid_range(const TokenGrid *g, const double *v, bool log, double *lo, double *hi)
{
    bool any = false;
    for (int64_t i = 0; i < (int64_t)g->rows * g->nt; i++) {
        if (!isfinite(v[i]) || g->sink[i] || (log && v[i] <= 0)) continue;
        *lo = any ? fmin(*lo, v[i]) : v[i];
        *hi = any ? fmax(*hi, v[i]) : v[i];
        any = true;
    }
    return any;
}

/* The mean colour of tokens t0..t1 of a row, sinks left out; all sinks: white, to be hatched. */
static void mix(const TokenGrid *g, const double *x, const Rgb *shade, Rgb absent, int64_t t0,
                int64_t t1, uint8_t *rgb)
{
    Rgb sum = {0, 0, 0};
    int n = 0;
    for (int64_t i = t0; i < t1; i++) {
        if (g->sink[i]) continue;
        double u = fmax(0, fmin(1, x[i]));
        Rgb k = isfinite(x[i]) ? shade[lrint(u * (SHADES - 1))] : absent;
        sum = (Rgb){sum.r + k.r, sum.g + k.g, sum.b + k.b};
        n++;
    }
    if (n == 0) sum = WHITE;
    if (n == 0) n = 1;
    rgb[0] = (uint8_t)lrint(255 * sum.r / n);
    rgb[1] = (uint8_t)lrint(255 * sum.g / n);
    rgb[2] = (uint8_t)lrint(255 * sum.b / n);
}

static void hatch(Canvas *c, Box cell)
{
    canvas_clip(c, cell);
    for (double d = -cell.h; d < cell.w; d += HATCH)
        canvas_line(c, cell.x + d, cell.y + cell.h, cell.x + d + cell.h, cell.y, 1, PALE);
    canvas_unclip(c);
}

/* Sinks that stand one above the other are one area: the lines go through. */
static void draw_sinks(Canvas *c, const TokenGrid *g, Box b)
{
    double w = b.w / g->nt, h = b.h / g->rows;
    for (int t = 0; t < g->nt; t++)
        for (int r = 0; r < g->rows; r++) {
            int first = r;
            while (r < g->rows && g->sink[(int64_t)r * g->nt + t]) r++;
            if (r == first) continue;
            Box cell = {b.x + t * w, b.y + b.h - r * h, fmax(w, 2), (r - first) * h};
            if (w >= HATCH)
                hatch(c, cell);
            else
                canvas_fill(c, cell, PALE, 1);
        }
}

void grid_draw_cells(Canvas *c, const TokenGrid *g, const double *x, Rgb (*colour)(double), Box b)
{
    Rgb *shade = mem_alloc(SHADES, sizeof *shade), absent = colour(NAN);
    int cols = g->nt < (int)b.w ? g->nt : (int)b.w;
    uint8_t *rgb = mem_alloc(3 * (int64_t)g->rows * cols, 1);
    for (int i = 0; i < SHADES; i++) shade[i] = colour(i / (SHADES - 1.0));
    for (int r = 0; r < g->rows; r++)
        for (int k = 0; k < cols; k++) {
            int64_t t0 = (int64_t)k * g->nt / cols, t1 = (int64_t)(k + 1) * g->nt / cols;
            int64_t row = (int64_t)r * g->nt;
            mix(g, x, shade, absent, row + t0, row + t1,
                rgb + 3 * ((int64_t)(g->rows - 1 - r) * cols + k));
        }
    canvas_image(c, b, rgb, g->rows, cols);
    draw_sinks(c, g, b);
    canvas_frame(c, b, INK);
    free(rgb);
    free(shade);
}

void grid_draw_layers(Canvas *c, const TokenGrid *g, Box b)
{
    double h = b.h / g->rows, widest = 0;
    int step = labels_step(h, STEP + 1);
    for (int r = 0; r < g->rows; r++) {
        char name[AXIS_NAME] = "emb";
        Axis count = {.lo = 0, .hi = g->rows};
        if (r > 0 && (r - 1) % step != 0) continue;
        if (r == 1 && h < STEP) continue; /* 0 would touch the embedding's name */
        if (r > 0) axis_name(&count, r - 1, name);
        double y = floor(b.y + b.h - (r + 0.5) * h) + 0.5;
        canvas_line(c, b.x - TICK, y, b.x, y, 1, INK);
        canvas_text(c, b.x - TICK - 4, y, 1, TEXT, INK, name);
        widest = fmax(widest, canvas_text_width(c, TEXT, name));
    }
    canvas_text_up(c, b.x - TICK - 4 - widest - 14, b.y + b.h / 2, 0.5, TEXT + 1, INK, "layer");
}

void grid_token_name(const char *label, Str *out)
{
    out->len = 0;
    for (const char *s = label ? label : ""; *s; s++) {
        if (*s == ' ')
            str_puts(out, "\xe2\x90\xa3"); /* open box */
        else if (*s == '\n')
            str_puts(out, "\xe2\x86\xb5"); /* downwards arrow with corner */
        else if (*s == '\t')
            str_puts(out, "\xe2\x87\xa5"); /* rightwards arrow to bar */
        else
            str_putc(out, *s);
    }
    if (out->len == 0) str_puts(out, "\xc2\xb7");
}

void grid_draw_tokens(Canvas *c, const TokenGrid *g, Box b, double room)
{
    char **name = mem_alloc(g->nt, sizeof *name);
    Str s = {0};
    for (int t = 0; t < g->nt; t++) {
        grid_token_name(g->label[t], &s);
        name[t] = mem_strdup(str_text(&s));
    }
    labels_draw_x(c, (const char *const *)name, g->nt, 0, b, room);
    for (int t = 0; t < g->nt; t++) free(name[t]);
    free(name);
    str_free(&s);
}

/* The prompt's text, NULL when the set does not say. */
static const char *prompt_name(const TokenGrid *g)
{
    const Table *t = &g->fs->table[FT_PROMPTS];
    for (int r = 0; r < t->nrows; r++)
        if (t->key[r].prompt == g->prompt) return t->label[r];
    return NULL;
}

void grid_draw_head(Canvas *c, const TokenGrid *g, const char *what)
{
    Str s = {0};
    str_addf(&s, "%s: %s", g->fs->model ? g->fs->model : "model", what);
    canvas_text_fit(c, LEFT, 26, 0, 20, INK, canvas_width(c) - 2 * LEFT, str_text(&s));
    s.len = 0;
    str_addf(&s, "%d token%s, %d layer%s: ", g->nt, g->nt == 1 ? "" : "s", g->rows - 1,
             g->rows == 2 ? "" : "s");
    const char *name = prompt_name(g);
    for (const char *p = name ? name : ""; *p; p++)
        str_putc(&s, *p == '\n' || *p == '\t' ? ' ' : *p);
    for (int t = 0; !name && t < g->nt && s.len < 600; t++)
        str_puts(&s, g->label[t] ? g->label[t] : "");
    labels_shorten(c, &s, TEXT, canvas_width(c) - 2 * LEFT);
    canvas_text(c, LEFT, 52, 0, TEXT, INK, str_text(&s));
    str_free(&s);
}

void grid_draw_legend(Canvas *c, double x, double y)
{
    Box mark = {x, y - 7, 22, 14};
    canvas_fill(c, mark, WHITE, 1);
    hatch(c, mark);
    canvas_frame(c, mark, PALE);
    canvas_text(c, x + 30, y, 0, TEXT, INK, "attention sink, not scaled to");
    mark.x += 240;
    canvas_fill(c, mark, colour_ramp(NAN), 1);
    canvas_frame(c, mark, PALE);
    canvas_text(c, mark.x + 30, y, 0, TEXT, INK, "no value");
}
