/* charsmap.c: see charsmap.h.
 *
 * Layout (SentencePiece, normalizer.cc): u32 size of the trie in bytes; the trie, a Darts-clone
 * double array of u32 units; then the replacements, each with a 0 byte at its end. In a unit, bit 8
 * says that a value hangs below, bits 10.. are the offset (shifted by 8 more if bit 9 is set), and
 * bit 31 with bits 0..7 are the label. A value is an offset into the replacements. */
#include "token/charsmap.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

struct Charsmap {
    uint32_t *unit; /* [nunits] */
    size_t nunits;
    char *text; /* [ntext], last byte 0 */
    size_t ntext;
};

Charsmap *charsmap_open(const void *bytes, size_t n, Err *err)
{
    const char *p = bytes;
    size_t trie = n >= 4 ? load_le32(p) : 0;
    if (n < 9 || trie < 4 || trie % 4 || trie > n - 5 || p[n - 1] != 0) {
        err_set(err, "the precompiled character map of %lld bytes is damaged", (long long)n);
        return NULL;
    }
    Charsmap *map = mem_alloc(1, sizeof *map);
    map->nunits = trie / 4;
    map->unit = mem_alloc((int64_t)map->nunits, sizeof *map->unit);
    for (size_t i = 0; i < map->nunits; i++) map->unit[i] = load_le32(p + 4 + 4 * i);
    map->ntext = n - 4 - trie;
    map->text = mem_alloc((int64_t)map->ntext, 1);
    memcpy(map->text, p + 4 + trie, map->ntext);
    return map;
}

static int base64_digit(char c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

Charsmap *charsmap_open_base64(const char *text, Err *err)
{
    Str bytes = {0};
    uint32_t bits = 0;
    int have = 0;
    const char *p = text;
    for (int digit; (digit = base64_digit(*p)) >= 0; p++) {
        bits = bits << 6 | (uint32_t)digit;
        have += 6;
        if (have < 8) continue;
        have -= 8;
        str_putc(&bytes, (char)(bits >> have & 0xff));
    }
    Charsmap *map = NULL;
    if (p[strspn(p, "=")] == 0)
        map = charsmap_open(str_text(&bytes), bytes.len, err);
    else
        err_set(err, "the precompiled character map is no base64 at byte %lld",
                (long long)(p - text));
    str_free(&bytes);
    return map;
}

void charsmap_close(Charsmap *map)
{
    if (!map) return;
    free(map->unit);
    free(map->text);
    free(map);
}

static uint32_t unit_offset(uint32_t unit)
{
    return (unit >> 10) << ((unit & (1u << 9)) >> 6);
}

int charsmap_find(const Charsmap *map, const char *s, int n, const char **to, int *nto)
{
    int best = 0;
    uint32_t pos = unit_offset(map->unit[0]);
    for (int i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];
        pos ^= c;
        if (pos >= map->nunits || (map->unit[pos] & (1u << 31 | 0xff)) != c) break;
        uint32_t unit = map->unit[pos];
        pos ^= unit_offset(unit);
        if (!(unit >> 8 & 1) || pos >= map->nunits) continue;
        uint32_t value = map->unit[pos] & 0x7fffffff;
        if (value >= map->ntext) continue;
        best = i + 1;
        *to = map->text + value;
        *nto = (int)strlen(*to);
    }
    return best;
}
