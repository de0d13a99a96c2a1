/* text_tokenize.c: see app/text_tokenize.h. */
#include "app/text_tokenize.h"

#include "app/text_model.h"

bool text_tokenize(const OptList *model, const TextInput *in, TokenForm form, Str *out, Err *err)
{
    Str text = {0};
    TokenIds ids = {0};
    Tokenizer *tok = NULL;
    bool ok = text_input_read(in, &text, err) && text_tokenizer_open(&tok, model, err) &&
              text_input_encode(in, tok, &text, &ids, err);
    if (ok) token_report(tok, &ids, form, out);
    tokenizer_close(tok);
    token_ids_free(&ids);
    str_free(&text);
    return ok;
}

bool text_detokenize(const OptList *model, const TextInput *in, Str *out, Err *err)
{
    Str text = {0};
    TokenIds ids = {0};
    Tokenizer *tok = NULL;
    bool ok = text_input_read(in, &text, err) && text_tokenizer_open(&tok, model, err) &&
              (token_report_parse(tok, text.s, &ids, err) ||
               err_wrap(err, "%s", text_input_name(in)));
    if (ok) {
        tokenizer_decode(tok, ids.id, ids.n, in->special ? DECODE_SPECIAL : 0, out);
        str_putc(out, '\n');
    }
    tokenizer_close(tok);
    token_ids_free(&ids);
    str_free(&text);
    return ok;
}
