/* view.h: dtypes, and a view of a matrix or vector that somebody else owns. */
#ifndef TENSOR_VIEW_H
#define TENSOR_VIEW_H

#include <stdbool.h>
#include <stdint.h>

typedef enum DType {
    DT_BOOL, DT_U8, DT_I8, DT_F8_E5M2, DT_F8_E4M3, DT_I16, DT_U16, DT_F16, DT_BF16,
    DT_I32, DT_U32, DT_F32, DT_F64, DT_I64, DT_U64, DT_COUNT
} DType;

enum { TENSOR_MAX_DIMS = 8 };

/* A view never owns memory and is cheap to copy. Shapes are logical: a linear layer is [out, in]
 * however it is stored. Element (i, j) of a matrix lies at i*ld + j, or at j*ld + i when
 * transposed; element i of a vector at i. A slice of rows or columns of a fused matrix is a view
 * with its own data and the same ld. `group`: rows come in runs of `group_rows` that start
 * `group_stride` stored rows apart (GPT-NeoX interleaves q, k and v by head); 0 = contiguous. */
typedef struct Tensor {
    const char *name; /* "model.layers.3.self_attn.q_proj.weight" */
    DType dtype;
    int ndim;
    int64_t shape[TENSOR_MAX_DIMS];
    int64_t ld;
    bool transposed;
    int64_t group_rows, group_stride;
    const void *data; /* in the mapping, maybe unaligned */
} Tensor;

const char *dtype_name(DType dtype); /* "BF16" */
int dtype_size(DType dtype);         /* bytes an element */
bool dtype_parse(const char *name, DType *out);

int64_t tensor_rows(const Tensor *t);  /* shape[0] of a matrix, 1 of a vector or scalar */
int64_t tensor_cols(const Tensor *t);  /* elements a row; higher dimensions are folded into it */
int64_t tensor_numel(const Tensor *t);

/* Rows row..row+n-1 as f32, out [n, tensor_cols(t)]. Integers and F8 are converted by value; an
 * F64 beyond the range of f32 becomes an infinity. */
void tensor_read_f32(const Tensor *t, int64_t row, int64_t n, float *out);
/* The nearest BF16, of two equally near the even one; NaN stays one. */
uint16_t bf16_round(float x);

#endif
