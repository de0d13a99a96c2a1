/* extract.h: the states of many prompts as arrays in a file: the job behind `llmsonify activations
 * extract`.
 *
 * .npy: states [n, d], of all layers [n, nl + 1, d]. .npz and .safetensors: besides states
 *   ids [n]      place of the prompt among those of the file, from 0
 *   lines [n]    line of the file, from 1
 *   tokens [n]   how many went into the model
 *   layers [l]   layer of each slice of states; -1 is the embedding
 *   prompts, categories  strings [n] in .npz; in .safetensors, which has none, prompts.utf8 (bytes)
 *                with prompts.start [n + 1]: prompt i is bytes start[i]..start[i + 1]
 * and model and pool: strings in .npz, metadata in .safetensors. */
#ifndef APP_EXTRACT_H
#define APP_EXTRACT_H

#include "app/states.h"

typedef struct ExtractJob {
    StatesJob states;
    const char *output; /* FILE.npy, .npz, .safetensors; "-" = .npy on standard output */
    bool clobber;
    const char *command;
} ExtractJob;

/* "-1", "7", "all" to a layer of StatesJob. */
bool extract_layer(const char *text, int *layer, Err *err);
/* False when the job contradicts itself: a usage error. */
bool extract_check(const ExtractJob *job, Err *err);
bool extract_run(const ExtractJob *job, const Run *run, Err *err);

#endif
