/* activations.h: what a prompt does inside a model, as features: one forward pass, nothing kept of
 * it but these tables. Units stand in ( ). Layer -1 stands outside the blocks: the embedding, and
 * what the model expects in the end; layer l is block l and the stream after it.
 *
 * Attention sinks: the first token when it is BOS, and every token whose norm is over ten times the
 * median of its layer. Means, deviations and components leave them out; their own entries are
 * there all the same.
 *
 * FT_TOKENS, a row per token of each layer, -1 to nl-1 (key.prompt, key.layer, key.token):
 *   norm          L2 norm of the residual stream
 *   pc1 pc2       coordinates in the layer's plane of largest variance
 *   phase         angle of (pc1, pc2) (rad, -pi..pi)
 *   sink          1 for attention sinks, else 0
 *   delta_attn delta_mlp  norms of what attention and MLP add (blocks only)
 *   attn_entropy  mean over heads of the entropy of the attention weights, over the ln of how many
 *                 tokens the query sees: 1 is uniform (blocks only; not token 0)
 *   sparsity      share of the MLP's units, after activation, below 0.1 of the layer's standard
 *                 deviation (blocks only)
 *   logit_entropy of the distribution of the next token (nats; layer -1 only)
 *   surprisal     -ln P of the token itself (nats; layer -1 only; not token 0)
 *   proj proj_cos dot product with the direction's unit vector, and its cosine (with a direction,
 *                 in the layers that have one)
 *   tension       (proj - low) / (high - low) of the direction's layer; not clipped
 * FT_LAYERS, a row per layer -1 to nl-1 (key.prompt, key.layer): means over the tokens of
 *   norm_mean log_norm_mean delta_attn_mean delta_mlp_mean attn_entropy_mean sparsity_mean
 *   pc1_share pc2_share  of the variance
 *   post_std      of the MLP's units after activation
 *   sinks         how many
 *   proj_mean tension_mean  over the tokens, sinks left out (with a direction)
 *   blocks5 blocks7 blocks12  [5] [7] [12] L2 norm of that many blocks of the stream's
 *                 dimensions (block b from b*d/n), over all tokens but sinks
 *   fold1..fold4  [32] the first four right singular vectors of the layer's stream [nt, d] (sinks
 *                 left out), folded: the sums over 32 equal blocks, scaled to length 1. Zero where
 *                 the stream has a lower rank. (All tokens, where all are sinks)
 *   fold_share    [4] their shares of the sum of squares
 * FT_HEADS, a row per head of each block (key.prompt, key.layer, key.head):
 *   head_entropy head_distance            [nt] by token: entropy over ln of the tokens seen (token
 *                                         0: 0); mean distance to what is attended to (tokens)
 *   head_entropy_mean head_distance_mean  over the tokens, sinks and token 0 left out
 * FT_MODEL, one row: the key_... columns of analysis/weights.h, from the norms alone: the same key,
 *   unless the norms do not tell (a note says so)
 * FT_PROMPTS, a row (key.prompt): tokens, surprisal_mean (nats), perplexity, logit_entropy_mean,
 *   tension (mean of tension_mean over the direction's layers) */
#ifndef ANALYSIS_ACTIVATIONS_H
#define ANALYSIS_ACTIVATIONS_H

#include "feature/featset.h"
#include "analysis/direction.h"
#include "infer/lm.h"

typedef struct ActivationPrompt {
    int prompt;         /* key.prompt of its rows */
    const int32_t *ids; /* [n] */
    int n;
    int32_t bos;              /* the model's BOS, -1 for none */
    const char *const *label; /* [n] text of each token, for the rows' labels; may be NULL */
    const char *name;         /* label of the prompt's row; may be NULL */
    const Direction *direction; /* NULL = none */
} ActivationPrompt;

/* Adds to fs (which may hold other prompts and the features of weights already). What lm has taken
 * in before is forgotten. Memory: the activations of all tokens of one layer. */
bool analyse_activations(Lm *lm, const ActivationPrompt *p, FeatureSet *fs, const Run *run,
                         Err *err);

#endif
