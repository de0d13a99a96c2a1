/* adamw.c: see learn/params.h: the optimiser, its rate, clipping and averages. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "learn/params.h"

void adam_alloc(AdamState *s, const Params *ps)
{
    *s = (AdamState){0};
    s->m = mem_alloc(ps->size, sizeof *s->m);
    s->v = mem_alloc(ps->size, sizeof *s->v);
}

void adam_free(AdamState *s)
{
    free(s->m);
    free(s->v);
    *s = (AdamState){0};
}

/* What is the same for all numbers of a step. */
typedef struct Step {
    float beta1, beta2, eps, scale, rate, root; /* root: of the second moment's correction */
} Step;

static void step_run(const Step *k, float decay, const float *g, float *m, float *v, float *p,
                     int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        float x = g[i] * k->scale;
        m[i] += (1 - k->beta1) * (x - m[i]);
        v[i] = k->beta2 * v[i] + (1 - k->beta2) * x * x;
        p[i] = p[i] * decay - k->rate * m[i] / (sqrtf(v[i]) * k->root + k->eps);
    }
}

void adam_step_of(AdamState *s, Params *ps, const AdamW *a, const float *g, double scale,
                  double rate, const bool *moves)
{
    s->step++;
    double one = 1 - pow(a->beta1, (double)s->step), two = 1 - pow(a->beta2, (double)s->step);
    Step k = {.beta1 = (float)a->beta1,
              .beta2 = (float)a->beta2,
              .eps = (float)a->eps,
              .scale = (float)scale,
              .rate = (float)(rate / one),
              .root = (float)(1 / sqrt(two))};
    for (int i = 0; i < ps->n; i++) {
        const Param *p = &ps->p[i];
        if (moves && !moves[i]) continue;
        float decay = p->decay ? (float)(1 - rate * a->decay) : 1;
        step_run(&k, decay, g + p->at, s->m + p->at, s->v + p->at, ps->v + p->at,
                 (int64_t)p->rows * p->cols);
    }
}

void adam_step(AdamState *s, Params *ps, const AdamW *a, const float *g, double scale, double rate)
{
    adam_step_of(s, ps, a, g, scale, rate, NULL);
}

double gradient_norm(const float *g, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += (double)g[i] * (double)g[i];
    return sqrt(sum);
}

double gradient_clip(double norm, double max)
{
    return norm > max ? max / norm : 1;
}

double hold_rate(int64_t step, int64_t warm, int64_t total, double hold, double peak, double floor)
{
    if (step < warm) return peak * (double)(step + 1) / (double)warm;
    double from = fmax((double)warm, hold * (double)total);
    double x = ((double)step - from) / fmax(1, (double)total - from);
    x = fmin(fmax(x, 0), 1);
    return peak * (floor + (1 - floor) * 0.5 * (1 + cos(acos(-1) * x)));
}

double cosine_rate(int64_t step, int64_t warm, int64_t total, double peak, double floor)
{
    return hold_rate(step, warm, total, 0, peak, floor);
}

void ema_follow(float *slow, const float *fast, int64_t n, double decay)
{
    float keep = (float)decay, take = (float)(1 - decay);
    for (int64_t i = 0; i < n; i++) slow[i] = keep * slow[i] + take * fast[i];
}
