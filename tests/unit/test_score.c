/* test_score.c: order, overlaps, time, places and invariants of a score. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <math.h>
#include <string.h>

#include <cmocka.h>

#include "score/place.h"
#include "score/score.h"
#include "score/sort.h"

typedef struct Item {
    int value, place;
} Item;

static int by_value(const void *a, const void *b)
{
    return ((const Item *)a)->value - ((const Item *)b)->value;
}

static void sorting_is_stable_at_every_length(void **state)
{
    (void)state;
    Item item[200];
    for (int n = 0; n <= 200; n++) {
        for (int i = 0; i < n; i++) item[i] = (Item){.value = i * 7919 % 13, .place = i};
        stable_sort(item, n, sizeof *item, by_value);
        for (int i = 1; i < n; i++) {
            assert_true(item[i - 1].value <= item[i].value);
            if (item[i - 1].value == item[i].value)
                assert_true(item[i - 1].place < item[i].place);
        }
    }
}

static Note note(int32_t start, int32_t dur, float key)
{
    Note n = {.start = start, .dur = dur, .key = key, .vel = 0.5f};
    for (int f = 0; f < FROM_COUNT; f++) n.from[f] = CELL_NONE;
    return n;
}

static void add(Score *s, int track, int32_t start, int32_t dur, float key)
{
    Note n = note(start, dur, key);
    score_add_note(s, track, &n);
}

static void finishing_sorts_notes_and_keeps_the_order_of_those_at_one_time(void **state)
{
    (void)state;
    Score s = {0};
    score_add_track(&s, "a", 0, false);
    add(&s, 0, 480, 10, 60);
    add(&s, 0, 0, 10, 61);
    add(&s, 0, 480, 10, 59);
    add(&s, 0, 480, 10, 62);
    score_finish(&s);
    const float want[] = {61, 60, 59, 62};
    assert_int_equal(s.track[0].nnotes, 4);
    for (int i = 0; i < 4; i++) assert_true(s.track[0].note[i].key == want[i]);
    assert_int_equal(s.length, 490);
    score_free(&s);
}

static void a_note_is_cut_where_the_next_of_its_key_begins(void **state)
{
    (void)state;
    Score s = {0};
    score_add_track(&s, "a", 0, false);
    add(&s, 0, 0, 500, 60);
    add(&s, 0, 480, 480, 60);
    add(&s, 0, 0, 960, 64); /* another key: left alone */
    add(&s, 0, 0, 960, 60.5f); /* a microtone is another key */
    score_finish(&s);
    const Track *t = &s.track[0];
    assert_int_equal(t->nnotes, 4);
    assert_int_equal(t->note[0].dur, 480);
    assert_int_equal(t->note[1].dur, 960);
    assert_int_equal(t->note[2].dur, 960);
    assert_int_equal(t->note[3].dur, 480);
    assert_int_equal(s.length, 960);
    score_free(&s);
}

static void of_two_notes_that_start_together_the_longer_stays(void **state)
{
    (void)state;
    Score s = {0};
    score_add_track(&s, "a", 0, false);
    add(&s, 0, 0, 100, 60);
    add(&s, 0, 0, 300, 60);
    add(&s, 0, 0, 200, 60);
    add(&s, 0, 250, 50, 60);
    score_finish(&s);
    assert_int_equal(s.track[0].nnotes, 2);
    assert_int_equal(s.track[0].note[0].dur, 250);
    assert_int_equal(s.track[0].note[1].start, 250);
    score_free(&s);
}

static void a_slide_on_a_mono_track_may_overlap_its_own_key(void **state)
{
    (void)state;
    Score s = {0};
    for (int mono = 0; mono < 2; mono++) {
        int t = score_add_track(&s, "303", 38, false);
        s.track[t].mono = mono;
        add(&s, t, 0, 500, 40);
        Note slide = note(480, 480, 40);
        slide.flags = NOTE_SLIDE;
        score_add_note(&s, t, &slide);
    }
    score_finish(&s);
    assert_int_equal(s.track[0].note[0].dur, 480);
    assert_int_equal(s.track[1].note[0].dur, 500);
    score_free(&s);
}

static void silent_notes_are_not_written(void **state)
{
    (void)state;
    Score s = {0};
    score_add_track(&s, "a", 0, false);
    Note n = note(0, 480, 60);
    n.vel = 0;
    score_add_note(&s, 0, &n);
    assert_int_equal(score_count_notes(&s), 0);
    score_free(&s);
}

static void seconds_follow_the_tempo_map_and_ticks_come_back(void **state)
{
    (void)state;
    Score s = {0};
    assert_true(score_seconds(&s, 960) == 1.0); /* 120 before the first tempo */
    score_add_tempo(&s, 1920, 60);
    score_add_tempo(&s, 960, 240);
    score_add_tempo(&s, 960, 480); /* of two at one tick the last holds */
    score_finish(&s);
    assert_int_equal(s.ntempos, 2);
    assert_true(fabs(score_seconds(&s, 960) - 1.0) < 1e-12);
    assert_true(fabs(score_seconds(&s, 1920) - 1.25) < 1e-12);
    assert_true(fabs(score_seconds(&s, 2400) - 2.25) < 1e-12);
    for (int32_t t = 0; t < 5000; t++) assert_int_equal(score_tick(&s, score_seconds(&s, t)), t);
    assert_int_equal(score_tick(&s, 1.24999), 1919); /* rounded down */
    assert_int_equal(score_tick(&s, -1), 0);
    assert_int_equal(score_tick(&s, 1e300), INT32_MAX);
    score_free(&s);
}

static void bars_and_beats_follow_the_metre(void **state)
{
    (void)state;
    Score s = {0};
    score_add_meter(&s, 0, 3, 4);
    score_add_meter(&s, 2 * 1440 + 480, 6, 8); /* cuts the third bar short */
    score_finish(&s);
    static const struct { int32_t tick; int bar; double beat; } WANT[] = {
        {0, 1, 1}, {480, 1, 2}, {1439, 1, 3 + 479 / 480.0}, {1440, 2, 1}, {2880, 3, 1},
        {3120, 3, 1.5}, {3360, 4, 1}, {3600, 4, 2}, {4799, 4, 6 + 239 / 240.0}, {4800, 5, 1},
    };
    for (size_t i = 0; i < sizeof WANT / sizeof *WANT; i++) {
        Place p = score_place(&s, WANT[i].tick);
        assert_int_equal(p.bar, WANT[i].bar);
        assert_true(fabs(p.beat - WANT[i].beat) < 1e-9);
    }
    assert_int_equal(meter_at(s.meter, s.nmeters, 3359).num, 3);
    assert_int_equal(meter_at(s.meter, s.nmeters, 3360).den, 8);
    assert_int_equal(meter_at(NULL, 0, 0).num, 4);
    score_free(&s);
}

static void every_bar_line_of_a_long_piece_starts_its_bar(void **state)
{
    (void)state;
    const Meter odd = {.at = 0, .num = 7, .den = 8};
    for (int bar = 0; bar < 20000; bar++) {
        Place p = place_at(&odd, 1, 480, bar * 1680);
        assert_int_equal(p.bar, bar + 1);
        assert_true(fabs(p.beat - 1) < 1e-6); /* rounding of bar numbers up to 2e4 */
    }
}

static void keys_have_the_names_musicians_use(void **state)
{
    (void)state;
    static const struct { double key; const char *name; } WANT[] = {
        {60, "C4"}, {69, "A4"}, {0, "C-1"}, {127, "G9"}, {66, "F#4"}, {60.25, "C4+25c"},
        {59.9, "C4-10c"}, {21, "A0"},
    };
    for (size_t i = 0; i < sizeof WANT / sizeof *WANT; i++) {
        char name[KEY_NAME_SIZE];
        key_name(WANT[i].key, name);
        assert_string_equal(name, WANT[i].name);
    }
}

static void the_same_rule_has_the_same_index_and_rule_0_is_empty(void **state)
{
    (void)state;
    Score s = {0};
    int a = score_add_rule(&s, "a: key = sv"), b = score_add_rule(&s, "b: key = hist");
    assert_int_equal(score_add_rule(&s, "a: key = sv"), a);
    assert_int_equal(score_add_rule(&s, ""), 0);
    assert_true(a > 0 && b > 0 && a != b);
    assert_string_equal(s.rule[b], "b: key = hist");
    score_add_text(&s, "seed %d of %s", 7, "nothing");
    assert_string_equal(s.text[0], "seed 7 of nothing");
    score_free(&s);
}

/* A set with one row and one column of four numbers, and a right score made from it. */
static void make_right(FeatureSet *fs, Score *s)
{
    const double v[4] = {4, 3, 2, 1};
    *fs = (FeatureSet){.id = 3};
    int col = feat_add_column(fs, FT_WEIGHTS, "sv", "", "singular values");
    int row = feat_add_row(fs, FT_WEIGHTS, (RowKey){-1, 0, ROLE_Q, -1, -1}, "q.weight");
    feat_set(fs, FT_WEIGHTS, col, row, v, 4);
    score_add_track(s, "Violins", 40, false);
    Note n = note(0, 480, 60);
    n.rule = (uint16_t)score_add_rule(s, "key = sv");
    n.from[FROM_PITCH] = feat_value(fs, FT_WEIGHTS, col, row, 3).from;
    score_add_note(s, 0, &n);
    n.start = 480;
    score_add_note(s, 0, &n);
    score_add_ctl(s, 0, 0, CTL_CUTOFF, feat_value(fs, FT_WEIGHTS, col, row, 3), n.rule);
    score_add_tempo(s, 0, 66);
    score_add_section(s, 0, "act I");
    score_finish(s);
}

static void a_right_score_passes_the_check(void **state)
{
    (void)state;
    FeatureSet fs;
    Score s = {0};
    Err err = {0};
    make_right(&fs, &s);
    const FeatureSet *set = &fs;
    assert_true(score_check(&s, &set, 1, &err));
    score_free(&s);
    feat_free(&fs);
}

static void spoil(Score *s, int how)
{
    Note *n = &s->track[0].note[0];
    switch (how) {
    case 0: n->dur = 0; break;
    case 1: n->start = -1; break;
    case 2: s->length = 959; break;
    case 3: n->key = NAN; break;
    case 4: n->key = 127.5f; break;
    case 5: n->vel = 0; break;
    case 6: n->vel = 1.5f; break;
    case 7: n->pan = -2; break;
    case 8: n->timbre[2] = NAN; break;
    case 9: n->rule = 0; break;
    case 10: n->rule = 9; break;
    case 11: n->from[FROM_PITCH] = CELL_NONE; break;
    case 12: n->from[FROM_PITCH].lane = 4; break;
    case 13: n->from[FROM_PITCH].set = 2; break;
    case 14: n->from[FROM_VELOCITY] = (Cell){.set = 3, .row = 1}; break;
    case 15: n->start = 490; break;
    case 16: s->track[0].ctl[0].at = 961; break;
    case 17: s->track[0].ctl[0].value = -0.5f; break;
    case 18: s->track[0].ctl[0].kind = CTL_COUNT; break;
    case 19: s->track[0].ctl[0].from.col = 5; break;
    case 20: s->track[0].program = 128; break;
    case 21: s->track[0].reverb = 2; break;
    case 22: s->track[0].gain_db = INFINITY; break;
    case 23: s->tempo[0].bpm = 0; break;
    case 24: s->section[0].at = 2000; break;
    case 25: s->track[0].channel = 16; break;
    }
}

static void every_violation_is_found_and_named(void **state)
{
    (void)state;
    for (int how = 0; how <= 25; how++) {
        FeatureSet fs;
        Score s = {0};
        Err err = {0};
        make_right(&fs, &s);
        const FeatureSet *set = &fs;
        spoil(&s, how);
        if (score_check(&s, &set, 1, &err)) fail_msg("violation %d was not found", how);
        assert_true(strlen(err.msg) > 10);
        if (how < 20 && !strstr(err.msg, "Violins")) fail_msg("%d: %s", how, err.msg);
        score_free(&s);
        feat_free(&fs);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorting_is_stable_at_every_length),
        cmocka_unit_test(finishing_sorts_notes_and_keeps_the_order_of_those_at_one_time),
        cmocka_unit_test(a_note_is_cut_where_the_next_of_its_key_begins),
        cmocka_unit_test(of_two_notes_that_start_together_the_longer_stays),
        cmocka_unit_test(a_slide_on_a_mono_track_may_overlap_its_own_key),
        cmocka_unit_test(silent_notes_are_not_written),
        cmocka_unit_test(seconds_follow_the_tempo_map_and_ticks_come_back),
        cmocka_unit_test(bars_and_beats_follow_the_metre),
        cmocka_unit_test(every_bar_line_of_a_long_piece_starts_its_bar),
        cmocka_unit_test(keys_have_the_names_musicians_use),
        cmocka_unit_test(the_same_rule_has_the_same_index_and_rule_0_is_empty),
        cmocka_unit_test(a_right_score_passes_the_check),
        cmocka_unit_test(every_violation_is_found_and_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
