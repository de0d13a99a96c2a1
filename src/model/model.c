/* model.c: see model/model.h. */
#include "model/model.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/plan.h"

/* The directory that `path` is or lies in, resolved where that is possible. */
static char *model_dir(const char *path)
{
    char *dir;
    if (dir_exists(path)) {
        dir = mem_strdup(path);
    } else {
        size_t n = (size_t)(path_base(path) - path);
        dir = n ? mem_strndup(path, n) : mem_strdup(".");
    }
    char *real = realpath(dir, NULL);
    if (!real) return dir;
    free(dir);
    return real;
}

/* "name" of ".../models--org--name/snapshots/HASH", NULL for other paths. */
static char *cache_name(const char *dir)
{
    const char *repo = strstr(dir, "/models--");
    const char *end = repo ? strstr(repo, "/snapshots/") : NULL;
    if (!end) return NULL;
    const char *name = repo + strlen("/models--");
    for (const char *p = name; p + 1 < end; p++)
        if (p[0] == '-' && p[1] == '-') name = p + 2;
    return mem_strndup(name, (size_t)(end - name));
}

/* A file that is not called model.* names the model itself; otherwise its directory does. */
static char *model_name(const char *path, const char *dir)
{
    const char *base = path_base(path);
    if (!dir_exists(path) && !str_starts(base, "model.") && !str_starts(base, "model-")) {
        const char *dot = strstr(base, ".safetensors");
        return mem_strndup(base, dot && dot > base ? (size_t)(dot - base) : strlen(base));
    }
    char *name = cache_name(dir);
    return name ? name : mem_strdup(path_base(dir));
}

/* The family and what every tensor's name says in it. */
static const Arch *choose_arch(Model *m, Plan *p)
{
    const Config *cfg = p->cfg;
    const Arch *a = cfg->type[0] ? arch_by_type(cfg->type) : arch_by_names(p->ck);
    if (a && !arch_fits(a, p->ck)) {
        model_note(m, "the tensors are not named as in family %s: taken by name and shape",
                   a->name);
        return NULL;
    }
    if (cfg->type[0] && !a)
        model_note(m, "model_type \"%s\" is not known: tensors taken by name and shape", cfg->type);
    else if (!cfg->type[0])
        model_note(m, "%s: %s%s", cfg->path ? "config.json has no model_type" : "no config.json",
                   a ? "names as in family " : "tensors taken by name and shape", a ? a->name : "");
    return a;
}

static void match_all(Plan *p, const Arch *a)
{
    int n = checkpoint_count(p->ck);
    Generic g = generic_look(p->ck);
    p->known = a != NULL;
    p->match = mem_alloc(n, sizeof *p->match);
    for (int i = 0; i < n; i++) {
        const char *name = checkpoint_tensor(p->ck, i)->name;
        p->match[i] = a ? arch_match(a, name) : generic_match(&g, name);
    }
}

static int small_int(int64_t v)
{
    return v > INT_MAX ? 0 : (int)v;
}

static void set_config(Model *m, const Plan *p, const Arch *a)
{
    snprintf(m->cfg.family, sizeof m->cfg.family, "%s", a ? a->name : "unknown");
    m->cfg.nl = small_int(p->nl);
    m->cfg.d = small_int(p->d);
    m->cfg.nh = small_int(p->nh);
    m->cfg.nkv = small_int(p->nkv);
    m->cfg.dh = small_int(p->dh);
    m->cfg.ff = small_int(p->ff);
    m->cfg.vocab = p->vocab;
    m->cfg.tied = model_find(m, -1, ROLE_HEAD) == NULL;
}

static bool build(Model *m, const Config *cfg, Err *err)
{
    Plan p = {.ck = m->ck, .cfg = cfg};
    const Arch *a = choose_arch(m, &p);
    match_all(&p, a);
    bool ok = (plan_dims(&p, err) && plan_parts(&p, m, err) && plan_check(&p, m, err)) ||
              err_wrap(err, "%s", m->path);
    if (ok) set_config(m, &p, a);
    free(p.match);
    return ok;
}

bool model_open(Model *m, const char *path, Err *err)
{
    Config cfg = {0};
    *m = (Model){0};
    m->dir = model_dir(path);
    m->path = mem_strdup(path);
    m->name = model_name(path, m->dir);
    bool ok =
        checkpoint_open(&m->ck, path, err) && config_read(&cfg, m->dir, err) && build(m, &cfg, err);
    config_free(&cfg);
    if (!ok) model_close(m);
    return ok;
}

void model_close(Model *m)
{
    for (int i = 0; i < m->nparts; i++) free((char *)m->part[i].t.name);
    for (int i = 0; i < m->nnotes; i++) free(m->note[i]);
    checkpoint_close(m->ck);
    free(m->part);
    free(m->note);
    free(m->first);
    free(m->name);
    free(m->path);
    free(m->dir);
    *m = (Model){0};
}

const ModelPart *model_find(const Model *m, int layer, Role role)
{
    if (!m->first || layer < -1 || layer >= m->first_layers || role >= ROLE_COUNT) return NULL;
    int at = m->first[(layer + 1) * ROLE_COUNT + (int)role];
    return at ? &m->part[at - 1] : NULL;
}
