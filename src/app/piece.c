/* piece.c: models -> features -> score -> MIDI, sidecar and sound; see app/piece.h.
 *
 * Nothing that depends on the number of threads, the time or the place of a file goes into the
 * outputs: the same model and the same options give the same bytes. The audio is always rendered
 * from the MIDI dialect that FluidSynth obeys, whatever dialect the MIDI file is written in. */
#include "app/piece.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/output.h"
#include "app/source.h"
#include "app/version.h"
#include "base/file.h"
#include "base/mem.h"
#include "model/find.h"
#include "score/sidecar.h"
#include "synth/soundfont.h"

/* One piece on its way. */
typedef struct Piece {
    const PieceJob *job;
    const Genre *genre;
    const Sources *src;
    OutNames names;
    Score score;
} Piece;

static int job_pieces(const PieceJob *job, const Genre **out, int cap)
{
    int n = 0;
    if (job->genre->n == 0) out[n++] = genre_find(PIECE_DEFAULT_GENRE);
    for (int i = 0; i < job->genre->n; i++) {
        bool all = strcmp(job->genre->item[i], "all") == 0;
        for (int g = 0; g < genre_count() && n < cap; g++) {
            const Genre *genre = genre_at(g);
            bool wanted = all || strcmp(genre->name, job->genre->item[i]) == 0;
            for (int k = 0; k < n; k++) wanted = wanted && out[k] != genre;
            if (wanted) out[n++] = genre;
        }
    }
    return n;
}

/* "wren-acid", "wren+2-house": what a piece is called when the user gives no name. */
static void add_stem(Str *out, const char *model, int nmodels, const Genre *genre)
{
    const char *base = path_base(model);
    size_t n = strlen(base);
    if (n == 0) { /* "dir/model/": the name stands before the last slashes */
        const char *end = base;
        while (end > model && end[-1] == '/') end--;
        for (base = end; base > model && base[-1] != '/'; base--) n++;
    }
    if (str_ends(base, ".safetensors")) n -= strlen(".safetensors");
    if (str_ends(base, ".json")) n -= strlen(".json");
    str_add(out, base, n);
    if (nmodels > 1) str_addf(out, "+%d", nmodels - 1);
    str_addf(out, "-%s", genre->name);
}

static bool name_piece(OutNames *names, const PieceJob *job, const char *model, const Genre *genre,
                       bool many, Err *err)
{
    Str stem = {0};
    add_stem(&stem, model, job->features ? 1 : job->model->n, genre);
    OutRequest r = {.output = job->output, .stem = stem.s, .format = job->format,
                    .suffix = many ? genre->name : NULL, .audio = job->audio};
    bool ok = outnames_make(names, &r, err);
    str_free(&stem);
    return ok;
}

/* The model's name as asked, before anything is opened. */
static const char *job_model(const PieceJob *job)
{
    if (job->features) return job->features;
    return job->model->n ? job->model->item[0] : MODEL_DEFAULT;
}

enum { PIECE_MAX = 32 };

bool piece_check(const PieceJob *job, Err *err)
{
    const Genre *genre[PIECE_MAX];
    int n = job_pieces(job, genre, PIECE_MAX);
    if (job->features && job->model->n)
        return err_set(err, "--features and --model exclude each other");
    for (int i = 0; i < n; i++) {
        OutNames names;
        if (job->model->n > genre[i]->max_models)
            return err_set(err, "--model: %s takes %d, not %d", genre[i]->name,
                           genre[i]->max_models, job->model->n);
        if (!name_piece(&names, job, job_model(job), genre[i], n > 1, err)) return false;
        outnames_free(&names);
    }
    return true;
}

static void add_lines(Score *s, const char *text)
{
    while (*text) {
        size_t n = strcspn(text, "\n");
        if (n) score_add_text(s, "%.*s", (int)n, text);
        text += n + (text[n] == '\n');
    }
}

static void describe(Piece *p)
{
    Score *s = &p->score;
    if (!s->genre[0]) snprintf(s->genre, sizeof s->genre, "%s", p->genre->name);
    if (!s->title[0])
        snprintf(s->title, sizeof s->title, "%s: %s", p->src->fs[0].model, p->genre->name);
    score_add_text(s, "llmsonify %s", LLMSONIFY_VERSION);
    score_add_text(s, "%s", p->job->command);
    for (int i = 0; i < p->src->n; i++) {
        const FeatureSet *fs = &p->src->fs[i];
        char print[17];
        feat_fingerprint(fs, print);
        score_add_text(s, "model %s (%s, %d layers, %lld parameters), features %s", fs->model,
                       fs->family, fs->nl, (long long)fs->nparams, print);
    }
    add_lines(s, p->genre->legend);
}

static bool compose(Piece *p, Err *err)
{
    const Sources *src = p->src;
    if (!p->genre->compose(src->ptr, src->n, &p->job->opts, &p->score, err))
        return err_wrap(err, "%s", p->genre->name);
    describe(p);
    if (!score_check(&p->score, src->ptr, src->n, err))
        return err_wrap(err, "%s: the score breaks a rule of its own", p->genre->name);
    return true;
}

static bool write_bytes(OutSet *set, const char *path, const Str *bytes, Err *err)
{
    return out_file(outset_add(set, path), str_text(bytes), bytes->len, err);
}

static bool write_audio(const Piece *p, OutSet *set, const Run *run, Err *err)
{
    Str midi = {0}, comment = {0};
    MidiSong song = {0};
    SoundJob sound = p->job->sound;
    const char *path = p->names.path[OUT_AUDIO];
    sound.style = p->genre->name;
    sound.format = p->names.format;
    for (int i = 0; i < p->score.ntexts && i < 2 + p->src->n; i++)
        str_addf(&comment, "%s%s", i ? "; " : "", p->score.text[i]);
    AudioTags tags = {.title = p->score.title, .artist = p->src->fs[0].model,
                      .genre = p->genre->name, .comment = comment.s,
                      .software = "llmsonify " LLMSONIFY_VERSION};
    bool ok = midi_write_score(&p->score, MIDI_BOTH, &midi, err) &&
              midi_read(&song, (const uint8_t *)str_text(&midi), (int64_t)midi.len, err) &&
              sound_make(&song, &sound, outset_add(set, path), path, &tags, &p->job->say, run, err);
    midi_free(&song);
    str_free(&midi);
    str_free(&comment);
    return ok;
}

static bool write_piece(const Piece *p, OutSet *set, const Run *run, Err *err)
{
    Str bytes = {0};
    bool ok = true;
    if (p->names.path[OUT_AUDIO]) ok = write_audio(p, set, run, err);
    if (ok && p->names.path[OUT_JSON]) {
        score_write_json(&p->score, p->src->ptr, p->src->n, &bytes);
        ok = write_bytes(set, p->names.path[OUT_JSON], &bytes, err);
    }
    if (ok && p->names.path[OUT_MIDI]) {
        bytes.len = 0;
        ok = midi_write_score(&p->score, (MidiDialect)p->job->dialect, &bytes, err) &&
             write_bytes(set, p->names.path[OUT_MIDI], &bytes, err);
        int sec = (int)(score_seconds(&p->score, p->score.length) + 0.5);
        if (ok)
            say(&p->job->say, SAY_INFO, "%s: %d notes, %d tracks, %d:%02d",
                p->names.path[OUT_MIDI], score_count_notes(&p->score), p->score.ntracks, sec / 60,
                sec % 60);
    }
    str_free(&bytes);
    return ok;
}

/* Everything that can be known to fail before the work begins. */
static bool check_ahead(const PieceJob *job, const Genre *const *genre, int n, Err *err)
{
    bool audio = false;
    for (int i = 0; i < n; i++) {
        OutNames names;
        if (!name_piece(&names, job, job_model(job), genre[i], n > 1, err)) return false;
        bool ok = outnames_check(&names, job->clobber, err);
        audio = audio || names.path[OUT_AUDIO];
        outnames_free(&names);
        if (!ok) return false;
    }
    if (!audio) return true;
    char *font = soundfont_find(job->sound.font, err);
    free(font);
    return font != NULL;
}

static bool make_one(const PieceJob *job, const Genre *genre, bool many, const Sources *src,
                     OutSet *set, const Run *run, Err *err)
{
    Piece p = {.job = job, .genre = genre, .src = src};
    bool ok = name_piece(&p.names, job, job_model(job), genre, many, err) &&
              outnames_check(&p.names, job->clobber, err) && compose(&p, err) &&
              write_piece(&p, set, run, err);
    if (ok && run_stopped(run)) ok = err_set(err, "interrupted");
    score_free(&p.score);
    outnames_free(&p.names);
    return ok;
}

bool piece_make(const PieceJob *job, const Run *run, Err *err)
{
    const Genre *genre[PIECE_MAX];
    Sources src = {0};
    OutSet set = {0};
    int n = job_pieces(job, genre, PIECE_MAX);
    bool ok = check_ahead(job, genre, n, err) &&
              sources_load(&src, job->model, job->features, &job->say, run, err);
    for (int i = 0; ok && i < n; i++) ok = make_one(job, genre[i], n > 1, &src, &set, run, err);
    if (ok)
        ok = outset_commit(&set, err);
    else
        outset_abort(&set);
    sources_free(&src);
    return ok;
}

bool piece_sidecar(const PieceJob *job, Str *out, const Run *run, Err *err)
{
    const Genre *genre[PIECE_MAX];
    Sources src = {0};
    if (job_pieces(job, genre, PIECE_MAX) == 0) return err_set(err, "no genre");
    if (!sources_load(&src, job->model, job->features, &job->say, run, err)) return false;
    Piece p = {.job = job, .genre = genre[0], .src = &src};
    bool ok = compose(&p, err);
    if (ok) score_write_json(&p.score, src.ptr, src.n, out);
    score_free(&p.score);
    sources_free(&src);
    return ok;
}

static bool plan_models(const PieceJob *job, Str *out, Err *err)
{
    if (job->features) str_addf(out, "features   %s\n", job->features);
    for (int i = 0; !job->features && (i < job->model->n || i == 0); i++) {
        char *path = model_locate(i < job->model->n ? job->model->item[i] : MODEL_DEFAULT,
                                  err);
        if (!path) return false;
        str_addf(out, "model      %s\n", path);
        free(path);
    }
    return true;
}

bool piece_plan(const PieceJob *job, Str *out, Err *err)
{
    static const char *const label[OUT_KINDS] = {"midi", "audio", "sources"};
    const Genre *genre[PIECE_MAX];
    int n = job_pieces(job, genre, PIECE_MAX);
    if (!check_ahead(job, genre, n, err) || !plan_models(job, out, err)) return false;
    for (int i = 0; i < n; i++) {
        OutNames names;
        if (!name_piece(&names, job, job_model(job), genre[i], n > 1, err)) return false;
        str_addf(out, "genre      %s: %s\n", genre[i]->name, genre[i]->summary);
        for (int k = 0; k < OUT_KINDS; k++)
            if (names.path[k]) str_addf(out, "%-10s %s\n", label[k], names.path[k]);
        char *font = names.path[OUT_AUDIO] ? soundfont_find(job->sound.font, err) : NULL;
        if (font) str_addf(out, "soundfont  %s\n", font);
        free(font);
        outnames_free(&names);
    }
    return true;
}

bool piece_legend(const PieceJob *job, Str *out, Err *err)
{
    const Genre *genre[PIECE_MAX];
    int n = job_pieces(job, genre, PIECE_MAX);
    if (n == 0) return err_set(err, "no genre");
    for (int i = 0; i < n; i++) {
        str_addf(out, "%s%s: %s\n\n%s", i ? "\n" : "", genre[i]->name, genre[i]->summary,
                 genre[i]->legend);
        if (!str_ends(genre[i]->legend, "\n")) str_putc(out, '\n');
    }
    return true;
}
