/* test_acid_arc.c: the energy of the acid piece: how its faders, its notes and its riser make an
 * intro, a breakdown, a drop and an outro of eight layers: 4 + 8 * 6 + 4 bars. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "fixture_generated.h"
#include "music/form.h"

enum { INTRO = 4, SLOT = 6, OUTRO = 52, TOTAL = 56 }; /* bars; OUTRO is where it begins */

/* The fader of a track at a tick, dB: 40 log10 of the volume. */
static double fader_db(const Score *s, const char *track, int32_t at)
{
    const Track *t = track_named(s, track);
    double volume = 1;
    for (int i = 0; i < t->nctls && t->ctl[i].at <= at; i++)
        if (t->ctl[i].kind == CTL_VOLUME) volume = (double)t->ctl[i].value;
    return 40 * log10(volume);
}

/* Notes that begin within [from, to), in bars; a groove moves them by at most 15 ms. */
static int notes_in(const Score *s, const char *track, double from, double to)
{
    const Track *t = track_named(s, track);
    int n = 0;
    for (int i = 0; i < t->nnotes; i++) {
        int32_t at = t->note[i].start + STEP / 3;
        n += at >= from * BAR && at < to * BAR;
    }
    return n;
}

/* The first bar of the breakdown, the last four of its layer's six. */
static int breakdown(const Score *s)
{
    for (int i = 0; i < s->nsections; i++)
        if (strstr(s->section[i].name, "(breakdown)")) return s->section[i].at / BAR + SLOT - 4;
    fail_msg("no breakdown");
    return 0;
}

typedef void (*Claim)(const FeatureSet *fs, const Score *s);

/* A claim holds of a made-up model and of wren, whatever generator has the pitches. */
static void claim_of_all(Claim claim)
{
    static const int KIND[] = {GEN_ROWS, GEN_LSTM, GEN_JEPA};
    for (int i = 0; i < 6; i++) {
        FeatureSet fs;
        Score s;
        if (i < 3)
            made_up(&fs, (FixtureOpts){.nl = 8, .salt = 4}, PLAIN);
        else
            read_wren(&fs);
        compose("acid", &fs, by(KIND[i % 3], 0.7), &s);
        assert_int_equal(s.length, TOTAL * BAR);
        claim(&fs, &s);
        score_free(&s);
        feat_free(&fs);
    }
}

static void the_intro_rises(const FeatureSet *fs, const Score *s)
{
    (void)fs;
    const Track *drums = track_named(s, "Drums");
    double last = -99;
    for (int beat = 0; beat < 4 * INTRO; beat++) {
        double now = fader_db(s, "TB-303", beat * BEAT);
        assert_true(now > last);
        last = now;
    }
    /* energy 0.14 at most against 0.5 at least, then 0.92; 10 dB between 0 and 1 */
    assert_true(fader_db(s, "TB-303", 0) < fader_db(s, "TB-303", INTRO * BAR) - 3.5);
    assert_true(fader_db(s, "TB-303", 0) < fader_db(s, "TB-303", (breakdown(s) + 4) * BAR) - 7.7);
    for (int i = 0; i < drums->nnotes && drums->note[i].start < 2 * BAR; i++)
        assert_int_equal((int)drums->note[i].key, 36);
    assert_true(notes_in(s, "Drums", 3, 4) > notes_in(s, "Drums", 0, 1));
    assert_int_equal(notes_in(s, "Pad", 0, INTRO), 0);
    assert_true(notes_in(s, "TB-303", 0, 1) > 0);
}

static void the_first_bar_is_softer_than_the_drop_and_begins_with_the_kick_alone(void **state)
{
    (void)state;
    claim_of_all(the_intro_rises);
}

static void the_outro_falls(const FeatureSet *fs, const Score *s)
{
    (void)fs;
    double last = fader_db(s, "TB-303", (OUTRO - 1) * BAR);
    for (int beat = 4 * OUTRO; beat < 4 * TOTAL; beat++) {
        double now = fader_db(s, "TB-303", beat * BEAT);
        assert_true(now < last);
        last = now;
    }
    assert_true(last < -7);
    for (int bar = OUTRO; bar + 1 < TOTAL; bar++)
        assert_true(notes_in(s, "Drums", bar + 1, bar + 2) <= notes_in(s, "Drums", bar, bar + 1));
}

static void the_outro_takes_away_what_the_intro_brought(void **state)
{
    (void)state;
    claim_of_all(the_outro_falls);
}

static void the_break_thins_and_grows(const FeatureSet *fs, const Score *s)
{
    (void)fs;
    static const char *const FADED[] = {"TB-303", "Pad", "Drums"};
    int at = breakdown(s);
    for (int k = 0; k < 3; k++) {
        double last = -99;
        assert_true(fader_db(s, FADED[k], at * BAR) < fader_db(s, FADED[k], at * BAR - 1) - 2);
        for (int beat = 0; beat < 16; beat++) {
            double now = fader_db(s, FADED[k], at * BAR + beat * BEAT);
            assert_true(now >= last);
            last = now;
        }
        assert_true(last < fader_db(s, FADED[k], (at + 4) * BAR) - 1); /* the drop lands */
    }
    assert_true(fader_db(s, "TB-303", at * BAR) < fader_db(s, "TB-303", (at + 4) * BAR) - 6);
    assert_true(notes_in(s, "TB-303", at, at + 2) < notes_in(s, "TB-303", at - 2, at));
    assert_true(notes_in(s, "TB-303", at, at + 1) > 0);
    assert_true(notes_in(s, "Drums", at + 3, at + 4) > 2 * notes_in(s, "Drums", at, at + 1));
}

static void the_breakdown_is_softer_and_sparser_and_grows_to_the_drop(void **state)
{
    (void)state;
    claim_of_all(the_break_thins_and_grows);
}

static void half_a_beat_is_silent(const FeatureSet *fs, const Score *s)
{
    (void)fs;
    int drop = breakdown(s) + 4;
    for (int t = 0; t < s->ntracks; t++) {
        for (int i = 0; i < s->track[t].nnotes; i++) {
            const Note *n = &s->track[t].note[i];
            if (n->start >= drop * BAR - STEP / 3) continue; /* early by the groove */
            assert_true(n->start + n->dur <= drop * BAR - 2 * STEP + STEP / 3);
        }
    }
    assert_true(notes_in(s, "Drums", drop - 0.25, drop) > 0);
    assert_true(notes_in(s, "Drums", drop, drop + 1) > 8);
}

static void there_is_half_a_beat_of_air_before_the_drop(void **state)
{
    (void)state;
    claim_of_all(half_a_beat_is_silent);
}

static void everything_is_louder_after_it(const FeatureSet *fs, const Score *s)
{
    int at = breakdown(s);
    for (int before = INTRO; before < at; before++) {
        for (int after = at + 4; after < OUTRO; after++) {
            assert_true(fader_db(s, "TB-303", before * BAR) < fader_db(s, "TB-303", after * BAR));
            assert_true(fader_db(s, "Drums", before * BAR) < fader_db(s, "Drums", after * BAR));
        }
    }
    for (int a = (at + 4 - INTRO) / SLOT; a < 8; a++) { /* more tension, a louder layer */
        for (int b = (at + 4 - INTRO) / SLOT; b < 8; b++) {
            double ta = (double)feat_look(fs, FT_LAYERS, "tension", a, -1, 0).x;
            double tb = (double)feat_look(fs, FT_LAYERS, "tension", b, -1, 0).x;
            if (ta > tb)
                assert_true(fader_db(s, "TB-303", (INTRO + SLOT * a) * BAR) >
                            fader_db(s, "TB-303", (INTRO + SLOT * b) * BAR));
        }
    }
    assert_int_equal(notes_in(s, "Second 303", 0, at + 4), 0);
    assert_true(notes_in(s, "Second 303", at + 4, OUTRO) > 0);
}

static void the_loudest_bars_come_after_the_breakdown(void **state)
{
    (void)state;
    claim_of_all(everything_is_louder_after_it);
}

static void the_riser_rises(const FeatureSet *fs, const Score *s)
{
    const Track *t = track_named(s, "Riser");
    assert_int_equal(t->nnotes, 1);
    assert_int_equal(t->note[0].start, breakdown(s) * BAR);
    assert_true(t->nctls == 16 && t->ctl[15].value > t->ctl[0].value + 0.5f);
    for (int i = 1; i < t->nctls; i++) {
        Cell a = t->ctl[i - 1].from, b = t->ctl[i].from;
        assert_true(t->ctl[i].value >= t->ctl[i - 1].value);
        assert_true(feat_value(fs, b.table, b.col, (int)b.row, (int)b.lane).x >=
                    feat_value(fs, a.table, a.col, (int)a.row, (int)a.lane).x);
    }
}

static void the_riser_swells_by_the_spectrum_from_its_smallest_value(void **state)
{
    (void)state;
    claim_of_all(the_riser_rises);
}

static void a_piece_without_a_breakdown_rises_in_its_second_half(void **state)
{
    (void)state;
    FeatureSet fs;
    Score s;
    made_up(&fs, (FixtureOpts){.nl = 2}, PLAIN);
    compose("acid", &fs, by(GEN_ROWS, 0), &s);
    for (int t = 0; t < s.ntracks; t++) assert_string_not_equal(s.track[t].name, "Riser");
    assert_true(fader_db(&s, "TB-303", INTRO * BAR) <
                fader_db(&s, "TB-303", (INTRO + SLOT) * BAR) - 2);
    score_free(&s);
    feat_free(&fs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_bar_is_softer_than_the_drop_and_begins_with_the_kick_alone),
        cmocka_unit_test(the_outro_takes_away_what_the_intro_brought),
        cmocka_unit_test(the_breakdown_is_softer_and_sparser_and_grows_to_the_drop),
        cmocka_unit_test(there_is_half_a_beat_of_air_before_the_drop),
        cmocka_unit_test(the_loudest_bars_come_after_the_breakdown),
        cmocka_unit_test(the_riser_swells_by_the_spectrum_from_its_smallest_value),
        cmocka_unit_test(a_piece_without_a_breakdown_rises_in_its_second_half),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
