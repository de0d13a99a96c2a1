/* album_finish.c: see album_finish.h. Everything is made from the tracks' files and records alone,
 * so that a joined album has the bytes of one that was made in one go. One track at a time is in
 * memory.
 *
 * The tracks follow each other without a gap: each begins on a frame of the cue sheet (1/75 s,
 * which every usual sampling rate divides), up to which the one before is filled with silence. */
#include "album_finish.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "album_pictures.h"
#include "album_tables.h"
#include "app/output.h"
#include "app/version.h"
#include "audio/sndfile_io.h"
#include "base/file.h"
#include "base/mem.h"

enum { CUE_FRAMES = 75 }; /* a second */

void album_records_free(AlbumRecord *r, int n)
{
    for (int i = 0; i < n; i++) album_record_free(&r[i]);
    free(r);
}

int album_records_read(const AlbumPlan *p, const char *dir, AlbumRecord *r, bool *have)
{
    int missing = 0;
    for (int i = 0; i < p->n; i++) {
        have[i] = have[i] || album_record_read(&r[i], dir, &p->track[i]);
        missing += !have[i];
    }
    return missing;
}

/* The album's file while the tracks are put into it one after another. */
typedef struct Joining {
    AudioSink *sink;
    int rate, channels;
    int64_t frames;
} Joining;

static bool open_sound(Joining *j, const AlbumPlan *p, const AudioBuf *first, const char *path,
                       Err *err)
{
    const AudioTags tags = {.title = p->title, .artist = p->artist, .album = p->title,
                            .genre = "solo", .software = "llmsonify " LLMSONIFY_VERSION};
    j->rate = first->rate;
    j->channels = first->channels;
    j->sink = audio_sink_open(path, (AudioBits)p->bits, j->rate, j->channels, &tags, err);
    return j->sink != NULL;
}

/* Puts b behind what is there, filled up to a frame of the cue sheet. */
static bool append(Joining *j, const AudioBuf *b, Err *err)
{
    int64_t end = j->frames + b->frames, cue = (end * CUE_FRAMES + b->rate - 1) / b->rate;
    int64_t frames = (cue * b->rate + CUE_FRAMES - 1) / CUE_FRAMES;
    float *silence = mem_alloc((frames - end) * b->channels, sizeof *silence);
    bool ok = audio_sink_put(j->sink, b->x, b->frames, err) &&
              audio_sink_put(j->sink, silence, frames - end, err);
    free(silence);
    j->frames = frames;
    return ok;
}

/* Adds the sound of track i; to: the album's file. */
static bool join_track(Joining *j, const AlbumPlan *p, const AlbumRecord *r, int i,
                       const char *dir, const char *to, AlbumTimes *times, Err *err)
{
    AudioBuf b = {0};
    const char *name = album_record_find(&r[i], p->format);
    char *path = name ? album_path(dir, name, "") : NULL;
    bool ok = path ? audio_read(&b, path, err) : err_set(err, "track %d has no sound", i + 1);
    if (ok && !j->sink) ok = open_sound(j, p, &b, to, err);
    if (ok && (b.rate != j->rate || b.channels != j->channels))
        ok = err_set(err, "%s: %d channels at %d Hz, the tracks before have %d at %d Hz", path,
                     b.channels, b.rate, j->channels, j->rate);
    if (ok) {
        times->start[i] = (double)j->frames / b.rate;
        times->frames[i] = j->frames * CUE_FRAMES / b.rate;
        ok = append(j, &b, err);
    }
    audio_free(&b);
    free(path);
    return ok;
}

static bool write_sound(const AlbumPlan *p, const AlbumRecord *r, const char *dir,
                        AlbumTimes *times, OutSet *set, const Run *run, Err *err)
{
    char *path = album_path(dir, "album", p->format);
    const char *to = outset_add(set, path);
    Joining j = {.sink = NULL};
    bool ok = true;
    for (int i = 0; ok && i < p->n; i++) {
        ok = join_track(&j, p, r, i, dir, to, times, err);
        run_progress(run, "joining the tracks", i + 1, p->n);
        if (ok && run_stopped(run)) ok = err_set(err, "interrupted");
    }
    ok = audio_sink_close(j.sink, ok, err);
    free(path);
    return ok;
}

static bool put(OutSet *set, const char *dir, const char *name, const Str *bytes, Err *err)
{
    char *path = album_path(dir, name, "");
    bool ok = out_file(outset_add(set, path), str_text(bytes), bytes->len, err);
    free(path);
    return ok;
}

static bool write_tables(const AlbumPlan *p, const AlbumRecord *r, const char *dir,
                         const AlbumTimes *times, OutSet *set, Err *err)
{
    Str manifest = {0}, cue = {0}, list = {0}, audio = {0};
    str_addf(&audio, "album.%s", p->format);
    album_write_manifest(p, r, times, &manifest);
    bool ok = put(set, dir, "manifest.csv", &manifest, err);
    if (ok && *p->format) {
        album_write_cue(p, times, audio.s, &cue);
        album_write_m3u8(p, r, &list);
        ok = put(set, dir, "album.cue", &cue, err) && put(set, dir, "album.m3u8", &list, err);
    }
    str_free(&manifest);
    str_free(&cue);
    str_free(&list);
    str_free(&audio);
    return ok;
}

static void time_scores(const AlbumPlan *p, const AlbumRecord *r, AlbumTimes *times)
{
    double at = 0;
    for (int i = 0; i < p->n; i++) {
        times->start[i] = at;
        times->frames[i] = (int64_t)floor(at * CUE_FRAMES);
        at += r[i].seconds;
    }
}

bool album_finish(const AlbumPlan *p, const AlbumRecord *r, const char *dir, const Say *report,
                  const Run *run, Err *err)
{
    AlbumTimes times = {.start = mem_alloc(p->n, sizeof *times.start),
                        .frames = mem_alloc(p->n, sizeof *times.frames)};
    OutSet set = {0};
    bool ok = true;
    if (*p->format)
        ok = write_sound(p, r, dir, &times, &set, run, err);
    else
        time_scores(p, r, &times);
    ok = ok && write_tables(p, r, dir, &times, &set, err) &&
         (!p->pictures || album_pictures(p, r, dir, &set, err));
    ok = outset_finish(&set, ok, run, err);
    int seconds = (int)(times.start[p->n - 1] + r[p->n - 1].seconds + 0.5);
    if (ok)
        say(report, SAY_INFO, "%s: %d tracks, %d:%02d", dir, p->n, seconds / 60, seconds % 60);
    free(times.start);
    free(times.frames);
    return ok;
}
