/* np_read.h: arrays that NumPy wrote: .npy (format 1.0 to 3.0) and .npz. Little-endian numbers of
 * any size, booleans and '<U' strings; arrays of other types in a .npz are left out. */
#ifndef TENSOR_NP_READ_H
#define TENSOR_NP_READ_H

#include "base/err.h"
#include "tensor/npz.h"

typedef struct NpArray {
    char *name; /* "" for a .npy */
    int ndim;
    int64_t shape[NP_MAX_DIMS], count;
    double *v;   /* [count] in C order; NULL for strings */
    char **text; /* [count] UTF-8; NULL for numbers */
} NpArray;

/* Owner; zero is empty. */
typedef struct NpSet {
    NpArray *item; /* [n] */
    int n, cap;
} NpSet;

/* By the ending of path: .npz, else .npy. Every size is checked against the file's. */
bool np_read(NpSet *set, const char *path, Err *err);
const NpArray *np_find(const NpSet *set, const char *name); /* NULL when there is none */
void np_free(NpSet *set);

#endif
