/* fixture_lm.h: the small random models of tests/oracle/lm_oracle.py, made anew from their formula,
 * and a visitor that keeps what it sees. Included after cmocka.h. */
#ifndef TESTS_FIXTURE_LM_H
#define TESTS_FIXTURE_LM_H

#include "base/hash.h"
#include "base/json.h"
#include "fixture_model.h"
#include "infer/lm.h"

/* The top byte of SplitMix64 seeded by the name, -128..127, over 128 * 2^shift, plus offset. */
static inline float lm_formula(uint64_t seed, int64_t i, double shift, double offset)
{
    uint64_t z = seed + (uint64_t)(i + 1) * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    z ^= z >> 31;
    return (float)(offset + ((int)(z >> 56) - 128) / 128.0 * exp2(-shift));
}

/* Exact for the formula's numbers: eight bits of mantissa. */
static inline uint16_t lm_half(float x, bool bf16)
{
    uint32_t b;
    memcpy(&b, &x, sizeof b);
    if (bf16) return (uint16_t)(b >> 16);
    uint32_t sign = (b >> 16) & 0x8000, e = (b >> 23) & 0xff, m = (b >> 13) & 0x3ff;
    return (uint16_t)(e ? sign | ((e - 112) << 10) | m : sign);
}

static inline void lm_add_tensor(Str *header, Str *data, const Json *t)
{
    const char *name = json_string(json_get(t, "name")), *dtype = json_string(json_get(t, "dtype"));
    double shift = json_number(json_get(t, "shift"), 0),
           offset = json_number(json_get(t, "offset"), 0);
    int64_t n = 1;
    size_t from = data->len;
    str_addf(header, "%s\"%s\":{\"dtype\":\"%s\",\"shape\":[", header->len ? "," : "{", name,
             dtype);
    for (const Json *j = json_child(json_get(t, "shape")); j; j = json_next(j)) {
        str_addf(header, "%d%s", (int)json_number(j, 0), json_next(j) ? "," : "");
        n *= (int64_t)json_number(j, 0);
    }
    uint64_t seed = hash_fnv1a(name, strlen(name));
    for (int64_t i = 0; i < n; i++) {
        float x = lm_formula(seed, i, shift, offset);
        uint16_t h = lm_half(x, strcmp(dtype, "BF16") == 0);
        if (strcmp(dtype, "F32") == 0)
            str_add(data, &x, sizeof x);
        else
            str_add(data, &h, sizeof h);
    }
    str_addf(header, "],\"data_offsets\":[%zu,%zu]}", from, data->len);
}

/* Writes config.json and model.safetensors of a case. */
static inline void lm_write_case(const Json *c, const char *dir)
{
    Str header = {0}, data = {0}, out = {0};
    for (const Json *t = json_child(json_get(c, "tensors")); t; t = json_next(t))
        lm_add_tensor(&header, &data, t);
    str_putc(&header, '}');
    for (int i = 0; i < 8; i++) str_putc(&out, (char)((uint64_t)header.len >> (8 * i)));
    str_add(&out, header.s, header.len);
    str_add(&out, data.s, data.len);
    char *path = path_join(dir, "model.safetensors");
    write_bytes(path, out.s, out.len);
    write_text(dir, "config.json", json_string(json_get(c, "config")));
    free(path);
    str_free(&header);
    str_free(&data);
    str_free(&out);
}

/* A model in a scratch directory, running. */
typedef struct LmCase {
    char *dir;
    Model *m; /* allocated, because lm points to it */
    Lm *lm;
} LmCase;

static inline LmCase lm_open_case(const Json *c, const LmOpts *opts)
{
    LmCase k = {.dir = scratch_make(), .m = mem_alloc(1, sizeof *k.m)};
    Err err = {""};
    lm_write_case(c, k.dir);
    if (!model_open(k.m, k.dir, &err) || !lm_open(&k.lm, k.m, opts, &err))
        fail_msg("%s: %s", json_string(json_get(c, "title")), err.msg);
    return k;
}

static inline void lm_close_case(LmCase *k)
{
    lm_close(k->lm);
    model_close(k->m);
    free(k->m);
    scratch_remove(k->dir);
    free(k->dir);
}

/* The case whose title begins so; the whole list is *all, to be freed. */
static inline const Json *lm_find_case(Json **all, const char *title)
{
    Err err = {""};
    char *path = test_path(false, "tests/oracle/data/lm_cases.json");
    *all = path ? json_read(path, &err) : NULL;
    free(path);
    if (!*all) fail_msg("tests/oracle/data/lm_cases.json: %s", err.msg);
    for (const Json *c = json_child(*all); c; c = json_next(c))
        if (str_starts(json_string(json_get(c, "title")), title)) return c;
    fail_msg("no case %s", title);
    return NULL;
}

/* What was seen at one point of one layer, token by token. */
typedef struct Seen {
    HookPoint point;
    int layer;
    int heads, width, nt; /* of the last visit; nt: tokens in all */
    int from;             /* position of the first */
    Str v;                /* [nt, heads, width] f32 */
} Seen;

typedef struct Watch {
    Seen *seen; /* [n] */
    int n;
} Watch;

static inline void watch_visit(void *ud, const HookData *h)
{
    Watch *w = ud;
    for (int i = 0; i < w->n; i++) {
        Seen *s = &w->seen[i];
        if (s->point != h->point || s->layer != h->layer) continue;
        if (s->nt == 0) s->from = h->pos;
        if (h->pos != s->from + s->nt) fail_msg("tokens come out of order");
        s->heads = h->heads;
        s->width = h->width;
        s->nt += h->nt;
        for (int t = 0; t < h->nt; t++)
            for (int k = 0; k < h->heads; k++)
                str_add(&s->v, h->v + t * h->ld_token + k * h->ld_head,
                        (size_t)h->width * sizeof *h->v);
    }
}

static inline Hooks watch_hooks(Watch *w)
{
    Hooks hooks = {.visit = watch_visit, .ud = w};
    for (int i = 0; i < w->n; i++) hooks.mask |= HOOK_BIT(w->seen[i].point);
    return hooks;
}

static inline const float *seen_at(const Seen *s, int64_t i)
{
    return (const float *)(const void *)s->v.s + i;
}

static inline void watch_free(Watch *w)
{
    for (int i = 0; i < w->n; i++) {
        str_free(&w->seen[i].v);
        w->seen[i].nt = 0;
    }
}

#endif
