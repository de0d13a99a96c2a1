/* test_markov.c: the chain of degrees and the cell of sixteen units, against answers worked out by
 * hand and by numpy (np.outer, scaled to the norm that np.linalg.svd finds; np.tanh). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "music/markov.h"
#include "music/micro_lstm.h"

static const double EXACT = 1e-12; /* f64 arithmetic of a dozen terms */
static const double NARROW = 1e-6; /* the inputs are f32 */

static void the_matrix_of_three_norms_is_the_one_by_hand(void **state)
{
    (void)state;
    const float norms[3] = {2, 6, 4}; /* v = 0, 1, 0.5 */
    Markov m;
    markov_from_norms(&m, norms, 3);
    assert_float_equal(m.v[0], 0, EXACT);
    assert_float_equal(m.v[1], 1, EXACT);
    assert_float_equal(m.v[2], 0.5, EXACT);
    for (int j = 0; j < 3; j++) assert_float_equal(m.m[0][j], 1 / 3.0, EXACT);
    /* Row 1: exp 0, exp 3, exp 1.5 = 1, 20.0855369, 4.4816891: sum 25.5672260. */
    assert_float_equal(m.m[1][0], 0.0391125732, 1e-9);
    assert_float_equal(m.m[1][1], 0.7855970328, 1e-9);
    assert_float_equal(m.m[1][2], 0.1752903940, 1e-9);
    /* Row 2: exp 0, exp 1.5, exp 0.75 = 1, 4.4816891, 2.1170000: sum 7.5986891. */
    assert_float_equal(m.m[2][0], 0.1316016431, 1e-9);
    assert_int_equal(markov_start(&m), 1);
}

static void a_constant_vector_gives_the_uniform_chain(void **state)
{
    (void)state;
    const float norms[7] = {3, 3, 3, 3, 3, 3, 3};
    Markov m;
    markov_from_norms(&m, norms, 7);
    for (int i = 0; i < 7; i++)
        for (int j = 0; j < 7; j++) assert_float_equal(m.m[i][j], 1 / 7.0, EXACT);
    assert_int_equal(markov_start(&m), 0);
}

static void a_missing_norm_counts_as_the_middle(void **state)
{
    (void)state;
    const float norms[5] = {1, NAN, 3, INFINITY, 2};
    Markov m;
    markov_from_norms(&m, norms, 5);
    assert_float_equal(m.v[1], 0.5, EXACT);
    assert_float_equal(m.v[3], 0.5, EXACT);
    for (int i = 0; i < 5; i++) {
        double sum = 0;
        for (int j = 0; j < 5; j++) sum += m.m[i][j];
        assert_float_equal(sum, 1, EXACT);
    }
}

static void mixing_and_sharpening_are_the_formulas(void **state)
{
    (void)state;
    double p[2] = {0.2, 0.8};
    const double q[2] = {0.6, 0.4};
    markov_mix(p, q, 2, 0.70);
    assert_float_equal(p[0], 0.32, EXACT);
    assert_float_equal(p[1], 0.68, EXACT);
    markov_sharpen(p, 2, 1);
    assert_float_equal(p[0], 0.32, EXACT);
    markov_sharpen(p, 2, 0.5); /* squares: 0.1024, 0.4624 */
    assert_float_equal(p[0], 0.1024 / 0.5648, EXACT);
    assert_float_equal(p[1], 0.4624 / 0.5648, EXACT);
}

static void a_weary_degree_gives_way_to_all_others_alike(void **state)
{
    (void)state;
    double p[4] = {0.6, 0.2, 0.1, 0.1}, one[2] = {0, 1};
    markov_weary(p, 4, 0, 0.25); /* 0.15, 0.2, 0.1, 0.1: sum 0.55 */
    assert_float_equal(p[0], 0.15 / 0.55, EXACT);
    assert_float_equal(p[1], 0.2 / 0.55, EXACT);
    assert_float_equal(p[2], 0.1 / 0.55, EXACT);
    assert_float_equal(p[3], 0.1 / 0.55, EXACT);
    markov_weary(one, 2, 1, 0.5); /* nobody to give way to */
    assert_float_equal(one[0], 0, EXACT);
    assert_float_equal(one[1], 1, EXACT);
    markov_weary(p, 4, 1, 1);
    assert_float_equal(p[1], 0.2 / 0.55, EXACT);
}

static void a_choice_is_the_inverse_distribution_function(void **state)
{
    (void)state;
    const double p[4] = {0.25, 0, 0.5, 0.25};
    assert_int_equal(markov_choose(p, 4, 0), 0);
    assert_int_equal(markov_choose(p, 4, 0.2499), 0);
    assert_int_equal(markov_choose(p, 4, 0.25), 2);
    assert_int_equal(markov_choose(p, 4, 0.7499), 2);
    assert_int_equal(markov_choose(p, 4, 0.75), 3);
    assert_int_equal(markov_choose(p, 4, 1), 3);
    assert_int_equal(markov_choose(p, 4, NAN), 2);
}

static void an_angle_is_a_part_of_a_turn(void **state)
{
    (void)state;
    const double pi = 3.14159265358979323846;
    assert_float_equal(markov_turn(0), 0, EXACT);
    assert_float_equal(markov_turn(pi / 2), 0.25, EXACT);
    assert_float_equal(markov_turn(-pi / 2), 0.75, EXACT);
    assert_float_equal(markov_turn(-pi), 0.5, EXACT);
    assert_float_equal(markov_turn(NAN), 0.5, EXACT);
    assert_true(markov_turn(-1e-300) < 1);
}

static void make_cell(MicroLstm *l)
{
    float fold[LSTM_GATES][LSTM_FOLD];
    const float *part[LSTM_GATES];
    const float share[LSTM_GATES] = {0.5f, 0.25f, 0.125f, 0.0625f};
    for (int g = 0; g < LSTM_GATES; g++) {
        part[g] = fold[g];
        for (int i = 0; i < LSTM_FOLD; i++) fold[g][i] = (float)sin(1 + 0.7 * i + 2 * g);
    }
    lstm_init(l, part, share);
}

static void step_cell(MicroLstm *l, int t)
{
    double x[LSTM_UNITS];
    for (int i = 0; i < LSTM_UNITS; i++) x[i] = cos(0.3 * t + 0.5 * i) / 4;
    lstm_step(l, x);
}

static void three_steps_of_the_cell_are_those_of_numpy(void **state)
{
    (void)state;
    static const double H[3][3] = {
        {0.033280458131426466, 0.010161340561483455, 0.003911738587503803},
        {0.05649817200301589, 0.020783849285597625, 0.01095208545812857},
        {0.07052928026341258, 0.032692716346637424, 0.021874505671708587}};
    static const double LENGTH[3] = {0.100386912066273, 0.1711962367183535, 0.21765139316013934};
    static const double READ[7] = {0.22419269, 0.32101871, 0.24081275, 0.11394461,
                                   0.04872415, 0.02681853, 0.02448855};
    MicroLstm l;
    double p[7];
    make_cell(&l);
    for (int t = 0; t < 3; t++) {
        step_cell(&l, t);
        assert_float_equal(l.h[0], H[t][0], NARROW);
        assert_float_equal(l.h[7], H[t][1], NARROW);
        assert_float_equal(l.h[15], H[t][2], NARROW);
        assert_float_equal(lstm_norm(&l), LENGTH[t], NARROW);
    }
    lstm_read(&l, 7, p);
    for (int i = 0; i < 7; i++) assert_float_equal(p[i], READ[i], 1e-5); /* h over its deviation */
}

static void the_temperature_falls_with_the_norm_of_the_state(void **state)
{
    (void)state;
    MicroLstm l;
    double before = 1;
    make_cell(&l);
    assert_float_equal(lstm_temperature(&l), 1, EXACT);
    for (int t = 0; t < 3; t++) {
        step_cell(&l, t);
        assert_true(lstm_temperature(&l) < before);
        before = lstm_temperature(&l);
    }
    assert_float_equal(before, 1 / 1.21765139316013934, NARROW);
}

static void a_cell_without_weights_stays_finite_and_says_nothing(void **state)
{
    (void)state;
    const float *none[LSTM_GATES] = {NULL};
    const float share[LSTM_GATES] = {NAN, NAN, NAN, NAN};
    double p[12];
    MicroLstm l;
    lstm_init(&l, none, share);
    step_cell(&l, 1);
    assert_float_equal(lstm_norm(&l), 0, EXACT);
    lstm_read(&l, 12, p);
    for (int i = 0; i < 12; i++) assert_float_equal(p[i], 1 / 12.0, EXACT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_matrix_of_three_norms_is_the_one_by_hand),
        cmocka_unit_test(a_constant_vector_gives_the_uniform_chain),
        cmocka_unit_test(a_missing_norm_counts_as_the_middle),
        cmocka_unit_test(mixing_and_sharpening_are_the_formulas),
        cmocka_unit_test(a_weary_degree_gives_way_to_all_others_alike),
        cmocka_unit_test(a_choice_is_the_inverse_distribution_function),
        cmocka_unit_test(an_angle_is_a_part_of_a_turn),
        cmocka_unit_test(three_steps_of_the_cell_are_those_of_numpy),
        cmocka_unit_test(the_temperature_falls_with_the_norm_of_the_state),
        cmocka_unit_test(a_cell_without_weights_stays_finite_and_says_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
