/* decoder_gpt2.c: GPT-2 (Radford et al. 2019), as transformers' models/gpt2 computes it: learned
 * positions, LayerNorm before each half of a block, biases everywhere, q, k and v in one matrix.
 * Files hold the matrices transposed (Conv1D); here they are [out, in] like all others. The output
 * embedding is the input's. */
#include <math.h>

#include "decoder_parts.h"

enum { EMBED, POSITIONS, LAST_NORM, LAST_NORM_B };
enum { NORM_1, NORM_1_B, QKV, QKV_B, O, O_B, NORM_2, NORM_2_B, UP, UP_B, DOWN, DOWN_B };

void gpt2_add_params(Decoder *dec)
{
    const DecoderShape *s = &dec->shape;
    decoder_add(dec, -1, "transformer.wte.weight", s->vocab, s->d);
    decoder_add(dec, -1, "transformer.wpe.weight", s->context, s->d);
    decoder_add(dec, -1, "transformer.ln_f.weight", 1, s->d);
    decoder_add(dec, -1, "transformer.ln_f.bias", 1, s->d);
    for (int l = 0; l < s->nl; l++) {
        decoder_add(dec, l, "transformer.h.%d.ln_1.weight", 1, s->d);
        decoder_add(dec, l, "transformer.h.%d.ln_1.bias", 1, s->d);
        decoder_add(dec, l, "transformer.h.%d.attn.c_attn.weight", 3 * s->d, s->d);
        decoder_add(dec, l, "transformer.h.%d.attn.c_attn.bias", 1, 3 * s->d);
        decoder_add(dec, l, "transformer.h.%d.attn.c_proj.weight", s->d, s->d);
        decoder_add(dec, l, "transformer.h.%d.attn.c_proj.bias", 1, s->d);
        decoder_add(dec, l, "transformer.h.%d.ln_2.weight", 1, s->d);
        decoder_add(dec, l, "transformer.h.%d.ln_2.bias", 1, s->d);
        decoder_add(dec, l, "transformer.h.%d.mlp.c_fc.weight", s->ff, s->d);
        decoder_add(dec, l, "transformer.h.%d.mlp.c_fc.bias", 1, s->ff);
        decoder_add(dec, l, "transformer.h.%d.mlp.c_proj.weight", s->d, s->ff);
        decoder_add(dec, l, "transformer.h.%d.mlp.c_proj.bias", 1, s->d);
    }
}

static Var *norm(const Pass *p, Var *x, int layer, int k)
{
    return tape_layer_norm(p->t, x, pass_param(p, layer, k), pass_param(p, layer, k + 1),
                           (float)p->dec->shape.eps);
}

static Var *linear(const Pass *p, Var *x, int layer, int k)
{
    return tape_linear(p->t, x, pass_param(p, layer, k), pass_param(p, layer, k + 1));
}

static Var *attention(const Pass *p, Var *x, int l)
{
    const DecoderShape *s = &p->dec->shape;
    Attend a = {.seq = p->seq,
                .nh = s->nh,
                .nkv = s->nh,
                .dh = s->dh,
                .causal = true,
                .scale = (float)(1 / sqrt(s->dh))};
    Var *qkv = linear(p, x, l, QKV);
    Var *q = tape_columns(p->t, qkv, 0, s->d), *k = tape_columns(p->t, qkv, s->d, s->d);
    Var *v = tape_columns(p->t, qkv, 2 * s->d, s->d);
    return linear(p, tape_attend(p->t, q, k, v, &a), l, O);
}

Var *gpt2_forward(const Pass *p, const int32_t *id, int n)
{
    const DecoderShape *s = &p->dec->shape;
    Var *x = tape_embed(p->t, pass_param(p, -1, EMBED), id, n * p->seq);
    x = tape_add(p->t, x, tape_head_rows(p->t, pass_param(p, -1, POSITIONS), p->seq));
    for (int l = 0; l < s->nl; l++) {
        x = tape_add(p->t, x, attention(p, norm(p, x, l, NORM_1), l));
        Var *y = tape_curve(p->t, linear(p, norm(p, x, l, NORM_2), l, UP), CURVE_GELU_TANH);
        x = tape_add(p->t, x, linear(p, y, l, DOWN));
    }
    return norm(p, x, -1, LAST_NORM);
}
