/* direction_job.c: see app/direction_job.h. */
#include "app/direction_job.h"

#include <stdlib.h>
#include <string.h>

#include "app/output.h"
#include "base/file.h"
#include "base/mem.h"
#include "direction_pairs.h"
#include "model/find.h"

static const char ENDING[] = ".safetensors";

/* All that a fit needs besides the model. */
typedef struct Fit {
    const TextInput *in;
    const char *asked, *name;
    DirectionOpts opts;
} Fit;

/* A new string, NULL with a message. */
static char *locate(const char *asked, Err *err)
{
    Str file = {0};
    if (!asked) asked = DIRECTION_DEFAULT;
    bool plain = !strchr(asked, '/') && !strchr(asked, '.');
    if (!plain || file_exists(asked)) return mem_strdup(asked);
    str_addf(&file, "directions/%s.tsv", asked);
    char *path = model_locate_file(file.s, err);
    str_free(&file);
    if (!path)
        err_wrap(err, "direction \"%s\" is no file and no bundled list (refusal, sentiment)",
                 asked);
    return path;
}

/* "lists/joy.tsv" is "joy". */
static char *name_of(const char *path)
{
    const char *base = path_base(path), *dot = strrchr(base, '.');
    return dot && dot > base ? mem_strndup(base, (size_t)(dot - base)) : mem_strdup(base);
}

static bool encode(const Fit *fit, const Tokenizer *tok, const char *prompt, TokenIds *ids,
                   Err *err)
{
    Str text = {0};
    str_puts(&text, prompt);
    bool ok = text_input_encode(fit->in, tok, &text, ids, err);
    str_free(&text);
    return ok;
}

/* ids [2 n], high and low of each pair in turn. */
static bool encode_all(const Fit *fit, const Tokenizer *tok, const PairList *list, TokenIds *ids,
                       Err *err)
{
    for (int i = 0; i < list->n; i++) {
        const PromptPair *p = &list->pair[i];
        if (!encode(fit, tok, p->high, &ids[2 * i], err) ||
            !encode(fit, tok, p->low, &ids[2 * i + 1], err))
            return err_wrap(err, "line %d", p->line);
    }
    return true;
}

static bool fit_list(Direction *r, TextModel *t, const Fit *fit, const PairList *list,
                     const Run *run, Err *err)
{
    TokenIds *ids = mem_alloc(2 * (int64_t)list->n, sizeof *ids);
    DirectionPair *pair = mem_alloc(list->n, sizeof *pair);
    bool ok = encode_all(fit, t->tok, list, ids, err);
    for (int i = 0; i < list->n; i++)
        pair[i] = (DirectionPair){ids[2 * i].id, ids[2 * i + 1].id, ids[2 * i].n,
                                  ids[2 * i + 1].n};
    ok = ok && direction_fit(r, t->lm, pair, list->n, &fit->opts, run, err);
    for (int i = 0; i < 2 * list->n; i++) token_ids_free(&ids[i]);
    free(ids);
    free(pair);
    return ok;
}

static bool fit_file(Direction *r, TextModel *t, Fit *fit, const char *path, const Run *run,
                     Err *err)
{
    PairList list;
    if (!pairs_read(&list, path, err)) return false;
    char *name = fit->name ? mem_strdup(fit->name) : name_of(path);
    fit->opts.name = name;
    fit->opts.bos = tokenizer_bos(t->tok);
    bool ok = fit_list(r, t, fit, &list, run, err);
    if (!ok && !run_stopped(run)) err_wrap(err, "%s", path);
    free(name);
    pairs_free(&list);
    return ok;
}

static void warn_weak(const Direction *r, const Say *to)
{
    double auc = direction_auc(r);
    if (auc < DIRECTION_WEAK)
        say(to, SAY_WARN,
            "direction %s: mean leave-one-out AUC %.2f in %s, under %.1f (0.5 is chance): it "
            "hardly tells the two kinds of prompts apart",
            r->name, auc, *r->model ? r->model : "its model", DIRECTION_WEAK);
}

static bool load(Direction *r, TextModel *t, Fit *fit, const Say *to, const Run *run, Err *err)
{
    char *path = locate(fit->asked, err);
    bool file = path && str_ends(path, ENDING);
    bool ok = path && (file ? direction_read(r, path, err) && direction_fits(r, t->lm, err)
                            : fit_file(r, t, fit, path, run, err));
    free(path);
    if (ok)
        warn_weak(r, to);
    else
        direction_free(r);
    return ok;
}

bool direction_load_as(Direction *r, TextModel *t, const char *asked, const TextInput *in,
                       const Say *say, const Run *run, Err *err)
{
    Fit fit = {.in = in, .asked = asked, .opts = {.first = -1}};
    return load(r, t, &fit, say, run, err);
}

bool direction_load(Direction *r, TextModel *t, const char *asked, const Say *say, const Run *run,
                    Err *err)
{
    const TextInput in = TEXT_INPUT_DEFAULTS;
    return direction_load_as(r, t, asked, &in, say, run, err);
}

/* ---- the command's jobs --------------------------------------------------------------------- */

/* "all", "A-B", "A" into opts. */
static bool parse_layers(const char *s, DirectionOpts *opts, Err *err)
{
    int64_t first = 0, last = 0;
    opts->first = s ? 0 : -1;
    opts->end = 0;
    if (!s || strcmp(s, "all") == 0) return true;
    const char *dash = strchr(s, '-');
    char *a = mem_strndup(s, dash ? (size_t)(dash - s) : strlen(s));
    bool ok = parse_int(a, 0, 1 << 20, &first) && parse_int(dash ? dash + 1 : a, 0, 1 << 20, &last);
    free(a);
    if (!ok || last < first)
        return err_set(err, "--layers: '%s' is not all, a layer or a range like 4-7", s);
    opts->first = (int)first;
    opts->end = (int)last + 1;
    return true;
}

static bool is_fitted(const DirectionJob *job)
{
    return job->asked && str_ends(job->asked, ENDING);
}

bool direction_check(const DirectionJob *job, bool fit, Err *err)
{
    DirectionOpts opts;
    if (job->text.model->n > 1) return err_set(err, "--model: one at a time");
    if (job->text.in.system && !job->text.in.chat) return err_set(err, "--system needs --chat");
    if (fit && is_fitted(job))
        return err_set(err, "%s is a direction already: give a file of pairs, or see it with "
                            "llmsonify direction show", job->asked);
    if (job->output && strcmp(job->output, "-") != 0 && !str_starts(job->output, "/dev/") &&
        !str_ends(job->output, ENDING))
        return err_set(err, "--output: '%s' must end in %s", job->output, ENDING);
    return parse_layers(job->layers, &opts, err);
}

static bool open_and_fit(Direction *r, const DirectionJob *job, const Run *run, Err *err)
{
    TextModel t = {0};
    Fit fit = {.in = &job->text.in, .asked = job->asked, .name = job->name,
               .opts = {.method = job->method}};
    bool ok = parse_layers(job->layers, &fit.opts, err) &&
              text_model_open_mute(&t, &job->text, run, err) &&
              tokenizer_open(&t.tok, t.m.dir, err) &&
              load(r, &t, &fit, &job->text.say, run, err);
    text_model_close(&t);
    return ok;
}

/* What -o says, or MODEL-NAME.safetensors; a new string. */
static char *output_name(const DirectionJob *job, const Direction *r)
{
    Str name = {0};
    if (job->output) return mem_strdup(job->output);
    str_addf(&name, "%s-%s%s", *r->model ? r->model : "model", path_base(r->name), ENDING);
    return name.s;
}

static bool write_direction(const DirectionJob *job, const Direction *r, Str *out, Err *err)
{
    char *path = output_name(job, r);
    bool ok = out_check_path(path, job->clobber, err) && direction_write(r, path, err);
    if (ok && strcmp(path, "-") != 0) {
        direction_print(r, job->json, out);
        say(&job->text.say, SAY_INFO, "wrote %s", path);
    }
    free(path);
    return ok;
}

bool direction_make(const DirectionJob *job, Str *out, const Run *run, Err *err)
{
    Direction r = {0};
    if (job->output && !out_check_path(job->output, job->clobber, err)) return false;
    bool ok = open_and_fit(&r, job, run, err) && write_direction(job, &r, out, err);
    direction_free(&r);
    return ok;
}

bool direction_show(const DirectionJob *job, Str *out, const Run *run, Err *err)
{
    Direction r = {0};
    bool ok = is_fitted(job) ? direction_read(&r, job->asked, err)
                             : open_and_fit(&r, job, run, err);
    if (ok && is_fitted(job)) warn_weak(&r, &job->text.say);
    if (ok) direction_print(&r, job->json, out);
    direction_free(&r);
    return ok;
}
