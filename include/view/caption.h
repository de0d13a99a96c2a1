/* caption.h: what a picture says in a line of where a piece comes from. */
#ifndef VIEW_CAPTION_H
#define VIEW_CAPTION_H

#include "base/str.h"
#include "feature/featset.h"

/* Appends the name of the direction that the prompt was projected on; false when there is none. */
bool caption_direction(const FeatureSet *fs, Str *out);
/* Appends "A, left: "Hello", B, right: "Goodbye"; direction refusal": models where they differ,
 * prompts, the direction. part [nfs]: who plays which, NULL = nobody is told apart. */
void caption_piece(const FeatureSet *const *fs, int nfs, const char *const *part, Str *out);

#endif
