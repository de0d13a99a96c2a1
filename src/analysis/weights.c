/* weights.c: see analysis/weights.h.
 *
 * Large parts (the embeddings above all) are read first, one at a time, by all threads together;
 * then all others, a thread a part, as many at once as MEMORY allows. The spectrum of a large part
 * is solved among the small ones when its Gram matrix is small enough to wait. */
#include "analysis/weights.h"

#include <stdlib.h>

#include "base/mem.h"
#include "head.h"
#include "layers.h"
#include "math/blas.h"
#include "measure.h"

enum {
    LARGE_ENTRIES = 1 << 23, /* read by all threads together */
    WAITING_SIDE = 1024,     /* a Gram matrix that may wait: 8 MB */
    MAX_LAYERS = 10000
};

static const int64_t MEMORY = 128 << 20; /* bytes for parts in hand */

typedef struct Job {
    const Model *model;
    Measure *m;   /* [nparts] */
    int *order;   /* [count] parts left for the second round */
    int64_t count;
    int64_t room; /* bytes: the greatest need of a part of this round */
} Job;

static bool is_large(const ModelPart *p)
{
    return measure_kind(p) == MEASURE_MATRIX &&
           (tensor_numel(&p->t) > LARGE_ENTRIES || 2 * measure_bytes(p) > MEMORY);
}

static void measure_part(void *ud, int64_t i, int worker)
{
    (void)worker;
    const Job *job = ud;
    const Run alone = {.threads = 1};
    const ModelPart *part = &job->model->part[job->order[i]];
    const Checkpoint *ck = job->model->ck;
    Measure *m = &job->m[job->order[i]];
    if (!m->scan.gram) {
        if (ck) checkpoint_prefetch(ck, &part->t);
        measure_read(m, part, NULL, &alone);
        measure_spectrum(m, part, &alone);
        if (ck) checkpoint_release(ck, &part->t);
    } else {
        measure_spectrum(m, part, &alone);
    }
}

/* Reads the large parts; the others, and spectra that wait, are put into job->order. */
static void first_round(Job *job, const Run *run)
{
    for (int i = 0; i < job->model->nparts && !run_stopped(run); i++) {
        const ModelPart *part = &job->model->part[i];
        Measure *m = &job->m[i];
        bool waits = true;
        if (is_large(part)) {
            measure_read(m, part, job->model->ck, run);
            waits = m->scan.gram && m->scan.side <= WAITING_SIDE;
            if (!waits && !run_stopped(run)) measure_spectrum(m, part, run);
        }
        if (!waits) continue;
        job->order[job->count++] = i;
        int64_t bytes = is_large(part) ? 0 : measure_bytes(part);
        if (bytes > job->room) job->room = bytes;
    }
}

static void second_round(Job *job, const Run *run)
{
    Run some = run ? *run : (Run){0};
    some.threads = run_threads(run);
    int64_t fit = job->room > 0 ? MEMORY / job->room : some.threads;
    if (some.threads > fit) some.threads = fit < 1 ? 1 : (int)fit;
    parallel_for(&some, "weights", job->count, measure_part, job);
}

static int count_layers(const Model *model)
{
    int nl = model->cfg.nl;
    for (int i = 0; i < model->nparts; i++)
        if (model->part[i].layer >= nl) nl = model->part[i].layer + 1;
    return nl < MAX_LAYERS ? nl : MAX_LAYERS;
}

bool analyse_weights(const Model *model, FeatureSet *fs, const Run *run, Err *err)
{
    blas_one_thread();
    Job job = {.model = model};
    job.m = mem_alloc(model->nparts, sizeof *job.m);
    job.order = mem_alloc(model->nparts, sizeof *job.order);
    first_round(&job, run);
    second_round(&job, run);
    bool ok = !run_stopped(run) || err_set(err, "interrupted");
    if (ok) {
        int nl = count_layers(model);
        head_of_model(fs, model, nl);
        measure_columns(fs);
        for (int i = 0; i < model->nparts; i++) measure_row(fs, &model->part[i], &job.m[i]);
        layers_fill(fs, model, job.m, nl);
        key_fill(fs, model, job.m, nl);
    }
    for (int i = 0; i < model->nparts; i++) measure_free(&job.m[i]);
    free(job.m);
    free(job.order);
    return ok;
}
