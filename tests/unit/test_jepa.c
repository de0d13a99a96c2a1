/* test_jepa.c: the joint embedding: losses, gradients and ten steps of each phase against PyTorch
 * (tests/oracle/jepa_oracle.py; LLMSONIFY_TABLE=1 prints how near), what stays and what follows. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture_jepa.h"
#include "fixture_near.h"
#include "fixture_oracle.h"

/* The promise; rounding alone gives some 1e-6, more after ten steps. */
static const double NEAR = 1e-4;

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

/* The error beside a size. */
static double near(double got, double want, double beside, const char *what, int step)
{
    double error = fabs(got - want);
    if (!(error <= NEAR * beside))
        fail_msg("%s, step %d: %.9g, PyTorch has %.9g", what, step, got, want);
    return beside > 0 ? error / beside : 0;
}

static void open_filled(Jepa *j)
{
    Err err = {""};
    if (!jepa_open(j, CPU_PORTABLE, &err)) fail_msg("%s", err.msg);
    fill_params(&j->params, 0);
    fill_params(&j->target, 500);
}

/* The largest error. */
static double losses_are(const JepaLoss *got, const Json *want, int step)
{
    static const char *const NAME[] = {"total", "next", "cross", "variance", "covariance",
                                       "continuity"};
    const double part[] = {got->total,    got->next,       got->cross,
                           got->variance, got->covariance, got->continuity};
    double worst = 0;
    for (int i = 0; i < 6; i++) {
        double w = json_number(item(want, i), NAN);
        worst = fmax(worst, near(part[i], w, fabs(w), NAME[i], step));
    }
    return worst;
}

/* Norms of every gradient, 0 where the phase trains nothing; at first some of its numbers too. */
static double gradients_are(const Jepa *j, const Json *c, int step)
{
    const Json *norms = json_get(c, "norms"), *some = json_get(c, "some");
    int known = 0;
    double worst = 0;
    for (int i = 0; i < j->params.n; i++) {
        const Param *p = &j->params.p[i];
        int64_t n = (int64_t)p->rows * p->cols, at[] = {0, n / 2, n - 1};
        const float *g = j->grads + p->at;
        const Json *want = json_get(norms, p->name);
        double norm = want ? json_number(item(want, step), NAN) : 0;
        known += want != NULL;
        worst = fmax(worst, near(gradient_norm(g, n), norm, norm, p->name, step));
        for (int k = 0; want && step == 0 && k < 3; k++)
            near((double)g[at[k]], json_number(item(json_get(some, p->name), k), NAN), norm,
                 p->name, step);
    }
    assert_int_equal(known, json_count(norms));
    return worst;
}

static void ten_steps_of(JepaPhase phase, const Json *all)
{
    const Json *c = item(json_get(all, "cases"), (int)phase);
    int steps = (int)number(all, "steps");
    Jepa j;
    AdamState adam;
    AdamW opts = {.beta1 = 0.9, .beta2 = 0.98, .eps = 1e-8, .decay = number(all, "decay")};
    JepaWeights weights = {number(all, "variance"), number(all, "covariance"),
                           number(all, "continuity")};
    Made m = made_batch((int)number(all, "n"));
    JepaBatch b = batch_of(&m, phase);
    open_filled(&j);
    adam_alloc(&adam, &j.params);
    bool *moves = mem_alloc(j.params.n, sizeof *moves);
    jepa_trained(&j, phase, moves);
    double worst[2] = {0, 0};
    for (int step = 0; step < steps; step++) {
        JepaLoss loss = jepa_gradient(&j, phase, &b, &weights, NULL);
        worst[0] = fmax(worst[0], losses_are(&loss, item(json_get(c, "losses"), step), step));
        worst[1] = fmax(worst[1], gradients_are(&j, c, step));
        double scale = gradient_clip(gradient_norm(j.grads, j.params.size), number(all, "clip"));
        adam_step_of(&adam, &j.params, &opts, j.grads, scale, number(all, "rate"), moves);
        if (phase != JEPA_ALIGN) jepa_follow(&j, jepa_tau(step, steps));
    }
    double target = number(c, "target");
    near(gradient_norm(j.target.v, j.target.size), target, target, "target", steps);
    if (getenv("LLMSONIFY_TABLE"))
        printf("# | joint embedding, phase %d | losses %.0e | norms of gradients %.0e |\n",
               (int)phase + 1, worst[0], worst[1]);
    free(moves);
    adam_free(&adam);
    jepa_free(&j);
    made_free(&m);
}

static void ten_steps_of_each_phase_are_pytorchs(void **state)
{
    (void)state;
    Json *all = oracle_read("jepa.json");
    assert_non_null(all);
    assert_int_equal(json_count(json_get(all, "cases")), JEPA_PHASES);
    for (int phase = 0; phase < JEPA_PHASES; phase++) ten_steps_of((JepaPhase)phase, all);
    json_free(all);
}

static void answers_are(const float *z, int n, const Json *want)
{
    int i = 0;
    for (const Json *x = json_child(want); x; x = json_next(x), i++)
        assert_near((double)z[37 * i], json_number(x, NAN), NEAR);
    assert_int_equal(i, (n * JEPA_LATENT + 36) / 37);
}

static void what_is_asked_is_answered_as_by_pytorch(void **state)
{
    (void)state;
    enum { LAYERS = 6, SONGS = 3 };
    Json *all = oracle_read("jepa.json");
    assert_non_null(all);
    const Json *asked = json_get(all, "asked");
    Jepa j;
    Made m = made_batch(SONGS);
    float *z = mem_alloc(LAYERS * JEPA_LATENT, sizeof *z);
    open_filled(&j);
    jepa_hear(&j, m.pair, m.pair_step, JEPA_SEQ, z, NULL);
    answers_are(z, JEPA_SEQ, json_get(asked, "hear"));
    jepa_foresee(&j, m.stat, LAYERS, z, NULL);
    answers_are(z, LAYERS, json_get(asked, "foresee"));
    jepa_foresee(&j, m.stat, 2, z + JEPA_LATENT, NULL); /* fewer layers than steps: the same */
    for (int k = 0; k < JEPA_LATENT; k++)
        assert_near((double)z[k], (double)z[k + JEPA_LATENT], 1e-5); /* of order 1, other sums */
    jepa_continue(&j, m.pair, m.pair_step, SONGS, z, NULL);
    answers_are(z, SONGS, json_get(asked, "continue"));
    free(z);
    made_free(&m);
    jepa_free(&j);
    json_free(all);
}

/* The loss along a parameter's gradient rises by the gradient's norm. The loss has an error of some
 * 1e-7 (sums of f32), divided by 2 STEP; the norms are some 1e-2, so that 2 % are far above it. */
static void slope_is(Jepa *j, JepaPhase phase, const JepaBatch *b, const char *name)
{
    static const double STEP = 0.01;
    static const JepaWeights WEIGHTS = {1, 0.1, 0.5};
    const Param *p = &j->params.p[params_find(&j->params, name)];
    int64_t n = (int64_t)p->rows * p->cols;
    float *v = j->params.v + p->at, *kept = mem_alloc(n, sizeof *kept);
    jepa_gradient(j, phase, b, &WEIGHTS, NULL);
    const float *g = j->grads + p->at;
    double norm = gradient_norm(g, n), loss[2];
    memcpy(kept, v, (size_t)n * sizeof *kept);
    for (int side = 0; side < 2; side++) {
        double step = (side ? STEP : -STEP) / norm;
        for (int64_t k = 0; k < n; k++) v[k] = (float)((double)kept[k] + step * (double)g[k]);
        loss[side] = jepa_loss(j, phase, b, &WEIGHTS, NULL).total;
    }
    memcpy(v, kept, (size_t)n * sizeof *kept);
    free(kept);
    double slope = (loss[1] - loss[0]) / (2 * STEP);
    if (!(norm > 1e-4 && fabs(slope - norm) <= 0.02 * norm))
        fail_msg("%s: %.6g, by differences %.6g", name, norm, slope);
}

static void gradients_are_those_of_differences(void **state)
{
    (void)state;
    static const char *const NAME[JEPA_PHASES][6] = {
        {"music.in.weight", "music.kind.weight", "music.blocks.1.attn.qkv.weight", "gru.weight_hh",
         "next.up.bias", "music.pitch_class.weight"},
        {"stat.in.weight", "stat.place.weight", "stat.blocks.2.mlp.up.weight", "gru.weight_ih",
         "cross.down.weight", "cross.up.bias"},
        {"music.latent.weight", "stat.norm.weight", "gru.bias_hh", "next.down.weight",
         "cross.up.weight", "music.pitch_class.weight"}};
    Jepa j;
    Made m = made_batch(5);
    open_filled(&j);
    for (int phase = 0; phase < JEPA_PHASES; phase++) {
        JepaBatch b = batch_of(&m, (JepaPhase)phase);
        for (int i = 0; i < 6; i++) slope_is(&j, (JepaPhase)phase, &b, NAME[phase][i]);
    }
    made_free(&m);
    jepa_free(&j);
}

static void the_number_of_threads_changes_no_bit(void **state)
{
    (void)state;
    static const JepaWeights WEIGHTS = {1, 0.1, 0.5};
    static const Run ONE = {.threads = 1}, TWO = {.threads = 2};
    Jepa j;
    Made m = made_batch(11);
    open_filled(&j);
    int64_t bytes = j.params.size * (int64_t)sizeof(float);
    float *kept = mem_alloc(bytes, 1), *z[2];
    for (int phase = 0; phase < JEPA_PHASES; phase++) {
        JepaBatch b = batch_of(&m, (JepaPhase)phase);
        JepaLoss one = jepa_gradient(&j, (JepaPhase)phase, &b, &WEIGHTS, &ONE);
        memcpy(kept, j.grads, (size_t)bytes);
        JepaLoss two = jepa_gradient(&j, (JepaPhase)phase, &b, &WEIGHTS, &TWO);
        assert_memory_equal(kept, j.grads, bytes);
        assert_memory_equal(&one, &two, sizeof one);
        two = jepa_loss(&j, (JepaPhase)phase, &b, &WEIGHTS, &TWO);
        assert_memory_equal(&one, &two, sizeof one);
    }
    for (int i = 0; i < 2; i++) {
        z[i] = mem_alloc(44 * JEPA_LATENT, sizeof *z[i]);
        jepa_hear(&j, m.pair, m.pair_step, 43, z[i], i ? &TWO : &ONE);
    }
    assert_memory_equal(z[0], z[1], 43 * JEPA_LATENT * sizeof *z[0]);
    assert_true(z[0][43 * JEPA_LATENT] == 0 && z[0][43 * JEPA_LATENT - 1] != 0);
    free(z[0]);
    free(z[1]);
    free(kept);
    made_free(&m);
    jepa_free(&j);
}

static bool starts_with_any(const char *name, const char *const part[3])
{
    for (int i = 0; i < 3; i++)
        if (part[i] && str_starts(name, part[i])) return true;
    return false;
}

/* With moments of another time and a heavy decay, so that nothing is still by chance. */
static void what_a_phase_does_not_train_stays(void **state)
{
    (void)state;
    static const JepaWeights WEIGHTS = {1, 0.1, 0.5};
    static const AdamW OPTS = {.beta1 = 0.9, .beta2 = 0.98, .eps = 1e-8, .decay = 10};
    static const char *const STILL[JEPA_PHASES][3] = {
        {"stat.", "cross.", "read."}, {"music.", "next.", "read."}, {"read."}};
    Made m = made_batch(3);
    for (int phase = 0; phase < JEPA_PHASES; phase++) {
        Jepa j;
        AdamState adam;
        JepaBatch b = batch_of(&m, (JepaPhase)phase);
        open_filled(&j);
        adam_alloc(&adam, &j.params);
        for (int64_t i = 0; i < j.params.size; i++) adam.m[i] = adam.v[i] = 1, j.grads[i] = 7;
        bool *moves = mem_alloc(j.params.n, sizeof *moves);
        float *kept = mem_alloc(j.params.size, sizeof *kept);
        memcpy(kept, j.params.v, (size_t)j.params.size * sizeof *kept);
        jepa_trained(&j, (JepaPhase)phase, moves);
        jepa_gradient(&j, (JepaPhase)phase, &b, &WEIGHTS, NULL);
        adam_step_of(&adam, &j.params, &OPTS, j.grads, 1, 1e-3, moves);
        for (int i = 0; i < j.params.n; i++) {
            const Param *p = &j.params.p[i];
            size_t bytes = (size_t)p->rows * (size_t)p->cols * sizeof *kept;
            bool still = starts_with_any(p->name, STILL[phase]);
            bool same = memcmp(kept + p->at, j.params.v + p->at, bytes) == 0;
            double norm = gradient_norm(j.grads + p->at, (int64_t)p->rows * p->cols);
            if (still != same || still != (norm == 0) || still == moves[i])
                fail_msg("phase %d: %s", phase, p->name);
            assert_true((double)adam.m[p->at] == (still ? 1 : (double)adam.m[p->at]));
        }
        free(moves);
        free(kept);
        adam_free(&adam);
        jepa_free(&j);
    }
    made_free(&m);
}

static void the_target_follows_the_music_encoder(void **state)
{
    (void)state;
    Jepa j;
    open_filled(&j);
    const Param *from = &j.params.p[params_find(&j.params, "music.latent.weight")];
    const Param *to = &j.target.p[params_find(&j.target, "target.latent.weight")];
    double fast = (double)j.params.v[from->at + 5], slow = (double)j.target.v[to->at + 5];
    jepa_follow(&j, 0.75);
    assert_near((double)j.target.v[to->at + 5], 0.75 * slow + 0.25 * fast, 1e-7); /* f32 */
    jepa_follow(&j, 0);
    const Param *first = &j.params.p[params_find(&j.params, "music.in.weight")];
    assert_memory_equal(j.target.v, j.params.v + first->at, (size_t)j.target.size * sizeof(float));
    assert_near(jepa_tau(0, 100), 0.996, 1e-12);
    assert_near(jepa_tau(50, 100), (0.996 + 0.9999) / 2, 1e-12);
    assert_near(jepa_tau(100, 100), 0.9999, 1e-12);
    assert_near(jepa_tau(200, 100), 0.9999, 1e-12);
    jepa_free(&j);
}

static double spread(const Jepa *j, const char *name)
{
    const Param *p = &j->params.p[params_find(&j->params, name)];
    int64_t n = (int64_t)p->rows * p->cols;
    return gradient_norm(j->params.v + p->at, n) / sqrt((double)n);
}

static void fresh_weights_have_their_spread_and_their_seed(void **state)
{
    (void)state;
    Err err = {""};
    Jepa a, b;
    assert_true(jepa_open(&a, CPU_PORTABLE, &err) && jepa_open(&b, CPU_PORTABLE, &err));
    jepa_begin(&a, 1);
    jepa_begin(&b, 2);
    size_t bytes = (size_t)a.params.size * sizeof(float);
    /* a spread of n variates is known to 1 / sqrt(2 n): here 1 % or better, three times that */
    assert_near(spread(&a, "gru.weight_hh"), 1.0 / 16, 0.03 / 16);
    assert_near(spread(&a, "stat.blocks.2.mlp.down.weight"), 1 / sqrt(512), 0.03 / sqrt(512));
    assert_near(spread(&a, "music.place.weight"), 0.2, 0.03 * 0.2);
    assert_near(spread(&a, "stat.norm.weight"), 1, 0);
    assert_near(spread(&a, "stat.norm.bias"), 0, 0);
    assert_near(spread(&a, "gru.bias_ih"), 0, 0);
    assert_true(memcmp(a.params.v, b.params.v, bytes) != 0);
    jepa_begin(&b, 1);
    assert_memory_equal(a.params.v, b.params.v, bytes);
    assert_memory_equal(a.target.v, b.target.v, (size_t)a.target.size * sizeof(float));
    jepa_free(&a);
    jepa_free(&b);
}

static void a_stop_gives_no_number(void **state)
{
    (void)state;
    static const JepaWeights WEIGHTS = {1, 0.1, 0.5};
    volatile sig_atomic_t stop = 1;
    Run run = {.stop = &stop, .threads = 2};
    Jepa j;
    Made m = made_batch(2);
    open_filled(&j);
    assert_true(isnan(jepa_gradient(&j, JEPA_JOINT, &m.all, &WEIGHTS, &run).total));
    made_free(&m);
    jepa_free(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_steps_of_each_phase_are_pytorchs),
        cmocka_unit_test(what_is_asked_is_answered_as_by_pytorch),
        cmocka_unit_test(gradients_are_those_of_differences),
        cmocka_unit_test(the_number_of_threads_changes_no_bit),
        cmocka_unit_test(what_a_phase_does_not_train_stays),
        cmocka_unit_test(the_target_follows_the_music_encoder),
        cmocka_unit_test(fresh_weights_have_their_spread_and_their_seed),
        cmocka_unit_test(a_stop_gives_no_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
