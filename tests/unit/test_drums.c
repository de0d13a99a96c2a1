/* test_drums.c: the drum machine that house and acid share. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture_features.h"
#include "music/drums.h"
#include "music/form.h"

typedef struct Rig {
    FeatureSet fs;
    Series steps;
    Score score;
    Drums d;
} Rig;

static void rig_init(Rig *r, double swing, double depth)
{
    *r = (Rig){0};
    fixture_features(&r->fs, (FixtureOpts){.nl = 2});
    assert_true(series_steps16(&r->steps, &r->fs, "row_norms", 0, ROLE_DOWN));
    r->d = (Drums){.score = &r->score,
                   .track = score_add_track(&r->score, "Drums", 0, true),
                   .name = "test",
                   .source = "down row norms",
                   .at = 3 * BAR,
                   .groove = groove_from(&r->steps, 128, swing, depth),
                   .steps = &r->steps,
                   .level = 1};
}

/* Sorts, and checks that every hit has real sources. */
static const Track *rig_track(Rig *r)
{
    Err err = {{0}};
    const FeatureSet *set[1] = {&r->fs};
    score_finish(&r->score);
    if (!score_check(&r->score, set, 1, &err)) fail_msg("%s", err.msg);
    const Track *t = &r->score.track[0];
    for (int i = 0; i < t->nnotes; i++)
        for (int k = 0; k < FROM_TIMBRE; k++) assert_true(cell_valid(&r->fs, t->note[i].from[k]));
    return t;
}

static void rig_free(Rig *r)
{
    score_free(&r->score);
    series_free(&r->steps);
    feat_free(&r->fs);
}

static int step_of(const Note *n)
{
    return (int)floor((n->start - 3 * BAR) / (double)STEP + 0.5);
}

static void the_kick_stands_on_every_beat(void **state)
{
    (void)state;
    Rig r;
    rig_init(&r, 1, 1);
    drums_kick(&r.d, BEATS_ALL);
    const Track *t = rig_track(&r);
    assert_int_equal(t->nnotes, 4);
    for (int b = 0; b < 4; b++) {
        assert_int_equal(t->note[b].start, 3 * BAR + b * BEAT);
        assert_int_equal((int)t->note[b].key, DRUM_KICK);
        /* 1e-6: the velocity is stored as float */
        assert_float_equal(t->note[b].vel, 0.86 + 0.14 * (double)r.steps.u[4 * b], 1e-6);
    }
    rig_free(&r);
}

static void lateness_stays_within_fifteen_milliseconds_and_follows_the_residuals(void **state)
{
    (void)state;
    Rig r;
    rig_init(&r, 0, 5);                                 /* deep enough to clip */
    const double most = 15 * SCORE_PPQ * 128 / 60000.0; /* ticks */
    int clipped = 0;
    for (int i = 0; i < 16; i++) {
        double late = groove_step(&r.d.groove, BAR, i) - BAR - i * STEP;
        double around = 0.5 * (r.steps.u[(i + 15) % 16] + r.steps.u[(i + 1) % 16]);
        assert_true(fabs(late) <= most + 0.5); /* 0.5: rounded to a tick */
        clipped += fabs(late) > most - 1;
        if (fabs(r.steps.u[i] - around) > 0.02) assert_true((late > 0) == (r.steps.u[i] > around));
    }
    assert_true(clipped > 0);
    rig_free(&r);
}

static void swing_delays_odd_sixteenths_alone(void **state)
{
    (void)state;
    Rig r;
    rig_init(&r, 0.6, 0);
    for (int i = 0; i < 16; i++)
        assert_int_equal(groove_step(&r.d.groove, 0, i), i * STEP + (i & 1 ? 24 : 0));
    assert_int_equal(groove_step(&r.d.groove, 0, 7.5), 900);
    rig_free(&r);
}

static void ghosts_are_the_strongest_steps_off_the_beat(void **state)
{
    (void)state;
    Rig r;
    rig_init(&r, 0.3, 0.5);
    drums_ghosts(&r.d, 4);
    const Track *t = rig_track(&r);
    bool sounds[16] = {false};
    double weakest = 2;
    assert_int_equal(t->nnotes, 4);
    for (int i = 0; i < 4; i++) {
        int step = step_of(&t->note[i]);
        sounds[step] = true;
        assert_true(step % 4 != 0);
        assert_true(t->note[i].flags & NOTE_GHOST);
        assert_true(t->note[i].vel < 0.33f);
        if (r.steps.u[step] < weakest) weakest = r.steps.u[step];
    }
    for (int i = 0; i < 16; i++)
        if (i % 4 && !sounds[i]) assert_true(r.steps.u[i] <= weakest);
    rig_free(&r);
}

static void closed_hats_leave_the_off_beat_to_the_open_hat(void **state)
{
    (void)state;
    Rig r;
    rig_init(&r, 0.3, 0.5);
    Value tension = r.steps.v[3];
    drums_hats(&r.d, 10, BEATS_BACK, tension, 0.8);
    drums_hats_open(&r.d, BEATS_BACK, tension, 0.8);
    const Track *t = rig_track(&r);
    int open = 0, closed = 0;
    for (int i = 0; i < t->nnotes; i++) {
        int step = step_of(&t->note[i]);
        bool is_open = (int)t->note[i].key == DRUM_HAT_OPEN;
        open += is_open;
        closed += !is_open;
        assert_int_equal(is_open, step == 6 || step == 14);
        assert_int_equal(t->note[i].from[FROM_VELOCITY].lane, tension.from.lane);
    }
    assert_int_equal(open, 2);
    assert_int_equal(closed, 8); /* ten, less the two that are open */
    rig_free(&r);
}

static void more_tension_makes_louder_hats(void **state)
{
    (void)state;
    float vel[2];
    for (int k = 0; k < 2; k++) {
        Rig r;
        rig_init(&r, 0.3, 0.5);
        drums_hats(&r.d, 8, BEATS_NONE, r.steps.v[0], k);
        vel[k] = rig_track(&r)->note[0].vel;
        rig_free(&r);
    }
    assert_true(vel[1] > 1.3f * vel[0]);
}

static void a_roll_gets_faster_and_louder(void **state)
{
    (void)state;
    int count[8];
    float first = 0, last = 0;
    for (int bar = 0; bar < 8; bar++) {
        Rig r;
        rig_init(&r, 0.3, 0.5);
        drums_roll(&r.d, bar, 8, bar == 7 ? 12 : 16);
        const Track *t = rig_track(&r);
        count[bar] = t->nnotes;
        if (bar == 0) first = t->note[0].vel;
        last = t->note[t->nnotes - 1].vel;
        assert_true(step_of(&t->note[t->nnotes - 1]) < (bar == 7 ? 13 : 16));
        rig_free(&r);
    }
    static const int EXPECT[8] = {4, 4, 4, 4, 8, 8, 16, 24};
    for (int bar = 0; bar < 8; bar++) assert_int_equal(count[bar], EXPECT[bar]);
    assert_true(last > 2 * first);
}

static void a_fill_ends_the_bar_and_gives_higher_drums_to_higher_values(void **state)
{
    (void)state;
    Rig r;
    rig_init(&r, 0, 0);
    drums_fill(&r.d, 8);
    const Track *t = rig_track(&r);
    static const int ORDER[4] = {DRUM_TOM_LOW, DRUM_TOM_MID, DRUM_TOM_HIGH, DRUM_SNARE};
    int height[16] = {0};
    assert_true(t->nnotes >= 6);
    assert_int_equal(step_of(&t->note[t->nnotes - 1]), 15);
    for (int i = 0; i < t->nnotes; i++)
        for (int k = 0; k < 4; k++)
            if ((int)t->note[i].key == ORDER[k]) height[i] = k + 1;
    for (int i = 0; i < t->nnotes; i++) {
        assert_true(height[i] > 0 && step_of(&t->note[i]) >= 8);
        for (int k = 0; k < t->nnotes; k++)
            if (r.steps.u[step_of(&t->note[i])] < r.steps.u[step_of(&t->note[k])])
                assert_true(height[i] <= height[k]);
    }
    rig_free(&r);
}

static void percussion_keeps_off_the_beats(void **state)
{
    (void)state;
    static const int KEYS[3] = {DRUM_CONGA_LOW, DRUM_CONGA_OPEN, DRUM_CONGA_MUTE};
    Rig r;
    rig_init(&r, 0.3, 0.5);
    drums_percussion(&r.d, KEYS, 6, 0.7);
    const Track *t = rig_track(&r);
    int different = 0;
    assert_int_equal(t->nnotes, 6);
    for (int i = 0; i < t->nnotes; i++) {
        assert_true(step_of(&t->note[i]) % 4 != 0);
        different += i > 0 && t->note[i].key != t->note[0].key;
    }
    assert_true(different > 0);
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_kick_stands_on_every_beat),
        cmocka_unit_test(lateness_stays_within_fifteen_milliseconds_and_follows_the_residuals),
        cmocka_unit_test(swing_delays_odd_sixteenths_alone),
        cmocka_unit_test(ghosts_are_the_strongest_steps_off_the_beat),
        cmocka_unit_test(closed_hats_leave_the_off_beat_to_the_open_hat),
        cmocka_unit_test(more_tension_makes_louder_hats),
        cmocka_unit_test(a_roll_gets_faster_and_louder),
        cmocka_unit_test(a_fill_ends_the_bar_and_gives_higher_drums_to_higher_values),
        cmocka_unit_test(percussion_keeps_off_the_beats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
