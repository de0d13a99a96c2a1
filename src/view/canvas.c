/* canvas.c: see view/canvas.h. The only file that knows Cairo.
 *
 * PNG has no time stamp. In SVG, Cairo names images by a counter of the process ("image17"): they
 * are numbered anew, so that a page does not depend on what was drawn before it. */
#include "view/canvas.h"

#include <cairo/cairo-svg.h>
#include <cairo/cairo.h>
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct Canvas {
    cairo_surface_t *surface;
    cairo_t *cr;
    Str bytes; /* what the surface has written: SVG as it goes, PNG at the end */
    int width, height;
    CanvasFormat format;
};

static cairo_status_t take_bytes(void *ud, const unsigned char *data, unsigned n)
{
    Canvas *c = ud;
    str_add(&c->bytes, data, n);
    return CAIRO_STATUS_SUCCESS;
}

Canvas *canvas_open(int width, int height, CanvasFormat format)
{
    Canvas *c = mem_alloc(1, sizeof *c);
    c->width = width;
    c->height = height;
    c->format = format;
    c->surface = format == CANVAS_SVG
                     ? cairo_svg_surface_create_for_stream(take_bytes, c, width, height)
                     : cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    c->cr = cairo_create(c->surface);
    cairo_select_font_face(c->cr, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                           CAIRO_FONT_WEIGHT_NORMAL);
    canvas_fill(c, (Box){0, 0, width, height}, (Rgb){1, 1, 1}, 1);
    return c;
}

void canvas_close(Canvas *c)
{
    if (!c) return;
    cairo_destroy(c->cr);
    cairo_surface_destroy(c->surface);
    str_free(&c->bytes);
    free(c);
}

double canvas_width(const Canvas *c)
{
    return c->width;
}

double canvas_height(const Canvas *c)
{
    return c->height;
}

Rgb canvas_pixel(const Canvas *c, int x, int y)
{
    uint32_t pixel;
    if (c->format != CANVAS_PNG || x < 0 || y < 0 || x >= c->width || y >= c->height)
        return (Rgb){NAN, NAN, NAN};
    cairo_surface_flush(c->surface);
    const unsigned char *row = cairo_image_surface_get_data(c->surface) +
                               (int64_t)y * cairo_image_surface_get_stride(c->surface);
    memcpy(&pixel, row + 4 * (int64_t)x, 4);
    return (Rgb){(pixel >> 16 & 255) / 255.0, (pixel >> 8 & 255) / 255.0, (pixel & 255) / 255.0};
}

/* The length of "image17" or "source17" where it is an id at s; 0 where it is none. */
static size_t counted_id(const char *s, size_t *word)
{
    static const char *const WORD[] = {"image", "source", "surface"};
    for (int i = 0; i < 3; i++) {
        size_t n = strlen(WORD[i]);
        if (strncmp(s, WORD[i], n) != 0 || !isdigit((unsigned char)s[n])) continue;
        *word = n;
        while (isdigit((unsigned char)s[n])) n++;
        return n;
    }
    return 0;
}

/* Ids stand behind a quotation mark or a hash; the n-th to appear becomes n. */
static void renumber(const Str *in, Str *out)
{
    char **seen = NULL;
    int n = 0, cap = 0;
    const char *s = str_text(in), *end = s + in->len;
    while (s < end) {
        size_t word = 0, len = 0;
        if (*s == '"' || *s == '#') len = counted_id(s + 1, &word);
        str_putc(out, *s++);
        if (len == 0) continue;
        int k = 0;
        while (k < n && (strncmp(seen[k], s, len) != 0 || seen[k][len])) k++;
        if (k == n) *(char **)mem_push(&seen, &n, &cap, sizeof *seen) = mem_strndup(s, len);
        str_add(out, s, word);
        str_addf(out, "%d", k);
        s += len;
    }
    for (int i = 0; i < n; i++) free(seen[i]);
    free(seen);
}

bool canvas_finish(Canvas *c, Str *out, Err *err)
{
    cairo_status_t status = cairo_status(c->cr);
    cairo_surface_flush(c->surface);
    if (status == CAIRO_STATUS_SUCCESS && c->format == CANVAS_PNG)
        status = cairo_surface_write_to_png_stream(c->surface, take_bytes, c);
    cairo_surface_finish(c->surface);
    if (status == CAIRO_STATUS_SUCCESS) status = cairo_surface_status(c->surface);
    if (status != CAIRO_STATUS_SUCCESS)
        return err_set(err, "picture of %d x %d: %s", c->width, c->height,
                       cairo_status_to_string(status));
    if (c->format == CANVAS_SVG)
        renumber(&c->bytes, out);
    else
        str_add(out, str_text(&c->bytes), c->bytes.len);
    return true;
}

void canvas_fill(Canvas *c, Box b, Rgb colour, double alpha)
{
    cairo_set_source_rgba(c->cr, colour.r, colour.g, colour.b, alpha);
    cairo_rectangle(c->cr, b.x, b.y, b.w, b.h);
    cairo_fill(c->cr);
}

static void stroke(Canvas *c, double width, Rgb colour)
{
    cairo_set_source_rgb(c->cr, colour.r, colour.g, colour.b);
    cairo_set_line_width(c->cr, width);
    cairo_set_line_join(c->cr, CAIRO_LINE_JOIN_ROUND);
    cairo_stroke(c->cr);
}

void canvas_frame(Canvas *c, Box b, Rgb colour)
{
    cairo_rectangle(c->cr, b.x - 0.5, b.y - 0.5, b.w + 1, b.h + 1);
    stroke(c, 1, colour);
}

void canvas_line(Canvas *c, double x0, double y0, double x1, double y1, double width, Rgb colour)
{
    cairo_move_to(c->cr, x0, y0);
    cairo_line_to(c->cr, x1, y1);
    stroke(c, width, colour);
}

static void path(Canvas *c, const double *xy, int n)
{
    for (int i = 0; i < n; i++) cairo_line_to(c->cr, xy[2 * i], xy[2 * i + 1]);
}

void canvas_curve(Canvas *c, const double *xy, int n, double width, Rgb colour)
{
    path(c, xy, n);
    stroke(c, width, colour);
}

void canvas_polygon(Canvas *c, const double *xy, int n, Rgb colour)
{
    path(c, xy, n);
    cairo_close_path(c->cr);
    cairo_set_source_rgb(c->cr, colour.r, colour.g, colour.b);
    cairo_fill(c->cr);
}

void canvas_clip(Canvas *c, Box b)
{
    cairo_save(c->cr);
    cairo_rectangle(c->cr, b.x, b.y, b.w, b.h);
    cairo_clip(c->cr);
}

void canvas_unclip(Canvas *c)
{
    cairo_restore(c->cr);
}

void canvas_image(Canvas *c, Box b, const uint8_t *rgb, int rows, int cols)
{
    cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_RGB24, cols, rows);
    unsigned char *to = cairo_image_surface_get_data(image);
    int stride = cairo_image_surface_get_stride(image);
    for (int r = 0; to && r < rows; r++)
        for (int k = 0; k < cols; k++) {
            const uint8_t *p = rgb + 3 * ((int64_t)r * cols + k);
            uint32_t pixel = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
            memcpy(to + (int64_t)r * stride + 4 * k, &pixel, 4);
        }
    cairo_surface_mark_dirty(image);
    cairo_save(c->cr);
    cairo_translate(c->cr, b.x, b.y);
    cairo_scale(c->cr, b.w / cols, b.h / rows);
    cairo_set_source_surface(c->cr, image, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(c->cr), CAIRO_FILTER_NEAREST);
    cairo_pattern_set_extend(cairo_get_source(c->cr), CAIRO_EXTEND_PAD);
    cairo_rectangle(c->cr, 0, 0, cols, rows);
    cairo_fill(c->cr);
    cairo_restore(c->cr);
    cairo_surface_destroy(image);
}

/* Bytes of the UTF-8 character at s, 0 when it is none (RFC 3629; no surrogates, no long forms). */
static int utf8_length(const char *s)
{
    const unsigned char *u = (const unsigned char *)s;
    int n = u[0] < 0x80 ? 1 : u[0] >= 0xc2 && u[0] < 0xe0 ? 2 : u[0] >= 0xe0 && u[0] < 0xf0 ? 3
            : u[0] >= 0xf0 && u[0] < 0xf5 ? 4 : 0;
    for (int i = 1; i < n; i++)
        if ((u[i] & 0xc0) != 0x80) return 0;
    if ((u[0] == 0xe0 && u[1] < 0xa0) || (u[0] == 0xed && u[1] > 0x9f)) return 0;
    if ((u[0] == 0xf0 && u[1] < 0x90) || (u[0] == 0xf4 && u[1] > 0x8f)) return 0;
    return n;
}

static void printable(const char *s, Str *out)
{
    while (*s) {
        int n = utf8_length(s);
        if (n == 0 || (n == 1 && iscntrl((unsigned char)*s)))
            str_puts(out, "\xc2\xb7");
        else
            str_add(out, s, (size_t)n);
        s += n ? n : 1;
    }
}

/* Cairo's own text takes one font only. A character that the usual one lacks is looked for in those
 * that are common for other scripts; in none of them, it stands as its code point. */
static const char *const FONTS[] = {
    "sans-serif",       "Noto Sans",          "Noto Sans CJK SC",     "Noto Sans CJK JP",
    "WenQuanYi Zen Hei", "Droid Sans Fallback", "Source Han Sans",    "IPAGothic",
    "Noto Sans Devanagari", "Noto Sans Thai", "Noto Sans Hebrew",     "Noto Sans Arabic",
    "Noto Sans Symbols", "Noto Sans Symbols2", "Noto Emoji",          "Symbola",
    "FreeSans",         "Unifont",            "DejaVu Sans"};
enum { NFONTS = sizeof FONTS / sizeof FONTS[0] };

static void choose_font(Canvas *c, int font)
{
    cairo_select_font_face(c->cr, FONTS[font], CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
}

/* Glyph 0 is a font's sign for what it has not. */
static bool font_has(Canvas *c, int font, const char *s, int n)
{
    cairo_glyph_t *glyph = NULL;
    int count = 0;
    choose_font(c, font);
    bool ok = cairo_scaled_font_text_to_glyphs(cairo_get_scaled_font(c->cr), 0, 0, s, n, &glyph,
                                               &count, NULL, NULL, NULL) == CAIRO_STATUS_SUCCESS;
    for (int i = 0; ok && i < count; i++) ok = glyph[i].index != 0;
    cairo_glyph_free(glyph);
    return ok;
}

static int font_for(Canvas *c, const char *s, int n)
{
    if ((unsigned char)*s < 0x80) return 0;
    for (int f = 0; f < NFONTS; f++)
        if (font_has(c, f, s, n)) return f;
    return -1;
}

static void add_code(const char *s, int n, Str *out)
{
    uint32_t code = n == 2 ? *s & 0x1f : n == 3 ? *s & 0x0f : *s & 0x07;
    for (int i = 1; i < n; i++) code = code << 6 | (s[i] & 0x3f);
    str_addf(out, "<%04X>", (unsigned)code);
}

/* Runs of one font, from the current point; or only their width. text is well-formed. */
static double run_text(Canvas *c, const char *text, bool draw)
{
    double width = 0;
    while (*text) {
        cairo_text_extents_t e;
        Str run = {0};
        int font = -2;
        for (int n; *text; text += n) {
            n = utf8_length(text);
            int f = font_for(c, text, n);
            if (font != -2 && (f < 0 ? 0 : f) != font) break;
            font = f < 0 ? 0 : f;
            if (f < 0)
                add_code(text, n, &run);
            else
                str_add(&run, text, (size_t)n);
        }
        choose_font(c, font);
        cairo_text_extents(c->cr, str_text(&run), &e);
        if (draw) cairo_show_text(c->cr, str_text(&run));
        width += e.x_advance;
        str_free(&run);
    }
    choose_font(c, 0);
    return width;
}

static void draw_text(Canvas *c, double x, double y, double align, double angle, double size,
                      const char *text)
{
    Str shown = {0};
    printable(text, &shown);
    cairo_set_font_size(c->cr, size);
    double width = align > 0 ? run_text(c, str_text(&shown), false) : 0;
    cairo_save(c->cr);
    cairo_translate(c->cr, x, y);
    cairo_rotate(c->cr, angle);
    cairo_move_to(c->cr, -align * width, 0.36 * size); /* digits are 0.73 em high */
    run_text(c, str_text(&shown), true);
    cairo_restore(c->cr);
    cairo_new_path(c->cr);
    str_free(&shown);
}

void canvas_text(Canvas *c, double x, double y, double align, double size, Rgb colour,
                 const char *text)
{
    cairo_set_source_rgb(c->cr, colour.r, colour.g, colour.b);
    draw_text(c, x, y, align, 0, size, text);
}

void canvas_text_up(Canvas *c, double x, double y, double align, double size, Rgb colour,
                    const char *text)
{
    cairo_set_source_rgb(c->cr, colour.r, colour.g, colour.b);
    draw_text(c, x, y, align, -1.57079632679489661923, size, text);
}

double canvas_text_width(Canvas *c, double size, const char *text)
{
    Str shown = {0};
    printable(text, &shown);
    cairo_set_font_size(c->cr, size);
    double width = run_text(c, str_text(&shown), false);
    str_free(&shown);
    return width;
}

void canvas_text_fit(Canvas *c, double x, double y, double align, double size, Rgb colour,
                     double room, const char *text)
{
    if (canvas_text_width(c, size, text) <= room) {
        canvas_text(c, x, y, align, size, colour, text);
        return;
    }
    for (size_t n = strlen(text); n > 1;) {
        Str s = {0};
        do n--;
        while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80);
        str_add(&s, text, n);
        str_puts(&s, "\xe2\x80\xa6");
        bool fits = n > 1 && canvas_text_width(c, size, s.s) <= room;
        if (fits) canvas_text(c, x, y, align, size, colour, s.s);
        str_free(&s);
        if (fits) return;
    }
}
