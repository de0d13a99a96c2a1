/* test_cascade_modes.c: contrast, dialogue and delta: pieces of several prompts or models. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "fixture_activations.h"
#include "fixture_score.h"
#include "genre/cascade.h"
#include "music/scale.h"

static const GenreOpts DEFAULTS = {.root = -1, .mode = -1};
static const FixturePrompt PLAIN = {.nl = 8, .nt = 13, .direction = 4, .tension = 0.4, .bos = true};
enum { BAR_TICKS = 4 * SCORE_PPQ };

typedef struct Sets {
    FeatureSet fs[DIALOGUE_PARTS];
    const FeatureSet *ptr[DIALOGUE_PARTS];
    int n;
} Sets;

static void add_set(Sets *s, FixturePrompt p)
{
    s->fs[s->n] = (FeatureSet){.id = s->n};
    fixture_prompt(&s->fs[s->n], p);
    s->ptr[s->n] = &s->fs[s->n];
    s->n++;
}

static void free_sets(Sets *s)
{
    for (int i = 0; i < s->n; i++) feat_free(&s->fs[i]);
    s->n = 0;
}

static const Genre *mode(const char *name)
{
    for (int i = 0; genre_mode_at(i); i++)
        if (strcmp(genre_mode_at(i)->name, name) == 0) return genre_mode_at(i);
    fail_msg("no mode %s", name);
    return NULL;
}

static void check(const Sets *sets, const Score *s, bool ok, Err *err)
{
    if (!ok || !score_check(s, sets->ptr, sets->n, err)) fail_msg("%s", err->msg);
}

static void compose(const char *name, const Sets *sets, GenreOpts opts, Score *s)
{
    Err err = {{0}};
    *s = (Score){0};
    check(sets, s, mode(name)->compose(sets->ptr, sets->n, &opts, s, &err), &err);
}

static bool same_notes(const Track *a, const Track *b)
{
    if (a->nnotes != b->nnotes) return false;
    for (int i = 0; i < a->nnotes; i++)
        if (a->note[i].start != b->note[i].start || a->note[i].key != b->note[i].key ||
            a->note[i].dur != b->note[i].dur || a->note[i].vel != b->note[i].vel)
            return false;
    return true;
}

static bool has_track(const Score *s, const char *name)
{
    for (int i = 0; i < s->ntracks; i++)
        if (strcmp(s->track[i].name, name) == 0) return true;
    return false;
}

static void pair(Sets *sets, int tokens)
{
    FixturePrompt calm = PLAIN, tense = PLAIN;
    tense.salt = 24; /* the same root */
    tense.tension = 0.8;
    tense.nt = tokens;
    add_set(sets, calm);
    add_set(sets, tense);
}

static void the_voices_of_a_contrast_are_as_long_and_as_fast(void **state)
{
    (void)state;
    for (int tokens = 5; tokens < 60; tokens += 11) {
        Sets sets = {.n = 0};
        Score voice[2], whole;
        Err err = {{0}};
        pair(&sets, tokens);
        for (int i = 0; i < 2; i++) {
            voice[i] = (Score){0};
            check(&sets, &voice[i], contrast_voice(sets.ptr, i, &DEFAULTS, &voice[i], &err), &err);
        }
        compose("contrast", &sets, DEFAULTS, &whole);
        assert_int_equal(voice[0].length, voice[1].length);
        assert_int_equal(voice[0].length, whole.length);
        assert_int_equal(voice[0].ntempos, voice[1].ntempos);
        for (int i = 0; i < voice[0].ntempos; i++) {
            assert_int_equal(voice[0].tempo[i].at, voice[1].tempo[i].at);
            assert_float_equal(voice[0].tempo[i].bpm, voice[1].tempo[i].bpm, 0);
        }
        score_free(&whole);
        for (int i = 0; i < 2; i++) score_free(&voice[i]);
        free_sets(&sets);
    }
}

static void the_whole_is_both_voices_left_and_right(void **state)
{
    (void)state;
    static const char *const NAMES[4] = {"Lead", "Strings", "Celesta", "Organ"};
    Sets sets = {.n = 0};
    Score voice[2] = {{.length = 0}, {.length = 0}}, whole;
    Err err = {{0}};
    pair(&sets, 13);
    for (int i = 0; i < 2; i++)
        check(&sets, &voice[i], contrast_voice(sets.ptr, i, &DEFAULTS, &voice[i], &err), &err);
    compose("contrast", &sets, DEFAULTS, &whole);
    assert_int_equal(whole.ntracks, 7);
    assert_false(has_track(&voice[0], "Organ"));
    assert_true(has_track(&voice[1], "Organ"));
    for (int i = 0; i < 2; i++) {
        for (int k = 0; k < 3 + i; k++) {
            char name[32];
            snprintf(name, sizeof name, "%s %c", NAMES[k], "AB"[i]);
            const Track *t = track_named(&whole, name), *own = track_named(&voice[i], NAMES[k]);
            assert_true(same_notes(t, own));
            assert_true(t->nnotes > 0);
            assert_true(i == 0 ? t->pan < -0.5f : t->pan > 0.5f);
            assert_true(own->pan > -0.5f && own->pan < 0.5f);
        }
    }
    for (int i = 0; i < whole.ntracks; i++)
        for (int k = 0; k < i; k++) assert_true(whole.track[i].channel != whole.track[k].channel);
    score_free(&whole);
    for (int i = 0; i < 2; i++) score_free(&voice[i]);
    free_sets(&sets);
}

static void the_second_voice_turns_phrygian_and_differs_from_the_first(void **state)
{
    (void)state;
    Sets sets = {.n = 0};
    Score voice[2] = {{.length = 0}, {.length = 0}};
    Err err = {{0}};
    int lowered = 0, differ = 0, passing = 0;
    pair(&sets, 13);
    for (int i = 0; i < 2; i++)
        check(&sets, &voice[i], contrast_voice(sets.ptr, i, &DEFAULTS, &voice[i], &err), &err);
    const Track *a = track_named(&voice[0], "Lead"), *b = track_named(&voice[1], "Lead");
    for (int i = 0; i < b->nnotes; i++) {
        bool later = b->note[i].start >= voice[1].section[1].at;
        lowered += later && (int)b->note[i].key % 12 == (40 + 1) % 12; /* the second degree */
        bool between = strstr(voice[1].rule[b->note[i].rule], "passing") != NULL;
        assert_true(!between || later);
        passing += between;
    }
    for (int i = 0; i < a->nnotes; i++) {
        assert_int_not_equal((int)a->note[i].key % 12, (40 + 1) % 12); /* never in natural minor */
        if (i < b->nnotes) differ += a->note[i].key != b->note[i].key;
    }
    assert_true(lowered > 0);
    assert_true(passing > 0);
    assert_true(3 * differ > a->nnotes);
    for (int i = 0; i < 2; i++) score_free(&voice[i]);
    free_sets(&sets);
}

static void arc(Sets *sets, int n)
{
    for (int i = 0; i < n; i++) {
        FixturePrompt p = PLAIN;
        p.salt = 12u * (unsigned)i;
        p.nt = 8 + i;
        p.tension = 0.30 + 0.02 * (i <= n / 2 ? i : n - i);
        add_set(sets, p);
    }
}

static void a_dialogue_is_one_piece_of_eleven_sections(void **state)
{
    (void)state;
    Sets sets = {.n = 0};
    Score s;
    arc(&sets, 11);
    compose("dialogue", &sets, DEFAULTS, &s);
    assert_int_equal(s.nsections, 11);
    assert_int_equal(s.ntracks, 4);
    double least = 999, most = 0;
    for (int i = 0; i < 11; i++) {
        int32_t end = i < 10 ? s.section[i + 1].at : s.length;
        assert_int_equal(s.section[i].at % BAR_TICKS, 0);
        const Track *lead = track_named(&s, "Lead");
        int notes = 0;
        for (int k = 0; k < lead->nnotes; k++) {
            bool in = lead->note[k].start >= s.section[i].at && lead->note[k].start < end;
            notes += in;
            if (in) assert_int_equal((int)lead->note[k].from[FROM_PITCH].set, i);
        }
        assert_true(notes >= 7 + i);
    }
    for (int i = 0; i + 2 < s.ntempos; i++) {
        least = s.tempo[i].bpm < least ? s.tempo[i].bpm : least;
        most = s.tempo[i].bpm > most ? s.tempo[i].bpm : most;
    }
    assert_float_equal(least, 72, 1e-9);
    assert_float_equal(most, 112, 1e-9);
    bool phrygian = false, minor = false;
    for (int i = 0; i < s.nkeysigs; i++) {
        phrygian = phrygian || s.keysig[i].sharps != s.keysig[0].sharps;
        minor = minor || s.keysig[i].minor;
    }
    assert_true(phrygian && minor);
    score_free(&s);
    free_sets(&sets);
}

static void a_part_of_a_dialogue_is_its_section(void **state)
{
    (void)state;
    Sets sets = {.n = 0};
    Score s, part = {.length = 0};
    Err err = {{0}};
    int same = 0, count = 0;
    arc(&sets, 11);
    compose("dialogue", &sets, DEFAULTS, &s);
    check(&sets, &part, dialogue_part(sets.ptr, 11, 4, &DEFAULTS, &part, &err), &err);
    const Track *whole = track_named(&s, "Lead"), *own = track_named(&part, "Lead");
    for (int i = 0; i < whole->nnotes; i++) {
        if (whole->note[i].start < s.section[4].at || whole->note[i].start >= s.section[5].at)
            continue;
        same += own->note[count].start == whole->note[i].start - s.section[4].at &&
                own->note[count].key == whole->note[i].key;
        count++;
    }
    assert_true(count > 8);
    assert_int_equal(same, count);
    for (int i = 0; i < s.ntempos; i++)
        if (s.tempo[i].at == s.section[4].at)
            assert_float_equal(s.tempo[i].bpm, part.tempo[0].bpm, 0);
    score_free(&part);
    score_free(&s);
    free_sets(&sets);
}

static void one_prompt_and_a_wish_for_a_length_make_a_dialogue(void **state)
{
    (void)state;
    Sets sets = {.n = 0};
    Score s;
    arc(&sets, 1);
    compose("dialogue", &sets, DEFAULTS, &s);
    assert_int_equal(s.nsections, 1);
    score_free(&s);
    free_sets(&sets);
    arc(&sets, 5);
    compose("dialogue", &sets, (GenreOpts){.root = 0, .mode = -1, .seconds = 100}, &s);
    /* Each of five parts is whole passes of two or three bars: within half of one, 4 s. */
    assert_float_equal(score_seconds(&s, s.length), 100, 20);
    score_free(&s);
    free_sets(&sets);
}

static void models(Sets *sets, double loss)
{
    FixturePrompt p = PLAIN;
    p.direction = 2;
    p.tension = 0.6;
    add_set(sets, p);
    p.loss = loss;
    add_set(sets, p);
}

static void equal_models_play_in_unison_without_an_organ(void **state)
{
    (void)state;
    Sets sets = {.n = 0};
    Score s;
    models(&sets, 0);
    compose("delta", &sets, DEFAULTS, &s);
    const Track *oboe = track_named(&s, "Oboe"), *clarinet = track_named(&s, "Clarinet");
    assert_int_equal(oboe->program, 68);
    assert_int_equal(track_named(&s, "Organ")->nnotes, 0);
    int n = clarinet->nnotes;
    assert_int_equal(n, 12 * 6); /* tokens, layers 2..7; the coda is the oboe's */
    for (int i = 0; i < n; i++) {
        assert_true(oboe->note[i].key == clarinet->note[i].key);
        assert_int_equal(oboe->note[i].start, clarinet->note[i].start);
    }
    score_free(&s);
    free_sets(&sets);
}

static void layers_that_lost_the_direction_have_a_low_organ(void **state)
{
    (void)state;
    Sets sets = {.n = 0};
    Score s;
    int apart = 0;
    models(&sets, 0.9);
    compose("delta", &sets, DEFAULTS, &s);
    const Track *organ = track_named(&s, "Organ");
    assert_int_equal(organ->nnotes, 2 * 4); /* layers 4..7 */
    for (int i = 0; i < organ->nnotes; i++) {
        Cell c = organ->note[i].from[FROM_PITCH];
        assert_true(sets.fs[1].table[c.table].key[c.row].layer >= 4);
        assert_int_equal((int)c.set, 1);
        assert_true(organ->note[i].key < 48);
        assert_true(organ->note[i].vel > 0.75f);
    }
    for (int i = 0; i < s.nsections; i++) {
        int layer = -1;
        if (sscanf(s.section[i].name, "Layer %d", &layer) != 1) continue;
        assert_true((strstr(s.section[i].name, "lost") != NULL) == (layer >= 4));
    }
    const Track *oboe = track_named(&s, "Oboe"), *clarinet = track_named(&s, "Clarinet");
    for (int i = 0; i < clarinet->nnotes; i++) apart += oboe->note[i].key > clarinet->note[i].key;
    assert_true(apart >= 12 * 4 - 8);
    score_free(&s);
    free_sets(&sets);
}

static void what_cannot_be_composed_is_refused(void **state)
{
    (void)state;
    Sets sets = {.n = 0};
    Score s = {0};
    Err err = {{0}};
    FixturePrompt p = PLAIN;
    add_set(&sets, p);
    assert_false(mode("contrast")->compose(sets.ptr, 1, &DEFAULTS, &s, &err));
    assert_non_null(strstr(err.msg, "two prompts"));
    assert_false(mode("dialogue")->compose(sets.ptr, 0, &DEFAULTS, &s, &err));
    assert_false(mode("dialogue")->compose(sets.ptr, 12, &DEFAULTS, &s, &err));
    p.nt = 9;
    add_set(&sets, p);
    assert_false(mode("delta")->compose(sets.ptr, 2, &DEFAULTS, &s, &err));
    assert_non_null(strstr(err.msg, "one shape"));
    free_sets(&sets);
    p.direction = -1;
    add_set(&sets, p);
    add_set(&sets, p);
    assert_false(mode("delta")->compose(sets.ptr, 2, &DEFAULTS, &s, &err));
    assert_non_null(strstr(err.msg, "direction"));
    score_free(&s);
    free_sets(&sets);
}

static void odd_prompts_make_whole_pieces(void **state)
{
    (void)state;
    const FixturePrompt ODD[] = {{.nl = 8, .nt = 1, .direction = 4},
                                 {.nl = 1, .nt = 9, .direction = 0, .tension = 0.7},
                                 {.nl = 6, .nt = 12, .direction = 3, .constant = true},
                                 {.nl = 6, .nt = 12, .direction = 3, .broken = true},
                                 {.nl = 4, .nt = 150, .direction = 2, .tension = 9}};
    static const char *const MODES[3] = {"contrast", "dialogue", "delta"};
    for (size_t i = 0; i < sizeof ODD / sizeof *ODD; i++) {
        for (int m = 0; m < 3; m++) {
            for (int mode_or = -1; mode_or < MODE_COUNT; mode_or++) {
                Sets sets = {.n = 0};
                Score s;
                add_set(&sets, ODD[i]);
                add_set(&sets, ODD[i]);
                compose(MODES[m], &sets, (GenreOpts){.root = -1, .mode = mode_or}, &s);
                assert_true(score_count_notes(&s) > 20);
                score_free(&s);
                free_sets(&sets);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_voices_of_a_contrast_are_as_long_and_as_fast),
        cmocka_unit_test(the_whole_is_both_voices_left_and_right),
        cmocka_unit_test(the_second_voice_turns_phrygian_and_differs_from_the_first),
        cmocka_unit_test(a_dialogue_is_one_piece_of_eleven_sections),
        cmocka_unit_test(a_part_of_a_dialogue_is_its_section),
        cmocka_unit_test(one_prompt_and_a_wish_for_a_length_make_a_dialogue),
        cmocka_unit_test(equal_models_play_in_unison_without_an_organ),
        cmocka_unit_test(layers_that_lost_the_direction_have_a_low_organ),
        cmocka_unit_test(what_cannot_be_composed_is_refused),
        cmocka_unit_test(odd_prompts_make_whole_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
