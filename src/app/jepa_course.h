/* jepa_course.h: the picture of a training from its .csv. Private to app/. */
#ifndef APP_JEPA_COURSE_H
#define APP_JEPA_COURSE_H

#include "app/output.h"

/* Stages the picture; nothing when no .csv lies beside the file of weights. */
bool jepa_course_picture(const char *path, const char *jepa, OutSet *set, Err *err);

#endif
