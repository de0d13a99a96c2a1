/* evidence.h: measured claims against their controls, and the tables beside them. */
#ifndef VIEW_EVIDENCE_H
#define VIEW_EVIDENCE_H

#include "view/canvas.h"

enum { EVIDENCE_WIDTH = 1600, EVIDENCE_HEIGHT = 1000 }; /* of a page at most */

/* One number; deviations: how many standard deviations of its control it lies over the control's
 * mean, NaN = it has no control. */
typedef struct EvidenceRow {
    const char *name, *value; /* "melody.steps", "0.8" */
    const char *says;         /* one sentence, shown where there is room */
    double deviations, p;
    bool found;
} EvidenceRow;

/* Rows of numbers, coloured column by column from its least to its largest. */
typedef struct EvidenceGrid {
    const char *title;
    int rows, cols;
    const double *v;              /* [rows, cols] NaN = none */
    const char *const *row_name;  /* [rows] NULL entries are fine */
    const char *const *note;      /* [rows] the same */
    const char *const *col_name;  /* [cols] */
} EvidenceGrid;

typedef struct Evidence {
    const char *title, *subtitle;
    int n, ngrids;
    const EvidenceRow *row;   /* [n] */
    const EvidenceGrid *grid; /* [ngrids] as many as there is room for are drawn, side by side */
} Evidence;

/* How high a page should be for it, at most EVIDENCE_HEIGHT. */
int evidence_height(const Evidence *e);
/* Fills a page of EVIDENCE_WIDTH. */
void evidence_draw(Canvas *c, const Evidence *e);

#endif
