/* improv_job.c: see app/improv_job.h. The audio file is what was heard, block by block; the score
 * has the same notes with their sources. */
#include "app/improv_job.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/direction_job.h"
#include "app/noise.h"
#include "app/output.h"
#include "app/playback.h"
#include "app/version.h"
#include "atmos/writer.h"
#include "audio/loudness.h"
#include "audio/sndfile_io.h"
#include "base/file.h"
#include "base/mem.h"
#include "midi/song.h"
#include "music/improvise.h"
#include "score/sidecar.h"
#include "synth/live.h"

enum { RATE = 44100, QUEUE_SECONDS = 2 };
static const double TAIL = 1.5; /* seconds after the last token */

static const LivePart BAND[IMPROVISE_TRACKS] = {
    {"flute", 1.1f, -0.2f, 0}, {"lead", 0.6f, 0.2f, 12}, {"strings", 0.8f, 0, 0}};

typedef struct Improv {
    const ImprovJob *job;
    const Run *run;
    TextModel model;
    Direction direction;
    WeightNoise noise;
    FeatureSet fs;
    Score score;
    Improviser music;
    Live *live;
    LoudnessMeter *meter;
    ContourLive contour;
    Playback *playback;
    int layer, d;
    float *state, *before; /* [d] the hidden state, and the one before */
    int states;
    AudioBuf audio;  /* all that was heard */
    int64_t cap;     /* frames of it */
    Session ses;
} Improv;

static void on_state(void *ud, const HookData *h)
{
    Improv *im = ud;
    float *t = im->before;
    im->before = im->state;
    im->state = t;
    memcpy(im->state, h->v + (h->nt - 1) * h->ld_token, (size_t)im->d * sizeof *t);
    im->states++;
}

static double norm_of(const float *x, int d)
{
    double sum = 0;
    for (int i = 0; i < d; i++) sum += (double)x[i] * x[i];
    return sqrt(sum);
}

static double angle_between(const Improv *im)
{
    double dot = 0, n = norm_of(im->state, im->d) * norm_of(im->before, im->d);
    for (int i = 0; i < im->d; i++) dot += (double)im->state[i] * im->before[i];
    return im->states > 1 && n > 0 ? acos(fmax(-1, fmin(1, dot / n))) : 0;
}

static double tension_of(const Improv *im, double surprisal)
{
    if (!im->job->text.direction) return surprisal;
    const DirectionLayer *l = &im->direction.layer[im->layer];
    double p = direction_project(&im->direction, im->layer, im->state);
    return l->high > l->low ? (p - l->low) / (l->high - l->low) : 0;
}

/* Hands frames to the device, waiting while its queue is full: nothing is dropped. */
static bool queue(Improv *im, const float *x, int64_t frames)
{
    const struct timespec nap = {.tv_nsec = 5 * 1000 * 1000};
    while (im->playback && frames > 0 && !run_stopped(im->run)) {
        int64_t n = playback_put(im->playback, x, frames);
        x += 2 * n;
        frames -= n;
        if (frames > 0) nanosleep(&nap, NULL);
    }
    return !run_stopped(im->run);
}

static bool sound(Improv *im, int64_t frames)
{
    AudioBuf *a = &im->audio;
    if (!im->job->output) a->frames = 0; /* nobody writes it */
    if (a->frames + frames > im->cap) {
        im->cap = 2 * (a->frames + frames);
        a->x = mem_resize(a->x, 2 * im->cap, sizeof *a->x);
    }
    float *x = a->x + 2 * a->frames;
    live_render(im->live, x, frames);
    a->frames += frames;
    loudness_meter_add(im->meter, x, frames);
    return queue(im, x, frames);
}

/* Frames up to the end of token i. */
static int64_t frames_to(const Improv *im, int tokens)
{
    return llround(tokens * (double)RATE / im->job->contour.tps);
}

/* Token i's temperature, before it is drawn. */
static SessionToken frame(void *ud, int i)
{
    Improv *im = ud;
    double lufs = loudness_meter_momentary(im->meter);
    SessionToken t = {.id = -1, .time = i / im->job->contour.tps};
    ContourFrame f = contour_live_add(&im->contour, lufs);
    t.lufs_raw = f.lufs_raw;
    t.lufs = f.lufs;
    t.velocity = f.velocity;
    t.temp = im->job->loop ? f.temp : im->job->sampler.temp;
    return t;
}

static bool play_token(void *ud, const SessionToken *t)
{
    Improv *im = ud;
    ImproviseNote note[IMPROVISE_NOTES];
    const ImproviseToken heard = {.angle = angle_between(im), .norm = norm_of(im->state, im->d),
                                  .surprisal = t->surprisal, .entropy = t->entropy,
                                  .tension = tension_of(im, t->surprisal)};
    int n = improvise_token(&im->music, &heard, t->text, note);
    int64_t from = frames_to(im, im->ses.n), to = frames_to(im, im->ses.n + 1);
    for (int i = 0; i < n; i++)
        live_note(im->live, (int)note[i].track, note[i].note.key, note[i].note.vel,
                  note[i].note.timbre, (to - from) * note[i].note.dur / IMPROVISE_TICKS);
    session_add(&im->ses, t);
    bool tense = improvise_is_tense(&im->music, heard.tension);
    return (!im->job->put || im->job->put(im->job->ud, t, tense)) && sound(im, to - from);
}

static bool open_device(Improv *im, Err *err)
{
    if (!im->job->device) return true;
    im->playback = playback_open_queue(RATE, 2, QUEUE_SECONDS, err);
    if (im->playback) playback_run(im->playback, true);
    if (im->playback) return true;
    if (!im->job->output) return err_wrap(err, "nothing to be heard (-o NAME writes files)");
    say(&im->job->text.say, SAY_INFO, "%s: written only", err->msg);
    return true;
}

static bool open_direction(Improv *im, Err *err)
{
    const TextJob *text = &im->job->text;
    if (!text->direction) return true;
    if (!direction_load(&im->direction, &im->model, text->direction, &text->say, im->run, err))
        return false;
    while (im->layer < im->direction.nl && !direction_has(&im->direction, im->layer)) im->layer++;
    return im->layer < im->direction.nl ||
           err_set(err, "%s has no vector from the middle layer on", text->direction);
}

static bool open_all(Improv *im, Err *err)
{
    const ImprovJob *job = im->job;
    TextModel *t = &im->model;
    bool ok = text_model_open(t, &job->text, im->run, err);
    if (ok && !job->text.in.chat) text_model_drop_end(t);
    if (!ok || !text_model_fits(t, 1, err)) return false;
    im->layer = t->m.cfg.nl / 2;
    im->d = t->m.cfg.d;
    im->state = mem_alloc(im->d, sizeof *im->state);
    im->before = mem_alloc(im->d, sizeof *im->before);
    if (!open_direction(im, err)) return false;
    noise_from_model(&im->noise, &t->m);
    im->fs = (FeatureSet){.model = mem_strdup(t->m.name), .family = mem_strdup(t->m.cfg.family),
                          .nl = t->m.cfg.nl, .d = im->d};
    im->audio = (AudioBuf){.rate = RATE, .channels = 2};
    im->meter = loudness_meter_open(RATE, 2);
    contour_live_begin(&im->contour, &job->contour);
    improvise_begin(&im->music, &im->fs, &im->score, im->layer, job->threshold, job->contour.tps);
    return live_open(&im->live, BAND, IMPROVISE_TRACKS, RATE, im->noise.x, im->noise.n, err) &&
           open_device(im, err);
}

static void close_all(Improv *im)
{
    playback_close(im->playback);
    live_close(im->live);
    loudness_meter_close(im->meter);
    direction_free(&im->direction);
    noise_free(&im->noise);
    text_model_close(&im->model);
    feat_free(&im->fs);
    score_free(&im->score);
    session_free(&im->ses);
    free(im->audio.x);
    free(im->state);
    free(im->before);
}

static bool stage_midi(Improv *im, const char *path, OutSet *set, Err *err)
{
    Str bytes = {0};
    bool ok = midi_write_score(&im->score, MIDI_BOTH, &bytes, err) &&
              out_file(outset_add(set, path), bytes.s, bytes.len, err);
    str_free(&bytes);
    return ok;
}

static bool stage_sources(Improv *im, const char *path, OutSet *set, Err *err)
{
    const FeatureSet *fs = &im->fs;
    Str text = {0};
    score_write_json(&im->score, &fs, 1, &text);
    bool ok = out_file(outset_add(set, path), text.s, text.len, err);
    str_free(&text);
    return ok;
}

static bool make_names(const ImprovJob *job, OutNames *names, Err *err)
{
    const OutRequest r = {.output = job->output, .stem = "text", .audio = true};
    return outnames_make(names, &r, err);
}

static bool write_files(Improv *im, Err *err)
{
    const FeatureSet *fs = &im->fs;
    const ImprovJob *job = im->job;
    Score *s = &im->score;
    OutNames names = {0};
    OutSet set = {0};
    snprintf(s->title, sizeof s->title, "%.60s, as it writes", im->fs.model);
    snprintf(s->genre, sizeof s->genre, "monitor");
    score_add_text(s, "llmsonify %s", LLMSONIFY_VERSION);
    score_add_text(s, "%s", job->command);
    score_finish(s);
    const AudioTags tags = {.title = s->title, .artist = "llmsonify", .comment = job->command,
                            .software = "llmsonify " LLMSONIFY_VERSION};
    bool ok = score_check(s, &fs, 1, err) && make_names(job, &names, err);
    for (int k = 0; ok && k < OUT_KINDS; k++) {
        const char *path = names.path[k];
        if (!path) continue;
        if (k == OUT_MIDI) ok = stage_midi(im, path, &set, err);
        if (k == OUT_JSON) ok = stage_sources(im, path, &set, err);
        if (k == OUT_AUDIO)
            ok = audio_write(&im->audio, outset_add(&set, path), names.format, BITS_16, &tags,
                             err);
    }
    ok = ok && outset_commit(&set, err);
    if (!ok) outset_abort(&set);
    for (int k = 0; ok && k < OUT_KINDS; k++)
        if (names.path[k]) say(&job->text.say, SAY_INFO, "%s", names.path[k]);
    outnames_free(&names);
    return ok;
}

/* Lets the last notes ring, on the device too. */
static void finish_sound(Improv *im)
{
    const struct timespec nap = {.tv_nsec = 20 * 1000 * 1000};
    sound(im, (int64_t)(TAIL * RATE));
    while (im->playback && playback_waiting(im->playback) > 0 && !run_stopped(im->run))
        nanosleep(&nap, NULL);
}

static bool perform(Improv *im, Err *err)
{
    const ImprovJob *job = im->job;
    const TextModel *t = &im->model;
    Err later = {""};
    const char *end = NULL;
    bool *layers = mem_alloc(t->m.cfg.nl, sizeof *layers);
    layers[im->layer] = true;
    const Hooks hooks = {.mask = HOOK_BIT(HOOK_RESID_POST), .layers = layers, .visit = on_state,
                         .ud = im};
    const WriterJob w = {.frame = frame, .n = job->n, .hooks = &hooks, .sampler = job->sampler,
                         .ignore_end = job->ignore_end, .put = play_token, .ud = im,
                         .decode = DECODE_REPLACE | (job->text.in.chat ? 0 : DECODE_INSIDE)};
    Str prompt = {0};
    tokenizer_decode(t->tok, t->ids.id, t->ids.n, DECODE_REPLACE, &prompt);
    bool ok = writer_local(t->lm, t->tok, t->ids.id, t->ids.n, &w, &end, im->run, err);
    im->ses.prompt = prompt.s;
    im->ses.model = mem_strdup(t->m.name);
    im->ses.end = mem_strdup(end);
    im->ses.contour = job->contour;
    im->ses.sampler = job->sampler;
    free(layers);
    finish_sound(im);
    if (job->output && im->ses.n > 0 && !write_files(im, &later)) {
        if (ok) *err = later;
        ok = false;
    }
    if (job->save && !session_write(&im->ses, job->save, &later)) {
        if (ok) *err = later;
        ok = false;
    }
    if (ok && strcmp(end, "stopped") == 0 && !run_stopped(im->run))
        return err_set(err, "standard output: cannot write");
    if (ok)
        say(&job->text.say, SAY_INFO, "%d tokens; seed %llu; end: %s", im->ses.n,
            (unsigned long long)job->sampler.seed, end);
    return ok;
}

bool improv_check(const ImprovJob *job, Err *err)
{
    OutNames names = {0};
    bool ok = text_model_check(&job->text, err);
    if (job->save && !str_ends(job->save, ".npz"))
        return err_set(err, "--save: '%s' does not end in .npz", job->save);
    if (ok && job->output) ok = make_names(job, &names, err);
    if (ok && !job->output && !job->device)
        ok = err_set(err, "--no-audio: give -o NAME for something to be heard");
    outnames_free(&names);
    return ok;
}

/* Before anything is read: what cannot be written. */
static bool check_outputs(const ImprovJob *job, Err *err)
{
    OutNames names = {0};
    bool ok = (!job->save || out_check_path(job->save, job->clobber, err)) &&
              (!job->output || (make_names(job, &names, err) &&
                                outnames_check(&names, job->clobber, err)));
    outnames_free(&names);
    return ok;
}

bool improv_run(const ImprovJob *job, const Run *run, Err *err)
{
    Improv im = {.job = job, .run = run};
    bool ok = check_outputs(job, err) && open_all(&im, err) && perform(&im, err);
    close_all(&im);
    return ok;
}
