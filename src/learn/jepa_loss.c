/* jepa_loss.c: the losses of learn/jepa.h and their gradients.
 *
 * Three passes: the lanes encode (and keep their tapes), one tape goes over the latents of the
 * whole batch (GRU, predictors, losses) and says what the loss's gradient with respect to each
 * latent is, the lanes go back from there. Latents lie step after step: row s * n + i is window s
 * of example i, so that a step of the GRU is one piece. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "jepa_parts.h"
#include "grad_sum.h"

enum { Z = JEPA_LATENT };

/* The two tasks: the music that follows music, the music that goes with weights. */
typedef enum Task { NEXT, CROSS, TASKS } Task;

typedef struct Work {
    Jepa *j;
    const JepaBatch *b;
    const JepaWeights *w;
    bool has[TASKS];
    bool gradient;
    int64_t encoders;                          /* their parameters come first: so many numbers */
    float *z[TASKS], *dz[TASKS], *goal[TASKS]; /* [JEPA_SEQ * n, Z] */
    Var **kept[TASKS];                         /* [n]: latents of each example on its lane's tape */
    JepaLoss loss;
} Work;

/* Rows of one example from `from` [JEPA_SEQ, Z] to their places, or back. */
static void scatter(const Work *w, const float *from, int64_t i, float *to)
{
    for (int64_t s = 0; s < JEPA_SEQ; s++)
        memcpy(to + (s * w->b->n + i) * Z, from + s * Z, Z * sizeof *to);
}

static void gather(const Work *w, const float *from, int64_t i, float *to)
{
    for (int64_t s = 0; s < JEPA_SEQ; s++)
        memcpy(to + s * Z, from + (s * w->b->n + i) * Z, Z * sizeof *to);
}

/* What example i's windows are to be foretold as: by the encoder that follows. */
static void set_goal(Work *w, Task task, Tape *t, int64_t i)
{
    enum { NOTES = WINDOW_NOTES, NUMBERS = WINDOW_NOTES * NOTE_FEATURES };
    JepaNet net = {.ps = &w->j->target, .t = t};
    int64_t at = task == NEXT ? i * (JEPA_SEQ + 1) + 1 : i * JEPA_SEQ;
    const float *x = task == NEXT ? w->b->note : w->b->pair;
    const int32_t *step = task == NEXT ? w->b->step : w->b->pair_step;
    tape_reset(t);
    const Var *z =
        jepa_encode(&net, &JEPA_MUSIC_SIDE, 0, x + at * NUMBERS, step + at * NOTES, JEPA_SEQ);
    scatter(w, z->v, i, w->goal[task]);
}

static void encode(Work *w, Task task, const JepaNet *net, int64_t i)
{
    int64_t first = i * (JEPA_SEQ + 1) * WINDOW_NOTES;
    Var *z =
        task == NEXT
            ? jepa_encode(net, &JEPA_MUSIC_SIDE, jepa_part_first(PART_MUSIC),
                          w->b->note + first * NOTE_FEATURES, w->b->step + first, JEPA_SEQ)
            : jepa_encode(net, &JEPA_STAT_SIDE, jepa_part_first(PART_STAT),
                          w->b->stat + i * JEPA_SEQ * STAT_TOKENS * STAT_FEATURES, NULL, JEPA_SEQ);
    scatter(w, z->v, i, w->z[task]);
    w->kept[task][i] = z;
}

/* Lane k has examples k, k + LANES, ... */
static void encode_lane(void *ud, int64_t lane, int worker)
{
    Work *w = ud;
    (void)worker;
    Tape *t = w->j->tape[lane];
    float *g = w->j->grads + lane * w->j->params.size;
    JepaNet net = {.ps = &w->j->params, .t = t, .g = w->gradient ? g : NULL};
    if (net.g) memset(g, 0, (size_t)(lane ? w->encoders : w->j->params.size) * sizeof *g);
    for (int task = 0; task < TASKS; task++)
        for (int64_t i = lane; w->has[task] && i < w->b->n; i += JEPA_LANES)
            set_goal(w, task, t, i);
    tape_reset(t);
    for (int task = 0; task < TASKS; task++)
        for (int64_t i = lane; w->has[task] && i < w->b->n; i += JEPA_LANES) {
            if (!net.g) tape_reset(t); /* nothing to go back over */
            encode(w, task, &net, i);
        }
}

/* One task over the whole batch. */
static void judge(Work *w, Task task, const JepaNet *net)
{
    Tape *t = net->t;
    int n = w->b->n, rows = n * JEPA_SEQ, pairs = n * (JEPA_SEQ - 1);
    Var *z = tape_leaf(t, rows, Z, w->z[task], w->gradient ? w->dz[task] : NULL);
    Var *goal = tape_leaf(t, rows, Z, w->goal[task], NULL);
    Var *state = jepa_unroll(net, z, JEPA_SEQ);
    Var *said = jepa_predict(net, task == NEXT ? PART_NEXT : PART_CROSS, state);
    double cosine = tape_cosine_loss(t, said, goal, 1);
    double variance = tape_variance_hinge(t, z, 1, w->w->variance);
    double covariance = tape_covariance_loss(t, z, w->w->covariance);
    double continuity = tape_cosine_loss(t, tape_rows(t, said, 0, pairs),
                                         tape_rows(t, said, n, pairs), w->w->continuity);
    *(task == NEXT ? &w->loss.next : &w->loss.cross) = cosine;
    w->loss.variance += variance;
    w->loss.covariance += covariance;
    w->loss.continuity += continuity;
    w->loss.total += cosine + w->w->variance * variance + w->w->covariance * covariance +
                     w->w->continuity * continuity;
}

static void back_lane(void *ud, int64_t lane, int worker)
{
    Work *w = ud;
    (void)worker;
    Tape *t = w->j->tape[lane];
    int64_t mine = (w->b->n - lane + JEPA_LANES - 1) / JEPA_LANES, k = 0;
    float *g = mem_alloc(TASKS * mine * JEPA_SEQ * Z, sizeof *g);
    for (int task = 0; task < TASKS; task++)
        for (int64_t i = lane; w->has[task] && i < w->b->n; i += JEPA_LANES) {
            float *dz = g + k++ * JEPA_SEQ * Z;
            gather(w, w->dz[task], i, dz);
            tape_given_loss(t, w->kept[task][i], dz);
        }
    tape_backward(t);
    free(g);
}

static void judge_all(Work *w)
{
    JepaNet net = {.ps = &w->j->params,
                   .t = w->j->head,
                   .g = w->gradient ? w->j->grads : NULL}; /* behind the encoders' */
    tape_reset(net.t);
    for (int task = 0; task < TASKS; task++)
        if (w->has[task]) judge(w, task, &net);
    if (w->gradient) tape_backward(net.t);
}

static const JepaLoss NOTHING = {NAN, NAN, NAN, NAN, NAN, NAN};

static JepaLoss work(Jepa *j, JepaPhase phase, const JepaBatch *b, const JepaWeights *weights,
                     bool gradient, const Run *run)
{
    Work w = {.j = j, .b = b, .w = weights, .gradient = gradient};
    int64_t rows = (int64_t)b->n * JEPA_SEQ;
    int64_t from;
    jepa_part_range(&j->params, PART_MUSIC, &from, &w.encoders);
    w.has[NEXT] = phase != JEPA_ALIGN;
    w.has[CROSS] = phase != JEPA_MUSIC;
    for (int task = 0; task < TASKS; task++) {
        w.z[task] = mem_alloc(3 * rows * Z, sizeof *w.z[task]);
        w.dz[task] = w.z[task] + rows * Z;
        w.goal[task] = w.dz[task] + rows * Z;
        w.kept[task] = mem_alloc(b->n, sizeof *w.kept[task]);
    }
    parallel_for(run, NULL, JEPA_LANES, encode_lane, &w);
    if (!run_stopped(run)) judge_all(&w);
    if (gradient) {
        int lanes = b->n < JEPA_LANES ? b->n : JEPA_LANES;
        parallel_for(run, NULL, lanes, back_lane, &w);
        grad_sum(j->grads, JEPA_LANES, j->params.size, w.encoders, run);
    }
    for (int task = 0; task < TASKS; task++) {
        free(w.z[task]);
        free(w.kept[task]);
    }
    return run_stopped(run) ? NOTHING : w.loss;
}

JepaLoss jepa_gradient(Jepa *j, JepaPhase phase, const JepaBatch *b, const JepaWeights *w,
                       const Run *run)
{
    return work(j, phase, b, w, true, run);
}

JepaLoss jepa_loss(Jepa *j, JepaPhase phase, const JepaBatch *b, const JepaWeights *w,
                   const Run *run)
{
    return work(j, phase, b, w, false, run);
}
