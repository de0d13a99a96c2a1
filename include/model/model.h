/* model.h: a checkpoint with its configuration, its tensors named by role. */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include "base/err.h"
#include "base/json.h"
#include "feature/role.h"
#include "tensor/checkpoint.h"

typedef struct ModelConfig {
    char family[24];            /* row of archs.def: "gemma3", "llama", ... "unknown" */
    int nl, d, nh, nkv, dh, ff; /* layers, width, heads, key-value heads, head size, feed-forward;
                                   0 = unknown */
    int64_t vocab;
    bool tied; /* no output embedding of its own */
} ModelConfig;

/* One tensor by role: a whole tensor of the checkpoint, or a slice of a fused one. */
typedef struct ModelPart {
    Tensor t;  /* t.name is owned by the model: "....qkv_proj.weight[0:3072]" for a slice
                      of rows, "....c_attn.weight[:, 0:768]" of columns */
    int layer; /* -1 = outside the blocks */
    Role role;
} ModelPart;

typedef struct Model {
    char *name; /* "wren": last part of the path, or of the Hugging Face id */
    char *path; /* directory or file as found */
    char *dir;  /* the directory that it is or lies in, where config.json and tokenizer.json are */
    ModelConfig cfg;
    Checkpoint *ck;
    ModelPart *part; /* [nparts] in file order */
    int nparts, cap_parts;
    int *first; /* [first_layers + 1, ROLE_COUNT] index of the first part + 1, for model_find */
    int first_layers;
    char **note; /* [nnotes] what could not be recognised, "no gate: up is used", ... */
    int nnotes, cap_notes;
} Model;

/* path: a directory or a .safetensors file (its directory's config.json is used when there is
 * one), see model/find.h for names. Zero is closed, also after a failure. A shape that contradicts
 * config.json is an error in a family that we know, a note in one that we do not. */
bool model_open(Model *m, const char *path, Err *err);
void model_close(Model *m);
/* NULL when there is none. */
const ModelPart *model_find(const Model *m, int layer, Role role);
/* A member of config.json: of its "text_config", else of the whole. NULL when absent or null. */
const Json *model_config_get(const Json *root, const char *key);

#endif
