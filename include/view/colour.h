/* colour.h: colours that mean something: ramps of even steps, a circle, and one for each track. */
#ifndef VIEW_COLOUR_H
#define VIEW_COLOUR_H

typedef struct Rgb {
    double r, g, b; /* sRGB, 0..1 */
} Rgb;

/* OKLCH: perceived lightness 0..1, chroma 0..0.4, hue in degrees. Chroma is reduced until the
 * colour can be shown. */
Rgb colour_lch(double lightness, double chroma, double hue);
/* Perceived lightness, 0..1. */
double colour_lightness(Rgb c);

/* 0..1 (clamped): dark violet over green to yellow, lightness rising evenly. NaN is grey. */
Rgb colour_ramp(double x);
/* 0..1 (clamped): blue over almost white at 0.5 to red, as far from it as dark. NaN is grey. */
Rgb colour_split(double x);
/* Turns; x and x + 1 are the same colour, all of one lightness. NaN is grey. */
Rgb colour_cycle(double x);
/* The colour of track i of a score: neighbours differ in hue and lightness. */
Rgb colour_track(int i);

#endif
