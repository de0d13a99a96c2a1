/* kvcache.c: see kvcache.h. Slots double as the text grows, so that copying costs a constant share;
 * a layer with a window stops at the window and one run of tokens. */
#include "kvcache.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { KV_FIRST = 256 }; /* slots */

void kv_init(KvCache *c, const Hparams *hp, int context)
{
    *c = (KvCache){.nl = hp->nl, .nkv = hp->nkv, .dh = hp->dh, .context = context};
    c->layer = mem_alloc(hp->nl, sizeof *c->layer);
}

void kv_free(KvCache *c)
{
    for (int l = 0; l < c->nl; l++) {
        free(c->layer[l].k);
        free(c->layer[l].v);
    }
    free(c->layer);
    *c = (KvCache){0};
}

/* Positions first..pos-1 move from the slots of `from` to those of a new array of cap slots. */
static float *move_slots(const KvCache *c, const float *from, int old, int cap, int first, int pos)
{
    int64_t dh = c->dh;
    float *to = mem_alloc((int64_t)c->nkv * cap * dh, sizeof *to);
    for (int g = 0; g < c->nkv; g++)
        for (int p = first; p < pos; p++)
            memcpy(to + ((int64_t)g * cap + p % cap) * dh, from + ((int64_t)g * old + p % old) * dh,
                   (size_t)dh * sizeof *to);
    return to;
}

void kv_reserve(KvCache *c, int layer, int window, int pos, int nt)
{
    KvLayer *l = &c->layer[layer];
    int64_t most = c->context, need = (int64_t)pos + nt;
    if (window && window - 1 + (int64_t)nt < most) most = window - 1 + (int64_t)nt;
    if (need > most) need = most;
    if (need <= l->cap) return;
    int64_t cap = l->cap ? 2 * (int64_t)l->cap : KV_FIRST;
    if (cap > most) cap = most;
    if (cap < need) cap = need;
    int first = kv_first(c, layer, pos);
    float *k = move_slots(c, l->k, l->cap, (int)cap, first, pos);
    float *v = move_slots(c, l->v, l->cap, (int)cap, first, pos);
    free(l->k);
    free(l->v);
    *l = (KvLayer){.k = k, .v = v, .cap = (int)cap};
}

int kv_first(const KvCache *c, int layer, int pos)
{
    return pos > c->layer[layer].cap ? pos - c->layer[layer].cap : 0;
}

int64_t kv_bytes(const KvCache *c)
{
    int64_t n = 0;
    for (int l = 0; l < c->nl; l++) n += (int64_t)c->layer[l].cap * c->nkv * c->dh;
    return 2 * n * (int64_t)sizeof(float);
}
