/* npz_members.h: the files inside a zip archive. */
#ifndef TENSOR_NPZ_MEMBERS_H
#define TENSOR_NPZ_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* Calls take(ud, name, bytes, n) for every member of the archive data [size], until one fails. */
bool npz_members(const void *data, size_t size,
                 bool (*take)(void *ud, const char *name, const char *bytes, size_t n, Err *err),
                 void *ud, Err *err);

#endif
