/* theory_job.c: see app/theory_job.h. */
#include "app/theory_job.h"

#include <stdlib.h>
#include <string.h>

#include "app/output.h"
#include "base/mem.h"
#include "theory/experiments.h"
#include "theory_desk.h"

static const struct {
    const char *word;
    void (*measure)(const TheoryText *x, Findings *out);
} SECTION[] = {
    {"notes", theory_notes},
    {"intervals", theory_intervals},
    {"circle", theory_circle},
    {"chords", theory_chords},
    {"harmony", theory_harmony},
    {"melody", theory_melody},
    {"counterpoint", theory_counterpoint},
    {"key", theory_key},
    {"rhythm", theory_rhythm},
    {"dynamics", theory_dynamics},
    {"performance", theory_performance},
};

enum { SECTIONS = sizeof SECTION / sizeof *SECTION };

const char *theory_section(int i)
{
    return i < SECTIONS ? SECTION[i].word : NULL;
}

bool theory_check(const TheoryJob *job, bool text, Err *err)
{
    if (job->plot && !str_ends(job->plot, ".png") && !str_ends(job->plot, ".svg"))
        return err_set(err, "--plot: '%s' must end in .png or .svg", job->plot);
    if (text) return text_model_check(&job->text, err);
    return job->text.model->n <= 1 || err_set(err, "--model: one at a time");
}

/* The text that was read, token by token. */
static char *whole_text(const TextModel *m, char *const *label)
{
    Str s = {0};
    for (int i = 0; i < m->ids.n; i++) str_puts(&s, label[i] ? label[i] : "");
    return s.s ? s.s : mem_strdup("");
}

static bool wants(const TheoryJob *job, const char *word)
{
    return !job->only || strcmp(job->only, word) == 0;
}

static bool name_directions(TheoryNames *names, const TextModel *m, Err *err)
{
    if (!theory_names_read(names, &m->m, m->ids.id, m->ids.n, tokenizer_vocab(m->tok), err))
        return false;
    Str name = {0};
    names->label = mem_alloc(names->n, sizeof *names->label);
    for (int i = 0; i < names->n; i++) {
        text_token_name(m->tok, names->id[i], &name);
        names->label[i] = mem_strdup(str_text(&name));
    }
    str_free(&name);
    return true;
}

/* Neighbours in the text that are no sinks. */
bool theory_read_chords(ChordSet *c, const TextModel *m, const Trace *t, const Run *run, Err *err)
{
    int n = 0, *index = mem_alloc(t->nt, sizeof *index);
    for (int i = 0; i + 1 < t->nt; i++)
        if (!t->sink[i] && !t->sink[i + 1]) index[n++] = i;
    ChordSet other = {0};
    int32_t prefix = desk_prefix(m->tok);
    bool ok = chordset_record(c, m->lm, t->ids, index, n, prefix, run, err) &&
              chordset_others(&other, m->lm, tokenizer_vocab(m->tok), prefix, run, err);
    if (ok) chordset_centre(c, &other);
    chordset_free(&other);
    free(index);
    return ok;
}

/* What a text did in a model. Zero is empty. */
typedef struct Reading {
    TextModel m;
    Trace t;
    TheoryNames names;
    ChordSet chords;
    Spread spread;
    char **label;
    Findings fs;
} Reading;

static bool read_text(Reading *r, const TheoryJob *job, bool names, bool chords, const Run *run,
                      Err *err)
{
    bool ok = (!job->plot || out_check_path(job->plot, job->clobber, err)) &&
              text_model_open(&r->m, &job->text, run, err);
    int32_t bos = ok ? tokenizer_bos(r->m.tok) : -1;
    ok = ok && trace_record(&r->t, r->m.lm, r->m.ids.id, r->m.ids.n, bos, run, err);
    if (ok && names) ok = name_directions(&r->names, &r->m, err);
    if (ok && chords) ok = theory_read_chords(&r->chords, &r->m, &r->t, run, err);
    if (!ok) return false;
    r->label = text_model_labels(&r->m);
    r->fs.run = run;
    r->fs.model = mem_strdup(r->m.m.name);
    r->fs.text = whole_text(&r->m, r->label);
    return true;
}

static bool read_spread(Reading *r, const Run *run, Err *err)
{
    lm_rewind(r->m.lm, 0);
    return lm_eval(r->m.lm, r->m.ids.id, r->m.ids.n, NULL, run, err) &&
           spread_record(&r->spread, r->m.lm, r->m.tok, r->m.ids.id, r->m.ids.n, run, err);
}

static TheoryText text_of(const Reading *r)
{
    return (TheoryText){.t = &r->t,
                        .label = r->label,
                        .names = &r->names,
                        .chords = &r->chords,
                        .spread = &r->spread};
}

static void reading_close(Reading *r)
{
    findings_free(&r->fs);
    if (r->label) text_model_labels_free(&r->m, r->label);
    chordset_free(&r->chords);
    spread_free(&r->spread);
    theory_names_free(&r->names);
    trace_free(&r->t);
    text_model_close(&r->m);
}

bool theory_report(const TheoryJob *job, Str *out, const Run *run, Err *err)
{
    Reading r = {.label = NULL};
    bool ok = read_text(&r, job, wants(job, "notes"), wants(job, "chords"), run, err) &&
              (!wants(job, "performance") || read_spread(&r, run, err));
    if (ok) {
        TheoryText x = text_of(&r);
        for (int i = 0; i < SECTIONS; i++)
            if (wants(job, SECTION[i].word) && !run_stopped(run)) SECTION[i].measure(&x, &r.fs);
        ok = (job->only || theory_bars(&x, &r.m, &r.fs, run, err)) &&
             theory_put(&r.fs, job, out, err);
    }
    reading_close(&r);
    return ok;
}

typedef void Measure(const TheoryText *x, Findings *out);

/* By number; 6 and 7 are about models. */
static const struct {
    bool names, chords;
    Measure *measure[3];
} EXPERIMENT[] = {
    {.names = true, .measure = {theory_harmony, theory_notes}},
    {.measure = {experiment_moves}},
    {.measure = {theory_counterpoint, experiment_pairs}},
    {.measure = {theory_intervals, experiment_metric}},
    {.chords = true, .measure = {theory_chords, experiment_basins}},
};
enum { EXPERIMENTS = sizeof EXPERIMENT / sizeof *EXPERIMENT };

bool theory_experiment(const TheoryJob *job, Str *out, const Run *run, Err *err)
{
    int e = job->experiment - 1;
    if (e >= EXPERIMENTS)
        return e == EXPERIMENTS ? theory_tuning(job, out, run, err)
                                : theory_interference(job, out, run, err);
    Reading r = {.label = NULL};
    bool ok = read_text(&r, job, EXPERIMENT[e].names, EXPERIMENT[e].chords, run, err);
    if (ok) {
        TheoryText x = text_of(&r);
        for (int i = 0; i < 3 && EXPERIMENT[e].measure[i]; i++) EXPERIMENT[e].measure[i](&x, &r.fs);
        ok = theory_put(&r.fs, job, out, err);
    }
    reading_close(&r);
    return ok;
}
