/* arch_neox.c: GPT-NeoX and Pythia. query_key_value holds, head by head, the rows of that head's
 * q, k and v; the MLP has no gate. Source: transformers, models/gpt_neox. */
#include "model/arch.h"

#include <stddef.h>

static const ArchRule RULES_NEOX[] = {
    {"embed_in.weight", ROLE_EMBED, CUT_NONE, 0},
    {"layers.#.input_layernorm.weight", ROLE_NORM_ATTN, CUT_NONE, 0},
    {"layers.#.input_layernorm.bias", ROLE_OTHER, CUT_NONE, RULE_MAYBE},
    {"layers.#.post_attention_layernorm.weight", ROLE_NORM_MLP, CUT_NONE, 0},
    {"layers.#.post_attention_layernorm.bias", ROLE_OTHER, CUT_NONE, RULE_MAYBE},
    {"layers.#.attention.query_key_value.weight", ROLE_Q, CUT_QKV_HEADS, 0},
    {"layers.#.attention.query_key_value.bias", ROLE_OTHER, CUT_NONE, RULE_MAYBE},
    {"layers.#.attention.dense.weight", ROLE_O, CUT_NONE, 0},
    {"layers.#.attention.dense.bias", ROLE_OTHER, CUT_NONE, RULE_MAYBE},
    {"layers.#.attention.bias", ROLE_OTHER, CUT_NONE, RULE_MAYBE | RULE_BUFFER},
    {"layers.#.attention.masked_bias", ROLE_OTHER, CUT_NONE, RULE_MAYBE | RULE_BUFFER},
    {"layers.#.attention.rotary_emb.inv_freq", ROLE_OTHER, CUT_NONE, RULE_MAYBE | RULE_BUFFER},
    {"layers.#.mlp.dense_h_to_4h.weight", ROLE_UP, CUT_NONE, 0},
    {"layers.#.mlp.dense_h_to_4h.bias", ROLE_OTHER, CUT_NONE, RULE_MAYBE},
    {"layers.#.mlp.dense_4h_to_h.weight", ROLE_DOWN, CUT_NONE, 0},
    {"layers.#.mlp.dense_4h_to_h.bias", ROLE_OTHER, CUT_NONE, RULE_MAYBE},
    {"final_layer_norm.weight", ROLE_FINAL_NORM, CUT_NONE, 0},
    {"final_layer_norm.bias", ROLE_OTHER, CUT_NONE, RULE_MAYBE},
    {"embed_out.weight", ROLE_HEAD, CUT_NONE, RULE_MAYBE},
    {NULL, ROLE_OTHER, CUT_NONE, 0},
};

const Arch arch_gpt_neox = {
    .name = "gpt_neox",
    .types = {"gpt_neox"},
    .prefixes = {"gpt_neox.", ""},
    .rules = {RULES_NEOX},
};
