/* test_convolve.c: against the sum of the definition, latency, cutting, silence; rooms and their
 * reverberation time. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "audio/convolve.h"
#include "audio/reverb.h"
#include "fixture_effect.h"
#include "math/fft.h"

enum { RATE = 44100 };

/* Output i of one side by the definition. */
static double direct(const float *x, const float *h, int nh, int side, int i)
{
    double sum = 0;
    for (int k = 0; k < nh && k <= i; k++) sum += (double)h[2 * k + side] * x[i - k];
    return sum;
}

/* Single precision transforms of length 2 * block: 1e-5 of sums of about sqrt(nh) = 30. */
static void check_response(int nh, int block)
{
    enum { N = 6000 };
    float *noise = make_noise(2 * nh + 2 * N), *h = noise, *l = noise + 2 * nh, *r = l + N;
    float *x = mem_alloc(2 * N, sizeof *x);
    Convolver c;
    memcpy(x, l, 2 * N * sizeof *x);
    convolver_init(&c, h, nh, block);
    for (int at = 0, k = 0; at < N; k++) { /* cut into pieces of 1, 2, 3, ... frames */
        int n = k % 97 + 1 < N - at ? k % 97 + 1 : N - at;
        convolver_run(&c, l + at, r + at, n);
        at += n;
    }
    for (int i = 0; i < block; i++) assert_true(l[i] == 0 && r[i] == 0);
    for (int i = block; i < N; i += 7) {
        assert_true(near(l[i], direct(x, h, nh, 0, i - block), 3e-4));
        assert_true(near(r[i], direct(x + N, h, nh, 1, i - block), 3e-4));
    }
    convolver_free(&c);
    free(x);
    free(noise);
}

static void it_is_the_sum_of_the_definition_one_block_late(void **state)
{
    (void)state;
    check_response(1, 64);
    check_response(64, 64);
    check_response(1000, 64);
    check_response(1000, 256);
    check_response(300, 1024);
}

static void the_whole_at_once_is_not_late_and_the_same_on_any_number_of_threads(void **state)
{
    enum { N = 500000, NH = 70000 };
    float *h = make_noise(2 * NH);
    AudioBuf one, two;
    (void)state;
    audio_init(&one, RATE, 2, N);
    audio_init(&two, RATE, 2, N);
    float *x = make_noise(2 * N);
    memcpy(one.x, x, sizeof *x * 2 * N);
    memcpy(two.x, x, sizeof *x * 2 * N);
    convolve_buf(&one, h, NH, &(Run){.threads = 1});
    convolve_buf(&two, h, NH, &(Run){.threads = 3});
    assert_memory_equal(one.x, two.x, sizeof *x * 2 * N);
    for (int i = 0; i < N; i += 99991) {
        double l = 0, r = 0;
        for (int k = 0; k < NH && k <= i; k++) {
            l += (double)h[2 * k] * x[2 * (i - k)];
            r += (double)h[2 * k + 1] * x[2 * (i - k) + 1];
        }
        assert_true(near(one.x[2 * i], l, 0.01)); /* of sums of about 260 */
        assert_true(near(one.x[2 * i + 1], r, 0.01));
    }
    audio_free(&one);
    audio_free(&two);
    free(x);
    free(h);
}

static void after_the_response_there_is_true_silence_and_then_sound_again(void **state)
{
    enum { N = 4096, NH = 500 };
    float *h = make_noise(2 * NH), l[N] = {0}, r[N] = {0};
    Convolver c;
    (void)state;
    convolver_init(&c, h, NH, 128);
    l[0] = 1;
    convolver_run(&c, l, r, N);
    for (int i = 0; i < NH; i++)
        assert_true(near(l[128 + i], h[2 * i], 1e-5) && near(r[i], 0, 1e-5));
    for (int i = 1200; i < N; i++) assert_true(l[i] == 0 && r[i] == 0);
    memset(l, 0, sizeof l);
    r[3] = 1;
    convolver_run(&c, l, r, N);
    for (int i = 0; i < NH; i++) assert_true(near(r[131 + i], h[2 * i + 1], 1e-5));
    convolver_free(&c);
    free(h);
}

/* The figure: within 5 % of the time asked for. The measure sees all bands together, so
 * that they all get the same time here. */
static void a_room_rings_for_its_time(void **state)
{
    static const double SECONDS[] = {0.4, 1, 2.5, 4};
    float *noise = make_noise(300000);
    (void)state;
    for (int i = 0; i < 4; i++) {
        RoomOpts o = {.rate = RATE, .seconds = SECONDS[i], .bass = 1, .treble = 1, .noise = noise,
                      .nnoise = 300000, .noise_at = 12345 * i};
        int64_t n;
        float *h = room_response(&o, &n);
        assert_true(near(room_rt60(h, n, RATE), SECONDS[i], 0.05 * SECONDS[i]));
        free(h);
    }
    free(noise);
}

/* The octave about hz of h [n, 2], by Fourier transform, its edges a sixteenth of an octave wide
 * and 44 Hz at least, for a sharp filter rings itself. The caller's to free. */
static float *octave_of(const float *h, int64_t n, double hz)
{
    int size = 1;
    while (size < n) size *= 2;
    double edge = fmax(0.0625, 62.5 / hz);
    float *in = mem_alloc(2 * (int64_t)size, sizeof *in), *out = mem_alloc(2 * (int64_t)size, 4);
    Fft *there = fft_open(size, false), *back = fft_open(size, true);
    for (int64_t i = 0; i < 2 * n; i++) in[i] = h[i];
    fft_run(there, in, out);
    for (int k = 0; k < size; k++) {
        double f = (k <= size / 2 ? k : size - k) * (double)RATE / size;
        double off = f > 0 ? fabs(log2(f / hz)) : 9, x = (off - 0.5) / edge + 0.5;
        float mask = (float)(x <= 0 ? 1 : x >= 1 ? 0 : 0.5 + 0.5 * cos(M_PI * x));
        out[2 * k] *= mask;
        out[2 * k + 1] *= mask;
    }
    fft_run(back, out, in);
    fft_close(there);
    fft_close(back);
    free(out);
    return in;
}

/* The figure, 5 %, octave by octave: small and large rooms, dull and bright, of different
 * weights. */
static void every_octave_rings_for_its_time(void **state)
{
    static const double SECONDS[] = {0.5, 1.3, 3.2};
    static const double BASS[] = {1, 1.1, 1.4}, TREBLE[] = {1, 0.6, 0.5};
    float *noise = make_noise(200000);
    (void)state;
    for (int i = 0; i < 9; i++) {
        const int room = i / 3, kind = i % 3;
        RoomOpts o = {.rate = RATE, .seconds = SECONDS[room], .bass = BASS[kind],
                      .treble = TREBLE[kind], .noise = noise, .nnoise = 200000,
                      .noise_at = 20011 * i};
        int64_t n;
        float *h = room_response(&o, &n);
        for (int k = 0; k < 6; k++) {
            double want = SECONDS[room] * (k == 0 ? BASS[kind] : k == 5 ? TREBLE[kind] : 1);
            float *octave = octave_of(h, n, 125 * (1 << k));
            double seconds = room_rt60(octave, n, RATE);
            if (!near(seconds, want, 0.05 * want))
                fail_msg("%d Hz: %.3f s, not %.3f", 125 << k, seconds, want);
            free(octave);
        }
        free(h);
    }
    free(noise);
}

static void a_room_is_silent_before_as_loud_as_the_source_and_wide(void **state)
{
    float *noise = make_noise(200000);
    RoomOpts o = {.rate = RATE, .seconds = 1.5, .predelay = 0.02, .noise = noise, .nnoise = 200000};
    int64_t n, before = 882;
    float *h = room_response(&o, &n);
    double energy[2] = {0}, both = 0;
    (void)state;
    for (int64_t i = 0; i < before; i++) assert_true(h[2 * i] == 0 && h[2 * i + 1] == 0);
    for (int64_t i = 0; i < n; i++) {
        energy[0] += h[2 * i] * (double)h[2 * i];
        energy[1] += h[2 * i + 1] * (double)h[2 * i + 1];
        both += h[2 * i] * (double)h[2 * i + 1];
    }
    assert_true(near(energy[0], 1, 1e-4) && near(energy[1], 1, 1e-4) && fabs(both) < 0.1);
    free(h);
    o.nnoise = 7; /* so few weights are repeated */
    h = room_response(&o, &n);
    for (int64_t i = 0; i < 2 * n; i++) assert_true(isfinite(h[i]));
    free(h);
    free(noise);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_the_sum_of_the_definition_one_block_late),
        cmocka_unit_test(the_whole_at_once_is_not_late_and_the_same_on_any_number_of_threads),
        cmocka_unit_test(after_the_response_there_is_true_silence_and_then_sound_again),
        cmocka_unit_test(a_room_rings_for_its_time),
        cmocka_unit_test(every_octave_rings_for_its_time),
        cmocka_unit_test(a_room_is_silent_before_as_loud_as_the_source_and_wide),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
