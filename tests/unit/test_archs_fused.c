/* test_archs_fused.c: the families that store several roles in one matrix: Phi-3, GPT-2, GPT-NeoX.
 * Every element of every slice is checked. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture_arch.h"

static void add_phi3(Fixture *f)
{
    add(f, "model.", -1, "embed_tokens.weight", VOCAB, D);
    add_layers(f, "model.layers.", "input_layernorm.weight", 0, D);
    add_layers(f, "model.layers.", "self_attn.qkv_proj.weight", Q + 2 * KV, D);
    add_layers(f, "model.layers.", "self_attn.o_proj.weight", D, Q);
    add_layers(f, "model.layers.", "mlp.gate_up_proj.weight", 2 * FF, D);
    add_layers(f, "model.layers.", "mlp.down_proj.weight", D, FF);
    add_layers(f, "model.layers.", "post_attention_layernorm.weight", 0, D);
    add(f, "model.", -1, "norm.weight", 0, D);
    add(f, "", -1, "lm_head.weight", VOCAB, D);
}

static void assert_phi3_slices(const Model *m)
{
    static const struct {
        Role role;
        int64_t from, rows;
    } slices[] = {{ROLE_Q, 0, Q},
                  {ROLE_K, Q, KV},
                  {ROLE_V, Q + KV, KV},
                  {ROLE_GATE, 0, FF},
                  {ROLE_UP, FF, FF}};
    for (size_t s = 0; s < sizeof slices / sizeof *slices; s++) {
        const ModelPart *p = model_find(m, 1, slices[s].role);
        assert_shape(m, 1, slices[s].role, slices[s].rows, D);
        for (int64_t i = 0; i < slices[s].rows; i++)
            for (int64_t j = 0; j < D; j++) assert_element(p, i, j, (slices[s].from + i) * D + j);
    }
}

static void phi_3_rows_are_cut_into_q_k_v_gate_up(void **state)
{
    Fixture f = {0};
    add_phi3(&f);
    Model m = open_fixture(&f, *state,
                           "{\"model_type\":\"phi3\",\"tie_word_embeddings\":false,"
                           "\"hidden_size\":12,\"num_attention_heads\":2,"
                           "\"num_key_value_heads\":1,\"intermediate_size\":7}");
    assert_dims(&m, "phi3", NKV); /* head size from 10 query rows over 2 heads */
    assert_block(&m, true);
    assert_phi3_slices(&m);
    assert_string_equal(model_find(&m, 0, ROLE_K)->t.name,
                        "model.layers.0.self_attn.qkv_proj.weight[10:15]");
    model_close(&m);
}

static void phi_3_is_cut_by_shapes_alone_without_a_config(void **state)
{
    Fixture f = {0};
    add_phi3(&f);
    Model m = open_fixture(&f, *state, NULL);
    assert_string_equal(m.cfg.family, "phi3");
    assert_phi3_slices(&m);
    assert_true(has_note(&m, "no config.json: names as in family phi3"));
    model_close(&m);
}

/* stored [in, out] as GPT-2's Conv1D, or [out, in] as in ports to linear layers. */
static void add_gpt2(Fixture *f, const char *prefix, bool conv1d)
{
    Str h = {0};
    str_addf(&h, "%sh.", prefix);
    add(f, prefix, -1, "wte.weight", VOCAB, D);
    add(f, prefix, -1, "wpe.weight", 4, D);
    add_layers(f, h.s, "ln_1.weight", 0, D);
    add_layers(f, h.s, "ln_1.bias", 0, D);
    add_layers(f, h.s, "attn.c_attn.weight", conv1d ? D : 3 * D, conv1d ? 3 * D : D);
    add_layers(f, h.s, "attn.c_attn.bias", 0, 3 * D);
    add_layers(f, h.s, "attn.bias", 4, 4);
    add_layers(f, h.s, "attn.c_proj.weight", D, D);
    add_layers(f, h.s, "ln_2.weight", 0, D);
    add_layers(f, h.s, "mlp.c_fc.weight", conv1d ? D : 4 * D, conv1d ? 4 * D : D);
    add_layers(f, h.s, "mlp.c_proj.weight", conv1d ? 4 * D : D, conv1d ? D : 4 * D);
    add(f, prefix, -1, "ln_f.weight", 0, D);
    str_free(&h);
}

#define GPT2_CONFIG                                                                                \
    "{\"model_type\":\"gpt2\",\"n_layer\":2,\"n_head\":3,\"n_embd\":12,"                           \
    "\"n_inner\":null,\"vocab_size\":9}"

static void gpt_2_columns_are_seen_as_rows_with_and_without_prefix(void **state)
{
    for (int k = 0; k < 2; k++) {
        Fixture f = {0};
        add_gpt2(&f, k ? "transformer." : "", true);
        Model m = open_fixture(&f, *state, GPT2_CONFIG);
        assert_string_equal(m.cfg.family, "gpt2");
        assert_int_equal(m.cfg.dh, 4);
        assert_int_equal(m.cfg.nkv, 3);
        assert_int_equal(m.cfg.ff, 4 * D);
        assert_shape(&m, -1, ROLE_POSITIONS, 4, D);
        for (int64_t i = 0; i < D; i++) {
            for (int64_t j = 0; j < D; j++) { /* stored [in, out]: element (j, i) */
                for (int s = 0; s < 3; s++)
                    assert_element(model_find(&m, 1, (Role)(ROLE_Q + s)), i, j,
                                   j * 3 * D + s * D + i);
                assert_element(model_find(&m, 1, ROLE_O), i, j, j * D + i);
                assert_element(model_find(&m, 1, ROLE_UP), i, j, j * 4 * D + i);
                assert_element(model_find(&m, 1, ROLE_DOWN), i, j, j * D + i);
            }
        }
        assert_true(str_ends(model_find(&m, 0, ROLE_K)->t.name, "c_attn.weight[:, 12:24]"));
        assert_true(has_note(&m, "no gate: up is used"));
        assert_true(has_note(&m, "2 buffers"));
        assert_null(model_find(&m, 0, ROLE_GATE));
        model_close(&m);
    }
}

static void gpt_2_with_linear_layers_is_not_transposed(void **state)
{
    Fixture f = {0};
    add_gpt2(&f, "transformer.", false);
    Model m = open_fixture(&f, *state, GPT2_CONFIG);
    for (int64_t i = 0; i < D; i++) {
        for (int64_t j = 0; j < D; j++) {
            assert_element(model_find(&m, 0, ROLE_V), i, j, (2 * D + i) * D + j);
            assert_element(model_find(&m, 0, ROLE_O), i, j, i * D + j);
            assert_element(model_find(&m, 0, ROLE_DOWN), i, j, i * 4 * D + j);
        }
    }
    model_close(&m);
}

static void add_neox(Fixture *f)
{
    const char *layers = "gpt_neox.layers.";
    add(f, "gpt_neox.", -1, "embed_in.weight", VOCAB, D);
    add_layers(f, layers, "input_layernorm.weight", 0, D);
    add_layers(f, layers, "post_attention_layernorm.weight", 0, D);
    add_layers(f, layers, "attention.query_key_value.weight", 3 * D, D);
    add_layers(f, layers, "attention.query_key_value.bias", 0, 3 * D);
    add_layers(f, layers, "attention.masked_bias", 0, 1);
    add_layers(f, layers, "attention.dense.weight", D, D);
    add_layers(f, layers, "mlp.dense_h_to_4h.weight", 4 * D, D);
    add_layers(f, layers, "mlp.dense_4h_to_h.weight", D, 4 * D);
    add(f, "gpt_neox.", -1, "final_layer_norm.weight", 0, D);
    fixture_ramp(f, "embed_out.weight", VOCAB, D, 2);
}

static void neox_heads_are_taken_apart(void **state)
{
    enum { HEADS = 3, SIZE = D / HEADS };
    Fixture f = {0};
    add_neox(&f);
    Model m = open_fixture(&f, *state,
                           "{\"model_type\":\"gpt_neox\",\"num_attention_heads\":3,"
                           "\"hidden_size\":12,\"num_hidden_layers\":2,"
                           "\"tie_word_embeddings\":false}");
    assert_string_equal(m.cfg.family, "gpt_neox");
    assert_int_equal(m.cfg.dh, SIZE);
    for (int s = 0; s < 3; s++) {
        const ModelPart *p = model_find(&m, 1, (Role)(ROLE_Q + s));
        assert_shape(&m, 1, (Role)(ROLE_Q + s), D, D);
        for (int64_t i = 0; i < D; i++) {
            int64_t stored = i / SIZE * 3 * SIZE + s * SIZE + i % SIZE;
            for (int64_t j = 0; j < D; j++) assert_element(p, i, j, stored * D + j);
        }
        checkpoint_release(m.ck, &p->t);
    }
    assert_shape(&m, 0, ROLE_UP, 4 * D, D);
    assert_shape(&m, -1, ROLE_HEAD, VOCAB, D);
    assert_true(str_ends(model_find(&m, 0, ROLE_Q)->t.name, "weight[0:4 of every 12]"));
    model_close(&m);
}

static void neox_without_a_number_of_heads_is_not_cut(void **state)
{
    Fixture f = {0};
    add_neox(&f);
    Model m = open_fixture(&f, *state, NULL);
    assert_string_equal(m.cfg.family, "gpt_neox");
    assert_null(model_find(&m, 0, ROLE_Q));
    assert_shape(&m, 0, ROLE_O, D, D);
    assert_true(has_note(&m, "2 fused matrices could not be cut"));
    model_close(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(phi_3_rows_are_cut_into_q_k_v_gate_up),
        SCRATCH_TEST(phi_3_is_cut_by_shapes_alone_without_a_config),
        SCRATCH_TEST(gpt_2_columns_are_seen_as_rows_with_and_without_prefix),
        SCRATCH_TEST(gpt_2_with_linear_layers_is_not_transposed),
        SCRATCH_TEST(neox_heads_are_taken_apart),
        SCRATCH_TEST(neox_without_a_number_of_heads_is_not_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
