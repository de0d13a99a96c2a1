/* test_smf_write.c: the bytes of Standard MIDI Files, checked by hand against RP-001. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "fixture_bytes.h"
#include "midi/song.h"

static void add(Score *s, int track, int32_t start, int32_t dur, float key, float vel, int flags)
{
    Note n = {.start = start, .dur = dur, .key = key, .vel = vel, .flags = (uint8_t)flags};
    for (int f = 0; f < FROM_COUNT; f++) n.from[f] = CELL_NONE;
    score_add_note(s, track, &n);
}

/* The file of a finished score. */
static Str written(const Score *s, MidiDialect dialect)
{
    Str out = {0};
    Err err = {0};
    if (!midi_write_score(s, dialect, &out, &err)) fail_msg("%s", err.msg);
    return out;
}

static Value number(double x)
{
    return (Value){.x = (float)x, .from = CELL_NONE};
}

static void a_small_score_has_these_bytes(void **state)
{
    (void)state;
    Score s = {.title = "Ab", .length = 960};
    score_add_text(&s, "x");
    score_add_tempo(&s, 0, 120);
    score_add_meter(&s, 0, 3, 4);
    score_add_keysig(&s, 0, -3, true);
    score_add_section(&s, 0, "I");
    int t = score_add_track(&s, "Vn", 40, false);
    add(&s, t, 480, 240, 64, 1, 0);
    add(&s, t, 0, 480, 60, 0.5f, 0);
    score_finish(&s);
    Str want = fixture_hex("4d546864 00000006 0001 0002 01e0"
                           "4d54726b 0000002a"
                           "00 ff0302 4162"             /* title */
                           "00 ff0101 78"               /* text */
                           "00 ff5103 07a120"           /* 500000 microseconds a quarter */
                           "00 ff5804 03021808"         /* 3/4, 24 clocks a click */
                           "00 ff5902 fd01"             /* three flats, minor */
                           "00 ff0601 49"               /* marker */
                           "8740 ff2f00"                /* 960 ticks = 0x07 0x40 */
                           "4d54726b 0000003e"
                           "00 ff0302 566e"             /* name */
                           "00 ff0406 56696f6c696e"     /* instrument: Violin */
                           "00 b00000 00 2000"          /* bank 0 */
                           "00 c028"                    /* program 40 */
                           "00 b00764 00 0a40 00 5b00 00 5d00" /* volume 100, pan, reverb, chorus */
                           "00 903c40"                  /* C4, velocity 64 */
                           "8360 803c40"                /* 480 ticks later off */
                           "00 90407f"                  /* E4, after the off of C4 */
                           "8170 804040"                /* 240 ticks later off */
                           "8170 ff2f00");              /* to the end of the piece */
    Str out = written(&s, MIDI_BOTH);
    assert_int_equal(out.len, want.len);
    assert_memory_equal(out.s, want.s, want.len);
    str_free(&out);
    str_free(&want);
    score_free(&s);
}

static void an_empty_score_is_a_file_with_tempo_and_metre(void **state)
{
    (void)state;
    Score s = {0};
    score_finish(&s);
    Str out = written(&s, MIDI_BOTH);
    assert_int_equal(fixture_count_hex(&out, "00 ff5103 07a120 00 ff5804 04021808 00 ff2f00"), 1);
    str_free(&out);
    score_free(&s);
}

static void the_same_score_gives_the_same_bytes(void **state)
{
    (void)state;
    Str out[2];
    for (int i = 0; i < 2; i++) {
        Score s = {0};
        int t = score_add_track(&s, "a", 3, false);
        for (int k = 0; k < 500; k++) add(&s, t, k * 37 % 1000, 30 + k % 7, 40 + k % 50, 0.3f, 0);
        score_finish(&s);
        out[i] = written(&s, MIDI_BOTH);
        score_free(&s);
    }
    assert_int_equal(out[0].len, out[1].len);
    assert_memory_equal(out[0].s, out[1].s, out[0].len);
    str_free(&out[0]);
    str_free(&out[1]);
}

/* CC11 = round(127 * 0.25) = 32 for a bass, nothing for a lead; half of an expression of 0.5 with
 * the knob half in: 127 * 0.5 * (1 - 0.375) = 40. */
static void a_low_cut_is_less_expression_for_low_notes(void **state)
{
    (void)state;
    Score s = {0};
    int bass = score_add_track(&s, "bass", 38, false), lead = score_add_track(&s, "l", 81, false);
    add(&s, bass, 0, 480, 33, 0.5f, 0);
    add(&s, lead, 0, 480, 72, 0.5f, 0);
    score_add_ctl(&s, bass, 0, CTL_LOWCUT, number(1), 0);
    score_add_ctl(&s, lead, 0, CTL_LOWCUT, number(1), 0);
    score_add_ctl(&s, bass, 240, CTL_EXPRESSION, number(0.5), 0);
    score_add_ctl(&s, bass, 240, CTL_LOWCUT, number(0.5), 0);
    score_finish(&s);
    Str out = written(&s, MIDI_BOTH);
    assert_int_equal(fixture_count_hex(&out, "0b20"), 1);
    assert_int_equal(fixture_count_hex(&out, "0b28"), 1);
    /* nothing on the lead: volume, pan, sends are followed by its note */
    assert_int_equal(fixture_count_hex(&out, "b10764 00 0a40 00 5b00 00 5d00 00 9148"), 1);
    str_free(&out);
    score_free(&s);
}

static void velocities_are_1_to_127(void **state)
{
    (void)state;
    Score s = {0};
    int t = score_add_track(&s, "a", 0, false);
    add(&s, t, 0, 10, 60, 0.001f, 0);
    add(&s, t, 10, 10, 61, 1, 0);
    add(&s, t, 20, 10, 62, 0.62f, 0);
    score_finish(&s);
    Str out = written(&s, MIDI_BOTH);
    assert_int_equal(fixture_count_hex(&out, "903c01"), 1);
    assert_int_equal(fixture_count_hex(&out, "903d7f"), 1);
    assert_int_equal(fixture_count_hex(&out, "903e4f"), 1); /* 0.62 * 127 = 78.74 */
    str_free(&out);
    score_free(&s);
}

static void accents_of_a_mono_track_are_100_and_more_and_nothing_else_is(void **state)
{
    (void)state;
    Score s = {0};
    int t = score_add_track(&s, "303", 38, false);
    s.track[t].mono = true;
    add(&s, t, 0, 100, 40, 0.5f, NOTE_ACCENT);
    add(&s, t, 120, 100, 41, 0.9f, 0);
    add(&s, t, 240, 100, 42, 0.9f, NOTE_ACCENT);
    score_finish(&s);
    Str out = written(&s, MIDI_BOTH);
    assert_int_equal(fixture_count_hex(&out, "902864"), 1);
    assert_int_equal(fixture_count_hex(&out, "902963"), 1);
    assert_int_equal(fixture_count_hex(&out, "902a72"), 1); /* 114 */
    str_free(&out);
    score_free(&s);
}

/* 40, then 52 sliding at tick 240, then 45 detached at 480. */
static Score slide_score(void)
{
    Score s = {0};
    int t = score_add_track(&s, "303", 38, false);
    s.track[t].mono = true;
    add(&s, t, 0, 100, 40, 0.5f, 0);
    add(&s, t, 240, 240, 52, 0.5f, NOTE_SLIDE);
    add(&s, t, 480, 240, 45, 0.5f, 0);
    score_finish(&s);
    return s;
}

static void a_slide_for_plugins_is_an_overlap_and_nothing_more(void **state)
{
    (void)state;
    Score s = slide_score();
    Str out = written(&s, MIDI_PLUGIN);
    /* at 240 (0x81 0x70) 52 on, 12 ticks later 40 off; at 480, 228 ticks on, 52 off before 45 on */
    assert_int_equal(fixture_count_hex(&out, "00902840 8170 3440 0c802840 8164 3440 00902d40"), 1);
    assert_int_equal(fixture_count_hex(&out, "4400"), 0);
    assert_int_equal(fixture_count_hex(&out, "447f"), 0);
    str_free(&out);
    score_free(&s);
}

static void a_slide_for_fluidsynth_sets_legato_and_portamento_and_resets_them(void **state)
{
    (void)state;
    Score s = slide_score();
    const MidiDialect dialects[] = {MIDI_FLUID, MIDI_BOTH};
    for (int i = 0; i < 2; i++) {
        Str out = written(&s, dialects[i]);
        assert_int_equal(fixture_count_hex(&out, "000500 00253c"), 1); /* CC5 0, CC37 60 ms */
        assert_int_equal(fixture_count_hex(&out, "00902840 8170 b0447f 00417f 00903440"
                                                 "0c802840 00b04100 004400"
                                                 "8164 803440 00902d40"), 1);
        str_free(&out);
    }
    score_free(&s);
}

static void a_slide_to_the_same_key_ends_the_note_before_at_its_start(void **state)
{
    (void)state;
    Score s = {0};
    int t = score_add_track(&s, "303", 38, false);
    s.track[t].mono = true;
    add(&s, t, 0, 300, 40, 0.5f, 0);
    add(&s, t, 240, 240, 40, 0.5f, NOTE_SLIDE);
    score_finish(&s);
    Str out = written(&s, MIDI_BOTH);
    assert_int_equal(fixture_count_hex(&out, "00902840 8170 802840 00902840 8170802840"), 1);
    str_free(&out);
    score_free(&s);
}

static void a_mono_track_has_no_overlap_without_a_slide(void **state)
{
    (void)state;
    Score s = {0};
    int t = score_add_track(&s, "303", 38, false);
    s.track[t].mono = true;
    add(&s, t, 0, 300, 40, 0.5f, 0);
    add(&s, t, 240, 240, 52, 0.5f, 0);
    score_finish(&s);
    Str out = written(&s, MIDI_BOTH);
    assert_int_equal(fixture_count_hex(&out, "00902840 8170802840 00903440"), 1);
    str_free(&out);
    score_free(&s);
}

static Score filter_score(void)
{
    Score s = {0};
    int t = score_add_track(&s, "303", 38, false);
    score_add_ctl(&s, t, 0, CTL_CUTOFF, number(0), 0);
    score_add_ctl(&s, t, 0, CTL_RESONANCE, number(1), 0);
    score_add_ctl(&s, t, 480, CTL_CUTOFF, number(1), 0);
    score_add_ctl(&s, t, 960, CTL_CUTOFF, number(1), 0); /* unchanged: not written */
    add(&s, t, 0, 1440, 40, 0.5f, 0);
    score_finish(&s);
    return s;
}

static void the_filter_is_cc_74_and_71_for_plugins(void **state)
{
    (void)state;
    Score s = filter_score();
    Str out = written(&s, MIDI_PLUGIN);
    assert_int_equal(fixture_count_hex(&out, "004a00 00477f 00902840 8360b04a7f 8740"), 1);
    assert_int_equal(fixture_count_hex(&out, "6378"), 0);
    str_free(&out);
    score_free(&s);
}

/* Offsets of -2400, +1200 (2 cents each) and 180 (centibels) from 8192: 5792 = 45 * 128 + 32,
 * 9392 = 73 * 128 + 48, 8372 = 65 * 128 + 52. */
static void the_filter_is_nrpn_for_fluidsynth(void **state)
{
    (void)state;
    Score s = filter_score();
    Str out = written(&s, MIDI_FLUID);
    assert_int_equal(fixture_count_hex(&out, "006378 006208 002620 00062d"
                                             "006378 006209 002634 000641 00902840"
                                             "8360b06378 006208 002630 000649 8740"), 1);
    assert_int_equal(fixture_count_hex(&out, "004a00"), 0);
    str_free(&out);
    out = written(&s, MIDI_BOTH);
    assert_int_equal(fixture_count_hex(&out, "004a00 006378 006208 002620 00062d"), 1);
    str_free(&out);
    score_free(&s);
}

static void gain_and_pan_are_volume_and_pan_controllers(void **state)
{
    (void)state;
    static const struct { float db, pan; const char *hex; } CASE[] = {
        {0, 0, "b00764 000a40"},     {-12, -1, "b00732 000a00"}, /* 100 * 10^-0.3 = 50.1 */
        {12, 1, "b0077f 000a7f"},    {-200, 0.5f, "b00700 000a60"},
    };
    for (size_t i = 0; i < sizeof CASE / sizeof *CASE; i++) {
        Score s = {0};
        int t = score_add_track(&s, "a", 0, false);
        s.track[t].gain_db = CASE[i].db;
        s.track[t].pan = CASE[i].pan;
        score_finish(&s);
        Str out = written(&s, MIDI_BOTH);
        assert_int_equal(fixture_count_hex(&out, CASE[i].hex), 1);
        str_free(&out);
        score_free(&s);
    }
}

static void drum_tracks_share_channel_10_and_keep_their_balance(void **state)
{
    (void)state;
    Score s = {0};
    int kick = score_add_track(&s, "kick", 0, true), hat = score_add_track(&s, "hat", 0, true);
    s.track[hat].gain_db = -12;
    add(&s, kick, 0, 100, 36, 1, 0);
    add(&s, hat, 0, 100, 42, 1, 0);
    score_finish(&s);
    Str out = written(&s, MIDI_BOTH);
    assert_int_equal(fixture_count_hex(&out, "99247f"), 1);
    assert_int_equal(fixture_count_hex(&out, "992a40"), 1); /* 127 * 10^(-12/40) = 63.7 */
    assert_int_equal(fixture_count_hex(&out, "b90764"), 1); /* volume is set once */
    assert_int_equal(fixture_count_hex(&out, "b90000"), 0); /* no bank on the drum channel */
    str_free(&out);
    score_free(&s);
}

static void channels_skip_the_drums_and_those_asked_for(void **state)
{
    (void)state;
    Score s = {0};
    Err err = {0};
    for (int i = 0; i < 15; i++) {
        char name[8];
        snprintf(name, sizeof name, "t%d", i);
        score_add_track(&s, name, i, false);
    }
    s.track[3].channel = 0;
    score_add_track(&s, "drums", 0, true);
    score_finish(&s);
    Str out = written(&s, MIDI_BOTH);
    assert_int_equal(fixture_count_hex(&out, "00c003"), 1); /* track 3 on channel 0 */
    assert_int_equal(fixture_count_hex(&out, "00c100"), 1); /* track 0 on channel 1 */
    assert_int_equal(fixture_count_hex(&out, "00c900"), 1); /* drums on 9 */
    assert_int_equal(fixture_count_hex(&out, "00ca09"), 1); /* track 9 on channel 10 */
    assert_int_equal(fixture_count_hex(&out, "00cf0e"), 1); /* track 14 on channel 15 */
    str_free(&out);
    score_add_track(&s, "one too many", 0, false);
    assert_false(midi_write_score(&s, MIDI_BOTH, &out, &err));
    assert_non_null(strstr(err.msg, "one too many"));
    str_free(&out);
    s.track[15].drum = false;
    s.track[15].channel = 9;
    assert_false(midi_write_score(&s, MIDI_BOTH, &out, &err));
    assert_non_null(strstr(err.msg, "drums"));
    str_free(&out);
    score_free(&s);
}

static void microtones_are_pitch_bends_and_only_where_they_are(void **state)
{
    (void)state;
    Score s = {0};
    int a = score_add_track(&s, "micro", 0, false), b = score_add_track(&s, "plain", 1, false);
    add(&s, a, 0, 480, 60.25f, 0.5f, 0);
    add(&s, a, 480, 480, 60, 0.5f, 0);
    add(&s, b, 0, 480, 60, 0.5f, 0);
    score_finish(&s);
    Str out = written(&s, MIDI_BOTH);
    /* bend range 2 semitones; a quarter semitone = 8192 + 1024 = 72 * 128; then back to 64 * 128 */
    assert_int_equal(fixture_count_hex(&out, "006500 006400 000602 00657f 00647f"), 1);
    assert_int_equal(fixture_count_hex(&out, "00e00048 00903c40 8360803c40 00e00040 00903c40"), 1);
    assert_int_equal(fixture_count_hex(&out, "e100"), 0);
    str_free(&out);
    score_free(&s);
}

static void bends_add_to_microtones(void **state)
{
    (void)state;
    Score s = {0};
    int t = score_add_track(&s, "a", 0, false);
    score_add_ctl(&s, t, 0, CTL_BEND, number(0.5), 0);    /* one semitone up */
    score_add_ctl(&s, t, 960, CTL_BEND, number(-1), 0);   /* two semitones down */
    add(&s, t, 480, 960, 59.5f, 0.5f, 0); /* rounds away from zero: 60 and a half down */
    score_finish(&s);
    Str out = written(&s, MIDI_BOTH);
    /* 8192 + 4096 = 96 * 128; 8192 + 2048 = 80 * 128; clipped at the lowest */
    assert_int_equal(fixture_count_hex(&out, "00e00060 83600050 00903c40 8360e00000"), 1);
    str_free(&out);
    score_free(&s);
}

static void the_pan_of_notes_is_written_before_them_when_it_changes(void **state)
{
    (void)state;
    Score s = {0};
    int t = score_add_track(&s, "a", 0, false);
    for (int i = 0; i < 4; i++) {
        Note n = {.start = i * 10, .dur = 10, .key = 60 + (float)i, .vel = 0.5f,
                  .pan = i < 2 ? -1 : 1};
        score_add_note(&s, t, &n);
    }
    score_finish(&s);
    Str out = written(&s, MIDI_BOTH);
    assert_int_equal(fixture_count_hex(&out, "000a00 00903c40"), 1);
    assert_int_equal(fixture_count_hex(&out, "00b00a7f 00903e40"), 1);
    assert_int_equal(fixture_count_hex(&out, "0a00") + fixture_count_hex(&out, "0a7f"), 2);
    str_free(&out);
    score_free(&s);
}

static void long_times_take_up_to_four_bytes(void **state)
{
    (void)state;
    static const struct { int32_t tick; const char *hex; } CASE[] = {
        {127, "7fff2f00"}, {128, "8100ff2f00"}, {16383, "ff7fff2f00"}, {16384, "818000ff2f00"},
        {2097151, "ffff7fff2f00"}, {2097152, "81808000ff2f00"}, {268435455, "ffffff7fff2f00"},
    };
    for (size_t i = 0; i < sizeof CASE / sizeof *CASE; i++) {
        Score s = {.length = CASE[i].tick};
        Str out = written(&s, MIDI_BOTH);
        assert_int_equal(fixture_count_hex(&out, CASE[i].hex), 1);
        str_free(&out);
    }
    Score s = {.length = 268435456};
    Str out = {0};
    Err err = {0};
    assert_false(midi_write_score(&s, MIDI_BOTH, &out, &err));
    assert_int_equal(out.len, 0);
    str_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_score_has_these_bytes),
        cmocka_unit_test(an_empty_score_is_a_file_with_tempo_and_metre),
        cmocka_unit_test(the_same_score_gives_the_same_bytes),
        cmocka_unit_test(a_low_cut_is_less_expression_for_low_notes),
        cmocka_unit_test(velocities_are_1_to_127),
        cmocka_unit_test(accents_of_a_mono_track_are_100_and_more_and_nothing_else_is),
        cmocka_unit_test(a_slide_for_plugins_is_an_overlap_and_nothing_more),
        cmocka_unit_test(a_slide_for_fluidsynth_sets_legato_and_portamento_and_resets_them),
        cmocka_unit_test(a_slide_to_the_same_key_ends_the_note_before_at_its_start),
        cmocka_unit_test(a_mono_track_has_no_overlap_without_a_slide),
        cmocka_unit_test(the_filter_is_cc_74_and_71_for_plugins),
        cmocka_unit_test(the_filter_is_nrpn_for_fluidsynth),
        cmocka_unit_test(gain_and_pan_are_volume_and_pan_controllers),
        cmocka_unit_test(drum_tracks_share_channel_10_and_keep_their_balance),
        cmocka_unit_test(channels_skip_the_drums_and_those_asked_for),
        cmocka_unit_test(microtones_are_pitch_bends_and_only_where_they_are),
        cmocka_unit_test(bends_add_to_microtones),
        cmocka_unit_test(the_pan_of_notes_is_written_before_them_when_it_changes),
        cmocka_unit_test(long_times_take_up_to_four_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
