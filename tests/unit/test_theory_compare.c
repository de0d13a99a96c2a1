/* test_theory_compare.c: texts and models against each other, and the experiments: what was planted
 * is found, what was not is not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fixture_model.h"
#include "fixture_trace.h"
#include "theory/compare.h"
#include "theory/experiments.h"
#include "theory/overtones.h"

enum { LAYERS = 4, WIDE = 32, MADE = 24 };

/* n directions of WIDE in every layer. */
static float *noise(uint64_t seed, int n)
{
    Control c = control_seed(seed);
    float *v = mem_alloc(LAYERS * n * WIDE, sizeof *v);
    for (int i = 0; i < LAYERS * n * WIDE; i++) v[i] = (float)control_normal(&c);
    return v;
}

static ChordSet random_chords(void)
{
    return (ChordSet){.n = CHORDSET_OTHERS, .layers = LAYERS, .d = WIDE,
                      .first = mem_alloc(CHORDSET_OTHERS, sizeof(int)),
                      .a = noise(1, CHORDSET_OTHERS), .b = noise(2, CHORDSET_OTHERS),
                      .both = noise(3, CHORDSET_OTHERS)};
}

/* wa a + wb b. */
static float *mix(const float *a, float wa, const float *b, float wb)
{
    float *v = mem_alloc(LAYERS * WIDE, sizeof *v);
    for (int i = 0; i < LAYERS * WIDE; i++) v[i] = wa * a[i] + wb * b[i];
    return v;
}

static void a_near_text_is_a_small_interval(void **state)
{
    (void)state;
    ChordSet other = random_chords();
    float *a = noise(4, 1), *b = noise(5, 1), *near = mix(a, 1, b, 0.1f);
    Findings fs = {.model = NULL};
    compare_interval(a, near, &other, &fs);
    assert_verdict(&fs, "interval.angle", FINDING_FOUND);
    assert_string_equal(fs.table[0].note[2], "unison");
    findings_free(&fs);
    compare_interval(a, b, &other, &fs);
    assert_verdict(&fs, "interval.angle", FINDING_NOT_FOUND);
    findings_free(&fs);
    free(a);
    free(b);
    free(near);
    chordset_free(&other);
}

static void a_chord_of_its_notes_can_be_turned_round(void **state)
{
    (void)state;
    ChordSet other = random_chords();
    float *a = noise(6, 1), *b = noise(7, 1), *c = noise(8, 1);
    float *ab = mix(a, 1, b, 1), *ba = mix(a, 0.8f, b, 1.2f);
    Findings fs = {.model = NULL};
    compare_chord(a, b, ab, ba, &other, &fs);
    assert_verdict(&fs, "chord.superposition", FINDING_FOUND);
    assert_verdict(&fs, "chord.inversion", FINDING_FOUND);
    findings_free(&fs);
    compare_chord(a, b, c, ba, &other, &fs);
    assert_verdict(&fs, "chord.superposition", FINDING_NOT_FOUND);
    assert_verdict(&fs, "chord.inversion", FINDING_NOT_FOUND);
    findings_free(&fs);
    float *all[] = {a, b, c, ab, ba};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
    chordset_free(&other);
}

static void variations_are_nearer_to_the_theme_than_other_texts(void **state)
{
    (void)state;
    float *text = noise(9, 3), *other = noise(10, 20);
    Variations v = {.n = 3, .m = 20, .layers = LAYERS, .d = WIDE, .text = text, .other = other};
    Findings fs = {.model = NULL};
    compare_variations(&v, &fs);
    assert_verdict(&fs, "variation.kept", FINDING_NOT_FOUND);
    findings_free(&fs);
    for (int l = 0; l < LAYERS; l++)
        for (int i = 1; i < 3; i++)
            for (int k = 0; k < WIDE; k++)
                text[(l * 3 + i) * WIDE + k] =
                    text[l * 3 * WIDE + k] + 0.5f * text[(l * 3 + i) * WIDE + k];
    compare_variations(&v, &fs);
    assert_verdict(&fs, "variation.kept", FINDING_FOUND);
    assert_true(get(&fs, "variation.kept")->value < 60);
    findings_free(&fs);
    free(text);
    free(other);
}

static void a_response_that_returns_is_told_from_one_that_does_not(void **state)
{
    (void)state;
    enum { PROMPT = 6, RESPONSE = 9, POOL = 400 };
    float *stream = noise(13, PROMPT + RESPONSE), *pool = noise(12, POOL);
    Form f = {.prompt = PROMPT, .response = RESPONSE, .pool = POOL, .d = WIDE, .stream = stream,
              .other = pool};
    Findings fs = {.model = NULL};
    compare_form(&f, &fs);
    assert_verdict(&fs, "form.return", FINDING_NOT_FOUND);
    findings_free(&fs);
    for (int i = 6; i < RESPONSE; i++) /* the last third repeats the prompt */
        memcpy(stream + (PROMPT + i) * WIDE, stream + (i - 6) * WIDE, WIDE * sizeof *stream);
    compare_form(&f, &fs);
    assert_verdict(&fs, "form.return", FINDING_FOUND);
    assert_true(fs.table[0].v[2 * 3 + 2] > 0.999);  /* recapitulation */
    assert_true(fs.table[0].v[1 * 3 + 2] < 0.8);    /* development */
    assert_true(fs.table[1].v[2 * 6 + 1] == 0);     /* response token 6 is the prompt's token 0 */
    findings_free(&fs);
    free(stream);
    free(pool);
}

/* ---- experiments ---------------------------------------------------------------------------- */

/* Layer 2 turns every token about; the others only let it grow. */
static void layers_with_moves_of_their_own_have_a_vocabulary(void **state)
{
    (void)state;
    Trace t = noise_trace(20);
    for (int l = 1; l <= NL; l++)
        for (int i = 0; i < NT * D; i++)
            t.h[l * NT * D + i] = (l == 3 ? -1 : 1.3f) * t.h[(l - 1) * NT * D + i];
    Findings fs = measure(&t, experiment_moves);
    assert_verdict(&fs, "moves.vocabulary", FINDING_FOUND);
    assert_string_equal(fs.table[0].note[2], "leap");
    assert_string_equal(fs.table[0].note[1], "swell");
    findings_free(&fs);
    t = noise_trace(21);
    fs = measure(&t, experiment_moves);
    assert_verdict(&fs, "moves.vocabulary", FINDING_NOT_FOUND);
    findings_free(&fs);
}

static void heads_that_go_together_are_a_consonant_pair(void **state)
{
    (void)state;
    Trace t = noise_trace(22);
    for (int i = 0; i < NT; i++) {
        t.head_distance[7 * NT + i] = t.head_distance[2 * NT + i];
        t.head_distance[9 * NT + i] =
            64 / (1 + t.head_distance[4 * NT + i]) - 1; /* log2 of 1 + x: against each other */
    }
    Findings fs = measure(&t, experiment_pairs);
    assert_verdict(&fs, "pairs.consonant", FINDING_FOUND);
    assert_verdict(&fs, "pairs.dissonant", FINDING_FOUND);
    assert_non_null(strstr(fs.table[0].label[0], "layer "));
    assert_true(fabs(fabs(fs.table[0].v[0]) - 1) < 1e-6 && fabs(fabs(fs.table[0].v[1]) - 1) < 1e-6);
    findings_free(&fs);
    t = noise_trace(23);
    fs = measure(&t, experiment_pairs);
    assert_verdict(&fs, "pairs.consonant", FINDING_NOT_FOUND);
    assert_verdict(&fs, "pairs.dissonant", FINDING_NOT_FOUND);
    findings_free(&fs);
}

static void dissonance_that_tells_uncertainty_is_found(void **state)
{
    (void)state;
    for (int planted = 0; planted < 2; planted++) {
        Trace t = noise_trace(24);
        for (int l = 1; l <= NL; l++)
            for (int i = 0; i < NT; i++)
                for (int k = 0; k < D; k++) /* token i is worn away the more the later it comes */
                    t.h[(l * NT + i) * D + k] = t.h[((l - 1) * NT + i) * D + k] *
                                                    (1 + 0.4f * (float)(NT / 2 - i) / NT) +
                                                0.2f * t.h[(l * NT + i) * D + k];
        for (int i = 0; i < NT && planted; i++) t.entropy[i] = i;
        Findings fs = measure(&t, experiment_metric);
        assert_verdict(&fs, "metric.entropy", planted ? FINDING_FOUND : FINDING_NOT_FOUND);
        findings_free(&fs);
    }
}

static void chords_that_emerge_alike_are_transposable(void **state)
{
    (void)state;
    for (int planted = 0; planted < 2; planted++) {
        ChordSet c = {.n = MADE, .layers = LAYERS, .d = WIDE,
                      .first = mem_alloc(MADE, sizeof(int)), .a = noise(30, MADE),
                      .b = noise(31, MADE), .both = noise(32, MADE)};
        for (int i = 0; i < LAYERS * MADE * WIDE && planted; i++)
            c.both[i] = c.a[i] + c.b[i] + (float)(i / (MADE * WIDE)) * c.both[i];
        Findings fs = {.model = NULL};
        Trace t = noise_trace(1);
        TheoryText x = {.t = &t, .chords = &c};
        experiment_basins(&x, &fs);
        assert_verdict(&fs, "basin.transposable", planted ? FINDING_FOUND : FINDING_NOT_FOUND);
        findings_free(&fs);
        trace_free(&t);
        chordset_free(&c);
    }
}

/* ---- models --------------------------------------------------------------------------------- */

static Instrument instrument(const char *name, double share)
{
    Instrument x = {.name = name, .matrices = 4, .share = share, .spread = 0.01};
    for (int s = 0; s < INSTRUMENT_SHUFFLES; s++) x.under[s] = 0.6 + 0.001 * s;
    for (int r = 0; r < INSTRUMENT_ROLES; r++)
        for (int b = 0; b < INSTRUMENT_BINS; b++) x.series[r][b] = -share * b;
    return x;
}

static void a_training_that_concentrates_comes_into_tune(void **state)
{
    (void)state;
    Instrument x[] = {instrument("a", 0.6), instrument("b", 0.55), instrument("c", 0.3),
                      instrument("d", 0.28), instrument("e", 0.27), instrument("f", 0.26)};
    Findings fs = {.model = NULL};
    instrument_tuning(x, 6, &fs);
    assert_verdict(&fs, "tuning.intonation", FINDING_FOUND);
    assert_non_null(strstr(get(&fs, "tuning.crystallises")->says, "comes with c"));
    findings_free(&fs);
    Instrument mixed[] = {x[2], x[0], x[5], x[1], x[4], x[3]};
    instrument_tuning(mixed, 6, &fs);
    assert_verdict(&fs, "tuning.intonation", FINDING_NOT_FOUND);
    findings_free(&fs);
}

static void the_concentrated_model_is_the_bright_one(void **state)
{
    (void)state;
    Instrument x[] = {instrument("code", 0.2), instrument("poems", 0.65)};
    Findings fs = {.model = NULL};
    instrument_timbre(x, 2, &fs);
    assert_verdict(&fs, "timbre.code", FINDING_FOUND);
    assert_verdict(&fs, "timbre.poems", FINDING_NOT_FOUND);
    assert_string_equal(fs.table[0].note[0], "bright");
    assert_string_equal(fs.table[0].note[1], "warm");
    assert_true(fs.table[1].v[0] == 0 && fs.table[1].v[1] == fs.table[1].v[2]);
    findings_free(&fs);
}

/* A llama of two layers of random weights: base + s1 of one update + s2 of another. NULL when it
 * cannot be opened. */
static void made_model(Model *m, const char *dir, const char *name, float s1, float s2)
{
    enum { SIDE = 24 };
    Fixture f = {{0}, {0}};
    Err err = {""};
    char *path = path_join(dir, name);
    Control c = control_seed(50);
    for (int l = 0; l < 2; l++)
        for (int r = 0; r < 4; r++) {
            static const char *const ROLE[] = {"q", "k", "v", "o"};
            float w[SIDE * SIDE];
            char tensor[64];
            for (int i = 0; i < SIDE * SIDE; i++) {
                w[i] = (float)control_normal(&c);
                w[i] += s1 * (float)control_normal(&c);
                w[i] += s2 * (float)control_normal(&c);
            }
            snprintf(tensor, sizeof tensor, "model.layers.%d.self_attn.%s_proj.weight", l, ROLE[r]);
            fixture_add(&f, tensor, w, SIDE, SIDE);
        }
    fixture_write(&f, dir, name);
    *m = (Model){.name = NULL};
    if (!model_open(m, path, &err)) fail_msg("%s", err.msg);
    free(path);
}

static Findings interfere(const char *dir, float s1, float s2)
{
    Model base, one, two;
    Err err = {""};
    Findings fs = {.model = NULL};
    made_model(&base, dir, "base.safetensors", 0, 0);
    made_model(&one, dir, "one.safetensors", 0.1f, 0);
    made_model(&two, dir, "two.safetensors", s1, s2);
    if (!instrument_interference(&base, &one, &two, NULL, &fs, &err)) fail_msg("%s", err.msg);
    model_close(&base);
    model_close(&one);
    model_close(&two);
    return fs;
}

static void updates_that_undo_each_other_are_dissonant(void **state)
{
    Findings fs = interfere(*state, -0.1f, 0.1f);
    assert_verdict(&fs, "interference.consonance", FINDING_FOUND);
    assert_non_null(strstr(get(&fs, "interference.consonance")->says, "dissonant"));
    assert_true(fabs(get(&fs, "interference.consonance")->value - sqrt(0.5)) < 0.05);
    assert_string_equal(fs.table[0].note[0], "dissonant");
    findings_free(&fs);
    fs = interfere(*state, 0.2f, 0);
    assert_non_null(strstr(get(&fs, "interference.consonance")->says, "are consonant"));
    assert_true(get(&fs, "interference.consonance")->value > 0.999);
    findings_free(&fs);
    fs = interfere(*state, 0, 0.1f);
    assert_verdict(&fs, "interference.consonance", FINDING_NOT_FOUND);
    findings_free(&fs);
}

static void random_weights_have_no_timbre(void **state)
{
    Model m;
    Err err = {""};
    Instrument *x = mem_alloc(1, sizeof *x);
    Findings fs = {.model = NULL};
    made_model(&m, *state, "base.safetensors", 0, 0);
    assert_true(instrument_measure(x, &m, NULL, &err));
    assert_int_equal(x->matrices, 8);
    assert_true(fabs(x->share - 0.5) < 0.05); /* square random matrices: half of the directions */
    instrument_timbre(x, 1, &fs);
    assert_true(fs.f[0].verdict == FINDING_NOT_FOUND);
    findings_free(&fs);
    model_close(&m);
    free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_near_text_is_a_small_interval),
        cmocka_unit_test(a_chord_of_its_notes_can_be_turned_round),
        cmocka_unit_test(variations_are_nearer_to_the_theme_than_other_texts),
        cmocka_unit_test(a_response_that_returns_is_told_from_one_that_does_not),
        cmocka_unit_test(layers_with_moves_of_their_own_have_a_vocabulary),
        cmocka_unit_test(heads_that_go_together_are_a_consonant_pair),
        cmocka_unit_test(dissonance_that_tells_uncertainty_is_found),
        cmocka_unit_test(chords_that_emerge_alike_are_transposable),
        cmocka_unit_test(a_training_that_concentrates_comes_into_tune),
        cmocka_unit_test(the_concentrated_model_is_the_bright_one),
        SCRATCH_TEST(updates_that_undo_each_other_are_dissonant),
        SCRATCH_TEST(random_weights_have_no_timbre),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
