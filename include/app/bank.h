/* bank.h: our own instruments as a SoundFont: soundfonts/llmsonify.sf2. */
#ifndef APP_BANK_H
#define APP_BANK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/run.h"
#include "base/str.h"

/* The whole file, appended to out: all 128 programs of General MIDI on bank 0, a drum kit on bank
 * 128. noise [nnoise]: a run of standardised weights. The same noise gives the same bytes, whatever
 * the number of threads. */
bool bank_build(const float *noise, int64_t nnoise, Str *out, const Run *run, Err *err);
/* The same with the weights of the model at `model` (a directory), written to `path`. */
bool bank_write(const char *model, const char *path, const Run *run, Err *err);

#endif
