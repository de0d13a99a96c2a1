/* safetensors.h: the header of one .safetensors file, checked against the file's size. */
#ifndef TENSOR_SAFETENSORS_H
#define TENSOR_SAFETENSORS_H

#include "base/err.h"
#include "base/file.h"
#include "tensor/view.h"

typedef struct StEntry {
    char *name;
    DType dtype;
    int ndim;
    int64_t shape[TENSOR_MAX_DIMS];
    int64_t begin, end; /* bytes from the start of the data */
} StEntry;

typedef struct StHeader {
    StEntry *entry; /* [n] in the order of the data */
    int n, cap;
    int64_t data_at; /* bytes from the start of the file */
} StHeader;

/* The header of a mapped file; messages do not name the file. On failure h is empty. */
bool st_read(StHeader *h, const FileMap *map, Err *err);
void st_free(StHeader *h);

#endif
