/* test_master.c: loudness and true peak are what was asked for, for music of several shapes and
 * targets; silence stays; threads change nothing. libebur128 judges. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "audio/loudness.h"
#include "audio/master.h"
#include "audio/sndfile_io.h"
#include "fixture_audio.h"

enum { RATE = 44100 };

/* Kick, bass and hat-like ticks: dense music. */
static void make_dance(AudioBuf *a, double seconds)
{
    audio_init(a, RATE, 2, (int64_t)(seconds * RATE));
    for (int64_t i = 0; i < a->frames; i++) {
        double t = (double)i / RATE, beat = fmod(t, 60.0 / 128), eighth = fmod(t, 30.0 / 128);
        double kick = exp(-12 * beat) * sin(2 * M_PI * (50 * beat + 6 * (1 - exp(-40 * beat))));
        double bass = 0.4 * sin(2 * M_PI * 55 * t) + 0.2 * sin(2 * M_PI * 110 * t);
        double tick = 0.2 * exp(-200 * eighth) * sin(2 * M_PI * 7900 * t + 5 * sin(9000 * t));
        a->x[2 * i] = (float)(0.1 * (kick + bass + tick));
        a->x[2 * i + 1] = (float)(0.1 * (kick + bass - 0.5 * tick));
    }
}

/* A long swell from pianissimo to fortissimo and back, 40 dB of it: an opera in short. */
static void make_swell(AudioBuf *a, double seconds)
{
    audio_init(a, RATE, 2, (int64_t)(seconds * RATE));
    for (int64_t i = 0; i < a->frames; i++) {
        double t = (double)i / RATE, swell = pow(10, -2 + 2 * sin(M_PI * t / seconds));
        double x = 0;
        for (int h = 1; h < 8; h++)
            x += sin(2 * M_PI * 220 * h * t + 0.3 * h * sin(2 * M_PI * 5 * t)) / h;
        a->x[2 * i] = (float)(0.2 * swell * x);
        a->x[2 * i + 1] = (float)(0.15 * swell * x);
    }
}

static AudioMeasure master(AudioBuf *a, const char *style, double lufs, double peak)
{
    Err err = {{0}};
    AudioMeasure m;
    MasterOpts o = {.style = style, .lufs = lufs, .peak = peak};
    MasterDone done;
    if (!audio_master(a, &o, &done, NULL, &err)) fail_msg("%s", err.msg);
    audio_measure(a, &m);
    /* What it says of itself is what the judge measures, who does not hear the last 6 frames. */
    if (isfinite(m.lufs)) assert_true(fabs(done.lufs - m.lufs) < 0.02);
    if (isfinite(m.true_peak)) assert_true(fabs(20 * log10(done.peak) - m.true_peak) < 0.05);
    return m;
}

static void check_target(const AudioMeasure *m, double lufs, double peak)
{
    if (fabs(m->lufs - lufs) > 0.2 || m->true_peak > peak)
        fail_msg("%.2f LUFS, %.2f dBTP; asked for %.0f and %.0f", m->lufs, m->true_peak, lufs,
                 peak);
    assert_int_equal(m->clipped, 0);
    assert_true(m->dc < 1e-3);
}

static void dance_music_reaches_every_usual_target(void **state)
{
    static const double LUFS[] = {-23, -16, -14, -9};
    (void)state;
    for (int i = 0; i < 4; i++) {
        AudioBuf a;
        make_dance(&a, 20);
        AudioMeasure m = master(&a, "house", LUFS[i], -1);
        check_target(&m, LUFS[i], -1);
        audio_free(&a);
    }
}

static void a_swell_reaches_the_target_and_remains_a_swell(void **state)
{
    AudioBuf a;
    (void)state;
    make_swell(&a, 40);
    AudioMeasure m = master(&a, "opera", -14, -1);
    check_target(&m, -14, -1);
    assert_true(m.lra > 8); /* of about 20 LU before */
    audio_free(&a);
}

/* A sine of 200 Hz has no third harmonic until it is asked to be driven; it is as loud as ever. */
static void saturation_adds_harmonics_and_keeps_the_target(void **state)
{
    double third[2];
    (void)state;
    for (int i = 0; i < 2; i++) {
        const Tone tone = {6, -12};
        Err err = {{0}};
        AudioBuf a;
        AudioMeasure m;
        make_tones(&a, RATE, 200, &tone, 1);
        MasterOpts o = {.style = "acid", .lufs = -20, .peak = -1, .saturate = i ? 12 : 0};
        assert_true(audio_master(&a, &o, NULL, NULL, &err));
        audio_measure(&a, &m);
        check_target(&m, -20, -1);
        double re = 0, im = 0, own = 0;
        for (int k = 0; k < 2 * RATE; k++) {
            double x = a.x[2 * (RATE + k)], w = 2 * M_PI * k / RATE;
            re += x * cos(600 * w);
            im += x * sin(600 * w);
            own += x * x;
        }
        third[i] = 10 * log10((re * re + im * im) / (own * RATE));
        audio_free(&a);
    }
    assert_true(third[0] < -55 && third[1] > -20);
}

static void a_lower_peak_is_kept_too(void **state)
{
    AudioBuf a;
    (void)state;
    make_dance(&a, 10);
    AudioMeasure m = master(&a, "acid", -14, -3);
    check_target(&m, -14, -3);
    audio_free(&a);
}

static void a_lossy_file_keeps_the_peak_when_its_headroom_is_left(void **state)
{
    static const char *const NAMES[] = {"x.flac", "x.ogg", "x.opus", "x.mp3"};
    char *dir = scratch_make();
    (void)state;
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        AudioBuf a, b;
        AudioMeasure m;
        Err err = {{0}};
        char *path = path_join(dir, NAMES[i]);
        make_dance(&a, 10);
        master(&a, "house", -12, -1 - audio_headroom(path, NULL));
        if (!audio_write(&a, path, NULL, BITS_16, NULL, &err)) fail_msg("%s", err.msg);
        assert_true(audio_read(&b, path, &err));
        audio_measure(&b, &m);
        if (m.true_peak > -1) fail_msg("%s: %.2f dBTP", NAMES[i], m.true_peak);
        audio_free(&a);
        audio_free(&b);
        free(path);
    }
    scratch_remove(dir);
    assert_true(audio_headroom("-", "opus") > 0 && audio_headroom("-", NULL) == 0);
}

static void an_offset_and_subsonics_are_taken_out(void **state)
{
    AudioBuf a;
    (void)state;
    make_dance(&a, 10);
    for (int64_t i = 0; i < 2 * a.frames; i++) a.x[i] += 0.2f;
    AudioMeasure m = master(&a, NULL, -16, -1);
    assert_true(m.dc < 1e-3);
    audio_free(&a);
}

static void level_before_mastering_does_not_matter(void **state)
{
    AudioBuf a, b;
    (void)state;
    make_dance(&a, 10);
    make_dance(&b, 10);
    for (int64_t i = 0; i < 2 * a.frames; i++) a.x[i] /= 64; /* a power of two: exact */
    master(&a, "house", -14, -1);
    master(&b, "house", -14, -1);
    assert_true(rms_difference(&a, &b) < 1e-6);
    audio_free(&a);
    audio_free(&b);
}

static void silence_and_noise_floors_are_left_alone(void **state)
{
    AudioBuf a;
    (void)state;
    make_tones(&a, RATE, 440, (Tone[]){{2, -300}, {1, -80}}, 2);
    float before = a.x[2 * RATE * 2 + 101];
    master(&a, "house", -14, -1);
    assert_true(a.x[100] == 0 && a.x[2 * RATE * 2 + 101] == before);
    audio_free(&a);
    audio_init(&a, RATE, 2, 0);
    master(&a, "house", -14, -1);
    audio_free(&a);
}

static void silence_inside_a_piece_stays_silent(void **state)
{
    AudioBuf a;
    (void)state;
    make_tones(&a, RATE, 440, (Tone[]){{3, -12}, {4, -300}, {3, -12}}, 3);
    master(&a, "opera", -14, -1);
    /* the high-pass rings for a second at most */
    for (int64_t i = 5 * RATE; i < 7 * RATE; i++) assert_true(fabsf(a.x[2 * i]) < 1e-6f);
    audio_free(&a);
}

static void a_sound_too_short_to_measure_is_brought_to_the_peak(void **state)
{
    AudioBuf a;
    (void)state;
    make_tones(&a, RATE, 440, (Tone[]){{0.1, -30}}, 1);
    AudioMeasure m = master(&a, "flat", -14, -1);
    assert_true(m.true_peak <= -1 && m.true_peak > -2);
    audio_free(&a);
}

static void raw_changes_nothing(void **state)
{
    AudioBuf a, b;
    Err err = {{0}};
    (void)state;
    make_dance(&a, 2);
    make_dance(&b, 2);
    assert_true(audio_master(&a, &(MasterOpts){.style = "house", .raw = true}, NULL, NULL, &err));
    assert_memory_equal(a.x, b.x, (size_t)a.frames * 2 * sizeof *a.x);
    audio_free(&a);
    audio_free(&b);
}

static void threads_do_not_change_a_bit(void **state)
{
    AudioBuf a, b;
    Err err = {{0}};
    MasterOpts o = {.style = "acid", .lufs = -12, .peak = -1};
    (void)state;
    make_dance(&a, 12);
    make_dance(&b, 12);
    assert_true(audio_master(&a, &o, NULL, &(Run){.threads = 1}, &err));
    assert_true(audio_master(&b, &o, NULL, &(Run){.threads = 3}, &err));
    assert_memory_equal(a.x, b.x, (size_t)a.frames * 2 * sizeof *a.x);
    audio_free(&a);
    audio_free(&b);
}

static void an_interrupted_master_says_so(void **state)
{
    AudioBuf a;
    Err err = {{0}};
    volatile sig_atomic_t stop = 1;
    (void)state;
    make_dance(&a, 2);
    MasterOpts o = {.lufs = -14, .peak = -1};
    assert_false(audio_master(&a, &o, NULL, &(Run){.stop = &stop}, &err));
    assert_string_equal(err.msg, "interrupted");
    audio_free(&a);
}

/* The equaliser's threads take 131072 frames each, begun early from rest: a low tone bends no more
 * where they meet than elsewhere. Its second difference is 3e-5, a float's rounding 1e-7. */
static void there_is_no_seam_where_threads_meet(void **state)
{
    enum { PIECE = 1 << 17 };
    AudioBuf a;
    double most = 0, at_seam = 0;
    (void)state;
    audio_init(&a, RATE, 2, 4 * PIECE);
    for (int64_t i = 0; i < 2 * a.frames; i++)
        a.x[i] = (float)(0.25 * sin(2 * M_PI * 40 * (double)(i / 2) / RATE));
    master(&a, "acid", -20, -1);
    for (int64_t i = RATE; i < a.frames - RATE; i++) {
        double bend = fabs(a.x[2 * i + 2] - 2.0 * a.x[2 * i] + a.x[2 * i - 2]);
        double *to = (i + 1) % PIECE < 3 ? &at_seam : &most;
        *to = fmax(*to, bend);
    }
    assert_true(at_seam <= 1.02 * most);
    audio_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dance_music_reaches_every_usual_target),
        cmocka_unit_test(a_swell_reaches_the_target_and_remains_a_swell),
        cmocka_unit_test(saturation_adds_harmonics_and_keeps_the_target),
        cmocka_unit_test(a_lower_peak_is_kept_too),
        cmocka_unit_test(a_lossy_file_keeps_the_peak_when_its_headroom_is_left),
        cmocka_unit_test(an_offset_and_subsonics_are_taken_out),
        cmocka_unit_test(level_before_mastering_does_not_matter),
        cmocka_unit_test(silence_and_noise_floors_are_left_alone),
        cmocka_unit_test(silence_inside_a_piece_stays_silent),
        cmocka_unit_test(a_sound_too_short_to_measure_is_brought_to_the_peak),
        cmocka_unit_test(raw_changes_nothing),
        cmocka_unit_test(threads_do_not_change_a_bit),
        cmocka_unit_test(an_interrupted_master_says_so),
        cmocka_unit_test(there_is_no_seam_where_threads_meet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
