/* arch_gpt2.c: GPT-2. Linear layers are Conv1D, stored [in, out]; q, k, v are columns of c_attn;
 * the MLP has no gate. The first publication's names have no "transformer." before them, and its
 * files carry the causal masks (attn.bias), which are no weights. Source: transformers,
 * models/gpt2. */
#include "model/arch.h"

#include <stddef.h>

static const ArchRule RULES_GPT2[] = {
    {"wte.weight", ROLE_EMBED, CUT_NONE, 0},
    {"wpe.weight", ROLE_POSITIONS, CUT_NONE, 0},
    {"h.#.ln_1.weight", ROLE_NORM_ATTN, CUT_NONE, 0},
    {"h.#.ln_1.bias", ROLE_OTHER, CUT_NONE, RULE_MAYBE},
    {"h.#.attn.c_attn.weight", ROLE_Q, CUT_QKV, RULE_CONV1D},
    {"h.#.attn.c_attn.bias", ROLE_OTHER, CUT_NONE, RULE_MAYBE},
    {"h.#.attn.c_proj.weight", ROLE_O, CUT_NONE, RULE_CONV1D},
    {"h.#.attn.c_proj.bias", ROLE_OTHER, CUT_NONE, RULE_MAYBE},
    {"h.#.attn.bias", ROLE_OTHER, CUT_NONE, RULE_MAYBE | RULE_BUFFER},
    {"h.#.attn.masked_bias", ROLE_OTHER, CUT_NONE, RULE_MAYBE | RULE_BUFFER},
    {"h.#.ln_2.weight", ROLE_NORM_MLP, CUT_NONE, 0},
    {"h.#.ln_2.bias", ROLE_OTHER, CUT_NONE, RULE_MAYBE},
    {"h.#.mlp.c_fc.weight", ROLE_UP, CUT_NONE, RULE_CONV1D},
    {"h.#.mlp.c_fc.bias", ROLE_OTHER, CUT_NONE, RULE_MAYBE},
    {"h.#.mlp.c_proj.weight", ROLE_DOWN, CUT_NONE, RULE_CONV1D},
    {"h.#.mlp.c_proj.bias", ROLE_OTHER, CUT_NONE, RULE_MAYBE},
    {"ln_f.weight", ROLE_FINAL_NORM, CUT_NONE, 0},
    {"ln_f.bias", ROLE_OTHER, CUT_NONE, RULE_MAYBE},
    {"lm_head.weight", ROLE_HEAD, CUT_NONE, RULE_MAYBE},
    {NULL, ROLE_OTHER, CUT_NONE, 0},
};

const Arch arch_gpt2 = {
    .name = "gpt2",
    .types = {"gpt2"},
    .prefixes = {"transformer.", ""},
    .rules = {RULES_GPT2},
};
