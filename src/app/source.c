/* source.c: see app/source.h. */
#include "app/source.h"

#include <stdlib.h>

#include "analysis/weights.h"
#include "base/mem.h"
#include "model/find.h"

static bool analyse_model(FeatureSet *fs, WeightNoise *noise, const char *asked,
                          const Say *report, const Run *run, Err *err)
{
    Model m = {0};
    char *path = model_locate(asked, err);
    if (!path) return false;
    bool ok = model_open(&m, path, err) && analyse_weights(&m, fs, run, err);
    if (ok && run_stopped(run)) ok = err_set(err, "interrupted");
    if (ok && noise) noise_from_model(noise, &m);
    if (ok)
        say(report, SAY_MORE, "model %s: %s, %s, %d layers", m.name, path, m.cfg.family, m.cfg.nl);
    model_close(&m);
    free(path);
    return ok;
}

bool sources_load(Sources *s, const OptList *model, const char *features, const Say *report,
                  const Run *run, Err *err)
{
    bool ok = true;
    int n = features || model->n == 0 ? 1 : model->n;
    *s = (Sources){.fs = mem_alloc(n, sizeof *s->fs), .ptr = mem_alloc(n, sizeof *s->ptr)};
    for (; ok && s->n < n; s->n++) {
        FeatureSet *fs = &s->fs[s->n];
        const char *asked = model->n ? model->item[s->n] : MODEL_DEFAULT;
        ok = features ? feat_read_json(fs, features, err)
                      : analyse_model(fs, s->n ? NULL : &s->noise, asked, report, run, err);
        if (ok && features) noise_from_features(&s->noise, fs);
        fs->id = s->n;
        s->ptr[s->n] = fs;
        for (int i = 0; ok && i < fs->nnotes; i++)
            say(report, SAY_WARN, "%s: %s", fs->model, fs->note[i]);
    }
    if (!ok) sources_free(s);
    return ok;
}

void sources_free(Sources *s)
{
    for (int i = 0; i < s->n; i++) feat_free(&s->fs[i]);
    free(s->fs);
    free(s->ptr);
    noise_free(&s->noise);
    *s = (Sources){0};
}
