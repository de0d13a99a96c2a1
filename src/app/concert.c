/* concert.c: see app/concert.h. */
#include "app/concert.h"

#include <pthread.h>
#include <stdlib.h>

#include "atmos/writer.h"
#include "base/file.h"
#include "base/mem.h"

struct Concert {
    AtmosJob job;
    Conductor song;
    AudioBuf audio;
    TextModel model;
    Session loaded;
    pthread_mutex_t lock; /* of what follows */
    Session ses;
    bool done;
    const char *end;
    bool (*put)(void *ud, const SessionToken *t);
    void *ud;
};

bool atmos_check(const AtmosJob *job, Err *err)
{
    if (!job->song && !job->load)
        return err_set(err, "needs a song: a WAV, FLAC, Ogg or MP3 file (or --load RUN, --list)");
    if (job->song && job->load)
        return err_set(err, "--load shows a run again, with its own song: give no other");
    if (job->save && job->load) return err_set(err, "--save and --load exclude each other");
    if (job->save && !str_ends(job->save, ".npz"))
        return err_set(err, "--save: '%s' does not end in .npz", job->save);
    if (job->api.url && !str_starts(job->api.url, "http://") &&
        !str_starts(job->api.url, "https://"))
        return err_set(err, "--api: '%s' does not begin with http:// or https://", job->api.url);
    if (job->api.url && job->text.model->n)
        return err_set(err, "--api and --model exclude each other; the server's is --api-model");
    if (job->api.url && job->text.in.chat)
        return err_set(err, "--api and --chat exclude each other: a server has templates of its "
                            "own");
    return job->load || text_model_check(&job->text, err);
}

/* The curve as the tokens remember it. */
static void song_of_tokens(Conductor *c, const Session *ses)
{
    conductor_of_silence(c, ses->n > 0 ? ses->n : 1, &ses->contour);
    for (int i = 0; i < ses->n; i++) {
        c->contour.lufs_raw[i] = ses->token[i].lufs_raw;
        c->contour.lufs[i] = ses->token[i].lufs;
        c->contour.velocity[i] = ses->token[i].velocity;
        c->contour.temp[i] = ses->token[i].temp;
    }
}

static bool open_loaded(Concert *s, Err *err)
{
    const AtmosJob *job = &s->job;
    if (!session_read(&s->loaded, job->load, err)) return false;
    const char *song = s->loaded.song;
    AudioBuf *audio = job->audio ? &s->audio : NULL;
    s->ses = (Session){.prompt = mem_strdup(s->loaded.prompt), .song = mem_strdup(song),
                     .model = mem_strdup(s->loaded.model), .contour = s->loaded.contour,
                     .sampler = s->loaded.sampler};
    if (song && conductor_read(&s->song, song, &s->loaded.contour, audio, err)) return true;
    if (song)
        say(&job->text.say, SAY_WARN, "%s; the run is shown without sound", err->msg);
    song_of_tokens(&s->song, &s->loaded);
    return true;
}

static bool open_model(Concert *s, Str *prompt, const Run *run, Err *err)
{
    const AtmosJob *job = &s->job;
    TextModel *m = &s->model;
    bool ok = text_model_open(m, &job->text, run, err);
    if (ok && !job->text.in.chat) text_model_drop_end(m);
    ok = ok && text_model_fits(m, 1, err);
    if (ok) tokenizer_decode(m->tok, m->ids.id, m->ids.n, DECODE_REPLACE, prompt);
    return ok;
}

static bool open_new(Concert *s, const Run *run, Err *err)
{
    const AtmosJob *job = &s->job;
    const ApiOpts *api = &job->api;
    Str prompt = {0};
    bool ok = conductor_read(&s->song, job->song, &job->contour, job->audio ? &s->audio : NULL,
                             err);
    if (ok && api->url)
        ok = text_input_read(&job->text.in, &prompt, err);
    else if (ok)
        ok = open_model(s, &prompt, run, err);
    const char *model = !api->url ? s->model.m.name : api->model ? api->model : api->url;
    s->ses = (Session){.prompt = prompt.s, .song = mem_strdup(job->song),
                       .model = mem_strdup(ok ? model : NULL), .contour = job->contour,
                       .sampler = job->sampler};
    return ok;
}

Concert *concert_open(const AtmosJob *job, const Run *run, Err *err)
{
    Concert *s = mem_alloc(1, sizeof *s);
    s->job = *job;
    pthread_mutex_init(&s->lock, NULL);
    if (job->load ? open_loaded(s, err) : open_new(s, run, err)) return s;
    concert_close(s);
    return NULL;
}

void concert_close(Concert *s)
{
    if (!s) return;
    conductor_free(&s->song);
    audio_free(&s->audio);
    text_model_close(&s->model);
    session_free(&s->loaded);
    session_free(&s->ses);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

static bool put_token(void *ud, const SessionToken *t)
{
    Concert *s = ud;
    pthread_mutex_lock(&s->lock);
    session_add(&s->ses, t);
    pthread_mutex_unlock(&s->lock);
    return !s->put || s->put(s->ud, t);
}

static bool write_loaded(Concert *s, const char **end)
{
    *end = s->loaded.end ? s->loaded.end : "end of the run";
    for (int i = 0; i < s->loaded.n; i++)
        if (!put_token(s, &s->loaded.token[i])) return true;
    return true;
}

static void note(void *ud, const char *line)
{
    say(&((Concert *)ud)->job.text.say, SAY_WARN, "%s", line);
}

static bool write_new(Concert *s, const char **end, const Run *run, Err *err)
{
    const AtmosJob *job = &s->job;
    WriterJob w = {.contour = &s->song.contour, .n = concert_expected(s), .sampler = job->sampler,
                   .ignore_end = job->ignore_end, .put = put_token, .ud = s,
                   .decode = DECODE_REPLACE | (job->text.in.chat ? 0 : DECODE_INSIDE)};
    if (job->n > w.n) w.n = job->n; /* the writer says that the song was shorter */
    if (job->api.url)
        return writer_api(&job->api, s->ses.prompt, &w, note, s, end, run, err);
    return writer_local(s->model.lm, s->model.tok, s->model.ids.id, s->model.ids.n, &w, end, run,
                        err);
}

bool concert_write(Concert *s, bool (*put)(void *ud, const SessionToken *t), void *ud,
                   const Run *run, Err *err)
{
    const AtmosJob *job = &s->job;
    const char *end = NULL;
    Err save_err = {""};
    s->put = put;
    s->ud = ud;
    bool ok = s->job.load ? write_loaded(s, &end) : write_new(s, &end, run, err);
    s->ses.end = mem_strdup(end);
    pthread_mutex_lock(&s->lock);
    s->done = true;
    s->end = s->ses.end;
    pthread_mutex_unlock(&s->lock);
    if (!job->save) return ok;
    if (!session_write(&s->ses, job->save, &save_err)) {
        if (ok) *err = save_err;
        return false;
    }
    say(&job->text.say, SAY_INFO, "%s: %d tokens", job->save, s->ses.n);
    return ok;
}

void concert_tell(Concert *s, Say say)
{
    s->job.text.say = say;
}

int concert_count(Concert *s)
{
    pthread_mutex_lock(&s->lock);
    int n = s->ses.n;
    pthread_mutex_unlock(&s->lock);
    return n;
}

SessionToken concert_token(Concert *s, int i)
{
    pthread_mutex_lock(&s->lock);
    SessionToken t = s->ses.token[i];
    pthread_mutex_unlock(&s->lock);
    return t;
}

bool concert_done(Concert *s, const char **end)
{
    pthread_mutex_lock(&s->lock);
    bool done = s->done;
    if (end) *end = s->end;
    pthread_mutex_unlock(&s->lock);
    return done;
}

const Conductor *concert_song(const Concert *s)
{
    return &s->song;
}

const AudioBuf *concert_audio(const Concert *s)
{
    return &s->audio;
}

const Session *concert_session(const Concert *s)
{
    return &s->ses;
}

int concert_expected(const Concert *s)
{
    int frames = s->song.contour.n, n = s->job.n;
    if (s->job.load) return s->loaded.n;
    return n > 0 && n < frames ? n : frames;
}
