/* text_input.c: see app/text_input.h. */
#include "app/text_input.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/utf8.h"

const char *text_input_name(const TextInput *in)
{
    if (in->text) return "the text of -p";
    return in->file && strcmp(in->file, "-") != 0 ? in->file : "standard input";
}

bool text_input_check(const TextInput *in, Err *err)
{
    if (in->text && in->file) return err_set(err, "--prompt and --file exclude each other");
    if (in->system && !in->chat) return err_set(err, "--system needs --chat");
    if (!in->text && !in->file && isatty(STDIN_FILENO))
        return err_set(err, "no text: give one with -p TEXT, -f FILE or through a pipe");
    return true;
}

static bool read_stream(FILE *f, Str *out, Err *err)
{
    char buf[1 << 16];
    size_t n;
    while ((n = fread(buf, 1, sizeof buf, f)) > 0) {
        str_add(out, buf, n);
        if (out->len > TOKENIZER_MAX_TEXT)
            return err_set(err, "more than %d MiB of text", TOKENIZER_MAX_TEXT >> 20);
    }
    return !ferror(f) || err_set(err, "cannot read: %s", strerror(errno));
}

static bool read_file(const TextInput *in, Str *out, Err *err)
{
    bool own = in->file && strcmp(in->file, "-") != 0;
    FILE *f = own ? fopen(in->file, "rb") : stdin;
    if (!f) return err_set(err, "cannot open: %s", strerror(errno));
    bool ok = read_stream(f, out, err);
    if (own) fclose(f);
    if (ok && out->len && out->s[out->len - 1] == '\n') out->s[--out->len] = '\0';
    return ok;
}

bool text_is_plain(const char *text, size_t len, Err *err)
{
    if (utf8_valid(text, (int64_t)len) && !(len && memchr(text, '\0', len))) return true;
    for (size_t at = 0; at < len;) {
        bool ok;
        int n = utf8_step(text + at, (int64_t)(len - at), &ok);
        if (!ok)
            return err_set(err, "not UTF-8: byte 0x%02x at offset %zu (convert it with iconv)",
                           (unsigned char)text[at], at);
        if (text[at] == '\0') return err_set(err, "not a text: zero byte at offset %zu", at);
        at += (size_t)n;
    }
    return true;
}

bool text_input_read(const TextInput *in, Str *out, Err *err)
{
    out->len = 0;
    bool ok = true;
    if (in->text)
        str_puts(out, in->text);
    else
        ok = read_file(in, out, err);
    if (ok && out->len == 0) ok = err_set(err, "the text is empty");
    ok = ok && text_is_plain(out->s, out->len, err);
    return ok || err_wrap(err, "%s", text_input_name(in));
}

static bool encode_chat(const TextInput *in, const Tokenizer *tok, const Str *text, TokenIds *ids,
                        Err *err)
{
    const ChatTurn turns[2] = {{CHAT_SYSTEM, in->system}, {CHAT_USER, text->s}};
    Str whole = {0};
    bool ok = in->system ? tokenizer_chat(tok, turns, 2, &whole, err)
                         : tokenizer_chat(tok, turns + 1, 1, &whole, err);
    if (ok) ok = tokenizer_encode(tok, whole.s, whole.len, TOKENIZE_SPECIAL, ids, err);
    str_free(&whole);
    return ok;
}

bool text_input_encode(const TextInput *in, const Tokenizer *tok, const Str *text, TokenIds *ids,
                       Err *err)
{
    int flags = (in->edges ? TOKENIZE_EDGES : 0) | (in->special ? TOKENIZE_SPECIAL : 0);
    if (in->chat) return encode_chat(in, tok, text, ids, err);
    bool ok = tokenizer_encode(tok, text->s, text->len, flags, ids, err);
    if (ok && ids->n == 0) ok = err_set(err, "no token stands for it");
    return ok || err_wrap(err, "%s", text_input_name(in));
}
