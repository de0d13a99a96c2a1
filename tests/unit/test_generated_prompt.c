/* test_generated_prompt.c: a prompt told by a network instead of the cell. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture_features.h"
#include "fixture_activations.h"
#include "fixture_generated.h"

static void prompt(FeatureSet *fs, FixtureForeseen f)
{
    *fs = (FeatureSet){0};
    fixture_prompt(fs, (FixturePrompt){.nl = 6, .nt = 20, .direction = 3, .tension = 0.3,
                                            .turn_token = -1, .bos = true});
    fixture_foresee(fs, f);
}

static void a_prompt_is_told_by_the_network_and_names_it(void **state)
{
    (void)state;
    const FixtureForeseen fifths = {.up = 7, .other_layer = -1};
    double before = -1;
    for (int w = 10; w >= 0; w -= 5) {
        FeatureSet fs;
        Score s;
        prompt(&fs, fifths);
        compose("solo", &fs, by(GEN_JEPA, w / 10.0), &s);
        const Track *t = track_named(&s, "Lead");
        int named = 0;
        for (int i = 0; i < t->nnotes; i++)
            named += names_column(&fs, t->note[i].from[FROM_PITCH], "jepa_next");
        assert_true(w == 10 ? named == 0 : named > t->nnotes * 8 / 10); /* but for the coda */
        assert_true(w == 10 || count_foretold(&fs, &s) > named); /* the strings' chords too */
        double share = share_up(t, 7);
        assert_true(share > before);
        before = share;
        score_free(&s);
        feat_free(&fs);
    }
    assert_true(before > 0.5);
}

static void a_prompt_without_a_wish_is_told_by_the_cell_at_seventy_percent(void **state)
{
    (void)state;
    FeatureSet fs;
    Score x, y, z;
    prompt(&fs, PLAIN);
    compose("solo", &fs, by(GEN_ROWS, 0), &x);
    compose("solo", &fs, by(GEN_LSTM, 0.7), &y);
    compose("solo", &fs, by(GEN_LSTM, 0.2), &z);
    assert_true(same_notes(&x, &y));
    assert_false(same_notes(&x, &z));
    assert_int_equal(count_foretold(&fs, &x), 0);
    score_free(&x);
    score_free(&y);
    score_free(&z);
    feat_free(&fs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_prompt_is_told_by_the_network_and_names_it),
        cmocka_unit_test(a_prompt_without_a_wish_is_told_by_the_cell_at_seventy_percent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
