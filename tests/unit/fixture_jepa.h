/* fixture_jepa.h: weights and batches of the joint embedding by the formulas of
 * tests/oracle/jepa_oracle.py. */
#ifndef FIXTURE_JEPA_H
#define FIXTURE_JEPA_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "learn/jepa.h"

static inline float noise(uint64_t i)
{
    i = (i + 0x9e3779b97f4a7c15u) * 0xbf58476d1ce4e5b9u;
    i = (i ^ i >> 31) * 0x94d049bb133111ebu;
    return (float)((double)(i >> 40) / (1 << 23) - 1);
}

static inline void fill_params(Params *ps, uint64_t first)
{
    for (int i = 0; i < ps->n; i++) {
        const Param *p = &ps->p[i];
        bool one = strstr(p->name, ".norm") && str_ends(p->name, "weight");
        float scale = p->rows > 1 ? (float)(1.5 / sqrt(p->cols)) : 0.1f;
        float base = one && p->rows == 1 ? 1 : 0;
        for (int64_t k = 0; k < (int64_t)p->rows * p->cols; k++)
            ps->v[p->at + k] = scale * noise((first + (uint64_t)i) * 1000003 + (uint64_t)k) + base;
    }
}

static inline float *made(uint64_t first, int64_t n)
{
    float *x = mem_alloc(n, sizeof *x);
    for (int64_t i = 0; i < n; i++) x[i] = noise(first + (uint64_t)i);
    return x;
}

static inline int32_t *made_step(uint64_t first, int64_t n)
{
    int32_t *x = mem_alloc(n, sizeof *x);
    for (int64_t i = 0; i < n; i++)
        x[i] = (int32_t)(((double)noise(first + (uint64_t)i) + 1) / 2 * BAR_STEPS);
    return x;
}

/* Owner of a batch's numbers. */
typedef struct Made {
    JepaBatch all;
    float *note, *stat, *pair;
    int32_t *step, *pair_step;
} Made;

static inline Made made_batch(int n)
{
    int64_t windows = (int64_t)n * JEPA_SEQ, notes = windows * WINDOW_NOTES;
    int64_t more = (int64_t)n * (JEPA_SEQ + 1) * WINDOW_NOTES;
    Made m = {.note = made(500000000, more * NOTE_FEATURES),
              .step = made_step(510000000, more),
              .stat = made(520000000, windows * STAT_TOKENS * STAT_FEATURES),
              .pair = made(530000000, notes * NOTE_FEATURES),
              .pair_step = made_step(540000000, notes)};
    m.all = (JepaBatch){n, m.note, m.step, m.stat, m.pair, m.pair_step};
    return m;
}

static inline void made_free(Made *m)
{
    free(m->note);
    free(m->step);
    free(m->stat);
    free(m->pair);
    free(m->pair_step);
}

/* The batch as a phase has it: what it does not need is not there. */
static inline JepaBatch batch_of(const Made *m, JepaPhase phase)
{
    JepaBatch b = m->all;
    if (phase == JEPA_MUSIC) b.stat = b.pair = NULL, b.pair_step = NULL;
    if (phase == JEPA_ALIGN) b.note = NULL, b.step = NULL;
    return b;
}

#endif
