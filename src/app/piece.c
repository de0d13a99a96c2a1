/* piece.c: models -> features -> score -> MIDI, sidecar and sound; see app/piece.h.
 *
 * Nothing that depends on the number of threads, the time or the place of a file goes into the
 * outputs: the same model and the same options give the same bytes. */
#include "app/piece.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/generator_source.h"
#include "app/output.h"
#include "app/piece_write.h"
#include "app/source.h"
#include "model/find.h"
#include "score/sidecar.h"

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

static int job_models(const PieceJob *job)
{
    return job->features || job->model->n == 0 ? 1 : job->model->n;
}

enum { PIECE_MAX = 32 };

/* "house or acid": the genres that take a generator. */
static void name_generated(Str *out)
{
    for (int i = genre_count() - 1, n = 0; i >= 0; i--)
        if (genre_at(i)->generators) str_addf(out, "%s%s", n++ ? " or " : "", genre_at(i)->name);
}

static bool check_generator(const PieceJob *job, const Genre *genre, Err *err)
{
    Str names = {0};
    if (job->opts.generator == GEN_ROWS || genre->generators) return true;
    name_generated(&names);
    err_set(err, "--generator: %s is made of rows alone; try --genre %s", genre->name,
            str_text(&names));
    str_free(&names);
    return false;
}

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
        if (!check_generator(job, genre[i], err) ||
            !name_piece(&names, job, job_model(job), genre[i], n > 1, err))
            return false;
        char *picture = job->plot.wanted ? plot_path(&names, &job->plot, 0, err) : NULL;
        bool ok = picture || !job->plot.wanted;
        free(picture);
        outnames_free(&names);
        if (!ok) return false;
    }
    return true;
}

/* Everything that can be known to fail before the work begins. */
static bool check_ahead(const PieceJob *job, const Genre *const *genre, int n, Err *err)
{
    for (int i = 0; i < n; i++) {
        OutNames names;
        GenreVoices voices;
        if (!name_piece(&names, job, job_model(job), genre[i], n > 1, err)) return false;
        bool ok = outnames_check(&names, job->clobber, err) &&
                  plot_check(&names, &job->plot, job_models(job), job->clobber, err);
        if (ok && names.path[OUT_AUDIO])
            ok = piece_voices(genre[i], &job->sound, &voices, NULL, err);
        outnames_free(&names);
        if (!ok) return false;
    }
    return true;
}

static GenreOpts piece_opts(const PieceJob *job, const Sources *src)
{
    GenreOpts opts = job->opts;
    opts.network = src->network;
    return opts;
}

static bool load_sources(Sources *src, const PieceJob *job, const Run *run, Err *err)
{
    if (!sources_load(src, job->model, job->features, &job->say, run, err)) return false;
    if (job->opts.generator != GEN_JEPA || sources_foresee(src, job->jepa, run, err)) return true;
    sources_free(src);
    return false;
}

bool piece_make_one(const PieceJob *job, const Genre *genre, const Sources *src,
                    const OutNames *names, OutSet *set, const Run *run, Err *err)
{
    Score score = {0};
    GenreOpts opts = piece_opts(job, src);
    PieceOut out = {.genre = genre, .score = &score, .fs = src->ptr, .nfs = src->n,
                    .noise = &src->noise, .names = names, .dialect = job->dialect,
                    .sound = job->sound, .plot = job->plot, .say = job->say};
    bool ok = piece_compose(genre, src->ptr, src->n, &opts, job->command, &score, err) &&
              piece_write(&out, set, run, err);
    if (ok && run_stopped(run)) ok = err_set(err, "interrupted");
    score_free(&score);
    return ok;
}

static bool make_named(const PieceJob *job, const Genre *genre, bool many, const Sources *src,
                       OutSet *set, const Run *run, Err *err)
{
    OutNames names = {.format = NULL};
    bool ok = name_piece(&names, job, job_model(job), genre, many, err) &&
              outnames_check(&names, job->clobber, err) &&
              piece_make_one(job, genre, src, &names, set, run, err);
    outnames_free(&names);
    return ok;
}

bool piece_make(const PieceJob *job, const Run *run, Err *err)
{
    const Genre *genre[PIECE_MAX];
    Sources src = {0};
    OutSet set = {0};
    int n = job_pieces(job, genre, PIECE_MAX);
    bool ok = check_ahead(job, genre, n, err) &&
              load_sources(&src, job, run, err);
    for (int i = 0; ok && i < n; i++) ok = make_named(job, genre[i], n > 1, &src, &set, run, err);
    ok = outset_finish(&set, ok, run, err);
    sources_free(&src);
    return ok;
}

bool piece_sidecar(const PieceJob *job, Str *out, const Run *run, Err *err)
{
    const Genre *genre[PIECE_MAX];
    Sources src = {0};
    if (job_pieces(job, genre, PIECE_MAX) == 0) return err_set(err, "no genre");
    if (!load_sources(&src, job, run, err)) return false;
    Score score = {0};
    GenreOpts opts = piece_opts(job, &src);
    bool ok = piece_compose(genre[0], src.ptr, src.n, &opts, job->command, &score, err);
    if (ok) score_write_json(&score, src.ptr, src.n, out);
    score_free(&score);
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

/* check_ahead() has seen that it can be had. */
static void plan_sound(const PieceJob *job, const Genre *genre, Str *out, Err *err)
{
    GenreVoices voices;
    char *font = NULL;
    if (!piece_voices(genre, &job->sound, &voices, &font, err)) return;
    if (font)
        str_addf(out, "soundfont  %s\n", font);
    else
        str_addf(out, "engine     native\n");
    free(font);
}

static void plan_plots(const PieceJob *job, const OutNames *names, Str *out, Err *err)
{
    for (int i = 0; i <= job_models(job); i++) {
        char *path = plot_path(names, &job->plot, i, err);
        if (path) str_addf(out, "picture    %s\n", path);
        free(path);
    }
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
        if (names.path[OUT_AUDIO]) plan_sound(job, genre[i], out, err);
        if (job->plot.wanted) plan_plots(job, &names, out, err);
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
        str_puts(out, genre[i]->generators ? genre[i]->generators : "");
    }
    return true;
}
