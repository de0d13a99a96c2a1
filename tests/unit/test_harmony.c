/* test_harmony.c: chords of a scale, cadences, voice leading. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "music/harmony.h"

static const VoiceRange STRINGS[4] = {{36, 55}, {48, 67}, {55, 74}, {60, 81}};

static void triads_of_c_major_are_the_known_ones(void **state)
{
    (void)state;
    Scale c = {0, MODE_MAJOR};
    Chord g7 = chord_on(c, 4, 4);
    assert_int_equal(g7.n, 4);
    assert_int_equal(g7.pc[0], 7);
    assert_int_equal(g7.pc[1], 11);
    assert_int_equal(g7.pc[2], 2);
    assert_int_equal(g7.pc[3], 5);
}

static void the_dominant_of_a_minor_key_has_the_leading_tone(void **state)
{
    (void)state;
    Chord v = chord_before_tonic((Scale){9, MODE_NATURAL_MINOR});
    assert_true(chord_has(&v, 68)); /* G sharp in A minor */
    Chord ii = chord_before_tonic((Scale){4, MODE_PHRYGIAN});
    assert_int_equal(ii.pc[0], 5); /* F major before E */
    Chord vii = chord_before_tonic((Scale){2, MODE_DORIAN});
    assert_int_equal(vii.pc[0], 0);
}

static void snapping_to_a_chord_takes_the_nearest_tone_ties_down(void **state)
{
    (void)state;
    Chord c = chord_triad(60, false);
    assert_int_equal(chord_snap(&c, 62), 60);
    assert_int_equal(chord_snap(&c, 63), 64);
    assert_int_equal(chord_snap(&c, 69), 67);
    assert_int_equal(chord_snap(&c, 71), 72);
}

static void moving_two_fifths_up_together_is_parallel_and_contrary_motion_is_not(void **state)
{
    (void)state;
    int a[2] = {48, 55}, up[2] = {50, 57}, contrary[2] = {50, 53}, still[2] = {48, 55};
    assert_int_equal(voice_parallels(a, up, 2), 1);
    assert_int_equal(voice_parallels(a, contrary, 2), 0);
    assert_int_equal(voice_parallels(a, still, 2), 0);
    int octave[2] = {48, 60}, octave_up[2] = {53, 65};
    assert_int_equal(voice_parallels(octave, octave_up, 2), 1);
}

static void a_voicing_has_every_tone_in_order_and_in_range(void **state)
{
    (void)state;
    for (int root = 0; root < 12; root++) {
        Chord c = chord_triad(root, root % 2);
        int key[4];
        voice_chord(&c, STRINGS, 4, c.pc[0], NULL, NULL, key);
        assert_int_equal(key[0] % 12, c.pc[0]);
        for (int t = 0; t < c.n; t++) {
            int count = 0;
            for (int i = 0; i < 4; i++) count += key[i] % 12 == c.pc[t];
            assert_true(count >= 1);
        }
        for (int i = 0; i < 4; i++) {
            assert_true(key[i] >= STRINGS[i].lo && key[i] <= STRINGS[i].hi);
            if (i > 0) assert_true(key[i] > key[i - 1]);
        }
    }
}

static void a_progression_through_all_degrees_has_no_parallels_and_small_steps(void **state)
{
    (void)state;
    for (int mode = 0; mode <= MODE_AEOLIAN; mode++) {
        Scale s = {5, mode};
        int prev[4], now[4], parallels = 0, motion = 0, steps = 0;
        Chord c = chord_on(s, 0, 3);
        voice_chord(&c, STRINGS, 4, c.pc[0], NULL, NULL, prev);
        for (int i = 1; i < 49; i++) {
            c = chord_on(s, (i * i * 3 + i) % 7, 3);
            voice_chord(&c, STRINGS, 4, c.pc[0], prev, NULL, now);
            parallels += voice_parallels(prev, now, 4);
            motion += voice_motion(prev, now, 4);
            steps++;
            for (int k = 0; k < 4; k++) prev[k] = now[k];
        }
        assert_int_equal(parallels, 0);
        assert_true(motion < 16 * steps); /* four voices, under four semitones each on average */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(triads_of_c_major_are_the_known_ones),
        cmocka_unit_test(the_dominant_of_a_minor_key_has_the_leading_tone),
        cmocka_unit_test(snapping_to_a_chord_takes_the_nearest_tone_ties_down),
        cmocka_unit_test(moving_two_fifths_up_together_is_parallel_and_contrary_motion_is_not),
        cmocka_unit_test(a_voicing_has_every_tone_in_order_and_in_range),
        cmocka_unit_test(a_progression_through_all_degrees_has_no_parallels_and_small_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
