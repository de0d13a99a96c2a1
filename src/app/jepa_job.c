/* jepa_job.c: see app/jepa_job.h: learning. */
#include "app/jepa_job.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/output.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "jepa_kin.h"
#include "jepa_report.h"
#include "model/find.h"
#include "train_course.h"

typedef struct Learning {
    const JepaTrainJob *job;
    Corpus corpus;
    bool *held; /* [files] */
    WindowSet music, held_music;
    LayerSet layers, test;
    JepaTrainer t;
    Str name;             /* of the job, for its state */
    Str log;              /* the course */
    char *state, *course; /* paths */
    double start;         /* seconds */
    int64_t begun;        /* the first step of this run */
    int64_t told;         /* the step of the last row of the course */
} Learning;

bool jepa_train_check(const JepaTrainJob *job, Err *err)
{
    if (job->midi->n == 0) return err_set(err, "give folders of MIDI files: --midi DIR...");
    if (!job->out || !str_ends(job->out, ".safetensors"))
        return err_set(err, "give the file to write: -o NAME.safetensors");
    return true;
}

/* "jepa.safetensors" with another ending. */
static char *beside(const char *out, const char *ending)
{
    Str s = {0};
    str_add(&s, out, strlen(out) - strlen(".safetensors"));
    str_puts(&s, ending);
    return s.s;
}

/* ---- what is learned from ------------------------------------------------------------------- */

static bool read_music(Learning *l, const Run *run, Err *err)
{
    const JepaTrainJob *job = l->job;
    Corpus *c = &l->corpus;
    if (!corpora_read(c, job->midi, &job->rules, run, err)) return false;
    l->held = mem_alloc(c->nfiles, sizeof *l->held);
    corpus_hold(c, job->hold, l->held);
    window_set_make(&l->music, c, l->held, false);
    window_set_make(&l->held_music, c, l->held, true);
    const int *no = c->refused;
    say(&job->say, SAY_INFO,
        "%d files of music, %d kept out; %d windows, %d kept out; not heard: %d broken, %d of "
        "another tempo, %d of another metre, %d too short, %d too sparse",
        c->nfiles, l->held_music.files, c->nwindows, l->held_music.n, no[REFUSED_BROKEN],
        no[REFUSED_TEMPO], no[REFUSED_METRE], no[REFUSED_SHORT], no[REFUSED_SPARSE]);
    return true;
}

/* A model may not be on both sides, under whatever name. */
static bool apart(const LayerSet *in, const LayerSet *out, Err *err)
{
    for (int i = 0; i < in->n; i++)
        for (int k = 0; k < out->n; k++)
            if (strcmp(in->mark[i], out->mark[k]) == 0)
                return err_set(err,
                               "%s is to be learned from and %s is to be kept out, but they have "
                               "the same weights",
                               in->name[i], out->name[k]);
    return true;
}

static bool read_models(Learning *l, const Run *run, Err *err)
{
    const JepaTrainJob *job = l->job;
    OptList own = {0};
    if (job->model->n == 0) optlist_add(&own, MODEL_DEFAULT, strlen(MODEL_DEFAULT));
    const OptList *in = job->model->n ? job->model : &own;
    jepa_warn_of_kin(in, job->test, &job->say);
    bool ok = jepa_layers(&l->layers, in, &job->say, run, err) &&
              jepa_layers(&l->test, job->test, &job->say, run, err) &&
              apart(&l->layers, &l->test, err);
    optlist_free(&own);
    if (ok)
        say(&job->say, SAY_INFO, "%d models of %d layers; kept out: %d of %d layers", l->layers.n,
            layer_set_size(&l->layers), l->test.n, layer_set_size(&l->test));
    return ok;
}

/* All that the network hears, and what pairs are made by. */
static uint64_t hash_music(const WindowSet *s)
{
    float x[WINDOW_NOTES * NOTE_FEATURES];
    int32_t step[WINDOW_NOTES];
    uint64_t hash = HASH_NONE;
    for (int i = 0; i < s->n; i++) {
        const MusicWindow *w = &s->corpus->window[s->window[i]];
        windows_hear(s->corpus, &s->window[i], 1, x, step);
        hash = hash_fnv1a_on(hash, x, sizeof x);
        hash = hash_fnv1a_on(hash, step, sizeof step);
        hash = hash_fnv1a_on(hash, &w->density, sizeof w->density);
        hash = hash_fnv1a_on(hash, &w->legato, sizeof w->legato);
    }
    return hash;
}

/* What a state must have been made by to go on from it. */
static void name_job(Learning *l)
{
    const JepaPlan *p = &l->t.plan;
    uint64_t data = hash_music(&l->music);
    for (int i = 0; i < l->layers.n; i++)
        data = hash_fnv1a_on(data, l->layers.mark[i], strlen(l->layers.mark[i]));
    str_addf(&l->name,
             "data %016" PRIx64 ", %d layers, %d windows, steps %d, %d, %d and %d, batch %d, "
             "rate %g to %g, warm-up %d, reading %g, decay %g, clip %g, temperature %g, noise %g, "
             "variance %g, covariance %g, continuity %g, seed %d",
             data, layer_set_size(&l->layers), l->music.n, p->steps[JEPA_MUSIC],
             p->steps[JEPA_ALIGN], p->steps[JEPA_JOINT], p->readings, p->batch, p->rate, p->floor,
             p->warm, p->read_rate, p->decay, p->clip, p->temperature, p->noise,
             p->weights.variance, p->weights.covariance, p->weights.continuity, p->seed);
}

/* ---- the course ----------------------------------------------------------------------------- */

#define COLUMNS                                                                                    \
    "step,phase,loss,next,cross,variance,covariance,continuity,reading,tau,alignment,"             \
    "heard_active,heard_rank,heard_cosine,heard_uniformity,foreseen_active,foreseen_rank,"         \
    "foreseen_cosine,foreseen_uniformity\n"

static void add_number(Str *row, bool there, double x)
{
    str_putc(row, ',');
    if (there) str_addf(row, "%.6g", x);
}

static void add_health(Str *row, bool there, const Health *h)
{
    add_number(row, there, h->active);
    add_number(row, there, h->rank);
    add_number(row, there, h->cosine);
    add_number(row, there, h->uniformity);
}

/* Of the phase that the last step was of. */
static void add_row(Learning *l, int phase, int64_t step, const JepaCheck *check)
{
    const JepaTrainer *t = &l->t;
    bool learning = phase < JEPA_PHASES;
    l->told = jepa_trainer_done(t);
    str_addf(&l->log, "%lld,%s", (long long)l->told, jepa_phase_name(phase));
    add_number(&l->log, learning, t->loss.total);
    add_number(&l->log, learning && phase != JEPA_ALIGN, t->loss.next);
    add_number(&l->log, learning && phase != JEPA_MUSIC, t->loss.cross);
    add_number(&l->log, learning, t->loss.variance);
    add_number(&l->log, learning, t->loss.covariance);
    add_number(&l->log, learning, t->loss.continuity);
    add_number(&l->log, !learning, t->reading);
    add_number(&l->log, phase == JEPA_MUSIC || phase == JEPA_JOINT,
               jepa_plan_tau(&t->plan, phase, step));
    add_number(&l->log, true, check->alignment);
    add_health(&l->log, true, &check->heard);
    add_health(&l->log, check->has_layers, &check->foreseen);
    str_putc(&l->log, '\n');
}

/* While pairs are at random the best guess is the same for every layer: no collapse. */
static void warn_of_collapse(const Learning *l, int phase, int64_t step, const JepaCheck *check)
{
    bool random = phase == JEPA_ALIGN && jepa_stage(&l->t.plan, phase, step - 1) == PAIR_RANDOM;
    bool layers = check->has_layers && check->foreseen.collapsed && !random;
    if (check->heard.collapsed)
        say(&l->job->say, SAY_WARN,
            "the latents of music have collapsed: try a larger --batch or --variance, or more "
            "files");
    else if (layers)
        say(&l->job->say, SAY_WARN,
            "what is foreseen of layers has collapsed: try a larger --batch or --variance, or more "
            "models");
}

static void tell(const Learning *l, int phase, int64_t step, const JepaCheck *check)
{
    const JepaTrainer *t = &l->t;
    const Health *h = check->has_layers ? &check->foreseen : &check->heard;
    const char *whose = check->has_layers ? "foreseen of layers" : "heard";
    double took = clock_seconds() - l->start;
    say(&l->job->say, SAY_INFO,
        "%s %lld of %lld: loss %.4f; latents %s: %d of %d dimensions active, rank %.1f, mean "
        "cosine %.3f, uniformity %.2f; alignment %.3f; %.2f s a step",
        jepa_phase_name(phase), (long long)step, (long long)jepa_plan_steps(&t->plan, phase),
        phase < JEPA_PHASES ? t->loss.total : t->reading, whose, h->active, JEPA_LATENT, h->rank,
        h->cosine, h->uniformity, check->alignment,
        took / fmax(1, (double)(jepa_trainer_done(t) - l->begun)));
    warn_of_collapse(l, phase, step, check);
}

static bool save_state(Learning *l, Err *err)
{
    return out_file(l->course, l->log.s, l->log.len, err) &&
           jepa_trainer_save(&l->t, str_text(&l->name), l->state, err);
}

/* A row of the course, and the state to go on from. */
static bool look(Learning *l, int phase, int64_t step, const Run *run, Err *err)
{
    JepaCheck check = jepa_trainer_check(&l->t, phase > JEPA_MUSIC, run);
    if (run_stopped(run)) return true;
    add_row(l, phase, step, &check);
    tell(l, phase, step, &check);
    return save_state(l, err);
}

/* ---- learning ------------------------------------------------------------------------------- */

/* Looks when it is time to, unless the course has this step already. */
static bool look_now_and_then(Learning *l, const Run *run, Err *err)
{
    int phase = l->t.phase;
    int64_t step = l->t.step;
    while (step == 0 && phase > 0) step = jepa_plan_steps(&l->t.plan, --phase);
    bool last = step == jepa_plan_steps(&l->t.plan, phase);
    if (l->told >= jepa_trainer_done(&l->t) || (!last && step % l->job->every != 0)) return true;
    return look(l, phase, step, run, err);
}

static bool learn(Learning *l, const Run *run, Err *err)
{
    int64_t total = jepa_plan_total(&l->t.plan);
    Str stage = {0};
    l->start = clock_seconds();
    l->begun = jepa_trainer_done(&l->t);
    bool ok = look_now_and_then(l, run, err); /* an interrupt may have come before it did */
    while (ok && l->t.phase < JEPA_DONE && !run_stopped(run)) {
        ok = jepa_trainer_step(&l->t, run, err) && look_now_and_then(l, run, err);
        stage.len = 0;
        str_addf(&stage, "%s, loss %.3f", jepa_phase_name(l->t.phase), l->t.loss.total);
        run_progress(run, str_text(&stage), jepa_trainer_done(&l->t), total);
    }
    str_free(&stage);
    if (!ok || !run_stopped(run)) return ok;
    if (!save_state(l, err)) return false;
    return err_set(err,
                   "interrupted after %lld of %lld steps; the same command with --resume goes on",
                   (long long)jepa_trainer_done(&l->t), (long long)total);
}

/* Judged on what was kept out, when there is enough of it. */
static bool judge(Learning *l, JepaEval *e, const Run *run, Err *err)
{
    JepaEvalData data = {.tables = &l->t.tables,
                         .held = &l->test,
                         .seen = &l->layers,
                         .held_music = &l->held_music,
                         .seen_music = &l->music};
    static const JepaEvalPlan PLAN = JEPA_EVAL_DEFAULTS;
    Str said = {0};
    Err why = {""};
    bool ok = jepa_evaluate(e, &l->t.net, &data, &PLAN, run, &why);
    if (run_stopped(run)) {
        err_set(err, "interrupted after the last step; the same command with --resume goes on");
        return false;
    }
    if (!ok) {
        say(&l->job->say, SAY_WARN, "not judged: %s", why.msg);
        jepa_eval_free(e);
        return true;
    }
    jepa_verdict(e, &said);
    say(&l->job->say, SAY_INFO, "%s", str_text(&said));
    str_free(&said);
    return true;
}

static bool finish(Learning *l, const Run *run, Err *err)
{
    bool (*write_net)(const Jepa *, const char *, const char *, Err *) =
        l->job->half ? jepa_write_bf16 : jepa_write;
    JepaEval e = {.models = 0};
    Str meta = {0};
    bool ok = judge(l, &e, run, err);
    if (ok) {
        jepa_meta_write(l->job, &l->t, &l->test, l->held, &e, &meta);
        ok = write_net(&l->t.net, l->job->out, str_text(&meta), err) &&
             out_file(l->course, l->log.s, l->log.len, err);
    }
    if (ok) remove(l->state);
    str_free(&meta);
    jepa_eval_free(&e);
    return ok;
}

/* Whether there is a state to go on from; what is there is not written over unasked. */
static bool check_out(const Learning *l, bool *going_on, Err *err)
{
    const JepaTrainJob *job = l->job;
    *going_on = job->resume && file_exists(l->state);
    if (!*going_on && !job->clobber && file_exists(l->state))
        return err_set(err, "%s: exists; --resume goes on from it, --force begins again", l->state);
    const char *const mine[] = {job->out, l->course};
    for (int i = 0; i < 2; i++)
        if (!*going_on && !job->clobber && file_exists(mine[i]))
            return err_set(err, "%s: exists; --force writes over it", mine[i]);
    return out_check_path(job->out, true, err) && out_check_path(l->state, true, err) &&
           out_check_path(l->course, true, err);
}

/* An earlier run of this command may have come to its end: then there is nothing to go on with. */
static bool is_finished(const Learning *l)
{
    const JepaTrainJob *job = l->job;
    bool yes = job->resume && !job->clobber && !file_exists(l->state) && file_exists(job->out) &&
               jepa_meta_is_of(job->out, job);
    if (yes)
        say(&job->say, SAY_INFO, "%s: is finished, by a training of these options; nothing to do",
            job->out);
    return yes;
}

static bool prepare(Learning *l, const Run *run, Err *err)
{
    CpuLevel level;
    bool going_on;
    bool ok = check_out(l, &going_on, err) && cpu_level_choose(&level, err) &&
              read_music(l, run, err) && read_models(l, run, err) &&
              jepa_trainer_open(&l->t, &l->job->plan, &l->layers, &l->music, level, err);
    if (!ok) return false;
    name_job(l);
    str_puts(&l->log, COLUMNS);
    return !going_on ||
           (jepa_trainer_load(&l->t, str_text(&l->name), l->state, err) &&
            train_course_read(l->course, jepa_trainer_done(&l->t), &l->log, &l->told, err));
}

bool jepa_train_job(const JepaTrainJob *job, const Run *run, Err *err)
{
    Learning l = {.job = job,
                  .state = beside(job->out, ".state.safetensors"),
                  .course = beside(job->out, ".csv")};
    bool ok = is_finished(&l) ||
              (prepare(&l, run, err) && learn(&l, run, err) && finish(&l, run, err));
    jepa_trainer_free(&l.t);
    layer_set_free(&l.layers);
    layer_set_free(&l.test);
    window_set_free(&l.music);
    window_set_free(&l.held_music);
    corpus_free(&l.corpus);
    free(l.held);
    free(l.state);
    free(l.course);
    str_free(&l.name);
    str_free(&l.log);
    return ok;
}
