/* test_measure_music.c: harmony, rhythm and melody of MIDI files whose answers are known. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/measure_midi.h"
#include "fixture_near.h"
#include "fixture_song.h"
#include "music/roughness.h"

enum { ON = 0x90, OFF = 0x80, DRUM_ON = 0x99, DRUM_OFF = 0x89, BAR = 1920, BEAT = 480 };

/* Chord key [n] from start to end, on a song whose events are in order. */
static void chord(MidiSong *s, int32_t start, int32_t end, const int *key, int n)
{
    for (int i = 0; i < n; i++) song_event(s, start, ON, key[i], 64);
    for (int i = 0; i < n; i++) song_event(s, end, OFF, key[i], 0);
}

static void measure(MidiSong *s, MidiMeasure *m)
{
    MidiTempo *t = mem_push(&s->tempo, &s->ntempos, &s->cap_tempos, sizeof *t);
    *t = (MidiTempo){.per_tick = 0.5 / BEAT};
    measure_midi(m, s);
}

static void done(MidiSong *s, MidiMeasure *m)
{
    measure_midi_free(m);
    free(s->tempo);
    song_free(s);
}

static const int C_MAJOR[3] = {60, 64, 67}, E_MINOR[3] = {59, 64, 67}, G_MAJOR[3] = {59, 62, 67};

static void a_held_triad_has_the_triads_own_numbers(void **state)
{
    (void)state;
    MidiSong s;
    MidiMeasure m;
    song_init(&s);
    chord(&s, 0, 2 * BAR, C_MAJOR, 3);
    measure(&s, &m);
    const MusicHarmony *h = &m.music.harmony;
    assert_int_equal(m.music.nbars, 2);
    assert_near(music_mean(&h->roughness), 0.1202426, 5e-8); /* printed digits, here and below */
    assert_near(h->roughness.max, 0.1202426, 5e-8);
    assert_near(music_mean(&h->harmonicity), 0.9285886, 5e-8);
    assert_near(music_mean(&h->diameter), sqrt(2 + 1.2 * 1.2), 1e-12);
    assert_near(music_mean(&h->momentum), 0, 1e-12); /* rounding of a mean */
    assert_near(music_mean(&h->strain), 0.39273462478, 1e-10);
    assert_near(music_mean(&h->dissonance), 0.38041712738, 1e-10);
    assert_near(m.music.bar[1].roughness, 0.1202426, 5e-8);
    assert_near(m.music.bar[1].strain, 0.39273462478, 1e-10);
    assert_true(h->voice_leading.weight == 0 && h->tonnetz.weight == 0);
    assert_int_equal(h->nwindows, 1);
    assert_string_equal(keyfind_name(&h->window[0]), "C major");
    assert_int_equal(h->centre.root, 0);
    assert_string_equal(keyfind_name(&h->temperley), "C major");
    done(&s, &m);
}

/* C major for a bar, then E minor (B below C), then G major (D below E); then silence, then C. */
static void chords_move_by_least_motion_and_by_steps_of_the_tonnetz(void **state)
{
    (void)state;
    MidiSong s;
    MidiMeasure m;
    song_init(&s);
    chord(&s, 0, BAR, C_MAJOR, 3);
    chord(&s, BAR, 2 * BAR, E_MINOR, 3);
    chord(&s, 2 * BAR, 3 * BAR, G_MAJOR, 3);
    chord(&s, 4 * BAR, 5 * BAR, C_MAJOR, 3);
    measure(&s, &m);
    const MusicHarmony *h = &m.music.harmony;
    assert_near(h->voice_leading.weight, 3, 0);
    assert_near(music_mean(&h->voice_leading), (1 + 2 + 3) / 3.0, 1e-12);
    assert_near(h->tonnetz.weight, 3, 0);
    assert_near(music_mean(&h->tonnetz), (1 + 1 + 2) / 3.0, 1e-12); /* L, R, and back by both */
    assert_true(isnan(m.music.bar[3].roughness) && isnan(m.music.bar[3].strain));
    assert_near(m.music.bar[4].harmonicity, 0.9285886, 5e-8);
    done(&s, &m);
}

static void roughness_is_weighted_by_time_and_counts_a_key_once(void **state)
{
    (void)state;
    Partial p[2 * ROUGHNESS_HARMONICS];
    MidiSong s;
    MidiMeasure m;
    song_init(&s);
    song_event(&s, 0, ON, 60, 64);
    song_event(&s, 0, ON | 1, 60, 64); /* another instrument in unison */
    song_event(&s, BEAT, ON, 61, 64);
    song_event(&s, 2 * BEAT, OFF, 61, 0);
    song_event(&s, 2 * BEAT, ON, 72, 64);
    song_event(&s, 3 * BEAT, OFF | 1, 60, 0);
    song_event(&s, 5 * BEAT, OFF, 72, 0);
    song_event(&s, 5 * BEAT, OFF, 60, 0);
    measure(&s, &m);
    roughness_partials((double[]){60, 72}, 2, ROUGHNESS_HARMONICS, p);
    double octave = roughness_hutchinson(p, 2 * ROUGHNESS_HARMONICS);
    const MusicMean *r = &m.music.harmony.roughness;
    assert_near(r->max, 0.48388, 5e-6); /* printed digits */
    assert_near(music_mean(r), (r->max + 3 * octave) / 4, 1e-12); /* the unison alone is no chord */
    done(&s, &m);
}

static void passing_overlaps_are_no_chords(void **state)
{
    (void)state;
    MidiSong s;
    MidiMeasure m;
    song_init(&s);
    chord(&s, 0, BAR, C_MAJOR, 3);
    song_event(&s, BAR, ON, 62, 64);
    song_event(&s, BAR, ON, 67, 64);
    song_event(&s, BAR, ON, 64, 64); /* held over for less than a sixteenth */
    song_event(&s, BAR + 60, OFF, 64, 0);
    song_event(&s, BAR + 60, ON, 59, 64);
    song_event(&s, 2 * BAR, OFF, 59, 0);
    song_event(&s, 2 * BAR, OFF, 62, 0);
    song_event(&s, 2 * BAR, OFF, 67, 0);
    chord(&s, 2 * BAR, 3 * BAR, C_MAJOR, 3);
    measure(&s, &m);
    assert_near(m.music.harmony.voice_leading.weight, 2, 0);
    assert_near(music_mean(&m.music.harmony.voice_leading), 3, 1e-12);
    done(&s, &m);
}

/* The triads I IV V I, two bars each, on a tonic. */
static void cadence(MidiSong *s, int32_t at, int tonic)
{
    static const int ROOT[4] = {0, 5, 7, 0};
    for (int i = 0; i < 4; i++) {
        int r = tonic + ROOT[i];
        chord(s, at + i * 2 * BAR, at + (i + 1) * 2 * BAR, (int[]){r, r + 4, r + 7}, 3);
    }
}

static void a_modulation_shows_in_the_keys_of_eight_bars(void **state)
{
    (void)state;
    MidiSong s;
    MidiMeasure m;
    Str out = {0};
    song_init(&s);
    cadence(&s, 0, 60);
    cadence(&s, 8 * BAR, 64);
    cadence(&s, 16 * BAR, 64);
    measure(&s, &m);
    const MusicHarmony *h = &m.music.harmony;
    assert_int_equal(h->nwindows, 3);
    assert_string_equal(keyfind_name(&h->window[0]), "C major");
    assert_string_equal(keyfind_name(&h->window[1]), "E major");
    assert_string_equal(keyfind_name(&h->window[2]), "E major");
    measure_midi_text(&m, "x.mid", &out);
    assert_non_null(strstr(out.s, "keys of 8 bars: C major 1-8, E major 9-24\n"));
    assert_non_null(strstr(out.s, "\n  harmony "));
    assert_non_null(strstr(out.s, "\n  rhythm "));
    assert_non_null(strstr(out.s, "\n  melody "));
    assert_null(strstr(out.s, "\n  drums "));
    str_free(&out);
    done(&s, &m);
}

/* Strokes of two bars of [1 0 0 1 0 1 1 0] in 2/4, the second bar played 30 ticks early. */
static void syncopation_is_measured_bar_by_bar_on_the_nearest_sixteenth(void **state)
{
    (void)state;
    static const int SLOT[4] = {0, 3, 5, 6};
    MidiSong s;
    MidiMeasure m;
    song_init(&s);
    song_bytes(&s, 0, 0xff, 0x58, "\2\2\30\10", 4);
    for (int i = 0; i < 8; i++) {
        int32_t at = (i / 4) * 960 + SLOT[i % 4] * 120 - (i >= 4 ? 30 : 0);
        song_event(&s, at, DRUM_ON, 36, 100);
        song_event(&s, at + 20, DRUM_OFF, 36, 0);
    }
    song_event(&s, 1920, ON, 60, 64);
    song_event(&s, 2880, OFF, 60, 0);
    measure(&s, &m);
    const MusicRhythm *d = &m.music.drums;
    assert_int_equal(d->bars, 2);
    assert_near(music_mean(&d->lhl), 2, 0);
    assert_near(music_mean(&d->groove), 1, 0);
    assert_near(music_mean(&d->onsets), 4, 0);
    assert_int_equal(m.music.rhythm.bars, 3);
    assert_near(m.music.bar[0].lhl, 2, 0);
    assert_near(m.music.bar[2].lhl, 0, 0);
    /* beats 0, .75, 1.25, 1.5 and again from 2 on: 2/.25 + 1/.25 + 1/.5 a bar */
    assert_near(d->wnbd, (14 + 14 - 2) / 8.0, 1e-12); /* the very last counts 0 */
    done(&s, &m);
}

static void the_top_line_is_heard_over_an_accompaniment(void **state)
{
    (void)state;
    MidiSong s;
    MidiMeasure m;
    song_init(&s);
    song_event(&s, 0, ON, 72, 64);
    song_event(&s, 0, ON, 48, 64);
    song_event(&s, BEAT, ON, 55, 64); /* below the held C: no melody */
    song_event(&s, 2 * BEAT, OFF, 55, 0);
    song_event(&s, 2 * BEAT, OFF, 72, 0);
    song_event(&s, 2 * BEAT, ON, 74, 64);
    song_event(&s, 3 * BEAT, OFF, 74, 0);
    song_event(&s, 3 * BEAT, ON, 67, 64);
    song_event(&s, 4 * BEAT, OFF, 67, 0);
    song_event(&s, 4 * BEAT, OFF, 48, 0);
    song_event(&s, 6 * BEAT, ON, 60, 64); /* a new phrase after two beats of silence */
    song_event(&s, 7 * BEAT, OFF, 60, 0);
    song_event(&s, 7 * BEAT, ON, 62, 64);
    song_event(&s, 8 * BEAT, OFF, 62, 0);
    measure(&s, &m);
    const MusicMelody *l = &m.music.melody;
    assert_int_equal(l->stats.notes, 5);
    assert_int_equal(l->stats.steps, 2);
    assert_int_equal(l->stats.leaps, 1); /* the leap to the new phrase is none */
    assert_int_equal(l->stats.high - l->stats.low, 14);
    assert_int_equal(l->phrases, 2);
    assert_int_equal(l->contour[CONTOUR_CONVEX], 1);
    assert_int_equal(l->contour[CONTOUR_ASCENDING], 1);
    done(&s, &m);
}

static void drums_have_rhythm_but_no_harmony(void **state)
{
    (void)state;
    MidiSong s;
    MidiMeasure m;
    Str out = {0};
    song_init(&s);
    song_event(&s, 0, DRUM_ON, 36, 64);
    song_event(&s, 10, DRUM_OFF, 36, 0);
    measure(&s, &m);
    assert_true(isnan(music_mean(&m.music.harmony.roughness)));
    assert_int_equal(m.music.melody.stats.notes, 0);
    assert_int_equal(m.music.drums.bars, 1);
    measure_midi_text(&m, "x.mid", &out);
    assert_null(strstr(out.s, "harmony"));
    assert_non_null(strstr(out.s, "\n  drums "));
    str_free(&out);
    done(&s, &m);
}

static void json_holds_every_section_and_every_bar(void **state)
{
    (void)state;
    MidiSong s;
    MidiMeasure m;
    Str out = {0};
    Err err = {0};
    JsonOut j;
    song_init(&s);
    chord(&s, 0, BAR, C_MAJOR, 3);
    chord(&s, 2 * BAR, 3 * BAR, E_MINOR, 3);
    measure(&s, &m);
    jout_init(&j, &out);
    measure_midi_json(&m, "x.mid", &j);
    Json *root = json_parse(out.s, out.len, &err);
    assert_non_null(root);
    const Json *harmony = json_get(root, "harmony"), *bars = json_get(harmony, "bars");
    assert_near(json_number(json_get(json_get(harmony, "voice_leading"), "mean"), -1), 1, 0);
    assert_string_equal(json_string(json_get(json_child(json_get(harmony, "keys")), "key")),
                        keyfind_name(&m.music.harmony.window[0]));
    assert_int_equal(json_count(json_get(bars, "roughness")), 3);
    assert_near(json_number(json_child(json_get(bars, "harmonicity")), -1), 0.9286, 5e-5);
    assert_true(json_is_null(json_next(json_child(json_get(bars, "cloud_diameter")))));
    assert_int_equal(json_count(json_get(json_get(root, "rhythm"), "bars")), 3);
    assert_int_equal(json_count(json_get(json_get(root, "melody"), "intervals")), MELODY_BINS);
    assert_int_equal(json_count(json_get(json_get(root, "melody"), "contours")), CONTOUR_COUNT);
    json_free(root);
    str_free(&out);
    done(&s, &m);
}

static void extreme_songs_are_measured_without_harm(void **state)
{
    (void)state;
    MidiSong s;
    MidiMeasure m;
    song_init(&s);
    s.division = 1;
    song_event(&s, 0, ON, 0, 64);
    song_event(&s, 0, OFF, 0, 0); /* of no length */
    song_event(&s, 1, ON, 127, 64);
    song_event(&s, INT32_MAX, ON, 64, 64); /* never ended */
    measure(&s, &m);
    assert_true(m.music.nbars > 0 && m.music.nbars <= 65536); /* 2^18 beats at most */
    assert_int_equal(m.all.notes, 3);
    done(&s, &m);

    song_init(&s); /* 25 frames of 40 ticks: a bar of two seconds */
    s.smpte = 25;
    s.division = 40;
    chord(&s, 0, 4000, C_MAJOR, 3);
    measure(&s, &m);
    assert_int_equal(m.music.nbars, 2);
    assert_near(music_mean(&m.music.harmony.roughness), 0.1202426, 5e-8);
    done(&s, &m);

    song_init(&s);
    measure(&s, &m);
    assert_int_equal(m.music.nbars, 0);
    done(&s, &m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_held_triad_has_the_triads_own_numbers),
        cmocka_unit_test(chords_move_by_least_motion_and_by_steps_of_the_tonnetz),
        cmocka_unit_test(roughness_is_weighted_by_time_and_counts_a_key_once),
        cmocka_unit_test(passing_overlaps_are_no_chords),
        cmocka_unit_test(a_modulation_shows_in_the_keys_of_eight_bars),
        cmocka_unit_test(syncopation_is_measured_bar_by_bar_on_the_nearest_sixteenth),
        cmocka_unit_test(the_top_line_is_heard_over_an_accompaniment),
        cmocka_unit_test(drums_have_rhythm_but_no_harmony),
        cmocka_unit_test(json_holds_every_section_and_every_bar),
        cmocka_unit_test(extreme_songs_are_measured_without_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
