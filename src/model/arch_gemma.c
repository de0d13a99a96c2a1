/* arch_gemma.c: Gemma 1, 2 and 3. From Gemma 2 on a block has four norms, and
 * post_attention_layernorm stands after attention, before the sum; in Llama (and Gemma 1) the same
 * name is the norm before the MLP. Gemma 3 adds norms on queries and keys; its multimodal
 * checkpoints put the language model under language_model.model. (older) or
 * model.language_model. (newer). Source: transformers, models/gemma, gemma2, gemma3. */
#include "model/arch.h"

#include <stddef.h>

static const ArchRule RULES_FOUR_NORMS[] = {
    {"layers.#.input_layernorm.weight", ROLE_NORM_ATTN, CUT_NONE, 0},
    {"layers.#.post_attention_layernorm.weight", ROLE_NORM_ATTN_POST, CUT_NONE, 0},
    {"layers.#.pre_feedforward_layernorm.weight", ROLE_NORM_MLP, CUT_NONE, 0},
    {"layers.#.post_feedforward_layernorm.weight", ROLE_NORM_MLP_POST, CUT_NONE, 0},
    {NULL, ROLE_OTHER, CUT_NONE, 0},
};

static const ArchRule RULES_QK_NORM[] = {
    {"layers.#.self_attn.q_norm.weight", ROLE_NORM_Q, CUT_NONE, 0},
    {"layers.#.self_attn.k_norm.weight", ROLE_NORM_K, CUT_NONE, 0},
    {NULL, ROLE_OTHER, CUT_NONE, 0},
};

const Arch arch_gemma = {
    .name = "gemma",
    .types = {"gemma"},
    .prefixes = {"language_model.model.", "language_model.", "model.", ""},
    .rules = {RULES_HF, RULES_PRE_NORM},
};

const Arch arch_gemma2 = {
    .name = "gemma2",
    .types = {"gemma2"},
    .prefixes = {"language_model.model.", "language_model.", "model.", ""},
    .rules = {RULES_HF, RULES_FOUR_NORMS},
};

const Arch arch_gemma3 = {
    .name = "gemma3",
    .types = {"gemma3_text", "gemma3"},
    .prefixes = {"model.language_model.", "language_model.model.", "language_model.", "model.", ""},
    .rules = {RULES_HF, RULES_FOUR_NORMS, RULES_QK_NORM},
};
