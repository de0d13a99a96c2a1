/* decoder_file.h: decoders to and from files: Hugging Face's config.json and model.safetensors, and
 * the state of a training that can go on where it stopped. */
#ifndef LEARN_DECODER_FILE_H
#define LEARN_DECODER_FILE_H

#include "base/str.h"
#include "learn/decoder.h"
#include "tensor/checkpoint.h"

/* Replaces *json by a config.json. end: id of the token that begins and ends a text. */
void decoder_config(const DecoderShape *s, int end, Str *json);
/* Weights as bf16, rounded to nearest even; GPT-2's matrices transposed as its files have them. */
bool decoder_write(const Decoder *dec, const char *path, Err *err);
/* Weights of any dtype, by name, with the shapes that dec has. */
bool decoder_read(Decoder *dec, const Checkpoint *ck, Err *err);

/* Where a training stands besides its weights and moments. */
typedef struct TrainState {
    const char *job; /* whose it is, any text without a newline: that of another is refused */
    double loss;     /* running mean */
} TrainState;

/* Everything that the next step depends on, in f32: weights, moments, steps done. */
bool decoder_save_state(const Decoder *dec, const AdamState *adam, const TrainState *s,
                        const char *path, Err *err);
bool decoder_load_state(Decoder *dec, AdamState *adam, TrainState *s, const char *path, Err *err);

#endif
