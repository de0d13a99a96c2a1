/* space_plot.c: see app/space_plot.h. Only the file is read: no model need be there. */
#include "app/space_plot.h"

#include <stdlib.h>
#include <string.h>

#include "app/output.h"
#include "app/plot.h"
#include "app/space_job.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/find.h"

bool space_plot_check(const SpacePlotJob *job, Err *err)
{
    const char *out = job->output;
    if (job->model->n > 1) return err_set(err, "--model: one at a time");
    if (!out) return err_set(err, "needs -o FILE.png or .svg");
    if (job->across == job->up)
        return err_set(err, "--components: two different ones, not %d twice", job->up);
    return strcmp(out, "-") == 0 || str_ends(out, ".png") || str_ends(out, ".svg") ||
           err_set(err, "--output: '%s' must end in .png or .svg", out);
}

/* The space beside a model's weights, a new string; NULL with what to do. */
static char *find_space(const SpacePlotJob *job, Err *err)
{
    if (job->space) return mem_strdup(job->space);
    char *model = model_locate(job->model->n ? job->model->item[0] : NULL, err);
    if (!model) return NULL;
    if (str_ends(model, ".safetensors")) model[path_base(model) - model] = 0;
    char *path = path_join(*model ? model : ".", SPACE_FILE);
    if (!file_exists(path)) {
        err_set(err, "%s: not there: make one with llmsonify space fit -o %s, or name one with "
                     "--space", path, path);
        free(path);
        path = NULL;
    }
    free(model);
    return path;
}

static bool choose(SpaceMap *m, const SpacePlotJob *job, const Space *s, Err *err)
{
    m->across = job->across - 1;
    m->up = job->up - 1;
    m->npanels = job->nlayers;
    if (m->across >= s->k || m->up >= s->k)
        return err_set(err, "--components: there are 1 to %d, not %d", s->k,
                       job->across > job->up ? job->across : job->up);
    for (int i = 0; i < job->nlayers; i++) {
        int l = job->layer[i];
        m->layer[i] = l == SPACE_PLOT_LAST ? s->layers - 1 : l == SPACE_PLOT_MIDDLE
                          ? (s->layers - 1) / 2 : l;
        if (m->layer[i] >= s->layers)
            return err_set(err, "--layers: there are hidden states 0 to %d, not %d", s->layers - 1,
                           l);
    }
    return true;
}

static void draw(Canvas *c, const void *ud)
{
    space_map_draw(c, ud);
}

static bool draw_space(const Space *s, const SpacePlotJob *job, const char *path, Err *err)
{
    Str title = {0}, sub = {0};
    OutSet set = {0};
    SpaceMap m = {.layers = s->layers, .k = s->k, .ratio = s->ratio, .sentences = s->sentences,
                  .proj = s->proj};
    str_addf(&title, "%s: learned space", *s->model ? s->model : path_base(path));
    str_addf(&sub, "%d hidden states of width %d, %d components, %d sentences (%lld words)%s%s",
             s->layers, s->d, s->k, s->sentences, (long long)s->words, *s->corpus ? " of " : "",
             s->corpus);
    m.title = title.s;
    m.subtitle = sub.s;
    bool ok = choose(&m, job, s, err);
    if (!ok) err_wrap(err, "%s", path);
    ok = ok && plot_to(job->output, SPACE_MAP_WIDTH, SPACE_MAP_HEIGHT, draw, &m, &set, err) &&
         outset_commit(&set, err);
    if (ok) say(&job->say, SAY_INFO, "%s: %s", title.s, sub.s);
    outset_abort(&set);
    str_free(&title);
    str_free(&sub);
    return ok;
}

bool space_plot(const SpacePlotJob *job, Err *err)
{
    Space s = {0};
    char *path = find_space(job, err);
    bool ok = path && out_check_path(job->output, job->clobber, err) && space_read(&s, path, err) &&
              draw_space(&s, job, path, err);
    space_free(&s);
    free(path);
    return ok;
}
