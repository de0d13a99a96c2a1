/* activations_piece.c: see app/activations_piece.h. */
#include "app/activations_piece.h"

#include <stdlib.h>
#include <string.h>

#include "app/inspect_prompt.h"
#include "app/piece_write.h"
#include "model/find.h"
#include "prompt_spectrum.h"

static const char SPECTRUM[] = "spectrum";

const char *activations_mode(int i)
{
    int n = 0;
    while (genre_mode_at(n)) n++;
    return i < n ? genre_mode_at(i)->name : i == n ? SPECTRUM : NULL;
}

static const Genre *find_mode(const char *name)
{
    for (int i = 0; genre_mode_at(i); i++)
        if (strcmp(genre_mode_at(i)->name, name) == 0) return genre_mode_at(i);
    return NULL;
}

static bool name_files(OutNames *names, const ActivationsJob *job, Err *err)
{
    const OptList *model = job->text.model;
    Str stem = {0};
    str_addf(&stem, "%s-%s", path_base(model->n ? model->item[0] : MODEL_DEFAULT), job->mode);
    OutRequest r = {.output = job->output, .stem = stem.s, .format = job->format,
                    .audio = job->audio};
    bool ok = outnames_make(names, &r, err);
    str_free(&stem);
    if (!ok || strcmp(job->mode, SPECTRUM) != 0) return ok;
    bool others = names->path[OUT_AUDIO] || names->path[OUT_JSON];
    free(names->path[OUT_MIDI]);
    names->path[OUT_MIDI] = NULL;
    if (others) return true;
    outnames_free(names);
    return err_set(err, "--mode spectrum has no notes to write as MIDI; ask for sound or JSON");
}

bool activations_check(const ActivationsJob *job, Err *err)
{
    OutNames names;
    bool set = strcmp(job->mode, SPECTRUM) == 0;
    if (set && (!job->text.in.file || job->text.in.text || job->text.in.chat))
        return err_set(err,
                       "--mode spectrum reads many prompts: give their file with -f, no -p and "
                       "no --chat");
    if (!set && job->column) return err_set(err, "--column belongs to --mode spectrum");
    if (!text_model_check(&job->text, err) || !name_files(&names, job, err)) return false;
    char *picture = job->plot.wanted ? plot_path(&names, &job->plot, 0, err) : NULL;
    bool ok = picture || !job->plot.wanted;
    free(picture);
    outnames_free(&names);
    return ok;
}

/* The model's weights, for the rooms. */
static bool read_noise(WeightNoise *noise, const ActivationsJob *job, Err *err)
{
    const OptList *model = job->text.model;
    Model m = {0};
    char *path = model_locate(model->n ? model->item[0] : MODEL_DEFAULT, err);
    bool ok = path && model_open(&m, path, err);
    if (ok) noise_from_model(noise, &m);
    model_close(&m);
    free(path);
    return ok;
}

static bool make_piece(const ActivationsJob *job, const OutNames *names, OutSet *set,
                       const Run *run, Err *err)
{
    const Genre *genre = find_mode(job->mode);
    const GenreOpts opts = {.root = -1, .mode = -1};
    FeatureSet fs = {0};
    const FeatureSet *ptr[1] = {&fs};
    WeightNoise noise = {0};
    Score score = {0};
    PieceOut out = {.genre = genre, .score = &score, .fs = ptr, .nfs = 1, .noise = &noise,
                    .names = names, .sound = job->sound, .plot = job->plot, .say = job->text.say};
    bool ok = prompt_features(&job->text, &fs, run, err) && read_noise(&noise, job, err) &&
              piece_compose(genre, ptr, 1, &opts, job->command, &score, err) &&
              piece_write(&out, set, run, err);
    score_free(&score);
    noise_free(&noise);
    feat_free(&fs);
    return ok;
}

bool activations_make(const ActivationsJob *job, const Run *run, Err *err)
{
    OutNames names = {.format = NULL};
    OutSet set = {0};
    bool spectrum = strcmp(job->mode, SPECTRUM) == 0;
    bool ok = name_files(&names, job, err) && outnames_check(&names, job->clobber, err) &&
              (spectrum ? plot_check(&names, &job->plot, 0, job->clobber, err)
                        : plot_check_activations(&names, &job->plot, job->clobber, err));
    if (ok && spectrum)
        ok = spectrum_make(job, &names, &set, run, err);
    else if (ok)
        ok = make_piece(job, &names, &set, run, err);
    if (ok && run_stopped(run)) ok = err_set(err, "interrupted");
    if (ok)
        ok = outset_commit(&set, err);
    else
        outset_abort(&set);
    outnames_free(&names);
    return ok;
}
