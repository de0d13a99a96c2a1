/* jepa_data.h: what a joint embedding learns from and is judged by: layers of several models, and
 * windows of the files on one side of a split. Whole models and whole files are kept apart: layers
 * of one model, and windows of one song, are too much alike to judge by. */
#ifndef LEARN_JEPA_DATA_H
#define LEARN_JEPA_DATA_H

#include "base/opt.h"
#include "learn/jepa.h"
#include "math/permute.h"

/* Layers of models, one model after another. Owner; zero is empty. */
typedef struct LayerSet {
    char **name; /* [n] of the models */
    char **mark; /* [n] fingerprint of what was measured of them */
    int *first;  /* [n + 1] first layer of each */
    int n;
    float *stat;     /* [first[n], STAT_TOKENS, STAT_FEATURES] */
    LayerLook *look; /* [first[n]] */
} LayerSet;

/* fs is of analysis/weights.h. False when it has no layers that can be learned from. */
bool layer_set_add(LayerSet *s, const FeatureSet *fs, Err *err);
/* One model of another set. */
void layer_set_add_from(LayerSet *s, const LayerSet *from, int model);
void layer_set_free(LayerSet *s);
int layer_set_size(const LayerSet *s); /* layers */
/* The model of a layer. */
int layer_set_model(const LayerSet *s, int layer);

/* Windows of some of a corpus' files. Owner; zero is empty. */
typedef struct WindowSet {
    const Corpus *corpus;
    int *window; /* [n] index in corpus->window, ascending */
    int n;
    int *chain; /* [nchains] windows that JEPA_SEQ others follow one after the other */
    int nchains;
    int files;
} WindowSet;

/* Several folders, one after another, as one corpus. False when one has nothing that fits. */
bool corpora_read(Corpus *c, const OptList *dirs, const CorpusRules *rules, const Run *run,
                  Err *err);
/* held [c->nfiles]: evenly spread over the order of files, `share` of them (0..1). */
void corpus_hold(const Corpus *c, double share, bool *held);
/* The windows of files whose held is `want`. c must outlive the set. */
void window_set_make(WindowSet *s, const Corpus *c, const bool *held, bool want);
void window_set_free(WindowSet *s);
/* mark [c->nfiles]: of what a file's windows have, the same for the same music whatever the file is
 * called. */
void corpus_marks(const Corpus *c, uint64_t *mark);

/* The windows w[0..n) as the encoder hears them: x [n, WINDOW_NOTES, NOTE_FEATURES], step
 * [n, WINDOW_NOTES]. */
void windows_hear(const Corpus *c, const int *w, int n, float *x, int32_t *step);
/* w[0..n): a window and those that follow one another from it on. */
void window_chain(const Corpus *c, int window, int n, int *w);
/* Latents [n, JEPA_LATENT] of windows w[0..n) by the target encoder. */
void windows_latents(Jepa *j, const Corpus *c, const int *w, int n, float *z, const Run *run);
/* What is foreseen of every layer of the set, model by model: z [layers, JEPA_LATENT]. */
void layers_foresee(Jepa *j, const LayerSet *s, float *z, const Run *run);

#endif
