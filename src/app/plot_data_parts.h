/* plot_data_parts.h: what `plot` computes, and the forms it is shown in. */
#ifndef APP_PLOT_DATA_PARTS_H
#define APP_PLOT_DATA_PARTS_H

#include "app/plot_data.h"
#include "view/canvas.h"
#include "view/datamaps.h"

/* Owner of everything that one kind of picture needs; the rest is NULL. */
typedef struct PlotNumbers {
    const PlotDataJob *job;
    DataTable t;
    char *title, *subtitle;
    /* maps and density */
    double *at;          /* [t.n, dims] */
    int dims;
    double trust;        /* of the map, NaN when there are too few points to tell */
    double *norm;        /* [t.n] */
    int *group;          /* [t.n], NULL when there are no categories */
    const char **groups; /* [ngroups] names, owned by t */
    int ngroups;
    double *share;       /* [nshare] of the variance, by component */
    int nshare;
    double *density;     /* [grid.rows, grid.cols] */
    double x_lo, x_hi, y_lo, y_hi;
    int rows, cols;
    /* variance, correlation */
    double *variance;    /* [t.d] falling */
    int *order;          /* [t.d] dimensions by falling variance, or as the correlations stand */
    double *matrix;      /* [nmatrix, nmatrix] correlations in that order */
    int nmatrix;
} PlotNumbers;

enum { PLOT_TRUST_K = 12, PLOT_CORRELATION_MAX = 1024 };

const char *plot_kind_name(PlotKind kind);
/* Reads the data and computes what the kind needs. */
bool plot_numbers(PlotNumbers *p, const PlotDataJob *job, const Run *run, Err *err);
void plot_numbers_free(PlotNumbers *p);

/* What the points are coloured by, when the job says auto. */
PlotColour plot_colour(const PlotNumbers *p);
Points plot_points(const PlotNumbers *p);
void plot_draw(Canvas *c, const PlotNumbers *p);
void plot_json(const PlotNumbers *p, Str *out);
/* A map to look around in. */
void plot_html(const PlotNumbers *p, Str *out);
/* Any picture as a page that stays as it is. */
void plot_html_picture(const PlotNumbers *p, const char *svg, Str *out);

#endif
