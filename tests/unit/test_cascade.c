/* test_cascade.c: solo and what all pieces of the cascade share: channels, form, liveness, sources,
 * odd prompts. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture_activations.h"
#include "fixture_score.h"
#include "genre/cascade.h"
#include "music/scale.h"

static const GenreOpts DEFAULTS = {.root = -1, .mode = -1};
static const FixturePrompt PLAIN = {.nl = 8, .nt = 13, .direction = 4, .tension = 0.4, .bos = true};

static const Genre *mode(const char *name)
{
    for (int i = 0; genre_mode_at(i); i++)
        if (strcmp(genre_mode_at(i)->name, name) == 0) return genre_mode_at(i);
    fail_msg("no mode %s", name);
    return NULL;
}

static void compose(const FeatureSet *fs, GenreOpts opts, Score *s)
{
    Err err = {{0}};
    const FeatureSet *set[1] = {fs};
    *s = (Score){0};
    if (!mode("solo")->compose(set, 1, &opts, s, &err)) fail_msg("%s", err.msg);
    if (!score_check(s, set, 1, &err)) fail_msg("%s", err.msg);
}

static void solo_of(FixturePrompt p, GenreOpts opts, FeatureSet *fs, Score *s)
{
    *fs = (FeatureSet){0};
    fixture_prompt(fs, p);
    compose(fs, opts, s);
}

static int distinct_keys(const Track *t)
{
    bool seen[128] = {false};
    int n = 0;
    for (int i = 0; i < t->nnotes; i++) {
        int key = (int)t->note[i].key;
        n += !seen[key];
        seen[key] = true;
    }
    return n;
}

static void the_voices_have_their_channels_and_programs(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int channel, program;
    } WANT[4] = {{"Lead", 0, 81}, {"Strings", 1, 48}, {"Organ", 7, 19}, {"Celesta", 12, 8}};
    FeatureSet fs;
    Score s;
    solo_of(PLAIN, DEFAULTS, &fs, &s);
    assert_int_equal(s.ntracks, 4);
    for (int i = 0; i < 4; i++) {
        const Track *t = track_named(&s, WANT[i].name);
        assert_int_equal(t->channel, WANT[i].channel);
        assert_int_equal(t->program, WANT[i].program);
        assert_true(t->nnotes > 8);
    }
    score_free(&s);
    feat_free(&fs);
}

static void the_first_pass_has_half_a_beat_a_token_and_no_bos(void **state)
{
    (void)state;
    FeatureSet fs;
    Score s;
    solo_of(PLAIN, DEFAULTS, &fs, &s);
    const Track *lead = track_named(&s, "Lead");
    int tokens = 0;
    int32_t pass = s.section[1].at;
    while (lead->note[tokens].start < pass) tokens++;
    assert_int_equal(tokens, 12); /* 13 and the BOS that does not sound */
    int steps = 0;
    for (int i = 0; i + 1 < tokens; i++) {
        int32_t gap = lead->note[i + 1].start - lead->note[i].start;
        assert_true(gap >= SCORE_PPQ / 2);
        steps += gap == SCORE_PPQ / 2;
    }
    assert_int_equal(steps, tokens - 2); /* two phrases */
    for (int i = 0; i < lead->nnotes; i++) {
        Cell c = lead->note[i].from[FROM_PITCH];
        assert_true(fs.table[FT_TOKENS].key[c.row].token > 0);
    }
    score_free(&s);
    feat_free(&fs);
}

static void a_prompt_of_twelve_tokens_is_alive(void **state)
{
    (void)state;
    for (unsigned salt = 0; salt < 6; salt++) {
        FixturePrompt p = PLAIN;
        FeatureSet fs;
        Score s;
        bool level[128] = {false};
        int levels = 0, durations = 0;
        p.salt = salt;
        solo_of(p, DEFAULTS, &fs, &s);
        assert_true(distinct_keys(track_named(&s, "Lead")) >= 6);
        const Track *organ = track_named(&s, "Organ");
        for (int i = 0; i < organ->nctls && organ->ctl[i].at < s.section[1].at; i++) {
            int step = (int)(127 * organ->ctl[i].value);
            levels += !level[step];
            level[step] = true;
        }
        assert_true(levels >= 8);
        const Track *strings = track_named(&s, "Strings");
        for (int i = 0; i < strings->nnotes; i++) {
            bool fresh = true;
            for (int k = 0; k < i; k++)
                fresh = fresh && strings->note[k].dur != strings->note[i].dur;
            durations += fresh;
        }
        assert_true(durations >= 4);
        double seconds = score_seconds(&s, s.length);
        assert_true(seconds > 20 && seconds < 60);
        score_free(&s);
        feat_free(&fs);
    }
}

static void the_pairs_own_means_are_a_quarter_and_three(void **state)
{
    (void)state;
    static const double WANT[][2] = {{0, 0.25}, {0.5, 0.5}, {1, 0.75}, {2.5, 0.9}, {-4, 0.05}};
    for (int i = 0; i < 5; i++) {
        FixturePrompt p = PLAIN;
        FeatureSet fs = {0};
        p.constant = true; /* all tokens have the tension itself */
        p.tension = WANT[i][0];
        fixture_prompt(&fs, p);
        assert_float_equal(cascade_tension(&fs), WANT[i][1], 1e-6); /* tensions are f32 */
        feat_free(&fs);
    }
}

static void tension_picks_mode_and_tempo(void **state)
{
    (void)state;
    static const struct {
        double tension;
        int mode;
    } WANT[] = {{0.2, MODE_NATURAL_MINOR}, {0.8, MODE_DORIAN}, {1.5, MODE_PHRYGIAN}};
    for (int i = 0; i < 3; i++) {
        FixturePrompt p = PLAIN;
        FeatureSet fs;
        Score s;
        p.tension = WANT[i].tension;
        p.salt = 5;
        solo_of(p, DEFAULTS, &fs, &s);
        assert_float_equal(s.tempo[0].bpm, 72 + 40 * cascade_tension(&fs), 1e-9);
        const Scale scale = cascade_key(&fs, &DEFAULTS);
        assert_int_equal(scale.root, (40 + 5) % 12);
        assert_int_equal(scale.mode, WANT[i].mode);
        const Track *lead = track_named(&s, "Lead");
        for (int k = 0; k < lead->nnotes; k++) {
            if (lead->note[k].start >= s.length - 2 * 4 * SCORE_PPQ) continue; /* the cadence */
            assert_true(scale_has(scale, (int)lead->note[k].key));
        }
        score_free(&s);
        feat_free(&fs);
    }
}

static void over_nine_tenths_there_are_passing_tones(void **state)
{
    (void)state;
    FixturePrompt p = PLAIN;
    FeatureSet fs;
    Score s;
    p.tension = 5;
    solo_of(p, DEFAULTS, &fs, &s);
    assert_true(cascade_tension(&fs) > 0.9);
    const Track *lead = track_named(&s, "Lead");
    int outside = 0;
    for (int i = 1; i + 1 < lead->nnotes; i++) {
        if (!strstr(s.rule[lead->note[i].rule], "passing")) continue;
        outside += !scale_has((Scale){4, MODE_PHRYGIAN}, (int)lead->note[i].key);
        assert_int_equal(abs((int)lead->note[i + 1].key - (int)lead->note[i - 1].key), 2);
    }
    assert_true(outside > 0);
    score_free(&s);
    feat_free(&fs);
}

static void what_the_user_asks_for_is_honoured(void **state)
{
    (void)state;
    FeatureSet fs;
    Score s;
    const GenreOpts opts = {.root = 2, .mode = MODE_PENTATONIC_MAJOR, .tempo = 100, .seconds = 40};
    solo_of(PLAIN, opts, &fs, &s);
    assert_float_equal(s.tempo[0].bpm, 100, 0);
    /* To half a pass (1.5 bars of 2.4 s here) and the coda's slowing (0.9 s). */
    assert_float_equal(score_seconds(&s, s.length), 40, 4.5);
    const Track *lead = track_named(&s, "Lead");
    for (int i = 0; i < lead->nnotes; i++)
        if (!strstr(s.rule[lead->note[i].rule], "coda"))
            assert_true(scale_has((Scale){2, MODE_PENTATONIC_MAJOR}, (int)lead->note[i].key));
    score_free(&s);
    feat_free(&fs);
    solo_of(PLAIN, (GenreOpts){.root = -1, .mode = -1, .transpose = 5, .tempo_add = -9}, &fs, &s);
    assert_float_equal(s.tempo[0].bpm, 72 + 40 * cascade_tension(&fs) - 9, 1e-9);
    const Track *strings = track_named(&s, "Strings");
    assert_int_equal((int)strings->note[strings->nnotes - 4].key % 12, (40 + 5) % 12);
    score_free(&s);
    feat_free(&fs);
}

static bool equal_notes(const Note *a, const Note *b)
{
    return a->start == b->start && a->dur == b->dur && a->key == b->key && a->vel == b->vel;
}

static void the_same_prompt_gives_the_same_notes_and_another_does_not(void **state)
{
    (void)state;
    FeatureSet fs[3];
    Score s[3];
    FixturePrompt p = PLAIN;
    int differ = 0;
    solo_of(p, DEFAULTS, &fs[0], &s[0]);
    solo_of(p, DEFAULTS, &fs[1], &s[1]);
    p.salt = 12; /* the same root */
    solo_of(p, DEFAULTS, &fs[2], &s[2]);
    for (int t = 0; t < s[0].ntracks; t++) {
        assert_int_equal(s[0].track[t].nnotes, s[1].track[t].nnotes);
        for (int i = 0; i < s[0].track[t].nnotes; i++)
            assert_true(equal_notes(&s[0].track[t].note[i], &s[1].track[t].note[i]));
    }
    for (int i = 0; i < 12; i++)
        differ += s[0].track[0].note[i].key != s[2].track[0].note[i].key;
    assert_true(differ >= 4);
    for (int i = 0; i < 3; i++) {
        score_free(&s[i]);
        feat_free(&fs[i]);
    }
}

/* A phase decides its own note; through the chain's state the later notes of that pass, and through
 * the layers' medians the chords (which the held notes at the end of phrases lean on); nothing
 * before it in its pass. */
static void a_turned_phase_moves_nothing_before_its_own_note(void **state)
{
    (void)state;
    const int turned = 7;
    FeatureSet fs[2];
    Score s[2];
    FixturePrompt p = PLAIN;
    int moved = 0;
    solo_of(p, DEFAULTS, &fs[0], &s[0]);
    p.turn = 2.5;
    p.turn_token = turned;
    solo_of(p, DEFAULTS, &fs[1], &s[1]);
    const Track *a = track_named(&s[0], "Lead"), *b = track_named(&s[1], "Lead");
    bool after = false;
    for (int i = 0; i < 12; i++) {
        int row = a->note[i].from[FROM_PITCH].row;
        after = after || fs[0].table[FT_TOKENS].key[row].token == turned;
        bool lean = strstr(s[0].rule[a->note[i].rule], "lead.end") ||
                    strstr(s[1].rule[b->note[i].rule], "lead.end");
        if (!after && !lean) assert_true(a->note[i].key == b->note[i].key);
        moved += a->note[i].key != b->note[i].key;
        assert_true(a->note[i].start == b->note[i].start && a->note[i].vel == b->note[i].vel);
    }
    assert_true(moved > 0);
    for (int i = 0; i < 2; i++) {
        score_free(&s[i]);
        feat_free(&fs[i]);
    }
}

static void layers_without_a_direction_have_no_organ(void **state)
{
    (void)state;
    FeatureSet fs;
    Score s;
    FixturePrompt p = PLAIN;
    solo_of(p, DEFAULTS, &fs, &s);
    const Track *organ = track_named(&s, "Organ");
    for (int i = 0; i < organ->nnotes; i++) {
        int row = organ->note[i].from[FROM_PITCH].row;
        int table = organ->note[i].from[FROM_PITCH].table;
        assert_true(fs.table[table].key[row].layer >= 4);
    }
    score_free(&s);
    feat_free(&fs);
    p.direction = -1;
    solo_of(p, DEFAULTS, &fs, &s);
    assert_float_equal(cascade_tension(&fs), 0.5, 0);
    for (int i = 0; i < s.ntracks; i++) assert_string_not_equal(s.track[i].name, "Organ");
    assert_float_equal(s.tempo[0].bpm, 92, 0);
    score_free(&s);
    feat_free(&fs);
}

static void odd_prompts_still_make_whole_pieces(void **state)
{
    (void)state;
    const FixturePrompt ODD[] = {
        {.nl = 8, .nt = 1, .direction = 4},
        {.nl = 8, .nt = 1, .direction = 4, .bos = true},
        {.nl = 1, .nt = 9, .direction = 0, .tension = 0.7},
        {.nl = 1, .nt = 1, .direction = -1},
        {.nl = 6, .nt = 12, .direction = 3, .constant = true},
        {.nl = 6, .nt = 12, .direction = 3, .broken = true},
        {.nl = 3, .nt = 12, .direction = -1, .broken = true},
        {.nl = 6, .nt = 12, .direction = -1, .bare = true},
        {.nl = 26, .nt = 60, .direction = 13, .tension = -4},
        {.nl = 4, .nt = 300, .direction = 2, .tension = 9},
    };
    for (size_t i = 0; i < sizeof ODD / sizeof *ODD; i++) {
        for (int mode_or = -1; mode_or < MODE_COUNT; mode_or++) {
            FeatureSet fs;
            Score s;
            solo_of(ODD[i], (GenreOpts){.root = -1, .mode = mode_or}, &fs, &s);
            assert_true(track_named(&s, "Lead")->nnotes >= 5);
            assert_true(track_named(&s, "Strings")->nnotes >= 12);
            score_free(&s);
            feat_free(&fs);
        }
    }
}

static void a_set_without_a_prompt_is_refused_by_name(void **state)
{
    (void)state;
    FeatureSet fs = {.model = mem_strdup("fixture")};
    const FeatureSet *set[1] = {&fs};
    Score s = {0};
    Err err = {{0}};
    assert_false(mode("solo")->compose(set, 1, &DEFAULTS, &s, &err));
    assert_non_null(strstr(err.msg, "fixture"));
    score_free(&s);
    feat_free(&fs);
}

static void the_arc_is_calm_rising_peak_falling(void **state)
{
    (void)state;
    static const double ELEVEN[11] = {.5, .1, .9, .3, .7, .2, .8, .4, .6, .05, .95};
    static const int WANT[11] = {9, 1, 5, 3, 0, 4, 2, 10, 6, 8, 7};
    int order[DIALOGUE_PARTS];
    assert_int_equal(dialogue_order(ELEVEN, 11, order), 11);
    for (int i = 0; i < 11; i++) assert_int_equal(order[i], WANT[i]);
}

static void ties_keep_the_order_of_the_list_and_no_prompt_comes_twice(void **state)
{
    (void)state;
    double same[40] = {0};
    for (int n = 1; n <= 40; n++) {
        int order[DIALOGUE_PARTS];
        bool seen[40] = {false};
        same[n - 1] = n % 7 == 0 ? NAN : 0.5;
        int got = dialogue_order(same, n, order);
        assert_int_equal(got, n < 11 ? n : 11);
        for (int i = 0; i < got; i++) {
            assert_true(order[i] >= 0 && order[i] < n && !seen[order[i]]);
            seen[order[i]] = true;
        }
        assert_int_equal(order[0], 0);
    }
    const double four[4] = {.4, .1, .3, .2};
    int order[DIALOGUE_PARTS];
    assert_int_equal(dialogue_order(four, 4, order), 4);
    assert_int_equal(order[0], 1);
    assert_int_equal(order[1], 2);
    assert_int_equal(order[2], 0);
    assert_int_equal(order[3], 3);
}

static void categories_have_keys_and_modes_of_their_own(void **state)
{
    (void)state;
    GenreOpts o[12];
    for (int i = 0; i < 12; i++) {
        o[i] = DEFAULTS;
        album_category(i, &o[i]);
        for (int k = 0; k < i; k++) assert_true(o[k].transpose != o[i].transpose);
        if (i > 0) assert_true(o[i].mode != o[i - 1].mode);
        if (i > 0) assert_true(o[i].tempo_add != o[i - 1].tempo_add);
    }
    assert_int_equal(o[1].transpose, 2);
    assert_int_equal(o[2].transpose, 5);
    assert_int_equal(o[3].transpose, 7);
    assert_int_equal(o[4].transpose, 3);
    GenreOpts own = {.root = 4, .mode = MODE_LYDIAN};
    album_category(3, &own);
    assert_int_equal(own.mode, MODE_LYDIAN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_voices_have_their_channels_and_programs),
        cmocka_unit_test(the_first_pass_has_half_a_beat_a_token_and_no_bos),
        cmocka_unit_test(a_prompt_of_twelve_tokens_is_alive),
        cmocka_unit_test(the_pairs_own_means_are_a_quarter_and_three),
        cmocka_unit_test(tension_picks_mode_and_tempo),
        cmocka_unit_test(over_nine_tenths_there_are_passing_tones),
        cmocka_unit_test(what_the_user_asks_for_is_honoured),
        cmocka_unit_test(the_same_prompt_gives_the_same_notes_and_another_does_not),
        cmocka_unit_test(a_turned_phase_moves_nothing_before_its_own_note),
        cmocka_unit_test(layers_without_a_direction_have_no_organ),
        cmocka_unit_test(odd_prompts_still_make_whole_pieces),
        cmocka_unit_test(a_set_without_a_prompt_is_refused_by_name),
        cmocka_unit_test(the_arc_is_calm_rising_peak_falling),
        cmocka_unit_test(ties_keep_the_order_of_the_list_and_no_prompt_comes_twice),
        cmocka_unit_test(categories_have_keys_and_modes_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
