/* prompt_reader.h: a model that reads many prompts, one after another: opened once, with the
 * direction that gives them their tension and the weights that stand for noise. */
#ifndef APP_PROMPT_READER_H
#define APP_PROMPT_READER_H

#include "analysis/activations.h"
#include "app/generator_source.h"
#include "app/noise.h"
#include "app/text_model.h"

/* Zero is closed. */
typedef struct PromptReader {
    TextInput in; /* how every prompt is read */
    TextModel model;
    WeightNoise noise;
    Direction direction;
    const Direction *use; /* that one, another reader's, or NULL */
    uint64_t origin;      /* hash of the file that the own one was asked for by */
    char name[96];        /* of it, for the files' own description */
    GeneratorSource *network; /* that foresees the layers, or NULL */
    FeatureSet weights;       /* what it foresees them from */
} PromptReader;

/* first: any of the prompts. direction: as for direction_load; "none" = none yet. r must be
 * zero; close it also after a failure. */
bool prompt_reader_open(PromptReader *r, const TextJob *job, const char *first,
                        const char *direction, const Run *run, Err *err);
void prompt_reader_close(PromptReader *r);
/* From now on features have what a trained network foresees of the model's layers. asked: as for
 * generator_source_open. */
bool prompt_reader_foresee(PromptReader *r, const char *asked, const Run *run, Err *err);
/* What files say of that network; NULL = none. */
const char *prompt_reader_network(const PromptReader *r);
/* Replaces *ids. False when the prompt is no text or longer than the context. */
bool prompt_reader_encode(PromptReader *r, const char *text, TokenIds *ids, Err *err);
/* The tables of analysis/activations.h of one prompt. fs must be zero; free it with feat_free. */
bool prompt_reader_features(PromptReader *r, const TokenIds *ids, const char *name, FeatureSet *fs,
                            const Run *run, Err *err);

/* 16 hex digits over every weight, the configuration, the direction and the network: what the same
 * prompt's features depend on. */
void prompt_reader_print(const PromptReader *r, char out[17], const Run *run);

#endif
