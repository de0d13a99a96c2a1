/* tokvocab.c: see tokvocab.h. Open addressing, linear probing, at most half full. */
#include "token/tokvocab.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

void tokvocab_free(TokVocab *v)
{
    str_free(&v->block);
    free(v->entry);
    free(v->slot);
    *v = (TokVocab){0};
}

static uint32_t text_hash(const char *s, size_t n)
{
    uint64_t h = hash_fnv1a(s, n);
    return (uint32_t)(h ^ h >> 32);
}

static void slots_put(TokVocab *v, uint32_t hash, int32_t id)
{
    uint32_t i = hash & v->mask;
    while (v->slot[i].id) i = (i + 1) & v->mask;
    v->slot[i] = (TokSlot){hash, id + 1};
}

static void slots_grow(TokVocab *v)
{
    TokSlot *old = v->slot;
    uint32_t n = old ? v->mask + 1 : 0;
    v->mask = n ? 2 * n - 1 : 1023;
    v->slot = mem_alloc((int64_t)v->mask + 1, sizeof *v->slot);
    for (uint32_t i = 0; i < n; i++)
        if (old[i].id) slots_put(v, old[i].hash, old[i].id - 1);
    free(old);
}

int32_t tokvocab_find(const TokVocab *v, const char *s, size_t n)
{
    if (!v->slot) return -1;
    uint32_t hash = text_hash(s, n);
    for (uint32_t i = hash & v->mask; v->slot[i].id; i = (i + 1) & v->mask) {
        if (v->slot[i].hash != hash) continue;
        const TokEntry *e = &v->entry[v->slot[i].id - 1];
        if (e->len == n && memcmp(v->block.s + e->at, s, n) == 0) return v->slot[i].id - 1;
    }
    return -1;
}

void tokvocab_find_many(const TokVocab *v, const StrView *text, int n, int32_t *id)
{
    TokSlot slot[TOKVOCAB_BATCH];
    TokEntry entry[TOKVOCAB_BATCH];
    for (int i = 0; i < n; i++) {
        uint32_t hash = text_hash(text[i].s, text[i].n);
        slot[i] = v->slot ? v->slot[hash & v->mask] : (TokSlot){0};
        if (slot[i].hash != hash) slot[i].id = 0;
    }
    for (int i = 0; i < n; i++) entry[i] = slot[i].id ? v->entry[slot[i].id - 1] : (TokEntry){0};
    for (int i = 0; i < n; i++) {
        bool hit = slot[i].id && entry[i].len == text[i].n &&
                   memcmp(v->block.s + entry[i].at, text[i].s, text[i].n) == 0;
        id[i] = hit ? slot[i].id - 1 : tokvocab_find(v, text[i].s, text[i].n);
    }
}

StrView tokvocab_text(const TokVocab *v, int32_t id)
{
    if (id < 0 || id >= v->n || v->entry[id].at == UINT32_MAX) return (StrView){0};
    return (StrView){v->block.s + v->entry[id].at, v->entry[id].len};
}

static void entries_reach(TokVocab *v, int id)
{
    if (id >= v->cap) {
        v->cap = id + 1 > 2 * v->cap ? id + 1 : 2 * v->cap;
        v->entry = mem_resize(v->entry, v->cap, sizeof *v->entry);
    }
    for (; v->n <= id; v->n++) v->entry[v->n] = (TokEntry){.at = UINT32_MAX};
}

bool tokvocab_add(TokVocab *v, StrView text, int64_t id, Err *err)
{
    int shown = text.n < 40 ? (int)text.n : 40;
    if (id < 0 || id >= TOKVOCAB_MAX_IDS)
        return err_set(err, "token \"%.*s\" has id %lld; ids go from 0 to %d", shown, text.s,
                       (long long)id, TOKVOCAB_MAX_IDS - 1);
    if (text.n > TOKVOCAB_MAX_TEXT)
        return err_set(err, "token %lld has %lld bytes; at most %d are supported", (long long)id,
                       (long long)text.n, TOKVOCAB_MAX_TEXT);
    if (v->block.len > UINT32_MAX - 2 * TOKVOCAB_MAX_TEXT)
        return err_set(err, "the vocabulary's texts take more than 4 GB");
    int32_t other = tokvocab_find(v, text.s, text.n);
    if (other >= 0)
        return err_set(err, "token \"%.*s\" has two ids, %d and %lld", shown, text.s, (int)other,
                       (long long)id);
    entries_reach(v, (int)id);
    StrView taken = tokvocab_text(v, (int32_t)id);
    if (taken.s)
        return err_set(err, "id %lld is given to two tokens, \"%.*s\" and \"%.*s\"", (long long)id,
                       taken.n < 40 ? (int)taken.n : 40, taken.s, shown, text.s);
    v->entry[id] = (TokEntry){(uint32_t)v->block.len, (uint32_t)text.n};
    str_add(&v->block, text.s, text.n);
    if (!v->slot || (uint32_t)v->count >= v->mask / 2) slots_grow(v);
    slots_put(v, text_hash(text.s, text.n), (int32_t)id);
    v->count++;
    return true;
}

bool tokvocab_check(const TokVocab *v, Err *err)
{
    if (v->count == 0) return err_set(err, "the vocabulary is empty");
    if (v->n <= 2 * v->count + TOKVOCAB_MAX_GAP) return true;
    return err_set(err, "%d tokens have ids up to %d: the file is damaged", v->count, v->n - 1);
}
