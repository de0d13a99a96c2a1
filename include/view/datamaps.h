/* datamaps.h: pictures of a table of numbers: points, density, the table itself, its variances and
 * correlations. Each fills a page of DATAMAP_WIDTH x DATAMAP_HEIGHT. */
#ifndef VIEW_DATAMAPS_H
#define VIEW_DATAMAPS_H

#include "view/canvas.h"

enum { DATAMAP_WIDTH = 1400, DATAMAP_HEIGHT = 1000 };

/* Points of a map, coloured by group, or by value, or all alike. */
typedef struct Points {
    int n, dims;                   /* dims 2: a panel; 3: the three planes and an isometric view */
    const double *at;              /* [n, dims] finite */
    const char *axis;              /* "PC": axes are PC 1, PC 2, ... */
    const char *title, *subtitle;
    const int *group;              /* [n] 0..ngroups-1, or NULL */
    int ngroups;
    const char *const *group_name; /* [ngroups] */
    const double *value;           /* [n], or NULL */
    const char *value_name;
} Points;
void points_draw(Canvas *c, const Points *p);

/* The density of points in a plane as colours with contours, the points on top. */
typedef struct DensityMap {
    Points points;         /* dims 2 */
    const double *density; /* [rows, cols], row 0 lowest */
    int rows, cols;
    double x_lo, x_hi, y_lo, y_hi;
} DensityMap;
void density_draw(Canvas *c, const DensityMap *m);

/* A table of numbers as colours, blue below 0, red above, white at 0; values beyond -most..most
 * have the colour of the end. Where there are more cells than pixels a pixel is their mean. */
typedef struct Matrix {
    const double *v; /* [rows, cols] */
    int rows, cols;
    double most;
    const char *title, *subtitle, *x_name, *y_name, *unit;
} Matrix;
void matrix_draw(Canvas *c, const Matrix *m);

/* Variances, falling: a line on a logarithmic axis, the greatest by name. */
typedef struct Variances {
    const double *v; /* [n] falling, not negative */
    const int *dim;  /* [n] whose variance it is */
    int n;
    const char *title, *subtitle;
} Variances;
void variances_draw(Canvas *c, const Variances *v);

/* Shares of the variance by principal component: bars, and their running sum. */
typedef struct Scree {
    const double *share; /* [n] falling, 0..1 */
    int n;
    const char *title, *subtitle;
} Scree;
void scree_draw(Canvas *c, const Scree *s);

#endif
