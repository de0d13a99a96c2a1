/* test_sines.c: a data set as chords of sines. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "synth/sines.h"

static const SinesOpts OPTS = {.rate = 44100, .seconds = 0.3, .fade = 0.02};

static void a_chord_is_the_sum_of_its_sines(void **state)
{
    (void)state;
    const double hz[3] = {100, 441.5, 2000};
    const float amp[2][3] = {{1, 0.5f, -0.25f}, {0, 0, 1}};
    AudioBuf a;
    sines_render(&a, amp[0], 2, hz, 3, &OPTS, NULL);
    assert_int_equal(a.frames, 2 * 13230);
    assert_int_equal(a.channels, 1);
    for (int i = 900; i < 12300; i += 7) { /* between the fades; f32 sums: 1e-5 */
        double t = i / 44100.0;
        double one = sin(2 * M_PI * 100 * t) + 0.5 * sin(2 * M_PI * 441.5 * t) -
                     0.25 * sin(2 * M_PI * 2000 * t);
        assert_true(fabs(a.x[i] * sqrt(3) - one) < 1e-5);
        assert_true(fabs(a.x[13230 + i] * sqrt(3) - sin(2 * M_PI * 2000 * t)) < 1e-5);
    }
    audio_free(&a);
}

static void a_chord_begins_and_ends_in_silence(void **state)
{
    (void)state;
    const double hz[1] = {3000};
    const float amp[3] = {1, -1, 1};
    AudioBuf a;
    sines_render(&a, amp, 3, hz, 1, &OPTS, NULL);
    for (int k = 0; k < 3; k++) {
        assert_true(fabsf(a.x[k * 13230]) < 1e-6f);
        assert_true(fabsf(a.x[k * 13230 + 13229]) < 1e-6f);
    }
    audio_free(&a);
}

static void one_thread_and_two_give_the_same_bytes(void **state)
{
    (void)state;
    enum { N = 100, DIMS = 16 };
    double hz[DIMS];
    static float amp[N * DIMS];
    AudioBuf a, b;
    for (int d = 0; d < DIMS; d++) hz[d] = 60 + 90 * d;
    for (int i = 0; i < N * DIMS; i++) amp[i] = (float)sin(i);
    sines_render(&a, amp, N, hz, DIMS, &OPTS, &(Run){.threads = 1});
    sines_render(&b, amp, N, hz, DIMS, &OPTS, &(Run){.threads = 2});
    assert_memory_equal(a.x, b.x, (size_t)a.frames * sizeof *a.x);
    audio_free(&a);
    audio_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chord_is_the_sum_of_its_sines),
        cmocka_unit_test(a_chord_begins_and_ends_in_silence),
        cmocka_unit_test(one_thread_and_two_give_the_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
