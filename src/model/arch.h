/* arch.h: a model family as data: how its checkpoints name their tensors.
 *
 * A rule's pattern is a whole tensor name without the family's prefix; '#' stands for the number of
 * the block. To add a family: one arch_*.c with its rules, one word in archs.def. */
#ifndef MODEL_ARCH_H
#define MODEL_ARCH_H

#include <stdbool.h>

#include "feature/role.h"
#include "tensor/checkpoint.h"

enum { ARCH_MAX_LAYERS = 10000 };

/* How one stored matrix holds several roles. */
typedef enum Cut {
    CUT_NONE,
    CUT_QKV,      /* rows of q, then k, then v */
    CUT_GATE_UP,  /* rows of gate, then up */
    CUT_QKV_HEADS /* for each head: rows of q, k, v (GPT-NeoX) */
} Cut;

enum {
    RULE_MAYBE = 1,  /* many checkpoints of the family do without */
    RULE_CONV1D = 2, /* stored [in, out] by GPT-2's Conv1D, [out, in] by ports to linear layers */
    RULE_BUFFER = 4  /* no weight: causal masks, rotary frequencies */
};

typedef struct ArchRule {
    const char *pattern; /* "layers.#.self_attn.q_proj.weight"; NULL ends a list */
    Role role;           /* of a cut matrix: the first of its roles */
    Cut cut;
    int flags; /* RULE_... */
} ArchRule;

typedef struct Arch {
    const char *name;         /* "gemma3" */
    const char *types[8];     /* values of "model_type" in config.json, NULL-terminated */
    const char *prefixes[8];  /* tried in order, NULL-terminated; "" for none */
    const ArchRule *rules[4]; /* lists of rules, NULL-terminated */
} Arch;

/* What a tensor's name says. */
typedef struct Match {
    int layer; /* -1 = outside the blocks */
    Role role;
    Cut cut;
    int flags;
    bool named; /* a rule named it; otherwise role is ROLE_OTHER */
} Match;

/* NULL when the type is unknown. */
const Arch *arch_by_type(const char *model_type);
/* The family whose rules name this checkpoint's tensors best; NULL when none names the matrices of
 * a whole block. */
const Arch *arch_by_names(const Checkpoint *ck);
/* True when the rules name at least one matrix of a block. */
bool arch_fits(const Arch *a, const Checkpoint *ck);
Match arch_match(const Arch *a, const char *name);

/* The same for an unknown family, by the last parts of the name (see generic.c). */
typedef struct Generic {
    bool has_w3;        /* w1 and w3 are gate and up; a w1 alone is up */
    bool has_post_norm; /* post_attention_layernorm stands after attention, as in Gemma */
} Generic;

/* The number of the block: the first component of the name that is a number, or a word for a block
 * and a number ("layer3"). -1 when there is none below ARCH_MAX_LAYERS. */
int name_layer(const char *name);
Generic generic_look(const Checkpoint *ck);
Match generic_match(const Generic *g, const char *name);

/* A matrix of a block: q k v o gate up down. */
bool role_is_block_matrix(Role role);

/* The rules that llama and its many relatives share, arch_llama.c. */
extern const ArchRule RULES_HF[];       /* embedding, projections, final norm, head */
extern const ArchRule RULES_PRE_NORM[]; /* two norms a block */

#endif
