/* album_make.c: a list of prompts to the finished tracks of an album, see app/album.h.
 *
 * The caller's thread runs the model over the prompts, one after another; a crew composes, renders
 * and writes. The queue between them holds as many tracks as there are threads, so that memory does
 * not grow with the album. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "album_finish.h"
#include "album_other.h"
#include "album_track.h"
#include "app/album.h"
#include "app/version.h"
#include "audio/sndfile_io.h"
#include "base/clock.h"
#include "base/crew.h"
#include "base/file.h"
#include "base/mem.h"
#include "model/find.h"
#include "prompt_reader.h"
#include "synth/soundfont.h"

#define ALBUM_LIST "prompts/album.csv"

static const char MODE[] = "solo";

typedef struct Studio {
    const AlbumJob *job;
    const Genre *genre;
    AlbumPlan plan;
    TokenIds *ids; /* [plan.n] */
    PromptReader reader;
    char *list, *dir; /* the file of prompts, the album's folder */
    const Run *run;
    Run inside; /* of a track: no progress, one thread when the tracks fill the threads */
    AlbumRecord *record; /* [plan.n] of the tracks that were there before */
    bool *have;          /* [plan.n] */
    pthread_mutex_t lock; /* around everything below, and messages */
    Err err;              /* of the track with the lowest number */
    int failed;           /* its number, 0 = none */
    int done, todo;
    double began;
} Studio;

/* K/N. */
static bool parse_shard(const char *text, AlbumPlan *p, Err *err)
{
    int64_t k = 1, n = 1;
    p->shard = p->shards = 1;
    if (!text) return true;
    const char *slash = strchr(text, '/');
    char *first = mem_strndup(text, slash ? (size_t)(slash - text) : strlen(text));
    bool ok = slash && parse_int(slash + 1, 1, 100000, &n) && parse_int(first, 1, n, &k);
    free(first);
    p->shard = (int)k;
    p->shards = (int)n;
    return ok || err_set(err, "--shard: '%s' is not K/N with 1 <= K <= N", text);
}

static const char *album_format(const AlbumJob *job)
{
    return job->format ? job->format : "flac";
}

bool album_check(const AlbumJob *job, Err *err)
{
    AlbumPlan p = {0};
    if (!parse_shard(job->shard, &p, err)) return false;
    if (job->text.model->n > 1) return err_set(err, "--model: one at a time");
    if (job->text.in.text || job->text.in.file)
        return err_set(err, "--mode album reads a file of prompts: give it with --prompts");
    if (job->text.in.system && !job->text.in.chat) return err_set(err, "--system needs --chat");
    if (strcmp(album_format(job), "json") == 0)
        return err_set(err, "--format json: an album is made of MIDI or of sound");
    if (job->output && strcmp(job->output, "-") == 0)
        return err_set(err, "-o -: an album is a folder; give its name");
    return true;
}

static bool plan_tracks(Studio *s, Err *err)
{
    const AlbumJob *job = s->job;
    const PromptColumns columns = {.prompt = job->column, .category = job->category_column};
    PromptList list = {0};
    char *path = job->prompts ? mem_strdup(job->prompts) : model_locate_file(ALBUM_LIST, err);
    bool ok = path && parse_shard(job->shard, &s->plan, err) &&
              prompt_list_read(&list, path, &columns, err) &&
              album_plan_tracks(&s->plan, &list, job->only, job->limit, err);
    prompt_list_free(&list);
    s->list = path;
    return ok;
}

/* "wren: album". */
static char *make_title(const Studio *s)
{
    const char *base = path_base(s->list), *dot = strrchr(base, '.');
    int n = (int)(dot && dot > base ? (size_t)(dot - base) : strlen(base));
    Str title = {0};
    if (s->job->title)
        str_puts(&title, s->job->title);
    else
        str_addf(&title, "%s: %.*s", s->plan.artist, n, base);
    return title.s;
}

/* Reads all prompts before any is sounded: what is wrong with the last one is said at once. */
static bool open_model(Studio *s, Err *err)
{
    const AlbumPlan *p = &s->plan;
    bool ok = prompt_reader_open(&s->reader, &s->job->text, p->track[0].prompt, s->job->direction,
                                 s->run, err) &&
              (s->job->music.generator != GEN_JEPA ||
               prompt_reader_foresee(&s->reader, s->job->jepa, s->run, err));
    s->ids = mem_alloc(p->n, sizeof *s->ids);
    for (int i = 0; ok && i < p->n; i++)
        ok = prompt_reader_encode(&s->reader, p->track[i].prompt, &s->ids[i], err) ||
             err_wrap(err, "%s: line %d", s->list, p->track[i].line);
    return ok;
}

static void add_font(const Studio *s, Str *out)
{
    Err none;
    struct stat st;
    char *path = soundfont_find(s->job->sound.font, &none);
    if (path && stat(path, &st) == 0)
        str_addf(out, "%s %lld", path_base(path), (long long)st.st_size);
    free(path);
}

/* What all tracks' bytes depend on. */
static void add_common(const Studio *s, Str *out)
{
    const SoundJob *o = &s->job->sound;
    char print[17];
    prompt_reader_print(&s->reader, print, s->run);
    str_addf(out, "llmsonify %s\nmode %s\nmodel %s\ndirection %s\n%s\n", LLMSONIFY_VERSION, MODE,
             print, s->reader.name, s->job->command);
    if (*s->plan.format)
        str_addf(out, "sound %d %d %d %.9g %.9g %.9g %d ", o->engine, o->rate, o->bits, o->lufs,
                 o->peak, o->saturate, o->raw);
    if (*s->plan.format && o->engine != ENGINE_NATIVE) add_font(s, out);
    str_addf(out, "\nfiles %d", s->plan.midi_only);
}

static void plan_keys(Studio *s)
{
    AlbumPlan *p = &s->plan;
    Str common = {0}, key = {0};
    const char *format = album_format(s->job);
    p->midi_only = strcmp(format, "mid") == 0;
    p->format = mem_strdup(p->midi_only || !s->job->audio ? "" : format);
    p->bits = s->job->sound.bits;
    p->pictures = s->job->pictures && !p->midi_only;
    p->artist = mem_strdup(s->reader.model.m.name);
    p->title = make_title(s);
    add_common(s, &common);
    for (int i = 0; i < p->n; i++) {
        key.len = 0;
        str_puts(&key, str_text(&common));
        for (int t = 0; t < s->ids[i].n; t++) str_addf(&key, " %d", s->ids[i].id[t]);
        album_plan_key(p, &p->track[i], key.s);
    }
    str_free(&common);
    str_free(&key);
}

static bool open_folder(Studio *s, Err *err)
{
    Str dir = {0};
    if (s->job->output)
        str_puts(&dir, s->job->output);
    else
        str_addf(&dir, "%s-album", s->plan.artist);
    s->dir = dir.s;
    if (mkdir(s->dir, 0777) != 0 && (errno != EEXIST || !dir_exists(s->dir)))
        return err_set(err, "%s: cannot make the album's folder: %s", s->dir, strerror(errno));
    if (access(s->dir, W_OK | X_OK) != 0)
        return err_set(err, "%s: cannot write: %s", s->dir, strerror(errno));
    return album_other_check(&s->plan, s->dir, s->job->force, err) &&
           album_plan_write(&s->plan, s->dir, err);
}

/* Finds what is finished already. */
static void look_back(Studio *s)
{
    const AlbumPlan *p = &s->plan;
    int mine = 0, old = 0;
    s->record = mem_alloc(p->n, sizeof *s->record);
    s->have = mem_alloc(p->n, sizeof *s->have);
    for (int i = 0; i < p->n; i++) {
        if (!album_plan_mine(p, i)) continue;
        s->have[i] = album_record_read(&s->record[i], s->dir, &p->track[i]);
        char *path = s->have[i] ? NULL : album_path(s->dir, p->track[i].stem, "mid");
        old += path && file_exists(path);
        free(path);
        mine++;
        s->todo += !s->have[i];
    }
    if (s->todo < mine)
        say(&s->job->text.say, SAY_INFO, "%s: %d of %d tracks are there already", s->dir,
            mine - s->todo, mine);
    if (old > 0)
        say(&s->job->text.say, SAY_INFO,
            "%s: %d track%s made anew: unfinished, changed, or made with another model, prompt, "
            "option or version", s->dir, old, old == 1 ? " is" : "s are");
}

/* Of tracks: results are details, warnings stay. */
static void say_inside(void *ud, SayLevel level, const char *text)
{
    Studio *s = ud;
    pthread_mutex_lock(&s->lock);
    say(&s->job->text.say, level == SAY_WARN ? SAY_WARN : SAY_MORE, "%s", text);
    pthread_mutex_unlock(&s->lock);
}

static void report_done(Studio *s)
{
    char stage[64];
    int left = (int)((clock_seconds() - s->began) / s->done * (s->todo - s->done) + 0.5);
    snprintf(stage, sizeof stage, "album: %d of %d tracks, %d:%02d left", s->done, s->todo,
             left / 60, left % 60);
    run_progress(s->run, stage, s->done, s->todo);
}

typedef struct Work {
    Studio *studio;
    AlbumTake take;
} Work;

static bool has_failed(Studio *s)
{
    pthread_mutex_lock(&s->lock);
    bool failed = s->failed > 0;
    pthread_mutex_unlock(&s->lock);
    return failed || run_stopped(s->run);
}

static void do_work(void *ud, void *item)
{
    Studio *s = ud;
    Work *w = item;
    Err err = {{0}};
    bool skipped = has_failed(s);
    bool ok = !skipped && album_track_make(&w->take, &s->inside, &err);
    int number = w->take.track->number;
    pthread_mutex_lock(&s->lock);
    if (ok) {
        s->done++;
        report_done(s);
    } else if (!skipped && (s->failed == 0 || number < s->failed)) {
        s->failed = number;
        s->err = err;
    }
    pthread_mutex_unlock(&s->lock);
    feat_free(&w->take.fs);
    free(w);
}

static bool analyse(Studio *s, int i, Crew *crew, Err *err)
{
    Work *w = mem_alloc(1, sizeof *w);
    const AlbumTrack *t = &s->plan.track[i];
    const Run quiet = {.stop = s->run->stop, .threads = s->run->threads};
    w->studio = s;
    w->take = (AlbumTake){.plan = &s->plan, .track = t, .genre = s->genre, .dir = s->dir,
                          .command = s->job->command, .direction = s->reader.name,
                          .noise = &s->reader.noise, .music = s->job->music, .sound = s->job->sound,
                          .say = {say_inside, s}, .tokens = s->ids[i].n};
    w->take.music.network = prompt_reader_network(&s->reader);
    if (prompt_reader_features(&s->reader, &s->ids[i], t->title, &w->take.fs, &quiet, err)) {
        crew_put(crew, w);
        return true;
    }
    free(w);
    return err_wrap(err, "track %d", t->number);
}

static bool make_tracks(Studio *s, Err *err)
{
    int threads = run_threads(s->run);
    bool ok = true;
    s->inside = (Run){.stop = s->run->stop, .threads = s->todo < threads ? threads : 1};
    s->began = clock_seconds();
    Crew *crew = crew_open(threads > 1 ? threads : 0, threads, do_work, s);
    for (int i = 0; ok && i < s->plan.n && !has_failed(s); i++)
        if (album_plan_mine(&s->plan, i) && !s->have[i]) ok = analyse(s, i, crew, err);
    crew_close(crew);
    if (run_stopped(s->run)) return err_set(err, "interrupted");
    if (ok && s->failed) return err_set(err, "%s", s->err.msg);
    return ok;
}

static bool finish(Studio *s, Err *err)
{
    const AlbumPlan *p = &s->plan;
    const Say *report = &s->job->text.say;
    if (p->shards > 1) {
        say(report, SAY_INFO, "%s: shard %d of %d is done; when all are: llmsonify album join %s",
            s->dir, p->shard, p->shards, s->dir);
        return true;
    }
    if (album_records_read(p, s->dir, s->record, s->have) > 0)
        return err_set(err, "%s: a track's files changed while the album was made", s->dir);
    return album_finish(p, s->record, s->dir, report, s->run, err);
}

static void close_studio(Studio *s)
{
    for (int i = 0; s->ids && i < s->plan.n; i++) token_ids_free(&s->ids[i]);
    free(s->ids);
    if (s->record) album_records_free(s->record, s->plan.n);
    free(s->have);
    free(s->list);
    free(s->dir);
    prompt_reader_close(&s->reader);
    album_plan_free(&s->plan);
    pthread_mutex_destroy(&s->lock);
}

bool album_make(const AlbumJob *job, const Run *run, Err *err)
{
    Studio s = {.job = job, .genre = genre_mode_find(MODE), .run = run, .failed = 0};
    pthread_mutex_init(&s.lock, NULL);
    bool ok = plan_tracks(&s, err) && open_model(&s, err);
    if (ok) plan_keys(&s);
    ok = ok && open_folder(&s, err);
    if (ok) look_back(&s);
    ok = ok && make_tracks(&s, err) && finish(&s, err);
    if (!ok && s.done > 0)
        say(&job->text.say, SAY_INFO, "%s: %d finished tracks are kept; the same command goes on",
            s.dir, s.done);
    close_studio(&s);
    return ok;
}
