/* test_limiter.c: the true peak stays under the ceiling, what is under it stays as it is, and the
 * gain moves without steps. The judge of true peaks is libebur128, not our own detector. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "audio/limiter.h"
#include "audio/loudness.h"
#include "fixture_audio.h"

enum { RATE = 44100 };

static double judge(const AudioBuf *a)
{
    AudioMeasure m;
    audio_measure(a, &m);
    return m.true_peak;
}

static void limit(AudioBuf *a, double drive, double ceiling)
{
    int64_t n;
    float *peaks = limiter_peaks(a, &n, NULL);
    limiter_run(a, peaks, drive, ceiling, NULL);
    free(peaks);
}

/* Hits, chirps and square waves, different in each channel. */
static void make_hard(AudioBuf *a)
{
    audio_init(a, RATE, 2, RATE * 4 + 7);
    for (int64_t i = 0; i < a->frames - 50; i++) { /* libebur128 does not see the last 6 frames */
        double t = (double)i / RATE, beat = fmod(t, 0.37);
        double chirp = sin(2 * M_PI * (200 + 3000 * t) * t), square = sin(900 * t) > 0 ? 1 : -1;
        a->x[2 * i] = (float)(1.5 * exp(-30 * beat) * chirp + 0.2 * square);
        a->x[2 * i + 1] = (float)(0.3 * chirp + (beat < 0.002 ? 1.9 : 0) * square);
    }
}

static void check_detector(const AudioBuf *a)
{
    double ours = 20 * log10(limiter_peak(a, NULL)), theirs = judge(a);
    /* same filter; its coefficients are float here and double there */
    if (fabs(ours - theirs) > 0.001) fail_msg("%g dBTP, libebur128 says %g", ours, theirs);
}

static void our_true_peak_is_that_of_libebur128(void **state)
{
    AudioBuf a;
    (void)state;
    for (double divisor = 4; divisor < 9; divisor += 0.7) {
        make_tones(&a, RATE, RATE / divisor, (Tone[]){{0.3, -3}, {0.01, -300}}, 2);
        for (int64_t i = 0; i < a.frames; i++) a.x[2 * i] *= 0.5f;
        check_detector(&a);
        audio_free(&a);
    }
    make_hard(&a);
    check_detector(&a);
    audio_free(&a);
}

static void no_peak_passes_the_ceiling(void **state)
{
    (void)state;
    for (double drive = 0.5; drive < 20; drive *= 2) {
        AudioBuf a;
        make_hard(&a);
        limit(&a, drive, 0.5);
        for (int64_t i = 0; i < 2 * a.frames; i++) assert_true(fabsf(a.x[i]) <= 0.5f + 1e-6f);
        /* between the samples the moving gain adds a little: under 0.1 dB */
        assert_true(judge(&a) < 20 * log10(0.5) + 0.1);
        assert_true(judge(&a) > 20 * log10(0.5) - 0.5); /* and no level is given away */
        audio_free(&a);
    }
}

/* EBU Tech 3341, cases 15-23, as input: sines whose peaks lie between the samples, as far as 9 dB
 * over the largest of them. The ceiling is 1 dB under what each case's true peak is, so that a
 * limiter that looks at samples alone would let them pass. Steady tones keep it within 0.1 dB. */
static void the_peaks_of_tech_3341_are_limited_to_the_ceiling(void **state)
{
    static const double DIVISOR[] = {4, 4, 6, 8, 4}, LEVEL[] = {0.5, 0.5, 0.5, 0.5, 1.41};
    static const double DEGREES[] = {0, 45, 60, 67.5, 45};
    (void)state;
    for (int i = 0; i < 9; i++) {
        const double ceiling = 0.891 * (i < 4 ? 0.5 : i == 4 ? 1.41 : 1);
        AudioBuf a;
        if (i < 5)
            make_peaks_between(&a, 48000, DIVISOR[i], LEVEL[i], DEGREES[i]);
        else
            make_burst_between(&a, 48000, i - 5);
        assert_true(judge(&a) > 20 * log10(ceiling) + 0.5);
        limit(&a, 1, ceiling);
        double over = judge(&a) - 20 * log10(ceiling);
        if (over > 0.1 || over < -0.5) fail_msg("case %d: %.2f dB over the ceiling", 15 + i, over);
        audio_free(&a);
    }
}

static void what_is_under_the_ceiling_is_only_driven(void **state)
{
    AudioBuf a, b;
    (void)state;
    make_tones(&a, RATE, 440, (Tone[]){{1, -20}, {0.1, 0}, {3, -20}}, 3);
    make_tones(&b, RATE, 440, (Tone[]){{1, -20}, {0.1, 0}, {3, -20}}, 3);
    limit(&a, 2, 0.9);
    for (int64_t i = 0; i < 2 * a.frames; i++) {
        double t = (double)i / 2 / RATE; /* 5 ms of look-ahead at most; 10 release times after */
        if (t < 0.995 || t > 2.1) assert_true(fabs(a.x[i] - 2 * b.x[i]) < 1e-4);
    }
    audio_free(&a);
    audio_free(&b);
}

static void the_gain_never_steps(void **state)
{
    AudioBuf two; /* a constant shows the gain; bursts in the other channel move it */
    (void)state;
    audio_init(&two, RATE, 2, RATE);
    for (int64_t i = 0; i < two.frames; i++) {
        two.x[2 * i] = 0.1f;
        two.x[2 * i + 1] = i % 7000 == 3000 ? 1 : 0;
    }
    limit(&two, 1, 0.25);
    for (int64_t i = 1; i < two.frames; i++)
        /* from 1 to 1/4 within 12 blocks of 16 frames along a triangle's sum */
        assert_true(fabsf(two.x[2 * i] - two.x[2 * i - 2]) < 0.1f * 0.75f / 60);
    audio_free(&two);
}

static void threads_do_not_change_the_peaks(void **state)
{
    AudioBuf a;
    int64_t n1, n2;
    (void)state;
    make_tones(&a, RATE, 997, (Tone[]){{5, -3}, {5, -12}}, 2);
    float *one = limiter_peaks(&a, &n1, &(Run){.threads = 1});
    float *three = limiter_peaks(&a, &n2, &(Run){.threads = 3});
    assert_int_equal(n1, n2);
    assert_memory_equal(one, three, (size_t)n1 * sizeof *one);
    free(one);
    free(three);
    audio_free(&a);
}

static void odd_lengths_are_whole(void **state)
{
    (void)state;
    for (int frames = 0; frames < 40; frames++) {
        AudioBuf a;
        audio_init(&a, RATE, 2, frames);
        for (int i = 0; i < 2 * frames; i++) a.x[i] = i % 3 ? 1.0f : -1.0f;
        limit(&a, 4, 0.5);
        for (int i = 0; i < 2 * frames; i++)
            assert_true(fabsf(a.x[i]) <= 0.5f + 1e-6f && fabsf(a.x[i]) > 0.2f);
        audio_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_true_peak_is_that_of_libebur128),
        cmocka_unit_test(no_peak_passes_the_ceiling),
        cmocka_unit_test(the_peaks_of_tech_3341_are_limited_to_the_ceiling),
        cmocka_unit_test(what_is_under_the_ceiling_is_only_driven),
        cmocka_unit_test(the_gain_never_steps),
        cmocka_unit_test(threads_do_not_change_the_peaks),
        cmocka_unit_test(odd_lengths_are_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
