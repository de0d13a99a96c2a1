/* token_grid.h: tokens by layers as cells: what the pictures of one prompt share. */
#ifndef VIEW_TOKEN_GRID_H
#define VIEW_TOKEN_GRID_H

#include "feature/featset.h"
#include "view/axis.h"

/* The first prompt of a set. Row 0 is layer -1, the embedding. Zero is closed. */
typedef struct TokenGrid {
    const FeatureSet *fs;
    int prompt, nt, rows;
    int *at;            /* [rows, nt] row of FT_TOKENS, -1 = absent */
    bool *sink;         /* [rows, nt] */
    const char **label; /* [nt] of fs, may be NULL */
} TokenGrid;

void grid_open(TokenGrid *g, const FeatureSet *fs);
void grid_close(TokenGrid *g);

/* v: [rows, nt], NaN where the column has none. False when there is no finite number in it. */
bool grid_values(const TokenGrid *g, const char *column, double *v);
/* The least and the largest of v over the cells that are no sinks; positive ones only when log is
 * asked. False when there is none. */
bool grid_range(const TokenGrid *g, const double *v, bool log, double *lo, double *hi);

/* x: [rows, nt] 0..1 for the colour, NaN is grey. Sinks are hatched. More tokens than pixels share
 * a column: the mean of their colours. Fills exactly b and frames it. */
void grid_draw_cells(Canvas *c, const TokenGrid *g, const double *x, Rgb (*colour)(double),
                     Box b);
/* The layers' names left of b. */
void grid_draw_layers(Canvas *c, const TokenGrid *g, Box b);
/* The tokens under b, at most `room` pixels high; as many as can be read. */
void grid_draw_tokens(Canvas *c, const TokenGrid *g, Box b, double room);
/* Title and the prompt's text at the head of the page, a legend of hatching and grey. */
void grid_draw_head(Canvas *c, const TokenGrid *g, const char *what);
void grid_draw_legend(Canvas *c, double x, double y);

/* A token as it is shown: spaces, tabs and line ends get a mark. Replaces *out. */
void grid_token_name(const char *label, Str *out);

/* Curves over the layers, one panel under the other. */
typedef struct LayerCurve {
    const char *column; /* of FT_LAYERS; NULL: v */
    const double *v;    /* [rows of the grid] */
    const char *title;
    bool log;
} LayerCurve;
void grid_draw_curves(Canvas *c, const TokenGrid *g, const LayerCurve *curve, int n, Box b);

#endif
