/* test_finding.c: controls, their p, and the reports that say so. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "math/permute.h"
#include "math/stats.h"
#include "theory/finding.h"
#include "theory/section.h"

static void p_counts_the_controls_that_reach_the_value(void **state)
{
    (void)state;
    const double under[] = {1, 2, 3, 4, NAN, 6, 7, 8, 9};
    assert_true(permutation_p(10, under, 9) == 0.2);  /* the NaN counts as large */
    assert_true(permutation_p(6, under, 9) == 0.6);   /* 6 7 8 9 and the NaN */
    assert_true(isnan(permutation_p(NAN, under, 9)));
}

static void variates_have_the_moments_they_should(void **state)
{
    (void)state;
    enum { N = 20000 };
    static double x[N], u[N];
    Control c = control_seed(7);
    for (int i = 0; i < N; i++) {
        x[i] = control_normal(&c);
        u[i] = control_uniform(&c);
    }
    Moments m = moments_of_f64(x, N), v = moments_of_f64(u, N);
    /* four standard errors of N draws */
    assert_true(fabs(m.mean) < 4 / sqrt(N) && fabs(moments_std(&m) - 1) < 4 / sqrt(2.0 * N));
    assert_true(fabs(v.mean - 0.5) < 4 * sqrt(1 / 12.0 / N));
    assert_true(fabs(moments_kurtosis(&m)) < 4 * sqrt(24.0 / N));
}

static void a_shuffle_keeps_every_index_and_is_the_same_twice(void **state)
{
    (void)state;
    int a[50], b[50], seen[50] = {0}, moved = 0;
    for (int i = 0; i < 50; i++) a[i] = b[i] = i;
    Control c = control_seed(3), d = control_seed(3);
    control_shuffle(&c, a, 50);
    control_shuffle(&d, b, 50);
    assert_memory_equal(a, b, sizeof a);
    for (int i = 0; i < 50; i++) {
        seen[a[i]]++;
        moved += a[i] != i;
    }
    for (int i = 0; i < 50; i++) assert_int_equal(seen[i], 1);
    assert_true(moved > 40);
}

static Findings planted(double value, bool smaller)
{
    static double under[99];
    Findings fs = {.model = NULL};
    for (int i = 0; i < 99; i++) under[i] = i / 100.0;
    FindingSpec s = {.section = "III intervals", .name = "intervals.angle", .definition = "angle",
                     .unit = "degrees", .value = value, .spread = 0.1, .n = 4,
                     .control = "99 shuffles", .under = under, .ncontrol = 99,
                     .smaller = smaller};
    finding_else(finding_add(&fs, &s, "it is %s", "there"), "it is not there");
    return fs;
}

static void a_claim_is_found_only_where_it_beats_its_control(void **state)
{
    (void)state;
    const struct {
        double value;
        bool smaller;
        Verdict verdict;
        const char *says;
    } row[] = {{2, false, FINDING_FOUND, "it is there"},
               {0.5, false, FINDING_NOT_FOUND, "it is not there"},
               {-1, false, FINDING_NOT_FOUND, "it is not there"},
               {-1, true, FINDING_FOUND, "it is there"}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        Findings fs = planted(row[i].value, row[i].smaller);
        const Finding *f = findings_get(&fs, "intervals.angle");
        assert_non_null(f);
        assert_int_equal(f->verdict, row[i].verdict);
        assert_string_equal(f->says, row[i].says);
        findings_free(&fs);
    }
}

static void a_number_without_a_control_claims_nothing(void **state)
{
    (void)state;
    Findings fs = {.model = NULL};
    FindingSpec s = {.section = "X dynamics", .name = "dynamics.norm", .definition = "a norm",
                     .value = 3, .spread = NAN, .n = 1};
    Finding *f = finding_add(&fs, &s, "loud");
    finding_else(f, "soft");
    assert_int_equal(f->verdict, FINDING_MEASURED);
    assert_string_equal(f->says, "loud");
    assert_true(isnan(f->p));
    findings_free(&fs);
}

static void reports_have_the_definition_the_control_and_the_sentence(void **state)
{
    (void)state;
    static const char *const COLS[] = {"low", "high"};
    Findings fs = planted(2, false);
    Str text = {0}, json = {0};
    JsonOut j;
    Err err = {""};
    FindingTable *t = findings_table(&fs, "VII counterpoint", "heads", "a row a head", COLS, 2, 1);
    table_label(t, 0, "layer %d", 3);
    table_set(t, 0, 1, 0.25);
    table_note(t, 0, "bass");
    findings_text(&fs, &text);
    const char *const want[] = {"III intervals", "intervals.angle = 2 degrees", "p = 0.01: found",
                                "it is there", "[angle; control: 99 shuffles]",
                                "VII counterpoint", "layer 3", "0.25  bass"};
    for (size_t i = 0; i < sizeof want / sizeof *want; i++)
        if (!strstr(text.s, want[i])) fail_msg("no \"%s\" in:\n%s", want[i], text.s);
    jout_init(&j, &json);
    findings_json(&fs, &j);
    Json *root = json_parse(json.s, json.len, &err);
    assert_non_null(root);
    const Json *f = json_child(json_get(root, "findings"));
    assert_string_equal(json_string(json_get(f, "verdict")), "found");
    assert_true(json_number(json_get(f, "p"), 0) == 0.01);
    const Json *row = json_child(json_get(json_child(json_get(root, "tables")), "rows"));
    assert_true(json_is_null(json_child(json_get(row, "values"))));
    json_free(root);
    str_free(&text);
    str_free(&json);
    findings_free(&fs);
}

/* A measure that is stopped while it is asked for the third time. */
typedef struct Stopping {
    volatile sig_atomic_t stop;
    int calls;
} Stopping;

static double stop_soon(const void *ud, const int *order, int n)
{
    Stopping *s = (Stopping *)(uintptr_t)ud;
    (void)n;
    s->stop = ++s->calls == 3;
    return order[0];
}

static void shuffles_end_when_the_run_is_stopped(void **state)
{
    (void)state;
    Stopping stopping = {.calls = 0};
    const Run run = {.stop = &stopping.stop};
    double under[SECTION_SHUFFLES];
    Findings fs = {.run = &run};
    FindingSpec s = {.section = "I", .name = "a.b", .definition = "what", .control = "shuffles"};
    section_test(&run, &s, stop_soon, &stopping, 9, 1, 5, under);
    assert_int_equal(stopping.calls, 3);
    assert_int_equal(finding_add(&fs, &s, "found")->verdict, FINDING_MEASURED); /* not compared */
    findings_free(&fs);
    stopping = (Stopping){.calls = 3};
    section_test(&run, &s, stop_soon, &stopping, 9, 1, 5, under);
    assert_int_equal(stopping.calls, 3 + 1 + SECTION_SHUFFLES);
    const double x[6] = {1, 2, 3, 4, 5, 6};
    stopping.stop = 1;
    for (int i = 0; i < SECTION_SHUFFLES; i++) under[i] = -7;
    section_shuffled_variance(x, 2, 3, 1, under, &run);
    assert_true(under[0] == -7 && under[SECTION_SHUFFLES - 1] == -7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(p_counts_the_controls_that_reach_the_value),
        cmocka_unit_test(variates_have_the_moments_they_should),
        cmocka_unit_test(a_shuffle_keeps_every_index_and_is_the_same_twice),
        cmocka_unit_test(a_claim_is_found_only_where_it_beats_its_control),
        cmocka_unit_test(a_number_without_a_control_claims_nothing),
        cmocka_unit_test(shuffles_end_when_the_run_is_stopped),
        cmocka_unit_test(reports_have_the_definition_the_control_and_the_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
