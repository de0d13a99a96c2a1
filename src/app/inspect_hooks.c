/* inspect_hooks.c: points of the forward pass as NumPy arrays; see app/inspect_prompt.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/inspect_prompt.h"
#include "base/mem.h"
#include "hook_shape.h"
#include "tensor/npz.h"

enum { MEMORY = 2 }; /* GiB that the arrays may take together */

/* One point of one layer, on its way into an array. */
typedef struct Capture {
    HookPoint point;
    int layer; /* -1 outside the blocks */
    float *v;  /* in the shape of hook_shape */
} Capture;

typedef struct Captures {
    const Hparams *hp;
    int nt;
    Capture *item; /* [n] in the order of hook.h, layer by layer */
    int n, cap;
    int *index;   /* [HOOK_COUNT, nl + 1] of the item + 1, by layer + 1 */
    bool *layers; /* [nl] that have a point */
    uint32_t mask;
} Captures;

static int *slot(const Captures *c, HookPoint point, int layer)
{
    return &c->index[point * (c->hp->nl + 1) + layer + 1];
}

static void want(Captures *c, HookPoint point, int layer)
{
    *slot(c, point, layer) = 1;
    c->mask |= HOOK_BIT(point);
    if (layer >= 0) c->layers[layer] = true;
}

static bool want_named(Captures *c, const char *name, Err *err)
{
    HookPoint point;
    int layer;
    if (!hook_parse(name, c->hp->nl, &point, &layer, err)) return err_wrap(err, "--hook");
    if (!hook_exists(c->hp, point))
        return err_set(err, "--hook: %s has no \"%.80s\"", c->hp->family, name);
    if (!hook_in_block(point) || layer >= 0) {
        want(c, point, layer);
        return true;
    }
    for (int l = 0; l < c->hp->nl; l++) want(c, point, l);
    return true;
}

/* Turns the slots asked for into items, in a fixed order. */
static bool list_items(Captures *c, Err *err)
{
    double bytes = 0;
    for (int layer = -1; layer < c->hp->nl; layer++)
        for (int p = 0; p < HOOK_COUNT; p++) {
            int64_t shape[3];
            int ndim;
            if (!*slot(c, (HookPoint)p, layer)) continue;
            bytes += 4.0 * (double)hook_shape(c->hp, (HookPoint)p, c->nt, shape, &ndim);
            Capture *item = mem_push(&c->item, &c->n, &c->cap, sizeof *item);
            *item = (Capture){.point = (HookPoint)p, .layer = layer};
            *slot(c, (HookPoint)p, layer) = c->n;
        }
    double gib = bytes / (1 << 30);
    return gib <= MEMORY ||
           err_set(err, "--hook: %d arrays of %d tokens take %.1f GiB, more than %d: name fewer, "
                        "as blocks.0.hook_resid_post, or shorten the prompt",
                   c->n, c->nt, gib, MEMORY);
}

static void copy_square(const Captures *c, const HookData *h, float *to)
{
    for (int t = 0; t < h->nt; t++)
        for (int head = 0; head < h->heads; head++)
            memcpy(to + ((int64_t)head * c->nt + h->pos + t) * c->nt,
                   h->v + t * h->ld_token + head * h->ld_head, (size_t)h->width * sizeof *to);
}

static void copy_rows(const HookData *h, float *to)
{
    int64_t row = (int64_t)h->heads * h->width;
    for (int t = 0; t < h->nt; t++)
        for (int head = 0; head < h->heads; head++)
            memcpy(to + (h->pos + t) * row + (int64_t)head * h->width,
                   h->v + t * h->ld_token + head * h->ld_head, (size_t)h->width * sizeof *to);
}

static float *new_array(const Captures *c, HookPoint point)
{
    int64_t shape[3];
    int ndim;
    int64_t n = hook_shape(c->hp, point, c->nt, shape, &ndim);
    float *v = mem_alloc(n, sizeof *v);
    for (int64_t i = 0; point == HOOK_SCORES && i < n; i++) v[i] = -INFINITY; /* not seen */
    return v;
}

static void visit(void *ud, const HookData *h)
{
    Captures *c = ud;
    int at = *slot(c, h->point, h->layer);
    if (at == 0) return;
    Capture *item = &c->item[at - 1];
    if (!item->v) item->v = new_array(c, item->point);
    if (hook_is_square(h->point))
        copy_square(c, h, item->v);
    else
        copy_rows(h, item->v);
}

static bool add_tokens(Npz *z, const TextModel *t, Err *err)
{
    int64_t shape[1] = {t->ids.n};
    char **text = text_model_labels(t);
    bool ok = npz_add(z, "ids", NP_I4, t->ids.id, 1, shape, err) &&
              npz_add_strings(z, "text", (const char *const *)text, t->ids.n, err);
    text_model_labels_free(t, text);
    return ok;
}

/* Adds the item's array and frees it: npz has a copy. */
static bool add_item(Npz *z, const Captures *c, Capture *item, Err *err)
{
    int64_t shape[3];
    int ndim;
    Str name = {0};
    hook_name(item->point, item->layer, &name);
    hook_shape(c->hp, item->point, c->nt, shape, &ndim);
    bool ok = item->v ? npz_add(z, name.s, NP_F4, item->v, ndim, shape, err)
                      : err_set(err, "--hook: %s never comes to %s", c->hp->family, name.s);
    free(item->v);
    item->v = NULL;
    str_free(&name);
    return ok;
}

static bool write_items(Captures *c, const TextModel *t, const char *path, Err *err)
{
    Npz *z = npz_new(false);
    bool ok = add_tokens(z, t, err);
    for (int i = 0; ok && i < c->n; i++) ok = add_item(z, c, &c->item[i], err);
    if (ok) return npz_write(z, path, err);
    npz_free(z);
    return false;
}

static bool capture(const TextModel *t, const OptList *names, const char *path, const Run *run,
                    Err *err)
{
    const Hparams *hp = lm_hparams(t->lm);
    Captures c = {.hp = hp, .nt = t->ids.n};
    c.index = mem_alloc((int64_t)HOOK_COUNT * (hp->nl + 1), sizeof *c.index);
    c.layers = mem_alloc(hp->nl, sizeof *c.layers);
    bool ok = true;
    for (int i = 0; ok && i < names->n; i++) ok = want_named(&c, names->item[i], err);
    Hooks hooks = {.mask = c.mask, .layers = c.layers, .visit = visit, .ud = &c};
    ok = ok && list_items(&c, err) && lm_eval(t->lm, t->ids.id, t->ids.n, &hooks, run, err) &&
         write_items(&c, t, path, err);
    for (int i = 0; i < c.n; i++) free(c.item[i].v);
    free(c.item);
    free(c.index);
    free(c.layers);
    return ok;
}

bool prompt_write_hooks(const TextJob *job, const OptList *names, const char *path,
                        const Run *run, Err *err)
{
    TextModel t = {0};
    bool ok = text_model_open(&t, job, run, err) && text_model_fits(&t, 0, err) &&
              capture(&t, names, path, run, err);
    text_model_close(&t);
    return ok;
}

static void list_hooks(const Hparams *hp, Str *out)
{
    Str name = {0};
    for (int p = 0; p < HOOK_COUNT; p++) {
        if (!hook_exists(hp, (HookPoint)p)) continue;
        name.len = 0;
        hook_name((HookPoint)p, -1, &name);
        str_addf(out, "%-32s [", name.s);
        hook_shape_text(hp, (HookPoint)p, out);
        str_puts(out, "]\n");
    }
    str_free(&name);
}

bool prompt_list_hooks(const TextJob *job, Str *out, Err *err)
{
    TextModel t = {0};
    bool ok = text_model_open_mute(&t, job, NULL, err);
    if (ok) list_hooks(lm_hparams(t.lm), out);
    text_model_close(&t);
    return ok;
}
