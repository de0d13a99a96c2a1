/* unicode_maps.c: see unicode_maps.h. The only file that includes utf8proc.h.
 *
 * Normal forms are taken cluster by cluster, so that offsets stay fine: no canonical composition
 * reaches across a grapheme cluster boundary (the second parts of all primary composites are
 * Extend, SpacingMark, or Hangul V and T). utf8proc orders marks by exchanging neighbours:
 * clusters are cut at 512 bytes so that a prompt of nothing but marks does not take quadratic
 * time. */
#include "token/unicode_maps.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/utf8.h"

enum { CLUSTER_MAX = 512, HANGUL_FIRST = 0xac00, HANGUL_LAST = 0xd7a3 };

bool unicode_is_space(int32_t c)
{
    if ((c >= 9 && c <= 13) || c == ' ' || c == 0x85) return true;
    if (c < 0xa0) return false;
    utf8proc_category_t cat = utf8proc_category(c);
    return cat == UTF8PROC_CATEGORY_ZS || cat == UTF8PROC_CATEGORY_ZL ||
           cat == UTF8PROC_CATEGORY_ZP;
}

bool unicode_is_word(int32_t c)
{
    utf8proc_category_t cat = utf8proc_category(c);
    return (cat >= UTF8PROC_CATEGORY_LU && cat <= UTF8PROC_CATEGORY_NL) ||
           cat == UTF8PROC_CATEGORY_PC;
}

bool unicode_is_mark(int32_t c)
{
    utf8proc_category_t cat = utf8proc_category(c);
    return cat >= UTF8PROC_CATEGORY_MN && cat <= UTF8PROC_CATEGORY_ME;
}

int unicode_lower(int32_t c, int32_t out[2])
{
    out[0] = c == 0x130 ? 'i' : utf8proc_tolower(c);
    out[1] = 0x307; /* SpecialCasing: I with dot above is the one whose lower case is two */
    return c == 0x130 ? 2 : 1;
}

int unicode_cluster(const char *s, int n)
{
    int at = utf8_length(s, n);
    if (at == 0) return 0;
    int32_t last = utf8_code(s, at), state = 0;
    for (int length; at < CLUSTER_MAX && (length = utf8_length(s + at, n - at)) > 0; at += length) {
        int32_t c = utf8_code(s + at, length);
        if (utf8proc_grapheme_break_stateful(last, c, &state)) break;
        last = c;
    }
    return at;
}

/* True when a character is its own normal form whatever the form. */
static bool is_plain(int32_t c)
{
    return !(c >= HANGUL_FIRST && c <= HANGUL_LAST) &&
           utf8proc_get_property(c)->decomp_seqindex == UINT16_MAX;
}

bool unicode_normalize(UnicodeForm form, const char *s, int n, Str *out)
{
    int options = UTF8PROC_STABLE;
    options |= form == UNICODE_NFC || form == UNICODE_NFKC ? UTF8PROC_COMPOSE : UTF8PROC_DECOMPOSE;
    if (form == UNICODE_NFKC || form == UNICODE_NFKD) options |= UTF8PROC_COMPAT;
    if (utf8_length(s, n) == n && is_plain(utf8_code(s, n))) return false;
    utf8proc_uint8_t *made = NULL;
    utf8proc_ssize_t length =
        utf8proc_map((const utf8proc_uint8_t *)s, n, &made, (utf8proc_option_t)options);
    if (length < 0) return false;
    bool changed = length != n || memcmp(made, s, (size_t)n) != 0;
    out->len = 0;
    if (changed) str_add(out, made, (size_t)length);
    free(made);
    return changed;
}
