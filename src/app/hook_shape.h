/* hook_shape.h: the array that one point of the forward pass makes for a text of nt tokens. */
#ifndef APP_HOOK_SHAPE_H
#define APP_HOOK_SHAPE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "infer/hook.h"
#include "infer/hparams.h"

/* False when this family has no such point. */
bool hook_exists(const Hparams *hp, HookPoint point);
/* Numbers of the array; the shape goes to shape[0 .. *ndim). */
int64_t hook_shape(const Hparams *hp, HookPoint point, int nt, int64_t shape[3], int *ndim);
/* "nt, 4, 64" */
void hook_shape_text(const Hparams *hp, HookPoint point, Str *out);
/* True for [heads, query, key], false for [token, ...]. */
bool hook_is_square(HookPoint point);

#endif
