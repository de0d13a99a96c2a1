/* test_generate.c: texts that go on: greedy, seeded, stopped; and how likely texts are. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "fixture_model.h"
#include "infer/generate.h"
#include "infer/surprisal.h"

static const char STORY[] =
    ", there was a little girl named Lily. She loved to play outside in the sun. "
    "One day, she saw a big, red ball.";

typedef struct Wren {
    Model *m; /* allocated, because lm points to it */
    Lm *lm;
    Tokenizer *tok;
    TokenIds ids; /* "Once upon a time" */
    Str text;
    int calls, tokens, stop_after;
    Str pieces;
} Wren;

static Wren wren_open(int context)
{
    Wren w = {.m = mem_alloc(1, sizeof *w.m)};
    Err err = {""};
    char *path = test_path(false, "models/wren");
    if (!path || !model_open(w.m, path, &err) ||
        !lm_open(&w.lm, w.m, &(LmOpts){.context = context}, &err) ||
        !tokenizer_open(&w.tok, path, &err) ||
        !tokenizer_encode(w.tok, "Once upon a time", 16, TOKENIZE_EDGES, &w.ids, &err))
        fail_msg("models/wren: %s", err.msg);
    free(path);
    return w;
}

static void wren_close(Wren *w)
{
    str_free(&w->text);
    str_free(&w->pieces);
    token_ids_free(&w->ids);
    tokenizer_close(w->tok);
    lm_close(w->lm);
    model_close(w->m);
    free(w->m);
}

static bool take_text(void *ud, const char *text, size_t n)
{
    Wren *w = ud;
    str_add(&w->text, text, n);
    w->calls++;
    return true;
}

static bool take_token(void *ud, const GenToken *t)
{
    Wren *w = ud;
    assert_int_equal(t->index, w->tokens);
    str_add(&w->pieces, t->text, t->len);
    w->tokens++;
    return w->tokens != w->stop_after;
}

static GenOpts greedy(Wren *w, int n)
{
    return (GenOpts){.n = n,
                     .sampler = {.temp = 0, .top_p = 1, .repeat_penalty = 1},
                     .on_text = take_text,
                     .on_token = take_token,
                     .ud = w,
                     .decode = DECODE_INSIDE};
}

/* From the start. */
static GenStats run(Wren *w, const GenOpts *o)
{
    Err err = {""};
    GenStats stats;
    w->text.len = w->pieces.len = 0;
    w->calls = w->tokens = 0;
    lm_rewind(w->lm, 0);
    if (!generate(w->lm, w->tok, w->ids.id, w->ids.n, o, &stats, NULL, &err))
        fail_msg("%s", err.msg);
    return stats;
}

static void a_greedy_text_streams_out_as_it_comes(void **state)
{
    (void)state;
    Wren w = wren_open(0);
    GenOpts o = greedy(&w, 30);
    GenStats s = run(&w, &o);
    assert_int_equal(s.tokens, 30);
    assert_int_equal(s.prompt, w.ids.n);
    assert_int_equal(s.end, GEN_LENGTH);
    assert_int_equal(lm_pos(w.lm), w.ids.n + 29); /* the last one is not needed */
    assert_true(w.calls > 20);
    assert_int_equal(
        strncmp(w.text.s, STORY, w.text.len < strlen(STORY) ? w.text.len : strlen(STORY)), 0);
    assert_int_equal(w.text.len, w.pieces.len);
    assert_memory_equal(w.text.s, w.pieces.s, w.text.len);
    wren_close(&w);
}

static void a_text_goes_on_where_it_was_left(void **state)
{
    (void)state;
    Err err = {""};
    Wren w = wren_open(0);
    GenOpts o = greedy(&w, 1);
    GenStats s;
    Str whole = {0};
    run(&w, &o);
    for (int i = 0; i < 12; i++) {
        str_add(&whole, w.text.s, w.text.len);
        TokenIds next = {0};
        /* the token that was chosen last, which the model has not taken in */
        const float *l = lm_logits(w.lm);
        int32_t best = 0;
        for (int32_t k = 1; k < lm_hparams(w.lm)->vocab; k++)
            if (l[k] > l[best]) best = k;
        token_ids_add(&next, best, 0, 0);
        w.text.len = w.pieces.len = 0;
        w.tokens = 0;
        assert_true(generate(w.lm, w.tok, next.id, 1, &o, &s, NULL, &err));
        token_ids_free(&next);
    }
    assert_int_equal(strncmp(whole.s, STORY, whole.len), 0);
    assert_true(whole.len > 20);
    str_free(&whole);
    wren_close(&w);
}

static void stop_strings_end_a_text_and_are_not_in_it(void **state)
{
    (void)state;
    static const char *const stops[] = {"She loathed", "", "Lily. She lo", "zzz"};
    Wren w = wren_open(0);
    GenOpts o = greedy(&w, 60);
    o.stop = stops;
    o.nstop = 4;
    GenStats s = run(&w, &o);
    assert_int_equal(s.end, GEN_STOP);
    str_putc(&w.text, 0);
    assert_string_equal(w.text.s, ", there was a little girl named ");
    /* what only begins like one comes out after all */
    static const char *const near[] = {"sun. Two", "Lily. She lox"};
    o.stop = near;
    o.nstop = 2;
    o.n = 22;
    s = run(&w, &o);
    assert_int_equal(s.end, GEN_LENGTH);
    assert_int_equal(w.text.len, w.pieces.len);
    assert_memory_equal(w.text.s, w.pieces.s, w.text.len);
    wren_close(&w);
}

static void a_caller_can_end_a_text(void **state)
{
    (void)state;
    Wren w = wren_open(0);
    GenOpts o = greedy(&w, 60);
    w.stop_after = 3;
    GenStats s = run(&w, &o);
    assert_int_equal(s.end, GEN_CALLER);
    assert_int_equal(s.tokens, 3);
    wren_close(&w);
}

static void a_full_context_ends_a_text_and_refuses_a_longer_prompt(void **state)
{
    (void)state;
    Err err = {""};
    Wren w = wren_open(9);
    GenOpts o = greedy(&w, -1);
    GenStats s = run(&w, &o);
    assert_int_equal(s.end, GEN_CONTEXT);
    assert_int_equal(s.tokens, 9 - w.ids.n + 1); /* the last needs no room */
    int32_t many[10] = {2};
    lm_rewind(w.lm, 0);
    assert_false(generate(w.lm, w.tok, many, 10, &o, &s, NULL, &err));
    assert_string_equal(err.msg, "10 tokens after 0 do not fit a context of 9");
    assert_false(generate(w.lm, w.tok, NULL, 0, &o, &s, NULL, &err));
    wren_close(&w);
}

static double rising(void *ud, int index)
{
    (void)ud;
    return index < 5 ? 0 : 5;
}

static void seeds_and_temperatures_decide_a_sampled_text(void **state)
{
    (void)state;
    Wren w = wren_open(0);
    GenOpts o = greedy(&w, 25);
    Str first = {0};
    o.sampler = SAMPLER_DEFAULTS;
    o.sampler.seed = 3;
    run(&w, &o);
    str_add(&first, w.text.s, w.text.len);
    run(&w, &o);
    assert_int_equal(first.len, w.text.len);
    assert_memory_equal(first.s, w.text.s, first.len);
    o.sampler.seed = 4;
    run(&w, &o);
    assert_true(first.len != w.text.len || memcmp(first.s, w.text.s, first.len) != 0);
    o.temp_at = rising; /* greedy at first, wild later */
    o.sampler.top_k = 0;
    o.sampler.top_p = 1;
    o.sampler.min_p = 0;
    run(&w, &o);
    assert_int_equal(strncmp(w.text.s, STORY, 18), 0);
    assert_true(strncmp(w.text.s, STORY, 60) != 0);
    str_free(&first);
    wren_close(&w);
}

/* ---- surprisal ------------------------------------------------------------------------------ */

static int story_ids(Wren *w, TokenIds *ids)
{
    Err err = {""};
    Str text = {0};
    for (int i = 0; i < 3; i++) str_addf(&text, "Once upon a time%s ", STORY);
    assert_true(tokenizer_encode(w->tok, text.s, text.len, TOKENIZE_EDGES, ids, &err));
    str_free(&text);
    return ids->n;
}

static void surprisal_is_read_off_the_logits(void **state)
{
    (void)state;
    Err err = {""};
    Wren w = wren_open(0);
    TokenIds ids = {0};
    int n = story_ids(&w, &ids);
    double *nats = mem_alloc(n, sizeof *nats), *entropy = mem_alloc(n, sizeof *entropy), sum = 0;
    assert_true(surprisal(w.lm, ids.id, n, ids.id[0], NULL, nats, entropy, NULL, &err));
    assert_true(isnan(nats[0]) && isnan(entropy[0]));
    lm_rewind(w.lm, 0);
    for (int t = 0; t + 1 < n; t++) {
        assert_true(lm_eval(w.lm, ids.id + t, 1, NULL, NULL, &err));
        const float *l = lm_logits(w.lm);
        double z = 0, e = 0;
        for (int i = 0; i < 4096; i++) z += exp(l[i]);
        for (int i = 0; i < 4096; i++) e -= exp(l[i]) / z * (l[i] - log(z));
        assert_float_equal(nats[t + 1], log(z) - l[ids.id[t + 1]], 1e-5);
        assert_float_equal(entropy[t + 1], e, 1e-5);
        sum += nats[t + 1];
    }
    assert_float_equal(perplexity(nats, n), exp(sum / (n - 1)), 1e-9);
    assert_true(perplexity(nats, n) < 20); /* it is a story */
    assert_true(isnan(perplexity(nats, 1)));
    free(nats);
    free(entropy);
    token_ids_free(&ids);
    wren_close(&w);
}

/* Windows of 40 that share 16: a token of a later window sees BOS and what that has before it. */
static void long_texts_are_taken_in_windows(void **state)
{
    (void)state;
    Err err = {""};
    Wren w = wren_open(0);
    TokenIds ids = {0};
    int n = story_ids(&w, &ids);
    assert_true(n > 70);
    SurprisalOpts o = {.window = 40, .overlap = 16};
    double *nats = mem_alloc(n, sizeof *nats), *part = mem_alloc(40, sizeof *part);
    assert_true(surprisal(w.lm, ids.id, n, ids.id[0], &o, nats, NULL, NULL, &err));
    for (int i = 1; i < n; i++) assert_true(nats[i] >= 0);
    /* the second window: BOS, tokens 24..62, of which 40 on are measured */
    int32_t again[40] = {ids.id[0]};
    memcpy(again + 1, ids.id + 24, 39 * sizeof *again);
    assert_true(surprisal(w.lm, again, 40, again[0], NULL, part, NULL, NULL, &err));
    for (int i = 40; i < 63; i++) assert_float_equal(nats[i], part[i - 24 + 1], 1e-12);
    o.overlap = 39;
    assert_false(surprisal(w.lm, ids.id, n, ids.id[0], &o, nats, NULL, NULL, &err));
    free(nats);
    free(part);
    token_ids_free(&ids);
    wren_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_greedy_text_streams_out_as_it_comes),
        cmocka_unit_test(a_text_goes_on_where_it_was_left),
        cmocka_unit_test(stop_strings_end_a_text_and_are_not_in_it),
        cmocka_unit_test(a_caller_can_end_a_text),
        cmocka_unit_test(a_full_context_ends_a_text_and_refuses_a_longer_prompt),
        cmocka_unit_test(seeds_and_temperatures_decide_a_sampled_text),
        cmocka_unit_test(surprisal_is_read_off_the_logits),
        cmocka_unit_test(long_texts_are_taken_in_windows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
