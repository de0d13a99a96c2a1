/* arch_qwen.c: Qwen 2 and 2.5 (biases on q, k, v) and Qwen 3 (norms on queries and keys). Source:
 * transformers, models/qwen2 and models/qwen3. */
#include "model/arch.h"

#include <stddef.h>

static const ArchRule RULES_QKV_BIAS[] = {
    {"layers.#.self_attn.q_proj.bias", ROLE_OTHER, CUT_NONE, 0},
    {"layers.#.self_attn.k_proj.bias", ROLE_OTHER, CUT_NONE, 0},
    {"layers.#.self_attn.v_proj.bias", ROLE_OTHER, CUT_NONE, 0},
    {NULL, ROLE_OTHER, CUT_NONE, 0},
};

static const ArchRule RULES_QK_NORM[] = {
    {"layers.#.self_attn.q_norm.weight", ROLE_NORM_Q, CUT_NONE, 0},
    {"layers.#.self_attn.k_norm.weight", ROLE_NORM_K, CUT_NONE, 0},
    {NULL, ROLE_OTHER, CUT_NONE, 0},
};

const Arch arch_qwen2 = {
    .name = "qwen2",
    .types = {"qwen2", "qwen2_vl", "qwen2_5_vl"},
    .prefixes = {"model.language_model.", "language_model.model.", "language_model.", "model.", ""},
    .rules = {RULES_HF, RULES_PRE_NORM, RULES_QKV_BIAS},
};

const Arch arch_qwen3 = {
    .name = "qwen3",
    .types = {"qwen3", "qwen3_vl", "qwen3_vl_text"},
    .prefixes = {"model.language_model.", "language_model.model.", "language_model.", "model.", ""},
    .rules = {RULES_HF, RULES_PRE_NORM, RULES_QK_NORM},
};
