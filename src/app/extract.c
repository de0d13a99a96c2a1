/* extract.c: see app/extract.h. */
#include "app/extract.h"

#include <stdlib.h>
#include <string.h>

#include "app/output.h"
#include "app/version.h"
#include "base/mem.h"
#include "tensor/npz.h"
#include "tensor/st_write.h"

static const char *pool_name(const ExtractJob *job)
{
    return job->states.last ? "last" : job->states.sinks ? "mean of all tokens" : "mean";
}

/* The small integer arrays. */
typedef struct Keys {
    int32_t *id, *line, *tokens, *layer;
} Keys;

static void keys_fill(Keys *k, const States *s)
{
    k->id = mem_alloc(s->n, sizeof *k->id);
    k->line = mem_alloc(s->n, sizeof *k->line);
    k->tokens = mem_alloc(s->n, sizeof *k->tokens);
    k->layer = mem_alloc(s->layers, sizeof *k->layer);
    for (int i = 0; i < s->n; i++) {
        k->id[i] = i;
        k->line[i] = s->prompts.row[i].line;
        k->tokens[i] = s->tokens[i];
    }
    for (int l = 0; l < s->layers; l++) k->layer[l] = s->first + l;
}

static void keys_free(Keys *k)
{
    free(k->id);
    free(k->line);
    free(k->tokens);
    free(k->layer);
}

/* [n, d] of one layer, [n, layers, d] of several. */
static int shape_of(const States *s, int64_t shape[3])
{
    int ndim = 0;
    shape[ndim++] = s->n;
    if (s->layers > 1) shape[ndim++] = s->layers;
    shape[ndim++] = s->d;
    return ndim;
}

static bool write_npy(const States *s, const char *path, Err *err)
{
    int64_t shape[3];
    int ndim = shape_of(s, shape);
    return npy_write(path, NP_F4, s->v, ndim, shape, err);
}

static bool add_texts(Npz *z, const States *s, const ExtractJob *job, Err *err)
{
    const char **text = mem_alloc(2 * (int64_t)s->n, sizeof *text), **category = text + s->n;
    const char *pool = pool_name(job), *model = s->model;
    for (int i = 0; i < s->n; i++) {
        text[i] = s->prompts.row[i].text;
        category[i] = s->prompts.row[i].category;
    }
    bool ok = npz_add_strings(z, "prompts", text, s->n, err) &&
              npz_add_strings(z, "categories", category, s->n, err) &&
              npz_add_strings(z, "model", &model, -1, err) &&
              npz_add_strings(z, "pool", &pool, -1, err);
    free(text);
    return ok;
}

static bool write_npz(const States *s, const Keys *k, const ExtractJob *job, Err *err)
{
    int64_t shape[3], n[1] = {s->n}, layers[1] = {s->layers};
    int ndim = shape_of(s, shape);
    Npz *z = npz_new(true);
    bool ok = npz_add(z, "states", NP_F4, s->v, ndim, shape, err) &&
              npz_add(z, "ids", NP_I4, k->id, 1, n, err) &&
              npz_add(z, "lines", NP_I4, k->line, 1, n, err) &&
              npz_add(z, "tokens", NP_I4, k->tokens, 1, n, err) &&
              npz_add(z, "layers", NP_I4, k->layer, 1, layers, err) && add_texts(z, s, job, err);
    if (ok) return npz_write(z, job->output, err);
    npz_free(z);
    return false;
}

/* Texts end to end, and where each begins. */
static void join(Str *bytes, int64_t *begin, const States *s, bool categories)
{
    for (int i = 0; i < s->n; i++) {
        const PromptRow *row = &s->prompts.row[i];
        begin[i] = (int64_t)bytes->len;
        str_puts(bytes, categories ? row->category : row->text);
    }
    begin[s->n] = (int64_t)bytes->len;
}

static bool write_st(const States *s, const Keys *k, const ExtractJob *job, Err *err)
{
    Str text = {0}, category = {0};
    int64_t *begin = mem_alloc(2 * ((int64_t)s->n + 1), sizeof *begin), *second = begin + s->n + 1;
    int32_t n = s->n;
    join(&text, begin, s, false);
    join(&category, second, s, true);
    StArray states = {.name = "states", .dtype = DT_F32, .data = s->v};
    states.ndim = shape_of(s, states.shape);
    const StArray a[] = {
        states,
        {"ids", DT_I32, 1, {n}, k->id},
        {"lines", DT_I32, 1, {n}, k->line},
        {"tokens", DT_I32, 1, {n}, k->tokens},
        {"layers", DT_I32, 1, {s->layers}, k->layer},
        {"prompts.start", DT_I64, 1, {n + 1}, begin},
        {"prompts.utf8", DT_U8, 1, {(int64_t)text.len}, str_text(&text)},
        {"categories.start", DT_I64, 1, {n + 1}, second},
        {"categories.utf8", DT_U8, 1, {(int64_t)category.len}, str_text(&category)},
    };
    const StMeta meta[] = {{"model", s->model}, {"pool", pool_name(job)},
                           {"command", job->command},
                           {"software", "llmsonify " LLMSONIFY_VERSION}};
    bool ok = st_write(job->output, a, sizeof a / sizeof *a, meta, sizeof meta / sizeof *meta, err);
    free(begin);
    str_free(&text);
    str_free(&category);
    return ok;
}

bool extract_layer(const char *text, int *layer, Err *err)
{
    int64_t n;
    if (!text) {
        *layer = STATES_LAST;
        return true;
    }
    if (strcmp(text, "all") == 0) {
        *layer = STATES_ALL;
        return true;
    }
    if (!parse_int(text, -1, STATES_LAST - 1, &n))
        return err_set(err, "--layer: '%s' is no layer: 0, 1, ..., -1 for the embedding, or all",
                       text);
    *layer = (int)n;
    return true;
}

bool extract_check(const ExtractJob *job, Err *err)
{
    if (job->states.model->n > 1) return err_set(err, "--model: one at a time");
    if (!job->output) return err_set(err, "needs -o FILE.npy, .npz or .safetensors");
    if (job->states.last && job->states.sinks)
        return err_set(err, "--sinks belongs to --pool mean");
    return strcmp(job->output, "-") == 0 || str_ends(job->output, ".npy") ||
           str_ends(job->output, ".npz") || str_ends(job->output, ".safetensors") ||
           err_set(err, "--output: '%s' must end in .npy, .npz or .safetensors", job->output);
}

bool extract_run(const ExtractJob *job, const Run *run, Err *err)
{
    States s = {0};
    Keys k = {0};
    bool ok = out_check_path(job->output, job->clobber, err) &&
              states_read(&s, &job->states, run, err);
    if (ok) {
        keys_fill(&k, &s);
        ok = str_ends(job->output, ".npz")           ? write_npz(&s, &k, job, err)
             : str_ends(job->output, ".safetensors") ? write_st(&s, &k, job, err)
                                                     : write_npy(&s, job->output, err);
    }
    if (ok && s.layers > 1)
        say(&job->states.say, SAY_INFO, "%s: %d prompts x %d layers x %d, %s", job->output, s.n,
            s.layers, s.d, pool_name(job));
    else if (ok)
        say(&job->states.say, SAY_INFO, "%s: %d prompts x %d after layer %d, %s", job->output, s.n,
            s.d, s.first, pool_name(job));
    keys_free(&k);
    states_free(&s);
    return ok;
}
