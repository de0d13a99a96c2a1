/* canvas.h: a page to draw on, as PNG or SVG (Cairo behind it). Units are pixels, the origin is the
 * upper left corner. Drawing never fails; what went wrong is said by canvas_finish(). The same
 * drawing gives the same bytes. */
#ifndef VIEW_CANVAS_H
#define VIEW_CANVAS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "view/colour.h"

typedef enum CanvasFormat { CANVAS_PNG, CANVAS_SVG } CanvasFormat;

typedef struct Canvas Canvas;
typedef struct Box {
    double x, y, w, h;
} Box;

/* A white page. Never NULL. */
Canvas *canvas_open(int width, int height, CanvasFormat format);
void canvas_close(Canvas *c); /* NULL is fine */
double canvas_width(const Canvas *c);
double canvas_height(const Canvas *c);
/* What is drawn there so far; NaN outside of the page and in SVG. */
Rgb canvas_pixel(const Canvas *c, int x, int y);
/* Appends the file's bytes. Nothing can be drawn afterwards. */
bool canvas_finish(Canvas *c, Str *out, Err *err);

void canvas_fill(Canvas *c, Box b, Rgb colour, double alpha);
void canvas_frame(Canvas *c, Box b, Rgb colour);
void canvas_line(Canvas *c, double x0, double y0, double x1, double y1, double width, Rgb colour);
/* xy: [n, 2] */
void canvas_curve(Canvas *c, const double *xy, int n, double width, Rgb colour);
void canvas_polygon(Canvas *c, const double *xy, int n, Rgb colour);
/* What follows is drawn inside of b only, until canvas_unclip(). */
void canvas_clip(Canvas *c, Box b);
void canvas_unclip(Canvas *c);
/* rgb: [rows, cols, 3], stretched over b without smoothing. */
void canvas_image(Canvas *c, Box b, const uint8_t *rgb, int rows, int cols);

/* align: 0 = (x, y) is the left end, 0.5 the middle, 1 the right end; y is the middle of the
 * digits' height. Bytes that are not UTF-8 and control characters are shown as a dot. */
void canvas_text(Canvas *c, double x, double y, double align, double size, Rgb colour,
                 const char *text);
/* The same, read from below. */
void canvas_text_up(Canvas *c, double x, double y, double align, double size, Rgb colour,
                    const char *text);
double canvas_text_width(Canvas *c, double size, const char *text);
/* canvas_text() cut with an ellipsis so that it is at most `room` wide; nothing when that leaves
 * fewer than two letters. */
void canvas_text_fit(Canvas *c, double x, double y, double align, double size, Rgb colour,
                     double room, const char *text);

#endif
