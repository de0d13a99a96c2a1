/* test_sampler.c: filters keep what they say, frequencies follow probabilities, seeds repeat. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "infer/sampler.h"

enum { DRAWS = 40000 };

/* Everything off. */
static SamplerOpts open_opts(void)
{
    return (SamplerOpts){.temp = 1, .top_p = 1, .repeat_penalty = 1, .repeat_last = 64, .seed = 42};
}

/* How often each token comes, of DRAWS. */
static void draw_many(const SamplerOpts *o, const float *logits, int vocab, int *count)
{
    Sampler *s = sampler_open(o, vocab);
    for (int i = 0; i < vocab; i++) count[i] = 0;
    for (int i = 0; i < DRAWS; i++) count[sampler_pick(s, logits)]++;
    sampler_close(s);
}

/* Five standard deviations of a binomial; the seed is fixed, so it holds or it does not. */
static void assert_share(int count, double p)
{
    assert_true(fabs(count - p * DRAWS) <= 5 * sqrt(DRAWS * p * (1 - p)) + 1e-9);
}

static void temperature_zero_takes_the_largest_and_of_equals_the_first(void **state)
{
    (void)state;
    const float logits[] = {0.5f, 2, -1, 2, 1.5f};
    SamplerOpts o = open_opts();
    o.temp = 0;
    o.top_k = 3;
    Sampler *s = sampler_open(&o, 5);
    for (int i = 0; i < 10; i++) assert_int_equal(sampler_pick(s, logits), 1);
    sampler_close(s);
}

static void frequencies_are_the_softmax_at_that_temperature(void **state)
{
    (void)state;
    const float logits[] = {1, 0, -1, 2};
    static const double temps[] = {0.5, 1, 2};
    for (int k = 0; k < 3; k++) {
        SamplerOpts o = open_opts();
        int count[4];
        double z = 0;
        o.temp = temps[k];
        draw_many(&o, logits, 4, count);
        for (int i = 0; i < 4; i++) z += exp(logits[i] / o.temp);
        for (int i = 0; i < 4; i++) assert_share(count[i], exp(logits[i] / o.temp) / z);
    }
}

static void top_k_keeps_the_k_likeliest(void **state)
{
    (void)state;
    const float logits[] = {0, 3, 1, 3, 2, -5};
    int count[6];
    SamplerOpts o = open_opts();
    o.top_k = 3;
    draw_many(&o, logits, 6, count);
    double z = exp(3) + exp(3) + exp(2);
    assert_share(count[1], exp(3) / z);
    assert_share(count[3], exp(3) / z);
    assert_share(count[4], exp(2) / z);
    assert_int_equal(count[0] + count[2] + count[5], 0);
}

/* .5 .3 .15 .05: 0.75 needs the first two, 0.85 the first three. */
static void top_p_keeps_the_fewest_that_hold_p(void **state)
{
    (void)state;
    const float logits[] = {logf(0.15f), logf(0.5f), logf(0.05f), logf(0.3f)};
    int count[4];
    SamplerOpts o = open_opts();
    o.top_p = 0.75;
    draw_many(&o, logits, 4, count);
    assert_share(count[1], 0.5 / 0.8);
    assert_int_equal(count[0] + count[2], 0);
    o.top_p = 0.85;
    draw_many(&o, logits, 4, count);
    assert_share(count[0], 0.15 / 0.95);
    assert_int_equal(count[2], 0);
}

static void min_p_keeps_what_is_near_the_first(void **state)
{
    (void)state;
    const float logits[] = {logf(0.15f), logf(0.5f), logf(0.05f), logf(0.3f)};
    int count[4];
    SamplerOpts o = open_opts();
    o.min_p = 0.2; /* of 0.5: 0.1 */
    draw_many(&o, logits, 4, count);
    assert_share(count[0], 0.15 / 0.95);
    assert_int_equal(count[2], 0);
}

static void the_repeat_penalty_makes_recent_tokens_unlikelier(void **state)
{
    (void)state;
    const float logits[] = {2, 1.5f, -1, -1.5f};
    SamplerOpts o = open_opts();
    o.temp = 0;
    o.repeat_penalty = 2;
    o.repeat_last = 2;
    Sampler *s = sampler_open(&o, 4);
    assert_int_equal(sampler_pick(s, logits), 0);
    sampler_accept(s, 0); /* 2 / 2 = 1 */
    assert_int_equal(sampler_pick(s, logits), 1);
    sampler_accept(s, 1);
    assert_int_equal(sampler_pick(s, logits), 0); /* 1 against 0.75 */
    sampler_accept(s, 1);
    assert_int_equal(sampler_pick(s, logits), 0); /* 0 is no longer among the last two */
    sampler_accept(s, 99);                        /* no token */
    sampler_close(s);
    const float negative[] = {-1, -1};
    s = sampler_open(&o, 2);
    sampler_accept(s, 0); /* -1 * 2 */
    assert_int_equal(sampler_pick(s, negative), 1);
    sampler_close(s);
}

static void equal_seeds_give_equal_tokens(void **state)
{
    (void)state;
    float logits[50];
    int32_t first[100];
    int differ = 0;
    for (int i = 0; i < 50; i++) logits[i] = (float)sin(i);
    for (int run = 0; run < 3; run++) {
        SamplerOpts o = SAMPLER_DEFAULTS;
        o.seed = run < 2 ? 7 : 8;
        Sampler *s = sampler_open(&o, 50);
        for (int i = 0; i < 100; i++) {
            int32_t id = sampler_pick(s, logits);
            if (run == 0) first[i] = id;
            if (run == 1) assert_int_equal(id, first[i]);
            if (run == 2) differ += id != first[i];
        }
        sampler_close(s);
    }
    assert_true(differ > 10);
}

/* Computed from the papers' formulas with whole numbers of any length. */
static void uniform_numbers_are_xoshiros(void **state)
{
    (void)state;
    SamplerOpts o = open_opts();
    o.seed = 0;
    Sampler *s = sampler_open(&o, 2);
    static const uint64_t want[] = {UINT64_C(0x99ec5f36cb75f2b4), UINT64_C(0xbf6e1f784956452a),
                                    UINT64_C(0x1a5f849d4933e6e0)};
    for (int i = 0; i < 3; i++)
        assert_true(sampler_uniform(s) == (double)(want[i] >> 11) * 0x1p-53);
    sampler_close(s);
}

static void numbers_that_are_none_are_impossible(void **state)
{
    (void)state;
    const float some[] = {NAN, -INFINITY, 1, NAN}, none[] = {NAN, -INFINITY};
    SamplerOpts o = open_opts();
    Sampler *s = sampler_open(&o, 4);
    for (int i = 0; i < 20; i++) assert_int_equal(sampler_pick(s, some), 2);
    sampler_close(s);
    s = sampler_open(&o, 2);
    assert_int_equal(sampler_pick(s, none), -1);
    sampler_set_temp(s, 0);
    assert_int_equal(sampler_pick(s, none), -1);
    sampler_close(s);
}

/* A vocabulary large enough for several rounds of selection. */
static void a_large_vocabulary_is_filtered_alike(void **state)
{
    (void)state;
    enum { V = 20000 };
    float *logits = mem_alloc(V, sizeof *logits);
    for (int i = 0; i < V; i++) logits[i] = (float)((i * 7919 % V) * 1e-4);
    double z = 0;
    for (int i = 0; i < V; i++) z += exp(logits[i]);
    SamplerOpts o = open_opts();
    o.top_p = 0.5;
    double held = 0, limit = 0; /* the smallest logit inside */
    for (int rank = V - 1; held < 0.5 * z; rank--) held += exp(limit = (float)(rank * 1e-4));
    Sampler *s = sampler_open(&o, V);
    for (int i = 0; i < 300; i++) {
        int32_t id = sampler_pick(s, logits);
        assert_true(logits[id] >= limit - 2e-4); /* a rank or two: sums in another order */
    }
    sampler_close(s);
    free(logits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(temperature_zero_takes_the_largest_and_of_equals_the_first),
        cmocka_unit_test(frequencies_are_the_softmax_at_that_temperature),
        cmocka_unit_test(top_k_keeps_the_k_likeliest),
        cmocka_unit_test(top_p_keeps_the_fewest_that_hold_p),
        cmocka_unit_test(min_p_keeps_what_is_near_the_first),
        cmocka_unit_test(the_repeat_penalty_makes_recent_tokens_unlikelier),
        cmocka_unit_test(equal_seeds_give_equal_tokens),
        cmocka_unit_test(uniform_numbers_are_xoshiros),
        cmocka_unit_test(numbers_that_are_none_are_impossible),
        cmocka_unit_test(a_large_vocabulary_is_filtered_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
