/* test_jepa_eval.c: layers and files that were kept out, with a network that has learned nothing:
 * what needs no learning is found, the rest is chance. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture_music.h"
#include "fixture_near.h"
#include "learn/jepa_eval.h"

enum { SONGS = 24, DRAWS = 6 };

typedef struct Judged {
    Corpus c;
    WindowSet in, out;
    LayerSet seen, held;
    PairTables tables;
    Jepa net;
    JepaEval e;
} Judged;

static const JepaEvalPlan PLAN = {.draws = DRAWS, .candidates = 20, .permutations = 199, .seed = 1};

/* Judged with what is in j now. */
static void again(Judged *j, const JepaEvalPlan *plan, int threads)
{
    const Run run = {.threads = threads};
    Err err;
    JepaEvalData data = {.tables = &j->tables,
                         .held = &j->held,
                         .seen = &j->seen,
                         .held_music = &j->out,
                         .seen_music = &j->in};
    jepa_eval_free(&j->e);
    if (!jepa_evaluate(&j->e, &j->net, &data, plan, &run, &err)) fail_msg("%s", err.msg);
}

static Judged *judge(const JepaEvalPlan *plan, int threads)
{
    Judged *j = mem_alloc(1, sizeof *j);
    bool held[SONGS];
    Err err;
    fixture_music(&j->c, SONGS);
    for (int i = 0; i < SONGS; i++) held[i] = i >= SONGS / 2;
    window_set_make(&j->in, &j->c, held, false);
    window_set_make(&j->out, &j->c, held, true);
    fixture_layer_set(&j->seen, 4, 5);
    fixture_layer_set(&j->held, 3, 50);
    pair_tables_make(&j->tables, j->seen.look, layer_set_size(&j->seen), j->c.window, j->in.window,
                     j->in.n);
    if (!jepa_open(&j->net, CPU_PORTABLE, &err)) fail_msg("%s", err.msg);
    jepa_begin(&j->net, 7);
    again(j, plan, threads);
    return j;
}

static void drop(Judged *j)
{
    jepa_eval_free(&j->e);
    jepa_free(&j->net);
    layer_set_free(&j->seen);
    layer_set_free(&j->held);
    window_set_free(&j->in);
    window_set_free(&j->out);
    corpus_free(&j->c);
    free(j);
}

static void what_was_kept_out_is_counted(void **state)
{
    (void)state;
    Judged *j = judge(&PLAN, 1);
    const JepaEval *e = &j->e;
    assert_int_equal(e->models, 3);
    assert_int_equal(e->layers, 3 + 4 + 5);
    assert_int_equal(e->files, SONGS / 2);
    assert_int_equal(e->candidates, 20);
    assert_true(e->nitems >= 20 && e->nitems <= 20 * DRAWS);
    /* at most half as many layers as candidates are asked in a draw */
    assert_true(e->cross[GUESS_JEPA].asked <= DRAWS * 10);
    assert_true(e->cross[GUESS_JEPA].asked > DRAWS * 7);
    assert_int_equal(e->next[NEXT_JEPA].asked, DRAWS * e->next_candidates);
    assert_true(e->distance > 0 && e->distance < 0.6);
    for (int i = 0; i < e->nitems; i++) {
        assert_true(j->c.window[e->item[i]].file >= SONGS / 2);
        for (int k = 0; k < i; k++) assert_true(e->item[i] != e->item[k]);
    }
    for (int g = 0; g < GUESS_KINDS; g++) assert_true(e->has[g]);
    assert_true(e->has_next);
    drop(j);
}

static void a_network_that_has_learned_nothing_is_at_chance(void **state)
{
    (void)state;
    Judged *j = judge(&PLAN, 2);
    const RetrievalScore *s = &j->e.cross[GUESS_JEPA];
    assert_true(s->p1 > 0.02 && s->p5 > 0.02);
    assert_true(s->wilson5.lo <= 5.0 / 20);
    drop(j);
}

/* Songs 0..11 and 12..23 have the same patterns: their windows are alike even to a network of
 * random weights. */
static void the_rule_itself_finds_what_it_paired(void **state)
{
    (void)state;
    Judged *j = judge(&PLAN, 1);
    const RetrievalScore *rule = &j->e.cross[GUESS_RULE], *last = &j->e.next[NEXT_LAST];
    assert_true(rule->recall5 > 0.5);
    assert_true(rule->p5 < 0.02);
    assert_true(rule->cosine > rule->cosine_others);
    assert_true(last->recall5 > 0.5); /* songs go on as they were */
    assert_true(j->e.told[0] > 0.5); /* density is in the durations and steps that are heard */
    for (int k = 0; k < PAIR_AXES; k++) assert_true(j->e.told[k] <= 1);
    drop(j);
}

static void layers_that_were_seen_are_their_own_nearest(void **state)
{
    (void)state;
    Judged *j = judge(&PLAN, 1);
    layer_set_free(&j->held);
    fixture_layer_set(&j->held, 4, 5); /* those that were learned from */
    again(j, &PLAN, 1);
    const RetrievalScore *near = &j->e.cross[GUESS_NEAREST], *rule = &j->e.cross[GUESS_RULE];
    assert_near(near->cosine, rule->cosine, 0);
    assert_near(near->recall5, rule->recall5, 0);
    drop(j);
}

static void candidates_of_a_draw_share_no_notes(void **state)
{
    (void)state;
    JepaEvalPlan one = PLAN;
    one.draws = 1;
    Judged *j = judge(&one, 1);
    assert_int_equal(j->e.nitems, 20);
    for (int i = 0; i < j->e.nitems; i++)
        for (int k = 0; k < i; k++) {
            const MusicWindow *a = &j->c.window[j->e.item[i]], *b = &j->c.window[j->e.item[k]];
            assert_true(a->file != b->file || a->track != b->track ||
                        llabs(a->first - b->first) >= WINDOW_NOTES);
        }
    drop(j);
}

static void the_same_is_said_whatever_the_threads(void **state)
{
    (void)state;
    Judged *a = judge(&PLAN, 1), *b = judge(&PLAN, 2);
    for (int g = 0; g < GUESS_KINDS; g++) {
        assert_near(a->e.cross[g].recall5, b->e.cross[g].recall5, 0);
        assert_near(a->e.cross[g].p5, b->e.cross[g].p5, 0);
        assert_near(a->e.cross[g].cosine, b->e.cross[g].cosine, 0);
    }
    assert_near(a->e.next[0].recall1, b->e.next[0].recall1, 0);
    drop(a);
    drop(b);
}

static void too_few_windows_are_refused(void **state)
{
    (void)state;
    Corpus c;
    WindowSet w = {.corpus = &c, .n = 12};
    LayerSet none = {0};
    PairTables *t = mem_alloc(1, sizeof *t);
    JepaEval e;
    Err err;
    JepaEvalData data = {.tables = t, .held = &none, .seen = &none, .held_music = &w};
    assert_false(jepa_evaluate(&e, NULL, &data, &PLAN, NULL, &err));
    assert_non_null(strstr(err.msg, "12 windows"));
    free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_kept_out_is_counted),
        cmocka_unit_test(a_network_that_has_learned_nothing_is_at_chance),
        cmocka_unit_test(the_rule_itself_finds_what_it_paired),
        cmocka_unit_test(layers_that_were_seen_are_their_own_nearest),
        cmocka_unit_test(candidates_of_a_draw_share_no_notes),
        cmocka_unit_test(the_same_is_said_whatever_the_threads),
        cmocka_unit_test(too_few_windows_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
