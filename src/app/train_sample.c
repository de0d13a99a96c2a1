/* train_sample.c: see train_sample.h. Every token is computed from all before it: of a text this
 * short that is a moment, and it is the very forward pass that learns. */
#include "train_sample.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "infer/sampler.h"

/* False when no logit is a number. */
static bool add_token(Decoder *dec, Sampler *greedy, TokenIds *ids, float *logits /* [vocab] */)
{
    int from = ids->n > dec->shape.context ? ids->n - dec->shape.context : 0;
    decoder_logits(dec, ids->id + from, ids->n - from, logits);
    int32_t next = sampler_pick(greedy, logits);
    if (next >= 0) token_ids_add(ids, next, 0, 0);
    return next >= 0;
}

void train_sample(Decoder *dec, const Tokenizer *tok, const char *prompt, Str *out)
{
    SamplerOpts opts = SAMPLER_DEFAULTS;
    TokenIds ids = {0};
    Str text = {0};
    Err none;
    opts.temp = 0;
    tokenizer_encode(tok, prompt, strlen(prompt), TOKENIZE_EDGES, &ids, &none);
    Sampler *greedy = sampler_open(&opts, dec->shape.vocab);
    float *logits = mem_alloc(dec->shape.vocab, sizeof *logits);
    int first = ids.n;
    while (first > 0 && ids.n < first + TRAIN_SAMPLE_TOKENS &&
           add_token(dec, greedy, &ids, logits) && !tokenizer_is_end(tok, ids.id[ids.n - 1]))
        continue;
    tokenizer_decode(tok, ids.id, ids.n, 0, &text);
    json_quote(out, str_text(&text));
    sampler_close(greedy);
    free(logits);
    str_free(&text);
    token_ids_free(&ids);
}
