/* generic.c: roles for a family that nobody told us about, from the names that model makers use
 * again and again. Only the end of the name counts, without ".weight"; the first row that fits
 * wins, so that longer endings stand before shorter ones. What stays in doubt stays ROLE_OTHER. */
#include "model/arch.h"

#include <stddef.h>
#include <string.h>

#include "base/str.h"

/* Here `pattern` is an ending that begins at a '.' or at the start of the name. */
static const ArchRule GENERIC[] = {
    {"self_attn.q_norm", ROLE_NORM_Q, CUT_NONE, 0},
    {"self_attn.k_norm", ROLE_NORM_K, CUT_NONE, 0},
    {"q_layernorm", ROLE_NORM_Q, CUT_NONE, 0},
    {"k_layernorm", ROLE_NORM_K, CUT_NONE, 0},
    {"q_norm", ROLE_NORM_Q, CUT_NONE, 0},
    {"k_norm", ROLE_NORM_K, CUT_NONE, 0},
    {"attn_q_norm", ROLE_NORM_Q, CUT_NONE, 0},
    {"attn_k_norm", ROLE_NORM_K, CUT_NONE, 0},
    {"q_proj", ROLE_Q, CUT_NONE, 0},
    {"k_proj", ROLE_K, CUT_NONE, 0},
    {"v_proj", ROLE_V, CUT_NONE, 0},
    {"o_proj", ROLE_O, CUT_NONE, 0},
    {"wq", ROLE_Q, CUT_NONE, 0},
    {"wk", ROLE_K, CUT_NONE, 0},
    {"wv", ROLE_V, CUT_NONE, 0},
    {"wo", ROLE_O, CUT_NONE, 0},
    {"attn_q", ROLE_Q, CUT_NONE, 0},
    {"attn_k", ROLE_K, CUT_NONE, 0},
    {"attn_v", ROLE_V, CUT_NONE, 0},
    {"attn_output", ROLE_O, CUT_NONE, 0},
    {"self.query", ROLE_Q, CUT_NONE, 0},
    {"self.key", ROLE_K, CUT_NONE, 0},
    {"self.value", ROLE_V, CUT_NONE, 0},
    {"q_lin", ROLE_Q, CUT_NONE, 0},
    {"k_lin", ROLE_K, CUT_NONE, 0},
    {"v_lin", ROLE_V, CUT_NONE, 0},
    {"out_lin", ROLE_O, CUT_NONE, 0},
    {"SelfAttention.q", ROLE_Q, CUT_NONE, 0},
    {"SelfAttention.k", ROLE_K, CUT_NONE, 0},
    {"SelfAttention.v", ROLE_V, CUT_NONE, 0},
    {"SelfAttention.o", ROLE_O, CUT_NONE, 0},
    {"qkv_proj", ROLE_Q, CUT_QKV, 0},
    {"c_attn", ROLE_Q, CUT_QKV, RULE_CONV1D},
    {"attn_qkv", ROLE_Q, CUT_QKV, 0},
    {"Wqkv", ROLE_Q, CUT_QKV, 0},
    {"wqkv", ROLE_Q, CUT_QKV, 0},
    {"attn.qkv", ROLE_Q, CUT_QKV, 0},
    {"attn.c_proj", ROLE_O, CUT_NONE, RULE_CONV1D},
    {"attention.c_proj", ROLE_O, CUT_NONE, RULE_CONV1D},
    {"self_attn.out_proj", ROLE_O, CUT_NONE, 0},
    {"attn.out_proj", ROLE_O, CUT_NONE, 0},
    {"attention.out_proj", ROLE_O, CUT_NONE, 0},
    {"mixer.out_proj", ROLE_O, CUT_NONE, 0},
    {"self_attn.dense", ROLE_O, CUT_NONE, 0},
    {"self_attention.dense", ROLE_O, CUT_NONE, 0},
    {"attention.dense", ROLE_O, CUT_NONE, 0},
    {"attention.output.dense", ROLE_O, CUT_NONE, 0},
    {"attn.proj", ROLE_O, CUT_NONE, 0},
    {"gate_up_proj", ROLE_GATE, CUT_GATE_UP, 0},
    {"gate_proj", ROLE_GATE, CUT_NONE, 0},
    {"up_proj", ROLE_UP, CUT_NONE, 0},
    {"down_proj", ROLE_DOWN, CUT_NONE, 0},
    {"ffn_gate", ROLE_GATE, CUT_NONE, 0},
    {"ffn_up", ROLE_UP, CUT_NONE, 0},
    {"ffn_down", ROLE_DOWN, CUT_NONE, 0},
    {"w1", ROLE_GATE, CUT_NONE, 0},
    {"w3", ROLE_UP, CUT_NONE, 0},
    {"w2", ROLE_DOWN, CUT_NONE, 0},
    {"c_fc", ROLE_UP, CUT_NONE, RULE_CONV1D},
    {"mlp.c_proj", ROLE_DOWN, CUT_NONE, RULE_CONV1D},
    {"fc_in", ROLE_UP, CUT_NONE, 0},
    {"fc_out", ROLE_DOWN, CUT_NONE, 0},
    {"fc1", ROLE_UP, CUT_NONE, 0},
    {"fc2", ROLE_DOWN, CUT_NONE, 0},
    {"lin1", ROLE_UP, CUT_NONE, 0},
    {"lin2", ROLE_DOWN, CUT_NONE, 0},
    {"dense_h_to_4h", ROLE_UP, CUT_NONE, 0},
    {"dense_4h_to_h", ROLE_DOWN, CUT_NONE, 0},
    {"intermediate.dense", ROLE_UP, CUT_NONE, 0},
    {"output.dense", ROLE_DOWN, CUT_NONE, 0},
    {"DenseReluDense.wi_0", ROLE_GATE, CUT_NONE, 0},
    {"DenseReluDense.wi_1", ROLE_UP, CUT_NONE, 0},
    {"DenseReluDense.wi", ROLE_UP, CUT_NONE, 0},
    {"input_layernorm", ROLE_NORM_ATTN, CUT_NONE, 0},
    {"attention_norm", ROLE_NORM_ATTN, CUT_NONE, 0},
    {"attn_norm", ROLE_NORM_ATTN, CUT_NONE, 0},
    {"self_attn_layer_norm", ROLE_NORM_ATTN, CUT_NONE, 0},
    {"ln_1", ROLE_NORM_ATTN, CUT_NONE, 0},
    {"ln1", ROLE_NORM_ATTN, CUT_NONE, 0},
    {"norm1", ROLE_NORM_ATTN, CUT_NONE, 0},
    {"norm_1", ROLE_NORM_ATTN, CUT_NONE, 0},
    {"post_attention_layernorm", ROLE_NORM_MLP, CUT_NONE, 0},
    {"pre_feedforward_layernorm", ROLE_NORM_MLP, CUT_NONE, 0},
    {"post_feedforward_layernorm", ROLE_NORM_MLP_POST, CUT_NONE, 0},
    {"ffn_norm", ROLE_NORM_MLP, CUT_NONE, 0},
    {"ln_2", ROLE_NORM_MLP, CUT_NONE, 0},
    {"ln2", ROLE_NORM_MLP, CUT_NONE, 0},
    {"norm2", ROLE_NORM_MLP, CUT_NONE, 0},
    {"norm_2", ROLE_NORM_MLP, CUT_NONE, 0},
    {"embed_tokens", ROLE_EMBED, CUT_NONE, 0},
    {"tok_embeddings", ROLE_EMBED, CUT_NONE, 0},
    {"token_embd", ROLE_EMBED, CUT_NONE, 0},
    {"word_embeddings", ROLE_EMBED, CUT_NONE, 0},
    {"wte", ROLE_EMBED, CUT_NONE, 0},
    {"embed_in", ROLE_EMBED, CUT_NONE, 0},
    {"wpe", ROLE_POSITIONS, CUT_NONE, 0},
    {"embed_positions", ROLE_POSITIONS, CUT_NONE, 0},
    {"position_embeddings", ROLE_POSITIONS, CUT_NONE, 0},
    {"ln_f", ROLE_FINAL_NORM, CUT_NONE, 0},
    {"final_layer_norm", ROLE_FINAL_NORM, CUT_NONE, 0},
    {"final_layernorm", ROLE_FINAL_NORM, CUT_NONE, 0},
    {"output_norm", ROLE_FINAL_NORM, CUT_NONE, 0},
    {"model.norm", ROLE_FINAL_NORM, CUT_NONE, 0},
    {"norm", ROLE_FINAL_NORM, CUT_NONE, 0},
    {"norm_f", ROLE_FINAL_NORM, CUT_NONE, 0},
    {"lm_head", ROLE_HEAD, CUT_NONE, 0},
    {"embed_out", ROLE_HEAD, CUT_NONE, 0},
    {"output", ROLE_HEAD, CUT_NONE, 0},
    {NULL, ROLE_OTHER, CUT_NONE, 0},
};

/* name[0..n) ends in `ending`, at a '.' or as a whole. */
static bool ends_in(const char *name, size_t n, const char *ending)
{
    size_t m = strlen(ending);
    if (m > n || strncmp(name + n - m, ending, m) != 0) return false;
    return m == n || name[n - m - 1] == '.';
}

static size_t stem_length(const char *name)
{
    return strlen(name) - (str_ends(name, ".weight") ? strlen(".weight") : 0);
}

/* Parts that are no blocks of the language model, or several to a role. */
static bool is_foreign(const char *name)
{
    static const char *const words[] = {"vision", "visual", "audio", "experts.", "decoder.block"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strstr(name, words[i])) return true;
    return str_ends(name, ".bias") || str_ends(name, "_scale") || str_ends(name, "_scale_inv");
}

/* Digits from s up to '.' or the end, -1 when they are none or too many. */
static int component_number(const char *s)
{
    int n = 0;
    if (*s < '0' || *s > '9') return -1;
    for (; *s >= '0' && *s <= '9'; s++)
        if ((n = n * 10 + (*s - '0')) >= ARCH_MAX_LAYERS) return -1;
    return *s == '.' || *s == 0 ? n : -1;
}

int name_layer(const char *name)
{
    static const char *const words[] = {"", "layer", "layers", "block", "blocks", "blk", "h"};
    for (const char *p = name; p; p = strchr(p, '.') ? strchr(p, '.') + 1 : NULL) {
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
            if (!str_starts(p, words[i])) continue;
            const char *digits = p + strlen(words[i]);
            int n = component_number(*digits == '_' && i > 0 ? digits + 1 : digits);
            if (n >= 0) return n;
        }
    }
    return -1;
}

Generic generic_look(const Checkpoint *ck)
{
    Generic g = {0};
    for (int i = 0; i < checkpoint_count(ck); i++) {
        const char *name = checkpoint_tensor(ck, i)->name;
        size_t n = stem_length(name);
        if (ends_in(name, n, "w3")) g.has_w3 = true;
        if (ends_in(name, n, "post_feedforward_layernorm")) g.has_post_norm = true;
    }
    return g;
}

Match generic_match(const Generic *g, const char *name)
{
    Match m = {.layer = name_layer(name), .role = ROLE_OTHER};
    size_t n = stem_length(name);
    if (is_foreign(name)) return m;
    for (const ArchRule *r = GENERIC; r->pattern && !m.named; r++) {
        if (!ends_in(name, n, r->pattern)) continue;
        m = (Match){m.layer, r->role, r->cut, r->flags, true};
    }
    if (m.role == ROLE_GATE && ends_in(name, n, "w1") && !g->has_w3) m.role = ROLE_UP;
    if (g->has_post_norm && ends_in(name, n, "post_attention_layernorm"))
        m.role = ROLE_NORM_ATTN_POST;
    bool block =
        role_is_block_matrix(m.role) || (m.role >= ROLE_NORM_ATTN && m.role <= ROLE_NORM_K);
    if (m.named && block == (m.layer < 0)) /* a block's part without a number, or the other way */
        m = (Match){.layer = m.layer, .role = ROLE_OTHER};
    return m;
}
