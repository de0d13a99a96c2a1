/* space_job.c: see app/space_job.h: fitting, finding and showing maps of hidden states. */
#include "app/space_job.h"

#include <stdlib.h>
#include <string.h>

#include "app/output.h"
#include "app/text_model.h"
#include "base/file.h"
#include "base/json.h"
#include "model/find.h"
#include "space_corpus.h"

bool space_fit_check(const SpaceFitJob *job, Err *err)
{
    if (job->model->n > 1) return err_set(err, "--model: one at a time");
    if (!job->output) return err_set(err, "give the file to write with -o NAME.safetensors");
    if (strcmp(job->output, "-") != 0 && !str_ends(job->output, ".safetensors"))
        return err_set(err, "--output: '%s' must end in .safetensors", job->output);
    return true;
}

static bool fit_to_file(const SpaceFitJob *job, TextModel *t, const char *path, CorpusFile *file,
                        const Run *run, Err *err)
{
    Space s = {0};
    SpaceOpts opts = {.components = job->components, .budget = (int64_t)job->memory << 20};
    if (!corpus_open(file, path, job->limit, t->tok, lm_hparams(t->lm)->vocab, err)) return false;
    SpaceCorpus corpus = {.n = file->n, .name = path_base(path), .text = corpus_text, .ud = file};
    bool ok = space_fit(&s, t->lm, &corpus, &opts, run, err) && space_write(&s, job->output, err);
    if (ok)
        say(&job->say, SAY_INFO, "%s: %d layers, %d components, %d sentences, %lld words",
            job->output, s.layers, s.k, s.sentences, (long long)s.words);
    space_free(&s);
    return ok;
}

bool space_fit_make(const SpaceFitJob *job, const Run *run, Err *err)
{
    TextModel t = {0};
    TextJob text = {.model = job->model, .say = job->say};
    CorpusFile file = {.n = 0};
    char *path = job->corpus ? NULL : model_locate_file(SPACE_CORPUS, err);
    const char *corpus = job->corpus ? job->corpus : path;
    bool ok = corpus && out_check_path(job->output, job->clobber, err) &&
              text_model_open_mute(&t, &text, run, err) &&
              tokenizer_open(&t.tok, t.m.dir, err) &&
              fit_to_file(job, &t, corpus, &file, run, err);
    corpus_close(&file);
    text_model_close(&t);
    free(path);
    return ok;
}

bool space_open(Space *s, const char *file, const Lm *lm, const Say *report, Err *err)
{
    const Model *m = lm_model(lm);
    char *beside = path_join(m->dir, SPACE_FILE);
    const char *path = file ? file : beside;
    bool ok = true;
    if (!file && !file_exists(beside))
        ok = err_set(err,
                     "%s has no space.safetensors beside it: make one with llmsonify space fit "
                     "-m %s -o %s, or name one with --space",
                     m->name, m->name, beside);
    ok = ok && space_read(s, path, err);
    if (ok && !space_fits(s, lm, err)) {
        err_wrap(err, "%s", path);
        space_free(s);
        ok = false;
    }
    if (ok && *s->model && strcmp(s->model, m->name) != 0)
        say(report, SAY_WARN, "%s was fitted for %s, not for %s", path, s->model, m->name);
    free(beside);
    return ok;
}

/* ---- show ----------------------------------------------------------------------------------- */

static double sum_ratio(const Space *s, int layer)
{
    double sum = 0;
    for (int c = 0; c < s->k; c++) sum += s->ratio[layer * s->k + c];
    return sum;
}

static void show_text(const Space *s, Str *out)
{
    int most = s->k < 6 ? s->k : 6;
    str_addf(out, "%s: %d hidden states of width %d, %d components; ",
             *s->model ? s->model : "a model", s->layers, s->d, s->k);
    str_addf(out, "%d sentences, %lld words of %s\n", s->sentences, (long long)s->words,
             *s->corpus ? s->corpus : "a corpus");
    str_puts(out, "explained variance, % of the layer's\n\n  layer  points");
    for (int c = 0; c < most; c++) str_addf(out, "    PC%d", c + 1);
    str_addf(out, "   all %d\n", s->k);
    for (int l = 0; l < s->layers; l++) {
        str_addf(out, "  %5d %7lld", l, (long long)s->points[l]);
        for (int c = 0; c < most; c++) str_addf(out, " %6.2f", 100 * s->ratio[l * s->k + c]);
        str_addf(out, " %8.2f%s\n", 100 * sum_ratio(s, l), l ? "" : "  embedding");
    }
}

static void show_numbers(JsonOut *j, const char *key, const double *x, int n)
{
    jout_begin(j, key, '[', true);
    for (int i = 0; i < n; i++) jout_number(j, NULL, x[i], 9);
    jout_end(j, ']');
}

static void show_range(JsonOut *j, const char *key, const float *x)
{
    jout_begin(j, key, '[', true);
    jout_number(j, NULL, (double)x[0], 9);
    jout_number(j, NULL, (double)x[1], 9);
    jout_end(j, ']');
}

static void show_json(const Space *s, Str *out)
{
    JsonOut j;
    jout_init(&j, out);
    jout_begin(&j, NULL, '{', false);
    jout_string(&j, "model", s->model);
    jout_string(&j, "corpus", s->corpus);
    jout_int(&j, "sentences", s->sentences);
    jout_int(&j, "words", s->words);
    jout_int(&j, "width", s->d);
    jout_int(&j, "components", s->k);
    jout_begin(&j, "layers", '[', false);
    for (int l = 0; l < s->layers; l++) {
        jout_begin(&j, NULL, '{', false);
        jout_int(&j, "layer", l);
        jout_int(&j, "points", s->points[l]);
        show_numbers(&j, "explained_variance", s->var + l * s->k, s->k);
        show_numbers(&j, "explained_variance_ratio", s->ratio + l * s->k, s->k);
        jout_number(&j, "explained", sum_ratio(s, l), 9);
        show_range(&j, "step", s->step + 2 * l);
        jout_begin(&j, "range", '[', true);
        for (int c = 0; c < s->k; c++) show_range(&j, NULL, s->range + 2 * (l * s->k + c));
        jout_end(&j, ']');
        jout_end(&j, '}');
    }
    jout_end(&j, ']');
    jout_end(&j, '}');
    str_putc(out, '\n');
}

bool space_show(const char *path, bool json, Str *out, Err *err)
{
    Space s = {0};
    if (!space_read(&s, path, err)) return false;
    if (json)
        show_json(&s, out);
    else
        show_text(&s, out);
    space_free(&s);
    return true;
}
