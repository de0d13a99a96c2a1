/* hook.h: named points of the forward pass where a visitor sees the numbers themselves.
 *
 * Names are TransformerLens's ("blocks.3.attn.hook_pattern"). Nothing is computed or copied for a
 * point that is not in the mask. What is seen is valid during the visit only, and visits never
 * overlap. A long text passes in runs of tokens: each point of each layer is visited once a run,
 * all layers of a run before the next run (see Hooks.whole).
 *
 * The points in their order, with what a token has there:
 *   hook_embed                 [d]        embedding, scaled where the family scales it
 *   hook_pos_embed             [d]        learned position (GPT-2)
 *   hook_resid_pre             [d]        residual stream before the block
 *   ln1.hook_normalized        [d]        after the norm before attention, weight and bias included
 *   attn.hook_q                [nh, dh]   bias included; before norm and rotation
 *   attn.hook_k, attn.hook_v   [nkv, dh]
 *   attn.hook_rot_q, _rot_k               after norm on queries and keys, and rotation
 *   attn.hook_attn_scores      [nh, keys] scaled, soft-capped; -inf where masked
 *   attn.hook_pattern          [nh, keys] attention weights; 0 where masked
 *   attn.hook_entropy          [nh, 1]    of the weights, nats; nothing of size keys is stored
 *   attn.hook_distance         [nh, 1]    mean distance to what is attended to, tokens
 *   attn.hook_z                [nh, dh]   weighted sum of the values
 *   hook_attn_out              [d]        what attention adds to the stream (after its own norm)
 *   hook_resid_mid             [d]        between attention and MLP; none in parallel blocks
 *   ln2.hook_normalized        [d]
 *   mlp.hook_pre               [ff]       what goes into the activation
 *   mlp.hook_pre_linear        [ff]       what it is multiplied by (gated MLPs)
 *   mlp.hook_post              [ff]       activation, times that
 *   hook_mlp_out               [d]        what the MLP adds to the stream (after its own norm)
 *   hook_resid_post            [d]
 *   ln_final.hook_normalized   [d]        after the final norm
 *   logits                     [vocab]    soft-capped */
#ifndef INFER_HOOK_H
#define INFER_HOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

typedef enum HookPoint {
    HOOK_EMBED, HOOK_POS_EMBED, HOOK_RESID_PRE, HOOK_LN1, HOOK_Q, HOOK_K, HOOK_V, HOOK_ROT_Q,
    HOOK_ROT_K, HOOK_SCORES, HOOK_PATTERN, HOOK_ENTROPY, HOOK_DISTANCE, HOOK_Z, HOOK_ATTN_OUT,
    HOOK_RESID_MID, HOOK_LN2, HOOK_MLP_PRE, HOOK_MLP_PRE_LINEAR, HOOK_MLP_POST, HOOK_MLP_OUT,
    HOOK_RESID_POST, HOOK_LN_FINAL, HOOK_LOGITS, HOOK_COUNT
} HookPoint;

#define HOOK_BIT(point) (UINT32_C(1) << (point))

/* What is seen: number i of head h of token t is v[t * ld_token + h * ld_head + i]. */
typedef struct HookData {
    HookPoint point;
    int layer;  /* -1 outside the blocks */
    int pos;    /* position of the first token */
    int nt;     /* tokens */
    int heads;  /* 1 where there are none */
    int width;  /* numbers a head; keys: positions 0..width-1 */
    int64_t ld_token, ld_head;
    const float *v;
} HookData;

/* Zero asks for nothing. */
typedef struct Hooks {
    uint32_t mask;      /* HOOK_BIT of every point to be visited */
    const bool *layers; /* [nl] only these blocks; NULL = all */
    bool whole;         /* all tokens of a call in one run, whatever memory that takes (scores and
                           patterns still come in several runs of queries) */
    void (*visit)(void *ud, const HookData *h);
    void *ud;
} Hooks;

/* True when the point is asked for. hooks may be NULL. */
bool hook_wanted(const Hooks *hooks, HookPoint point, int layer);

/* "hook_embed", "blocks.3.attn.hook_q"; "blocks.*.attn.hook_q" for layer -1 of a block's point. */
void hook_name(HookPoint point, int layer, Str *out);
bool hook_in_block(HookPoint point);
/* The reverse; '*' or nothing in place of the number gives *layer -1. False and a message that
 * names what is alike. nl: layers of the model. */
bool hook_parse(const char *name, int nl, HookPoint *point, int *layer, Err *err);

#endif
