/* test_archs.c: the families that keep every matrix apart, those told apart by names alone, and
 * those that nobody knows, on small checkpoints written here. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture_arch.h"

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
    assert_true(
        str_ends(model_find(m, 0, ROLE_NORM_MLP)->t.name, "pre_feedforward_layernorm.weight"));
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
    static const char *const prefixes[] = {"model.", "language_model.model.",
                                           "model.language_model.", ""};
    for (int i = 0; i < 4; i++) {
        Fixture f = {0};
        add_gemma(&f, prefixes[i], true);
        if (i == 1 || i == 2)
            fixture_ramp(&f, "vision_tower.vision_model.encoder.layers.0.self_attn.q_proj.weight",
                         3, 3, 0);
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
    for (int i = 0; i < m.nparts; i++)
        biases += m.part[i].role == ROLE_OTHER && m.part[i].layer >= 0;
    assert_int_equal(biases, 3 * NL);
    model_close(&m);
    add_hf(&g, "model.");
    add_layers(&g, "model.layers.", "self_attn.q_norm.weight", 0, DH);
    add_layers(&g, "model.layers.", "self_attn.k_norm.weight", 0, DH);
    m = open_fixture(&g, *state, "{\"model_type\":\"qwen3\"," DIMS "}");
    assert_dims(&m, "qwen3", NKV);
    assert_block(&m, true);
    assert_shape(&m, 0, ROLE_NORM_Q, 1, DH);
    assert_true(
        str_ends(model_find(&m, 0, ROLE_NORM_MLP)->t.name, "post_attention_layernorm.weight"));
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
        Model m = open_fixture(&f, *state,
                               k == 2 ? "{\"model_type\":\"llama\","
                                        "\"tie_word_embeddings\":true}"
                                      : "{\"model_type\":\"llama\"}");
        assert_int_equal(model_find(&m, -1, ROLE_HEAD) != NULL, k == 1);
        assert_int_equal(m.cfg.tied, k != 1);
        assert_int_equal(has_note(&m, "lm_head.weight left out"), k != 1);
        model_close(&m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(llama_and_mistral_have_their_mlp_norm_after_attention),
        SCRATCH_TEST(gemma_2_has_four_norms),
        SCRATCH_TEST(gemma_3_is_found_inside_its_multimodal_wrappers),
        SCRATCH_TEST(qwen_2_has_biases_and_qwen_3_has_norms),
        SCRATCH_TEST(families_are_told_apart_by_names_alone),
        SCRATCH_TEST(an_unknown_family_is_read_by_its_endings),
        SCRATCH_TEST(a_lone_w1_is_up_and_experts_stay_apart),
        SCRATCH_TEST(a_head_that_repeats_the_embedding_is_no_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
