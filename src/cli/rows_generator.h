/* rows_generator.h: what chooses the pitches of lines: option rows of weights and activations. */
#ifndef CLI_ROWS_GENERATOR_H
#define CLI_ROWS_GENERATOR_H

#include "base/err.h"
#include "base/opt.h"
#include "music/form.h"

typedef struct GeneratorRows {
    int generator;    /* index of the choices, -1 = not given */
    double weight;    /* -1 = not given */
    const char *jepa; /* file */
} GeneratorRows;
#define GENERATOR_DEFAULTS {.generator = -1, .weight = -1}

extern const Opt rows_generator[3];        /* rows, lstm, jepa */
extern const Opt rows_generator_prompt[3]; /* lstm, jepa */

/* Fills in the generator and its weight. own: GEN_... of the first choice. False: the options
 * contradict each other. */
bool rows_generator_opts(const GeneratorRows *r, int own, GenreOpts *out, Err *err);

#endif
