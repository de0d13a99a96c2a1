/* checkpoint.h: the tensors of one model on disk, mapped, never copied: a .safetensors file, or a
 * directory with model.safetensors or model.safetensors.index.json and its shards. */
#ifndef TENSOR_CHECKPOINT_H
#define TENSOR_CHECKPOINT_H

#include "base/err.h"
#include "tensor/view.h"

typedef struct Checkpoint Checkpoint;

/* path: a .safetensors file or a directory. Every limit of the format is checked; see
 * src/tensor/safetensors.c. On success *out is owned by the caller. */
bool checkpoint_open(Checkpoint **out, const char *path, Err *err);
void checkpoint_close(Checkpoint *c); /* NULL is fine */

int checkpoint_count(const Checkpoint *c);
/* i in 0..count-1, in the order of the files' data; views live as long as the checkpoint. */
const Tensor *checkpoint_tensor(const Checkpoint *c, int i);
const Tensor *checkpoint_find(const Checkpoint *c, const char *name); /* NULL if absent */
int64_t checkpoint_bytes(const Checkpoint *c); /* of all files */
const char *checkpoint_path(const Checkpoint *c);

/* Tells the kernel that this tensor's pages will be read soon, or are no longer needed. */
void checkpoint_prefetch(const Checkpoint *c, const Tensor *t);
void checkpoint_release(const Checkpoint *c, const Tensor *t);

#endif
