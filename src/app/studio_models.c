/* studio_models.c: see app/studio.h and studio_models.h. What cannot be had (no map, a direction
 * that the model's width refuses) is left out, and missed only by the piece that needs it. */
#include "studio_models.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "app/direction_job.h"
#include "app/generator_source.h"
#include "app/space_job.h"
#include "base/file.h"
#include "base/mem.h"
#include "model/find.h"

typedef struct StudioEntry {
    char *name, *path, *family;
    int nl, d;
    bool space, open, analysed[2];
    pthread_mutex_t lock, weights_lock; /* around opening, around analysing the weights */
    StudioShared shared;
    Sources weights[2]; /* plain, foreseen */
} StudioEntry;

struct Studio {
    StudioEntry *entry; /* [n] */
    int n, chosen;
};

static bool add_entry(Studio *s, int *cap, const char *name, const char *path)
{
    Model m = {0};
    Err none;
    if (studio_find(s, name) >= 0 || !model_open(&m, path, &none)) return false;
    char *map = path_join(m.dir, SPACE_FILE);
    StudioEntry *e = mem_push(&s->entry, &s->n, cap, sizeof *s->entry);
    *e = (StudioEntry){.name = mem_strdup(name),
                       .path = mem_strdup(path),
                       .family = mem_strdup(m.cfg.family),
                       .nl = m.cfg.nl,
                       .d = m.cfg.d,
                       .space = file_exists(map)};
    free(map);
    model_close(&m);
    return true;
}

/* asked may be a directory: then it is known by its last part. */
static bool add_asked(Studio *s, int *cap, const char *asked, Err *err)
{
    Model m = {0};
    s->chosen = studio_find(s, asked);
    if (s->chosen >= 0) return true;
    char *path = model_locate(asked, err);
    bool ok = path && model_open(&m, path, err);
    if (ok && !add_entry(s, cap, m.name, path))
        ok = err_set(err, "%s: a model of the name %s is found already; rename one", path, m.name);
    s->chosen = s->n - 1;
    model_close(&m);
    free(path);
    return ok;
}

bool studio_open(Studio **out, const char *asked, const Run *run, Err *err)
{
    Studio *s = mem_alloc(1, sizeof *s);
    FoundList list = {0};
    int cap = 0;
    model_list(&list);
    for (int i = 0; i < list.n; i++) add_entry(s, &cap, list.m[i].name, list.m[i].path);
    model_list_free(&list);
    bool ok = add_asked(s, &cap, asked ? asked : MODEL_DEFAULT, err);
    for (int i = 0; i < s->n; i++) {
        pthread_mutex_init(&s->entry[i].lock, NULL);
        pthread_mutex_init(&s->entry[i].weights_lock, NULL);
    }
    *out = s;
    if (ok && studio_shared(s, s->chosen, run, err)) return true;
    studio_close(s);
    *out = NULL;
    return false;
}

static void shared_free(StudioShared *h)
{
    direction_free(&h->direction);
    space_free(&h->space);
    noise_free(&h->noise);
    tokenizer_close(h->tok);
    model_close(&h->m);
    *h = (StudioShared){.tok = NULL};
}

void studio_close(Studio *s)
{
    for (int i = 0; s && i < s->n; i++) {
        StudioEntry *e = &s->entry[i];
        if (e->open) shared_free(&e->shared);
        for (int k = 0; k < 2; k++)
            if (e->analysed[k]) sources_free(&e->weights[k]);
        pthread_mutex_destroy(&e->lock);
        pthread_mutex_destroy(&e->weights_lock);
        free(e->name);
        free(e->path);
        free(e->family);
    }
    if (s) free(s->entry);
    free(s);
}

int studio_count(const Studio *s)
{
    return s->n;
}

StudioModel studio_model(const Studio *s, int i)
{
    const StudioEntry *e = &s->entry[i];
    return (StudioModel){.name = e->name,
                         .family = e->family,
                         .layers = e->nl,
                         .width = e->d,
                         .space = e->space,
                         .embedded = strcmp(e->name, MODEL_DEFAULT) == 0};
}

int studio_find(const Studio *s, const char *name)
{
    for (int i = 0; i < s->n; i++)
        if (strcmp(s->entry[i].name, name) == 0) return i;
    return -1;
}

int studio_default(const Studio *s)
{
    return s->chosen;
}

/* A model without a tokenizer or of an unknown family still has weights to sonify. */
static void open_text(StudioShared *h, const Run *run)
{
    Err none;
    TextModel t = {.m = h->m}; /* the parts that directions read; nothing of it is closed */
    const Run quiet = {.stop = run->stop, .threads = run->threads};
    const LmOpts opts = {.threads = run_threads(run)};
    if (!tokenizer_open(&h->tok, h->m.dir, &none)) return;
    if (!lm_open(&t.lm, &h->m, &opts, &none)) return;
    t.tok = h->tok;
    if (!space_open(&h->space, NULL, t.lm, NULL, &none)) h->space = (Space){0};
    h->has_direction = direction_load(&h->direction, &t, NULL, NULL, &quiet, &none);
    token_ids_free(&t.ids);
    lm_close(t.lm);
}

const StudioShared *studio_shared(Studio *s, int model, const Run *run, Err *err)
{
    StudioEntry *e = &s->entry[model];
    pthread_mutex_lock(&e->lock);
    if (!e->open) {
        e->open = model_open(&e->shared.m, e->path, err);
        if (e->open) {
            noise_from_model(&e->shared.noise, &e->shared.m);
            open_text(&e->shared, run);
            if (run_stopped(run)) { /* half open would stay so for all that ask after us */
                shared_free(&e->shared);
                e->open = err_set(err, "interrupted");
            }
        }
    }
    const StudioShared *h = e->open ? &e->shared : NULL;
    pthread_mutex_unlock(&e->lock);
    return h;
}

static bool analyse(Sources *src, const StudioEntry *e, bool foreseen, const Run *run, Err *err)
{
    char *name = e->path;
    const OptList list = {.item = &name, .n = 1};
    if (!sources_load(src, &list, NULL, NULL, run, err)) return false;
    if (!foreseen || sources_foresee(src, NULL, run, err)) return true;
    sources_free(src);
    return false;
}

const Sources *studio_weights(Studio *s, int model, bool foreseen, const Run *run, Err *err)
{
    StudioEntry *e = &s->entry[model];
    pthread_mutex_lock(&e->weights_lock);
    if (!e->analysed[foreseen])
        e->analysed[foreseen] = analyse(&e->weights[foreseen], e, foreseen, run, err);
    const Sources *src = e->analysed[foreseen] ? &e->weights[foreseen] : NULL;
    pthread_mutex_unlock(&e->weights_lock);
    return src;
}
