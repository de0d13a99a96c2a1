/* families.c: see families.h. Source: transformers, configuration and modelling files of
 * models/{llama,smollm3,mistral,ministral,qwen2,qwen3,gemma,gemma2,gemma3,phi3,gpt2,gpt_neox}. */
#include "families.h"

#include <string.h>

/* What the configuration classes of a line of descent share. */
#define LIKE_LLAMA                                                                                \
    .norm = NORM_RMS, .eps_key = "rms_norm_eps", .act_key = "hidden_act", .act = "silu",          \
    .context_key = "max_position_embeddings", .part = 1
#define LIKE_GEMMA                                                                                \
    .norm = NORM_RMS_ONE, .eps_key = "rms_norm_eps", .eps = 1e-6,                                 \
    .act_key = "hidden_activation", .act = "gelu_pytorch_tanh",                                   \
    .context_key = "max_position_embeddings", .part = 1

static const Family FAMILY[] = {
    {
        .name = "llama",
        LIKE_LLAMA,
        .eps = 1e-6,
        .context = 2048,
        .base = 1e4,
        .flags = F_GATED | F_ATTN_BIAS | F_MLP_BIAS,
    },
    {
        .name = "mistral",
        LIKE_LLAMA,
        .eps = 1e-6,
        .context = 131072,
        .base = 1e4,
        .pattern = WINDOW_ALL,
        .window = 4096,
        .flags = F_GATED,
    },
    {
        .name = "qwen2",
        LIKE_LLAMA,
        .eps = 1e-6,
        .context = 32768,
        .base = 1e4,
        .pattern = WINDOW_QWEN,
        .window = 4096,
        .flags = F_GATED | F_QKV_BIAS,
    },
    {
        .name = "qwen3",
        LIKE_LLAMA,
        .eps = 1e-6,
        .context = 32768,
        .base = 1e4,
        .pattern = WINDOW_QWEN,
        .window = 4096,
        .flags = F_GATED | F_QK_NORM | F_ATTN_BIAS,
    },
    {
        .name = "gemma",
        LIKE_GEMMA,
        .context = 8192,
        .base = 1e4,
        .flags = F_GATED | F_EMBED_SCALE | F_ATTN_BIAS | F_TIED,
    },
    {
        .name = "gemma2",
        LIKE_GEMMA,
        .context = 8192,
        .base = 1e4,
        .pattern = WINDOW_EVEN,
        .window = 4096,
        .attn_cap = 50,
        .final_cap = 30,
        .flags =
            F_GATED | F_SANDWICH | F_EMBED_SCALE | F_CAPS | F_QUERY_SCALAR | F_ATTN_BIAS | F_TIED,
    },
    {
        .name = "gemma3",
        LIKE_GEMMA,
        .context = 131072,
        .base = 1e6,
        .pattern = WINDOW_SIXTH,
        .window = 4096,
        .flags = F_GATED | F_SANDWICH | F_QK_NORM | F_EMBED_SCALE | F_CAPS | F_QUERY_SCALAR |
                 F_ATTN_BIAS | F_TIED,
    },
    {
        .name = "phi3",
        LIKE_LLAMA,
        .eps = 1e-5,
        .context = 4096,
        .base = 1e4,
        .pattern = WINDOW_ALL,
        .original = 4096,
        .flags = F_GATED,
    },
    {
        .name = "gpt2",
        .norm = NORM_LAYER,
        .eps_key = "layer_norm_epsilon",
        .eps = 1e-5,
        .act_key = "activation_function",
        .act = "gelu_new",
        .context_key = "n_positions",
        .context = 1024,
        .flags = F_QKV_BIAS | F_ALL_BIAS | F_POSITIONS | F_TIED,
    },
    {
        .name = "gpt_neox",
        .norm = NORM_LAYER,
        .eps_key = "layer_norm_eps",
        .eps = 1e-5,
        .act_key = "hidden_act",
        .act = "gelu",
        .context_key = "max_position_embeddings",
        .context = 2048,
        .base = 1e4,
        .part = 0.25,
        .flags = F_ALL_BIAS | F_ATTN_BIAS | F_NEOX,
    },
};

const Family *family_find(const char *name)
{
    for (size_t i = 0; i < sizeof FAMILY / sizeof *FAMILY; i++)
        if (strcmp(FAMILY[i].name, name) == 0) return &FAMILY[i];
    return NULL;
}
