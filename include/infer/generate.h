/* generate.h: text that goes on, token by token. */
#ifndef INFER_GENERATE_H
#define INFER_GENERATE_H

#include "infer/lm.h"
#include "infer/sampler.h"
#include "token/tokenizer.h"

typedef enum GenEnd {
    GEN_LENGTH,  /* as many tokens as asked for */
    GEN_FINISH,  /* the model ended the text itself */
    GEN_STOP,    /* a stop string came up */
    GEN_CONTEXT, /* no room for more */
    GEN_CALLER   /* a callback said so */
} GenEnd;

/* One token as it is chosen. */
typedef struct GenToken {
    int index; /* 0 for the first one generated */
    int32_t id;
    const float *logits; /* [vocab] that it was chosen from, before penalty and temperature */
    double temp;
    const char *text; /* what it completes: whole characters, maybe none */
    size_t len;
} GenToken;

/* Zero, with sampler set, generates nothing: give n. Callbacks may be NULL; false from one of them
 * ends the text. */
typedef struct GenOpts {
    int n; /* tokens at most; -1 = until the end or the context's */
    SamplerOpts sampler;
    const char *const *stop; /* [nstop] the text ends before any of these; "" is not one */
    int nstop;
    bool ignore_end; /* end tokens are like any other */
    int decode;      /* DECODE_... for the text */
    /* Text in order, without stop strings; held back while it may be the start of one. */
    bool (*on_text)(void *ud, const char *text, size_t len);
    bool (*on_token)(void *ud, const GenToken *t);
    double (*temp_at)(void *ud, int index); /* instead of sampler.temp */
    void *ud;
    const Hooks *hooks; /* for prompt and text */
} GenOpts;

typedef struct GenStats {
    int prompt, tokens;             /* counts; an end token is not counted */
    double prompt_seconds, seconds; /* of taking in the prompt; of all after it */
    GenEnd end;
} GenStats;

/* Goes on from ids [n] (n may be 0 when lm has taken in tokens before and has logits). stats may be
 * NULL. False when the prompt does not fit, or when run is stopped ("interrupted"; the text so far
 * has been let out). */
bool generate(Lm *lm, const Tokenizer *tok, const int32_t *ids, int n, const GenOpts *opts,
              GenStats *stats, const Run *run, Err *err);
const char *gen_end_name(GenEnd end); /* "end of text" */

#endif
