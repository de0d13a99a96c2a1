/* lm.h: a language model that runs: tokens in, logits out, everything between for those who ask.
 *
 * Weights stay in the file's mapping; what is allocated is the cache of keys and values (f32, grown
 * as the text grows; layers with a sliding window keep little more than their window) and the
 * activations of one run of tokens. The same tokens give the same bytes for any number of threads
 * and however they are cut into calls. One thread at a time may use an Lm. */
#ifndef INFER_LM_H
#define INFER_LM_H

#include "base/err.h"
#include "base/pool.h"
#include "base/run.h"
#include "infer/hook.h"
#include "infer/hparams.h"
#include "model/model.h"

enum { LM_CHUNK = 512 };

/* Zero is a good default. */
typedef struct LmOpts {
    int context; /* positions at most; 0 = what the model was made for */
    int chunk;   /* tokens in one run of a long text; 0 = LM_CHUNK. Changes time and memory only */
    int threads; /* 0 = all processors; changes time only */
    Pool *pool;  /* used instead of threads of its own; the caller closes it */
} LmOpts;

typedef struct Lm Lm;

/* m must outlive *out, and stay where it is. opts may be NULL. What this model needs and we do not
 * have is refused by name. Takes time in proportion to layers, not to weights. */
bool lm_open(Lm **out, const Model *m, const LmOpts *opts, Err *err);
void lm_close(Lm *lm); /* NULL is fine */

const Hparams *lm_hparams(const Lm *lm);
const Model *lm_model(const Lm *lm);
int lm_context(const Lm *lm); /* positions at most */
int lm_pos(const Lm *lm);     /* tokens taken in so far */
int64_t lm_bytes(const Lm *lm); /* of memory, on top of the mapping */

/* Takes in n tokens after those before them. hooks may be NULL. run may be NULL: progress, and
 * "interrupted" when it is stopped. After a failure the tokens are not taken in. */
bool lm_eval(Lm *lm, const int32_t *ids, int n, const Hooks *hooks, const Run *run, Err *err);
/* [vocab] of the token that follows the last one taken in; NULL when there is none. Valid until
 * the next lm_eval or lm_rewind. */
const float *lm_logits(Lm *lm);

/* Forgets all but the first pos tokens (pos >= lm_pos: nothing happens). lm_logits() is NULL until
 * the next lm_eval. Where a window has let go of what they need, that lm_eval computes it anew. */
void lm_rewind(Lm *lm, int pos);

#endif
