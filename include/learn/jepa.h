/* jepa.h: a joint embedding predictive architecture between the statistics of weights and windows
 * of notes (seed 000, section 04; LeCun 2022; targets that follow as in BYOL, Grill et al. 2020).
 *
 * Two encoders (3 pre-norm transformer layers, width 128, 4 heads, mean pooled, latent 256), a GRU
 * over what they say of successive windows, a predictor for each task: from the weights of layers
 * to the music paired with them (cross), from windows of a song to the next one (next). */
#ifndef LEARN_JEPA_H
#define LEARN_JEPA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/run.h"
#include "feature/featset.h"
#include "learn/corpus.h"
#include "learn/layer_window.h"
#include "learn/params.h"

enum { JEPA_WIDTH = 128, JEPA_HEADS = 4, JEPA_BLOCKS = 3, JEPA_LATENT = 256 };
enum { JEPA_SEQ = 4 };    /* successive windows of an example */
enum { JEPA_LANES = 8 };  /* a batch is split over so many tapes, whatever the threads */

typedef enum JepaPhase { JEPA_MUSIC, JEPA_ALIGN, JEPA_JOINT, JEPA_PHASES } JepaPhase;

/* n examples. Every window with its numbers; sequences one after another: example i has rows
 * [i * JEPA_SEQ, ...). */
typedef struct JepaBatch {
    int n;
    const float *note;      /* [n, JEPA_SEQ + 1, WINDOW_NOTES, NOTE_FEATURES]: windows of a song,
                               and the next; NULL in JEPA_ALIGN */
    const int32_t *step;    /* [n, JEPA_SEQ + 1, WINDOW_NOTES] */
    const float *stat;      /* [n, JEPA_SEQ, STAT_TOKENS, STAT_FEATURES]; NULL in JEPA_MUSIC */
    const float *pair;      /* [n, JEPA_SEQ, WINDOW_NOTES, NOTE_FEATURES]: the music of each; NULL
                               in JEPA_MUSIC */
    const int32_t *pair_step; /* [n, JEPA_SEQ, WINDOW_NOTES] */
} JepaBatch;

/* The parts of a loss. cosine parts: mean 1 - cosine with the target; variance: the hinge at std 1
 * of the encoders' latents; covariance: what their dimensions have in common (both of VICReg,
 * Bardes et al. 2022; the seed has only the first, with which the latents' effective rank stays
 * under 20 of 256); continuity: mean 1 - cosine of successive predictions. JEPA_JOINT has the sums
 * of both sides in the last three. total = next + cross + the weighted three. */
typedef struct JepaLoss {
    double total, next, cross, variance, covariance, continuity;
} JepaLoss;

typedef struct JepaWeights { double variance, covariance, continuity; } JepaWeights;

/* Owner; zero is empty. */
typedef struct Jepa {
    Params params;  /* statistics encoder, music encoder, GRU, predictors, read-outs */
    Params target;  /* the music encoder that follows */
    Tape *tape[JEPA_LANES], *head; /* encoders run in lanes, all else over the whole batch */
    float *grads;   /* [JEPA_LANES, params.size]; the sum in lane 0 after jepa_gradient() */
} Jepa;

bool jepa_open(Jepa *j, CpuLevel level, Err *err); /* parameters are zero */
void jepa_free(Jepa *j);
/* Fresh weights: normal of std 1 / sqrt(inputs) in linear layers and the GRU, 0.2 in embeddings;
 * norms the identity, biases 0; target = music encoder. */
void jepa_begin(Jepa *j, uint64_t seed);

/* Forward, and the mean's gradient of what the phase trains (zero elsewhere). In JEPA_ALIGN the
 * music encoder is frozen. The encoders' lanes hand their latents to one tape, so that cosines and
 * standard deviations are those of the whole batch. Predictions are made at each of the JEPA_SEQ
 * steps. Same result for any run->threads. NaN when stopped. */
JepaLoss jepa_gradient(Jepa *j, JepaPhase phase, const JepaBatch *b, const JepaWeights *w,
                       const Run *run);
JepaLoss jepa_loss(Jepa *j, JepaPhase phase, const JepaBatch *b, const JepaWeights *w,
                   const Run *run); /* the same without gradients */
/* Which parameters a phase trains: moves [params.n], for adam_step_of(), so that neither decay nor
 * old moments move the others. A phase begins with an AdamState of its own. */
void jepa_trained(const Jepa *j, JepaPhase phase, bool *moves);
/* target = tau target + (1 - tau) music encoder. */
void jepa_follow(Jepa *j, double tau);
/* tau from .996 to .9999 by a cosine over the steps (Grill et al. 2020). */
double jepa_tau(int64_t step, int64_t total);

/* z [n, JEPA_LATENT] of n windows by the target encoder. */
void jepa_hear(Jepa *j, const float *note, const int32_t *step, int n, float *z, const Run *run);
/* z [n, JEPA_LATENT]: what is predicted for each of the n successive layers of a model, from it and
 * the JEPA_SEQ - 1 before it. */
void jepa_foresee(Jepa *j, const float *stat, int n, float *z, const Run *run);
/* z [n, JEPA_LATENT]: what is predicted to follow each of n sequences of JEPA_SEQ successive
 * windows; note [n, JEPA_SEQ, WINDOW_NOTES, NOTE_FEATURES], step [n, JEPA_SEQ, WINDOW_NOTES]. */
void jepa_continue(Jepa *j, const float *note, const int32_t *step, int n, float *z,
                   const Run *run);

/* What a latent vector means as music: read-outs, learned last on the corpus with everything else
 * fixed. */
typedef struct JepaReading {
    float next[12][12];     /* [from][to]: the next pitch class above the tonic; rows sum to 1 */
    float onset[BAR_STEPS]; /* how probable an onset is at each sixteenth, 0..1 */
    float level[BAR_STEPS]; /* velocity there, 0..1 */
    float length;           /* log2 of sixteenths */
} JepaReading;

void jepa_read(Jepa *j, const float *z, JepaReading *out); /* z [JEPA_LATENT], any length */
/* One AdamW step of the read-outs on n windows and their latents z [n, JEPA_LATENT] (of
 * jepa_hear); adam is of j->params, of which nothing else moves. The loss: mean nats of the next
 * pitch class plus the mean square of the rest. */
double jepa_learn_to_read(Jepa *j, AdamState *adam, const Corpus *c, const int *window,
                          const float *z, int n, double rate);

/* A plain .safetensors: parameters, target, and what `meta` says of the training. */
bool jepa_write(const Jepa *j, const char *path, const char *meta_json, Err *err);
/* The same rounded to bf16: half the size, for what ships. */
bool jepa_write_bf16(const Jepa *j, const char *path, const char *meta_json, Err *err);
/* Of any dtype of floats; sets j, which need not be open. */
bool jepa_load(Jepa *j, const char *path, CpuLevel level, Err *err);
/* The meta_json that a file was written with, a new string; NULL when path is no such file. */
char *jepa_meta(const char *path, Err *err);

/* Adds to FT_LAYERS of fs, in the rows of blocks (key.layer), what the network foresees of them:
 * jepa_next [144], jepa_onset [16], jepa_level [16], jepa_length [1], jepa_z [JEPA_LATENT]. weights
 * has what analysis/weights.h says; it may be fs itself or another set of the same model. */
bool jepa_into(Jepa *j, const FeatureSet *weights, FeatureSet *fs, const Run *run, Err *err);

#endif
