/* test_improvise.c: music made a token at a time: calm and tense, with sources. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "fixture_near.h"
#include "music/improvise.h"

typedef struct Stand {
    FeatureSet fs;
    Score score;
    Improviser im;
} Stand;

static void stand_open(Stand *s)
{
    *s = (Stand){.fs = {.model = mem_strdup("made"), .family = mem_strdup("made"), .nl = 8}};
    improvise_begin(&s->im, &s->fs, &s->score, 4, 2, 8);
}

static void stand_close(Stand *s)
{
    feat_free(&s->fs);
    score_free(&s->score);
}

static int play(Stand *s, double angle, double norm, double tension, ImproviseNote *out)
{
    const ImproviseToken t = {.angle = angle, .norm = norm, .surprisal = 3, .entropy = 1,
                              .tension = tension};
    return improvise_token(&s->im, &t, "x", out);
}

static bool is_pentatonic(float key)
{
    static const bool IN[12] = {[0] = true, [2] = true, [4] = true, [7] = true, [9] = true};
    return key == floorf(key) && IN[(int)key % 12];
}

static void calm_notes_are_pentatonic_and_alone(void **state)
{
    Stand s;
    ImproviseNote out[IMPROVISE_NOTES];
    (void)state;
    stand_open(&s);
    for (int i = 0; i < 40; i++) {
        int n = play(&s, 0.1 * (i % 31), 1 + i % 5, 1.9, out);
        assert_int_equal(n, i % IMPROVISE_CHORD == 0 ? 3 : 1);
        assert_int_equal(out[0].track, IMPROVISE_CALM);
        assert_true(is_pentatonic(out[0].note.key));
        assert_true(out[0].note.key >= 60 && out[0].note.key <= 60 + 28);
        assert_int_equal(out[0].note.start, i * IMPROVISE_TICKS);
    }
    stand_close(&s);
}

static void tense_notes_are_seconds_and_tritones(void **state)
{
    Stand s;
    ImproviseNote out[IMPROVISE_NOTES];
    (void)state;
    stand_open(&s);
    assert_int_equal(play(&s, 1, 1, 2, out), 4);
    assert_int_equal(out[0].track, IMPROVISE_TENSE);
    assert_near(out[1].note.key - out[0].note.key, 1, 0);
    assert_int_equal(out[2].track, IMPROVISE_PAD);
    assert_near(out[3].note.key - out[2].note.key, 6, 0); /* the chord is a tritone */
    float dull = out[0].note.timbre[0];
    assert_int_equal(play(&s, 1, 1, 4, out), 3);
    assert_near(out[2].note.key - out[0].note.key, 6, 0);
    assert_true(out[0].note.timbre[0] > dull); /* brighter */
    assert_true(improvise_is_tense(&s.im, 2) && !improvise_is_tense(&s.im, 1.99));
    stand_close(&s);
}

static void the_melody_steps_by_the_angle_where_the_norm_goes(void **state)
{
    Stand s;
    ImproviseNote out[IMPROVISE_NOTES];
    (void)state;
    stand_open(&s);
    play(&s, 0, 5, 0, out);
    float start = out[0].note.key;
    play(&s, M_PI / 7, 6, 0, out);
    float up = out[0].note.key;
    play(&s, M_PI / 7, 4, 0, out);
    assert_true(up > start);
    assert_near(out[0].note.key, start, 0);
    play(&s, 0.05, 3, 0, out);
    assert_near(out[0].note.key, start, 0); /* a small angle is no step */
    stand_close(&s);
}

static void every_note_has_its_sources(void **state)
{
    Stand s;
    ImproviseNote out[IMPROVISE_NOTES];
    const FeatureSet *fs = &s.fs;
    Err err = {""};
    Str line = {0};
    (void)state;
    stand_open(&s);
    for (int i = 0; i < 30; i++) play(&s, 0.1 * i, i % 4, i % 5, out);
    score_finish(&s.score);
    if (!score_check(&s.score, &fs, 1, &err)) fail_msg("%s", err.msg);
    assert_int_equal(s.fs.table[FT_TOKENS].nrows, 30);
    cell_describe(&s.fs, s.score.track[IMPROVISE_TENSE].note[0].from[FROM_TIMBRE], &line);
    assert_non_null(strstr(line.s, "tension"));
    str_free(&line);
    assert_near(score_seconds(&s.score, 8 * IMPROVISE_TICKS), 1, 1e-9); /* 8 tokens a second */
    stand_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calm_notes_are_pentatonic_and_alone),
        cmocka_unit_test(tense_notes_are_seconds_and_tritones),
        cmocka_unit_test(the_melody_steps_by_the_angle_where_the_norm_goes),
        cmocka_unit_test(every_note_has_its_sources),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
