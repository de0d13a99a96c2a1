/* fuzz_tokenizer.c: any bytes as tokenizer.json, as tokenizer.model, as tokenizer_config.json
 * beside a good tokenizer.json, and as a prompt: open or refuse, encode or refuse, and give every
 * byte back where bytes are kept. libFuzzer target: linked with libllmsonify.a by clang
 * -fsanitize=fuzzer,address,undefined. */
#include <stddef.h>
#include <stdint.h>

#include "../unit/fixture_model.h"
#include "token/token_report.h"
#include "token/tokenizer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Byte fallback without any other token, a split, an added token. */
static void write_good(const char *dir)
{
    Str s = {0};
    str_puts(&s,
             "{\"added_tokens\": [{\"id\": 256, \"content\": \"<s>\", \"special\": true, "
             "\"rstrip\": true}], \"normalizer\": null, \"pre_tokenizer\": {\"type\": \"Split\", "
             "\"pattern\": {\"Regex\": \"\\\\s+(?!\\\\S)|\\\\w+\"}, \"behavior\": \"Isolated\"}, "
             "\"decoder\": {\"type\": \"ByteFallback\"}, \"model\": {\"type\": \"BPE\", "
             "\"byte_fallback\": true, \"merges\": [], \"vocab\": {");
    for (int b = 0; b < 256; b++) str_addf(&s, "%s\"<0x%02X>\": %d", b ? ", " : "", b, b);
    str_puts(&s, "}}}");
    write_text(dir, "tokenizer.json", s.s);
    str_free(&s);
}

/* A tokenizer that opened reads a text; a message must be there for what failed. */
static void use(const char *dir, const uint8_t *text, size_t size, bool exact)
{
    Tokenizer *tok;
    TokenIds ids = {0};
    Str out = {0};
    Err err = {""};
    if (!tokenizer_open(&tok, dir, &err)) {
        if (!err.msg[0] || exact) abort();
        return;
    }
    bool ok = tokenizer_encode(tok, (const char *)text, size, exact ? 0 : 3, &ids, &err);
    if (!ok && !err.msg[0]) abort();
    for (int i = 0; i < ids.n; i++)
        if (ids.start[i] < 0 || ids.len[i] < 0 || (size_t)ids.start[i] + (size_t)ids.len[i] > size)
            abort();
    tokenizer_decode(tok, ids.id, ids.n, DECODE_SPECIAL, &out);
    if (exact && (!ok || out.len != size || (size && memcmp(out.s, text, size) != 0))) abort();
    token_report(tok, &ids, TOKEN_FORM_JSON, &out);
    ChatTurn turn = {CHAT_USER, "hi"};
    tokenizer_chat(tok, &turn, 1, &out, &err);
    tokenizer_close(tok);
    token_ids_free(&ids);
    str_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t prompt[] = "Once <s> upon a\xff time\xc3\xa9 </s>  <|im_end|>";
    char *dir = scratch_make();
    char *json = path_join(dir, "tokenizer.json"), *model = path_join(dir, "tokenizer.model");
    char *config = path_join(dir, "tokenizer_config.json");
    write_bytes(json, data, size);
    use(dir, prompt, sizeof prompt - 1, false);
    unlink(json);
    write_bytes(model, data, size);
    use(dir, prompt, sizeof prompt - 1, false);
    unlink(model);
    write_good(dir);
    use(dir, data, size, true);
    write_bytes(config, data, size);
    use(dir, prompt, sizeof prompt - 1, false);
    scratch_remove(dir);
    free(dir);
    free(json);
    free(model);
    free(config);
    return 0;
}
