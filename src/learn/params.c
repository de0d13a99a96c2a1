/* params.c: see learn/params.h: the matrices. */
#include "learn/params.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

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

static uint64_t mix(uint64_t z)
{
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* In (0, 1). */
static double uniform(uint64_t *state)
{
    *state += 0x9e3779b97f4a7c15u;
    return ((double)(mix(*state) >> 11) + 0.5) / 9007199254740992.0; /* 2^53 */
}

void params_fill_normal(Params *ps, int i, double std, uint64_t seed)
{
    const Param *p = &ps->p[i];
    uint64_t state = mix(seed + 1);
    for (const char *c = p->name; *c; c++) state = mix(state ^ (unsigned char)*c) + 1;
    for (int64_t k = 0; k < (int64_t)p->rows * p->cols; k++) {
        double radius = sqrt(-2 * log(uniform(&state)));
        ps->v[p->at + k] = (float)(std * radius * cos(2 * acos(-1) * uniform(&state)));
    }
}

Var *params_leaf(const Params *ps, int i, Tape *t, float *g)
{
    const Param *p = &ps->p[i];
    return tape_leaf(t, p->rows, p->cols, ps->v + p->at, g ? g + p->at : NULL);
}
