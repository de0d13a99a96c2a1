/* fixture_arch.h: small checkpoints of any family, and what their parts must be. Matrices are ramps
 * (element i is base + i/1000), so that a slice is checked element by element. Included after
 * cmocka.h. */
#ifndef TESTS_FIXTURE_ARCH_H
#define TESTS_FIXTURE_ARCH_H

#include "fixture_model.h"
#include "model/model.h"

/* Dimensions of every fixture: all different, so that a mix-up shows. */
enum { D = 12, NH = 2, NKV = 1, DH = 5, FF = 7, VOCAB = 9, NL = 2, Q = NH * DH, KV = NKV * DH };

static inline void add(Fixture *f, const char *prefix, int layer, const char *name, int64_t rows,
                       int64_t cols)
{
    Str full = {0};
    if (layer >= 0)
        str_addf(&full, "%s%d.%s", prefix, layer, name);
    else
        str_addf(&full, "%s%s", prefix, name);
    fixture_ramp(f, full.s, rows, cols, 1);
    str_free(&full);
}

/* The layout that Llama and its relatives share; prefix "model.". */
static inline void add_hf(Fixture *f, const char *prefix)
{
    Str layers = {0};
    str_addf(&layers, "%slayers.", prefix);
    add(f, prefix, -1, "embed_tokens.weight", VOCAB, D);
    for (int l = 0; l < NL; l++) {
        add(f, layers.s, l, "input_layernorm.weight", 0, D);
        add(f, layers.s, l, "self_attn.q_proj.weight", Q, D);
        add(f, layers.s, l, "self_attn.k_proj.weight", KV, D);
        add(f, layers.s, l, "self_attn.v_proj.weight", KV, D);
        add(f, layers.s, l, "self_attn.o_proj.weight", D, Q);
        add(f, layers.s, l, "mlp.gate_proj.weight", FF, D);
        add(f, layers.s, l, "mlp.up_proj.weight", FF, D);
        add(f, layers.s, l, "mlp.down_proj.weight", D, FF);
        add(f, layers.s, l, "post_attention_layernorm.weight", 0, D);
    }
    add(f, prefix, -1, "norm.weight", 0, D);
    str_free(&layers);
}

static inline void add_layers(Fixture *f, const char *prefix, const char *name, int64_t rows,
                              int64_t cols)
{
    for (int l = 0; l < NL; l++) add(f, prefix, l, name, rows, cols);
}

/* Writes the checkpoint (and config.json when there is one) and opens it. */
static inline Model open_fixture(Fixture *f, const char *dir, const char *config)
{
    Model m;
    Err err = {""};
    fixture_write(f, dir, "model.safetensors");
    if (config) write_text(dir, "config.json", config);
    if (!model_open(&m, dir, &err)) fail_msg("%s", err.msg);
    return m;
}

static inline void assert_shape(const Model *m, int layer, Role role, int64_t rows, int64_t cols)
{
    const ModelPart *p = model_find(m, layer, role);
    if (!p) fail_msg("layer %d has no %s", layer, role_name(role));
    assert_int_equal(p->role, role);
    assert_int_equal(p->layer, layer);
    assert_int_equal(tensor_rows(&p->t), rows);
    assert_int_equal(tensor_cols(&p->t), cols);
}

/* Every role of a block with a gate. */
static inline void assert_block(const Model *m, bool gate)
{
    for (int l = 0; l < NL; l++) {
        assert_shape(m, l, ROLE_Q, Q, D);
        assert_shape(m, l, ROLE_K, KV, D);
        assert_shape(m, l, ROLE_V, KV, D);
        assert_shape(m, l, ROLE_O, D, Q);
        assert_shape(m, l, ROLE_UP, FF, D);
        assert_shape(m, l, ROLE_DOWN, D, FF);
        assert_shape(m, l, ROLE_NORM_ATTN, 1, D);
        assert_shape(m, l, ROLE_NORM_MLP, 1, D);
        if (gate) assert_shape(m, l, ROLE_GATE, FF, D);
    }
    assert_shape(m, -1, ROLE_EMBED, VOCAB, D);
    assert_shape(m, -1, ROLE_FINAL_NORM, 1, D);
}

static inline void assert_dims(const Model *m, const char *family, int nkv)
{
    assert_string_equal(m->cfg.family, family);
    assert_int_equal(m->cfg.nl, NL);
    assert_int_equal(m->cfg.d, D);
    assert_int_equal(m->cfg.nh, NH);
    assert_int_equal(m->cfg.nkv, nkv);
    assert_int_equal(m->cfg.dh, DH);
    assert_int_equal(m->cfg.ff, FF);
    assert_int_equal(m->cfg.vocab, VOCAB);
}

/* Element (i, j) of the part is element (row(i), col(j)) of a ramp with `ld` columns. */
static inline void assert_element(const ModelPart *p, int64_t i, int64_t j, int64_t stored)
{
    float *row = mem_alloc(tensor_cols(&p->t), sizeof *row);
    tensor_read_f32(&p->t, i, 1, row);
    float want = 1 + (float)stored / 1000;
    if (row[j] != want)
        fail_msg("%s (%d, %d) is %g, expected %g", p->t.name, (int)i, (int)j, row[j], want);
    free(row);
}

static inline bool has_note(const Model *m, const char *text)
{
    for (int i = 0; i < m->nnotes; i++)
        if (strstr(m->note[i], text)) return true;
    return false;
}

#define DIMS                                                                                       \
    "\"hidden_size\":12,\"num_attention_heads\":2,\"num_key_value_heads\":1,"                      \
    "\"head_dim\":5,\"intermediate_size\":7,\"vocab_size\":9,\"num_hidden_layers\":2"

#endif
