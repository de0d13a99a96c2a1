/* test_delay.c: echoes on the beat, left and right in turn, weaker and duller, without clicks. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "audio/delay.h"
#include "fixture_effect.h"

enum { RATE = 44100, N = 4 * RATE };

static const PingPongOpts DOTTED = {.bpm = 128, .beats = 0.75, .feedback = 0.5, .mix = 1};

static int loudest(const float *x, int from, int to)
{
    int at = from;
    for (int i = from; i < to; i++)
        if (fabsf(x[i]) > fabsf(x[at])) at = i;
    return at;
}

static void echoes_fall_on_their_frame_left_and_right_in_turn(void **state)
{
    static float l[N], r[N];
    PingPong p;
    const int gap = 15504; /* round(44100 * 0.75 * 60 / 128) = round(15503.9) */
    (void)state;
    memset(l, 0, sizeof l);
    memset(r, 0, sizeof r);
    l[100] = r[100] = 0.8f;
    pingpong_init(&p, RATE, &DOTTED);
    pingpong_run(&p, l, r, N);
    assert_true(near(l[100 + gap], 0.8, 1e-6)); /* the first echo is the sound */
    assert_true(l[100] == 0 && rms_of(l + 101, gap - 2) == 0); /* on a send, no dry sound */
    assert_true(rms_of(r, 2 * gap - 1) == 0);
    assert_int_equal(loudest(r, 0, N), 100 + 2 * gap);
    assert_int_equal(loudest(l, gap + 1000, 4 * gap), 100 + 3 * gap);
    assert_true(rms_of(r + gap, gap) == 0); /* silence where it is the other side's turn */
    assert_true(rms_of(l + gap + 6000, gap) < 1e-6);
    pingpong_free(&p);
}

/* At 1 kHz the loop's filters (150 Hz, 6 kHz) take 0.1 dB each: 6.02 dB of feedback and that. */
static void each_echo_has_the_feedback_of_the_one_before(void **state)
{
    static float l[N], r[N];
    PingPong p;
    (void)state;
    memset(l, 0, sizeof l);
    memset(r, 0, sizeof r);
    make_sine(l, 8000, 1000, RATE, 1);
    memcpy(r, l, 8000 * sizeof *r);
    pingpong_init(&p, RATE, &DOTTED);
    pingpong_run(&p, l, r, N);
    double first = tone_amplitude(l + 15504 + 1000, 6000, 1000, RATE);
    double second = tone_amplitude(r + 2 * 15504 + 1000, 6000, 1000, RATE);
    double third = tone_amplitude(l + 3 * 15504 + 1000, 6000, 1000, RATE);
    assert_true(near(first, 1, 0.001));
    assert_true(near(decibels(second / first), -6.2, 0.15));
    assert_true(near(decibels(third / second), -6.2, 0.15));
    pingpong_free(&p);
}

static void a_new_tempo_neither_clicks_nor_bends_the_pitch(void **state)
{
    static float l[N], r[N];
    PingPong p;
    (void)state;
    make_sine(l, N, 300, RATE, 0.5);
    memcpy(r, l, sizeof l);
    pingpong_init(&p, RATE, &(PingPongOpts){.bpm = 120, .beats = 0.5, .feedback = 0, .mix = 1});
    /* a change every 33 ms, faster than the fade */
    for (int at = 0, k = 0; at < N; at += 1470, k++) {
        if (at >= RATE && at < 2 * RATE) pingpong_set_time(&p, 100 + k % 7 * 11, 0.5);
        pingpong_run(&p, l + at, r + at, 1470);
    }
    /* the sine moves 0.0214 a sample; a fade of 2205 samples adds 1 / 2205 at most */
    assert_true(largest_jump(l + 25000, N - 25000) < 0.0214 + 0.001);
    assert_true(near(tone_amplitude(l + 3 * RATE, RATE / 2, 300, RATE), 0.5, 1e-3));
    assert_true(p.gap == p.gap_to && p.gap == p.gap_next);
    pingpong_free(&p);
}

static void it_dies_away_to_true_silence_even_at_most_feedback(void **state)
{
    static float l[RATE], r[RATE];
    PingPong p;
    (void)state;
    pingpong_init(&p, RATE, &(PingPongOpts){.bpm = 300, .beats = 0.25, .feedback = 2, .mix = 1});
    l[0] = 1;
    double most = 0;
    for (int s = 0; s < 90; s++) {
        pingpong_run(&p, l, r, RATE);
        for (int i = 0; i < RATE; i++) most = fmax(most, fabsf(l[i]));
        if (s < 89) memset(l, 0, sizeof l);
        if (s < 89) memset(r, 0, sizeof r);
    }
    assert_true(most <= 1);
    for (int i = 0; i < RATE; i++) assert_true(l[i] == 0 && r[i] == 0);
    pingpong_free(&p);
}

static void how_the_signal_is_cut_does_not_matter(void **state)
{
    static float a[65536], b[65536], c[65536], d[65536];
    PingPong p, q;
    (void)state;
    make_sine(a, 65536, 440, RATE, 1);
    memcpy(b, a, sizeof a);
    memcpy(c, a, sizeof a);
    memcpy(d, a, sizeof a);
    pingpong_init(&p, RATE, &DOTTED);
    pingpong_init(&q, RATE, &DOTTED);
    pingpong_run(&p, a, b, 65536);
    for (int i = 0; i < 65536; i += 64) pingpong_run(&q, c + i, d + i, 64);
    assert_memory_equal(a, c, sizeof a);
    assert_memory_equal(b, d, sizeof b);
    pingpong_free(&p);
    pingpong_free(&q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(echoes_fall_on_their_frame_left_and_right_in_turn),
        cmocka_unit_test(each_echo_has_the_feedback_of_the_one_before),
        cmocka_unit_test(a_new_tempo_neither_clicks_nor_bends_the_pitch),
        cmocka_unit_test(it_dies_away_to_true_silence_even_at_most_feedback),
        cmocka_unit_test(how_the_signal_is_cut_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
