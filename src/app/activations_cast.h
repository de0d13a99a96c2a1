/* activations_cast.h: the modes that take several prompts or several models: contrast, dialogue,
 * delta; and theory, which measures more of its prompt. */
#ifndef APP_ACTIVATIONS_CAST_H
#define APP_ACTIVATIONS_CAST_H

#include "app/activations_piece.h"
#include "app/output.h"
#include "app/prompt_file.h"
#include "genre/genre.h"
#include "prompt_reader.h"

/* Feature sets side by side, numbered from 0. Zero is empty. */
typedef struct Cast {
    FeatureSet *fs;         /* [n] */
    const FeatureSet **ptr; /* [n] */
    int n, cap;
} Cast;

void cast_free(Cast *c);
/* Reads a prompt and adds what it does in the model. */
bool cast_add(Cast *c, PromptReader *r, const char *prompt, const Run *run, Err *err);
/* Puts the sets in this order [n], numbers them anew, and lets go of the others. */
void cast_order(Cast *c, const int *order, int n);

/* What is being made. */
typedef struct Stage {
    const ActivationsJob *job;
    const Genre *genre;
    const OutNames *names; /* of the piece */
    PromptList prompts;
    PromptReader reader;
    Cast cast;
    OutSet *set;
} Stage;

/* What the job asks of the music, and which network has its say. */
GenreOpts stage_opts(const Stage *s);
/* Names of a part: "-a" is NAME-a.mid ... False when the piece is one file: no parts then. */
bool stage_part_names(const Stage *s, const char *suffix, OutNames *out);
/* Writes a score of the cast under these names. fs: the set whose pictures go with it, or NULL. */
bool stage_write(const Stage *s, const Score *score, const OutNames *names, const FeatureSet *fs,
                 const Run *run, Err *err);
/* Composes the mode's own piece of the cast and writes it. */
bool stage_piece(const Stage *s, const OutNames *names, const Run *run, Err *err);

bool contrast_make(Stage *s, const Run *run, Err *err);
bool dialogue_make(Stage *s, const Run *run, Err *err);
bool delta_make(Stage *s, const Run *run, Err *err);
bool theory_make(Stage *s, const Run *run, Err *err);

#endif
