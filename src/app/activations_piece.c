/* activations_piece.c: which mode is to be made of which prompts; see app/activations_piece.h. */
#include "app/activations_piece.h"

#include <stdlib.h>
#include <string.h>

#include "activations_cast.h"
#include "app/album.h"
#include "app/piece_write.h"
#include "base/mem.h"
#include "model/find.h"
#include "prompt_spectrum.h"

/* What a mode reads. */
typedef enum Diet {
    DIET_PROMPT, /* one prompt */
    DIET_PAIR,
    DIET_LIST,
    DIET_DELTA,  /* one prompt or a list, and two models */
    DIET_SET,    /* a file, as a set of data */
    DIET_ALBUM
} Diet;

/* Modes that are not genres, or that read other than one prompt. */
static const struct {
    const char *name;
    Diet diet;
    const char *bundled; /* the list when none is given */
    bool (*make)(Stage *s, const Run *run, Err *err);
} DIETS[] = {
    {"contrast", DIET_PAIR, "prompts/contrast.tsv", contrast_make},
    {"dialogue", DIET_LIST, "prompts/album.csv", dialogue_make},
    {"delta", DIET_DELTA, NULL, delta_make},
    {"album", DIET_ALBUM, NULL, NULL},
    {"theory", DIET_PROMPT, NULL, theory_make},
    {"spectrum", DIET_SET, NULL, NULL},
};
enum { NDIETS = sizeof DIETS / sizeof DIETS[0] };

static const char *const BEYOND[] = {"album", "spectrum"}; /* that are no genres */
enum { NBEYOND = sizeof BEYOND / sizeof BEYOND[0] };

const char *activations_mode(int i)
{
    int n = 0;
    while (genre_mode_at(n)) n++;
    return i < n ? genre_mode_at(i)->name : i < n + NBEYOND ? BEYOND[i - n] : NULL;
}

static int find_diet(const char *mode)
{
    for (int i = 0; i < NDIETS; i++)
        if (strcmp(DIETS[i].name, mode) == 0) return i;
    return -1;
}

static Diet diet_of(const ActivationsJob *job)
{
    int i = find_diet(job->mode);
    return i < 0 ? DIET_PROMPT : DIETS[i].diet;
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
    if (!ok || diet_of(job) != DIET_SET) return ok;
    bool others = names->path[OUT_AUDIO] || names->path[OUT_JSON];
    free(names->path[OUT_MIDI]);
    names->path[OUT_MIDI] = NULL;
    if (others) return true;
    outnames_free(names);
    return err_set(err, "--mode spectrum has no notes to write as MIDI; ask for sound or JSON");
}

static AlbumJob album_of(const ActivationsJob *job)
{
    return (AlbumJob){.text = job->text, .prompts = job->prompts, .column = job->column,
                      .category_column = job->category_column, .music = job->music,
                      .jepa = job->jepa, .direction = job->direction, .only = job->only,
                      .shard = job->shard, .title = job->title, .output = job->output,
                      .format = job->format, .limit = job->limit, .audio = job->audio,
                      .pictures = true, .force = job->force, .sound = job->sound,
                      .command = job->command};
}

/* The file of a data set may come with -f too, as it always could. */
static const char *set_file(const ActivationsJob *job)
{
    return job->prompts ? job->prompts : job->text.in.file;
}

static bool check_prompts(const ActivationsJob *job, Err *err)
{
    const TextInput *in = &job->text.in;
    Diet diet = diet_of(job);
    int n = job->prompt->n, given = (n > 0) + (job->prompts != NULL) + (in->file != NULL);
    if (given > 1) return err_set(err, "--prompt, --file and --prompts exclude each other");
    if (in->system && !in->chat) return err_set(err, "--system needs --chat");
    if (diet == DIET_SET && (!set_file(job) || in->chat))
        return err_set(err, "--mode spectrum reads many prompts: give their file with -f or "
                            "--prompts, no -p and no --chat");
    if (diet == DIET_PROMPT && job->prompts)
        return err_set(err, "--mode %s reads one prompt, not a file of them: try --mode album",
                       job->mode);
    if ((diet == DIET_PROMPT || diet == DIET_DELTA) && n > 1)
        return err_set(err, "--mode %s reads one prompt, not %d", job->mode, n);
    if (diet == DIET_PAIR && n && n != 2)
        return err_set(err, "--mode contrast compares two prompts: give -p twice");
    if ((diet == DIET_PAIR || diet == DIET_LIST) && in->file)
        return err_set(err, "--mode %s reads several prompts: give a file with --prompts",
                       job->mode);
    if (diet == DIET_ALBUM && n)
        return err_set(err, "--mode album reads a file of prompts: give it with --prompts");
    TextInput one = *in;
    if (n) one.text = job->prompt->item[0];
    bool needs = diet == DIET_PROMPT || (diet == DIET_DELTA && !job->prompts);
    return !needs || text_input_check(&one, err);
}

static bool check_models(const ActivationsJob *job, Err *err)
{
    int n = job->text.model->n;
    if (diet_of(job) != DIET_DELTA) return n <= 1 || err_set(err, "--model: one at a time");
    if (n == 2) return true;
    return err_set(err, "--mode delta compares two models: give -m twice, the base first");
}

/* The cascade's modes have a generator; an album is made of solos. */
static bool check_generator(const ActivationsJob *job, Err *err)
{
    const Genre *genre = genre_mode_find(job->mode);
    bool has = diet_of(job) == DIET_ALBUM || (genre && genre->generators);
    return has || job->music.generator == GEN_ROWS ||
           err_set(err, "--generator: --mode %s has none; solo, contrast, dialogue, delta and "
                        "album have", job->mode);
}

bool activations_check(const ActivationsJob *job, Err *err)
{
    OutNames names;
    Diet diet = diet_of(job);
    const AlbumJob album = album_of(job);
    if (!check_prompts(job, err) || !check_models(job, err) || !check_generator(job, err))
        return false;
    if (diet == DIET_ALBUM) return album_check(&album, err);
    if (job->only || job->shard || job->limit || job->title)
        return err_set(err, "--%s belongs to --mode album",
                       job->only ? "only" : job->shard ? "shard" : job->limit ? "limit" : "title");
    if ((job->column || job->category_column) && diet == DIET_PROMPT)
        return err_set(err, "--column belongs to the modes that read --prompts");
    if (!name_files(&names, job, err)) return false;
    char *picture = job->plot.wanted ? plot_path(&names, &job->plot, 0, err) : NULL;
    bool ok = picture || !job->plot.wanted;
    free(picture);
    outnames_free(&names);
    return ok;
}

/* One text: -p, the whole of a file, or standard input. */
static bool read_text(const ActivationsJob *job, PromptList *list, Err *err)
{
    TextInput in = job->text.in;
    Str text = {0};
    if (job->prompt->n) in.text = job->prompt->item[0];
    bool ok = text_input_read(&in, &text, err);
    if (ok) prompt_list_add(list, text.s, "", "", 0);
    str_free(&text);
    return ok;
}

static bool gather(const ActivationsJob *job, PromptList *list, Err *err)
{
    const PromptColumns columns = {.prompt = job->column, .category = job->category_column};
    int diet = find_diet(job->mode);
    const char *bundled = diet >= 0 ? DIETS[diet].bundled : NULL;
    if (!job->prompts && (!bundled || job->prompt->n == 1)) return read_text(job, list, err);
    for (int i = 0; i < job->prompt->n; i++) prompt_list_add(list, job->prompt->item[i], "", "", 0);
    if (list->n) return true;
    char *path = job->prompts ? mem_strdup(job->prompts) : model_locate_file(bundled, err);
    bool pair = diet_of(job) == DIET_PAIR;
    bool ok = path && (pair ? prompt_pair_read(list, path, &columns, err)
                            : prompt_list_read(list, path, &columns, err));
    free(path);
    return ok;
}

/* Thinking, operatic and theory say nothing of a direction: they fit none unless one is named. */
bool activations_wants_direction(const ActivationsJob *job)
{
    bool direct = strcmp(job->mode, "thinking") == 0 || strcmp(job->mode, "operatic") == 0 ||
                  strcmp(job->mode, "theory") == 0;
    return job->direction ? strcmp(job->direction, "none") != 0 : !direct;
}

static const char *direction_of(const ActivationsJob *job)
{
    return activations_wants_direction(job) ? job->direction : "none";
}

static bool make_stage(const ActivationsJob *job, const OutNames *names, OutSet *set,
                       const Run *run, Err *err)
{
    Stage s = {.job = job, .genre = genre_mode_find(job->mode), .names = names, .set = set};
    OptList first = {.item = job->text.model->item, .n = job->text.model->n > 0};
    TextJob text = job->text;
    int diet = find_diet(job->mode);
    text.model = &first;
    bool ok = gather(job, &s.prompts, err) &&
              prompt_reader_open(&s.reader, &text, s.prompts.row[0].text, direction_of(job), run,
                                 err) &&
              (job->music.generator != GEN_JEPA ||
               prompt_reader_foresee(&s.reader, job->jepa, run, err));
    if (ok && diet >= 0)
        ok = DIETS[diet].make(&s, run, err);
    else if (ok)
        ok = cast_add(&s.cast, &s.reader, s.prompts.row[0].text, run, err) &&
             stage_piece(&s, names, run, err);
    cast_free(&s.cast);
    prompt_reader_close(&s.reader);
    prompt_list_free(&s.prompts);
    return ok;
}

static bool make_set(const ActivationsJob *job, const OutNames *names, OutSet *set,
                     const Run *run, Err *err)
{
    ActivationsJob j = *job;
    j.text.in.file = set_file(job);
    return spectrum_make(&j, names, set, run, err);
}

bool activations_make(const ActivationsJob *job, const Run *run, Err *err)
{
    OutNames names = {.format = NULL};
    OutSet set = {0};
    const AlbumJob album = album_of(job);
    Diet diet = diet_of(job);
    if (diet == DIET_ALBUM) return album_make(&album, run, err);
    bool ok = name_files(&names, job, err) && outnames_check(&names, job->clobber, err) &&
              (diet == DIET_SET ? plot_check(&names, &job->plot, 0, job->clobber, err)
                                : plot_check_activations(&names, &job->plot, job->clobber, err));
    if (ok)
        ok = diet == DIET_SET ? make_set(job, &names, &set, run, err)
                              : make_stage(job, &names, &set, run, err);
    ok = outset_finish(&set, ok, run, err);
    outnames_free(&names);
    return ok;
}
