/* params.c: see learn/params.h: the matrices. */
#include "learn/params.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "math/permute.h"

int params_add(Params *ps, const char *name, int rows, int cols, bool decay)
{
    assert(!ps->v && rows > 0 && cols > 0);
    Param *p = mem_push(&ps->p, &ps->n, &ps->cap, sizeof *p);
    *p = (Param){mem_strdup(name), rows, cols, ps->size, decay};
    ps->size += (int64_t)rows * cols;
    return ps->n - 1;
}

void params_alloc(Params *ps)
{
    ps->v = mem_alloc(ps->size, sizeof *ps->v);
}

void params_free(Params *ps)
{
    for (int i = 0; i < ps->n; i++) free(ps->p[i].name);
    free(ps->p);
    free(ps->v);
    *ps = (Params){0};
}

int params_find(const Params *ps, const char *name)
{
    for (int i = 0; i < ps->n; i++)
        if (strcmp(ps->p[i].name, name) == 0) return i;
    return -1;
}

void params_fill(Params *ps, int i, float value)
{
    const Param *p = &ps->p[i];
    for (int64_t k = 0; k < (int64_t)p->rows * p->cols; k++) ps->v[p->at + k] = value;
}

void params_fill_normal(Params *ps, int i, double std, uint64_t seed)
{
    const Param *p = &ps->p[i];
    uint64_t name = hash_fnv1a(p->name, strlen(p->name));
    Control c = control_seed(hash_fnv1a_on(name, &seed, sizeof seed));
    for (int64_t k = 0; k < (int64_t)p->rows * p->cols; k++)
        ps->v[p->at + k] = (float)(std * control_normal(&c));
}

Var *params_leaf(const Params *ps, int i, Tape *t, float *g)
{
    const Param *p = &ps->p[i];
    return tape_leaf(t, p->rows, p->cols, ps->v + p->at, g ? g + p->at : NULL);
}
