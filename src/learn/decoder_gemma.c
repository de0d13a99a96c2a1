/* decoder_gemma.c: Gemma 3 (Gemma Team 2025), as transformers' models/gemma3 computes it: norms
 * multiply by 1 + w, embeddings by sqrt(d), queries and keys are normed head by head, each half of
 * a block has a norm before and one after, all but each `pattern`th layer see a window and turn by
 * their own theta. The output embedding is the input's. */
#include <math.h>
#include <stddef.h>

#include "decoder_parts.h"

enum { EMBED, LAST_NORM };
enum { NORM_IN, Q, K, V, O, Q_NORM, K_NORM, NORM_ATTN, NORM_PRE, GATE, UP, DOWN, NORM_POST };

void gemma_add_params(Decoder *dec)
{
    const DecoderShape *s = &dec->shape;
    decoder_add(dec, -1, "model.embed_tokens.weight", s->vocab, s->d);
    decoder_add(dec, -1, "model.norm.weight", 1, s->d);
    for (int l = 0; l < s->nl; l++) {
        decoder_add(dec, l, "model.layers.%d.input_layernorm.weight", 1, s->d);
        decoder_add(dec, l, "model.layers.%d.self_attn.q_proj.weight", s->nh * s->dh, s->d);
        decoder_add(dec, l, "model.layers.%d.self_attn.k_proj.weight", s->nkv * s->dh, s->d);
        decoder_add(dec, l, "model.layers.%d.self_attn.v_proj.weight", s->nkv * s->dh, s->d);
        decoder_add(dec, l, "model.layers.%d.self_attn.o_proj.weight", s->d, s->nh * s->dh);
        decoder_add(dec, l, "model.layers.%d.self_attn.q_norm.weight", 1, s->dh);
        decoder_add(dec, l, "model.layers.%d.self_attn.k_norm.weight", 1, s->dh);
        decoder_add(dec, l, "model.layers.%d.post_attention_layernorm.weight", 1, s->d);
        decoder_add(dec, l, "model.layers.%d.pre_feedforward_layernorm.weight", 1, s->d);
        decoder_add(dec, l, "model.layers.%d.mlp.gate_proj.weight", s->ff, s->d);
        decoder_add(dec, l, "model.layers.%d.mlp.up_proj.weight", s->ff, s->d);
        decoder_add(dec, l, "model.layers.%d.mlp.down_proj.weight", s->d, s->ff);
        decoder_add(dec, l, "model.layers.%d.post_feedforward_layernorm.weight", 1, s->d);
    }
}

static Var *norm(const Pass *p, Var *x, int layer, int k)
{
    return tape_rms_norm(p->t, x, pass_param(p, layer, k), (float)p->dec->shape.eps, 1);
}

static Var *linear(const Pass *p, Var *x, int layer, int k)
{
    return tape_linear(p->t, x, pass_param(p, layer, k), NULL);
}

static Var *attention(const Pass *p, Var *x, int l)
{
    const DecoderShape *s = &p->dec->shape;
    bool whole = (l + 1) % s->pattern == 0;
    const Rotary *r = &p->dec->rotary[whole ? 0 : 1];
    Attend a = {.seq = p->seq,
                .nh = s->nh,
                .nkv = s->nkv,
                .dh = s->dh,
                .causal = true,
                .window = whole ? 0 : s->window,
                .scale = (float)(1 / sqrt(s->dh))};
    Var *q = tape_rope(p->t, norm(p, linear(p, x, l, Q), l, Q_NORM), r, p->seq);
    Var *k = tape_rope(p->t, norm(p, linear(p, x, l, K), l, K_NORM), r, p->seq);
    return linear(p, tape_attend(p->t, q, k, linear(p, x, l, V), &a), l, O);
}

static Var *feed_forward(const Pass *p, Var *x, int l)
{
    Var *gate = linear(p, x, l, GATE), *up = linear(p, x, l, UP);
    return linear(p, tape_gated(p->t, gate, up, CURVE_GELU_TANH), l, DOWN);
}

Var *gemma_forward(const Pass *p, const int32_t *id, int n)
{
    const DecoderShape *s = &p->dec->shape;
    Var *x = tape_embed(p->t, pass_param(p, -1, EMBED), id, n * p->seq);
    x = tape_scale(p->t, x, (float)sqrt(s->d));
    for (int l = 0; l < s->nl; l++) {
        Var *y = attention(p, norm(p, x, l, NORM_IN), l);
        x = tape_add(p->t, x, norm(p, y, l, NORM_ATTN));
        y = feed_forward(p, norm(p, x, l, NORM_PRE), l);
        x = tape_add(p->t, x, norm(p, y, l, NORM_POST));
    }
    return norm(p, x, -1, LAST_NORM);
}
