/* test_sf2_write.c: the file's chunks by the specification, what the synthesizer makes of it, and
 * what is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/file.h"
#include "fixture_audio.h"
#include "fixture_song.h"
#include "synth/sf2_write.h"
#include "synth/soundfont.h"

enum { RATE = 44100, PERIOD = 100, N = 40 * PERIOD };

/* A sine of 441 Hz: key 69 and 3.93 cents, which the bank takes away: -4. */
static Sf2Bank *make_bank(int generator, int amount)
{
    static int16_t x[N];
    Sf2Bank *b = sf2_open("Test", "MIT", "odd");
    for (int i = 0; i < N; i++) x[i] = (int16_t)lrint(12000 * sin(2 * M_PI * i / PERIOD));
    int s = sf2_add_sample(b, &(Sf2Sample){.name = "A name longer than twenty characters", .x = x,
                                           .n = N, .loop = 10 * PERIOD, .loop_end = 30 * PERIOD,
                                           .rate = RATE, .key = 69, .cents = -4});
    int inst = sf2_add_instrument(b, "Sine");
    sf2_add_inst_zone(b, &(Sf2Zone){0, 127, 0, 127, -1});
    sf2_mod(b, SF2_FROM_CC_BIPOLAR | 74, SF2_FILTER_FC, 2400);
    sf2_add_inst_zone(b, &(Sf2Zone){0, 127, 0, 127, s});
    sf2_gen(b, generator, amount);
    sf2_gen(b, SF2_SAMPLE_MODES, 1);
    sf2_add_preset(b, "Second", 0, 5);
    sf2_add_preset_zone(b, &(Sf2Zone){0, 127, 0, 127, inst});
    sf2_add_preset(b, "First", 0, 0);
    sf2_add_preset_zone(b, &(Sf2Zone){0, 127, 0, 127, inst});
    return b;
}

/* Offset and length of a chunk's data among `bytes` [from, to); -1 when it is not there. */
static int64_t find_chunk(const Str *f, int64_t from, int64_t to, const char *id, int64_t *len)
{
    while (from + 8 <= to) {
        *len = load_le32(f->s + from + 4);
        if (memcmp(f->s + from, id, 4) == 0) return from + 8;
        from += 8 + *len + (*len & 1);
    }
    assert_int_equal(from, to);
    return -1;
}

static int64_t list_chunk(const Str *f, int list, const char *id, int64_t *len)
{
    int64_t at = 12, n = 0;
    for (int i = 0; i <= list; i++, at += 8 + n) {
        assert_memory_equal(f->s + at, "LIST", 4);
        n = load_le32(f->s + at + 4);
        if (i == list) return find_chunk(f, at + 12, at + 8 + n, id, len);
    }
    return -1;
}

static void the_chunks_are_those_of_the_specification(void **state)
{
    Sf2Bank *b = make_bank(SF2_ATTENUATION, 0);
    Str f = {0};
    Err err = {{0}};
    int64_t n, at;
    (void)state;
    assert_true(sf2_put(b, &f, &err));
    assert_memory_equal(f.s, "RIFF", 4);
    assert_int_equal(load_le32(f.s + 4) + 8, f.len);
    assert_memory_equal(f.s + 8, "sfbk", 4);
    at = list_chunk(&f, 0, "ifil", &n);
    assert_int_equal(load_le16(f.s + at), 2);
    assert_int_equal(load_le16(f.s + at + 2), 4);
    at = list_chunk(&f, 0, "ICMT", &n);
    assert_true(n % 2 == 0 && strcmp(f.s + at, "odd") == 0);
    at = list_chunk(&f, 1, "smpl", &n);
    assert_int_equal(n, 2 * (N + 46)); /* 46 zeros after each sample: 7.10 */
    at = list_chunk(&f, 2, "phdr", &n);
    assert_int_equal(n, 3 * 38);
    assert_string_equal(f.s + at, "First"); /* in order of program */
    assert_string_equal(f.s + at + 76, "EOP");
    at = list_chunk(&f, 2, "shdr", &n);
    assert_int_equal(n, 2 * 46);
    assert_memory_equal(f.s + at, "A name longer than t", 20);
    assert_int_equal(load_le32(f.s + at + 24), N);
    assert_int_equal((int8_t)f.s[at + 41], -4);
    at = list_chunk(&f, 2, "imod", &n);
    assert_int_equal(n, 2 * 10);
    assert_int_equal(load_le16(f.s + at), 0x2ca); /* CC 74, bipolar, linear: 8.2 */
    at = list_chunk(&f, 2, "igen", &n);
    assert_int_equal(n, (2 + 5 + 1) * 4); /* the global zone's two ranges, five, the last row */
    assert_int_equal(load_le16(f.s + at + 8), 43); /* key range first ... */
    assert_int_equal(load_le16(f.s + at + 24), 53); /* ... the sample last */
    str_free(&f);
    sf2_close(b);
}

static void the_same_calls_give_the_same_bytes(void **state)
{
    Str f[2] = {{0}};
    Err err = {{0}};
    (void)state;
    for (int k = 0; k < 2; k++) {
        Sf2Bank *b = make_bank(SF2_PAN, -250);
        assert_true(sf2_put(b, &f[k], &err));
        sf2_close(b);
    }
    assert_int_equal(f[0].len, f[1].len);
    assert_memory_equal(f[0].s, f[1].s, f[0].len);
    str_free(&f[0]);
    str_free(&f[1]);
}

/* One second of key 69, program `program`, CC 74 at `cutoff`. */
static void play(AudioBuf *a, int generator, int amount, int cutoff)
{
    Sf2Bank *b = make_bank(generator, amount);
    Str f = {0};
    Err err = {{0}};
    MidiSong s;
    char *dir = scratch_make(), *path = path_join(dir, "t.sf2");
    if (!sf2_put(b, &f, &err) || !out_file(path, f.s, f.len, &err)) fail_msg("%s", err.msg);
    song_init(&s);
    song_event(&s, 0, 0xc0, 5, 0);
    song_event(&s, 0, 0xb0, 74, cutoff);
    song_event(&s, 0, 0x90, 69, 127);
    song_event(&s, 960, 0x80, 69, 0);
    SoundFontOpts o = {.font = path, .rate = RATE, .gain = 1, .dry = true};
    if (!soundfont_render(&s, &o, a, NULL, &err)) fail_msg("%s", err.msg);
    song_free(&s);
    str_free(&f);
    sf2_close(b);
    free(path);
    scratch_remove(dir);
}

static double level(const AudioBuf *a, double from, double to)
{
    double sum = 0;
    int64_t n0 = (int64_t)(from * a->rate), n1 = (int64_t)(to * a->rate);
    for (int64_t i = n0; i < n1; i++) sum += pow(a->x[2 * i], 2);
    return 10 * log10(sum / (double)(n1 - n0) + 1e-20);
}

/* Zero crossings of a looped sine: 440 Hz to one in 800 periods. */
static void the_synthesizer_plays_it_in_tune_and_loops_without_clicks(void **state)
{
    AudioBuf a;
    int up = 0;
    double most = 0;
    (void)state;
    play(&a, SF2_ATTENUATION, 0, 64);
    for (int64_t i = RATE / 10; i < RATE * 9 / 10; i++) {
        double d = a.x[2 * i + 2] - a.x[2 * i];
        up += a.x[2 * i] <= 0 && a.x[2 * i + 2] > 0;
        most = fmax(most, fabs(d));
    }
    assert_true(abs(up - 352) <= 1);
    double peak = pow(10, level(&a, 0.1, 0.9) / 20) * sqrt(2);
    assert_true(most < peak * 2 * M_PI * 440 / RATE * 1.02);
    audio_free(&a);
}

/* The filter at 440 Hz (key 69 is 6900 cents), and CC 74 moving it by 2400 cents either way. */
static void generators_and_modulators_do_what_they_say(void **state)
{
    AudioBuf a;
    (void)state;
    play(&a, SF2_FILTER_FC, 6900, 64);
    double middle = level(&a, 0.2, 0.8);
    audio_free(&a);
    play(&a, SF2_FILTER_FC, 6900, 127);
    double open = level(&a, 0.2, 0.8);
    audio_free(&a);
    play(&a, SF2_FILTER_FC, 6900, 0);
    double dark = level(&a, 0.2, 0.8);
    audio_free(&a);
    assert_true(open > middle + 2 && open < middle + 4);     /* 3 dB at the corner */
    assert_true(dark < middle - 18 && dark > middle - 24);   /* two octaves: 24 dB less those 3 */
    play(&a, SF2_VOL_ENV_RELEASE, sf2_timecents(2), 64);
    assert_true(fabs(level(&a, 1.1, 1.12) - level(&a, 1.5, 1.52) - 20) < 2); /* 100 dB in 2 s */
    audio_free(&a);
}

static void what_links_to_nothing_is_refused(void **state)
{
    int16_t x[64] = {0};
    Err err = {{0}};
    Str f = {0};
    (void)state;
    Sf2Bank *b = sf2_open("Bad", "", "");
    assert_false(sf2_put(b, &f, &err));
    sf2_add_instrument(b, "Empty");
    sf2_add_preset(b, "P", 0, 0);
    sf2_add_preset_zone(b, &(Sf2Zone){0, 127, 0, 127, 0});
    assert_false(sf2_put(b, &f, &err));
    assert_non_null(strstr(err.msg, "Empty"));
    sf2_add_inst_zone(b, &(Sf2Zone){0, 127, 0, 127, 0});
    assert_false(sf2_put(b, &f, &err)); /* no sample 0 */
    sf2_add_sample(b, &(Sf2Sample){.name = "S", .x = x, .n = 64, .rate = RATE, .key = 60});
    assert_true(sf2_put(b, &f, &err));
    sf2_add_preset(b, "Q", 0, 0);
    sf2_add_preset_zone(b, &(Sf2Zone){0, 127, 0, 127, 0});
    assert_false(sf2_put(b, &f, &err));
    assert_non_null(strstr(err.msg, "share bank 0 program 0"));
    sf2_close(b);
    b = make_bank(SF2_PAN, 0);
    sf2_add_sample(b, &(Sf2Sample){.name = "L", .x = x, .n = 64, .loop = 9, .loop_end = 65,
                                   .rate = RATE});
    assert_false(sf2_put(b, &f, &err));
    assert_non_null(strstr(err.msg, "loop 9..65"));
    sf2_close(b);
    str_free(&f);
}

static void units_are_those_of_the_format(void **state)
{
    (void)state;
    assert_int_equal(sf2_timecents(1), 0);
    assert_int_equal(sf2_timecents(0.5), -1200);
    assert_int_equal(sf2_timecents(0), -12000);
    assert_int_equal(sf2_timecents(1000), 8000);
    assert_int_equal(sf2_abscents(440), 6900);
    assert_int_equal(sf2_abscents(40000), 13500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_chunks_are_those_of_the_specification),
        cmocka_unit_test(the_same_calls_give_the_same_bytes),
        cmocka_unit_test(the_synthesizer_plays_it_in_tune_and_loops_without_clicks),
        cmocka_unit_test(generators_and_modulators_do_what_they_say),
        cmocka_unit_test(what_links_to_nothing_is_refused),
        cmocka_unit_test(units_are_those_of_the_format),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
