/* prompt_spectrum.h: a set of prompts as chords of sines: the mode "spectrum" of
 * app/activations_piece.h. */
#ifndef APP_PROMPT_SPECTRUM_H
#define APP_PROMPT_SPECTRUM_H

#include "app/activations_piece.h"

/* Stages the files in names (no MIDI: it is sound alone). */
bool spectrum_make(const ActivationsJob *job, const OutNames *names, OutSet *set, const Run *run,
                   Err *err);

#endif
