/* jepa_kin.h: models on both sides of a judgement that are too near each other. Private to app/. */
#ifndef APP_JEPA_KIN_H
#define APP_JEPA_KIN_H

#include "app/say.h"
#include "base/opt.h"

/* Warns of the first pair of a model learned from and one kept out that lie as the checkpoints of
 * one training do: one in the other's directory, or both step-* of one directory. */
void jepa_warn_of_kin(const OptList *in, const OptList *out, const Say *report);

#endif
