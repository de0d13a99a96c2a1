/* theory_job.c: see app/theory_job.h. */
#include "app/theory_job.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "theory/sections.h"

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

bool theory_check(const TheoryJob *job, Err *err)
{
    return text_model_check(&job->text, err);
}

/* The text that was read, token by token. */
static char *whole_text(const TextModel *m, char *const *label)
{
    Str s = {0};
    for (int i = 0; i < m->ids.n; i++) str_puts(&s, label[i] ? label[i] : "");
    return s.s ? s.s : mem_strdup("");
}

static void write(const Findings *fs, bool json, Str *out)
{
    if (!json) {
        findings_text(fs, out);
        return;
    }
    JsonOut j;
    jout_init(&j, out);
    findings_json(fs, &j);
    str_putc(out, '\n');
}

static bool wants(const TheoryJob *job, const char *word)
{
    return !job->only || strcmp(job->only, word) == 0;
}

/* What stands in front of a pair of tokens: BOS, or the end of another text; -1 for none. */
static int32_t prefix_of(const Tokenizer *tok)
{
    return tokenizer_bos(tok) >= 0 ? tokenizer_bos(tok) : tokenizer_eos(tok);
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
static bool read_chords(ChordSet *c, const TextModel *m, const Trace *t, const Run *run, Err *err)
{
    int n = 0, *index = mem_alloc(t->nt, sizeof *index);
    for (int i = 0; i + 1 < t->nt; i++)
        if (!t->sink[i] && !t->sink[i + 1]) index[n++] = i;
    ChordSet other = {0};
    bool ok = chordset_record(c, m->lm, m->ids.id, index, n, prefix_of(m->tok), run, err) &&
              chordset_others(&other, m->lm, tokenizer_vocab(m->tok), prefix_of(m->tok), run, err);
    if (ok) chordset_centre(c, &other);
    chordset_free(&other);
    free(index);
    return ok;
}

bool theory_report(const TheoryJob *job, Str *out, const Run *run, Err *err)
{
    TextModel m = {.tok = NULL};
    Trace t = {0};
    TheoryNames names = {0};
    ChordSet chords = {0};
    Findings fs = {.model = NULL};
    bool ok = text_model_open(&m, &job->text, run, err);
    int32_t bos = ok && tokenizer_adds_bos(m.tok) ? tokenizer_bos(m.tok) : -1;
    ok = ok && trace_record(&t, m.lm, m.ids.id, m.ids.n, bos, run, err);
    if (ok && wants(job, "notes")) ok = name_directions(&names, &m, err);
    if (ok && wants(job, "chords")) ok = read_chords(&chords, &m, &t, run, err);
    if (ok) {
        char **label = text_model_labels(&m);
        TheoryText x = {.t = &t, .label = label, .names = &names, .chords = &chords};
        fs.model = mem_strdup(m.m.name);
        fs.text = whole_text(&m, label);
        for (int i = 0; i < SECTIONS; i++)
            if (wants(job, SECTION[i].word)) SECTION[i].measure(&x, &fs);
        write(&fs, job->json, out);
        text_model_labels_free(&m, label);
    }
    findings_free(&fs);
    chordset_free(&chords);
    theory_names_free(&names);
    trace_free(&t);
    text_model_close(&m);
    return ok;
}
