/* theory_models.c: models against each other: see app/theory_job.h and theory/overtones.h. */
#include <stdlib.h>

#include "app/output.h"
#include "base/mem.h"
#include "model/find.h"
#include "theory/overtones.h"
#include "theory_desk.h"

/* All of them open; m [n] zero before. */
static bool open_all(Model *m, const TheoryJob *job, Err *err)
{
    bool ok = !job->plot || out_check_path(job->plot, job->clobber, err);
    for (int i = 0; ok && i < job->item->n; i++) {
        char *path = model_locate(job->item->item[i], err);
        ok = path && model_open(&m[i], path, err);
        free(path);
    }
    return ok;
}

static void close_all(Model *m, int n)
{
    for (int i = 0; i < n; i++) model_close(&m[i]);
    free(m);
}

static void title(Findings *fs, const Model *m, int n)
{
    Str s = {0};
    for (int i = 0; i < n; i++) str_addf(&s, "%s%s", i ? ", " : "", m[i].name);
    Str model = {0};
    if (n > 1)
        str_addf(&model, "%d models", n);
    else
        str_puts(&model, m[0].name);
    fs->model = model.s;
    fs->nmodels = n;
    fs->text = s.s;
}

static bool by_instrument(const TheoryJob *job, void (*measure)(const Instrument *x, int n,
                                                                Findings *out),
                          Str *out, const Run *run, Err *err)
{
    int n = job->item->n;
    Model *m = mem_alloc(n, sizeof *m);
    Instrument *x = mem_alloc(n, sizeof *x);
    Findings fs = {.run = run};
    bool ok = open_all(m, job, err);
    for (int i = 0; ok && i < n; i++) ok = instrument_measure(&x[i], &m[i], run, err);
    if (ok) {
        title(&fs, m, n);
        measure(x, n, &fs);
        ok = theory_put(&fs, job, out, err);
    }
    findings_free(&fs);
    free(x);
    close_all(m, n);
    return ok;
}

bool theory_timbre(const TheoryJob *job, Str *out, const Run *run, Err *err)
{
    return by_instrument(job, instrument_timbre, out, run, err);
}

bool theory_tuning(const TheoryJob *job, Str *out, const Run *run, Err *err)
{
    return by_instrument(job, instrument_tuning, out, run, err);
}

bool theory_interference(const TheoryJob *job, Str *out, const Run *run, Err *err)
{
    Model *m = mem_alloc(job->item->n, sizeof *m);
    Findings fs = {.run = run};
    bool ok = open_all(m, job, err) &&
              instrument_interference(&m[0], &m[1], &m[2], run, &fs, err);
    if (ok) {
        title(&fs, m, 3);
        ok = theory_put(&fs, job, out, err);
    }
    findings_free(&fs);
    close_all(m, job->item->n);
    return ok;
}
