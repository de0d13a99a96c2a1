/* train_job.c: see app/train_job.h. */
#include "app/train_job.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/output.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"
#include "infer/hparams.h"
#include "learn/decoder_file.h"
#include "model/find.h"
#include "train_course.h"
#include "train_keep.h"
#include "train_sample.h"
#include "train_text.h"

enum { VALID_SEQUENCES = 64 }; /* of the validation text, at most */

typedef struct Training {
    const TrainJob *job;
    TrainText text;
    Decoder dec;
    AdamState adam;
    Str name;             /* of the job, for its state */
    Str log;              /* train.csv */
    char *model, *state;  /* paths of model.safetensors and train.safetensors */
    char *course;         /* that of train.csv */
    bool was_there;       /* the directory */
    bool going_on;        /* from the state */
    int32_t *id;          /* [batch, seq + 1] */
    double loss;          /* running mean of the training loss */
    double start;         /* seconds */
    int64_t begun;        /* the first step of this run */
} Training;

static DecoderShape shape_of_job(const TrainJob *job, const TrainText *text)
{
    DecoderShape s = decoder_shape(job->arch, text->vocab, job->width, job->layers);
    if (job->head_size) s.dh = job->head_size;
    if (job->heads) s.nh = job->heads;
    if (job->arch == DECODER_GPT2) {
        if (job->heads && !job->head_size) s.dh = job->width / job->heads;
        if (!job->heads) s.nh = job->width / s.dh;
        s.nkv = s.nh;
    }
    if (job->ff) s.ff = job->ff;
    if (job->context) s.context = job->context;
    return s;
}

/* Which layer is the first that sees everything tells the pattern; all others must follow it. */
static bool pattern_of(const Hparams *hp, DecoderShape *s, Err *err)
{
    s->pattern = hp->nl + 1;
    for (int l = hp->nl - 1; l >= 0; l--)
        if (hp->layer[l].window == 0)
            s->pattern = l + 1;
        else
            s->window = hp->layer[l].window;
    for (int l = 0; l < hp->nl; l++)
        if ((hp->layer[l].window == 0) != ((l + 1) % s->pattern == 0))
            return err_set(err, "its windows follow no pattern that can be trained");
    return true;
}

static bool shape_of_model(const Model *m, DecoderShape *s, Err *err)
{
    Hparams hp = {.nl = 0};
    if (!hparams_read(&hp, m, err)) return false;
    bool gemma = strcmp(hp.family, "gemma3") == 0, ok = true;
    if (!gemma && strcmp(hp.family, "gpt2") != 0)
        ok = err_set(err, "%s: a %s cannot be trained, only gemma3 and gpt2", m->path, hp.family);
    *s = decoder_shape(gemma ? DECODER_GEMMA3 : DECODER_GPT2, (int)hp.vocab, hp.d, hp.nl);
    s->nh = hp.nh;
    s->nkv = hp.nkv;
    s->dh = hp.dh;
    s->ff = hp.ff;
    s->context = hp.context;
    s->eps = (double)hp.eps;
    if (ok && gemma) {
        ok = pattern_of(&hp, s, err) || err_wrap(err, "%s", m->path);
        for (int l = 0; l < hp.nl; l++)
            *(hp.layer[l].window ? &s->local_theta : &s->theta) = hp.rope[hp.layer[l].rope].base;
    }
    hparams_free(&hp);
    return ok;
}

/* What is made may not take the place of what it is made from. */
static bool is_apart(const Model *m, const char *out, Err *err)
{
    char *from = realpath(m->dir, NULL), *to = realpath(out, NULL);
    bool same = from && to && strcmp(from, to) == 0;
    free(from);
    free(to);
    return !same || err_set(err, "%s: is the model to go on from: give another -o", out);
}

/* The weights and the tokenizer of job->from. */
static bool begin_from(Training *t, CpuLevel level, Err *err)
{
    Model m = {0};
    DecoderShape s;
    char *path = model_locate(t->job->from, err);
    if (!path) return false;
    bool ok = model_open(&m, path, err) && is_apart(&m, t->job->out, err) &&
              shape_of_model(&m, &s, err) &&
              (decoder_open(&t->dec, &s, level, err) || err_wrap(err, "%s", path)) &&
              decoder_read(&t->dec, m.ck, err);
    char *file = path_join(path, "tokenizer.json");
    ok = ok && tokenizer_open(&t->text.tok, file, err);
    model_close(&m);
    free(path);
    free(file);
    return ok;
}

/* After the text was read. */
static bool begin_weights(Training *t, CpuLevel level, Err *err)
{
    const TrainJob *job = t->job;
    if (job->from)
        return t->text.vocab <= t->dec.shape.vocab ||
               err_set(err, "%s: its tokenizer has %d tokens, but the model has %d", job->from,
                       t->text.vocab, t->dec.shape.vocab);
    DecoderShape s = shape_of_job(job, &t->text);
    if (!decoder_open(&t->dec, &s, level, err)) return false;
    decoder_begin(&t->dec, (uint64_t)job->seed);
    return true;
}

static uint64_t hash_tokens(const Tokens *t)
{
    return hash_fnv1a(t->id, (size_t)t->n * sizeof *t->id);
}

/* What a state must have been made by to go on from it. */
static void name_job(Training *t)
{
    const TrainJob *j = t->job;
    const DecoderShape *s = &t->dec.shape;
    str_addf(&t->name,
             "%s, text %016" PRIx64 ", test text %016" PRIx64 ", tokenizer %016" PRIx64 ", ",
             j->from ? "from a model" : "from nothing", hash_tokens(&t->text.train),
             hash_tokens(&t->text.valid), t->text.mark);
    str_addf(&t->name,
             "%s, vocabulary %d, width %d, layers %d, heads %d/%d of %d, feed-forward %d, "
             "context %d, tokens %lld, sequences %d of %d, steps %d, warm-up %d, rate %g to %g "
             "from %g, decay %g, clip %g, seed %d",
             s->arch == DECODER_GPT2 ? "gpt2" : "gemma3", s->vocab, s->d, s->nl, s->nh, s->nkv,
             s->dh, s->ff, s->context, (long long)t->text.train.n, j->batch, j->seq, j->steps,
             j->warm, j->rate, j->floor, j->hold, j->decay, j->clip, j->seed);
}

static double validate(Training *t, const Run *run)
{
    const Tokens *v = &t->text.valid;
    int seq = t->job->seq;
    int64_t n = train_text_sequences(v, seq);
    if (n > VALID_SEQUENCES) n = VALID_SEQUENCES;
    int32_t *id = mem_alloc(n * (seq + 1), sizeof *id);
    for (int64_t i = 0; i < n; i++)
        memcpy(id + i * (seq + 1), v->id + i * seq, (size_t)(seq + 1) * sizeof *id);
    double loss = decoder_loss(&t->dec, &(Batch){.id = id, .n = (int)n, .seq = seq}, run);
    free(id);
    return loss;
}

static bool save_state(Training *t, Err *err)
{
    TrainState s = {str_text(&t->name), t->loss};
    return out_file(t->course, t->log.s, t->log.len, err) &&
           decoder_save_state(&t->dec, &t->adam, &s, t->state, err);
}

/* Appends "5120 tokens/s, 1:05:00 left". */
static void put_pace(const Training *t, Str *out)
{
    const TrainJob *j = t->job;
    double steps = (double)(t->adam.step - t->begun), took = clock_seconds() - t->start;
    double rate = steps / fmax(took, 1e-9), left = (double)(j->steps - t->adam.step) / rate;
    str_addf(out, "%.0f tokens/s", rate * j->batch * j->seq);
    if (!(left >= 0.5 && left < 1e8)) return; /* seconds; nothing is known before the first step */
    int64_t s = (int64_t)(left + 0.5), hours = s / 3600, minutes = s / 60 % 60;
    if (hours > 0)
        str_addf(out, ", %lld:%02lld", (long long)hours, (long long)minutes);
    else
        str_addf(out, ", %lld", (long long)minutes);
    str_addf(out, ":%02lld left", (long long)(s % 60));
}

/* What it says by now. */
static void tell_sample(Training *t)
{
    Str text = {0};
    if (!t->job->sample || !*t->job->sample) return;
    train_sample(&t->dec, t->text.tok, t->job->sample, &text);
    say(&t->job->say, SAY_INFO, "%s", str_text(&text));
    str_free(&text);
}

/* A line of the course, a sample, and the state to go on from. */
static bool look(Training *t, const Run *run, Err *err)
{
    Str pace = {0};
    double valid = validate(t, run);
    if (run_stopped(run)) return true;
    put_pace(t, &pace);
    str_addf(&t->log, "%lld,%.5f,%.5f\n", (long long)t->adam.step, t->loss, valid);
    say(&t->job->say, SAY_INFO,
        "step %lld: loss %.4f, on the validation text %.4f nats a token; %s",
        (long long)t->adam.step, t->loss, valid, str_text(&pace));
    str_free(&pace);
    tell_sample(t);
    return save_state(t, err);
}

static bool one_step(Training *t, const Run *run, Err *err)
{
    const TrainJob *j = t->job;
    Batch b = {.id = t->id, .n = j->batch, .seq = j->seq};
    AdamW opts = {.beta1 = 0.9, .beta2 = 0.98, .eps = 1e-8, .decay = j->decay};
    train_text_batch(&t->text, j, t->adam.step, t->id);
    double loss = decoder_gradient(&t->dec, &b, run);
    if (run_stopped(run)) return true;
    double norm = gradient_norm(t->dec.grads, t->dec.params.size);
    if (!isfinite(loss) || !isfinite(norm))
        return err_set(err, "the loss is not finite at step %lld: try a lower --rate",
                       (long long)t->adam.step + 1);
    double rate = hold_rate(t->adam.step, j->warm, j->steps, j->hold, j->rate, j->floor);
    adam_step(&t->adam, &t->dec.params, &opts, t->dec.grads, gradient_clip(norm, j->clip), rate);
    t->loss = t->adam.step == 1 ? loss : 0.95 * t->loss + 0.05 * loss;
    return true;
}

static bool learn(Training *t, const Run *run, Err *err)
{
    t->start = clock_seconds();
    t->begun = t->adam.step;
    Str stage = {0};
    bool ok = true;
    while (ok && t->adam.step < t->job->steps && !run_stopped(run)) {
        ok = one_step(t, run, err) && train_keep_step(t->job, &t->text, &t->dec, t->adam.step, err);
        stage.len = 0;
        str_addf(&stage, "training, loss %.3f, ", t->loss);
        put_pace(t, &stage);
        run_progress(run, str_text(&stage), t->adam.step, t->job->steps);
        bool last = t->adam.step == t->job->steps;
        if (ok && !run_stopped(run) && (last || t->adam.step % t->job->every == 0))
            ok = look(t, run, err);
    }
    str_free(&stage);
    if (!ok || !run_stopped(run)) return ok;
    if (!save_state(t, err)) return false;
    return err_set(err,
                   "interrupted after %lld of %d steps; the same command with --resume goes on",
                   (long long)t->adam.step, t->job->steps);
}

/* Whether what is there may be gone on with, or else written over. */
static bool check_out(const Training *t, Err *err)
{
    if (t->job->clobber || t->going_on) return true;
    if (file_exists(t->state))
        return err_set(err, "%s: exists; --resume goes on from it, --force begins again", t->state);
    return !file_exists(t->model) || err_set(err, "%s: exists; --force writes over it", t->model);
}

static bool make_dir(const Training *t, Err *err)
{
    const TrainJob *job = t->job;
    if (!t->going_on) { /* its weights would not go with the new tokenizer */
        remove(t->model);
        remove(t->state);
        train_keep_clear(job);
    }
    return mkdir(job->out, 0777) == 0 || errno == EEXIST ||
           err_set(err, "%s: cannot make the directory: %s", job->out, strerror(errno));
}

/* An earlier run of this command may have come to its end: then there is nothing to go on with. */
static bool is_finished(const Training *t)
{
    const TrainJob *job = t->job;
    Str rows = {0};
    Err none;
    int64_t told = 0;
    if (!job->resume || job->clobber || t->going_on || !file_exists(t->model)) return false;
    bool yes = train_course_read(t->course, INT64_MAX, &rows, &told, &none) && told == job->steps;
    str_free(&rows);
    if (yes)
        say(&job->say, SAY_INFO, "%s: is finished, after %d steps; nothing to do", job->out,
            job->steps);
    return yes;
}

static bool prepare(Training *t, CpuLevel level, const Run *run, Err *err)
{
    const TrainJob *job = t->job;
    if (!check_out(t, err) || (job->from && !begin_from(t, level, err)) ||
        !train_text_read(&t->text, job, err) || !make_dir(t, err) ||
        !train_text_open(&t->text, job, t->going_on, run, err) || !begin_weights(t, level, err))
        return false;
    if (job->seq > t->dec.shape.context)
        return err_set(err, "sequences of %d do not fit a context of %d", job->seq,
                       t->dec.shape.context);
    adam_alloc(&t->adam, &t->dec.params);
    name_job(t);
    t->id = mem_alloc((int64_t)job->batch * (job->seq + 1), sizeof *t->id);
    str_addf(&t->log, "step,loss,validation\n");
    say(&job->say, SAY_INFO, "%lld parameters; %lld tokens to learn from, %lld a step",
        (long long)t->dec.params.size, (long long)t->text.train.n,
        (long long)job->batch * job->seq);
    if (!t->going_on) return true;
    TrainState s = {.job = str_text(&t->name)};
    if (!decoder_load_state(&t->dec, &t->adam, &s, t->state, err)) return false;
    t->loss = s.loss;
    int64_t told;
    return train_course_read(t->course, t->adam.step, &t->log, &told, err);
}

/* A tokenizer without a model or a state is of no use. */
static void tidy(const Training *t)
{
    char *path = path_join(t->job->out, "tokenizer.json");
    if (t->text.wrote && !file_exists(t->state)) remove(path);
    if (!t->was_there) rmdir(t->job->out); /* stays when there is something in it */
    free(path);
}

bool train_job(const TrainJob *job, const Run *run, Err *err)
{
    Training t = {.job = job,
                  .model = path_join(job->out, "model.safetensors"),
                  .state = path_join(job->out, "train.safetensors"),
                  .course = path_join(job->out, "train.csv"),
                  .was_there = dir_exists(job->out)};
    CpuLevel level;
    t.going_on = job->resume && file_exists(t.state);
    bool done = is_finished(&t);
    bool ok = done || (cpu_level_choose(&level, err) && prepare(&t, level, run, err) &&
                       learn(&t, run, err) && train_keep_last(job, &t.text, &t.dec, err));
    if (ok && !done) remove(t.state);
    if (!ok) tidy(&t);
    train_text_close(&t.text);
    decoder_free(&t.dec);
    adam_free(&t.adam);
    str_free(&t.name);
    str_free(&t.log);
    free(t.model);
    free(t.state);
    free(t.course);
    free(t.id);
    return ok;
}
