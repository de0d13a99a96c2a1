/* course.h: how numbers went over the steps of a training: panels of lines one above the other. */
#ifndef VIEW_COURSE_H
#define VIEW_COURSE_H

#include "view/canvas.h"

enum { COURSE_WIDTH = 1400, COURSE_HEIGHT = 1150, COURSE_LINES = 4 };

typedef struct CoursePanel {
    const char *title;
    const char *name[COURSE_LINES]; /* of its lines; NULL = no more */
    const double *v[COURSE_LINES];  /* [n]; NaN = nothing there */
    double lo, hi;                  /* of the axis; lo = hi: what the lines need */
} CoursePanel;

/* mark: steps at which something ends, with what it was. */
typedef struct Course {
    const char *title, *line;
    const double *step; /* [n] rising */
    int n;
    const CoursePanel *panel; /* [npanels] */
    int npanels;
    const double *mark;
    const char *const *mark_name;
    int nmarks;
} Course;

/* Fills a page of COURSE_WIDTH x COURSE_HEIGHT. */
void course_draw(Canvas *c, const Course *p);

#endif
