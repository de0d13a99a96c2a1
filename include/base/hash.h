/* hash.h: FNV-1a for tables, SHA-256 for fingerprints, and a map from strings to integers. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

uint64_t hash_fnv1a(const void *bytes, size_t n);
/* The same over bytes that come in parts; before: the hash of those before, HASH_NONE = none. */
#define HASH_NONE UINT64_C(0xcbf29ce484222325)
uint64_t hash_fnv1a_on(uint64_t before, const void *bytes, size_t n);

typedef struct Sha256 {
    uint32_t h[8];
    uint64_t length; /* bytes */
    uint8_t block[64];
} Sha256;

/* FIPS 180-4. */
void sha256_init(Sha256 *s);
void sha256_add(Sha256 *s, const void *bytes, size_t n);
void sha256_end(Sha256 *s, uint8_t out[32]);

/* Strings to integers; the keys are copied. Zero is an empty map. */
typedef struct StrMap {
    char **key;
    int64_t *value;
    int64_t count, cap;
} StrMap;

/* True when the key is new; otherwise nothing changes. */
bool strmap_add(StrMap *map, const char *key, int64_t value);
/* The value, or -1. */
int64_t strmap_get(const StrMap *map, const char *key);
void strmap_free(StrMap *map);

#endif
