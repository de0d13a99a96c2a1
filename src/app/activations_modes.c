/* activations_modes.c: contrast, dialogue and delta; see activations_cast.h.
 *
 * Contrast: two prompts at once, the calmer one first, each also alone. Dialogue: a list by its
 * tension, eleven prompts in an arc, as one piece and as eleven. Delta: one prompt in two models of
 * one shape, the first model's direction measured in both. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "activations_cast.h"
#include "app/piece_write.h"
#include "base/mem.h"
#include "genre/cascade.h"
#include "view/heatmap.h"

typedef bool Part(const Stage *s, int which, Score *out, Err *err);

static bool make_part(Stage *s, int which, const char *suffix, Part *part, const Run *run, Err *err)
{
    OutNames names;
    Score score = {0};
    const GenreOpts opts = stage_opts(s);
    if (!stage_part_names(s, suffix, &names)) return true;
    bool ok = part(s, which, &score, err) &&
              piece_describe(s->genre, s->cast.ptr, s->cast.n, &opts, s->job->command, &score,
                             err) &&
              stage_write(s, &score, &names, &s->cast.fs[which], run, err);
    score_free(&score);
    outnames_free(&names);
    return ok;
}

static bool add_all(Stage *s, const Run *run, Err *err)
{
    const Run quiet = {.stop = run->stop, .threads = run->threads};
    bool ok = true;
    for (int i = 0; ok && i < s->prompts.n; i++) {
        ok = cast_add(&s->cast, &s->reader, s->prompts.row[i].text, &quiet, err);
        if (!ok && s->prompts.row[i].line) err_wrap(err, "line %d", s->prompts.row[i].line);
        run_progress(run, "prompts", i + 1, s->prompts.n);
        if (ok && run_stopped(run)) ok = err_set(err, "interrupted");
    }
    return ok;
}

static bool contrast_part(const Stage *s, int which, Score *out, Err *err)
{
    const GenreOpts opts = stage_opts(s);
    return contrast_voice(s->cast.ptr, which, &opts, out, err);
}

bool contrast_make(Stage *s, const Run *run, Err *err)
{
    static const int SWAPPED[2] = {1, 0};
    while (s->prompts.n > 2) { /* a list: its first pair */
        PromptRow *row = &s->prompts.row[--s->prompts.n];
        free(row->text);
        free(row->category);
        free(row->title);
    }
    if (!add_all(s, run, err)) return false;
    double a = cascade_tension(&s->cast.fs[0]), b = cascade_tension(&s->cast.fs[1]);
    if (a > b) {
        cast_order(&s->cast, SWAPPED, 2);
        say(&s->job->text.say, SAY_MORE, "the second prompt is the calmer one: it is voice a");
    }
    say(&s->job->text.say, SAY_INFO, "tension %.2f and %.2f", a < b ? a : b, a < b ? b : a);
    return stage_piece(s, s->names, run, err) &&
           make_part(s, 0, "-a", contrast_part, run, err) &&
           make_part(s, 1, "-b", contrast_part, run, err);
}

static bool dialogue_track(const Stage *s, int which, Score *out, Err *err)
{
    const GenreOpts opts = stage_opts(s);
    return dialogue_part(s->cast.ptr, s->cast.n, which, &opts, out, err);
}

static void draw_arc(Canvas *c, const void *ud)
{
    arc_draw(c, ud);
}

/* NAME-arc.png. */
static bool put_arc(const Stage *s, const int *order, Err *err)
{
    int n = s->cast.n;
    double tension[DIALOGUE_PARTS];
    const char *name[DIALOGUE_PARTS], *section[DIALOGUE_PARTS];
    for (int i = 0; i < n; i++) {
        const PromptRow *row = &s->prompts.row[order[i]];
        tension[i] = cascade_tension(&s->cast.fs[i]);
        name[i] = *row->title ? row->title : row->text;
        section[i] = row->category;
    }
    const Arc arc = {.n = n, .tension = tension, .name = name, .section = section,
                     .title = "dialogue"};
    char *path = plot_name(s->names, &s->job->plot, "-arc", err);
    bool ok = path && plot_to(path, HEATMAP_WIDTH, HEATMAP_HEIGHT, draw_arc, &arc, s->set, err);
    free(path);
    return ok;
}

bool dialogue_make(Stage *s, const Run *run, Err *err)
{
    int order[DIALOGUE_PARTS];
    if (!add_all(s, run, err)) return false;
    double *tension = mem_alloc(s->cast.n, sizeof *tension);
    for (int i = 0; i < s->cast.n; i++) tension[i] = cascade_tension(&s->cast.fs[i]);
    int n = dialogue_order(tension, s->cast.n, order);
    free(tension);
    cast_order(&s->cast, order, n);
    for (int i = 0; i < n; i++)
        say(&s->job->text.say, SAY_MORE, "%2d. tension %.2f: %s", i + 1,
            cascade_tension(&s->cast.fs[i]), s->prompts.row[order[i]].text);
    bool ok = stage_piece(s, s->names, run, err) &&
              (!s->job->plot.wanted || put_arc(s, order, err));
    for (int i = 0; ok && i < n; i++) {
        char suffix[8];
        snprintf(suffix, sizeof suffix, "-%02d", i + 1);
        ok = make_part(s, i, suffix, dialogue_track, run, err);
    }
    return ok;
}

static bool same_shape(const PromptReader *a, const PromptReader *b, Err *err)
{
    const Hparams *x = lm_hparams(a->model.lm), *y = lm_hparams(b->model.lm);
    if (x->nl == y->nl && x->d == y->d && x->vocab == y->vocab) return true;
    return err_set(err,
                   "delta: %s has %d layers of width %d and %lld tokens, %s %d of %d and %lld: it "
                   "compares two models of one shape", a->model.m.name, x->nl, x->d,
                   (long long)x->vocab, b->model.m.name, y->nl, y->d, (long long)y->vocab);
}

/* NAME when there is one prompt, NAME-01 ... otherwise. */
static bool delta_prompt(Stage *s, PromptReader *edited, int i, const Run *run, Err *err)
{
    const char *prompt = s->prompts.row[i].text;
    OutNames part = {.format = NULL};
    char suffix[16];
    snprintf(suffix, sizeof suffix, "-%02d", i + 1);
    bool many = s->prompts.n > 1;
    if (many && !stage_part_names(s, suffix, &part))
        return err_set(err, "%s: one file for %d prompts; give a name without ending",
                       s->job->output, s->prompts.n);
    bool ok = cast_add(&s->cast, &s->reader, prompt, run, err) &&
              cast_add(&s->cast, edited, prompt, run, err) &&
              stage_piece(s, many ? &part : s->names, run, err);
    cast_free(&s->cast);
    outnames_free(&part);
    return ok;
}

bool delta_make(Stage *s, const Run *run, Err *err)
{
    PromptReader edited = {.use = NULL};
    const OptList *model = s->job->text.model;
    OptList second = {.item = &model->item[1], .n = 1};
    TextJob text = s->job->text;
    text.model = &second;
    bool ok = prompt_reader_open(&edited, &text, s->prompts.row[0].text, "none", run, err) &&
              (!s->reader.network || prompt_reader_foresee(&edited, s->job->jepa, run, err)) &&
              same_shape(&s->reader, &edited, err);
    edited.use = s->reader.use;
    for (int i = 0; ok && i < s->prompts.n; i++) ok = delta_prompt(s, &edited, i, run, err);
    prompt_reader_close(&edited);
    return ok;
}
