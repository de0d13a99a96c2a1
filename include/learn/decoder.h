/* decoder.h: language models that are trained: Gemma 3 and GPT-2, by the names and shapes of
 * Hugging Face's files, so that what is saved is read by whatever reads those.
 *
 * The forward pass equals infer/'s on the same weights. A batch is split over LANES tapes, each
 * with gradients of its own that are summed in the order of lanes: the number of threads never
 * changes a result. */
#ifndef LEARN_DECODER_H
#define LEARN_DECODER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/run.h"
#include "learn/params.h"

typedef enum DecoderArch { DECODER_GEMMA3, DECODER_GPT2 } DecoderArch;

typedef struct DecoderShape {
    DecoderArch arch;
    int vocab, d, nl, nh, nkv, dh, ff; /* GPT-2: nkv = nh, dh = d / nh, ff as given */
    int context;                       /* positions a sequence may have */
    int window, pattern;               /* Gemma 3: all but each `pattern`th layer see a window */
    double theta, local_theta;         /* Gemma 3: rope in whole and in windowed layers */
    double eps;
} DecoderShape;

enum { DECODER_LANES = 8 };

/* Owner; zero is empty. */
typedef struct Decoder {
    DecoderShape shape;
    Params params;
    int *at; /* indices of parameters, by layer */
    Rotary rotary[2];
    Tape *tape[DECODER_LANES];
    float *grads; /* [DECODER_LANES, params.size]; the sum is in lane 0 after decoder_gradient */
} Decoder;

/* The defaults of an architecture for the given size. */
DecoderShape decoder_shape(DecoderArch arch, int vocab, int d, int nl);
/* Parameters are zero until decoder_begin() or they are read into. False when the shape is not
 * possible (what is wrong is said). level: of the processor. */
bool decoder_open(Decoder *dec, const DecoderShape *shape, CpuLevel level, Err *err);
void decoder_free(Decoder *dec);
/* Fresh weights: normal of std 0.02 (of what goes back into the stream 0.02 / sqrt(2 nl), as
 * Radford et al. 2019), norms the identity. */
void decoder_begin(Decoder *dec, uint64_t seed);

/* Tokens of a batch: sequence i has ids [i * (seq + 1), ...): seq inputs, each with the next as its
 * target. */
typedef struct Batch {
    const int32_t *id; /* [n, seq + 1] */
    int n, seq;        /* seq <= context */
} Batch;

/* Of the token that follows id [n], n <= context: logits [vocab]. */
void decoder_logits(Decoder *dec, const int32_t *id, int n, float *logits);
/* Mean nats a token, without gradients. Stops early when run says so (NaN then). */
double decoder_loss(Decoder *dec, const Batch *b, const Run *run);
/* The same, and the mean's gradient into dec->grads[0..params.size). */
double decoder_gradient(Decoder *dec, const Batch *b, const Run *run);

#endif
