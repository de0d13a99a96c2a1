/* st_meta.h: the header of a .safetensors file as JSON, for the strings under "__metadata__". */
#ifndef TENSOR_ST_META_H
#define TENSOR_ST_META_H

#include "base/err.h"
#include "base/json.h"

/* NULL and a message when path is no such file; free it with json_free. Whether the tensors are
 * sound is for checkpoint_open to say. */
Json *st_header_read(const char *path, Err *err);

#endif
