/* heatmap.h: pictures of what a prompt does, layer by layer. Pages of HEATMAP_WIDTH x
 * HEATMAP_HEIGHT unless said otherwise. */
#ifndef VIEW_HEATMAP_H
#define VIEW_HEATMAP_H

#include "feature/featset.h"
#include "view/canvas.h"

enum { HEATMAP_WIDTH = 1600, HEATMAP_HEIGHT = 1000 };

/* Tokens (labelled, left to right) by layers (the embedding lowest): log norm and tension where the
 * set has a direction, else log norm and attention entropy; beside it the layer profile (mean norm,
 * entropy, sparsity, tension). Sinks are marked, not scaled to. */
void heatmap_draw(Canvas *c, const FeatureSet *fs);
/* The same grid by phase, in a circle of colours. */
void phases_draw(Canvas *c, const FeatureSet *fs);

/* The tension of many prompts in their order, with section names (an album's categories, the
 * parts of a dialogue). section may be NULL; equal neighbours are one section. */
typedef struct Arc {
    int n;
    const double *tension;       /* [n] 0..1 */
    const double *tempo;         /* [n] quarter notes a minute, may be NULL */
    const char *const *name;     /* [n] */
    const char *const *section;  /* [n] */
    const char *title;
} Arc;
void arc_draw(Canvas *c, const Arc *a);

/* A square picture for the cover of an album, from the model's own numbers: spectra [nl, k] (any
 * positive numbers that fall along k). No random numbers. */
enum { COVER_SIZE = 1500 };
void cover_draw(Canvas *c, const char *title, const char *subtitle, const float *spectra, int nl,
                int k);

#endif
