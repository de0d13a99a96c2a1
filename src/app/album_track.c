/* album_track.c: see album_track.h. */
#include "album_track.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "album_record.h"
#include "app/output.h"
#include "app/piece_write.h"
#include "base/mem.h"
#include "genre/cascade.h"
#include "music/scale.h"
#include "view/heatmap.h"

static void name_files(OutNames *names, const AlbumTake *t)
{
    const char *stem = t->track->stem, *format = t->plan->format;
    *names = (OutNames){.format = NULL};
    names->path[OUT_MIDI] = album_path(t->dir, stem, "mid");
    if (*format) names->path[OUT_AUDIO] = album_path(t->dir, stem, format);
    if (!t->plan->midi_only) names->path[OUT_JSON] = album_path(t->dir, stem, "json");
}

static bool compose(const AlbumTake *t, Score *s, GenreOpts *opts, Err *err)
{
    const FeatureSet *fs[1] = {&t->fs};
    snprintf(s->title, sizeof s->title, "%s", t->track->title);
    if (!piece_compose(t->genre, fs, 1, opts, t->command, s, err)) return false;
    score_add_text(s, "album %s, track %d, category %s", t->plan->title, t->track->number,
                   *t->track->category ? t->track->category : "none");
    if (*t->direction) score_add_text(s, "direction %s", t->direction);
    score_add_text(s, "prompt %s", t->track->prompt);
    return true;
}

static void draw_heat(Canvas *c, const void *ud)
{
    heatmap_draw(c, ud);
}

static bool put_heat(const AlbumTake *t, OutSet *set, Err *err)
{
    Str name = {0};
    if (!t->plan->pictures) return true;
    str_addf(&name, "%s-heat", t->track->stem);
    char *path = album_path(t->dir, name.s, "png");
    bool ok = plot_to(path, HEATMAP_WIDTH, HEATMAP_HEIGHT, draw_heat, &t->fs, set, err);
    free(path);
    str_free(&name);
    return ok;
}

static int compare_falling(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x < y) - (x > y);
}

/* The norms of the stream's blocks, layer by layer, the largest first: the picture of the model
 * that this prompt gives. */
static void take_spectra(AlbumRecord *r, const FeatureSet *fs)
{
    int col = feat_find_column(fs, FT_LAYERS, "blocks12"), rows = fs->table[FT_LAYERS].nrows;
    r->k = rows ? feat_len(fs, FT_LAYERS, col, 0) : 0;
    r->spectra = mem_alloc((int64_t)rows * r->k, sizeof *r->spectra);
    for (int i = 0; i < rows && feat_len(fs, FT_LAYERS, col, i) == r->k && r->k; i++) {
        float *row = r->spectra + r->nl++ * r->k;
        memcpy(row, feat_vec(fs, FT_LAYERS, col, i), (size_t)r->k * sizeof *row);
        qsort(row, (size_t)r->k, sizeof *row, compare_falling);
    }
}

static bool add_files(AlbumRecord *r, const AlbumTake *t, Err *err)
{
    const char *ending[] = {".mid", t->plan->format, ".json", "-heat.png"};
    const bool wanted[] = {true, *t->plan->format != 0, !t->plan->midi_only, t->plan->pictures};
    bool ok = true;
    for (int i = 0; ok && i < 4; i++) {
        Str name = {0};
        str_addf(&name, "%s%s%s", t->track->stem, i == 1 ? "." : "", ending[i]);
        ok = !wanted[i] || album_record_add(r, t->dir, name.s, err);
        str_free(&name);
    }
    return ok;
}

static bool write_record(const AlbumTake *t, const Score *s, const GenreOpts *opts,
                         const PieceSound *made, Err *err)
{
    AlbumRecord r = {.tokens = t->tokens, .tension = cascade_tension(&t->fs),
                     .tempo = s->ntempos ? s->tempo[0].bpm : NAN, .seconds = made->seconds,
                     .lufs = made->lufs};
    Scale key = cascade_key(&t->fs, opts);
    memcpy(r.key, t->track->key, sizeof r.key);
    snprintf(r.tonic, sizeof r.tonic, "%s", pitch_class_name(key.root));
    snprintf(r.mode, sizeof r.mode, "%s", mode_name(key.mode));
    take_spectra(&r, &t->fs);
    bool ok = add_files(&r, t, err) && album_record_write(&r, t->dir, t->track, err);
    album_record_free(&r);
    return ok;
}

bool album_track_make(const AlbumTake *t, const Run *run, Err *err)
{
    const FeatureSet *fs[1] = {&t->fs};
    GenreOpts opts = t->music;
    OutNames names;
    OutSet set = {0};
    Score score = {0};
    PieceSound made = {.lufs = NAN};
    PieceOut out = {.genre = t->genre, .score = &score, .fs = fs, .nfs = 1, .noise = t->noise,
                    .names = &names, .sound = t->sound, .album = t->plan->title,
                    .track = t->track->number, .made = &made, .say = t->say};
    name_files(&names, t);
    album_category(t->track->section, &opts);
    bool ok = compose(t, &score, &opts, err) && piece_write(&out, &set, run, err) &&
              put_heat(t, &set, err);
    ok = outset_finish(&set, ok, run, err);
    ok = ok && write_record(t, &score, &opts, &made, err);
    score_free(&score);
    outnames_free(&names);
    return ok || err_wrap(err, "track %d", t->track->number);
}
