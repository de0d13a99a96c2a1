/* hparams.c: see infer/hparams.h. What a family does whatever the configuration says, and what it
 * takes for granted, is in families.c. */
#include "infer/hparams.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "config_read.h"
#include "families.h"

enum { MAX_CONTEXT = 1 << 27, SMOLLM3_NOPE_EVERY = 4 };

/* Members that change the numbers in ways that no family here has, and the value that asks for
 * nothing; NAN: only null does. A boolean counts as 0 or 1. */
static bool refuse_foreign(const Json *root, Err *err)
{
    static const struct {
        const char *key;
        double neutral;
    } foreign[] = {
        {"quantization_config", NAN},
        {"num_local_experts", 0},
        {"num_experts", 0},
        {"n_routed_experts", 0},
        {"num_experts_per_tok", 0},
        {"q_lora_rank", NAN},
        {"kv_lora_rank", NAN},
        {"add_cross_attention", 0},
        {"is_encoder_decoder", 0},
        {"use_bidirectional_attention", 0},
        {"attention_chunk_size", NAN},
        {"alibi", 0},
        {"clip_qkv", NAN},
        {"rope_interleaved", 0},
        {"qk_layernorm", 0},
        {"use_qk_norm", 0},
        {"attention_multiplier", 1},
        {"residual_multiplier", 1},
        {"embedding_multiplier", 1},
        {"logits_scaling", 1},
        {"logit_scale", 1},
        {"short_mscale", NAN},
        {"attn_temperature_tuning", 0},
        {"mup_attn_multiplier", NAN},
        {"long_mscale", NAN},
    };
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        const Json *j = model_config_get(root, foreign[i].key);
        double v = json_is_bool(j) ? json_truth(j, false) : json_number(j, NAN);
        if (j && !(v == foreign[i].neutral))
            return err_set(err, "\"%s\" asks for something that cannot be run", foreign[i].key);
    }
    return true;
}

static bool read_act(Hparams *hp, const Family *f, const Json *root, Err *err)
{
    static const struct {
        const char *name;
        ActKind act;
    } acts[] = {{"silu", ACT_SILU},           {"swish", ACT_SILU},
                {"gelu", ACT_GELU},           {"gelu_python", ACT_GELU},
                {"gelu_new", ACT_GELU_TANH},  {"gelu_pytorch_tanh", ACT_GELU_TANH},
                {"gelu_fast", ACT_GELU_TANH}, {"relu", ACT_RELU}};
    const char *name;
    if (!config_string(root, f->act_key, f->act, &name, err)) return false;
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        if (strcmp(name, acts[i].name) != 0) continue;
        hp->act = acts[i].act;
        return true;
    }
    return err_set(err,
                   "activation \"%.60s\" is not supported (silu, gelu, gelu_new, "
                   "gelu_pytorch_tanh and relu are)",
                   name);
}

/* Absent: the family's; null: none. */
static bool read_cap(const Json *root, const char *key, double dflt, bool known, float *out,
                     Err *err)
{
    double v;
    const Json *j = config_given(root, key);
    if (j && !json_is_null(j) && !known)
        return err_set(err, "\"%s\" is not known in this family", key);
    if (!config_real(root, key, 1e-3, 1e6, j ? 0 : dflt, &v, err)) return false;
    *out = (float)v;
    return true;
}

static bool read_biases(Hparams *hp, const Family *f, const Json *root, Err *err)
{
    bool attn = false, mlp = false;
    bool attn_dflt = (f->flags & F_NEOX) != 0;
    if ((f->flags & F_ATTN_BIAS) && !config_bool(root, "attention_bias", attn_dflt, &attn, err))
        return false;
    if ((f->flags & F_MLP_BIAS) && !config_bool(root, "mlp_bias", false, &mlp, err)) return false;
    hp->bias_qkv = attn || (f->flags & F_QKV_BIAS);
    hp->bias_o = attn || ((f->flags & F_ALL_BIAS) && !(f->flags & F_NEOX));
    hp->bias_mlp = mlp || (f->flags & F_ALL_BIAS);
    return true;
}

/* model/ leaves out a stored head that equals the embedding: both are the same to us. */
static bool head_is_stored(const Model *m)
{
    for (int i = 0; i < checkpoint_count(m->ck); i++) {
        const char *name = checkpoint_tensor(m->ck, i)->name;
        if (str_ends(name, "lm_head.weight") || str_ends(name, "embed_out.weight")) return true;
    }
    return false;
}

static bool read_tied(Hparams *hp, const Family *f, const Model *m, const Json *root, Err *err)
{
    bool has_head = model_find(m, -1, ROLE_HEAD) != NULL;
    if (!config_bool(root, "tie_word_embeddings", !has_head || (f->flags & F_TIED), &hp->tied, err))
        return false;
    if (!hp->tied && !has_head && !head_is_stored(m))
        return err_set(err, "\"tie_word_embeddings\" is false, but no output embedding is stored");
    if (!has_head) hp->tied = true;
    return true;
}

static bool read_scales(Hparams *hp, const Family *f, const Json *root, double *attn, Err *err)
{
    bool scaled = true;
    double scalar = hp->dh;
    if (f->flags & F_QUERY_SCALAR) {
        if (!config_real(root, "query_pre_attn_scalar", 1e-3, 1e9, 256, &scalar, err)) return false;
    } else if (model_config_get(root, "query_pre_attn_scalar")) {
        return err_set(err, "\"query_pre_attn_scalar\" is not known in this family");
    }
    if ((f->flags & F_POSITIONS) && !config_bool(root, "scale_attn_weights", true, &scaled, err))
        return false;
    *attn = scaled ? 1 / sqrt(scalar) : 1;
    hp->embed_scale = f->flags & F_EMBED_SCALE ? sqrtf((float)hp->d) : 1;
    return true;
}

/* ---- layers --------------------------------------------------------------------------------- */

static bool read_window(const Family *f, const Json *root, int *window, Err *err)
{
    bool use = true;
    const Json *j = config_given(root, "sliding_window");
    if (!config_bool(root, "use_sliding_window", f->pattern != WINDOW_QWEN, &use, err))
        return false;
    if (!config_int(root, "sliding_window", 1, MAX_CONTEXT, j ? 0 : f->window, window, err))
        return false;
    if (!use) *window = 0;
    if (*window && f->pattern == WINDOW_NEVER && !model_config_get(root, "layer_types"))
        return err_set(err, "\"sliding_window\" is not known in this family");
    return true;
}

static bool pattern_slides(Pattern pattern, int l, int every, int from)
{
    switch (pattern) {
    case WINDOW_NEVER: return false;
    case WINDOW_ALL: return true;
    case WINDOW_EVEN: return l % 2 == 0;
    case WINDOW_SIXTH: return (l + 1) % every != 0;
    case WINDOW_QWEN: return l >= from;
    }
    return false;
}

/* "layer_types", else the family's pattern. slides [nl]. */
static bool read_slides(const Hparams *hp, const Family *f, const Json *root, bool *slides,
                        Err *err)
{
    int every, from, l = 0;
    const Json *types = model_config_get(root, "layer_types");
    const char *key = model_config_get(root, "sliding_window_pattern") ? "sliding_window_pattern"
                                                                       : "_sliding_window_pattern";
    if (!config_int(root, key, 1, 10000, 6, &every, err) ||
        !config_int(root, "max_window_layers", 0, 10000, 28, &from, err))
        return false;
    for (l = 0; !types && l < hp->nl; l++) slides[l] = pattern_slides(f->pattern, l, every, from);
    if (!types) return true;
    if (!json_is_array(types) || json_count(types) != hp->nl)
        return err_set(err, "\"layer_types\" is no list of %d layers", hp->nl);
    for (const Json *j = json_child(types); j; j = json_next(j), l++) {
        const char *name = json_string(j);
        if (!name) return err_set(err, "\"layer_types\"[%d] is no string", l);
        slides[l] = strcmp(name, "sliding_attention") == 0;
        if (!slides[l] && strcmp(name, "full_attention") != 0)
            return err_set(err,
                           "layer type \"%.40s\" is not supported (full_attention and "
                           "sliding_attention are)",
                           name);
    }
    return true;
}

/* SmolLM3 leaves every fourth layer without rotation. turns [nl]. */
static bool read_turns(const Hparams *hp, const Json *root, bool *turns, Err *err)
{
    const char *type;
    int every, l = 0;
    const Json *list = model_config_get(root, "no_rope_layers");
    if (!config_string(root, "model_type", "", &type, err)) return false;
    bool smollm3 = strcmp(type, "smollm3") == 0;
    if (!config_int(root, "no_rope_layer_interval", 1, 10000, smollm3 ? SMOLLM3_NOPE_EVERY : 0,
                    &every, err))
        return false;
    for (l = 0; l < hp->nl; l++) turns[l] = every == 0 || (l + 1) % every != 0;
    if (!list) return true;
    if (!json_is_array(list) || json_count(list) != hp->nl)
        return err_set(err, "\"no_rope_layers\" is no list of %d layers", hp->nl);
    l = 0;
    for (const Json *j = json_child(list); j; j = json_next(j), l++)
        turns[l] = json_number(j, 1) != 0; /* 1 means that the layer does turn */
    return true;
}

static bool read_layers(Hparams *hp, const Family *f, const Json *root, double scale, Err *err)
{
    int window;
    bool by_layer = false;
    bool *slides = mem_alloc(hp->nl, sizeof *slides), *turns = mem_alloc(hp->nl, sizeof *turns);
    bool ok = read_window(f, root, &window, err) && read_slides(hp, f, root, slides, err) &&
              read_turns(hp, root, turns, err) &&
              (!(f->flags & F_POSITIONS) ||
               config_bool(root, "scale_attn_by_inverse_layer_idx", false, &by_layer, err));
    hp->layer = mem_alloc(hp->nl, sizeof *hp->layer);
    for (int l = 0; ok && l < hp->nl; l++) {
        LayerSpec *s = &hp->layer[l];
        s->window = slides[l] ? window : 0;
        s->rope = hp->positions || !turns[l] ? -1 : slides[l] && hp->rope[1].dim ? 1 : 0;
        s->attn_scale = (float)(by_layer ? scale / (l + 1) : scale);
        if (slides[l] && window == 0 && model_config_get(root, "layer_types"))
            ok = err_set(err, "layer %d slides, but there is no \"sliding_window\"", l);
    }
    free(slides);
    free(turns);
    return ok;
}

/* ---- rotation ------------------------------------------------------------------------------- */

/* rope[0] is that of full attention; rope[1] that of sliding layers where it is another: Gemma 3,
 * and wherever "rope_parameters" has one for each. */
static bool read_ropes(Hparams *hp, const Family *f, const Json *root, Err *err)
{
    RopeDefaults dflt = {f->base, f->part, 0, strcmp(f->name, "phi3") == 0};
    const Json *obj = model_config_get(root, "rope_parameters");
    const Json *full = json_get(obj, "full_attention"), *local = json_get(obj, "sliding_attention");
    if (!obj) obj = model_config_get(root, "rope_scaling");
    if ((f->flags & F_NEOX) &&
        (!config_real(root, "rotary_emb_base", 1, 1e15, f->base, &dflt.base, err) ||
         !config_real(root, "rotary_pct", 0, 1, f->part, &dflt.part, err)))
        return false;
    if (!config_int(root, "original_max_position_embeddings", 2, MAX_CONTEXT, f->original,
                    &dflt.original, err))
        return false;
    if (!rope_read(&hp->rope[0], root, full ? full : obj, &dflt, hp->dh, hp->context, err))
        return false;
    if (local) return rope_read(&hp->rope[1], root, local, &dflt, hp->dh, hp->context, err);
    if (strcmp(f->name, "gemma3") != 0) return true;
    hp->rope[1] = (RopeSpec){.kind = ROPE_PLAIN, .dim = hp->rope[0].dim, .scale = 1};
    return config_real(root, "rope_local_base_freq", 1, 1e15, 1e4, &hp->rope[1].base, err);
}

/* ---- the whole ------------------------------------------------------------------------------ */

static bool read_dims(Hparams *hp, const Model *m, Err *err)
{
    const ModelConfig *c = &m->cfg;
    snprintf(hp->family, sizeof hp->family, "%s", c->family);
    hp->nl = c->nl;
    hp->d = c->d;
    hp->nh = c->nh;
    hp->nkv = c->nkv;
    hp->dh = c->dh;
    hp->ff = c->ff;
    hp->vocab = c->vocab;
    if (c->nl < 1 || c->d < 1 || c->nh < 1 || c->nkv < 1 || c->dh < 1 || c->ff < 1 || c->vocab < 1)
        return err_set(err, "layers, width, heads, feed-forward or vocabulary are not given");
    if (c->nh % c->nkv != 0) return err_set(err, "%d heads cannot share %d keys", c->nh, c->nkv);
    return true;
}

static bool read_context(Hparams *hp, const Family *f, const Model *m, const Json *root, Err *err)
{
    int older;
    const ModelPart *positions = model_find(m, -1, ROLE_POSITIONS);
    if (!config_int(root, "n_ctx", 1, MAX_CONTEXT, f->context, &older, err)) return false;
    if (!config_int(root, f->context_key, 1, MAX_CONTEXT, older, &hp->context, err)) return false;
    hp->positions = (f->flags & F_POSITIONS) != 0;
    if (hp->positions && positions && tensor_rows(&positions->t) < hp->context)
        hp->context = (int)tensor_rows(&positions->t);
    return true;
}

static bool read_root(Hparams *hp, const Family *f, const Model *m, const Json *root, Err *err)
{
    double eps, attn_scale = 1;
    bool parallel = false;
    bool neox = (f->flags & F_NEOX) != 0, caps = (f->flags & F_CAPS) != 0;
    if (!refuse_foreign(root, err) || !read_dims(hp, m, err)) return false;
    hp->norm = f->norm;
    hp->gated = f->flags & F_GATED;
    hp->sandwich = f->flags & F_SANDWICH;
    hp->qk_norm = f->flags & F_QK_NORM;
    if (!config_real(root, f->eps_key, 0, 1, f->eps, &eps, err) || !read_act(hp, f, root, err) ||
        !config_bool(root, "use_parallel_residual", neox, &parallel, err))
        return false;
    if (parallel && !neox)
        return err_set(err, "\"use_parallel_residual\" is not known in this family");
    hp->eps = (float)eps;
    hp->parallel = parallel;
    return read_cap(root, "attn_logit_softcapping", f->attn_cap, caps, &hp->attn_cap, err) &&
           read_cap(root, "final_logit_softcapping", f->final_cap, caps, &hp->final_cap, err) &&
           read_biases(hp, f, root, err) && read_tied(hp, f, m, root, err) &&
           read_context(hp, f, m, root, err) && read_scales(hp, f, root, &attn_scale, err) &&
           (hp->positions || read_ropes(hp, f, root, err)) &&
           read_layers(hp, f, root, attn_scale, err);
}

const char *act_name(ActKind act)
{
    static const char *const names[] = {"silu", "gelu", "gelu_tanh", "relu"};
    return names[act];
}

bool hparams_read(Hparams *hp, const Model *m, Err *err)
{
    const Family *f = family_find(m->cfg.family);
    char *path = path_join(m->dir, "config.json");
    Json *root = NULL;
    bool ok = false;
    if (!f)
        err_set(err, "%s: the family of this model is not known, so it cannot be run", m->path);
    else
        root = json_read(path, err);
    if (root)
        ok = read_root(hp, f, m, root, err) || err_wrap(err, "%s (family %s)", path, m->cfg.family);
    json_free(root);
    free(path);
    if (!ok) hparams_free(hp);
    return ok;
}

void hparams_free(Hparams *hp)
{
    for (int i = 0; i < HPARAMS_ROPES; i++) rope_spec_free(&hp->rope[i]);
    free(hp->layer);
    *hp = (Hparams){0};
}
