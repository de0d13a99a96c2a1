/* test_decoder.c: losses, gradients and ten steps of AdamW of small models against PyTorch
 * (tests/oracle/learn_oracle.py), and what the optimiser is made of. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "learn/decoder.h"

/* The promise; rounding alone gives some 1e-6. */
static const double NEAR = 1e-4;

static float noise(uint64_t i)
{
    i = (i + 0x9e3779b97f4a7c15u) * 0xbf58476d1ce4e5b9u;
    i = (i ^ i >> 31) * 0x94d049bb133111ebu;
    return (float)((double)(i >> 40) / (1 << 23) - 1);
}

static DecoderShape small_shape(const char *arch)
{
    bool gemma = strcmp(arch, "gemma3") == 0;
    DecoderShape s = decoder_shape(gemma ? DECODER_GEMMA3 : DECODER_GPT2, 37, 24, gemma ? 3 : 2);
    s.nh = gemma ? 4 : 3;
    s.nkv = gemma ? 2 : 3;
    s.dh = 8;
    s.ff = 40;
    s.context = 32;
    s.window = 5;
    s.pattern = 3;
    return s;
}

/* Weights by the oracle's formula. */
static void fill(Decoder *dec)
{
    for (int i = 0; i < dec->params.n; i++) {
        const Param *p = &dec->params.p[i];
        size_t len = strlen(p->name);
        bool one = dec->shape.arch == DECODER_GPT2 && p->rows == 1 &&
                   strcmp(p->name + len - 6, "weight") == 0;
        for (int64_t k = 0; k < (int64_t)p->rows * p->cols; k++)
            dec->params.v[p->at + k] =
                0.3f * noise((uint64_t)(i * INT64_C(1000003) + k)) + (one ? 1 : 0);
    }
}

typedef struct Bench {
    Json *all;
    Decoder dec;
    int32_t *id;
    Batch batch;
} Bench;

static double number(const Json *j, const char *key)
{
    return json_number(json_get(j, key), NAN);
}

static const Json *item(const Json *array, int i)
{
    const Json *j = json_child(array);
    while (i-- > 0) j = json_next(j);
    return j;
}

static void near(double got, double want, const char *what)
{
    if (!(fabs(got - want) <= NEAR * fmax(1, fabs(want))))
        fail_msg("%s: %.9g, PyTorch has %.9g", what, got, want);
}

static void open_bench(Bench *b, const Json **c, int which, CpuLevel level)
{
    Err err = {""};
    Str path = {0};
    const char *root = getenv("LLMSONIFY_ROOT");
    str_addf(&path, "%s/tests/oracle/data/learn.json", root ? root : ".");
    *b = (Bench){.all = json_read(str_text(&path), &err)};
    if (!b->all) fail_msg("%s", err.msg);
    str_free(&path);
    *c = item(json_get(b->all, "cases"), which);
    DecoderShape s = small_shape(json_string(json_get(*c, "arch")));
    if (!decoder_open(&b->dec, &s, level, &err)) fail_msg("%s", err.msg);
    fill(&b->dec);
    b->batch = (Batch){.n = (int)number(b->all, "batch"), .seq = (int)number(b->all, "seq")};
    int n = b->batch.n * (b->batch.seq + 1);
    b->batch.id = b->id = mem_alloc(n, sizeof *b->id);
    for (int i = 0; i < n; i++)
        b->id[i] = (int32_t)(((double)noise(77000 + (uint64_t)i) + 1) / 2 * s.vocab);
}

static void close_bench(Bench *b)
{
    decoder_free(&b->dec);
    json_free(b->all);
    free(b->id);
}

static void gradients_are_pytorchs(void **state)
{
    (void)state;
    for (int which = 0; which < 2; which++) {
        Bench b;
        const Json *c;
        open_bench(&b, &c, which, CPU_PORTABLE);
        decoder_gradient(&b.dec, &b.batch, NULL);
        const Json *grads = json_get(c, "grads");
        assert_int_equal(json_count(grads), b.dec.params.n);
        for (int i = 0; i < b.dec.params.n; i++) {
            const Param *p = &b.dec.params.p[i];
            int64_t n = (int64_t)p->rows * p->cols;
            const float *g = b.dec.grads + p->at;
            const Json *want = json_get(grads, p->name), *some = json_get(want, "some");
            near(gradient_norm(g, n), number(want, "norm"), p->name);
            int64_t step = n / 5 > 1 ? n / 5 : 1, k = 0;
            for (const Json *j = json_child(some); j; j = json_next(j), k += step)
                near((double)g[k], json_number(j, NAN), p->name);
        }
        close_bench(&b);
    }
}

static void ten_steps_of_training_are_pytorchs(void **state)
{
    (void)state;
    for (int which = 0; which < 2; which++) {
        Bench b;
        const Json *c;
        open_bench(&b, &c, which, CPU_PORTABLE);
        AdamState adam;
        AdamW opts = {.beta1 = 0.9, .beta2 = 0.98, .eps = 1e-8, .decay = number(b.all, "decay")};
        adam_alloc(&adam, &b.dec.params);
        for (int step = 0; step < 10; step++) {
            double loss = decoder_gradient(&b.dec, &b.batch, NULL);
            double norm = gradient_norm(b.dec.grads, b.dec.params.size);
            near(loss, json_number(item(json_get(c, "losses"), step), NAN), "loss");
            near(norm, json_number(item(json_get(c, "norms"), step), NAN), "norm");
            adam_step(&adam, &b.dec.params, &opts, b.dec.grads,
                      gradient_clip(norm, number(b.all, "clip")), number(b.all, "rate"));
        }
        adam_free(&adam);
        close_bench(&b);
    }
}

static void the_number_of_threads_changes_no_bit(void **state)
{
    (void)state;
    Bench b;
    const Json *c;
    Run one = {.threads = 1}, three = {.threads = 3};
    open_bench(&b, &c, 0, CPU_PORTABLE);
    int64_t n = b.dec.params.size;
    float *kept = mem_alloc(n, sizeof *kept);
    double loss = decoder_gradient(&b.dec, &b.batch, &one);
    memcpy(kept, b.dec.grads, (size_t)n * sizeof *kept);
    assert_true(decoder_gradient(&b.dec, &b.batch, &three) == loss);
    assert_memory_equal(kept, b.dec.grads, (size_t)n * sizeof *kept);
    assert_true(decoder_loss(&b.dec, &b.batch, &three) == loss);
    free(kept);
    close_bench(&b);
}

/* Nats of `next` by logits x [n]. */
static double nats_of(const float *x, int n, int32_t next)
{
    double most = (double)x[0], sum = 0;
    for (int i = 1; i < n; i++) most = fmax(most, (double)x[i]);
    for (int i = 0; i < n; i++) sum += exp((double)x[i] - most);
    return log(sum) + most - (double)x[next];
}

static void logits_of_every_prefix_make_up_the_loss(void **state)
{
    (void)state;
    for (int which = 0; which < 2; which++) {
        Bench b;
        const Json *c;
        open_bench(&b, &c, which, CPU_PORTABLE);
        Batch first = {.id = b.id, .n = 1, .seq = b.batch.seq};
        int vocab = b.dec.shape.vocab;
        float *logits = mem_alloc(vocab, sizeof *logits);
        double sum = 0;
        for (int k = 1; k <= first.seq; k++) {
            decoder_logits(&b.dec, b.id, k, logits);
            sum += nats_of(logits, vocab, b.id[k]);
        }
        near(sum / first.seq, decoder_loss(&b.dec, &first, NULL), "mean of the nats");
        free(logits);
        close_bench(&b);
    }
}

static void fresh_weights_have_their_spread_and_their_seed(void **state)
{
    (void)state;
    Decoder a, b;
    Err err;
    DecoderShape s = decoder_shape(DECODER_GPT2, 500, 64, 2);
    assert_true(decoder_open(&a, &s, CPU_PORTABLE, &err));
    assert_true(decoder_open(&b, &s, CPU_PORTABLE, &err));
    decoder_begin(&a, 1);
    decoder_begin(&b, 2);
    const Param *wte = &a.params.p[0];
    int n = wte->rows * wte->cols;
    double square = 0, both = 0;
    for (int i = 0; i < n; i++) {
        square += (double)a.params.v[i] * (double)a.params.v[i];
        both += (double)a.params.v[i] * (double)b.params.v[i];
    }
    assert_true(fabs(sqrt(square / n) - 0.02) < 0.02 * 3 / sqrt(2.0 * n)); /* 3 standard errors */
    assert_true(fabs(both / square) < 3 / sqrt(n));
    assert_true(a.params.v[a.params.p[params_find(&a.params, "transformer.ln_f.weight")].at] == 1);
    decoder_begin(&b, 1);
    assert_memory_equal(a.params.v, b.params.v, (size_t)a.params.size * sizeof(float));
    decoder_free(&a);
    decoder_free(&b);
}

static void impossible_shapes_are_refused(void **state)
{
    (void)state;
    Decoder dec;
    Err err = {""};
    DecoderShape s = decoder_shape(DECODER_GEMMA3, 100, 48, 2);
    s.nh = 3;
    s.nkv = 2;
    assert_false(decoder_open(&dec, &s, CPU_PORTABLE, &err));
    assert_non_null(strstr(err.msg, "3 heads cannot share 2"));
    s = decoder_shape(DECODER_GPT2, 100, 60, 2);
    assert_false(decoder_open(&dec, &s, CPU_PORTABLE, &err));
    assert_non_null(strstr(err.msg, "must make up the width of 60"));
}

static void the_rate_rises_holds_and_falls(void **state)
{
    (void)state;
    assert_float_equal(cosine_rate(0, 10, 110, 2, 0.1), 0.2, 1e-12);
    assert_float_equal(cosine_rate(9, 10, 110, 2, 0.1), 2, 1e-12);
    assert_float_equal(cosine_rate(60, 10, 110, 2, 0.1), 1.1, 1e-12); /* half way: the middle */
    assert_float_equal(cosine_rate(110, 10, 110, 2, 0.1), 0.2, 1e-12);
    assert_float_equal(cosine_rate(999, 10, 110, 2, 0.1), 0.2, 1e-12);
    assert_float_equal(hold_rate(29, 10, 100, 0.3, 2, 0), 2, 1e-12);
    assert_float_equal(hold_rate(65, 10, 100, 0.3, 2, 0), 1, 1e-12);
}

static void clipping_and_averages_do_their_arithmetic(void **state)
{
    (void)state;
    float g[] = {3, -4}, slow[] = {1, 2};
    assert_float_equal(gradient_norm(g, 2), 5, 1e-12);
    assert_float_equal(gradient_clip(5, 1), 0.2, 1e-12);
    assert_float_equal(gradient_clip(0.5, 1), 1, 1e-12);
    ema_follow(slow, g, 2, 0.75);
    assert_float_equal(slow[0], 1.5, 1e-7);
    assert_float_equal(slow[1], 0.5, 1e-7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_are_pytorchs),
        cmocka_unit_test(ten_steps_of_training_are_pytorchs),
        cmocka_unit_test(the_number_of_threads_changes_no_bit),
        cmocka_unit_test(logits_of_every_prefix_make_up_the_loss),
        cmocka_unit_test(fresh_weights_have_their_spread_and_their_seed),
        cmocka_unit_test(impossible_shapes_are_refused),
        cmocka_unit_test(the_rate_rises_holds_and_falls),
        cmocka_unit_test(clipping_and_averages_do_their_arithmetic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
