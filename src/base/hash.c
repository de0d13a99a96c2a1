/* hash.c: see base/hash.h. The map is open addressing with linear probing, at most 2/3 full. */
#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

uint64_t hash_fnv1a_on(uint64_t before, const void *bytes, size_t n)
{
    const uint8_t *b = bytes;
    uint64_t h = before;
    for (size_t i = 0; i < n; i++) h = (h ^ b[i]) * 0x100000001b3u;
    return h;
}

uint64_t hash_fnv1a(const void *bytes, size_t n)
{
    return hash_fnv1a_on(HASH_NONE, bytes, n);
}

static const uint32_t SHA_K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t ror(uint32_t x, int n)
{
    return x >> n | x << (32 - n);
}

static void sha256_block(Sha256 *s, const uint8_t *p)
{
    uint32_t w[64], v[8];
    for (int i = 0; i < 16; i++) w[i] = load_be32(p + 4 * i);
    for (int i = 16; i < 64; i++) {
        uint32_t a = ror(w[i - 15], 7) ^ ror(w[i - 15], 18) ^ w[i - 15] >> 3;
        uint32_t b = ror(w[i - 2], 17) ^ ror(w[i - 2], 19) ^ w[i - 2] >> 10;
        w[i] = w[i - 16] + a + w[i - 7] + b;
    }
    memcpy(v, s->h, sizeof v);
    for (int i = 0; i < 64; i++) {
        uint32_t e = ror(v[4], 6) ^ ror(v[4], 11) ^ ror(v[4], 25);
        uint32_t t1 = v[7] + e + ((v[4] & v[5]) ^ (~v[4] & v[6])) + SHA_K[i] + w[i];
        uint32_t a = ror(v[0], 2) ^ ror(v[0], 13) ^ ror(v[0], 22);
        uint32_t t2 = a + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof v[0]);
        v[4] += t1;
        v[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++) s->h[i] += v[i];
}

void sha256_init(Sha256 *s)
{
    *s = (Sha256){.h = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
                        0x1f83d9ab, 0x5be0cd19}};
}

void sha256_add(Sha256 *s, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    size_t fill = s->length % 64;
    s->length += n;
    while (n > 0) {
        size_t take = 64 - fill < n ? 64 - fill : n;
        memcpy(s->block + fill, p, take);
        fill += take, p += take, n -= take;
        if (fill == 64) {
            sha256_block(s, s->block);
            fill = 0;
        }
    }
}

void sha256_end(Sha256 *s, uint8_t out[32])
{
    uint64_t bits = s->length * 8;
    uint8_t tail[8];
    sha256_add(s, "\x80", 1);
    while (s->length % 64 != 56) sha256_add(s, "", 1);
    for (int i = 0; i < 8; i++) tail[i] = (uint8_t)(bits >> (56 - 8 * i));
    sha256_add(s, tail, 8);
    for (int i = 0; i < 32; i++) out[i] = (uint8_t)(s->h[i / 4] >> (24 - 8 * (i % 4)));
}

static int64_t strmap_slot(const StrMap *map, const char *key)
{
    int64_t i = (int64_t)(hash_fnv1a(key, strlen(key)) & (uint64_t)(map->cap - 1));
    while (map->key[i] && strcmp(map->key[i], key) != 0) i = (i + 1) & (map->cap - 1);
    return i;
}

static void strmap_grow(StrMap *map)
{
    StrMap big = {.count = map->count, .cap = map->cap ? map->cap * 2 : 64};
    big.key = mem_alloc(big.cap, sizeof *big.key);
    big.value = mem_alloc(big.cap, sizeof *big.value);
    for (int64_t i = 0; i < map->cap; i++) {
        if (!map->key[i]) continue;
        int64_t slot = strmap_slot(&big, map->key[i]);
        big.key[slot] = map->key[i];
        big.value[slot] = map->value[i];
    }
    free(map->key);
    free(map->value);
    *map = big;
}

bool strmap_add(StrMap *map, const char *key, int64_t value)
{
    if (3 * (map->count + 1) > 2 * map->cap) strmap_grow(map);
    int64_t slot = strmap_slot(map, key);
    if (map->key[slot]) return false;
    map->key[slot] = mem_strdup(key);
    map->value[slot] = value;
    map->count++;
    return true;
}

int64_t strmap_get(const StrMap *map, const char *key)
{
    if (!map->cap) return -1;
    int64_t slot = strmap_slot(map, key);
    return map->key[slot] ? map->value[slot] : -1;
}

void strmap_free(StrMap *map)
{
    for (int64_t i = 0; i < map->cap; i++) free(map->key[i]);
    free(map->key);
    free(map->value);
    *map = (StrMap){0};
}
