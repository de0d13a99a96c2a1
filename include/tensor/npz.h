/* npz.h: arrays for NumPy: one as .npy, several as .npz, format version 1.0, C order,
 * little-endian; numpy.load(path, allow_pickle=False) opens them. The same arrays give the same
 * bytes (fixed times inside). Files appear whole or not at all; "-" is standard output. */
#ifndef TENSOR_NPZ_H
#define TENSOR_NPZ_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

typedef enum NpType { NP_F4, NP_F8, NP_I4, NP_I8, NP_U1, NP_BOOL, NP_TYPES } NpType;

enum { NP_MAX_DIMS = 8 };

/* data [shape[0], ..., shape[ndim - 1]] in C order; ndim 0 is one number. */
bool npy_write(const char *path, NpType type, const void *data, int ndim, const int64_t *shape,
               Err *err);

typedef struct Npz Npz;

/* deflate: compress; otherwise stored. */
Npz *npz_new(bool deflate);
/* Adds "NAME.npy"; the data is copied. Fails on a name used before, or one with '/' or nothing. */
bool npz_add(Npz *z, const char *name, NpType type, const void *data, int ndim,
             const int64_t *shape, Err *err);
/* A vector of n strings (UTF-8), as NumPy's '<U': padded UTF-32. n = -1: one string, ndim 0. */
bool npz_add_strings(Npz *z, const char *name, const char *const *s, int64_t n, Err *err);
/* Writes the archive. The Npz is freed either way. */
bool npz_write(Npz *z, const char *path, Err *err);
void npz_free(Npz *z); /* to give up; NULL is fine */

#endif
