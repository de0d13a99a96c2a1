/* test_theory_notes.c: notes, intervals, circle, chords, harmony, melody and key: planted structure
 * is found, noise is not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "fixture_trace.h"
#include "theory/chord.h"
#include "theory/interval.h"
#include "theory/modulation.h"

typedef void Section(const TheoryText *x, Findings *out);

/* h of layer l, token i. */
static float *at(Trace *t, int l, int i)
{
    return t->h + ((int64_t)l * t->nt + i) * t->d;
}

/* Of many traces of noise about one in twenty is found; each claim may be found in three of 20
 * (more has a probability of 1.6 %; the seeds are fixed). Not here: notes.register and
 * harmony.interference (independent layers do work against each other: what is there is taken
 * away), tested below. */
static void noise_has_no_structure(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        Section *section;
    } CLAIM[] = {
        {"notes.octave", theory_notes},          {"intervals.consonance", theory_intervals},
        {"intervals.kept", theory_intervals},    {"circle.ring", theory_circle},
        {"circle.steps", theory_circle},         {"harmony.sympathy", theory_harmony},
        {"harmony.overtones", theory_harmony},   {"melody.steps", theory_melody},
        {"melody.contour", theory_melody},       {"melody.resolution", theory_melody},
        {"melody.phrases", theory_melody},       {"key.modulation", theory_key},
        {"key.metric", theory_key},
    };
    for (size_t k = 0; k < sizeof CLAIM / sizeof *CLAIM; k++) {
        int found = 0;
        for (uint64_t seed = 1; seed <= 20; seed++) {
            Trace t = noise_trace(seed);
            Findings fs = measure(&t, CLAIM[k].section);
            found += get(&fs, CLAIM[k].name)->verdict == FINDING_FOUND;
            findings_free(&fs);
        }
        if (found > 3) fail_msg("%s found in %d of 20 traces of noise", CLAIM[k].name, found);
    }
}

/* Every layer is the embedding plus a little noise. */
static Trace octave_trace(uint64_t seed)
{
    Trace t = noise_trace(seed);
    for (int l = 1; l <= NL; l++)
        for (int i = 0; i < NT; i++)
            for (int k = 0; k < D; k++) at(&t, l, i)[k] = at(&t, 0, i)[k] + 0.1f * at(&t, l, i)[k];
    return t;
}

static void a_token_that_keeps_its_direction_is_an_octave(void **state)
{
    (void)state;
    Trace t = octave_trace(1);
    Findings fs = measure(&t, theory_notes);
    assert_verdict(&fs, "notes.octave", FINDING_FOUND);
    assert_true(get(&fs, "notes.octave")->value > 0.95);
    assert_true(get(&fs, "notes.lag")->value == NL + 1);
    assert_true(fs.table[0].v[NL * 3 + 1] > 0.95); /* CKA of the last layer with the embedding */
    findings_free(&fs);
    t = octave_trace(1);
    fs = measure(&t, theory_intervals);
    assert_verdict(&fs, "intervals.kept", FINDING_FOUND);
    findings_free(&fs);
}

static void late_changes_are_a_treble_heavy_voicing(void **state)
{
    (void)state;
    Trace t = noise_trace(2);
    float grow = 1;
    for (int l = 0; l <= NL; l++, grow *= 3)
        for (int i = 0; i < NT * D; i++) t.h[l * NT * D + i] *= grow;
    Findings fs = measure(&t, theory_notes);
    assert_verdict(&fs, "notes.register", FINDING_FOUND);
    assert_non_null(strstr(get(&fs, "notes.register")->says, "treble-heavy"));
    findings_free(&fs);
}

/* Names: random unit vectors; the last stream is a name and a little noise, or noise alone. */
static void streams_near_names_are_in_tune(void **state)
{
    (void)state;
    enum { WIDE = 32, NAMED = 60 };
    for (int tuned = 0; tuned < 2; tuned++) {
        Trace t = wide_noise_trace(3, WIDE);
        Control c = control_seed(4);
        TheoryNames names = {.n = NAMED, .d = WIDE, .v = mem_alloc(NAMED * WIDE, sizeof *names.v)};
        for (int i = 0; i < NAMED; i++) {
            double sum = 0;
            for (int k = 0; k < WIDE; k++) names.v[i * WIDE + k] = control_normal(&c);
            for (int k = 0; k < WIDE; k++) sum += names.v[i * WIDE + k] * names.v[i * WIDE + k];
            for (int k = 0; k < WIDE; k++) names.v[i * WIDE + k] /= sqrt(sum);
        }
        for (int i = 0; i < NT && tuned; i++)
            for (int k = 0; k < WIDE; k++)
                at(&t, NL, i)[k] = (float)(10 * names.v[i * WIDE + k]) + 0.3f * at(&t, NL, i)[k];
        Findings fs = {.model = NULL};
        TheoryText x = {.t = &t, .names = &names};
        theory_notes(&x, &fs);
        assert_verdict(&fs, "notes.microtone", tuned ? FINDING_FOUND : FINDING_NOT_FOUND);
        findings_free(&fs);
        theory_names_free(&names);
        trace_free(&t);
    }
}

static void intervals_have_the_names_of_their_angles(void **state)
{
    (void)state;
    static const struct {
        double degrees, ratio;
        const char *name;
    } CASE[] = {{0, 1, "unison"},        {14.9, 3, "octave"},         {14.9, 0.4, "octave"},
                {20, 1, "minor second"}, {60, 9, "major third"},      {90, 1, "perfect fifth"},
                {113, 1, "tritone"},     {180, 1, "tritone"}};
    for (size_t i = 0; i < sizeof CASE / sizeof *CASE; i++)
        assert_string_equal(interval_name(interval_class(CASE[i].degrees, CASE[i].ratio)),
                            CASE[i].name);
    assert_true(interval_consonance(1, 1, 1) == 1);   /* the same twice */
    assert_true(interval_consonance(-1, 1, 1) == -1); /* they cancel */
    assert_true(interval_consonance(0, 1, 4) == 0);
    assert_true(interval_consonance(2, 1, 4) == 0.8); /* |a + b|^2 = 9 over 5, less 1 */
}

/* Neighbours share a direction of their own: 2 i and 2 i + 1 point the same way. */
static void neighbours_that_point_the_same_way_are_consonant(void **state)
{
    (void)state;
    Trace t = wide_noise_trace(5, 32);
    for (int l = 1; l <= NL; l++)
        for (int i = 1; i < NT; i++)
            for (int k = 0; k < 32; k++)
                at(&t, l, i)[k] = 0.8f * at(&t, l, i - 1)[k] + 0.6f * at(&t, l, i)[k];
    Findings fs = measure(&t, theory_intervals);
    assert_verdict(&fs, "intervals.consonance", FINDING_FOUND);
    findings_free(&fs);
}

/* Tokens on a circle: token i has the features around its place; the text walks round, or jumps by
 * a number prime to NT. */
static Trace ring_trace(int step)
{
    enum { WIDE = 80 };
    Trace t = wide_noise_trace(6, WIDE);
    for (int i = 0; i < NT; i++)
        for (int k = 0; k < WIDE; k++) {
            int away = abs(2 * (i * step % NT) - k);
            if (away > WIDE / 2) away = WIDE - away;
            at(&t, 0, i)[k] = (float)(away < 6 ? 10 - away : 0) + 0.01f * at(&t, 0, i)[k];
        }
    return t;
}

static void tokens_on_a_circle_are_found_there(void **state)
{
    (void)state;
    Trace t = ring_trace(1);
    Findings fs = measure(&t, theory_circle);
    assert_verdict(&fs, "circle.ring", FINDING_FOUND);
    assert_verdict(&fs, "circle.steps", FINDING_FOUND);
    assert_true(fabs(get(&fs, "circle.steps")->value - 12.0 / NT) < 0.2);
    findings_free(&fs);
    t = ring_trace(17);
    fs = measure(&t, theory_circle);
    assert_verdict(&fs, "circle.ring", FINDING_FOUND);
    assert_verdict(&fs, "circle.steps", FINDING_NOT_FOUND);
    findings_free(&fs);
}

/* A set of chords: both = wa a + wb b + new, all random. */
static Findings chord_findings(float wa, float wb, float fresh, uint64_t seed)
{
    enum { N = 20, WIDE = 48 };
    Control c = control_seed(seed);
    ChordSet set = {.n = N, .layers = 1, .d = WIDE, .first = mem_alloc(N, sizeof *set.first),
                    .a = mem_alloc(N * WIDE, sizeof *set.a),
                    .b = mem_alloc(N * WIDE, sizeof *set.b),
                    .both = mem_alloc(N * WIDE, sizeof *set.both)};
    for (int i = 0; i < N * WIDE; i++) {
        set.a[i] = (float)control_normal(&c);
        set.b[i] = (float)control_normal(&c);
        set.both[i] = wa * set.a[i] + wb * set.b[i] + fresh * (float)control_normal(&c);
    }
    Findings fs = {.model = NULL};
    Trace t = noise_trace(1);
    TheoryText x = {.t = &t, .chords = &set};
    theory_chords(&x, &fs);
    trace_free(&t);
    chordset_free(&set);
    return fs;
}

static void a_chord_is_told_from_what_emerges(void **state)
{
    (void)state;
    Findings fs = chord_findings(1, 1, 0, 7);
    assert_verdict(&fs, "chords.superposition", FINDING_FOUND);
    assert_verdict(&fs, "chords.context", FINDING_FOUND);
    assert_true(get(&fs, "chords.superposition")->value > 0.999);
    findings_free(&fs);
    fs = chord_findings(0, 1, 1, 7); /* the first note is not heard */
    assert_verdict(&fs, "chords.superposition", FINDING_FOUND);
    assert_verdict(&fs, "chords.context", FINDING_NOT_FOUND);
    findings_free(&fs);
    fs = chord_findings(0, 0, 1, 8);
    assert_verdict(&fs, "chords.superposition", FINDING_NOT_FOUND);
    findings_free(&fs);
}

static void a_plane_explains_what_lies_in_it(void **state)
{
    (void)state;
    /* c = (3, 4, 0) over a = (1, 0, 0), b = (1, 1, 0); then c = (0, 0, 5). */
    assert_true(fabs(chord_explained(1, 2, 1, 3, 7, 25) - 1) < 1e-12);
    assert_true(chord_explained(1, 2, 1, 0, 0, 25) == 0);
    /* c = (3, 0, 4): 9 of 25. One direction twice: the same. */
    assert_true(fabs(chord_explained(1, 2, 1, 3, 3, 25) - 0.36) < 1e-12);
    assert_true(fabs(chord_explained(1, 4, 2, 3, 6, 25) - 0.36) < 1e-12);
    assert_string_equal(chord_quality(0.6, 0.2), "major");
    assert_string_equal(chord_quality(0.6, 0.7), "minor");
    assert_string_equal(chord_quality(0.3, 0.2), "minor");
    assert_string_equal(chord_quality(0, 0.7), "augmented");
    assert_string_equal(chord_quality(-0.5, 0.2), "diminished");
}

/* Every layer adds `with` times what is there. */
static void reinforcing_layers_interfere_constructively(void **state)
{
    (void)state;
    for (int sign = -1; sign <= 1; sign += 2) {
        Trace t = noise_trace(9);
        for (int l = 1; l <= NL; l++)
            for (int i = 0; i < NT; i++)
                for (int k = 0; k < D; k++)
                    at(&t, l, i)[k] = (1 + 0.5f * (float)sign) * at(&t, l - 1, i)[k] +
                                      0.1f * at(&t, l, i)[k];
        Findings fs = measure(&t, theory_harmony);
        assert_verdict(&fs, "harmony.interference", FINDING_FOUND);
        assert_non_null(strstr(get(&fs, "harmony.interference")->says,
                               sign > 0 ? "constructive" : "destructive"));
        findings_free(&fs);
    }
}

/* Attention falls by half every 30 degrees between the tokens two thirds up. */
static void attention_that_falls_with_the_angle_is_sympathy(void **state)
{
    (void)state;
    Trace t = noise_trace(10);
    const double degrees = 180 / 3.14159265358979323846;
    double mean[D] = {0};
    for (int i = 0; i < NT; i++)
        for (int k = 0; k < D; k++) mean[k] += (double)at(&t, 4, i)[k] / NT;
    for (int i = 0; i < NT; i++)
        for (int j = 0; j <= i; j++) {
            double xy = 0, xx = 0, yy = 0;
            for (int k = 0; k < D; k++) {
                double x = (double)at(&t, 4, i)[k] - mean[k], y = (double)at(&t, 4, j)[k] - mean[k];
                xy += x * y;
                xx += x * x;
                yy += y * y;
            }
            double c = xy / sqrt(xx * yy), angle = i == j ? 0 : degrees * acos(c);
            t.pattern[i * NT + j] = (float)exp2(-angle / 30);
        }
    Findings fs = measure(&t, theory_harmony);
    assert_verdict(&fs, "harmony.sympathy", FINDING_FOUND);
    assert_non_null(strstr(get(&fs, "harmony.sympathy")->says, "every 30 degrees"));
    findings_free(&fs);
}

static void a_plane_of_tokens_has_few_overtones(void **state)
{
    (void)state;
    Trace t = noise_trace(11);
    for (int i = 0; i < NT; i++)
        for (int k = 2; k < D; k++)
            at(&t, NL, i)[k] = at(&t, NL, i)[k % 2] + 0.1f * at(&t, NL, i)[k];
    Findings fs = measure(&t, theory_harmony);
    assert_verdict(&fs, "harmony.overtones", FINDING_FOUND);
    assert_true(fabs(get(&fs, "harmony.overtones")->value - 2) < 0.3);
    findings_free(&fs);
}

/* A walk with small steps that comes home at the end of every sentence of ten tokens. */
static void a_walk_is_a_melody_and_comes_to_rest(void **state)
{
    (void)state;
    char *label[NT];
    Trace t = noise_trace(12);
    for (int i = 0; i < NT; i++) {
        label[i] = i % 10 == 9 ? "end." : "word";
        for (int k = 0; k < D; k++) {
            double away = 3 * sin(0.314159 * (i % 10 + 1)) * (i / 10 % 2 ? 1 : -1) * (k < 2);
            at(&t, 4, i)[k] = (float)away + 0.2f * at(&t, 4, i)[k];
        }
    }
    Findings fs = {.model = NULL};
    TheoryText x = {.t = &t, .label = label};
    theory_melody(&x, &fs);
    assert_verdict(&fs, "melody.steps", FINDING_FOUND);
    assert_verdict(&fs, "melody.contour", FINDING_FOUND);
    assert_verdict(&fs, "melody.resolution", FINDING_FOUND);
    findings_free(&fs);
    trace_free(&t);
}

static void attention_that_stops_at_a_token_is_a_phrase(void **state)
{
    (void)state;
    Trace t = noise_trace(13);
    for (int i = 22; i < NT; i++)
        for (int k = 0; k < 22; k++) t.pattern[i * NT + k] *= 0.05f;
    Findings fs = measure(&t, theory_melody);
    assert_verdict(&fs, "melody.phrases", FINDING_FOUND);
    assert_non_null(strstr(get(&fs, "melody.phrases")->says, "before token 22"));
    assert_int_equal(fs.table[0].nrows, 2);
    assert_true(fs.table[0].v[2] == 22);
    findings_free(&fs);
}

/* Tokens from..to of all layers move by `by` in every second dimension. */
static void shift(Trace *t, int from, int to, float by)
{
    for (int l = 1; l <= NL; l++)
        for (int i = from; i < to; i++)
            for (int k = 0; k < D; k += 2) at(t, l, i)[k] += by;
}

static void a_planted_modulation_is_found_where_it_is(void **state)
{
    (void)state;
    Trace t = noise_trace(14);
    Modulations m;
    shift(&t, 25, NT, 3);
    modulations_find(&m, &t, MODULATION_TOKENS, NULL, NULL);
    assert_int_equal(m.n, 1);
    assert_int_equal(m.at[0].token, 25);
    assert_false(m.at[0].back);
    assert_true(m.at[0].p <= FINDING_P && m.at[0].strength > 0.5);
    assert_in_range(m.at[0].pivot, 22, 27);
    Findings fs = measure(&t, theory_key);
    assert_verdict(&fs, "key.modulation", FINDING_FOUND);
    assert_non_null(strstr(get(&fs, "key.modulation")->says, "token 25"));
    findings_free(&fs);
}

static void a_key_that_goes_back_is_a_tonicisation(void **state)
{
    (void)state;
    Trace t = noise_trace(15);
    Modulations m;
    shift(&t, 14, 26, 4);
    modulations_find(&m, &t, MODULATION_TOKENS, NULL, NULL);
    assert_int_equal(m.n, 2);
    assert_int_equal(m.at[0].token, 14);
    assert_int_equal(m.at[1].token, 26);
    assert_true(m.at[0].back && !m.at[1].back);
    trace_free(&t);
}

/* The mean stays; the directions that vary change. */
static void another_covariance_is_another_metric(void **state)
{
    (void)state;
    Trace t = noise_trace(16);
    for (int l = 1; l <= NL; l++)
        for (int i = 0; i < NT; i++)
            for (int k = 0; k < D; k++)
                if ((k < 2) == (i < 20)) at(&t, l, i)[k] *= 6;
    Findings fs = measure(&t, theory_key);
    assert_verdict(&fs, "key.metric", FINDING_FOUND);
    findings_free(&fs);
}

/* Three and four tokens, one layer, a token twice: nothing to divide by zero. */
static void short_texts_are_measured_without_complaint(void **state)
{
    (void)state;
    static Section *const ALL[] = {theory_notes,   theory_intervals, theory_circle, theory_chords,
                                   theory_harmony, theory_melody,    theory_key};
    for (int keep = 0; keep <= 7; keep++) {
        Trace t = noise_trace(17);
        for (int i = keep; i < NT; i++) t.sink[i] = true;
        for (int l = 0; l <= NL && keep > 1; l++)
            memcpy(at(&t, l, 1), at(&t, l, 0), D * sizeof(float));
        Findings fs = {.model = NULL};
        TheoryText x = {.t = &t};
        for (size_t s = 0; s < sizeof ALL / sizeof *ALL; s++) ALL[s](&x, &fs);
        for (int i = 0; i < fs.n; i++)
            if (!isfinite(fs.f[i].value)) fail_msg("%s of %d tokens", fs.f[i].name, keep);
        findings_free(&fs);
        trace_free(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noise_has_no_structure),
        cmocka_unit_test(a_token_that_keeps_its_direction_is_an_octave),
        cmocka_unit_test(late_changes_are_a_treble_heavy_voicing),
        cmocka_unit_test(streams_near_names_are_in_tune),
        cmocka_unit_test(intervals_have_the_names_of_their_angles),
        cmocka_unit_test(neighbours_that_point_the_same_way_are_consonant),
        cmocka_unit_test(tokens_on_a_circle_are_found_there),
        cmocka_unit_test(a_chord_is_told_from_what_emerges),
        cmocka_unit_test(a_plane_explains_what_lies_in_it),
        cmocka_unit_test(reinforcing_layers_interfere_constructively),
        cmocka_unit_test(attention_that_falls_with_the_angle_is_sympathy),
        cmocka_unit_test(a_plane_of_tokens_has_few_overtones),
        cmocka_unit_test(a_walk_is_a_melody_and_comes_to_rest),
        cmocka_unit_test(attention_that_stops_at_a_token_is_a_phrase),
        cmocka_unit_test(a_planted_modulation_is_found_where_it_is),
        cmocka_unit_test(a_key_that_goes_back_is_a_tonicisation),
        cmocka_unit_test(another_covariance_is_another_metric),
        cmocka_unit_test(short_texts_are_measured_without_complaint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
