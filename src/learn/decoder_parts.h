/* decoder_parts.h: the two forward passes of learn/decoder.h. Private to learn/. */
#ifndef LEARN_DECODER_PARTS_H
#define LEARN_DECODER_PARTS_H

#include "learn/decoder.h"

/* Some sequences of a batch on one tape. */
typedef struct Pass {
    const Decoder *dec;
    Tape *t;
    float *g; /* [params.size], NULL: no gradients */
    int seq;
} Pass;

/* Parameters of the whole model stand before those of the layers. */
void gemma_add_params(Decoder *dec);
/* The last norm's output [n * seq, d] for inputs id [n * seq]. */
Var *gemma_forward(const Pass *p, const int32_t *id, int n);
void gpt2_add_params(Decoder *dec);
Var *gpt2_forward(const Pass *p, const int32_t *id, int n);

/* The k-th parameter of a layer (-1: of the whole model) on the tape. */
Var *pass_param(const Pass *p, int layer, int k);
/* Adds a parameter and remembers it as the next of a layer (-1: of the whole model). format has
 * one %d for the layer, if any. */
void decoder_add(Decoder *dec, int layer, const char *format, int rows, int cols);

enum { DECODER_SLOTS = 16 }; /* parameters a layer at most */

#endif
