/* test_archs.c: each family's names and layouts, on small checkpoints written here. Matrices are
 * ramps (element i is base + i/1000), so that a slice is checked element by element. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "fixture_model.h"
#include "model/model.h"

/* Dimensions of every fixture: all different, so that a mix-up shows. */
enum { D = 12, NH = 2, NKV = 1, DH = 5, FF = 7, VOCAB = 9, NL = 2, Q = NH * DH, KV = NKV * DH };

static void add(Fixture *f, const char *prefix, int layer, const char *name, int64_t rows,
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
static void add_hf(Fixture *f, const char *prefix)
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

static void add_layers(Fixture *f, const char *prefix, const char *name, int64_t rows, int64_t cols)
{
    for (int l = 0; l < NL; l++) add(f, prefix, l, name, rows, cols);
}

/* Writes the checkpoint (and config.json when there is one) and opens it. */
static Model open_fixture(Fixture *f, const char *dir, const char *config)
{
    Model m;
    Err err = {""};
    fixture_write(f, dir, "model.safetensors");
    if (config) write_text(dir, "config.json", config);
    if (!model_open(&m, dir, &err)) fail_msg("%s", err.msg);
    return m;
}

static void assert_shape(const Model *m, int layer, Role role, int64_t rows, int64_t cols)
{
    const ModelPart *p = model_find(m, layer, role);
    if (!p) fail_msg("layer %d has no %s", layer, role_name(role));
    assert_int_equal(p->role, role);
    assert_int_equal(p->layer, layer);
    assert_int_equal(tensor_rows(&p->t), rows);
    assert_int_equal(tensor_cols(&p->t), cols);
}

/* Every role of a block with a gate. */
static void assert_block(const Model *m, bool gate)
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

static void assert_dims(const Model *m, const char *family, int nkv)
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
static void assert_element(const ModelPart *p, int64_t i, int64_t j, int64_t stored)
{
    float *row = mem_alloc(tensor_cols(&p->t), sizeof *row);
    tensor_read_f32(&p->t, i, 1, row);
    float want = 1 + (float)stored / 1000;
    if (row[j] != want)
        fail_msg("%s (%d, %d) is %g, expected %g", p->t.name, (int)i, (int)j, row[j], want);
    free(row);
}

static bool has_note(const Model *m, const char *text)
{
    for (int i = 0; i < m->nnotes; i++)
        if (strstr(m->note[i], text)) return true;
    return false;
}

#define DIMS "\"hidden_size\":12,\"num_attention_heads\":2,\"num_key_value_heads\":1," \
             "\"head_dim\":5,\"intermediate_size\":7,\"vocab_size\":9,\"num_hidden_layers\":2"

static void llama_and_mistral_have_their_mlp_norm_after_attention(void **state)
{
    static const char *const types[] = {"llama", "mistral"};
    for (int i = 0; i < 2; i++) {
        Fixture f = {0};
        Str config = {0};
        str_addf(&config, "{\"model_type\":\"%s\"," DIMS "}", types[i]);
        add_hf(&f, "model.");
        Model m = open_fixture(&f, *state, config.s);
        assert_dims(&m, types[i], NKV);
        assert_block(&m, true);
        assert_string_equal(model_find(&m, 1, ROLE_NORM_MLP)->t.name,
                            "model.layers.1.post_attention_layernorm.weight");
        assert_null(model_find(&m, 0, ROLE_NORM_ATTN_POST));
        assert_true(m.cfg.tied);
        assert_int_equal(m.nnotes, 0);
        assert_int_equal(m.nparts, 2 + 9 * NL);
        model_close(&m);
        str_free(&config);
    }
}

static void add_gemma(Fixture *f, const char *prefix, bool qk_norms)
{
    Str layers = {0};
    str_addf(&layers, "%slayers.", prefix);
    add_hf(f, prefix);
    add_layers(f, layers.s, "pre_feedforward_layernorm.weight", 0, D);
    add_layers(f, layers.s, "post_feedforward_layernorm.weight", 0, D);
    if (qk_norms) {
        add_layers(f, layers.s, "self_attn.q_norm.weight", 0, DH);
        add_layers(f, layers.s, "self_attn.k_norm.weight", 0, DH);
    }
    str_free(&layers);
}

static void assert_gemma_norms(const Model *m)
{
    const ModelPart *post = model_find(m, 0, ROLE_NORM_ATTN_POST);
    assert_non_null(post);
    assert_true(str_ends(post->t.name, "layers.0.post_attention_layernorm.weight"));
    assert_true(str_ends(model_find(m, 0, ROLE_NORM_MLP)->t.name, "pre_feedforward_layernorm.weight"));
    assert_shape(m, 1, ROLE_NORM_MLP_POST, 1, D);
}

static void gemma_2_has_four_norms(void **state)
{
    Fixture f = {0};
    add_gemma(&f, "model.", false);
    Model m = open_fixture(&f, *state, "{\"model_type\":\"gemma2\"," DIMS "}");
    assert_dims(&m, "gemma2", NKV);
    assert_block(&m, true);
    assert_gemma_norms(&m);
    model_close(&m);
}

/* The multimodal configuration leaves out heads and vocabulary; the q norm shows the head size. */
static void gemma_3_is_found_inside_its_multimodal_wrappers(void **state)
{
    static const char *const prefixes[] = {"model.", "language_model.model.", "model.language_model.",
                                           ""};
    for (int i = 0; i < 4; i++) {
        Fixture f = {0};
        add_gemma(&f, prefixes[i], true);
        if (i == 1 || i == 2)
            fixture_ramp(&f, "vision_tower.vision_model.encoder.layers.0.self_attn.q_proj.weight", 3,
                         3, 0);
        Model m = open_fixture(&f, *state,
                               "{\"model_type\":\"gemma3\",\"text_config\":{\"model_type\":"
                               "\"gemma3_text\",\"hidden_size\":12,\"intermediate_size\":7,"
                               "\"num_hidden_layers\":2},\"vision_config\":{\"hidden_size\":3,"
                               "\"num_hidden_layers\":27}}");
        assert_dims(&m, "gemma3", NKV);
        assert_block(&m, true);
        assert_gemma_norms(&m);
        assert_shape(&m, 1, ROLE_NORM_Q, 1, DH);
        assert_shape(&m, 1, ROLE_NORM_K, 1, DH);
        assert_int_equal(has_note(&m, "1 tensors not recognised: vision_tower"), i == 1 || i == 2);
        model_close(&m);
    }
}

static void qwen_2_has_biases_and_qwen_3_has_norms(void **state)
{
    Fixture f = {0}, g = {0};
    add_hf(&f, "model.");
    add_layers(&f, "model.layers.", "self_attn.q_proj.bias", 0, Q);
    add_layers(&f, "model.layers.", "self_attn.k_proj.bias", 0, KV);
    add_layers(&f, "model.layers.", "self_attn.v_proj.bias", 0, KV);
    Model m = open_fixture(&f, *state, "{\"model_type\":\"qwen2\"," DIMS "}");
    assert_dims(&m, "qwen2", NKV);
    assert_block(&m, true);
    assert_int_equal(m.nnotes, 0);
    int biases = 0;
    for (int i = 0; i < m.nparts; i++) biases += m.part[i].role == ROLE_OTHER && m.part[i].layer >= 0;
    assert_int_equal(biases, 3 * NL);
    model_close(&m);
    add_hf(&g, "model.");
    add_layers(&g, "model.layers.", "self_attn.q_norm.weight", 0, DH);
    add_layers(&g, "model.layers.", "self_attn.k_norm.weight", 0, DH);
    m = open_fixture(&g, *state, "{\"model_type\":\"qwen3\"," DIMS "}");
    assert_dims(&m, "qwen3", NKV);
    assert_block(&m, true);
    assert_shape(&m, 0, ROLE_NORM_Q, 1, DH);
    assert_true(str_ends(model_find(&m, 0, ROLE_NORM_MLP)->t.name, "post_attention_layernorm.weight"));
    model_close(&m);
}

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
    } slices[] = {{ROLE_Q, 0, Q}, {ROLE_K, Q, KV}, {ROLE_V, Q + KV, KV}, {ROLE_GATE, 0, FF},
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
    Model m = open_fixture(&f, *state, "{\"model_type\":\"phi3\",\"tie_word_embeddings\":false,"
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

#define GPT2_CONFIG "{\"model_type\":\"gpt2\",\"n_layer\":2,\"n_head\":3,\"n_embd\":12," \
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
                    assert_element(model_find(&m, 1, (Role)(ROLE_Q + s)), i, j, j * 3 * D + s * D + i);
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
    Model m = open_fixture(&f, *state, "{\"model_type\":\"gpt_neox\",\"num_attention_heads\":3,"
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

static void families_are_told_apart_by_names_alone(void **state)
{
    for (int i = 0; i < 5; i++) {
        static const char *const want[] = {"llama", "gemma2", "gemma3", "qwen2", "qwen3"};
        Fixture f = {0};
        if (i == 1 || i == 2)
            add_gemma(&f, "model.", i == 2);
        else
            add_hf(&f, "model.");
        if (i == 3) {
            add_layers(&f, "model.layers.", "self_attn.q_proj.bias", 0, Q);
            add_layers(&f, "model.layers.", "self_attn.k_proj.bias", 0, KV);
            add_layers(&f, "model.layers.", "self_attn.v_proj.bias", 0, KV);
        }
        if (i == 4) {
            add_layers(&f, "model.layers.", "self_attn.q_norm.weight", 0, DH);
            add_layers(&f, "model.layers.", "self_attn.k_norm.weight", 0, DH);
        }
        Model m = open_fixture(&f, *state, NULL);
        assert_string_equal(m.cfg.family, want[i]);
        assert_block(&m, true);
        assert_int_equal(m.cfg.d, D);
        model_close(&m);
    }
}

static void an_unknown_family_is_read_by_its_endings(void **state)
{
    Fixture f = {0};
    const char *layers = "net.blocks.";
    add(&f, "net.", -1, "tok_embeddings.weight", VOCAB, D);
    add_layers(&f, layers, "attention_norm.weight", 0, D);
    add_layers(&f, layers, "attention.wq.weight", Q, D);
    add_layers(&f, layers, "attention.wk.weight", KV, D);
    add_layers(&f, layers, "attention.wv.weight", KV, D);
    add_layers(&f, layers, "attention.wo.weight", D, Q);
    add_layers(&f, layers, "ffn_norm.weight", 0, D);
    add_layers(&f, layers, "feed_forward.w1.weight", FF, D);
    add_layers(&f, layers, "feed_forward.w2.weight", D, FF);
    add_layers(&f, layers, "feed_forward.w3.weight", FF, D);
    add_layers(&f, layers, "router.weight", 3, D);
    add(&f, "net.", -1, "norm.weight", 0, D);
    Model m = open_fixture(&f, *state, "{\"model_type\":\"zebra\",\"n_heads\":2}");
    assert_string_equal(m.cfg.family, "unknown");
    assert_block(&m, true);
    assert_int_equal(m.cfg.nl, NL);
    assert_int_equal(m.cfg.dh, DH);
    assert_int_equal(m.cfg.nkv, NKV);
    assert_true(str_ends(model_find(&m, 0, ROLE_GATE)->t.name, "w1.weight"));
    assert_true(has_note(&m, "model_type \"zebra\" is not known"));
    assert_true(has_note(&m, "2 tensors not recognised: net.blocks.0.router.weight"));
    model_close(&m);
}

static void a_lone_w1_is_up_and_experts_stay_apart(void **state)
{
    Fixture f = {0};
    add_layers(&f, "h.", "attn.qkv.weight", 3 * D, D);
    add_layers(&f, "h.", "attn.proj.weight", D, D);
    add_layers(&f, "h.", "ff.w1.weight", FF, D);
    add_layers(&f, "h.", "ff.w2.weight", D, FF);
    add_layers(&f, "h.", "moe.experts.0.q_proj.weight", D, D);
    Model m = open_fixture(&f, *state, NULL);
    assert_string_equal(m.cfg.family, "unknown");
    for (int s = 0; s < 3; s++)
        assert_element(model_find(&m, 1, (Role)(ROLE_Q + s)), 2, 3, (s * D + 2) * D + 3);
    assert_shape(&m, 0, ROLE_UP, FF, D);
    assert_null(model_find(&m, 0, ROLE_GATE));
    assert_true(has_note(&m, "experts.0.q_proj"));
    model_close(&m);
}

static void a_head_that_repeats_the_embedding_is_no_part(void **state)
{
    for (int k = 0; k < 3; k++) { /* the same bytes; other bytes; other bytes but tied by config */
        Fixture f = {0};
        add_hf(&f, "model.");
        fixture_ramp(&f, "lm_head.weight", VOCAB, D, k ? 2 : 1);
        Model m = open_fixture(&f, *state, k == 2 ? "{\"model_type\":\"llama\","
                                                    "\"tie_word_embeddings\":true}"
                                                  : "{\"model_type\":\"llama\"}");
        assert_int_equal(model_find(&m, -1, ROLE_HEAD) != NULL, k == 1);
        assert_int_equal(m.cfg.tied, k != 1);
        assert_int_equal(has_note(&m, "lm_head.weight left out"), k != 1);
        model_close(&m);
    }
}

static int setup(void **state)
{
    *state = scratch_make();
    return 0;
}

static int teardown(void **state)
{
    scratch_remove(*state);
    free(*state);
    return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(llama_and_mistral_have_their_mlp_norm_after_attention),
        TEST(gemma_2_has_four_norms),
        TEST(gemma_3_is_found_inside_its_multimodal_wrappers),
        TEST(qwen_2_has_biases_and_qwen_3_has_norms),
        TEST(phi_3_rows_are_cut_into_q_k_v_gate_up),
        TEST(phi_3_is_cut_by_shapes_alone_without_a_config),
        TEST(gpt_2_columns_are_seen_as_rows_with_and_without_prefix),
        TEST(gpt_2_with_linear_layers_is_not_transposed),
        TEST(neox_heads_are_taken_apart),
        TEST(neox_without_a_number_of_heads_is_not_cut),
        TEST(families_are_told_apart_by_names_alone),
        TEST(an_unknown_family_is_read_by_its_endings),
        TEST(a_lone_w1_is_up_and_experts_stay_apart),
        TEST(a_head_that_repeats_the_embedding_is_no_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
