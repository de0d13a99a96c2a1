/* test_sections.c: planted structure is found, its absence is not: traces made by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fixture_trace.h"

/* Of many traces of noise about one in twenty is found; each claim may be found in three of 20
 * (more has a probability of 1.6 %; the seeds are fixed). */
static void noise_has_no_structure(void **state)
{
    (void)state;
    static const char *const NAME[] = {"rhythm.metre", "rhythm.rubato", "dynamics.crescendo",
                                       "dynamics.sforzando", "performance.sight_reading",
                                       "counterpoint.parallel", "counterpoint.contrary"};
    static void (*const SECTION[])(const TheoryText *, Findings *) = {
        theory_rhythm, theory_rhythm, theory_dynamics, theory_dynamics, theory_performance,
        theory_counterpoint, theory_counterpoint};
    for (size_t k = 0; k < sizeof NAME / sizeof *NAME; k++) {
        int found = 0;
        for (uint64_t seed = 1; seed <= 20; seed++) {
            Trace t = noise_trace(seed);
            Findings fs = measure(&t, SECTION[k]);
            found += get(&fs, NAME[k])->verdict == FINDING_FOUND;
            findings_free(&fs);
        }
        if (found > 3) fail_msg("%s found in %d of 20 traces of noise", NAME[k], found);
    }
}

static void a_strong_beat_is_the_layer_that_was_made_strong(void **state)
{
    (void)state;
    Trace t = noise_trace(1);
    for (int i = 0; i < NT * D; i++) t.h[4 * NT * D + i] = 20 * t.h[4 * NT * D + i];
    Findings fs = measure(&t, theory_rhythm);
    assert_verdict(&fs, "rhythm.metre", FINDING_FOUND);
    assert_non_null(strstr(get(&fs, "rhythm.metre")->says, "strongest is layer 3"));
    findings_free(&fs);
}

static void a_token_worked_on_in_every_layer_is_rubato(void **state)
{
    (void)state;
    Trace t = noise_trace(2);
    float grow = 1;
    for (int l = 0; l <= NL; l++, grow *= 30)
        for (int k = 0; k < D; k++) t.h[(l * NT + 17) * D + k] *= grow;
    Findings fs = measure(&t, theory_rhythm);
    assert_verdict(&fs, "rhythm.rubato", FINDING_FOUND);
    assert_non_null(strstr(get(&fs, "rhythm.rubato")->says, "token 17"));
    findings_free(&fs);
}

static void syncopation_is_the_share_of_layers_led_by_the_mlp(void **state)
{
    (void)state;
    Trace t = noise_trace(3);
    for (int i = 0; i < NT; i++) t.mlp_norm[2 * NT + i] = t.mlp_norm[5 * NT + i] = 3;
    Findings fs = measure(&t, theory_rhythm);
    const Finding *f = get(&fs, "rhythm.syncopation");
    assert_true(f->value == 2.0 / NL && f->verdict == FINDING_MEASURED);
    assert_string_equal(fs.table[0].note[2], "off the beat");
    assert_string_equal(fs.table[0].note[3], "on the beat");
    assert_true(fabs(fs.table[0].v[2 * 3 + 2] - 0.75) < 1e-12);
    findings_free(&fs);
}

static void a_rising_norm_is_a_crescendo(void **state)
{
    (void)state;
    Trace t = noise_trace(4);
    for (int l = 0; l <= NL; l++)
        for (int i = 0; i < NT; i++) t.norm[l * NT + i] = pow(10, 0.1 * l);
    Findings fs = measure(&t, theory_dynamics);
    assert_verdict(&fs, "dynamics.crescendo", FINDING_FOUND);
    assert_true(get(&fs, "dynamics.crescendo")->value == 1);
    assert_non_null(strstr(get(&fs, "dynamics.crescendo")->says, "louder"));
    assert_non_null(strstr(get(&fs, "dynamics.crescendo")->says, "12.0 dB"));
    assert_string_equal(fs.table[0].note[0], "pp");
    assert_string_equal(fs.table[0].note[NL], "ff");
    findings_free(&fs);
}

static void a_token_that_all_layers_look_back_at_is_struck_sforzando(void **state)
{
    (void)state;
    Trace t = noise_trace(5);
    for (int l = 0; l < NL; l++) t.received[l * NT + 23] = 8;
    Findings fs = measure(&t, theory_dynamics);
    assert_verdict(&fs, "dynamics.sforzando", FINDING_FOUND);
    assert_non_null(strstr(get(&fs, "dynamics.sforzando")->says, "Token 23"));
    findings_free(&fs);
}

static void a_sink_is_no_sforzando(void **state)
{
    (void)state;
    Trace t = noise_trace(5);
    for (int l = 0; l < NL; l++) t.received[l * NT + 0] = 100;
    t.sink[0] = true;
    Findings fs = measure(&t, theory_dynamics);
    assert_verdict(&fs, "dynamics.sforzando", FINDING_NOT_FOUND);
    findings_free(&fs);
}

static void hesitation_before_surprises_is_sight_reading(void **state)
{
    (void)state;
    Trace t = noise_trace(6);
    for (int i = 1; i < NT; i++) t.surprisal[i] = t.entropy[i - 1] + 0.1 * t.surprisal[i];
    Findings fs = measure(&t, theory_performance);
    assert_verdict(&fs, "performance.sight_reading", FINDING_FOUND);
    assert_true(get(&fs, "performance.sight_reading")->value > 0.9);
    findings_free(&fs);
}

/* Head 1 of every layer repeats head 0 (turn = 1) or mirrors it (turn = -1); head 2 rests. */
static Trace two_voices(int turn)
{
    Trace t = noise_trace(7);
    for (int l = 0; l < NL; l++) {
        float *head = t.head_distance + l * NH * NT;
        for (int i = 0; i < NT; i++) {
            double y = log2(1 + head[i]) - 3;
            head[NT + i] = (float)exp2(9 + turn * y) - 1;
            head[2 * NT + i] = 15;
        }
    }
    return t;
}

static void voices_planted_in_parallel_and_contrary_motion_are_recovered(void **state)
{
    (void)state;
    for (int turn = -1; turn <= 1; turn += 2) {
        Trace t = two_voices(turn);
        Findings fs = measure(&t, theory_counterpoint);
        const char *with = turn > 0 ? "counterpoint.parallel" : "counterpoint.contrary";
        const char *against = turn > 0 ? "counterpoint.contrary" : "counterpoint.parallel";
        assert_verdict(&fs, with, FINDING_FOUND);
        assert_true(get(&fs, against)->value == 0);
        assert_true(get(&fs, with)->value > 0.3); /* a third of the pairs, but for held steps */
        findings_free(&fs);
    }
}

static void the_heads_that_look_furthest_are_the_basses(void **state)
{
    (void)state;
    Trace t = two_voices(1);
    Findings fs = measure(&t, theory_counterpoint);
    const FindingTable *heads = &fs.table[0];
    int basses = 0;
    for (int h = 0; h < NL * NH; h++) {
        bool bass = strcmp(heads->note[h], "bass") == 0;
        basses += bass;
        if (bass) assert_int_equal(h % NH, 1); /* nine octaves; the others three and four */
    }
    assert_in_range(basses, NL * NH / 4, NL * NH / 4 + 1);
    findings_free(&fs);
}

/* The subject: the embedding's first dimension, by far the widest; the heads of the two last layers
 * follow it, one of them inverted. */
static void heads_that_follow_the_embedding_are_a_fugue(void **state)
{
    (void)state;
    Trace t = noise_trace(9);
    for (int i = 0; i < NT; i++) {
        double x = 0.5 * (double)t.h[i * D];
        t.h[i * D] = (float)(40 * x);
        for (int l = NL - 2; l < NL; l++)
            for (int h = 0; h < NH; h++)
                t.head_distance[(l * NH + h) * NT + i] = (float)exp2(3 + (h ? x : -x)) - 1;
    }
    Findings fs = measure(&t, theory_counterpoint);
    assert_verdict(&fs, "counterpoint.fugue", FINDING_FOUND);
    assert_true(get(&fs, "counterpoint.stretto")->value >= 2 * NH - 1);
    const FindingTable *entries = &fs.table[fs.ntables - 1];
    assert_true(entries->v[(NL - 1) * 2] == NH && fabs(entries->v[(NL - 1) * 2 + 1]) > 0.99);
    findings_free(&fs);
    t = noise_trace(10);
    fs = measure(&t, theory_counterpoint);
    assert_verdict(&fs, "counterpoint.fugue", FINDING_NOT_FOUND);
    findings_free(&fs);
}

static void one_token_is_measured_without_complaint(void **state)
{
    (void)state;
    Trace t = noise_trace(8);
    for (int i = 1; i < NT; i++) t.sink[i] = true;
    Findings fs = {.model = NULL};
    TheoryText x = {.t = &t};
    theory_counterpoint(&x, &fs);
    theory_rhythm(&x, &fs);
    theory_dynamics(&x, &fs);
    for (int i = 0; i < fs.n; i++) assert_true(isfinite(fs.f[i].value));
    findings_free(&fs);
    trace_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noise_has_no_structure),
        cmocka_unit_test(a_strong_beat_is_the_layer_that_was_made_strong),
        cmocka_unit_test(a_token_worked_on_in_every_layer_is_rubato),
        cmocka_unit_test(syncopation_is_the_share_of_layers_led_by_the_mlp),
        cmocka_unit_test(a_rising_norm_is_a_crescendo),
        cmocka_unit_test(a_token_that_all_layers_look_back_at_is_struck_sforzando),
        cmocka_unit_test(a_sink_is_no_sforzando),
        cmocka_unit_test(hesitation_before_surprises_is_sight_reading),
        cmocka_unit_test(voices_planted_in_parallel_and_contrary_motion_are_recovered),
        cmocka_unit_test(the_heads_that_look_furthest_are_the_basses),
        cmocka_unit_test(heads_that_follow_the_embedding_are_a_fugue),
        cmocka_unit_test(one_token_is_measured_without_complaint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
