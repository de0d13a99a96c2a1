/* test_plots.c: the spectrogram's levels, frequencies and times, whatever the threads. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "view/spectrogram.h"

enum { COLS = 40, ROWS = 100, RATE = 44100 };
static const SpectrogramGrid GRID = {.cols = COLS, .rows = ROWS, .seconds = 2, .lo = 20,
                                     .hi = 20000};

/* A stereo sine of full scale in the second of two seconds. */
static AudioBuf late_sine(double hz)
{
    AudioBuf a;
    audio_init(&a, RATE, 2, 2 * RATE);
    for (int i = RATE; i < 2 * RATE; i++)
        a.x[2 * i] = a.x[2 * i + 1] = (float)sin(2 * 3.14159265358979323846 * hz * i / RATE);
    return a;
}

/* 1.5 dB: between two bins Hann's window loses 1.42 dB. */
static void a_sine_is_at_its_frequency_time_and_level(void **state)
{
    static float level[ROWS * COLS];
    static const double HZ[] = {200, 1000, 9000};
    (void)state;
    for (int k = 0; k < 3; k++) {
        AudioBuf a = late_sine(HZ[k]);
        int best = 0;
        spectrogram_make(&a, &GRID, level, NULL);
        for (int r = 1; r < ROWS; r++)
            if (level[r * COLS + 30] > level[best * COLS + 30]) best = r;
        double row = log(20000 / HZ[k]) / log(1000) * ROWS;
        assert_true(fabs(best + 0.5 - row) <= 1.5);
        assert_true(fabs(level[best * COLS + 30]) < 1.5);
        assert_true(level[best * COLS + 10] < -139);
        audio_free(&a);
    }
}

static void threads_do_not_change_the_spectrogram(void **state)
{
    static float one[ROWS * COLS], two[ROWS * COLS];
    AudioBuf a = late_sine(777);
    Run r1 = {.threads = 1}, r2 = {.threads = 2};
    (void)state;
    spectrogram_make(&a, &GRID, one, &r1);
    spectrogram_make(&a, &GRID, two, &r2);
    assert_memory_equal(one, two, sizeof one);
    audio_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sine_is_at_its_frequency_time_and_level),
        cmocka_unit_test(threads_do_not_change_the_spectrogram),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
