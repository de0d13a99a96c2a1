/* theory_job.c: see app/theory_job.h. */
#include "app/theory_job.h"

#include <string.h>

#include "base/mem.h"
#include "theory/sections.h"

static const struct {
    const char *word;
    void (*measure)(const TheoryText *x, Findings *out);
} SECTION[] = {
    {"counterpoint", theory_counterpoint},
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

bool theory_report(const TheoryJob *job, Str *out, const Run *run, Err *err)
{
    TextModel m = {.tok = NULL};
    Trace t = {0};
    Findings fs = {.model = NULL};
    bool ok = text_model_open(&m, &job->text, run, err);
    int32_t bos = ok && tokenizer_adds_bos(m.tok) ? tokenizer_bos(m.tok) : -1;
    ok = ok && trace_record(&t, m.lm, m.ids.id, m.ids.n, bos, 0, run, err);
    if (ok) {
        char **label = text_model_labels(&m);
        TheoryText x = {.t = &t, .label = label};
        fs.model = mem_strdup(m.m.name);
        fs.text = whole_text(&m, label);
        for (int i = 0; i < SECTIONS; i++)
            if (!job->only || strcmp(job->only, SECTION[i].word) == 0) SECTION[i].measure(&x, &fs);
        write(&fs, job->json, out);
        text_model_labels_free(&m, label);
    }
    findings_free(&fs);
    trace_free(&t);
    text_model_close(&m);
    return ok;
}
