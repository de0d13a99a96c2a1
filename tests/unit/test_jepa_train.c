/* test_jepa_train.c: phases, pairs and optimisers one after another; the same whatever the threads,
 * and whether or not it was stopped on the way. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture_model.h"
#include "fixture_music.h"
#include "learn/jepa_train.h"

static const JepaPlan TINY = {.steps = {2, 3, 2},
                              .readings = 2,
                              .batch = 2,
                              .rate = 1e-3,
                              .floor = 0.1,
                              .decay = 0.05,
                              .clip = 1,
                              .warm = 1,
                              .read_rate = 1e-3,
                              .temperature = 0.2,
                              .noise = 0.05,
                              .weights = {.variance = 1, .covariance = 0.04, .continuity = 0.05},
                              .seed = 3};

typedef struct Data {
    Corpus c;
    WindowSet w;
    LayerSet l;
    JepaTrainer t;
} Data;

static Data *begin(const JepaPlan *plan)
{
    Data *d = mem_alloc(1, sizeof *d);
    Err err;
    bool held[6] = {false};
    fixture_music(&d->c, 6);
    window_set_make(&d->w, &d->c, held, false);
    fixture_layer_set(&d->l, 2, 5);
    if (!jepa_trainer_open(&d->t, plan, &d->l, &d->w, CPU_PORTABLE, &err)) fail_msg("%s", err.msg);
    return d;
}

static void end(Data *d)
{
    jepa_trainer_free(&d->t);
    layer_set_free(&d->l);
    window_set_free(&d->w);
    corpus_free(&d->c);
    free(d);
}

static void steps(Data *d, int n, int threads)
{
    const Run run = {.threads = threads};
    Err err;
    for (int i = 0; i < n; i++)
        if (!jepa_trainer_step(&d->t, &run, &err)) fail_msg("%s", err.msg);
}

static void same_weights(const Data *a, const Data *b)
{
    const Params *p = &a->t.net.params, *q = &b->t.net.params;
    assert_memory_equal(p->v, q->v, (size_t)p->size * sizeof *p->v);
    p = &a->t.net.target, q = &b->t.net.target;
    assert_memory_equal(p->v, q->v, (size_t)p->size * sizeof *p->v);
}

static void phases_come_one_after_another(void **state)
{
    (void)state;
    Data *d = begin(&TINY);
    static const int WANT[] = {0, 1, 1, 1, 2, 2, JEPA_READING, JEPA_READING, JEPA_DONE};
    assert_int_equal(jepa_plan_total(&TINY), 9);
    assert_int_equal(d->t.phase, 0);
    for (int i = 0; i < 9; i++) {
        steps(d, 1, 1);
        assert_int_equal(d->t.phase, i == 0 ? 0 : WANT[i]);
        assert_int_equal(jepa_trainer_done(&d->t), i + 1);
    }
    assert_true(d->t.reading > 0);
    end(d);
    JepaPlan none = TINY;
    none.steps[JEPA_MUSIC] = none.steps[JEPA_ALIGN] = 0;
    d = begin(&none);
    assert_int_equal(d->t.phase, JEPA_JOINT);
    end(d);
}

/* One course of tau over the two phases in which the target follows. */
static void the_target_follows_but_while_layers_are_aligned(void **state)
{
    (void)state;
    Data *d = begin(&TINY);
    int64_t n = d->t.net.target.size;
    float *before = mem_alloc(n, sizeof *before);
    static const int STEPS[] = {1, 1, 3, 1}; /* within music, to its end, align, within joint */
    for (int i = 0; i < 4; i++) {
        memcpy(before, d->t.net.target.v, (size_t)n * sizeof *before);
        bool rests = d->t.phase == JEPA_ALIGN;
        steps(d, STEPS[i], 1);
        bool same = memcmp(before, d->t.net.target.v, (size_t)n * sizeof *before) == 0;
        assert_int_equal(same, rests);
    }
    assert_true(jepa_plan_tau(&TINY, JEPA_MUSIC, 1) == jepa_tau(1, 4));
    assert_true(jepa_plan_tau(&TINY, JEPA_ALIGN, 1) == 1);
    assert_true(jepa_plan_tau(&TINY, JEPA_JOINT, 1) == jepa_tau(3, 4));
    free(before);
    end(d);
}

static void pairs_grow_stricter_in_thirds(void **state)
{
    (void)state;
    JepaPlan p = {.steps = {10, 30, 10}};
    assert_int_equal(jepa_stage(&p, JEPA_ALIGN, 0), PAIR_RANDOM);
    assert_int_equal(jepa_stage(&p, JEPA_ALIGN, 9), PAIR_RANDOM);
    assert_int_equal(jepa_stage(&p, JEPA_ALIGN, 10), PAIR_SOFT);
    assert_int_equal(jepa_stage(&p, JEPA_ALIGN, 20), PAIR_HARD);
    assert_int_equal(jepa_stage(&p, JEPA_ALIGN, 29), PAIR_HARD);
    assert_int_equal(jepa_stage(&p, JEPA_JOINT, 0), PAIR_HARD);
}

/* In every phase: stopped after so many steps, saved, loaded and gone on with. */
static void what_was_stopped_goes_on_to_the_same_weights(void **state)
{
    char *path = path_join(*state, "state.safetensors");
    Data *whole = begin(&TINY);
    steps(whole, 9, 2);
    for (int stop = 1; stop < 9; stop += 3) {
        Data *first = begin(&TINY), *second = begin(&TINY);
        Err err;
        steps(first, stop, 1);
        if (!jepa_trainer_save(&first->t, "a job", path, &err) ||
            !jepa_trainer_load(&second->t, "a job", path, &err))
            fail_msg("%s", err.msg);
        assert_int_equal(second->t.phase, first->t.phase);
        assert_true(second->t.loss.total == first->t.loss.total);
        steps(second, 9 - stop, 1);
        same_weights(whole, second);
        assert_true(second->t.reading == whole->t.reading);
        end(first);
        end(second);
    }
    end(whole);
    free(path);
}

static void a_state_of_something_else_is_refused(void **state)
{
    char *path = path_join(*state, "other.safetensors");
    Data *d = begin(&TINY);
    Err err;
    steps(d, 1, 1);
    assert_true(jepa_trainer_save(&d->t, "a job", path, &err));
    assert_false(jepa_trainer_load(&d->t, "another job", path, &err));
    assert_non_null(strstr(err.msg, "is of another training (a job)"));
    d->t.phase = 1;
    d->t.step = 77;
    assert_true(jepa_trainer_save(&d->t, "a job", path, &err));
    assert_false(jepa_trainer_load(&d->t, "a job", path, &err));
    assert_non_null(strstr(err.msg, "a step that the training does not have"));
    d->t.phase = 0;
    d->t.step = TINY.steps[0]; /* the end of a phase is the beginning of the next */
    assert_true(jepa_trainer_save(&d->t, "a job", path, &err));
    assert_false(jepa_trainer_load(&d->t, "a job", path, &err));
    assert_non_null(strstr(err.msg, "a step that the training does not have"));
    write_text(*state, "other.safetensors", "no such file");
    assert_false(jepa_trainer_load(&d->t, "a job", path, &err));
    end(d);
    free(path);
}

static void the_seed_and_the_noise_change_what_is_learned(void **state)
{
    (void)state;
    JepaPlan quiet = TINY, other = TINY;
    quiet.noise = 0;
    other.seed = 4;
    Data *a = begin(&TINY), *b = begin(&quiet), *c = begin(&other);
    steps(a, 3, 1);
    steps(b, 3, 1);
    steps(c, 3, 1);
    size_t bytes = (size_t)a->t.net.params.size * sizeof(float);
    assert_memory_not_equal(a->t.net.params.v, b->t.net.params.v, bytes);
    assert_memory_not_equal(a->t.net.params.v, c->t.net.params.v, bytes);
    end(a);
    end(b);
    end(c);
}

static void a_check_looks_at_music_and_then_at_layers(void **state)
{
    (void)state;
    Data *d = begin(&TINY);
    JepaCheck music = jepa_trainer_check(&d->t, false, NULL);
    assert_false(music.has_layers);
    assert_true(music.heard.active > 0 && music.heard.rank > 1);
    assert_true(music.alignment > 0 && music.alignment < 4);
    steps(d, 3, 1);
    JepaCheck both = jepa_trainer_check(&d->t, true, NULL);
    assert_true(both.has_layers);
    assert_true(both.foreseen.rank > 1);
    end(d);
}

static void music_alone_is_learned_in_a_few_steps(void **state)
{
    (void)state;
    JepaPlan plan = TINY;
    plan.steps[JEPA_MUSIC] = 30;
    plan.warm = 4;
    Data *d = begin(&plan);
    steps(d, 1, 2);
    double first = d->t.loss.next;
    steps(d, 28, 2);
    assert_true(d->t.loss.next < 0.7 * first); /* it is 0.3 of it */
    end(d);
}

static void too_little_is_refused(void **state)
{
    (void)state;
    Corpus c;
    WindowSet none, all;
    LayerSet layers, no_layers = {0};
    JepaTrainer t;
    Err err;
    bool held[2] = {false};
    fixture_music(&c, 2);
    fixture_layer_set(&layers, 1, 1);
    window_set_make(&none, &c, held, true);
    window_set_make(&all, &c, held, false);
    assert_false(jepa_trainer_open(&t, &TINY, &no_layers, &all, CPU_PORTABLE, &err));
    assert_non_null(strstr(err.msg, "layers to learn from"));
    jepa_trainer_free(&t);
    assert_false(jepa_trainer_open(&t, &TINY, &layers, &none, CPU_PORTABLE, &err));
    assert_non_null(strstr(err.msg, "160 notes in a row"));
    jepa_trainer_free(&t);
    layer_set_free(&layers);
    window_set_free(&none);
    window_set_free(&all);
    corpus_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phases_come_one_after_another),
        cmocka_unit_test(the_target_follows_but_while_layers_are_aligned),
        cmocka_unit_test(pairs_grow_stricter_in_thirds),
        SCRATCH_TEST(what_was_stopped_goes_on_to_the_same_weights),
        SCRATCH_TEST(a_state_of_something_else_is_refused),
        cmocka_unit_test(the_seed_and_the_noise_change_what_is_learned),
        cmocka_unit_test(a_check_looks_at_music_and_then_at_layers),
        cmocka_unit_test(music_alone_is_learned_in_a_few_steps),
        cmocka_unit_test(too_little_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
