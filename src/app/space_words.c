/* space_words.c: see app/space_words.h. */
#include "app/space_words.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

typedef enum CharKind { CHAR_SPACE, CHAR_MARK, CHAR_LETTER, CHAR_IDEOGRAPH } CharKind;

typedef struct CharRange {
    int32_t lo, hi;
    CharKind kind;
} CharRange;

/* Everything else above ASCII is a letter. */
static const CharRange RANGES[] = {
    {0x85, 0x85, CHAR_SPACE},         {0xa0, 0xa0, CHAR_SPACE},
    {0xa1, 0xa9, CHAR_MARK},          {0xab, 0xb1, CHAR_MARK},
    {0xb4, 0xb4, CHAR_MARK},          {0xb6, 0xb8, CHAR_MARK},
    {0xbb, 0xbb, CHAR_MARK},          {0xbf, 0xbf, CHAR_MARK},
    {0xd7, 0xd7, CHAR_MARK},          {0xf7, 0xf7, CHAR_MARK},
    {0x37e, 0x37e, CHAR_MARK},        {0x387, 0x387, CHAR_MARK},
    {0x55a, 0x55f, CHAR_MARK},        {0x589, 0x58a, CHAR_MARK},
    {0x5be, 0x5be, CHAR_MARK},        {0x60c, 0x60c, CHAR_MARK},
    {0x61b, 0x61f, CHAR_MARK},        {0x66a, 0x66d, CHAR_MARK},
    {0x6d4, 0x6d4, CHAR_MARK},        {0x964, 0x965, CHAR_MARK},
    {0x1680, 0x1680, CHAR_SPACE},     {0x2000, 0x200a, CHAR_SPACE},
    {0x2010, 0x2027, CHAR_MARK},      {0x2028, 0x2029, CHAR_SPACE},
    {0x202f, 0x202f, CHAR_SPACE},     {0x2030, 0x205e, CHAR_MARK},
    {0x205f, 0x205f, CHAR_SPACE},     {0x2190, 0x23ff, CHAR_MARK},
    {0x3000, 0x3000, CHAR_SPACE},     {0x3001, 0x3003, CHAR_MARK},
    {0x3008, 0x3020, CHAR_MARK},      {0x3040, 0x30fa, CHAR_IDEOGRAPH},
    {0x30fb, 0x30fb, CHAR_MARK},      {0x30fc, 0x30ff, CHAR_IDEOGRAPH},
    {0x3400, 0x4dbf, CHAR_IDEOGRAPH}, {0x4e00, 0x9fff, CHAR_IDEOGRAPH},
    {0xf900, 0xfaff, CHAR_IDEOGRAPH}, {0xff01, 0xff0f, CHAR_MARK},
    {0xff1a, 0xff20, CHAR_MARK},      {0xff3b, 0xff40, CHAR_MARK},
    {0xff5b, 0xff65, CHAR_MARK},      {0x20000, 0x3ffff, CHAR_IDEOGRAPH},
};

static CharKind kind_of(int32_t c)
{
    if (c <= ' ') return CHAR_SPACE;
    if (c < 0x80) {
        bool letter = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        return letter ? CHAR_LETTER : CHAR_MARK;
    }
    for (size_t i = 0; i < sizeof RANGES / sizeof *RANGES; i++)
        if (c >= RANGES[i].lo && c <= RANGES[i].hi) return RANGES[i].kind;
    return CHAR_LETTER;
}

void space_words_free(SpaceWords *w)
{
    for (int i = 0; i < w->n; i++)
        if (w->label) free(w->label[i]);
    free(w->word);
    free(w->span);
    free(w->label);
    *w = (SpaceWords){0};
}

/* What the text is read with: the word that is open, and whether it has a letter yet. */
typedef struct WordReader {
    SpaceWords *w;
    SpaceWord now;
    bool open, letters, ideograph;
} WordReader;

static void close_word(WordReader *r)
{
    if (!r->open) return;
    r->open = false;
    SpaceWord *last = r->w->n ? &r->w->word[r->w->n - 1] : NULL;
    if (!r->letters && last) { /* marks alone */
        last->end = r->now.end;
        last->end_char = r->now.end_char;
        return;
    }
    SpaceWord *new = mem_push(&r->w->word, &r->w->n, &r->w->cap, sizeof *new);
    *new = r->now;
}

static void read_char(WordReader *r, CharKind kind, SpaceWord place)
{
    bool letter = kind == CHAR_LETTER || kind == CHAR_IDEOGRAPH;
    if (kind == CHAR_SPACE) {
        if (r->letters || r->w->n) close_word(r); /* leading marks wait for their word */
        return;
    }
    if (letter && r->open && r->letters && (kind == CHAR_IDEOGRAPH || r->ideograph)) close_word(r);
    if (!r->open) {
        r->now = place;
        r->open = true;
        r->letters = r->ideograph = false;
    }
    r->now.end = place.end;
    r->now.end_char = place.end_char;
    r->letters |= letter;
    r->ideograph |= kind == CHAR_IDEOGRAPH;
}

static void read_words(SpaceWords *w, const char *text, size_t len)
{
    WordReader r = {.w = w};
    int32_t at = 0, chars = 0;
    while (at < (int32_t)len) {
        bool ok;
        int n = utf8_step(text + at, (int64_t)len - at, &ok);
        CharKind kind = ok ? kind_of(utf8_code(text + at, n)) : CHAR_MARK;
        read_char(&r, kind, (SpaceWord){at, at + n, chars, chars + 1});
        at += n;
        chars++;
    }
    close_word(&r);
}

static SpaceSpan tokens_of(const TokenIds *ids, SpaceWord w)
{
    SpaceSpan span = {0, 0};
    for (int t = 0; t < ids->n; t++) {
        if (ids->len[t] == 0 || ids->start[t] >= w.end || ids->start[t] + ids->len[t] <= w.start)
            continue;
        if (span.end == 0) span.from = t;
        span.end = t + 1;
    }
    return span;
}

/* Words that have no token of their own join the word before, the first ones the word after. */
static void join_tokens(SpaceWords *w, const TokenIds *ids)
{
    int n = 0;
    SpaceWord orphan = {-1, 0, 0, 0};
    for (int i = 0; i < w->n; i++) {
        SpaceWord x = w->word[i];
        SpaceSpan span = tokens_of(ids, x);
        if (span.end == 0 && n > 0) {
            w->word[n - 1].end = x.end;
            w->word[n - 1].end_char = x.end_char;
        } else if (span.end == 0) {
            if (orphan.start < 0) orphan = x;
        } else {
            if (orphan.start >= 0) x.start = orphan.start, x.start_char = orphan.start_char;
            orphan.start = -1;
            w->word[n] = x;
            w->span[n++] = span;
        }
    }
    w->n = n;
}

void space_words_find(SpaceWords *w, const char *text, size_t len, const TokenIds *ids)
{
    space_words_free(w);
    read_words(w, text, len);
    w->span = mem_alloc(w->n, sizeof *w->span);
    join_tokens(w, ids);
    w->label = mem_alloc(w->n, sizeof *w->label);
    for (int i = 0; i < w->n; i++)
        w->label[i] =
            mem_strndup(text + w->word[i].start, (size_t)(w->word[i].end - w->word[i].start));
}
