/* token_report.c: see token/token_report.h. */
#include "token/token_report.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"

/* The piece as a terminated string without control over a terminal: ill-formed parts as U+FFFD. */
static void put_text(const Tokenizer *tok, int32_t id, Str *out)
{
    size_t n, i = 0;
    const char *s = tokenizer_piece(tok, id, &n);
    out->len = 0;
    str_puts(out, "");
    while (s && i < n) {
        bool ok;
        int length = utf8_step(s + i, (int64_t)(n - i), &ok);
        if (ok && s[i] != 0)
            str_add(out, s + i, (size_t)length);
        else
            str_puts(out, "\xef\xbf\xbd");
        i += (size_t)length;
    }
}

static void report_table(const Tokenizer *tok, const TokenIds *ids, Str *out)
{
    Str text = {0};
    str_puts(out, " index      id   start  length  text\n");
    for (int i = 0; i < ids->n; i++) {
        put_text(tok, ids->id[i], &text);
        str_addf(out, "%6d %7d %7d %7d  ", i, ids->id[i], ids->start[i], ids->len[i]);
        json_quote(out, text.s);
        str_putc(out, '\n');
    }
    str_free(&text);
}

static void report_json(const Tokenizer *tok, const TokenIds *ids, Str *out)
{
    JsonOut j;
    Str text = {0};
    jout_init(&j, out);
    jout_begin(&j, NULL, '{', false);
    jout_begin(&j, "tokens", '[', false);
    for (int i = 0; i < ids->n; i++) {
        put_text(tok, ids->id[i], &text);
        jout_begin(&j, NULL, '{', true);
        jout_int(&j, "id", ids->id[i]);
        jout_int(&j, "start", ids->start[i]);
        jout_int(&j, "length", ids->len[i]);
        jout_string(&j, "text", text.s);
        jout_end(&j, '}');
    }
    jout_end(&j, ']');
    jout_end(&j, '}');
    str_free(&text);
}

void token_report(const Tokenizer *tok, const TokenIds *ids, TokenForm form, Str *out)
{
    if (form == TOKEN_FORM_TABLE) {
        report_table(tok, ids, out);
    } else if (form == TOKEN_FORM_JSON) {
        report_json(tok, ids, out);
    } else {
        for (int i = 0; i < ids->n; i++) str_addf(out, i ? " %d" : "%d", ids->id[i]);
        str_putc(out, '\n');
    }
}

bool token_report_parse(const Tokenizer *tok, const char *text, TokenIds *ids, Err *err)
{
    static const char between[] = " \t\r\n,[]";
    ids->n = 0;
    for (const char *s = text + strspn(text, between); *s; s += strspn(s, between)) {
        char word[16];
        int64_t id;
        size_t n = strcspn(s, between);
        snprintf(word, sizeof word, "%.*s", (int)(n < 15 ? n : 15), s);
        if (!parse_int(word, 0, tokenizer_vocab(tok) - 1, &id))
            return err_set(err, "\"%.*s\" is no token id; they go from 0 to %d",
                           (int)(n < 40 ? n : 40), s, tokenizer_vocab(tok) - 1);
        token_ids_add(ids, (int32_t)id, 0, 0);
        s += n;
    }
    return true;
}
