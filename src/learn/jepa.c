/* jepa.c: see learn/jepa.h: the parameters, the target that follows, and what is asked of a network
 * that has been trained. */
#include "learn/jepa.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "jepa_parts.h"

enum { CHUNK = 4 }; /* windows at a time */

bool jepa_open(Jepa *j, CpuLevel level, Err *err)
{
    if (!cpu_level_supported(level)) return err_set(err, "this processor lacks what was asked for");
    *j = (Jepa){0};
    jepa_add_params(&j->params, &j->target);
    params_alloc(&j->params);
    params_alloc(&j->target);
    j->grads = mem_alloc(j->params.size * JEPA_LANES, sizeof *j->grads);
    for (int i = 0; i < JEPA_LANES; i++) j->tape[i] = tape_new(level);
    j->head = tape_new(level);
    return true;
}

void jepa_free(Jepa *j)
{
    for (int i = 0; i < JEPA_LANES; i++) tape_free(j->tape[i]);
    tape_free(j->head);
    params_free(&j->params);
    params_free(&j->target);
    free(j->grads);
    *j = (Jepa){0};
}

static bool is_embedding(const char *name)
{
    return str_ends(name, ".kind.weight") || str_ends(name, ".place.weight") ||
           str_ends(name, ".from.weight") || str_ends(name, ".pitch_class.weight");
}

void jepa_begin(Jepa *j, uint64_t seed)
{
    static const double EMBEDDING = 0.2;
    Params *ps = &j->params;
    for (int i = 0; i < ps->n; i++) {
        const char *name = ps->p[i].name;
        if (ps->p[i].rows > 1)
            params_fill_normal(ps, i, is_embedding(name) ? EMBEDDING : 1 / sqrt(ps->p[i].cols),
                               seed);
        else
            params_fill(ps, i, str_ends(name, ".weight") ? 1 : 0);
    }
    jepa_follow(j, 0);
}

void jepa_follow(Jepa *j, double tau)
{
    int64_t from, to;
    jepa_part_range(&j->params, PART_MUSIC, &from, &to);
    ema_follow(j->target.v, j->params.v + from, to - from, tau);
}

double jepa_tau(int64_t step, int64_t total)
{
    static const double FIRST = 0.996, LAST = 0.9999;
    double x = fmin(1, (double)step / fmax(1, (double)total));
    return LAST - (LAST - FIRST) * (cos(acos(-1) * x) + 1) / 2;
}

void jepa_trained(const Jepa *j, JepaPhase phase, bool *moves)
{
    static const bool TRAINS[JEPA_PHASES][PART_COUNT] = {
        [JEPA_MUSIC] = {[PART_MUSIC] = true, [PART_GRU] = true, [PART_NEXT] = true},
        [JEPA_ALIGN] = {[PART_STAT] = true, [PART_GRU] = true, [PART_CROSS] = true},
        [JEPA_JOINT] = {[PART_STAT] = true,
                        [PART_MUSIC] = true,
                        [PART_GRU] = true,
                        [PART_NEXT] = true,
                        [PART_CROSS] = true}};
    for (int part = 0; part < PART_COUNT; part++)
        for (int i = jepa_part_first(part); i < jepa_part_first(part + 1); i++)
            moves[i] = TRAINS[phase][part];
    assert(jepa_part_first(PART_COUNT) == j->params.n);
}

/* n latents from row `from` on to row `at` on. */
static void copy_rows(float *to, int64_t at, const float *z, int64_t from, int64_t n)
{
    memcpy(to + at * JEPA_LATENT, z + from * JEPA_LATENT, (size_t)n * JEPA_LATENT * sizeof *z);
}

/* Windows through one encoder, without gradients. */
typedef struct Pass {
    Jepa *j;
    const JepaSide *side;
    const Params *ps;
    int first; /* of the encoder's parameters */
    const float *x;
    const int32_t *kind; /* may be NULL */
    float *z;
    int n;
} Pass;

static void pass_lane(void *ud, int64_t lane, int worker)
{
    const Pass *p = ud;
    (void)worker;
    JepaNet net = {.ps = p->ps, .t = p->j->tape[lane]};
    int64_t tokens = p->side->tokens;
    for (int64_t at = lane * CHUNK; at < p->n; at += JEPA_LANES * CHUNK) {
        int n = p->n - at < CHUNK ? (int)(p->n - at) : CHUNK;
        tape_reset(net.t);
        const Var *z = jepa_encode(&net, p->side, p->first, p->x + at * tokens * p->side->features,
                                   p->kind ? p->kind + at * tokens : NULL, n);
        copy_rows(p->z, at, z->v, 0, n);
    }
}

void jepa_hear(Jepa *j, const float *note, const int32_t *step, int n, float *z, const Run *run)
{
    Pass p = {.j = j,
              .side = &JEPA_MUSIC_SIDE,
              .ps = &j->target,
              .x = note,
              .kind = step,
              .z = z,
              .n = n};
    parallel_for(run, NULL, JEPA_LANES, pass_lane, &p);
}

void jepa_foresee(Jepa *j, const float *stat, int n, float *z, const Run *run)
{
    if (n < 1) return;
    int steps = n < JEPA_SEQ ? n : JEPA_SEQ, runs = n - steps + 1;
    float *each = mem_alloc((int64_t)n * JEPA_LATENT, sizeof *each);
    Pass p = {.j = j,
              .side = &JEPA_STAT_SIDE,
              .ps = &j->params,
              .first = jepa_part_first(PART_STAT),
              .x = stat,
              .z = each,
              .n = n};
    parallel_for(run, NULL, JEPA_LANES, pass_lane, &p);
    JepaNet net = {.ps = &j->params, .t = j->head};
    tape_reset(net.t);
    /* sequence i has layers i, i + 1, ...: step s of all sequences is one piece of `each` */
    Var *in = tape_matrix(net.t, steps * runs, JEPA_LATENT);
    for (int s = 0; s < steps; s++) copy_rows(in->v, s * runs, each, s, runs);
    const Var *out = jepa_predict(&net, PART_CROSS, jepa_unroll(&net, in, steps));
    for (int l = 0; l < n; l++) {
        int s = l < steps ? l : steps - 1;
        copy_rows(z, l, out->v, s * runs + l - s, 1);
    }
    free(each);
}

void jepa_continue(Jepa *j, const float *note, const int32_t *step, int n, float *z, const Run *run)
{
    if (n < 1) return;
    int windows = n * JEPA_SEQ;
    float *each = mem_alloc((int64_t)windows * JEPA_LATENT, sizeof *each);
    Pass p = {.j = j,
              .side = &JEPA_MUSIC_SIDE,
              .ps = &j->params,
              .first = jepa_part_first(PART_MUSIC),
              .x = note,
              .kind = step,
              .z = each,
              .n = windows};
    parallel_for(run, NULL, JEPA_LANES, pass_lane, &p);
    JepaNet net = {.ps = &j->params, .t = j->head};
    tape_reset(net.t);
    Var *in = tape_matrix(net.t, windows, JEPA_LATENT);
    for (int i = 0; i < windows; i++) copy_rows(in->v, i % JEPA_SEQ * n + i / JEPA_SEQ, each, i, 1);
    Var *last = tape_rows(net.t, jepa_unroll(&net, in, JEPA_SEQ), (JEPA_SEQ - 1) * n, n);
    copy_rows(z, 0, jepa_predict(&net, PART_NEXT, last)->v, 0, n);
    free(each);
}
