/* arch_phi3.c: Phi-3, Phi-3.5 and Phi-4: q, k, v in one matrix, gate and up in another. Source:
 * transformers, models/phi3. */
#include "model/arch.h"

#include <stddef.h>

static const ArchRule RULES_PHI3[] = {
    {"embed_tokens.weight", ROLE_EMBED, CUT_NONE, 0},
    {"layers.#.self_attn.qkv_proj.weight", ROLE_Q, CUT_QKV, 0},
    {"layers.#.self_attn.o_proj.weight", ROLE_O, CUT_NONE, 0},
    {"layers.#.mlp.gate_up_proj.weight", ROLE_GATE, CUT_GATE_UP, 0},
    {"layers.#.mlp.down_proj.weight", ROLE_DOWN, CUT_NONE, 0},
    {"norm.weight", ROLE_FINAL_NORM, CUT_NONE, 0},
    {"lm_head.weight", ROLE_HEAD, CUT_NONE, RULE_MAYBE},
    {NULL, ROLE_OTHER, CUT_NONE, 0},
};

const Arch arch_phi3 = {
    .name = "phi3",
    .types = {"phi3", "phi3_v"},
    .prefixes = {"model.", ""},
    .rules = {RULES_PHI3, RULES_PRE_NORM},
};
