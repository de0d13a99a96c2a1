/* bench_tokenizer.c: how long tokenizers take to open, and how many megabytes of text they read.
 *
 * Usage: bench_tokenizer TEXT TOKENIZER...
 *
 * Every figure is the best of several runs in one process: opening (the files are in the page
 * cache), encoding the text, decoding its ids, and encoding one megabyte without a space. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "token/tokenizer.h"

enum { RUNS = 5, LONG = 1000000 };

static int fail(const Err *err)
{
    fprintf(stderr, "bench_tokenizer: %s\n", err->msg);
    return 2;
}

/* MB/s of encoding text, best of RUNS; negative on failure. */
static double encode_rate(const Tokenizer *tok, const char *text, size_t n, TokenIds *ids, Err *err)
{
    double best = 1e9;
    for (int i = 0; i < RUNS; i++) {
        double start = clock_seconds();
        if (!tokenizer_encode(tok, text, n, 0, ids, err)) return -1;
        double took = clock_seconds() - start;
        if (took < best) best = took;
    }
    return (double)n / best / 1e6;
}

static double decode_rate(const Tokenizer *tok, const TokenIds *ids)
{
    double best = 1e9;
    size_t n = 0;
    for (int i = 0; i < RUNS; i++) {
        Str out = {0};
        double start = clock_seconds();
        tokenizer_decode(tok, ids->id, ids->n, DECODE_SPECIAL, &out);
        double took = clock_seconds() - start;
        if (took < best) best = took;
        n = out.len;
        str_free(&out);
    }
    return (double)n / best / 1e6;
}

static bool bench(const char *path, const FileMap *text, const char *word, Err *err)
{
    double opened = 1e9;
    Tokenizer *tok = NULL;
    TokenIds ids = {0};
    for (int i = 0; i < RUNS; i++) {
        tokenizer_close(tok);
        double start = clock_seconds();
        if (!tokenizer_open(&tok, path, err)) return false;
        double took = clock_seconds() - start;
        if (took < opened) opened = took;
    }
    double one = encode_rate(tok, word, LONG, &ids, err);
    double rate = encode_rate(tok, (const char *)text->data, (size_t)text->size, &ids, err);
    double back = decode_rate(tok, &ids);
    printf("%-40s %8d %9.2f %9.1f %9.1f %9.1f %7.2f\n", path, tokenizer_vocab(tok), 1e3 * opened,
           rate, one, back, (double)text->size / ids.n);
    tokenizer_close(tok);
    token_ids_free(&ids);
    return rate > 0 && one > 0;
}

int main(int argc, char **argv)
{
    Err err = {""};
    FileMap text;
    if (argc < 3) {
        fprintf(stderr, "usage: bench_tokenizer TEXT TOKENIZER...\n");
        return 1;
    }
    if (!file_map_open(&text, argv[1], &err)) return fail(&err);
    char *word = mem_alloc(LONG, 1);
    for (int i = 0; i < LONG; i++) word[i] = (char)('a' + i % 1009 * 7919 % 26 % 5);
    printf("%-40s %8s %9s %9s %9s %9s %7s\n", "tokenizer", "ids", "open ms", "MB/s", "one word",
           "decode", "bytes/t");
    for (int i = 2; i < argc; i++)
        if (!bench(argv[i], &text, word, &err)) return fail(&err);
    file_map_close(&text);
    free(word);
    return 0;
}
