/* toknorm.c: see toknorm.h. Ill-formed bytes pass every step unchanged.
 *
 * Steps and their names are those of the tokenizers library that defined tokenizer.json.
 * Differences: normal forms work cluster by cluster (unicode_maps.h), and a Precompiled table
 * takes the longest match from each place, as SentencePiece does. */
#include "token/toknorm.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "token/unicode_maps.h"
#include "base/utf8.h"

void normalizer_free(Normalizer *norm)
{
    for (int i = 0; i < norm->n; i++) {
        free(norm->step[i].text);
        pattern_free(norm->step[i].pattern);
        charsmap_close(norm->step[i].map);
    }
    free(norm->step);
    *norm = (Normalizer){0};
}

NormStep *normalizer_add(Normalizer *norm, NormKind kind)
{
    NormStep *step = mem_push(&norm->step, &norm->n, &norm->cap, sizeof *norm->step);
    step->kind = kind;
    return step;
}

void normalizer_add_replace(Normalizer *norm, const char *what, const char *text)
{
    NormStep *step = normalizer_add(norm, NORM_REPLACE);
    step->pattern = pattern_literal(what, (int)strlen(what));
    step->text = mem_strdup(text);
    step->n = (int)strlen(text);
}

void normalizer_add_prepend(Normalizer *norm, const char *text)
{
    NormStep *step = normalizer_add(norm, NORM_PREPEND);
    step->text = mem_strdup(text);
    step->n = (int)strlen(text);
}

/* Bytes of t from `at` that are ASCII and not followed by a mark: unchanged in every form. */
static int plain_run(const TokText *t, int at)
{
    int i = at;
    while (i < t->n && (unsigned char)t->s[i] < 0x80) i++;
    return i < t->n && i > at ? i - at - 1 : i - at;
}

static void normal_form(UnicodeForm form, const TokText *t, TokText *out)
{
    Str made = {0};
    for (int i = 0; i < t->n;) {
        int n = plain_run(t, i);
        if (n == 0) {
            n = unicode_cluster(t->s + i, t->n - i);
            if (n > 0 && unicode_normalize(form, t->s + i, n, &made)) {
                toktext_put(out, made.s, (int)made.len, t->from[i], t->to[i + n - 1]);
                i += n;
                continue;
            }
            if (n == 0) n = 1;
        }
        toktext_copy(out, t, i, n);
        i += n;
    }
    str_free(&made);
}

/* Nmt's rule for one character (SentencePiece, builder.cc): -1 = drop. */
static int32_t nmt_map(int32_t c)
{
    if ((c >= 1 && c <= 8) || c == 0xb || (c >= 0xe && c <= 0x1f) || c == 0x7f || c == 0x8f ||
        c == 0x9f)
        return -1;
    if (c == 9 || c == 0xa || c == 0xc || c == 0xd || c == 0x1680 || (c >= 0x200b && c <= 0x200f) ||
        c == 0x2028 || c == 0x2029 || c == 0x2581 || c == 0xfeff || c == 0xfffd)
        return ' ';
    return c;
}

/* Steps that look at one character at a time. */
static void map_chars(NormKind kind, const TokText *t, TokText *out)
{
    for (int i = 0, n; i < t->n; i += n) {
        char bytes[8];
        int32_t to[2];
        n = utf8_length(t->s + i, t->n - i);
        int32_t c = n ? utf8_code(t->s + i, n) : -1;
        if (n == 0) n = 1;
        int count = c < 0 ? 0 : 1;
        to[0] = c;
        if (count && kind == NORM_LOWER) count = unicode_lower(c, to);
        if (count && kind == NORM_NMT) to[0] = nmt_map(c);
        if (count && kind == NORM_MARKS && unicode_is_mark(c)) to[0] = -1;
        if (count && to[0] < 0) continue;
        if (count <= 1 && to[0] == c) {
            toktext_copy(out, t, i, n);
            continue;
        }
        int length = utf8_put(bytes, to[0]);
        if (count == 2) length += utf8_put(bytes + length, to[1]);
        toktext_put(out, bytes, length, t->from[i], t->to[i + n - 1]);
    }
}

static void strip(const NormStep *step, const TokText *t, TokText *out)
{
    int from = 0, to = t->n;
    for (int n; step->left && (n = utf8_length(t->s + from, to - from)) > 0; from += n)
        if (!unicode_is_space(utf8_code(t->s + from, n))) break;
    while (step->right && to > from) {
        int at = to - 1;
        while (at > from && ((unsigned char)t->s[at] & 0xc0) == 0x80) at--;
        int n = utf8_length(t->s + at, to - at);
        if (n == 0 || at + n != to || !unicode_is_space(utf8_code(t->s + at, n))) break;
        to = at;
    }
    toktext_copy(out, t, from, to - from);
}

static void squeeze(const TokText *t, TokText *out)
{
    int end = t->n;
    while (end > 0 && t->s[end - 1] == ' ') end--;
    bool space = true;
    for (int i = 0; i < end; i++) {
        if (t->s[i] != ' ' || !space) toktext_copy(out, t, i, 1);
        space = t->s[i] == ' ';
    }
}

static bool replace(const NormStep *step, const TokText *t, TokText *out, PatternScratch *scratch,
                    Err *err)
{
    int at = 0, from, to;
    pattern_new_text(scratch);
    while (at < t->n) {
        if (!pattern_next(step->pattern, scratch, t->s, t->n, at, &from, &to, err)) return false;
        if (from < 0) break;
        toktext_copy(out, t, at, from - at);
        toktext_put(out, step->text, step->n, t->from[from], t->to[to - 1]);
        at = to;
    }
    toktext_copy(out, t, at, t->n - at);
    return true;
}

static void map_sequences(const Charsmap *map, const TokText *t, TokText *out)
{
    for (int i = 0; i < t->n;) {
        const char *to = NULL;
        int nto = 0, n = charsmap_find(map, t->s + i, t->n - i, &to, &nto);
        if (n > 0) {
            toktext_put(out, to, nto, t->from[i], t->to[i + n - 1]);
        } else {
            n = utf8_length(t->s + i, t->n - i);
            if (n == 0) n = 1;
            toktext_copy(out, t, i, n);
        }
        i += n;
    }
}

static bool apply_step(const NormStep *step, const TokText *t, TokText *out,
                       PatternScratch *scratch, Err *err)
{
    switch (step->kind) {
    case NORM_NFC:
    case NORM_NFD:
    case NORM_NFKC:
    case NORM_NFKD: normal_form((UnicodeForm)step->kind, t, out); break;
    case NORM_LOWER:
    case NORM_MARKS:
    case NORM_NMT: map_chars(step->kind, t, out); break;
    case NORM_STRIP: strip(step, t, out); break;
    case NORM_SQUEEZE: squeeze(t, out); break;
    case NORM_PREPEND:
        if (t->n > 0) toktext_put(out, step->text, step->n, t->from[0], t->from[0]);
        toktext_copy(out, t, 0, t->n);
        break;
    case NORM_REPLACE:
        if (!replace(step, t, out, scratch, err)) return false;
        break;
    case NORM_CHARSMAP: map_sequences(step->map, t, out); break;
    }
    return toktext_check(out, err);
}

bool normalizer_apply(const Normalizer *norm, TokText *text, TokText *spare,
                      PatternScratch *scratch, Err *err)
{
    for (int i = 0; i < norm->n; i++) {
        toktext_clear(spare);
        if (!apply_step(&norm->step[i], text, spare, scratch, err)) return false;
        TokText done = *spare;
        *spare = *text;
        *text = done;
    }
    return true;
}
