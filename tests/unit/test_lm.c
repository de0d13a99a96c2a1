/* test_lm.c: the forward pass of every family against PyTorch (tests/oracle/lm_oracle.py), and what
 * a cache, cuts and threads may not change. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>

#include "fixture_lm.h"
#include "token/tokenizer.h"

enum { MAX_IDS = 64, MAX_SEEN = 16 };

/* The promise; f32 sums of some dozen terms over a few layers stay a hundred times below. */
static const double RELATIVE = 1e-4;

static int read_ids(const Json *c, int32_t *ids)
{
    int n = 0;
    for (const Json *j = json_child(json_get(c, "ids")); j; j = json_next(j))
        ids[n++] = (int32_t)json_number(j, -1);
    return n;
}

/* Largest error over a token, relative to the largest number of that token. */
static double worst(const float *got, const float *want, int nt, int width)
{
    double top = 0;
    for (int t = 0; t < nt; t++) {
        double err = 0, size = 0;
        for (int i = 0; i < width; i++) {
            double w = want[t * width + i], e = fabs(got[t * width + i] - w);
            if (!(e <= err)) err = e;
            if (fabs(w) > size) size = fabs(w);
        }
        if (!(err / size <= top)) top = err / size;
    }
    return top;
}

/* Embedding, every layer, logits. */
static Watch watch_states(Seen *seen, int layers)
{
    seen[0] = (Seen){.point = HOOK_RESID_PRE, .layer = 0};
    for (int l = 0; l < layers; l++) seen[l + 1] = (Seen){.point = HOOK_RESID_POST, .layer = l};
    seen[layers + 1] = (Seen){.point = HOOK_LOGITS, .layer = -1};
    return (Watch){seen, layers + 2};
}

static void check_case(const Json *c, const FileMap *ref)
{
    int32_t ids[MAX_IDS];
    Seen seen[MAX_SEEN];
    Err err = {""};
    const char *title = json_string(json_get(c, "title"));
    int n = read_ids(c, ids), layers = (int)json_number(json_get(c, "layers"), 0);
    const float *want =
        (const float *)(const void *)ref->data + (int64_t)json_number(json_get(c, "at"), 0);
    LmCase k = lm_open_case(c, &(LmOpts){.threads = 1});
    Watch w = watch_states(seen, layers);
    Hooks hooks = watch_hooks(&w);
    if (!lm_eval(k.lm, ids, n, &hooks, NULL, &err)) fail_msg("%s: %s", title, err.msg);
    double top = 0;
    for (int i = 0; i < w.n; i++) {
        assert_int_equal(seen[i].nt, n);
        double e = worst(seen_at(&seen[i], 0), want, n, seen[i].width);
        if (!(e <= RELATIVE)) fail_msg("%s: state %d is off by %g", title, i, e);
        if (e > top) top = e;
        want += (int64_t)n * seen[i].width;
    }
    assert_memory_equal(lm_logits(k.lm),
                        seen_at(&seen[w.n - 1], (int64_t)(n - 1) * seen[w.n - 1].width),
                        (size_t)seen[w.n - 1].width * sizeof(float));
    print_message("# %.1e  %s\n", top, title);
    watch_free(&w);
    lm_close_case(&k);
}

static void every_family_agrees_with_torch(void **state)
{
    (void)state;
    FileMap ref;
    Json *all;
    Err err = {""};
    char *path = test_path(false, "tests/oracle/data/lm_cases.f32");
    int n = 0;
    if (!path || !file_map_open(&ref, path, &err)) fail_msg("lm_cases.f32: %s", err.msg);
    lm_find_case(&all, "");
    for (const Json *c = json_child(all); c; c = json_next(c), n++) check_case(c, &ref);
    assert_true(n >= 20);
    json_free(all);
    file_map_close(&ref);
    free(path);
}

/* States and logits when the text is taken in as `first` tokens, then runs of `step`. */
static Str states_in_pieces(const Json *c, const LmOpts *opts, int first, int step)
{
    int32_t ids[MAX_IDS];
    Seen seen[MAX_SEEN];
    Str out = {0};
    Err err = {""};
    int n = read_ids(c, ids), layers = (int)json_number(json_get(c, "layers"), 0);
    LmCase k = lm_open_case(c, opts);
    Watch w = watch_states(seen, layers);
    Hooks hooks = watch_hooks(&w);
    for (int at = 0, m = first; at < n; at += m, m = step) {
        if (m > n - at) m = n - at;
        if (!lm_eval(k.lm, ids + at, m, &hooks, NULL, &err)) fail_msg("%s", err.msg);
    }
    for (int i = 0; i < w.n; i++) str_add(&out, seen[i].v.s, seen[i].v.len);
    watch_free(&w);
    lm_close_case(&k);
    return out;
}

static void assert_same(const Json *c, const Str *a, const LmOpts *opts, int first, int step)
{
    Str b = states_in_pieces(c, opts, first, step);
    assert_int_equal(a->len, b.len);
    if (memcmp(a->s, b.s, a->len) != 0)
        fail_msg("%s: pieces of %d, %d give other bytes", json_string(json_get(c, "title")), first,
                 step);
    str_free(&b);
}

/* Longrope past its original context is another function of the early tokens than before it. */
static void the_cache_cuts_and_threads_change_no_byte(void **state)
{
    (void)state;
    Json *all;
    lm_find_case(&all, "");
    for (const Json *c = json_child(all); c; c = json_next(c)) {
        if (strstr(json_string(json_get(c, "config")), "longrope")) continue;
        const LmOpts one = {.threads = 1}, two = {.threads = 2}, small = {.threads = 2, .chunk = 5};
        Str whole = states_in_pieces(c, &one, MAX_IDS, MAX_IDS);
        assert_same(c, &whole, &one, 1, 1);
        assert_same(c, &whole, &two, MAX_IDS, MAX_IDS);
        assert_same(c, &whole, &small, MAX_IDS, MAX_IDS);
        assert_same(c, &whole, &two, 13, 1);
        assert_same(c, &whole, &one, 1, 11);
        str_free(&whole);
    }
    json_free(all);
}

static void longrope_begins_anew_when_it_leaves_its_original_context(void **state)
{
    (void)state;
    Json *all;
    int32_t ids[MAX_IDS];
    Err err = {""};
    const Json *c = lm_find_case(&all, "phi3: longrope past");
    int n = read_ids(c, ids);
    LmCase a = lm_open_case(c, NULL), b = lm_open_case(c, NULL);
    size_t bytes = (size_t)lm_hparams(a.lm)->vocab * sizeof(float);
    float *shorter = mem_alloc((int64_t)bytes, 1);
    assert_true(lm_eval(a.lm, ids, n, NULL, NULL, &err));
    for (int t = 0; t < n; t++) {
        assert_true(lm_eval(b.lm, ids + t, 1, NULL, NULL, &err));
        if (t == 9) memcpy(shorter, lm_logits(b.lm), bytes);
    }
    assert_memory_equal(lm_logits(a.lm), lm_logits(b.lm), bytes);
    lm_rewind(b.lm, 9); /* and back below it */
    assert_true(lm_eval(b.lm, ids + 9, 1, NULL, NULL, &err));
    assert_memory_equal(shorter, lm_logits(b.lm), bytes);
    free(shorter);
    lm_close_case(&a);
    lm_close_case(&b);
    json_free(all);
}

static void a_rewound_model_goes_on_as_if_nothing_had_been(void **state)
{
    (void)state;
    static const char *const titles[] = {"llama-2", "mistral", "gemma3: pattern", "gpt2: [in"};
    for (size_t i = 0; i < 4; i++) {
        Json *all;
        int32_t ids[MAX_IDS], other[4] = {1, 2, 3, 4};
        Err err = {""};
        const Json *c = lm_find_case(&all, titles[i]);
        int n = read_ids(c, ids);
        LmCase a = lm_open_case(c, NULL), b = lm_open_case(c, NULL);
        assert_true(lm_eval(a.lm, ids, n, NULL, NULL, &err));
        assert_true(lm_eval(b.lm, ids, 12, NULL, NULL, &err));
        for (int t = 0; t < 4; t++) assert_true(lm_eval(b.lm, &other[t], 1, NULL, NULL, &err));
        lm_rewind(b.lm, 12);
        assert_int_equal(lm_pos(b.lm), 12);
        assert_null(lm_logits(b.lm));
        assert_true(lm_eval(b.lm, other, 4, NULL, NULL, &err));
        lm_rewind(b.lm, 3); /* windows of 5 and 6 have let go of tokens that this needs */
        assert_true(lm_eval(b.lm, ids + 3, n - 3, NULL, NULL, &err));
        assert_memory_equal(lm_logits(a.lm), lm_logits(b.lm),
                            (size_t)lm_hparams(a.lm)->vocab * sizeof(float));
        lm_close_case(&a);
        lm_close_case(&b);
        json_free(all);
    }
}

/* The window is 5: what rewinding to a position needs is there, or is computed anew. */
static void every_place_can_be_rewound_to(void **state)
{
    (void)state;
    Json *all;
    int32_t ids[MAX_IDS];
    Err err = {""};
    const Json *c = lm_find_case(&all, "mistral");
    int n = read_ids(c, ids);
    size_t bytes = 37 * sizeof(float);
    float *want = mem_alloc(n * 37, sizeof *want);
    for (int step = 1; step <= 4; step += 3) {
        for (int to = n - 1; to > 0; to--) {
            LmCase k = lm_open_case(c, &(LmOpts){.threads = 1, .chunk = step});
            for (int t = 0; t < n; t += step) {
                assert_true(lm_eval(k.lm, ids + t, step, NULL, NULL, &err));
                memcpy(want + (int64_t)(t + step - 1) * 37, lm_logits(k.lm), bytes);
            }
            lm_rewind(k.lm, to);
            for (int t = to; t < n; t++) {
                assert_true(lm_eval(k.lm, ids + t, 1, NULL, NULL, &err));
                if ((t + 1) % step) continue;
                assert_memory_equal(lm_logits(k.lm), want + (int64_t)t * 37, bytes);
            }
            lm_close_case(&k);
        }
    }
    free(want);
    json_free(all);
}

static void later_tokens_change_nothing_before_them(void **state)
{
    (void)state;
    Json *all;
    int32_t ids[MAX_IDS];
    Err err = {""};
    const Json *c = lm_find_case(&all, "gemma2");
    int n = read_ids(c, ids);
    Seen seen[2][MAX_SEEN];
    Watch w[2];
    LmCase k[2];
    for (int i = 0; i < 2; i++) {
        k[i] = lm_open_case(c, NULL);
        w[i] = watch_states(seen[i], 2);
        Hooks hooks = watch_hooks(&w[i]);
        if (i == 1) ids[n - 1] = (ids[n - 1] + 1) % 37;
        assert_true(lm_eval(k[i].lm, ids, n, &hooks, NULL, &err));
    }
    for (int s = 0; s < w[0].n; s++) {
        size_t row = (size_t)seen[0][s].width * sizeof(float), all_but = row * (size_t)(n - 1);
        assert_memory_equal(seen[0][s].v.s, seen[1][s].v.s, all_but);
        assert_memory_not_equal(seen[0][s].v.s + all_but, seen[1][s].v.s + all_but, row);
    }
    for (int i = 0; i < 2; i++) {
        watch_free(&w[i]);
        lm_close_case(&k[i]);
    }
    json_free(all);
}

static void a_window_keeps_little_more_than_itself(void **state)
{
    (void)state;
    Json *all;
    int32_t id = 1;
    Err err = {""};
    const Json *c = lm_find_case(&all, "mistral");
    LmCase k = lm_open_case(c, NULL);
    int64_t kept = 0;
    for (int t = 0; t < 64; t++) {
        assert_true(lm_eval(k.lm, &id, 1, NULL, NULL, &err));
        if (t == 4) kept = lm_bytes(k.lm);
    }
    /* two layers, keys and values, one head of 8, window 5 */
    assert_true(kept >= 2 * 2 * 5 * 8 * 4);
    assert_int_equal(lm_bytes(k.lm), kept);
    lm_close_case(&k);
    json_free(all);
}

static void wrong_tokens_and_full_contexts_are_told(void **state)
{
    (void)state;
    Json *all;
    Err err = {""};
    int32_t ids[MAX_IDS] = {0}, bad[] = {1, 37};
    const Json *c = lm_find_case(&all, "llama-2");
    LmCase k = lm_open_case(c, &(LmOpts){.context = 10});
    assert_int_equal(lm_context(k.lm), 10);
    assert_false(lm_eval(k.lm, bad, 2, NULL, NULL, &err));
    assert_string_equal(err.msg, "token 37 is outside the model's vocabulary of 37");
    assert_false(lm_eval(k.lm, ids, 0, NULL, NULL, &err));
    assert_true(lm_eval(k.lm, ids, 8, NULL, NULL, &err));
    assert_false(lm_eval(k.lm, ids, 3, NULL, NULL, &err));
    assert_string_equal(err.msg, "3 tokens after 8 do not fit a context of 10");
    assert_int_equal(lm_pos(k.lm), 8);
    assert_true(lm_eval(k.lm, ids, 2, NULL, NULL, &err));
    Lm *longer;
    assert_false(lm_open(&longer, k.m, &(LmOpts){.context = 65}, &err));
    assert_non_null(strstr(err.msg, "a context of 65 was asked for, this model has 64"));
    lm_close_case(&k);
    json_free(all);
}

static void stop_ends_a_run_and_takes_nothing_in(void **state)
{
    (void)state;
    Json *all;
    Err err = {""};
    int32_t ids[MAX_IDS] = {1, 2, 3};
    volatile sig_atomic_t stop = 1;
    const Json *c = lm_find_case(&all, "llama-2");
    LmCase k = lm_open_case(c, NULL), fresh = lm_open_case(c, NULL);
    assert_false(lm_eval(k.lm, ids, 3, NULL, &(Run){.stop = &stop}, &err));
    assert_string_equal(err.msg, "interrupted");
    assert_int_equal(lm_pos(k.lm), 0);
    assert_null(lm_logits(k.lm));
    assert_true(lm_eval(k.lm, ids, 3, NULL, NULL, &err));
    assert_true(lm_eval(fresh.lm, ids, 3, NULL, NULL, &err));
    assert_memory_equal(lm_logits(k.lm), lm_logits(fresh.lm), 37 * sizeof(float));
    lm_close_case(&k);
    lm_close_case(&fresh);
    json_free(all);
}

/* Greedy text of a real model. */
static void check_text(bool data, const char *model, const char *want)
{
    Err err = {""};
    Model m;
    Lm *lm;
    Tokenizer *tok;
    TokenIds ids = {0};
    Str text = {0};
    char *path = test_path(data, model);
    if (!path) {
        print_message("# skipped: %s is not there\n", model);
        skip();
    }
    if (!model_open(&m, path, &err) || !lm_open(&lm, &m, NULL, &err) ||
        !tokenizer_open(&tok, path, &err) ||
        !tokenizer_encode(tok, "Once upon a time", 16, TOKENIZE_EDGES, &ids, &err) ||
        !lm_eval(lm, ids.id, ids.n, NULL, NULL, &err))
        fail_msg("%s", err.msg);
    TokenDecoder dec = {.tok = tok, .flags = DECODE_INSIDE};
    while (text.len < strlen(want)) {
        const float *l = lm_logits(lm);
        int32_t best = 0;
        for (int32_t i = 1; i < lm_hparams(lm)->vocab; i++)
            if (l[i] > l[best]) best = i;
        token_decoder_add(&dec, best, &text);
        assert_true(lm_eval(lm, &best, 1, NULL, NULL, &err));
    }
    text.s[strlen(want)] = 0;
    assert_string_equal(text.s, want);
    str_free(&text);
    token_ids_free(&ids);
    tokenizer_close(tok);
    lm_close(lm);
    model_close(&m);
    free(path);
}

static void wren_tells_the_story_that_llama_cpp_tells(void **state)
{
    (void)state;
    check_text(
        false, "models/wren",
        ", there was a little girl named Lily. She loved to play outside in the sun. One day, she "
        "saw a big, red ball. The ball was very pretty. Lily wanted to play with");
}

/* Windows of 128 in runs of every size, the cache's slots used again and again. */
static void a_long_text_is_the_same_however_it_is_cut(void **state)
{
    (void)state;
    enum { N = 400 };
    static const LmOpts cuts[] = {{.chunk = N}, {.chunk = 64, .threads = 2}, {.chunk = 33}};
    Err err = {""};
    Model m;
    int32_t ids[N];
    float *first = NULL;
    char *path = test_path(false, "models/wren");
    if (!path || !model_open(&m, path, &err)) fail_msg("models/wren: %s", err.msg);
    for (int i = 0; i < N; i++) ids[i] = (int32_t)((3 + 17LL * i * i) % m.cfg.vocab);
    size_t bytes = (size_t)m.cfg.vocab * sizeof(float);
    for (int cut = 0; cut < 4; cut++) {
        Lm *lm;
        if (!lm_open(&lm, &m, &cuts[cut % 3], &err)) fail_msg("%s", err.msg);
        int at = cut == 3 ? 350 : N; /* and the last fifty one by one */
        assert_true(lm_eval(lm, ids, at, NULL, NULL, &err));
        for (; at < N; at++) assert_true(lm_eval(lm, ids + at, 1, NULL, NULL, &err));
        if (!first) first = memcpy(mem_alloc((int64_t)bytes, 1), lm_logits(lm), bytes);
        assert_memory_equal(first, lm_logits(lm), bytes);
        lm_close(lm);
    }
    free(first);
    model_close(&m);
    free(path);
}

static void stories260K_tells_the_story_that_llama2_c_tells(void **state)
{
    (void)state;
    check_text(
        true, "models/stories260K",
        ", there was a little girl named Lily. She loved to play outside in the park. One day, "
        "she saw a big, red ball. She wanted to play with it, but it was too high.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_family_agrees_with_torch),
        cmocka_unit_test(the_cache_cuts_and_threads_change_no_byte),
        cmocka_unit_test(longrope_begins_anew_when_it_leaves_its_original_context),
        cmocka_unit_test(a_rewound_model_goes_on_as_if_nothing_had_been),
        cmocka_unit_test(every_place_can_be_rewound_to),
        cmocka_unit_test(later_tokens_change_nothing_before_them),
        cmocka_unit_test(a_window_keeps_little_more_than_itself),
        cmocka_unit_test(wrong_tokens_and_full_contexts_are_told),
        cmocka_unit_test(stop_ends_a_run_and_takes_nothing_in),
        cmocka_unit_test(wren_tells_the_story_that_llama_cpp_tells),
        cmocka_unit_test(a_long_text_is_the_same_however_it_is_cut),
        cmocka_unit_test(stories260K_tells_the_story_that_llama2_c_tells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
