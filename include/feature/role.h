/* role.h: one vocabulary for the parts of a transformer, whatever its family calls them. The names
 * are what tables, JSON and `explain` print. */
#ifndef FEATURE_ROLE_H
#define FEATURE_ROLE_H

typedef enum Role {
    ROLE_EMBED,      /* token embedding [vocab, d] */
    ROLE_POSITIONS,  /* learned positions [ctx, d] (GPT-2) */
    ROLE_Q, ROLE_K, ROLE_V, ROLE_O,
    ROLE_GATE, ROLE_UP, ROLE_DOWN,
    ROLE_NORM_ATTN,      /* before attention: input_layernorm, ln_1 [d] */
    ROLE_NORM_ATTN_POST, /* after attention, before the sum (Gemma) [d] */
    ROLE_NORM_MLP,       /* before the MLP: pre_feedforward, post_attention in Llama, ln_2 [d] */
    ROLE_NORM_MLP_POST,  /* after the MLP, before the sum (Gemma) [d] */
    ROLE_NORM_Q, ROLE_NORM_K, /* on queries and keys [dh] */
    ROLE_FINAL_NORM,     /* [d] */
    ROLE_HEAD,           /* output embedding when not tied [vocab, d] */
    ROLE_OTHER,          /* a tensor that no rule names */
    ROLE_COUNT
} Role;

const char *role_name(int role);  /* "q", "norm_attn"; "" for -1 */
int role_parse(const char *name); /* -1 when unknown */

#endif
