/* test_hooks.c: what is seen inside a model: every intermediate tensor of a trained GPT against
 * PyTorch's own, entropies against patterns, and that looking changes nothing. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "fixture_lm.h"

enum { MAX_POINTS = 24 };

/* ---- names ---------------------------------------------------------------------------------- */

static void names_are_read_as_they_are_written(void **state)
{
    (void)state;
    Err err;
    for (int i = 0; i < HOOK_COUNT; i++) {
        Str name = {0};
        HookPoint point;
        int layer = hook_in_block((HookPoint)i) ? 7 : -1, got;
        hook_name((HookPoint)i, layer, &name);
        assert_true(hook_parse(name.s, 8, &point, &got, &err));
        assert_int_equal(point, i);
        assert_int_equal(got, layer);
        str_free(&name);
    }
}

static void a_star_means_every_layer(void **state)
{
    (void)state;
    Err err;
    HookPoint point;
    int layer;
    assert_true(hook_parse("blocks.*.attn.hook_q", 8, &point, &layer, &err));
    assert_int_equal(point, HOOK_Q);
    assert_int_equal(layer, -1);
    assert_true(hook_parse("hook_resid_post", 8, &point, &layer, &err));
    assert_int_equal(layer, -1);
}

static void wrong_names_are_told_with_what_is_alike(void **state)
{
    (void)state;
    Err err;
    HookPoint point;
    int layer;
    assert_false(hook_parse("blocks.8.hook_mlp_out", 8, &point, &layer, &err));
    assert_non_null(strstr(err.msg, "blocks.0 to blocks.7"));
    assert_false(hook_parse("blocks.1.hook_mpl_out", 8, &point, &layer, &err));
    assert_non_null(strstr(err.msg, "did you mean \"hook_mlp_out\"?"));
    assert_false(hook_parse("blocks.1.logits", 8, &point, &layer, &err));
    assert_false(hook_parse("blocks.-1.hook_mlp_out", 8, &point, &layer, &err));
    assert_false(hook_parse("", 8, &point, &layer, &err));
}

/* ---- a trained GPT -------------------------------------------------------------------------- */

static int base64_value(char c)
{
    const char *set = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(set, c) : NULL;
    return at ? (int)(at - set) : -1;
}

/* The tensor's numbers; free them. */
static float *reference(const Json *root, const char *name, int64_t *n)
{
    const Json *t = json_get(root, name);
    const char *s = json_string(json_get(t, "data"));
    Str bytes = {0};
    uint32_t acc = 0;
    int bits = 0;
    if (!s) fail_msg("no reference %s", name);
    for (; *s && base64_value(*s) >= 0; s++) {
        acc = acc << 6 | (uint32_t)base64_value(*s);
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        str_putc(&bytes, (char)(acc >> bits));
    }
    *n = (int64_t)(bytes.len / sizeof(float));
    return (float *)(void *)bytes.s;
}

/* A reference [batch, nt, width], or [batch, heads, nt, width] when its heads come first. */
typedef struct Expected {
    const char *name;
    HookPoint point;
    int layer;
    bool heads_first;
} Expected;

static const Expected EXPECTED[] = {
    {"tok_emb", HOOK_EMBED, -1, false},
    {"pos_emb", HOOK_POS_EMBED, -1, false},
    {"x", HOOK_RESID_PRE, 0, false},
    {"ln1", HOOK_LN1, 0, false},
    {"q", HOOK_Q, 0, true},
    {"k", HOOK_K, 0, true},
    {"v", HOOK_V, 0, true},
    {"att", HOOK_SCORES, 0, true},
    {"attSm", HOOK_PATTERN, 0, true},
    {"y", HOOK_Z, 0, false},
    {"yProj", HOOK_ATTN_OUT, 0, false},
    {"attnResid", HOOK_RESID_MID, 0, false},
    {"ln2", HOOK_LN2, 0, false},
    {"fc", HOOK_MLP_PRE, 0, false},
    {"gelu", HOOK_MLP_POST, 0, false},
    {"mlp", HOOK_MLP_OUT, 0, false},
    {"block0", HOOK_RESID_POST, 0, false},
    {"block1", HOOK_RESID_POST, 1, false},
    {"block2", HOOK_RESID_POST, 2, false},
    {"ln_f", HOOK_LN_FINAL, -1, false},
    {"lm_head", HOOK_LOGITS, -1, false},
};
enum { NEXPECTED = sizeof EXPECTED / sizeof *EXPECTED, BATCH = 3, TOKENS = 11 };

static void compare_seen(const Expected *e, const Seen *s, const float *want, int64_t n, int batch)
{
    int64_t each = n / (n % (BATCH * (int64_t)s->heads * s->width * TOKENS) ? 1 : BATCH);
    assert_int_equal(s->nt, TOKENS);
    assert_int_equal(each, (int64_t)s->nt * s->heads * s->width);
    if (each < n) want += batch * each;
    for (int t = 0; t < s->nt; t++)
        for (int h = 0; h < s->heads; h++)
            for (int i = 0; i < s->width; i++) {
                int64_t at = e->heads_first ? (int64_t)(h * s->nt + t) * s->width + i
                                            : (int64_t)(t * s->heads + h) * s->width + i;
                float got = *seen_at(s, (int64_t)(t * s->heads + h) * s->width + i);
                /* both sides are f32, sums of up to 192 terms of order 1 */
                if (isinf(want[at]) ? got != want[at] : !(fabsf(got - want[at]) <= 2e-5))
                    fail_msg("%s[%d][%d][%d] is %g, expected %g", e->name, t, h, i, got, want[at]);
            }
}

static void every_intermediate_tensor_of_a_trained_gpt_is_torchs(void **state)
{
    (void)state;
    Err err = {""};
    Model m;
    Lm *lm;
    char *dir = test_path(true, "models/gpt-nano-sort");
    char *file = test_path(true, "models/gpt-nano-sort/reference-activations.json");
    if (!dir || !file) {
        print_message("# skipped: models/gpt-nano-sort is not there\n");
        skip();
    }
    Json *root = json_read(file, &err);
    if (!root || !model_open(&m, dir, &err) || !lm_open(&lm, &m, NULL, &err))
        fail_msg("%s", err.msg);
    int64_t n;
    float *idx = reference(root, "idx", &n);
    assert_int_equal(n, BATCH * TOKENS);
    for (int b = 0; b < BATCH; b++) {
        int32_t ids[TOKENS];
        Seen seen[NEXPECTED];
        Watch w = {seen, NEXPECTED};
        for (int t = 0; t < TOKENS; t++) ids[t] = (int32_t)idx[b * TOKENS + t];
        for (int i = 0; i < NEXPECTED; i++)
            seen[i] = (Seen){.point = EXPECTED[i].point, .layer = EXPECTED[i].layer};
        Hooks hooks = watch_hooks(&w);
        lm_rewind(lm, 0);
        if (!lm_eval(lm, ids, TOKENS, &hooks, NULL, &err)) fail_msg("%s", err.msg);
        for (int i = 0; i < NEXPECTED; i++) {
            float *want = reference(root, EXPECTED[i].name, &n);
            compare_seen(&EXPECTED[i], &seen[i], want, n, b);
            free(want);
        }
        watch_free(&w);
    }
    free(idx);
    json_free(root);
    lm_close(lm);
    model_close(&m);
    free(dir);
    free(file);
}

/* ---- attention ------------------------------------------------------------------------------ */

static int long_prompt(const Lm *lm, int32_t *ids, int n)
{
    for (int i = 0; i < n; i++) ids[i] = (int32_t)((7 + 31LL * i * i) % lm_hparams(lm)->vocab);
    return n;
}

/* A row of weights over positions 0..width-1 of a query at pos. */
static void check_row(const float *p, int width, int pos, int window, float entropy, float distance)
{
    double sum = 0, h = 0, mean = 0;
    for (int j = 0; j < width; j++) {
        bool seen = j <= pos && (!window || pos - j < window);
        if (!seen) assert_true(p[j] == 0);
        assert_true(p[j] >= 0);
        sum += p[j];
        mean += (double)p[j] * (pos - j);
        if (p[j] > 0) h -= p[j] * log(p[j]);
    }
    assert_float_equal(sum, 1, 1e-5); /* some hundred f32 weights */
    assert_float_equal(h, entropy, 2e-5);
    assert_float_equal(mean, distance, 1e-4 * (1 + mean));
}

/* wren: windows of 128, so that rows reach past them; the cache's slots are used again. */
static void entropies_and_distances_are_those_of_the_patterns(void **state)
{
    (void)state;
    enum { N = 300 };
    Err err = {""};
    Model m;
    Lm *lm;
    int32_t ids[N];
    char *dir = test_path(false, "models/wren");
    if (!dir || !model_open(&m, dir, &err) || !lm_open(&lm, &m, &(LmOpts){.chunk = 77}, &err))
        fail_msg("%s", err.msg);
    long_prompt(lm, ids, N);
    for (int layer = 4; layer < 6; layer++) { /* a sliding one, the full one */
        Seen seen[3] = {{.point = HOOK_PATTERN, .layer = layer},
                        {.point = HOOK_ENTROPY, .layer = layer},
                        {.point = HOOK_DISTANCE, .layer = layer}};
        int window = lm_hparams(lm)->layer[layer].window, nh = lm_hparams(lm)->nh, at = 0;
        assert_int_equal(window, layer == 4 ? 128 : 0);
        Watch w = {seen, 3};
        Hooks hooks = watch_hooks(&w);
        lm_rewind(lm, 0);
        /* all but the last at once; then one token, whose pattern is as wide as the text */
        assert_true(lm_eval(lm, ids, N - 1, NULL, NULL, &err));
        lm_rewind(lm, N - 60);
        assert_true(lm_eval(lm, ids + N - 60, 60, &hooks, NULL, &err));
        assert_int_equal(seen[0].nt, 60);
        assert_int_equal(seen[0].width, N);
        for (int t = 0; t < 60; t++)
            for (int h = 0; h < nh; h++, at++)
                check_row(seen_at(&seen[0], (int64_t)at * N), N, N - 60 + t, window,
                          *seen_at(&seen[1], at), *seen_at(&seen[2], at));
        watch_free(&w);
    }
    lm_close(lm);
    model_close(&m);
    free(dir);
}

/* ---- looking -------------------------------------------------------------------------------- */

typedef struct Count {
    int visits[HOOK_COUNT], nt, order;
    int last_pos, last_layer;
} Count;

static void count_visit(void *ud, const HookData *h)
{
    Count *c = ud;
    c->visits[h->point]++;
    if (h->point == HOOK_RESID_POST) c->nt += h->nt;
    bool later = h->pos > c->last_pos || h->layer >= c->last_layer || h->layer < 0;
    if (!later) c->order++;
    c->last_pos = h->pos;
    c->last_layer = h->layer;
}

static void only_what_is_asked_for_is_visited(void **state)
{
    (void)state;
    Json *all;
    Err err = {""};
    int32_t ids[24];
    const bool layers[] = {false, true, false};
    Count c = {0};
    LmCase k = lm_open_case(lm_find_case(&all, "gemma3: pattern"), &(LmOpts){.chunk = 10});
    long_prompt(k.lm, ids, 24);
    Hooks hooks = {.mask = HOOK_BIT(HOOK_RESID_POST) | HOOK_BIT(HOOK_EMBED),
                   .layers = layers,
                   .visit = count_visit,
                   .ud = &c};
    assert_true(lm_eval(k.lm, ids, 24, &hooks, NULL, &err));
    assert_int_equal(c.visits[HOOK_RESID_POST], 3); /* one layer, runs of 10, 10, 4 */
    assert_int_equal(c.visits[HOOK_EMBED], 3);
    assert_int_equal(c.nt, 24);
    for (int i = 0; i < HOOK_COUNT; i++)
        if (i != HOOK_RESID_POST && i != HOOK_EMBED) assert_int_equal(c.visits[i], 0);
    c = (Count){0};
    hooks.whole = true;
    lm_rewind(k.lm, 0);
    assert_true(lm_eval(k.lm, ids, 24, &hooks, NULL, &err));
    assert_int_equal(c.visits[HOOK_RESID_POST], 1);
    assert_int_equal(c.nt, 24);
    lm_close_case(&k);
    json_free(all);
}

static void looking_changes_no_byte(void **state)
{
    (void)state;
    Json *all;
    Err err = {""};
    lm_find_case(&all, "");
    for (const Json *one = json_child(all); one; one = json_next(one)) {
        int32_t ids[24];
        Count c = {0};
        Hooks hooks = {.mask = (UINT32_C(1) << HOOK_COUNT) - 1, .visit = count_visit, .ud = &c};
        LmCase a = lm_open_case(one, NULL), b = lm_open_case(one, &(LmOpts){.threads = 2});
        long_prompt(a.lm, ids, 24);
        assert_true(lm_eval(a.lm, ids, 24, NULL, NULL, &err));
        assert_true(lm_eval(b.lm, ids, 24, &hooks, NULL, &err));
        const Hparams *hp = lm_hparams(a.lm);
        assert_memory_equal(lm_logits(a.lm), lm_logits(b.lm), (size_t)hp->vocab * sizeof(float));
        assert_int_equal(c.order, 0);
        for (int i = 0; i < HOOK_COUNT; i++) {
            bool none = (i == HOOK_POS_EMBED && !hp->positions) ||
                        (i == HOOK_RESID_MID && hp->parallel) ||
                        (i == HOOK_MLP_PRE_LINEAR && !hp->gated);
            int want = none ? 0 : !hook_in_block((HookPoint)i) ? 1 : hp->nl;
            if (i == HOOK_LOGITS) want = 2; /* runs of 16 */
            assert_int_equal(c.visits[i], want);
        }
        lm_close_case(&a);
        lm_close_case(&b);
    }
    json_free(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_read_as_they_are_written),
        cmocka_unit_test(a_star_means_every_layer),
        cmocka_unit_test(wrong_names_are_told_with_what_is_alike),
        cmocka_unit_test(every_intermediate_tensor_of_a_trained_gpt_is_torchs),
        cmocka_unit_test(entropies_and_distances_are_those_of_the_patterns),
        cmocka_unit_test(only_what_is_asked_for_is_visited),
        cmocka_unit_test(looking_changes_no_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
