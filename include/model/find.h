/* find.h: from what the user calls a model to where it is.
 *
 * Looked for, in this order: a name under the models directories ($LLMSONIFY_MODELS, several
 * separated by ':'; ./models; models beside and share/llmsonify/models above the program's
 * directory); a directory or file; MODEL/CHECKPOINT, a model inside one of a models directory; a
 * Hugging Face id in the local cache ($HF_HUB_CACHE,
 * $HF_HOME/hub, $XDG_CACHE_HOME/huggingface/hub, ~/.cache/huggingface/hub). Nothing is ever
 * downloaded. */
#ifndef MODEL_FIND_H
#define MODEL_FIND_H

#include "base/err.h"

/* The default when the user names no model. */
#define MODEL_DEFAULT "wren"

typedef struct FoundModel {
    char *name;  /* "wren", "google/gemma-3-270m": what model_locate() takes */
    char *path;  /* a directory with weights in it */
    char *where; /* the models directory or cache that it lies in */
} FoundModel;

typedef struct FoundList {
    FoundModel *m; /* [n] by place, then by name */
    int n, cap;
} FoundList;

/* A new string for model_open(), or NULL with a message that says where it looked, what is alike,
 * and how to get it. asked NULL: the default model. */
char *model_locate(const char *asked, Err *err);

/* A file that is kept beside the models, "prompts/album.csv": a new string, or NULL with a message
 * when it is in none of the models directories. */
char *model_locate_file(const char *name, Err *err);

/* Everything that can be found by name. out must be zero; free with model_list_free(). */
void model_list(FoundList *out);
void model_list_free(FoundList *list);

#endif
