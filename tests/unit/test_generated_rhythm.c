/* test_generated_rhythm.c: when the notes of acid and house sound, how long and how loud, with a
 * network that was planted. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture_generated.h"

static int notes_of(const char *genre, FixtureForeseen f, double weight, const char *track)
{
    FeatureSet fs;
    Score s;
    made_up(&fs, (FixtureOpts){.nl = 6}, f);
    compose(genre, &fs, by(GEN_JEPA, weight), &s);
    int n = track_named(&s, track)->nnotes;
    score_free(&s);
    feat_free(&fs);
    return n;
}

static void many_onsets_make_many_notes_and_few_make_few(void **state)
{
    (void)state;
    FixtureForeseen few = PLAIN, many = PLAIN;
    few.onset = 0.1;
    many.onset = 1;
    assert_true(notes_of("acid", many, 0.5, "TB-303") >
                notes_of("acid", few, 0.5, "TB-303") * 5 / 4);
    assert_true(notes_of("house", many, 0.5, "Bass") > notes_of("house", few, 0.5, "Bass") * 5 / 4);
}

static double mean_velocity(const Track *t, double *length)
{
    double vel = 0;
    *length = 0;
    for (int i = 0; i < t->nnotes; i++) {
        vel += (double)t->note[i].vel / t->nnotes;
        *length += t->note[i].dur / (double)t->nnotes;
    }
    return vel;
}

static void loud_and_long_networks_make_loud_and_long_notes(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        FixtureForeseen soft = PLAIN, loud = PLAIN;
        FeatureSet a, b;
        Score x, y;
        double brief, held;
        soft.level = 0.4;
        soft.length = -1;
        loud.level = 1;
        loud.length = 2;
        made_up(&a, (FixtureOpts){.nl = 6}, soft);
        made_up(&b, (FixtureOpts){.nl = 6}, loud);
        compose(GENRES[i], &a, by(GEN_JEPA, 0.5), &x);
        compose(GENRES[i], &b, by(GEN_JEPA, 0.5), &y);
        const char *line = i ? "Bass" : "TB-303";
        double quiet = mean_velocity(track_named(&x, line), &brief);
        assert_true(mean_velocity(track_named(&y, line), &held) > quiet + 0.05);
        assert_true(held > brief * 1.2);
        score_free(&x);
        score_free(&y);
        feat_free(&a);
        feat_free(&b);
    }
}

static void long_notes_of_a_network_do_not_run_into_the_next(void **state)
{
    (void)state;
    FixtureForeseen held = PLAIN;
    FeatureSet fs;
    Score s;
    held.length = 4; /* a bar */
    made_up(&fs, (FixtureOpts){.nl = 8, .salt = 2}, held);
    compose("acid", &fs, by(GEN_JEPA, 0), &s);
    const Track *t = track_named(&s, "TB-303");
    int tied = 0;
    for (int i = 0; i + 1 < t->nnotes; i++) {
        const Note *n = &t->note[i], *next = &t->note[i + 1];
        tied += (next->flags & NOTE_SLIDE) != 0;
        if (next->flags & NOTE_SLIDE) continue;
        assert_true(n->start + n->dur < next->start);
    }
    assert_true(tied > 3);
    score_free(&s);
    feat_free(&fs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_onsets_make_many_notes_and_few_make_few),
        cmocka_unit_test(loud_and_long_networks_make_loud_and_long_notes),
        cmocka_unit_test(long_notes_of_a_network_do_not_run_into_the_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
