/* inspect_prompt.h: what a prompt does inside a model: as features, or the numbers themselves. */
#ifndef APP_INSPECT_PROMPT_H
#define APP_INSPECT_PROMPT_H

#include <stdbool.h>

#include "app/text_model.h"
#include "feature/featset.h"

/* The tables of analysis/activations.h; fs must be zero, free it with feat_free. */
bool prompt_features(const TextJob *job, FeatureSet *fs, const Run *run, Err *err);

/* Writes the named points (infer/hook.h) as NumPy arrays of those names: [nt, d] for vectors of the
 * stream, [nt, heads, width] for those of heads, [heads, nt, nt] for attn.hook_pattern and
 * attn.hook_attn_scores, [nt, heads] for attn.hook_entropy and attn.hook_distance; with "ids" and
 * "text" [nt]. */
bool prompt_write_hooks(const TextJob *job, const OptList *names, const char *path,
                        const Run *run, Err *err);
/* Appends a line for each point that the model has: its name and shape. */
bool prompt_list_hooks(const TextJob *job, Str *out, Err *err);

#endif
