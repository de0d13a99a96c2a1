/* kvcache.h: keys and values of the tokens so far, for every layer. Position p of a layer lies in
 * slot p % cap; a layer with a window may have fewer slots than there are positions. */
#ifndef INFER_KVCACHE_H
#define INFER_KVCACHE_H

#include "infer/hparams.h"

typedef struct KvLayer {
    float *k, *v; /* [nkv, cap, dh] */
    int cap;
} KvLayer;

/* Owner; zero is empty. */
typedef struct KvCache {
    int nl, nkv, dh, context;
    KvLayer *layer; /* [nl] */
} KvCache;

void kv_init(KvCache *c, const Hparams *hp, int context);
void kv_free(KvCache *c);
/* Makes room in one layer for positions pos..pos+nt-1; those before, as far as the window reaches,
 * stay. window 0: all of them. */
void kv_reserve(KvCache *c, int layer, int window, int pos, int nt);
/* The first position that is still there when `pos` have been written. */
int kv_first(const KvCache *c, int layer, int pos);
int64_t kv_bytes(const KvCache *c);

#endif
