/* test_gm.c: General MIDI names against the standard's numbers. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "midi/gm.h"

static void programs_have_the_names_of_the_standard(void **state)
{
    (void)state;
    static const struct { int program; const char *name; } WANT[] = {
        {0, "Acoustic Grand Piano"}, {8, "Celesta"}, {19, "Church Organ"}, {38, "Synth Bass 1"},
        {40, "Violin"}, {43, "Contrabass"}, {46, "Orchestral Harp"}, {48, "String Ensemble 1"},
        {60, "French Horn"}, {68, "Oboe"}, {71, "Clarinet"}, {73, "Flute"},
        {81, "Lead 2 (sawtooth)"}, {95, "Pad 8 (sweep)"}, {104, "Sitar"}, {127, "Gunshot"},
    };
    for (size_t i = 0; i < sizeof WANT / sizeof *WANT; i++)
        assert_string_equal(gm_program_name(WANT[i].program), WANT[i].name);
}

static void drums_have_the_names_of_the_standard(void **state)
{
    (void)state;
    assert_string_equal(gm_drum_name(35), "Acoustic Bass Drum");
    assert_string_equal(gm_drum_name(36), "Bass Drum 1");
    assert_string_equal(gm_drum_name(39), "Hand Clap");
    assert_string_equal(gm_drum_name(42), "Closed Hi-Hat");
    assert_string_equal(gm_drum_name(46), "Open Hi-Hat");
    assert_string_equal(gm_drum_name(49), "Crash Cymbal 1");
    assert_string_equal(gm_drum_name(56), "Cowbell");
    assert_string_equal(gm_drum_name(69), "Cabasa");
    assert_string_equal(gm_drum_name(81), "Open Triangle");
}

static void every_number_in_range_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int i = 0; i < 128; i++) {
        assert_true(strlen(gm_program_name(i)) > 2);
        for (int k = 0; k < i; k++)
            assert_string_not_equal(gm_program_name(i), gm_program_name(k));
    }
    for (int i = 35; i <= 81; i++)
        for (int k = 35; k < i; k++) assert_string_not_equal(gm_drum_name(i), gm_drum_name(k));
}

static void numbers_out_of_range_have_empty_names(void **state)
{
    (void)state;
    assert_string_equal(gm_program_name(-1), "");
    assert_string_equal(gm_program_name(128), "");
    assert_string_equal(gm_drum_name(34), "");
    assert_string_equal(gm_drum_name(82), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(programs_have_the_names_of_the_standard),
        cmocka_unit_test(drums_have_the_names_of_the_standard),
        cmocka_unit_test(every_number_in_range_has_a_name_of_its_own),
        cmocka_unit_test(numbers_out_of_range_have_empty_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
