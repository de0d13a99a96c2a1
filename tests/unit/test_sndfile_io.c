/* test_sndfile_io.c: every format that is written comes back, with its tags, and twice the same;
 * damaged and hostile files end in one line. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/stat.h>

#include "audio/sndfile_io.h"
#include "base/file.h"
#include "fixture_audio.h"

/* Asked by the leak sanitizer: libsndfile 1.2.0 forgets vorbis_info when an Ogg header is cut off;
 * nothing outside it can free that. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:vorbis_info_init\n";
}

static const AudioTags TAGS = {.title = "Acid", .artist = "wren", .album = "First", .track = 3,
                               .comment = "llmsonify weights --genre acid", .genre = "acid",
                               .date = "2026", .software = "llmsonify"};

static void make_sine(AudioBuf *a, int rate)
{
    make_tones(a, rate, 440, (Tone[]){{0.5, -300}, {2, -6}}, 2);
}

static char *in_dir(const char *dir, const char *name)
{
    return path_join(dir, name);
}

static bool holds(const FileMap *f, const char *text)
{
    size_t n = strlen(text);
    for (int64_t i = 0; i + (int64_t)n <= f->size; i++)
        if (memcmp(f->data + i, text, n) == 0) return true;
    return false;
}

/* Writes, reads back, compares: rate, length, error, tags. */
static void check_round_trip(const char *name, int rate, AudioBits bits, int rate_read,
                             double most_error)
{
    AudioBuf a, b;
    Err err = {{0}};
    FileMap f;
    char *dir = scratch_make(), *path = in_dir(dir, name);
    make_sine(&a, rate);
    if (!audio_write(&a, path, NULL, bits, &TAGS, &err)) fail_msg("%s", err.msg);
    if (!audio_read(&b, path, &err)) fail_msg("%s", err.msg);
    assert_int_equal(b.rate, rate_read);
    assert_int_equal(b.channels, 2);
    assert_int_equal(b.frames, a.frames * rate_read / rate);
    if (rate_read == rate) assert_true(rms_difference(&a, &b) <= most_error);
    assert_true(file_map_open(&f, path, &err));
    assert_true(holds(&f, "Acid"));
    assert_true(holds(&f, "wren"));
    assert_true(holds(&f, "--genre acid"));
    file_map_close(&f);
    audio_free(&a);
    audio_free(&b);
    free(path);
    scratch_remove(dir);
}

/* The tolerances: half a step of rounding is 0.29 steps RMS; triangular dither makes it 0.5.
 * Lossy encoders: measured error of this tone, times two. */
static void a_wav_of_16_bits_comes_back_with_half_a_step_of_noise(void **state)
{
    (void)state;
    check_round_trip("x.wav", 44100, BITS_16, 44100, 0.55 / 32768);
}

static void a_wav_of_24_bits_comes_back_to_the_rounding(void **state)
{
    (void)state;
    check_round_trip("x.wav", 44100, BITS_24, 44100, 0.35 / 8388608);
}

static void a_wav_of_floats_comes_back_exactly(void **state)
{
    (void)state;
    check_round_trip("x.wav", 96000, BITS_FLOAT, 96000, 0);
}

static void flac_comes_back_and_takes_24_bits_for_float(void **state)
{
    (void)state;
    check_round_trip("x.flac", 44100, BITS_16, 44100, 0.55 / 32768);
    check_round_trip("x.flac", 44100, BITS_FLOAT, 44100, 0.35 / 8388608);
}

static void ogg_vorbis_comes_back(void **state)
{
    (void)state;
    check_round_trip("x.ogg", 44100, BITS_16, 44100, 0.01);
}

static void opus_comes_back_at_48_khz(void **state)
{
    (void)state;
    check_round_trip("x.opus", 48000, BITS_16, 48000, 0.03);
    check_round_trip("x.OPUS", 44100, BITS_16, 48000, 0);
}

static void mp3_comes_back_and_strange_rates_become_48_khz(void **state)
{
    (void)state;
    check_round_trip("x.mp3", 44100, BITS_16, 44100, 0.01);
    check_round_trip("x.mp3", 96000, BITS_16, 48000, 0);
}

static void the_same_audio_gives_the_same_bytes_in_every_format(void **state)
{
    static const char *const NAMES[][2] = {{"a.wav", "b.wav"}, {"a.flac", "b.flac"},
                                           {"a.ogg", "b.ogg"}, {"a.opus", "b.opus"},
                                           {"a.mp3", "b.mp3"}};
    AudioBuf a;
    Err err = {{0}};
    char *dir = scratch_make();
    (void)state;
    make_sine(&a, 44100);
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        FileMap f[2];
        for (int k = 0; k < 2; k++) {
            char *path = in_dir(dir, NAMES[i][k]);
            /* float: a WAV with libsndfile's PEAK chunk would hold the time of day */
            assert_true(audio_write(&a, path, NULL, BITS_FLOAT, &TAGS, &err));
            assert_true(file_map_open(&f[k], path, &err));
            free(path);
        }
        assert_int_equal(f[0].size, f[1].size);
        assert_memory_equal(f[0].data, f[1].data, (size_t)f[0].size);
        assert_false(holds(&f[0], "PEAK"));
        file_map_close(&f[0]);
        file_map_close(&f[1]);
    }
    audio_free(&a);
    scratch_remove(dir);
}

static void different_audio_has_another_ogg_serial_number(void **state)
{
    AudioBuf a;
    Err err = {{0}};
    uint32_t serial[2];
    char *dir = scratch_make(), *path = in_dir(dir, "x.ogg");
    (void)state;
    make_sine(&a, 44100);
    for (int k = 0; k < 2; k++) {
        FileMap f;
        a.x[100000] = 0.1f * (float)k;
        assert_true(audio_write(&a, path, NULL, BITS_16, NULL, &err));
        assert_true(file_map_open(&f, path, &err));
        serial[k] = load_le32(f.data + 14);
        file_map_close(&f);
    }
    assert_true(serial[0] != serial[1]);
    audio_free(&a);
    free(path);
    scratch_remove(dir);
}

/* Runs audio_write to standard output with stdout sent to a file; its size and bytes in f. */
static void write_to_stdout(const AudioBuf *a, const char *format, const char *path, FileMap *f)
{
    Err err = {{0}};
    fflush(stdout);
    int keep = dup(1);
    FILE *to = fopen(path, "wb");
    assert_non_null(to);
    dup2(fileno(to), 1);
    bool ok = audio_write(a, "-", format, BITS_16, NULL, &err);
    fflush(stdout);
    dup2(keep, 1);
    close(keep);
    fclose(to);
    if (!ok) fail_msg("%s", err.msg);
    assert_true(file_map_open(f, path, &err));
}

static void standard_output_gets_a_wav_with_a_right_header(void **state)
{
    AudioBuf a;
    FileMap f;
    char *dir = scratch_make(), *path = in_dir(dir, "out");
    (void)state;
    make_sine(&a, 8000);
    write_to_stdout(&a, NULL, path, &f);
    assert_memory_equal(f.data, "RIFF", 4);
    assert_int_equal(load_le32(f.data + 4), f.size - 8);
    assert_memory_equal(f.data + 36, "data", 4);
    assert_int_equal(load_le32(f.data + 40), a.frames * 2 * 2);
    file_map_close(&f);
    write_to_stdout(&a, "flac", path, &f);
    assert_memory_equal(f.data, "fLaC", 4);
    file_map_close(&f);
    audio_free(&a);
    free(path);
    scratch_remove(dir);
}

static void a_full_disk_is_an_error(void **state)
{
    AudioBuf a;
    Err err = {{0}};
    (void)state;
    if (access("/dev/full", W_OK) != 0) {
        print_message("skipped: no /dev/full here\n");
        skip();
    }
    make_sine(&a, 8000);
    assert_false(audio_write(&a, "/dev/full", "wav", BITS_16, NULL, &err));
    assert_non_null(strstr(err.msg, "/dev/full: cannot write: No space"));
    audio_free(&a);
}

static void same_file(const char *a, const char *b)
{
    FileMap x, y;
    Err err = {{0}};
    assert_true(file_map_open(&x, a, &err));
    assert_true(file_map_open(&y, b, &err));
    assert_int_equal(x.size, y.size);
    assert_memory_equal(x.data, y.data, (size_t)x.size);
    file_map_close(&x);
    file_map_close(&y);
}

static void a_file_in_pieces_has_the_bytes_of_one_written_whole(void **state)
{
    static const struct {
        const char *name;
        AudioBits bits;
        int rate;
    } CASES[] = {{"a.wav", BITS_16, 8000},   {"b.wav", BITS_24, 8000}, {"c.wav", BITS_FLOAT, 8000},
                 {"d.flac", BITS_16, 44100}, {"e.flac", BITS_24, 8000}, {"f.ogg", BITS_16, 44100},
                 {"g.opus", BITS_16, 48000}, {"h.mp3", BITS_16, 44100}};
    static const int64_t PIECE[] = {1, 4095, 4097, 4096, 3, 20000}; /* frames; a block has 4096 */
    (void)state;
    for (size_t c = 0; c < sizeof CASES / sizeof CASES[0]; c++) {
        AudioBuf a;
        Err err = {{0}};
        char *dir = scratch_make(), *whole = in_dir(dir, CASES[c].name);
        char *sub = in_dir(dir, "parts"), *parts = in_dir(sub, CASES[c].name);
        assert_int_equal(mkdir(sub, 0777), 0);
        make_sine(&a, CASES[c].rate);
        assert_true(audio_write(&a, whole, NULL, CASES[c].bits, &TAGS, &err));
        AudioSink *s = audio_sink_open(parts, CASES[c].bits, a.rate, a.channels, &TAGS, &err);
        if (!s) fail_msg("%s", err.msg);
        int64_t at = 0;
        for (int i = 0; at < a.frames; i++) {
            int64_t n = PIECE[i % 6] < a.frames - at ? PIECE[i % 6] : a.frames - at;
            assert_true(audio_sink_put(s, a.x + at * a.channels, n, &err));
            at += n;
        }
        assert_false(file_exists(parts)); /* not before it is whole */
        if (!audio_sink_close(s, true, &err)) fail_msg("%s", err.msg);
        same_file(whole, parts);
        audio_free(&a);
        free(whole);
        free(parts);
        free(sub);
        scratch_remove(dir);
    }
}

static void a_file_in_pieces_that_fails_is_not_there(void **state)
{
    AudioBuf a;
    Err err = {{0}};
    char *dir = scratch_make(), *path = in_dir(dir, "x.wav"), *part = in_dir(dir, "x.wav.part");
    (void)state;
    make_sine(&a, 8000);
    AudioSink *s = audio_sink_open(path, BITS_16, a.rate, a.channels, NULL, &err);
    assert_true(audio_sink_put(s, a.x, 5000, &err));
    a.x[2 * 7 + 1] = INFINITY;
    assert_false(audio_sink_put(s, a.x, 10, &err));
    assert_non_null(strstr(err.msg, "x.wav: sample at frame 5007"));
    assert_false(audio_sink_close(s, false, &err));
    assert_false(file_exists(path));
    assert_false(file_exists(part));
    assert_false(audio_sink_close(NULL, true, &err));
    assert_null(audio_sink_open("/nowhere/x.wav", BITS_16, 8000, 2, NULL, &err));
    assert_non_null(strstr(err.msg, "/nowhere/x.wav: cannot write"));
    assert_null(audio_sink_open(path, BITS_16, 8000, 100000, NULL, &err));
    assert_non_null(strstr(err.msg, "100000 channels"));
    free(path);
    path = in_dir(dir, "x.mp3");
    assert_null(audio_sink_open(path, BITS_16, 7000, 2, NULL, &err));
    assert_non_null(strstr(err.msg, "7000 Hz"));
    audio_free(&a);
    free(path);
    free(part);
    scratch_remove(dir);
}

static void an_unknown_ending_is_told_what_can_be_written(void **state)
{
    AudioBuf a;
    Err err = {{0}};
    (void)state;
    make_sine(&a, 8000);
    assert_false(audio_write(&a, "song.aac", NULL, BITS_16, NULL, &err));
    assert_non_null(strstr(err.msg, "song.aac"));
    assert_non_null(strstr(err.msg, ".flac"));
    assert_false(audio_write(&a, "-", "aac", BITS_16, NULL, &err));
    assert_true(audio_can_write("a/b.FLAC"));
    assert_false(audio_can_write("a.wav/b"));
    assert_false(audio_can_write("wav"));
    audio_free(&a);
}

static void a_failed_write_leaves_no_file_behind(void **state)
{
    AudioBuf a;
    Err err = {{0}};
    char *dir = scratch_make(), *path = in_dir(dir, "x.wav"), *part = in_dir(dir, "x.wav.part");
    (void)state;
    make_sine(&a, 8000);
    a.x[7] = NAN;
    assert_false(audio_write(&a, path, NULL, BITS_16, NULL, &err));
    assert_non_null(strstr(err.msg, "frame 3"));
    assert_false(file_exists(path));
    assert_false(file_exists(part));
    audio_free(&a);
    free(path);
    free(part);
    scratch_remove(dir);
}

static void samples_over_full_scale_are_clipped_not_wrapped(void **state)
{
    AudioBuf a, b;
    Err err = {{0}};
    char *dir = scratch_make(), *path = in_dir(dir, "x.wav");
    (void)state;
    audio_init(&a, 8000, 1, 100);
    for (int i = 0; i < 100; i++) a.x[i] = i % 2 ? 1.5f : -1.5f;
    for (int bits = 16; bits <= 24; bits += 8) {
        assert_true(audio_write(&a, path, NULL, (AudioBits)bits, NULL, &err));
        assert_true(audio_read(&b, path, &err));
        for (int i = 0; i < 100; i++) assert_true(i % 2 ? b.x[i] > 0.999f : b.x[i] == -1);
        audio_free(&b);
    }
    audio_free(&a);
    free(path);
    scratch_remove(dir);
}

/* Every prefix of a file, and the file with bytes overwritten, either reads or fails in a line. */
static void truncated_and_hostile_files_end_in_one_line(void **state)
{
    static const char *const NAMES[] = {"x.wav", "x.flac", "x.ogg", "x.opus", "x.mp3"};
    AudioBuf a, b;
    char *dir = scratch_make(), *bad = in_dir(dir, "bad");
    Err err = {{0}};
    (void)state;
    make_tones(&a, 48000, 440, (Tone[]){{0.1, -6}}, 1);
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        FileMap f;
        char *path = in_dir(dir, NAMES[i]);
        assert_true(audio_write(&a, path, NULL, BITS_16, NULL, &err));
        assert_true(file_map_open(&f, path, &err));
        uint8_t *bytes = mem_alloc(f.size, 1);
        for (int64_t cut = 0; cut < f.size; cut += 1 + f.size / 20) {
            assert_true(out_file(bad, f.data, (size_t)cut, &err));
            err.msg[0] = 0;
            if (audio_read(&b, bad, &err))
                audio_free(&b);
            else
                assert_non_null(strstr(err.msg, "bad: "));
            memcpy(bytes, f.data, (size_t)f.size);
            memset(bytes + cut, 0xff, (size_t)(f.size - cut < 8 ? f.size - cut : 8));
            assert_true(out_file(bad, bytes, (size_t)f.size, &err));
            if (audio_read(&b, bad, &err)) audio_free(&b);
        }
        free(bytes);
        file_map_close(&f);
        free(path);
    }
    audio_free(&a);
    free(bad);
    scratch_remove(dir);
}

static void what_is_no_audio_file_is_named(void **state)
{
    AudioBuf b;
    Err err = {{0}};
    (void)state;
    assert_false(audio_read(&b, "/nowhere/x.wav", &err));
    assert_non_null(strstr(err.msg, "/nowhere/x.wav"));
    assert_null(b.x);
    assert_false(audio_read(&b, "/", &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wav_of_16_bits_comes_back_with_half_a_step_of_noise),
        cmocka_unit_test(a_wav_of_24_bits_comes_back_to_the_rounding),
        cmocka_unit_test(a_wav_of_floats_comes_back_exactly),
        cmocka_unit_test(flac_comes_back_and_takes_24_bits_for_float),
        cmocka_unit_test(ogg_vorbis_comes_back),
        cmocka_unit_test(opus_comes_back_at_48_khz),
        cmocka_unit_test(mp3_comes_back_and_strange_rates_become_48_khz),
        cmocka_unit_test(the_same_audio_gives_the_same_bytes_in_every_format),
        cmocka_unit_test(different_audio_has_another_ogg_serial_number),
        cmocka_unit_test(standard_output_gets_a_wav_with_a_right_header),
        cmocka_unit_test(a_full_disk_is_an_error),
        cmocka_unit_test(a_file_in_pieces_has_the_bytes_of_one_written_whole),
        cmocka_unit_test(a_file_in_pieces_that_fails_is_not_there),
        cmocka_unit_test(an_unknown_ending_is_told_what_can_be_written),
        cmocka_unit_test(a_failed_write_leaves_no_file_behind),
        cmocka_unit_test(samples_over_full_scale_are_clipped_not_wrapped),
        cmocka_unit_test(truncated_and_hostile_files_end_in_one_line),
        cmocka_unit_test(what_is_no_audio_file_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
