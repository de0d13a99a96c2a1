/* jepa_pictures.h: pictures of an evaluation and of the training before it. Private to app/. */
#ifndef APP_JEPA_PICTURES_H
#define APP_JEPA_PICTURES_H

#include "app/output.h"
#include "learn/jepa_eval.h"

/* False when one of them cannot be written, or exists and clobber is false. */
bool jepa_pictures_check(const char *path, bool clobber, Err *err);
/* Stages path (recall and ranks), its -latents (latents by their first two principal components,
 * coloured by density), and its -course (when the .csv of the training lies beside the file). */
bool jepa_pictures(const char *path, const char *jepa, const JepaEval *e, const Corpus *c,
                   OutSet *set, Err *err);

#endif
