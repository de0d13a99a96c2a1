/* test_hparams.c: what configurations ask for: defaults that stand for what is left out, and
 * refusals by name of what cannot be run. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "fixture_lm.h"

/* A case of the oracle whose configuration, a flat object, gets members of its own. */
typedef struct Changed {
    Json *all;
    char *dir;
    Model *m; /* allocated, because lm points to it */
    Lm *lm;
    Err err;
    bool open;
} Changed;

/* more: members without braces; a member given twice keeps the first, so `drop` names one to be
 * renamed out of the way, NULL for none. */
static Changed change(const char *title, const char *drop, const char *more)
{
    Changed c = {.m = mem_alloc(1, sizeof *c.m)};
    Str config = {0};
    const Json *one = lm_find_case(&c.all, title);
    const char *text = json_string(json_get(one, "config"));
    c.dir = scratch_make();
    lm_write_case(one, c.dir);
    str_add(&config, text, strlen(text) - 1);
    if (*more) str_addf(&config, ", %s", more);
    str_putc(&config, '}');
    char *at = drop ? strstr(config.s, drop) : NULL;
    if (drop && !at) fail_msg("no \"%s\" in %s", drop, config.s);
    if (at) at[strlen(drop) - 1] = '_';
    write_text(c.dir, "config.json", config.s);
    c.open = model_open(c.m, c.dir, &c.err) && lm_open(&c.lm, c.m, NULL, &c.err);
    str_free(&config);
    return c;
}

static void change_end(Changed *c)
{
    lm_close(c->lm);
    model_close(c->m);
    free(c->m);
    scratch_remove(c->dir);
    free(c->dir);
    json_free(c->all);
}

static void refused(const char *title, const char *drop, const char *more, const char *message)
{
    Changed c = change(title, drop, more);
    if (c.open) fail_msg("%s with %s can be opened", title, more);
    if (!strstr(c.err.msg, message)) fail_msg("\"%s\" lacks \"%s\"", c.err.msg, message);
    change_end(&c);
}

static Hparams accepted(const char *title, const char *drop, const char *more)
{
    Changed c = change(title, drop, more);
    if (!c.open) fail_msg("%s with %s: %s", title, more, c.err.msg);
    Hparams hp = *lm_hparams(c.lm);
    hp.layer = NULL; /* gone with the model */
    change_end(&c);
    return hp;
}

static void what_is_foreign_is_refused_by_name(void **state)
{
    (void)state;
    refused("llama-2", NULL, "\"num_local_experts\": 8", "\"num_local_experts\"");
    refused("llama-2", NULL, "\"quantization_config\": {\"bits\": 4}", "\"quantization_config\"");
    refused("qwen3: norms", NULL, "\"num_experts\": 128", "\"num_experts\"");
    refused("gemma3: pattern", NULL, "\"use_bidirectional_attention\": true",
            "\"use_bidirectional_attention\"");
    refused("llama-2", NULL, "\"final_logit_softcapping\": 30.0", "\"final_logit_softcapping\"");
    refused("llama-2", NULL, "\"query_pre_attn_scalar\": 30", "\"query_pre_attn_scalar\"");
    refused("llama-2", NULL, "\"sliding_window\": 30", "\"sliding_window\"");
    refused("llama-2", NULL, "\"use_parallel_residual\": true", "\"use_parallel_residual\"");
    refused("llama-2", NULL, "\"rope_interleaved\": true", "\"rope_interleaved\"");
    refused("gpt2: [in", NULL, "\"add_cross_attention\": true", "\"add_cross_attention\"");
    accepted("llama-2", NULL,
             "\"num_local_experts\": 0, \"quantization_config\": null, "
             "\"logits_scaling\": 1.0, \"final_logit_softcapping\": null");
}

static void unknown_kinds_are_refused_by_name(void **state)
{
    (void)state;
    refused("llama-2", NULL, "\"hidden_act\": \"mish\"", "activation \"mish\" is not supported");
    refused("llama-2", NULL, "\"rope_scaling\": {\"type\": \"dynamic\", \"factor\": 2.0}",
            "rope type \"dynamic\" is not supported");
    refused("llama-2", NULL, "\"rope_scaling\": {\"type\": \"linear\", \"factor\": 2, \"x\": 1}",
            "\"x\" in the rope scaling");
    refused("llama-2", NULL, "\"layer_types\": [\"full_attention\", \"linear_attention\"]",
            "layer type \"linear_attention\"");
    refused("llama-2", NULL, "\"layer_types\": [\"full_attention\"]", "no list of 2 layers");
    refused("gemma3: layer_types", "sliding_window", "\"sliding_window\": null",
            "layer 1 slides, but there is no \"sliding_window\"");
}

static void numbers_out_of_range_are_refused_by_name(void **state)
{
    (void)state;
    refused("llama-2", "rms_norm_eps", "\"rms_norm_eps\": -1", "\"rms_norm_eps\" must be a number");
    refused("llama-2", NULL, "\"rope_theta\": \"big\"", "\"rope_theta\" must be a number");
    refused("mistral", "sliding_window", "\"sliding_window\": 0", "\"sliding_window\" must be");
    refused("mistral", "sliding_window", "\"sliding_window\": 2.5", "must be a whole number");
    refused("llama-2", NULL, "\"partial_rotary_factor\": 0.1", "cannot be turned");
    refused("llama-2", NULL, "\"rope_scaling\": {\"type\": \"linear\"}", "has no \"factor\"");
    refused("phi3: longrope, short", "rope_scaling",
            "\"rope_scaling\": {\"type\": \"longrope\", \"short_factor\": [1, 1], "
            "\"long_factor\": [1, 1, 1]}",
            "\"short_factor\", a list of 3 numbers");
    refused("llama-2", NULL, "\"attention_bias\": 1", "\"attention_bias\" is neither true nor");
}

static void what_is_left_out_has_the_familys_default(void **state)
{
    (void)state;
    Hparams hp = accepted("llama-2", "rms_norm_eps", "");
    assert_float_equal(hp.eps, 1e-6, 1e-12);
    assert_float_equal(hp.rope[0].base, 10000, 0);
    assert_int_equal(hp.act, ACT_SILU);
    hp = accepted("gemma2", "attn_logit_softcapping", "");
    assert_float_equal(hp.attn_cap, 50, 0);
    hp = accepted("gemma2", "attn_logit_softcapping", "\"attn_logit_softcapping\": null");
    assert_float_equal(hp.attn_cap, 0, 0);
    hp = accepted("phi3: fused", NULL, "");
    assert_float_equal(hp.eps, 1e-5, 1e-12);
    hp = accepted("gpt_neox: parallel", NULL, "");
    assert_true(hp.parallel);
    assert_int_equal(hp.rope[0].dim, 2);
    assert_int_equal(hp.act, ACT_GELU);
}

static void a_missing_or_superfluous_tensor_is_named(void **state)
{
    (void)state;
    refused("llama-2", NULL, "\"attention_bias\": true", "q_proj.bias\" is missing");
    refused("gpt_neox: parallel", NULL, "\"attention_bias\": false",
            "has no use for tensor \"gpt_neox.layers.0.attention.query_key_value.bias\"");
    refused("llama: biases", "mlp_bias", "", "has no use for tensor \"model.layers.0.mlp.");
    refused("qwen3: norms", "model_type", "\"model_type\": \"llama\"", "q_norm.weight\"");
    refused("llama-3", "tie_word_embeddings", "\"tie_word_embeddings\": false",
            "no output embedding is stored");
}

static void a_family_that_is_not_known_is_not_run(void **state)
{
    (void)state;
    refused("llama-2", "model_type", "\"model_type\": \"mamba\"",
            "family of this model is not known");
}

static void windows_fall_on_the_right_layers(void **state)
{
    (void)state;
    static const struct {
        const char *title;
        int window[3];
    } cases[] = {{"mistral", {5, 5, 0}},         {"gemma2", {6, 0, 0}},
                 {"gemma3: pattern", {6, 6, 0}}, {"gemma3: layer_types", {0, 4, 0}},
                 {"qwen2: window", {0, 7, 0}},   {"llama-2", {0, 0, 0}}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Changed c = change(cases[i].title, NULL, "");
        const Hparams *hp = lm_hparams(c.lm);
        for (int l = 0; l < hp->nl; l++) assert_int_equal(hp->layer[l].window, cases[i].window[l]);
        change_end(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_foreign_is_refused_by_name),
        cmocka_unit_test(unknown_kinds_are_refused_by_name),
        cmocka_unit_test(numbers_out_of_range_are_refused_by_name),
        cmocka_unit_test(what_is_left_out_has_the_familys_default),
        cmocka_unit_test(a_missing_or_superfluous_tensor_is_named),
        cmocka_unit_test(a_family_that_is_not_known_is_not_run),
        cmocka_unit_test(windows_fall_on_the_right_layers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
