/* jepa_state.c: see learn/jepa_train.h: where a training stands, as a .safetensors. */
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "learn/jepa_train.h"
#include "job_name.h"
#include "tensor/checkpoint.h"
#include "tensor/st_meta.h"
#include "tensor/st_write.h"

enum { ARRAYS = 4, LOSSES = 7 };
static const char *const NAMES[ARRAYS] = {"weights", "moments", "squares", "target"};

static void arrays_of(const JepaTrainer *t, float *data[ARRAYS], int64_t size[ARRAYS])
{
    float *const all[ARRAYS] = {t->net.params.v, t->adam.m, t->adam.v, t->net.target.v};
    for (int i = 0; i < ARRAYS; i++) {
        data[i] = all[i];
        size[i] = i < 3 ? t->net.params.size : t->net.target.size;
    }
}

static void losses_of(JepaTrainer *t, double *loss[LOSSES])
{
    double *const all[LOSSES] = {&t->loss.total,      &t->loss.next,       &t->loss.cross,
                                 &t->loss.variance,   &t->loss.covariance, &t->loss.continuity,
                                 &t->reading};
    memcpy(loss, all, sizeof all);
}

bool jepa_trainer_save(const JepaTrainer *t, const char *job, const char *path, Err *err)
{
    StArray a[ARRAYS];
    float *data[ARRAYS];
    int64_t size[ARRAYS];
    JepaTrainer copy = *t; /* losses_of() wants to be able to write */
    double *loss[LOSSES];
    Str at = {0}, sums = {0};
    arrays_of(t, data, size);
    losses_of(&copy, loss);
    str_addf(&at, "[%d, %lld, %lld]", t->phase, (long long)t->step, (long long)t->adam.step);
    for (int i = 0; i < LOSSES; i++) str_addf(&sums, "%c%.17g", i ? ',' : '[', *loss[i]);
    str_putc(&sums, ']');
    const StMeta meta[] = {{"job", job}, {"at", str_text(&at)}, {"losses", str_text(&sums)}};
    for (int i = 0; i < ARRAYS; i++)
        a[i] = (StArray){
            .name = NAMES[i], .dtype = DT_F32, .ndim = 1, .shape = {size[i]}, .data = data[i]};
    bool ok = st_write(path, a, ARRAYS, meta, 3, err);
    str_free(&at);
    str_free(&sums);
    return ok;
}

/* n finite numbers of a list in text. */
static bool read_numbers(const char *text, double *x, int n)
{
    Err why;
    Json *j = text ? json_parse(text, strlen(text), &why) : NULL;
    bool ok = json_is_array(j) && json_count(j) == n;
    const Json *v = ok ? json_child(j) : NULL;
    for (int i = 0; i < n && ok; i++, v = json_next(v)) {
        x[i] = json_number(v, NAN);
        ok = isfinite(x[i]);
    }
    json_free(j);
    return ok;
}

/* Before the end of its phase, within the plan. */
static bool take_place(JepaTrainer *t, const double at[3])
{
    if (!(at[0] >= 0 && at[0] <= JEPA_DONE)) return false;
    int phase = (int)at[0];
    double last = (double)jepa_plan_steps(&t->plan, phase) - (phase < JEPA_DONE);
    if (!(at[1] >= 0 && at[1] <= last && at[2] >= 0 && at[2] <= last)) return false;
    t->phase = phase;
    t->step = (int64_t)at[1];
    t->adam.step = (int64_t)at[2];
    return true;
}

static bool read_progress(JepaTrainer *t, const char *job, const char *path, Err *err)
{
    double at[3], sums[LOSSES], *loss[LOSSES];
    Json *j = st_header_read(path, err);
    if (!j) return false;
    const Json *meta = json_get(j, "__metadata__");
    const char *its = json_string(json_get(meta, "job"));
    bool ok = its && read_numbers(json_string(json_get(meta, "at")), at, 3) &&
              read_numbers(json_string(json_get(meta, "losses")), sums, LOSSES);
    if (!ok)
        err_set(err, "%s: not the state of a training", path);
    else if (strcmp(its, job) != 0)
        ok = job_name_differs(path, its, job, err);
    else if (!take_place(t, at))
        ok = err_set(err, "%s: stands at a step that the training does not have", path);
    losses_of(t, loss);
    for (int i = 0; ok && i < LOSSES; i++) *loss[i] = sums[i];
    json_free(j);
    return ok;
}

bool jepa_trainer_load(JepaTrainer *t, const char *job, const char *path, Err *err)
{
    float *data[ARRAYS];
    int64_t size[ARRAYS];
    Checkpoint *ck = NULL;
    if (!read_progress(t, job, path, err) || !checkpoint_open(&ck, path, err)) return false;
    arrays_of(t, data, size);
    bool ok = true;
    for (int i = 0; ok && i < ARRAYS; i++) {
        const Tensor *x = checkpoint_find(ck, NAMES[i]);
        ok = x && x->dtype == DT_F32 && tensor_numel(x) == size[i];
        if (ok)
            tensor_read_f32(x, 0, 1, data[i]);
        else
            err_set(err, "%s: \"%s\" is not %lld numbers in F32", path, NAMES[i],
                    (long long)size[i]);
    }
    checkpoint_close(ck);
    return ok;
}
