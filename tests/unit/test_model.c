/* test_model.c: real checkpoints, and configurations that lie. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "fixture_model.h"
#include "model/model.h"

static void role_names_read_back(void **state)
{
    (void)state;
    for (int r = 0; r < ROLE_COUNT; r++) assert_int_equal(role_parse(role_name(r)), r);
    assert_string_equal(role_name(ROLE_NORM_ATTN_POST), "norm_attn_post");
    assert_string_equal(role_name(-1), "");
    assert_int_equal(role_parse("Q"), -1);
}

static void wren_has_all_its_parts(void **state)
{
    (void)state;
    static const struct {
        Role role;
        int64_t rows, cols;
    } block[] = {{ROLE_Q, 256, 160},
                 {ROLE_K, 64, 160},
                 {ROLE_V, 64, 160},
                 {ROLE_O, 160, 256},
                 {ROLE_GATE, 512, 160},
                 {ROLE_UP, 512, 160},
                 {ROLE_DOWN, 160, 512},
                 {ROLE_NORM_ATTN, 1, 160},
                 {ROLE_NORM_ATTN_POST, 1, 160},
                 {ROLE_NORM_MLP, 1, 160},
                 {ROLE_NORM_MLP_POST, 1, 160},
                 {ROLE_NORM_Q, 1, 64},
                 {ROLE_NORM_K, 1, 64}};
    char *path = test_path(false, "models/wren");
    Model m;
    Err err;
    assert_non_null(path);
    assert_true(model_open(&m, path, &err));
    assert_string_equal(m.name, "wren");
    assert_string_equal(m.cfg.family, "gemma3");
    assert_int_equal(m.cfg.nl, 8);
    assert_int_equal(m.cfg.d, 160);
    assert_int_equal(m.cfg.nh, 4);
    assert_int_equal(m.cfg.nkv, 1);
    assert_int_equal(m.cfg.dh, 64);
    assert_int_equal(m.cfg.ff, 512);
    assert_int_equal(m.cfg.vocab, 4096);
    assert_true(m.cfg.tied);
    assert_int_equal(m.nparts, 2 + 13 * 8);
    assert_int_equal(m.nnotes, 0);
    for (int l = 0; l < 8; l++) {
        for (size_t i = 0; i < sizeof block / sizeof *block; i++) {
            const ModelPart *p = model_find(&m, l, block[i].role);
            assert_non_null(p);
            assert_int_equal(tensor_rows(&p->t), block[i].rows);
            assert_int_equal(tensor_cols(&p->t), block[i].cols);
        }
    }
    assert_null(model_find(&m, 8, ROLE_Q));
    assert_null(model_find(&m, -1, ROLE_HEAD));
    model_close(&m);
    free(path);
}

/* The values are weights: finite, centred, small. A wrong dtype or offset would not be. */
static void wrens_weights_look_like_weights(void **state)
{
    (void)state;
    char *path = test_path(false, "models/wren/model.safetensors");
    Model m;
    Err err;
    assert_non_null(path);
    assert_true(model_open(&m, path, &err));
    assert_string_equal(m.name, "wren");
    for (int i = 0; i < m.nparts; i++) {
        const Tensor *t = &m.part[i].t;
        int64_t n = tensor_numel(t);
        float *v = mem_alloc(n, sizeof *v);
        double sum = 0, squares = 0;
        tensor_read_f32(t, 0, tensor_rows(t), v);
        for (int64_t k = 0; k < n; k++) sum += v[k], squares += (double)v[k] * v[k];
        free(v);
        assert_true(isfinite(squares) && squares > 0);
        if (t->ndim == 2) assert_true(fabs(sum / (double)n) < 0.1 * sqrt(squares / (double)n));
    }
    model_close(&m);
    free(path);
}

static void stories260k_opens_as_llama_with_grouped_heads(void **state)
{
    (void)state;
    char *path = test_path(true, "models/stories260K");
    Model m;
    Err err;
    if (!path) {
        print_message("stories260K is not here: not tested\n");
        skip();
    }
    assert_true(model_open(&m, path, &err));
    assert_string_equal(m.cfg.family, "llama");
    assert_int_equal(m.cfg.nl, 5);
    assert_int_equal(m.cfg.nh, 8);
    assert_int_equal(m.cfg.nkv, 4);
    assert_int_equal(m.cfg.dh, 8);
    assert_int_equal(m.nparts, 2 + 9 * 5);
    assert_int_equal(tensor_rows(&model_find(&m, 4, ROLE_K)->t), 32);
    model_close(&m);
    free(path);
}

/* Row i of q is column i of c_attn, read here straight from the stored tensor. */
static void gpt_nano_sort_opens_as_gpt2_with_its_columns(void **state)
{
    (void)state;
    char *path = test_path(true, "models/gpt-nano-sort");
    Model m;
    Err err;
    float stored[144], row[48];
    if (!path) {
        print_message("gpt-nano-sort is not here: not tested\n");
        skip();
    }
    assert_true(model_open(&m, path, &err));
    assert_string_equal(m.cfg.family, "gpt2");
    assert_int_equal(m.cfg.dh, 16);
    assert_int_equal(m.cfg.ff, 192);
    assert_false(m.cfg.tied);
    assert_non_null(model_find(&m, -1, ROLE_HEAD));
    const Tensor *c_attn = checkpoint_find(m.ck, "transformer.h.2.attn.c_attn.weight");
    for (int s = 0; s < 3; s++) {
        const ModelPart *p = model_find(&m, 2, (Role)(ROLE_Q + s));
        for (int i = 0; i < 48; i++) {
            tensor_read_f32(&p->t, i, 1, row);
            for (int j = 0; j < 48; j++) {
                tensor_read_f32(c_attn, j, 1, stored);
                assert_true(row[j] == stored[48 * s + i]);
            }
        }
    }
    model_close(&m);
    free(path);
}

/* A llama of one layer: width 4, two heads of 2, feed-forward 6, vocabulary 5. */
static void write_tiny(const char *dir)
{
    Fixture f = {0};
    fixture_ramp(&f, "model.embed_tokens.weight", 5, 4, 0);
    fixture_ramp(&f, "model.layers.0.input_layernorm.weight", 0, 4, 0);
    fixture_ramp(&f, "model.layers.0.self_attn.q_proj.weight", 4, 4, 0);
    fixture_ramp(&f, "model.layers.0.self_attn.k_proj.weight", 2, 4, 0);
    fixture_ramp(&f, "model.layers.0.self_attn.v_proj.weight", 2, 4, 0);
    fixture_ramp(&f, "model.layers.0.self_attn.o_proj.weight", 4, 4, 0);
    fixture_ramp(&f, "model.layers.0.mlp.gate_proj.weight", 6, 4, 0);
    fixture_ramp(&f, "model.layers.0.mlp.up_proj.weight", 6, 4, 0);
    fixture_ramp(&f, "model.layers.0.mlp.down_proj.weight", 4, 6, 0);
    fixture_ramp(&f, "model.layers.0.post_attention_layernorm.weight", 0, 4, 0);
    fixture_ramp(&f, "model.norm.weight", 0, 4, 0);
    fixture_write(&f, dir, "model.safetensors");
}

#define LLAMA(rest) "{\"model_type\":\"llama\"," rest "}"

static void every_lying_config_is_one_clear_line(void **state)
{
    static const struct {
        const char *config, *says;
    } bad[] = {
        {"", "JSON ends early"},
        {"{\"model_type\":\"llama\"", "config.json: expected ',' or '}'"},
        {"[]", "not a JSON object"},
        {"{} {}", "extra bytes"},
        {"{\"hidden_size\":4 \"n\":1}", "expected ','"},
        {"{\"model_type\":\"lla\\u0000ma\"}", "\\u0000"},
        {"{\"model_type\":\"ll\xff\"}", "UTF-8"},
        {"{\"model_type\":7}", "\"model_type\" is no string"},
        {"{\"text_config\":[]}", "\"text_config\" is no object"},
        {"{\"hidden_size\":4,\"hidden_size\":8}", "\"hidden_size\" is given twice"},
        {"{\"text_config\":{\"head_dim\":2,\"head_dim\":2}}", "\"head_dim\" is given twice"},
        {LLAMA("\"hidden_size\":0"), "\"hidden_size\" is 0"},
        {LLAMA("\"hidden_size\":-4"), "\"hidden_size\" is -4"},
        {LLAMA("\"hidden_size\":4.5"), "\"hidden_size\" is 4.5"},
        {LLAMA("\"hidden_size\":1e30"), "\"hidden_size\" is 1"},
        {LLAMA("\"hidden_size\":\"4\""), "\"hidden_size\" is no number"},
        {LLAMA("\"num_hidden_layers\":1000000"), "\"num_hidden_layers\" is 1000000"},
        {LLAMA("\"vocab_size\":true"), "\"vocab_size\" is no number"},
        {LLAMA("\"tie_word_embeddings\":1"), "\"tie_word_embeddings\""},
        {LLAMA("\"num_attention_heads\":3,\"num_key_value_heads\":2"), "no multiple"},
        {LLAMA("\"hidden_size\":8"), "hidden_size 8"},
        {LLAMA("\"vocab_size\":6"), "vocab_size 6"},
        {LLAMA("\"intermediate_size\":7"), "intermediate_size 7"},
        {LLAMA("\"num_hidden_layers\":2"), "num_hidden_layers 2, but the tensors have 1 layers"},
        {LLAMA("\"num_attention_heads\":3"), "cannot be cut into num_attention_heads 3"},
        {LLAMA("\"num_attention_heads\":2,\"head_dim\":3"), "num_attention_heads 2, of 3 each"},
        {LLAMA("\"num_attention_heads\":2,\"num_key_value_heads\":2"), "num_key_value_heads 2"},
    };
    write_tiny(*state);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        Model m;
        Err err = {""};
        write_text(*state, "config.json", bad[i].config);
        bool ok = model_open(&m, *state, &err);
        if (ok || !strstr(err.msg, bad[i].says) || strchr(err.msg, '\n'))
            fail_msg("%s: opened %d, message \"%s\", expected \"%s\"", bad[i].config, ok, err.msg,
                     bad[i].says);
        assert_non_null(strstr(err.msg, *state)); /* names the place */
        assert_null(m.ck);                        /* closed again */
    }
}

static void a_config_that_agrees_or_is_silent_opens(void **state)
{
    static const char *const good[] = {
        LLAMA("\"hidden_size\":4,\"num_attention_heads\":2,\"num_key_value_heads\":1,"
              "\"intermediate_size\":6,\"num_hidden_layers\":1,\"vocab_size\":5"),
        LLAMA("\"head_dim\":null,\"num_attention_heads\":2"),
        "{\"model_type\":\"llava\",\"text_config\":{\"model_type\":\"llama\",\"hidden_size\":4,"
        "\"head_dim\":2}}",
    };
    write_tiny(*state);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        Model m;
        Err err = {""};
        write_text(*state, "config.json", good[i]);
        if (!model_open(&m, *state, &err)) fail_msg("%s", err.msg);
        assert_string_equal(m.cfg.family, "llama");
        assert_int_equal(m.cfg.nh, 2);
        assert_int_equal(m.cfg.nkv, 1);
        assert_int_equal(m.cfg.dh, 2);
        model_close(&m);
    }
}

/* In a family that nobody knows, a contradiction is told and the file used as it is. */
static void an_unknown_family_notes_what_does_not_agree(void **state)
{
    Model m;
    Err err = {""};
    write_tiny(*state);
    write_text(*state, "config.json", "{\"model_type\":\"zebra\",\"intermediate_size\":7}");
    assert_true(model_open(&m, *state, &err));
    bool told = false;
    for (int i = 0; i < m.nnotes; i++) told = told || strstr(m.note[i], "intermediate_size 7");
    assert_true(told);
    assert_int_equal(tensor_rows(&model_find(&m, 0, ROLE_UP)->t), 6);
    model_close(&m);
}

static void checkpoints_without_a_transformer_are_refused(void **state)
{
    Fixture f = {0}, g = {0};
    Model m;
    Err err;
    fixture_ramp(&f, "conv1.weight", 3, 4, 0);
    fixture_ramp(&f, "fc.bias", 0, 4, 0);
    fixture_write(&f, *state, "model.safetensors");
    assert_false(model_open(&m, *state, &err));
    assert_non_null(
        strstr(err.msg, "no matrix of a transformer block is recognised among 2 tensors"));
    assert_non_null(strstr(err.msg, "conv1.weight"));
    fixture_ramp(&g, "h.0.attn.c_attn.weight", 4, 5,
                 0); /* cannot be cut, and nothing else is there */
    fixture_write(&g, *state, "model.safetensors");
    assert_false(model_open(&m, *state, &err));
    assert_non_null(strstr(err.msg, "no matrix of a transformer block could be used"));
}

static void vectors_where_matrices_belong_are_refused(void **state)
{
    Fixture f = {0};
    Model m;
    Err err;
    fixture_ramp(&f, "model.layers.0.self_attn.q_proj.weight", 0, 16, 0);
    fixture_write(&f, *state, "model.safetensors");
    write_text(*state, "config.json", LLAMA("\"hidden_size\":4"));
    assert_false(model_open(&m, *state, &err));
    assert_non_null(strstr(err.msg, "q_proj.weight\": has 1 dimensions, expected 2"));
}

static void a_gap_in_the_layers_is_an_error_in_a_known_family(void **state)
{
    Fixture f = {0};
    Model m;
    Err err;
    fixture_ramp(&f, "model.layers.0.self_attn.q_proj.weight", 4, 4, 0);
    fixture_ramp(&f, "model.layers.2.self_attn.q_proj.weight", 4, 4, 0);
    fixture_write(&f, *state, "model.safetensors");
    write_text(*state, "config.json", LLAMA("\"hidden_size\":4"));
    assert_false(model_open(&m, *state, &err));
    assert_non_null(strstr(err.msg, "layer 1 of 3 has no matrices"));
}

static void layers_disagreeing_with_each_other_are_an_error(void **state)
{
    Fixture f = {0};
    Model m;
    Err err;
    fixture_ramp(&f, "model.layers.0.mlp.up_proj.weight", 6, 4, 0);
    fixture_ramp(&f, "model.layers.0.mlp.down_proj.weight", 4, 6, 0);
    fixture_ramp(&f, "model.layers.1.mlp.up_proj.weight", 7, 4, 0);
    fixture_write(&f, *state, "model.safetensors");
    write_text(*state, "config.json", LLAMA("\"hidden_size\":4"));
    assert_false(model_open(&m, *state, &err));
    assert_non_null(
        strstr(err.msg, "layers.1.mlp.up_proj.weight\" is [7, 4], but other tensors say 6"));
}

static void names_come_from_paths(void **state)
{
    static const struct {
        const char *dir, *file, *name;
    } rows[] = {
        {"finch", "model.safetensors", "finch"},
        {"hub/models--org--my-model/snapshots/abc123", "model.safetensors", "my-model"},
        {"loose", "thrush.safetensors", "thrush"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Str dir = {0}, command = {0};
        Model m;
        Err err = {""};
        str_addf(&dir, "%s/%s", (const char *)*state, rows[i].dir);
        str_addf(&command, "mkdir -p '%s'", dir.s);
        assert_int_equal(system(command.s), 0);
        write_tiny(dir.s);
        char *from = path_join(dir.s, "model.safetensors"), *to = path_join(dir.s, rows[i].file);
        assert_int_equal(rename(from, to), 0);
        if (!model_open(&m, to, &err)) fail_msg("%s", err.msg);
        assert_string_equal(m.name, rows[i].name);
        model_close(&m);
        free(from);
        free(to);
        str_free(&dir);
        str_free(&command);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(role_names_read_back),
        cmocka_unit_test(wren_has_all_its_parts),
        cmocka_unit_test(wrens_weights_look_like_weights),
        cmocka_unit_test(stories260k_opens_as_llama_with_grouped_heads),
        cmocka_unit_test(gpt_nano_sort_opens_as_gpt2_with_its_columns),
        SCRATCH_TEST(every_lying_config_is_one_clear_line),
        SCRATCH_TEST(a_config_that_agrees_or_is_silent_opens),
        SCRATCH_TEST(an_unknown_family_notes_what_does_not_agree),
        SCRATCH_TEST(checkpoints_without_a_transformer_are_refused),
        SCRATCH_TEST(vectors_where_matrices_belong_are_refused),
        SCRATCH_TEST(a_gap_in_the_layers_is_an_error_in_a_known_family),
        SCRATCH_TEST(layers_disagreeing_with_each_other_are_an_error),
        SCRATCH_TEST(names_come_from_paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
