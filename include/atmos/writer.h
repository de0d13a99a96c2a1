/* writer.h: a model writes while a contour conducts: token i at the temperature of frame i.
 *
 * The cache of keys and values is kept from token to token. When the context is full the writer
 * goes on from its later half, as one who turns the page: the text has no end but its own. */
#ifndef ATMOS_WRITER_H
#define ATMOS_WRITER_H

#include "atmos/session.h"
#include "base/run.h"
#include "infer/lm.h"
#include "token/tokenizer.h"

typedef struct WriterJob {
    const Contour *contour; /* token i at frame i; NULL: frame() says */
    SessionToken (*frame)(void *ud, int i); /* as writer_frame, asked just before token i */
    int n;                  /* tokens; at most contour->n of them come */
    const Hooks *hooks;     /* of the model's passes; NULL = none */
    SamplerOpts sampler;    /* its temperature is the contour's business */
    bool ignore_end;        /* end tokens are like any other */
    int decode;             /* DECODE_... for the text */
    /* In order; false: enough. t->text is valid during the call. */
    bool (*put)(void *ud, const SessionToken *t);
    void *ud;
} WriterJob;

/* A token's place in the song: all of t but text, id and what the model knows. */
SessionToken writer_frame(const Contour *c, int i);

/* ids [nids]: the prompt; it must fit the context. *end (a constant string): why the text ended,
 * set also after a failure or an interruption (false): what has been put stays good. */
bool writer_local(Lm *lm, const Tokenizer *tok, const int32_t *ids, int nids, const WriterJob *job,
                  const char **end, const Run *run, Err *err);

#endif
