/* arch_llama.c: Llama 2 and 3, TinyLlama, SmolLM and Mistral; also the names that most other
 * families share with them. Source: transformers, models/llama and models/mistral. */
#include "model/arch.h"

#include <stddef.h>

const ArchRule RULES_HF[] = {
    {"embed_tokens.weight", ROLE_EMBED, CUT_NONE, 0},
    {"layers.#.self_attn.q_proj.weight", ROLE_Q, CUT_NONE, 0},
    {"layers.#.self_attn.k_proj.weight", ROLE_K, CUT_NONE, 0},
    {"layers.#.self_attn.v_proj.weight", ROLE_V, CUT_NONE, 0},
    {"layers.#.self_attn.o_proj.weight", ROLE_O, CUT_NONE, 0},
    {"layers.#.mlp.gate_proj.weight", ROLE_GATE, CUT_NONE, 0},
    {"layers.#.mlp.up_proj.weight", ROLE_UP, CUT_NONE, 0},
    {"layers.#.mlp.down_proj.weight", ROLE_DOWN, CUT_NONE, 0},
    {"layers.#.self_attn.rotary_emb.inv_freq", ROLE_OTHER, CUT_NONE, RULE_MAYBE | RULE_BUFFER},
    {"rotary_emb.inv_freq", ROLE_OTHER, CUT_NONE, RULE_MAYBE | RULE_BUFFER},
    {"norm.weight", ROLE_FINAL_NORM, CUT_NONE, 0},
    {"lm_head.weight", ROLE_HEAD, CUT_NONE, RULE_MAYBE},
    {NULL, ROLE_OTHER, CUT_NONE, 0},
};

const ArchRule RULES_PRE_NORM[] = {
    {"layers.#.input_layernorm.weight", ROLE_NORM_ATTN, CUT_NONE, 0},
    {"layers.#.post_attention_layernorm.weight", ROLE_NORM_MLP, CUT_NONE, 0},
    {NULL, ROLE_OTHER, CUT_NONE, 0},
};

const Arch arch_llama = {
    .name = "llama",
    .types = {"llama", "smollm3"},
    .prefixes = {"model.language_model.", "language_model.model.", "language_model.", "model.", ""},
    .rules = {RULES_HF, RULES_PRE_NORM},
};

const Arch arch_mistral = {
    .name = "mistral",
    .types = {"mistral", "mistral3", "ministral"},
    .prefixes = {"model.language_model.", "language_model.model.", "language_model.", "model.", ""},
    .rules = {RULES_HF, RULES_PRE_NORM},
};
