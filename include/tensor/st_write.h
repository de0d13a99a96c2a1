/* st_write.h: arrays to a .safetensors file. The same arrays give the same bytes. */
#ifndef TENSOR_ST_WRITE_H
#define TENSOR_ST_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "tensor/view.h"

typedef struct StArray {
    const char *name;
    DType dtype;
    int ndim;
    int64_t shape[TENSOR_MAX_DIMS];
    const void *data; /* C order */
} StArray;

typedef struct StMeta {
    const char *key, *value; /* "__metadata__" */
} StMeta;

/* Writes under another name and renames; "-" is standard output. Data begin at a multiple of 64
 * bytes, in the order of a [n]. False on a name used twice. */
bool st_write(const char *path, const StArray *a, int n, const StMeta *meta, int nmeta, Err *err);

#endif
