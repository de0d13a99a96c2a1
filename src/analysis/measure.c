/* measure.c: see measure.h. Which road a matrix takes to its singular values: a small one is
 * decomposed directly in f64; any other goes through its Gram matrix, in 16-bit integers when the
 * numbers are bf16, and again in f32, f64 or directly when singular_from_gram says that the way
 * taken cannot keep its promise. */
#include "measure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/eigen.h"
#include "math/singular.h"

enum {
    DIRECT_ENTRIES = 1 << 17, /* decomposed directly */
    DIRECT_LIMIT = 1 << 22    /* decomposed directly when nothing else will do: 32 MB */
};

static bool is_matrix_role(Role r)
{
    return r <= ROLE_DOWN || r == ROLE_HEAD;
}

static bool is_float(DType t)
{
    return t == DT_F64 || t == DT_F32 || t == DT_F16 || t == DT_BF16 || t == DT_F8_E4M3 ||
           t == DT_F8_E5M2;
}

MeasureKind measure_kind(const ModelPart *part)
{
    const Tensor *t = &part->t;
    if (tensor_numel(t) <= 0) return MEASURE_SHAPE;
    if (is_matrix_role(part->role) && t->ndim == 2) return MEASURE_MATRIX;
    if (t->ndim < 1 || t->ndim > 2 || !is_float(t->dtype)) return MEASURE_SHAPE;
    bool norm = part->role >= ROLE_NORM_ATTN && part->role <= ROLE_FINAL_NORM;
    return norm && t->ndim == 1 ? MEASURE_GAMMA : MEASURE_PLAIN;
}

/* All of a small matrix in f64; what is not finite is 0. */
static double *read_all(const Tensor *t)
{
    int64_t n = tensor_numel(t);
    float *x = mem_alloc(n, sizeof *x);
    double *a = mem_alloc(n, sizeof *a);
    tensor_read_f32(t, 0, tensor_rows(t), x);
    for (int64_t i = 0; i < n; i++) a[i] = isfinite(x[i]) ? (double)x[i] : 0;
    free(x);
    return a;
}

static bool direct(Measure *m, const Tensor *t)
{
    double *a = read_all(t);
    bool ok = svd_values_f64(a, (int)m->scan.rows, (int)m->scan.cols, m->sv);
    free(a);
    return ok;
}

static bool singular_values(Measure *m, const Tensor *t, const Run *run)
{
    Scan *s = &m->scan;
    int64_t entries = s->rows * s->cols;
    if (entries <= DIRECT_ENTRIES) return direct(m, t);
    for (;;) {
        switch (singular_from_gram(s->gram, s->side, s->kind, s->lost, m->sv)) {
        case SINGULAR_OK: return true;
        case SINGULAR_NEED_F32: scan_regram(s, t, GRAM_F32, run); break;
        case SINGULAR_NEED_F64: scan_regram(s, t, GRAM_F64, run); break;
        case SINGULAR_NEED_DIRECT:
            if (entries <= DIRECT_LIMIT) return direct(m, t);
            m->approximate = true;
            return true;
        case SINGULAR_FAILED: return false;
        }
        if (run_stopped(run)) return true;
    }
}

void measure_read(Measure *m, const ModelPart *part, const Checkpoint *ck, const Run *run)
{
    *m = (Measure){.kind = measure_kind(part)};
    m->scan.rows = tensor_rows(&part->t);
    m->scan.cols = tensor_cols(&part->t);
    if (m->kind == MEASURE_SHAPE) return;
    bool matrix = m->kind == MEASURE_MATRIX;
    scan_read(&m->scan, &part->t, matrix, ck, run);
    if (m->kind == MEASURE_GAMMA) m->gamma = read_all(&part->t);
    m->no_spectrum = matrix && !m->scan.gram;
}

void measure_spectrum(Measure *m, const ModelPart *part, const Run *run)
{
    if (!m->scan.gram) return;
    m->nsv = m->scan.side;
    m->sv = mem_alloc(m->nsv, sizeof *m->sv);
    if (singular_values(m, &part->t, run)) {
        spectrum_measure(m->sv, m->nsv, m->scan.rows, m->scan.cols, &m->spectrum);
        bool block = part->layer >= 0;
        if (!block && m->nsv > SINGULAR_TOP) m->nsv = SINGULAR_TOP;
    } else {
        m->no_spectrum = true;
        m->nsv = 0;
    }
    free(m->scan.gram);
    m->scan.gram = NULL;
}

void measure_free(Measure *m)
{
    scan_free(&m->scan);
    free(m->sv);
    free(m->gamma);
    *m = (Measure){0};
}

int64_t measure_bytes(const ModelPart *part)
{
    int64_t rows = tensor_rows(&part->t), cols = tensor_cols(&part->t);
    int64_t side = rows < cols ? rows : cols;
    int64_t bytes = 2 << 20; /* tallies */
    if (measure_kind(part) != MEASURE_MATRIX) return bytes;
    bytes += side * GRAM_ROWS * 4 + side * GRAM_WINDOW * 4;
    if (side <= SCAN_MAX_SIDE) bytes += side * side * 12;
    return bytes;
}
