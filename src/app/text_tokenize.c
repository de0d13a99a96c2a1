/* text_tokenize.c: see app/text_tokenize.h. */
#include "app/text_tokenize.h"

bool text_tokenize(const TextJob *job, TokenForm form, Str *out, Err *err)
{
    Str text = {0};
    TokenIds ids = {0};
    Tokenizer *tok = NULL;
    bool ok = text_input_read(&job->in, &text, err) && text_tokenizer_open(&tok, job->model, err) &&
              text_input_encode(&job->in, tok, &text, &ids, err);
    if (ok) token_report(tok, &ids, form, out);
    tokenizer_close(tok);
    token_ids_free(&ids);
    str_free(&text);
    return ok;
}

bool text_detokenize(const TextJob *job, Str *out, Err *err)
{
    Str text = {0};
    TokenIds ids = {0};
    Tokenizer *tok = NULL;
    bool ok = text_input_read(&job->in, &text, err) && text_tokenizer_open(&tok, job->model, err) &&
              (token_report_parse(tok, text.s, &ids, err) ||
               err_wrap(err, "%s", text_input_name(&job->in)));
    if (ok) {
        tokenizer_decode(tok, ids.id, ids.n, job->in.special ? DECODE_SPECIAL : 0, out);
        str_putc(out, '\n');
    }
    tokenizer_close(tok);
    token_ids_free(&ids);
    str_free(&text);
    return ok;
}
