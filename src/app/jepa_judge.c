/* jepa_judge.c: see app/jepa_job.h: judging a file on what it was not learned from. */
#include <stdlib.h>
#include <string.h>

#include "app/generator_source.h"
#include "app/output.h"
#include "base/file.h"
#include "base/mem.h"
#include "jepa_pictures.h"
#include "jepa_report.h"
#include "model/find.h"

bool jepa_eval_check(const JepaEvalJob *job, Err *err)
{
    if (job->midi->n == 0) return err_set(err, "give folders of MIDI files: --midi DIR...");
    enum { MOST = 10000 }; /* the square of it are the cosines that are held: 400 MB */
    if (job->plan.draws * job->plan.candidates > MOST)
        return err_set(err, "%d draws of %d candidates are more than %d: give fewer of either",
                       job->plan.draws, job->plan.candidates, MOST);
    const char *p = job->plot;
    if (p && !str_ends(p, ".png") && !str_ends(p, ".svg"))
        return err_set(err, "--plot: '%s' must end in .png or .svg", p);
    return true;
}

typedef struct Judging {
    const JepaEvalJob *job;
    JepaMeta meta;
    Corpus corpus;
    WindowSet seen_music, held_music;
    LayerSet seen, held;
    Jepa net;
    JepaEval e;
} Judging;

static bool read_music(Judging *d, const Run *run, Err *err)
{
    Corpus *c = &d->corpus;
    if (!corpora_read(c, d->job->midi, &d->meta.rules, run, err)) return false;
    uint64_t *mark = mem_alloc(c->nfiles, sizeof *mark);
    bool *held = mem_alloc(c->nfiles, sizeof *held);
    corpus_marks(c, mark);
    for (int i = 0; i < c->nfiles; i++) {
        char text[17];
        jepa_mark_text(mark[i], text);
        held[i] = strmap_get(&d->meta.files, text) < 0;
    }
    window_set_make(&d->seen_music, c, held, false);
    window_set_make(&d->held_music, c, held, true);
    free(held);
    free(mark);
    say(&d->job->say, SAY_INFO, "%d files of music: %d were learned from, %d were not", c->nfiles,
        d->seen_music.files, d->held_music.files);
    return d->held_music.n > 0 || err_set(err, "%s: all %d files were learned from: give others",
                                          d->job->midi->item[0], c->nfiles);
}

/* Each to the side where it belongs. */
static bool read_models(Judging *d, const Run *run, Err *err)
{
    LayerSet all = {0};
    bool ok = jepa_layers(&all, d->job->model, &d->job->say, run, err);
    for (int i = 0; ok && i < all.n; i++)
        layer_set_add_from(strmap_get(&d->meta.models, all.mark[i]) < 0 ? &d->held : &d->seen, &all,
                           i);
    layer_set_free(&all);
    if (!ok) return false;
    say(&d->job->say, SAY_INFO, "%d models were learned from, %d were not", d->seen.n, d->held.n);
    if (d->held.n == 0)
        say(&d->job->say, SAY_WARN,
            "no model that was not learned from: only songs are judged; name some with --models");
    return true;
}

static void report(const Judging *d, Str *out)
{
    out->len = 0;
    if (!d->job->json) {
        jepa_report_text(&d->e, out);
        return;
    }
    JsonOut j;
    jout_init(&j, out);
    jepa_report_json(&d->e, &j, NULL);
    str_putc(out, '\n');
}

bool jepa_eval_job(const JepaEvalJob *job, Str *out, const Run *run, Err *err)
{
    Judging d = {.job = job};
    CpuLevel level;
    OutSet set = {0};
    char *path = generator_locate(job->jepa, err);
    bool ok = path && (!job->plot || jepa_pictures_check(job->plot, job->clobber, err)) &&
              cpu_level_choose(&level, err) && jepa_load(&d.net, path, level, err) &&
              jepa_meta_read(&d.meta, path, err) && read_music(&d, run, err) &&
              read_models(&d, run, err);
    JepaEvalData data = {.tables = &d.meta.tables,
                         .held = &d.held,
                         .seen = &d.seen,
                         .held_music = &d.held_music,
                         .seen_music = &d.seen_music};
    ok = ok && jepa_evaluate(&d.e, &d.net, &data, &job->plan, run, err);
    if (ok && job->plot)
        ok = jepa_pictures(job->plot, path, &d.e, &d.corpus, &set, err) && outset_commit(&set, err);
    if (ok) report(&d, out);
    outset_abort(&set);
    jepa_eval_free(&d.e);
    jepa_free(&d.net);
    layer_set_free(&d.seen);
    layer_set_free(&d.held);
    window_set_free(&d.seen_music);
    window_set_free(&d.held_music);
    corpus_free(&d.corpus);
    jepa_meta_free(&d.meta);
    free(path);
    return ok;
}
