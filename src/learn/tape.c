/* tape.c: see learn/tape.h: the arena, the list, and the way back over it. */
#include "learn/tape.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/blas.h"
#include "tape_parts.h"

enum { ALIGN = 64, BLOCK = 1 << 22 };

typedef struct Block {
    char *raw;
    int64_t size, used;
} Block;

/* A gradient that has been used and may be another's. */
typedef struct Spare {
    float *g;
    int64_t n;
} Spare;

struct Tape {
    Block *block;
    int nblocks, cap_blocks, at; /* blocks before `at` are full */
    Var **var;
    int nvars, cap_vars;
    Spare *spare;
    int nspares, cap_spares;
    float *scratch;
    int64_t nscratch;
    const VecMath *vm;
};

Tape *tape_new(CpuLevel level)
{
    Tape *t = mem_alloc(1, sizeof *t);
    blas_one_thread();
    t->vm = vecmath_at(level);
    return t;
}

void tape_free(Tape *t)
{
    if (!t) return;
    for (int i = 0; i < t->nblocks; i++) free(t->block[i].raw);
    free(t->block);
    free(t->var);
    free(t->spare);
    free(t->scratch);
    free(t);
}

void tape_reset(Tape *t)
{
    for (int i = 0; i < t->nblocks; i++) t->block[i].used = 0;
    t->at = t->nvars = t->nspares = 0;
}

int64_t tape_bytes(const Tape *t)
{
    int64_t sum = t->nscratch * (int64_t)sizeof *t->scratch;
    for (int i = 0; i < t->nblocks; i++) sum += t->block[i].size;
    return sum;
}

static void add_block(Tape *t, int64_t need)
{
    Block *b = mem_push(&t->block, &t->nblocks, &t->cap_blocks, sizeof *b);
    b->size = need > BLOCK ? need : BLOCK;
    b->raw = mem_resize(NULL, b->size + ALIGN, 1);
}

void *tape_take(Tape *t, int64_t n, size_t size)
{
    int64_t need = (n * (int64_t)size + ALIGN - 1) / ALIGN * ALIGN;
    while (t->at < t->nblocks && t->block[t->at].size - t->block[t->at].used < need) t->at++;
    if (t->at == t->nblocks) add_block(t, need);
    Block *b = &t->block[t->at];
    char *first = b->raw + (ALIGN - (uintptr_t)b->raw % ALIGN) % ALIGN;
    void *p = first + b->used;
    b->used += need;
    return p;
}

float *tape_scratch(Tape *t, int64_t n)
{
    if (n > t->nscratch) {
        t->scratch = mem_resize(t->scratch, n, sizeof *t->scratch);
        t->nscratch = n;
    }
    return t->scratch;
}

const VecMath *tape_vm(const Tape *t)
{
    return t->vm;
}

static Var *new_var(Tape *t, int rows, int cols)
{
    Var *x = tape_take(t, 1, sizeof *x);
    *x = (Var){.rows = rows, .cols = cols};
    *(Var **)mem_push(&t->var, &t->nvars, &t->cap_vars, sizeof *t->var) = x;
    return x;
}

Var *tape_node(Tape *t, int rows, int cols, Var *const in[4], void (*back)(Tape *, Var *))
{
    Var *x = new_var(t, rows, cols);
    for (int i = 0; i < 4; i++) {
        x->in[i] = in[i];
        x->wants = x->wants || (in[i] && in[i]->wants);
    }
    x->back = back;
    x->v = tape_take(t, (int64_t)rows * cols, sizeof *x->v);
    return x;
}

Var *tape_leaf(Tape *t, int rows, int cols, const float *v, float *g)
{
    Var *x = new_var(t, rows, cols);
    x->v = (float *)v; /* never written: no operation writes to its inputs */
    x->g = g;
    x->wants = g != NULL;
    x->leaf = true;
    return x;
}

Var *tape_matrix(Tape *t, int rows, int cols)
{
    Var *const none[4] = {NULL};
    Var *x = tape_node(t, rows, cols, none, NULL);
    memset(x->v, 0, (size_t)((int64_t)rows * cols) * sizeof *x->v);
    return x;
}

Var *tape_stop(Tape *t, const Var *x)
{
    return tape_leaf(t, x->rows, x->cols, x->v, NULL);
}

/* A spare gradient of n floats, or a new one. */
static float *take_gradient(Tape *t, int64_t n)
{
    for (int i = t->nspares - 1; i >= 0; i--)
        if (t->spare[i].n == n) {
            float *g = t->spare[i].g;
            t->spare[i] = t->spare[--t->nspares];
            return g;
        }
    return tape_take(t, n, sizeof(float));
}

float *tape_grad_to(Tape *t, Var *x, bool *add)
{
    if (!x || !x->wants) return NULL;
    *add = x->g != NULL;
    if (!x->g) x->g = take_gradient(t, (int64_t)x->rows * x->cols);
    return x->g;
}

float *tape_grad(Tape *t, Var *x)
{
    bool add;
    float *g = tape_grad_to(t, x, &add);
    if (g && !add) memset(g, 0, (size_t)((int64_t)x->rows * x->cols) * sizeof *g);
    return g;
}

static void hand_on(Tape *t, Var *x)
{
    if (x->leaf || !x->g) return;
    Spare *s = mem_push(&t->spare, &t->nspares, &t->cap_spares, sizeof *s);
    *s = (Spare){x->g, (int64_t)x->rows * x->cols};
    x->g = NULL;
}

void tape_backward(Tape *t)
{
    for (int i = t->nvars - 1; i >= 0; i--) {
        Var *x = t->var[i];
        bool loss = x->rows == 0;
        if (x->back && x->wants && (x->g || loss)) x->back(t, x);
        hand_on(t, x);
    }
}
