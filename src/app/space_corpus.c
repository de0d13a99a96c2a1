/* space_corpus.c: see space_corpus.h. One line is in memory at a time, and the file's mapping. */
#include "space_corpus.h"

#include <string.h>

#include "base/utf8.h"

enum { LONGEST = 1 << 20 }; /* bytes of a sentence */

/* The next line that is not blank, without white space at its ends; false at the end. */
static bool next_line(CorpusFile *c, const char **line, size_t *len)
{
    while (c->at < c->map.size) {
        const char *s = (const char *)c->map.data + c->at;
        const char *end = memchr(s, '\n', (size_t)(c->map.size - c->at));
        size_t n = end ? (size_t)(end - s) : (size_t)(c->map.size - c->at);
        c->at += (int64_t)n + (end != NULL);
        c->line++;
        while (n > 0 && strchr(" \t\r", s[n - 1])) n--;
        while (n > 0 && strchr(" \t", *s)) s++, n--;
        *line = s;
        *len = n;
        if (n > 0) return true;
    }
    return false;
}

static void begin(CorpusFile *c)
{
    static const char mark[] = "\xef\xbb\xbf"; /* byte order */
    c->line = 0;
    c->at = c->map.size >= 3 && memcmp(c->map.data, mark, 3) == 0 ? 3 : 0;
}

static bool check_line(const CorpusFile *c, const char *line, size_t len, Err *err)
{
    if (len > LONGEST)
        return err_set(err, "line %d: a sentence of %zu bytes; at most %d", c->line, len, LONGEST);
    if (!utf8_valid(line, (int64_t)len) || memchr(line, '\0', len))
        return err_set(err, "line %d is not UTF-8 text (convert it with iconv)", c->line);
    return true;
}

bool corpus_open(CorpusFile *c, const char *path, int limit, const Tokenizer *tok, int64_t vocab,
                 Err *err)
{
    const char *line;
    size_t len;
    *c = (CorpusFile){.tok = tok, .vocab = vocab < INT32_MAX ? (int32_t)vocab : INT32_MAX};
    if (!file_map_open(&c->map, path, err)) return false;
    begin(c);
    bool ok = true;
    while (ok && (limit == 0 || c->n < limit) && next_line(c, &line, &len)) {
        ok = check_line(c, line, len, err) || err_wrap(err, "%s", path);
        c->n++;
    }
    if (ok && c->n == 0) ok = err_set(err, "%s: no sentences in it: one a line", path);
    if (!ok) corpus_close(c);
    return ok;
}

void corpus_close(CorpusFile *c)
{
    file_map_close(&c->map);
    token_ids_free(&c->ids);
    space_words_free(&c->words);
    *c = (CorpusFile){0};
}

bool corpus_text(void *ud, int i, SpaceText *out, Err *err)
{
    CorpusFile *c = ud;
    const char *line = "";
    size_t len = 0;
    if (i == 0) begin(c);
    if (!next_line(c, &line, &len)) return err_set(err, "the corpus has no sentence %d", i);
    if (!tokenizer_encode(c->tok, line, len, TOKENIZE_EDGES, &c->ids, err))
        return err_wrap(err, "line %d", c->line);
    for (int t = 0; t < c->ids.n; t++)
        if (c->ids.id[t] >= c->vocab)
            return err_set(err, "line %d: the tokenizer gives id %d, the model knows %d tokens",
                           c->line, c->ids.id[t], c->vocab);
    if (c->ids.n == 0) return err_set(err, "line %d: no token stands for it", c->line);
    space_words_find(&c->words, line, len, &c->ids);
    *out = (SpaceText){.ids = c->ids.id, .n = c->ids.n, .bos = tokenizer_bos(c->tok),
                       .word = c->words.span, .nwords = c->words.n};
    return true;
}
