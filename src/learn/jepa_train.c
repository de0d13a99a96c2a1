/* jepa_train.c: see learn/jepa_train.h. */
#include "learn/jepa_train.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

enum { LAYER = STAT_TOKENS * STAT_FEATURES, WINDOW = WINDOW_NOTES * NOTE_FEATURES };
enum { CHAIN = JEPA_SEQ + 1, PROBE = 128 };

const char *jepa_phase_name(int phase)
{
    static const char *const NAMES[] = {"music", "align", "joint", "reading", "done"};
    return NAMES[phase];
}

int64_t jepa_plan_steps(const JepaPlan *p, int phase)
{
    return phase < JEPA_PHASES ? p->steps[phase] : phase == JEPA_READING ? p->readings : 0;
}

int64_t jepa_plan_total(const JepaPlan *p)
{
    int64_t sum = 0;
    for (int i = 0; i <= JEPA_READING; i++) sum += jepa_plan_steps(p, i);
    return sum;
}

int64_t jepa_trainer_done(const JepaTrainer *t)
{
    int64_t sum = t->step;
    for (int i = 0; i < t->phase; i++) sum += jepa_plan_steps(&t->plan, i);
    return sum;
}

PairStage jepa_stage(const JepaPlan *p, int phase, int64_t step)
{
    if (phase != JEPA_ALIGN) return PAIR_HARD;
    int64_t third = 3 * step / (p->steps[JEPA_ALIGN] > 0 ? p->steps[JEPA_ALIGN] : 1);
    return third < 2 ? (PairStage)third : PAIR_HARD;
}

/* The target follows in the first and the last phase, one course over both. */
double jepa_plan_tau(const JepaPlan *p, int phase, int64_t step)
{
    if (phase != JEPA_MUSIC && phase != JEPA_JOINT) return 1;
    int64_t at = step + (phase == JEPA_JOINT ? p->steps[JEPA_MUSIC] : 0);
    return jepa_tau(at, (int64_t)p->steps[JEPA_MUSIC] + p->steps[JEPA_JOINT]);
}

/* ---- batches -------------------------------------------------------------------------------- */

static Control step_control(const JepaTrainer *t)
{
    const int64_t key[] = {t->plan.seed, t->phase, t->step};
    return control_seed(hash_fnv1a(key, sizeof key));
}

/* Chains evenly from all of the corpus. */
static void fill_music(JepaTrainer *t, Control *c)
{
    const WindowSet *s = t->windows;
    for (int i = 0; i < t->plan.batch; i++) {
        int w[CHAIN];
        window_chain(s->corpus, s->chain[control_below(c, s->nchains)], CHAIN, w);
        windows_hear(s->corpus, w, CHAIN, t->note + (int64_t)i * CHAIN * WINDOW,
                     t->note_step + (int64_t)i * CHAIN * WINDOW_NOTES);
    }
}

/* Successive layers of a model, its last again where it has too few. Every model is as likely as
 * any other, however deep. */
static void draw_layers(const JepaTrainer *t, Control *c, int layer[JEPA_SEQ])
{
    const LayerSet *s = t->layers;
    int m = control_below(c, s->n), n = s->first[m + 1] - s->first[m];
    int at = n > JEPA_SEQ ? control_below(c, n - JEPA_SEQ + 1) : 0;
    for (int i = 0; i < JEPA_SEQ; i++) layer[i] = s->first[m] + (at + i < n ? at + i : n - 1);
}

/* What is absent (0) stays so. */
static void take_layer(const JepaTrainer *t, Control *c, int layer, float *x)
{
    const float *from = t->layers->stat + (int64_t)layer * LAYER;
    for (int i = 0; i < LAYER; i++) {
        float noise = t->plan.noise > 0 ? (float)(t->plan.noise * control_normal(c)) : 0;
        x[i] = from[i] == 0 ? 0 : from[i] + noise;
    }
}

static void fill_pairs(JepaTrainer *t, Control *c)
{
    PairStage stage = jepa_stage(&t->plan, t->phase, t->step);
    for (int i = 0; i < t->plan.batch; i++) {
        int layer[JEPA_SEQ], w[JEPA_SEQ];
        int64_t at = (int64_t)i * JEPA_SEQ;
        draw_layers(t, c, layer);
        for (int k = 0; k < JEPA_SEQ; k++) {
            take_layer(t, c, layer[k], t->stat + (at + k) * LAYER);
            w[k] = pair_choose(&t->book, layer[k], stage, t->plan.temperature, c);
            w[k] = t->windows->window[w[k]];
        }
        windows_hear(t->windows->corpus, w, JEPA_SEQ, t->pair + at * WINDOW,
                     t->pair_step + at * WINDOW_NOTES);
    }
}

static JepaBatch fill_batch(JepaTrainer *t)
{
    Control c = step_control(t);
    JepaBatch b = {.n = t->plan.batch};
    if (t->phase != JEPA_ALIGN) {
        fill_music(t, &c);
        b.note = t->note;
        b.step = t->note_step;
    }
    if (t->phase != JEPA_MUSIC) {
        fill_pairs(t, &c);
        b.stat = t->stat;
        b.pair = t->pair;
        b.pair_step = t->pair_step;
    }
    return b;
}

/* ---- steps ---------------------------------------------------------------------------------- */

static double running(double mean, double x, int64_t step)
{
    return step == 1 ? x : 0.95 * mean + 0.05 * x;
}

static void add_loss(JepaTrainer *t, const JepaLoss *l)
{
    t->loss.total = running(t->loss.total, l->total, t->adam.step);
    t->loss.next = running(t->loss.next, l->next, t->adam.step);
    t->loss.cross = running(t->loss.cross, l->cross, t->adam.step);
    t->loss.variance = running(t->loss.variance, l->variance, t->adam.step);
    t->loss.covariance = running(t->loss.covariance, l->covariance, t->adam.step);
    t->loss.continuity = running(t->loss.continuity, l->continuity, t->adam.step);
}

static double rate_now(const JepaTrainer *t, double peak)
{
    int64_t steps = jepa_plan_steps(&t->plan, t->phase);
    int64_t warm = t->plan.warm < steps / 4 ? t->plan.warm : steps / 4;
    return cosine_rate(t->step, warm, steps, peak, t->plan.floor);
}

static bool not_finite(const JepaTrainer *t, Err *err)
{
    return err_set(err, "the loss is not finite at step %lld of %s: try a lower --rate",
                   (long long)t->step + 1, jepa_phase_name(t->phase));
}

static bool learn_step(JepaTrainer *t, const Run *run, Err *err)
{
    AdamW opts = {.beta1 = 0.9, .beta2 = 0.98, .eps = 1e-8, .decay = t->plan.decay};
    JepaBatch b = fill_batch(t);
    Params *ps = &t->net.params;
    JepaLoss loss = jepa_gradient(&t->net, (JepaPhase)t->phase, &b, &t->plan.weights, run);
    if (run_stopped(run)) return true;
    t->norm = gradient_norm(t->net.grads, ps->size);
    if (!isfinite(loss.total) || !isfinite(t->norm)) return not_finite(t, err);
    bool *moves = mem_alloc(ps->n, sizeof *moves);
    jepa_trained(&t->net, (JepaPhase)t->phase, moves);
    adam_step_of(&t->adam, ps, &opts, t->net.grads, gradient_clip(t->norm, t->plan.clip),
                 rate_now(t, t->plan.rate), moves);
    free(moves);
    if (t->phase != JEPA_ALIGN) jepa_follow(&t->net, jepa_plan_tau(&t->plan, t->phase, t->step));
    add_loss(t, &loss);
    t->step++;
    return true;
}

static bool read_step(JepaTrainer *t, const Run *run, Err *err)
{
    const WindowSet *s = t->windows;
    int n = t->plan.batch * JEPA_SEQ, *w = mem_alloc(n, sizeof *w);
    float *z = mem_alloc((int64_t)n * JEPA_LATENT, sizeof *z);
    Control c = step_control(t);
    double loss = 0;
    for (int i = 0; i < n; i++) w[i] = s->window[control_below(&c, s->n)];
    windows_latents(&t->net, s->corpus, w, n, z, run);
    if (!run_stopped(run)) {
        loss = jepa_learn_to_read(&t->net, &t->adam, s->corpus, w, z, n,
                                  rate_now(t, t->plan.read_rate));
        t->reading = running(t->reading, loss, t->adam.step);
        t->step++;
    }
    free(z);
    free(w);
    return isfinite(loss) || not_finite(t, err);
}

/* On to a phase that has steps, with a fresh optimiser. */
static void turn(JepaTrainer *t)
{
    while (t->phase < JEPA_DONE && t->step >= jepa_plan_steps(&t->plan, t->phase)) {
        adam_free(&t->adam);
        adam_alloc(&t->adam, &t->net.params);
        t->phase++;
        t->step = 0;
    }
}

bool jepa_trainer_step(JepaTrainer *t, const Run *run, Err *err)
{
    assert(t->phase < JEPA_DONE);
    bool ok = t->phase == JEPA_READING ? read_step(t, run, err) : learn_step(t, run, err);
    if (ok) turn(t); /* the step may have been done although a stop came meanwhile */
    return ok;
}

bool jepa_trainer_open(JepaTrainer *t, const JepaPlan *plan, const LayerSet *layers,
                       const WindowSet *windows, CpuLevel level, Err *err)
{
    *t = (JepaTrainer){.plan = *plan, .layers = layers, .windows = windows};
    int n = layer_set_size(layers);
    if (n < 2) return err_set(err, "%d layers to learn from: give models with more", n);
    if (windows->nchains < 1)
        return err_set(err,
                       "no track of %d files has %d notes in a row to learn from: give longer "
                       "or more files",
                       windows->files, CHAIN * WINDOW_NOTES);
    if (!jepa_open(&t->net, level, err)) return false;
    jepa_begin(&t->net, (uint64_t)plan->seed);
    adam_alloc(&t->adam, &t->net.params);
    pair_tables_make(&t->tables, layers->look, n, windows->corpus->window, windows->window,
                     windows->n);
    pair_book_make(&t->book, &t->tables, layers->look, n, windows->corpus->window, windows->window,
                   windows->n);
    int64_t rows = (int64_t)plan->batch * JEPA_SEQ, heard = (int64_t)plan->batch * CHAIN;
    t->note = mem_alloc(heard * WINDOW, sizeof *t->note);
    t->note_step = mem_alloc(heard * WINDOW_NOTES, sizeof *t->note_step);
    t->stat = mem_alloc(rows * LAYER, sizeof *t->stat);
    t->pair = mem_alloc(rows * WINDOW, sizeof *t->pair);
    t->pair_step = mem_alloc(rows * WINDOW_NOTES, sizeof *t->pair_step);
    turn(t);
    return true;
}

void jepa_trainer_free(JepaTrainer *t)
{
    jepa_free(&t->net);
    adam_free(&t->adam);
    pair_book_free(&t->book);
    free(t->note);
    free(t->note_step);
    free(t->stat);
    free(t->pair);
    free(t->pair_step);
    *t = (JepaTrainer){0};
}

/* ---- looking -------------------------------------------------------------------------------- */

/* Of evenly spread chains: what is heard in the last window, and what was foreseen of it. */
static void check_music(JepaTrainer *t, JepaCheck *check, const Run *run)
{
    const WindowSet *s = t->windows;
    int n = s->nchains < PROBE ? s->nchains : PROBE, last[PROBE];
    float *x = mem_alloc((int64_t)n * JEPA_SEQ * WINDOW, sizeof *x);
    int32_t *step = mem_alloc((int64_t)n * JEPA_SEQ * WINDOW_NOTES, sizeof *step);
    float *z = mem_alloc((int64_t)n * JEPA_LATENT, sizeof *z);
    float *next = mem_alloc((int64_t)n * JEPA_LATENT, sizeof *next);
    for (int i = 0; i < n; i++) {
        int w[CHAIN];
        window_chain(s->corpus, s->chain[(int64_t)i * s->nchains / n], CHAIN, w);
        windows_hear(s->corpus, w, JEPA_SEQ, x + (int64_t)i * JEPA_SEQ * WINDOW,
                     step + (int64_t)i * JEPA_SEQ * WINDOW_NOTES);
        last[i] = w[JEPA_SEQ];
    }
    windows_latents(&t->net, s->corpus, last, n, z, run);
    jepa_continue(&t->net, x, step, n, next, run);
    if (n > 1 && !run_stopped(run)) check->heard = health_of(z, n, JEPA_LATENT);
    if (!run_stopped(run)) check->alignment = health_alignment(next, z, n, JEPA_LATENT);
    free(next);
    free(z);
    free(step);
    free(x);
}

static void check_layers(JepaTrainer *t, JepaCheck *check, const Run *run)
{
    int n = layer_set_size(t->layers), *w = mem_alloc(n, sizeof *w);
    float *z = mem_alloc((int64_t)n * JEPA_LATENT, sizeof *z);
    float *pair = mem_alloc((int64_t)n * JEPA_LATENT, sizeof *pair);
    for (int i = 0; i < n; i++) {
        int near = t->book.near[(int64_t)i * PAIR_NEAR];
        w[i] = t->windows->window[near < 0 ? 0 : near];
    }
    layers_foresee(&t->net, t->layers, z, run);
    windows_latents(&t->net, t->windows->corpus, w, n, pair, run);
    if (!run_stopped(run)) {
        check->foreseen = health_of(z, n, JEPA_LATENT);
        check->alignment = health_alignment(z, pair, n, JEPA_LATENT);
        check->has_layers = true;
    }
    free(pair);
    free(z);
    free(w);
}

JepaCheck jepa_trainer_check(JepaTrainer *t, bool layers, const Run *run)
{
    JepaCheck check = {.alignment = NAN};
    check_music(t, &check, run);
    if (layers) check_layers(t, &check, run);
    return check;
}
