/* jepa_meta.c: see jepa_report.h: what a file tells of its training, and what is read of it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/weights.h"
#include "app/version.h"
#include "base/mem.h"
#include "jepa_report.h"
#include "model/find.h"

void jepa_mark_text(uint64_t mark, char out[17])
{
    static const char DIGITS[] = "0123456789abcdef";
    for (int i = 0; i < 16; i++) out[i] = DIGITS[mark >> (60 - 4 * i) & 15];
    out[16] = 0;
}

static void write_rules(JsonOut *j, const JepaTrainJob *job)
{
    const CorpusRules *r = &job->rules;
    jout_begin(j, "rules", '{', true);
    jout_number(j, "bpm_lo", r->bpm_lo, 9);
    jout_number(j, "bpm_hi", r->bpm_hi, 9);
    jout_int(j, "min_bars", r->min_bars);
    jout_number(j, "min_density", r->min_density, 9);
    jout_bool(j, "any_metre", r->any_metre);
    jout_bool(j, "drums", r->drums);
    jout_int(j, "max_files", r->max_files);
    jout_number(j, "hold", job->hold, 9);
    jout_end(j, '}');
}

static void write_plan(JsonOut *j, const JepaPlan *p)
{
    jout_begin(j, "plan", '{', true);
    for (int i = 0; i <= JEPA_READING; i++) {
        Str key = {0};
        str_addf(&key, "steps_%s", jepa_phase_name(i));
        jout_int(j, str_text(&key), jepa_plan_steps(p, i));
        str_free(&key);
    }
    jout_int(j, "batch", p->batch);
    jout_number(j, "rate", p->rate, 9);
    jout_number(j, "floor", p->floor, 9);
    jout_number(j, "decay", p->decay, 9);
    jout_number(j, "clip", p->clip, 9);
    jout_int(j, "warm", p->warm);
    jout_number(j, "read_rate", p->read_rate, 9);
    jout_number(j, "temperature", p->temperature, 9);
    jout_number(j, "noise", p->noise, 9);
    jout_number(j, "variance", p->weights.variance, 9);
    jout_number(j, "covariance", p->weights.covariance, 9);
    jout_number(j, "continuity", p->weights.continuity, 9);
    jout_int(j, "seed", p->seed);
    jout_end(j, '}');
}

static void write_models(JsonOut *j, const char *key, const LayerSet *s)
{
    jout_begin(j, key, '[', false);
    for (int i = 0; i < s->n; i++) {
        jout_begin(j, NULL, '{', true);
        jout_string(j, "name", s->name[i]);
        jout_string(j, "fingerprint", s->mark[i]);
        jout_int(j, "layers", s->first[i + 1] - s->first[i]);
        jout_end(j, '}');
    }
    jout_end(j, ']');
}

static void write_files(JsonOut *j, const char *key, const Corpus *c, const bool *held, bool want)
{
    uint64_t *mark = mem_alloc(c->nfiles, sizeof *mark);
    corpus_marks(c, mark);
    jout_begin(j, key, '[', true);
    for (int i = 0; i < c->nfiles; i++) {
        char text[17];
        jepa_mark_text(mark[i], text);
        if (held[i] == want) jout_string(j, NULL, text);
    }
    jout_end(j, ']');
    free(mark);
}

static void write_corpus(JsonOut *j, const Corpus *c, const bool *held)
{
    int kept = 0;
    for (int i = 0; i < c->nfiles; i++) kept += held[i];
    jout_begin(j, "corpus", '{', true);
    jout_int(j, "files", c->nfiles);
    jout_int(j, "files_kept_out", kept);
    jout_int(j, "windows", c->nwindows);
    jout_int(j, "notes", c->nnotes);
    for (int k = 0; k < REFUSED_KINDS; k++) {
        static const char *const NAMES[] = {"refused_broken", "refused_tempo", "refused_metre",
                                            "refused_short", "refused_sparse"};
        jout_int(j, NAMES[k], c->refused[k]);
    }
    jout_end(j, '}');
}

void jepa_meta_write(const JepaTrainJob *job, const JepaTrainer *t, const LayerSet *test,
                     const bool *held, const JepaEval *e, Str *out)
{
    const Corpus *c = t->windows->corpus;
    JsonOut j;
    jout_init(&j, out);
    j.compact = true;
    jout_begin(&j, NULL, '{', false);
    jout_string(&j, "program", "llmsonify " LLMSONIFY_VERSION);
    write_plan(&j, &t->plan);
    write_rules(&j, job);
    write_corpus(&j, c, held);
    write_models(&j, "models", t->layers);
    write_models(&j, "test_models", test);
    jout_number(&j, "loss", t->loss.total, 6);
    jout_number(&j, "loss_reading", t->reading, 6);
    if (e->windows) jepa_report_json(e, &j, "evaluation");
    pair_tables_write(&t->tables, &j, "quantiles");
    write_files(&j, "file_marks", c, held, false);
    jout_end(&j, '}');
}

/* ---- reading -------------------------------------------------------------------------------- */

static bool read_rules(CorpusRules *r, const Json *j, Err *err)
{
    int64_t bars, files;
    bool ok = json_is_object(j) && json_get_double(j, "bpm_lo", 0, 1e6, 0, &r->bpm_lo, err) &&
              json_get_double(j, "bpm_hi", 0, 1e6, 1e6, &r->bpm_hi, err) &&
              json_get_int(j, "min_bars", 0, 1 << 24, 0, &bars, err) &&
              json_get_double(j, "min_density", 0, 1e6, 0, &r->min_density, err) &&
              json_get_int(j, "max_files", 0, 1 << 24, 0, &files, err);
    if (!ok) return false;
    r->min_bars = (int)bars;
    r->max_files = 0; /* of the folder that it was learned from */
    r->any_metre = json_truth(json_get(j, "any_metre"), false);
    r->drums = json_truth(json_get(j, "drums"), false);
    return true;
}

/* Strings, or those that are a member of objects, into a set; false when there are none, or
 * others: what was learned from would count as kept out. */
static bool read_marks(StrMap *marks, const Json *list, const char *member, Err *err)
{
    bool ok = json_count(list) > 0;
    for (const Json *k = ok ? json_child(list) : NULL; ok && k; k = json_next(k)) {
        const char *mark = json_string(member ? json_get(k, member) : k);
        ok = mark != NULL;
        if (ok) strmap_add(marks, mark, 1);
    }
    return ok || err_set(err, "no list of marks");
}

bool jepa_meta_read(JepaMeta *m, const char *path, Err *err)
{
    *m = (JepaMeta){.rules = {0}};
    char *text = jepa_meta(path, err);
    if (!text) return false;
    Json *j = json_parse(text, strlen(text), err);
    bool ok = j && pair_tables_read(&m->tables, json_get(j, "quantiles"), err) &&
              read_rules(&m->rules, json_get(j, "rules"), err) &&
              read_marks(&m->files, json_get(j, "file_marks"), NULL, err) &&
              read_marks(&m->models, json_get(j, "models"), "fingerprint", err);
    if (!ok) err_set(err, "%s: does not say what it was learned from", path);
    free(text);
    json_free(j);
    return ok;
}

bool jepa_meta_is_of(const char *path, const JepaTrainJob *job)
{
    Err none;
    Str own = {0};
    JsonOut j;
    char *text = jepa_meta(path, &none);
    jout_init(&j, &own);
    j.compact = true;
    jout_begin(&j, NULL, '{', false);
    write_plan(&j, &job->plan);
    write_rules(&j, job);
    jout_end(&j, '}');
    *strrchr(own.s, '}') = '\0'; /* more follows in the file */
    bool yes = text && strstr(text, own.s + 1) != NULL;
    free(text);
    str_free(&own);
    return yes;
}

void jepa_meta_free(JepaMeta *m)
{
    strmap_free(&m->models);
    strmap_free(&m->files);
    *m = (JepaMeta){.rules = {0}};
}

bool jepa_layers(LayerSet *s, const OptList *models, const Say *report, const Run *run, Err *err)
{
    bool ok = true;
    for (int i = 0; ok && i < models->n; i++) {
        Model m = {0};
        FeatureSet fs = {.id = 0};
        char *path = model_locate(models->item[i], err);
        ok = path && model_open(&m, path, err) && analyse_weights(&m, &fs, run, err);
        if (ok && run_stopped(run)) ok = err_set(err, "interrupted");
        ok = ok && layer_set_add(s, &fs, err);
        if (ok) say(report, SAY_MORE, "model %s: %d layers", s->name[s->n - 1], fs.nl);
        feat_free(&fs);
        model_close(&m);
        free(path);
    }
    return ok;
}
