/* mapping.h: from numbers with an address to numbers that music can use. */
#ifndef MUSIC_MAPPING_H
#define MUSIC_MAPPING_H

#include <stdint.h>

#include "feature/featset.h"

/* norm01(x) = (x - min) / (max - min) of x[0..n), in place of the values; a constant vector gives
 * 0.5. NaN counts as absent and becomes 0.5. */
void map_norm01(const float *x, int n, float *out);
/* norm01 of log1p(x), for spectra (x >= 0). */
void map_norm01_log(const float *x, int n, float *out);

/* A feature vector made ready: v[i].x is raw, u[i] is norm01 (of log1p when asked). */
typedef struct Series {
    int n;
    Value *v; /* [n] raw value and address */
    float *u; /* [n] 0..1 */
} Series;

/* n values spread evenly over the entry (n = 0: all of it); normalised over those n. A NaN takes
 * the nearest real value of the series and its address. False and an empty series when the entry is
 * absent or has no real number. Free with series_free. */
bool series_load(Series *s, const FeatureSet *fs, int table, const char *col, int layer, int role,
                 int n, bool logarithmic);
/* One number a layer (layers 0..nl-1; role as in feat_look), normalised over layers. Layers that
 * lack it take the nearest layer's value. */
bool series_over_layers(Series *s, const FeatureSet *fs, int table, const char *col, int role,
                        bool logarithmic);
/* The series of the 16-step pattern: elements i * floor(n/16) of the entry (mappings.md 2). */
bool series_steps16(Series *s, const FeatureSet *fs, const char *col, int layer, int role);
/* The same `turn` elements further on, wrapping round. */
bool series_turn16(Series *s, const FeatureSet *fs, const char *col, int layer, int role, int turn);
void series_free(Series *s);
/* For a series that none of these make: room for n values, to be filled in by the caller, then
 * completed (NaN healed, u computed). False, and the series is freed, when no value is a number. */
void series_alloc(Series *s, int n);
bool series_finish(Series *s, bool logarithmic);

/* The role that stands for `role` in this model: up for a missing gate, q for a missing k or v
 * (and so on); -1 when there is nothing. */
int map_role(const FeatureSet *fs, int layer, int role);

double clamp(double x, double lo, double hi);
double lerp(double a, double b, double x); /* a at 0, b at 1 */

/* Dynamics by name, MIDI velocity / 127: ppp 16, pp 33, p 49, mp 64, mf 80, f 96, ff 112, fff 127.
 */
#define DYN_PPP (16 / 127.0)
#define DYN_PP  (33 / 127.0)
#define DYN_P   (49 / 127.0)
#define DYN_MP  (64 / 127.0)
#define DYN_MF  (80 / 127.0)
#define DYN_F   (96 / 127.0)
#define DYN_FF  (112 / 127.0)
#define DYN_FFF (127 / 127.0)

#endif
