/* test_opera.c: the opera: its form, its counterpoint, its cadences, its dynamics. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture_opera.h"
#include "music/counterpoint.h"
#include "music/keyfind.h"

static int rule_named(const Score *s, const char *prefix)
{
    for (int i = 0; i < s->nrules; i++)
        if (strncmp(s->rule[i], prefix, strlen(prefix)) == 0) return i;
    fail_msg("no rule %s", prefix);
    return -1;
}

static int section_start(const Score *s, const char *prefix)
{
    for (int i = 0; i < s->nsections; i++)
        if (strncmp(s->section[i].name, prefix, strlen(prefix)) == 0) return s->section[i].at;
    fail_msg("no section %s", prefix);
    return -1;
}

static void eleven_players_and_four_acts(void **state)
{
    (void)state;
    static const int PROGRAM[NTRACKS] = {40, 40, 41, 42, 43, 60, 68, 71, 46, 19, 47};
    FeatureSet fs;
    Score s;
    compose_fixture(&fs, (FixtureOpts){.nl = 8}, DEFAULTS, &s);
    assert_int_equal(s.ntracks, NTRACKS);
    for (int t = 0; t < NTRACKS; t++) {
        assert_int_equal(s.track[t].program, PROGRAM[t]);
        assert_true(s.track[t].nnotes > 20);
    }
    int tensors = 1 + 8 * 9 + 1;
    assert_int_equal(s.nsections, 4);
    assert_int_equal(section_start(&s, "Act I:"), 0);
    assert_int_equal(section_start(&s, "Act II:"), 96 * BAR);
    assert_int_equal(section_start(&s, "Act III:"), 192 * BAR);
    assert_int_equal(section_start(&s, "Act IV:"), (192 + 6 * 8) * BAR);
    assert_int_equal(s.length, (192 + 6 * 8 + tensors + 4) * BAR);
    assert_true(s.tempo[0].at == 0 && s.tempo[0].bpm == 66);
    release(&fs, &s);
}

static void every_player_stays_in_a_comfortable_range(void **state)
{
    (void)state;
    static const int RANGE[NTRACKS][2] = {{55, 93},  {55, 86}, {48, 79}, {36, 70},
                                          {28, 58},  {41, 72}, {58, 88}, {50, 86},
                                          {24, 100}, {36, 84}, {38, 57}};
    for (unsigned salt = 0; salt < 4; salt++) {
        FeatureSet fs;
        Score s;
        compose_fixture(&fs, (FixtureOpts){.nl = 6, .salt = salt}, DEFAULTS, &s);
        for (int t = 0; t < NTRACKS; t++)
            for (int i = 0; i < s.track[t].nnotes; i++) {
                assert_true(s.track[t].note[i].key >= RANGE[t][0]);
                assert_true(s.track[t].note[i].key <= RANGE[t][1]);
            }
        release(&fs, &s);
    }
}

/* One voice's measure of the canon: the notes of its own rule, not the passing ones. */
typedef struct Cell4 {
    int n, row, onset[8], key[8], lane[8], order[8];
} Cell4;

static Cell4 canon_measure(const Score *s, int track, int rule, int32_t from)
{
    Cell4 c = {0};
    const Track *t = &s->track[track];
    float key[8];
    for (int i = 0; i < t->nnotes && c.n < 8; i++) {
        const Note *n = &t->note[i];
        if (n->rule != rule || n->start < from || n->start >= from + BAR) continue;
        c.onset[c.n] = n->start - from;
        c.row = (int)n->from[FROM_PITCH].row;
        c.lane[c.n] = (int)n->from[FROM_PITCH].lane;
        key[c.n] = n->key;
        c.key[c.n++] = (int)n->key;
    }
    counterpoint_rank(key, c.n, c.order);
    return c;
}

static void the_voices_imitate_one_another_a_walk_of_the_layers_apart(void **state)
{
    (void)state;
    static const char *const RULE[4] = {"opera.act2.soprano", "opera.act2.tenor", "opera.act2.alto",
                                        "opera.act2.bass"};
    static const int TRACK[4] = {0, 3, 2, 4}, ROLE[4] = {ROLE_Q, ROLE_K, ROLE_V, ROLE_O};
    FeatureSet fs;
    Score s;
    compose_fixture(&fs, (FixtureOpts){.nl = 8}, DEFAULTS, &s);
    int32_t start = section_start(&s, "Act II:");
    for (int v = 1; v < 4; v++) {
        int rule = rule_named(&s, RULE[v]), leader = rule_named(&s, RULE[0]);
        for (int m = 0; m < 32; m++) { /* subject, countersubject, free part, pedal */
            Cell4 dux = canon_measure(&s, TRACK[0], leader, start + m * BAR);
            Cell4 comes = canon_measure(&s, TRACK[v], rule, start + (m + 8 * v) * BAR);
            assert_int_equal(dux.n, comes.n);
            assert_int_equal(dux.row, feat_find_row(&fs, FT_WEIGHTS, m % 8, ROLE_Q));
            assert_int_equal(comes.row, feat_find_row(&fs, FT_WEIGHTS, m % 8, ROLE[v]));
            if (m < 8) assert_int_equal(dux.n, 4);
            assert_memory_equal(dux.onset, comes.onset, sizeof dux.onset);
            assert_memory_equal(dux.order, comes.order, sizeof dux.order);
        }
        Cell4 silent = canon_measure(&s, TRACK[v], rule, start + (8 * v - 1) * BAR);
        assert_int_equal(silent.n, 0); /* not before its entry */
    }
    release(&fs, &s);
}

static void a_larger_singular_value_is_a_higher_note_of_the_subject(void **state)
{
    (void)state;
    FeatureSet fs;
    Score s;
    compose_fixture(&fs, (FixtureOpts){.nl = 8}, DEFAULTS, &s);
    int32_t start = section_start(&s, "Act II:");
    int rule = rule_named(&s, "opera.act2.soprano"), compared = 0;
    for (int m = 0; m < 70; m++) {
        Cell4 c = canon_measure(&s, 0, rule, start + m * BAR);
        for (int i = 0; i < c.n; i++)
            for (int j = 0; j < c.n; j++) /* the spectrum falls: a lower lane is a larger value */
                if (c.lane[i] < c.lane[j]) {
                    assert_true(c.key[i] > c.key[j]);
                    compared++;
                }
    }
    assert_true(compared > 200);
    release(&fs, &s);
}

static void the_overtures_roots_follow_the_embeddings_spectrum(void **state)
{
    (void)state;
    enum { CELLOS = 3 };
    FeatureSet fs;
    Score s;
    compose_fixture(&fs, (FixtureOpts){.nl = 8, .salt = 5}, DEFAULTS, &s);
    const Track *t = &s.track[CELLOS];
    int last = 127, roots = 0, lowest = 127;
    for (int i = 0; i < t->nnotes; i++) {
        const Note *n = &t->note[i];
        if (n->start >= 94 * BAR || n->start % (2 * BAR) != 0) continue;
        Value sv = feat_look(&fs, FT_WEIGHTS, "sv", -1, ROLE_EMBED, n->start / (2 * BAR));
        assert_memory_equal(&sv.from, &n->from[FROM_PITCH], sizeof sv.from);
        assert_true((int)n->key <= last); /* the spectrum falls, so do the roots */
        last = (int)n->key;
        if (last < lowest) lowest = last;
        roots++;
    }
    assert_true(roots > 30);
    assert_int_equal(lowest % 12, tonic_of(&s));
    release(&fs, &s);
}

/* Attacks that two strings share, and how many of them go on in parallel fifths or octaves. */
static void count_parallels(const Score *s, int32_t from, int32_t to, int *pairs, int *parallels)
{
    for (int a = 0; a < STRINGS; a++) {
        for (int i = 1; i < s->track[a].nnotes; i++) {
            int32_t at = s->track[a].note[i].start;
            if (at < from || at >= to) continue;
            for (int b = a + 1; b < STRINGS; b++) {
                CpOther other = {&s->track[b], 0};
                int before = track_sounding(&s->track[a], at - 1);
                int was = track_sounding(&s->track[b], at - 1);
                int now = track_sounding(&s->track[b], at);
                if (was < 0 || now < 0 || was == now) continue;
                ++*pairs;
                *parallels +=
                    counterpoint_parallels(&other, 1, before, (int)s->track[a].note[i].key, at);
            }
        }
    }
}

static void the_strings_do_not_move_in_parallel_fifths_or_octaves(void **state)
{
    (void)state;
    for (unsigned salt = 0; salt < 4; salt++) {
        FeatureSet fs;
        Score s;
        int pairs = 0, written = 0, tutti = 0, parallels = 0;
        compose_fixture(&fs, (FixtureOpts){.nl = 6, .salt = salt}, DEFAULTS, &s);
        int32_t climax = section_start(&s, "Act III:"), end = section_start(&s, "Act IV:");
        count_parallels(&s, 0, climax, &pairs, &written);
        count_parallels(&s, climax, end, &tutti, &parallels);
        assert_true(pairs > 500 && tutti > 500);
        /* A voice is fitted to those before it; what is left are the places where every way out
         * was worse. */
        assert_true(written <= 5);
        assert_true(parallels <= tutti / 100);
        release(&fs, &s);
    }
}

static void it_ends_with_its_dominant_and_its_tonic(void **state)
{
    (void)state;
    FeatureSet fs;
    Score s;
    compose_fixture(&fs, (FixtureOpts){.nl = 8}, (GenreOpts){.root = 7, .mode = MODE_NATURAL_MINOR},
                    &s);
    double weight[12] = {0};
    bool leading = false;
    int lowest = 127;
    for (int t = 0; t < STRINGS; t++) {
        const Track *k = &s.track[t];
        for (int i = 0; i < k->nnotes; i++) {
            int key = (int)k->note[i].key;
            if (k->note[i].start >= s.length - 3 * BAR && k->note[i].start < s.length - 2 * BAR)
                leading = leading || key % 12 == 6; /* F sharp, raised, to G */
            if (k->note[i].start + k->note[i].dur < s.length) continue;
            weight[key % 12]++;
            if (key < lowest) lowest = key;
        }
    }
    assert_true(leading);
    assert_int_equal(lowest % 12, 7);
    assert_true(weight[7] > 0 && weight[10] > 0); /* G and B flat */
    for (int pc = 0; pc < 12; pc++)
        if (pc != 7 && pc != 10 && pc != 2) assert_true(weight[pc] == 0);
    release(&fs, &s);
}

static void the_key_that_a_listener_finds_is_the_key_intended(void **state)
{
    (void)state;
    static const GenreOpts KEY[3] = {{.root = 2, .mode = MODE_NATURAL_MINOR},
                                     {.root = 9, .mode = MODE_MAJOR},
                                     {.root = 6, .mode = MODE_HARMONIC_MINOR}};
    for (int k = 0; k < 3; k++) {
        FeatureSet fs;
        Score s;
        double weight[12] = {0};
        compose_fixture(&fs, (FixtureOpts){.nl = 8}, KEY[k], &s);
        for (int t = 0; t + 1 < NTRACKS; t++)
            for (int i = 0; i < s.track[t].nnotes; i++)
                weight[(int)s.track[t].note[i].key % 12] += s.track[t].note[i].dur;
        KeyFind found = keyfind(weight);
        assert_int_equal(found.root, KEY[k].root);
        assert_int_equal(found.minor, KEY[k].mode != MODE_MAJOR);
        release(&fs, &s);
    }
}

static double mean_velocity(const Track *t, int32_t from, int32_t to)
{
    double sum = 0;
    int n = 0;
    for (int i = 0; i < t->nnotes; i++)
        if (t->note[i].start >= from && t->note[i].start < to) sum += t->note[i].vel, n++;
    return n ? sum / n : 0;
}

static void the_climax_is_louder_where_the_tension_is_higher(void **state)
{
    (void)state;
    enum { HORNS = 5 };
    FeatureSet fs;
    Score s;
    compose_fixture(&fs, (FixtureOpts){.nl = 8}, DEFAULTS, &s);
    int32_t start = section_start(&s, "Act III:");
    for (int a = 0; a < 7; a++) /* the last layer ends the act fff, whatever its tension */
        for (int b = 0; b < 7; b++) {
            double ta = feat_look(&fs, FT_LAYERS, "tension", a, -1, 0).x;
            double tb = feat_look(&fs, FT_LAYERS, "tension", b, -1, 0).x;
            double va =
                mean_velocity(&s.track[HORNS], start + 6 * a * BAR, start + 6 * (a + 1) * BAR);
            double vb =
                mean_velocity(&s.track[HORNS], start + 6 * b * BAR, start + 6 * (b + 1) * BAR);
            if (ta > tb) assert_true(va > vb);
            if (ta > tb + 0.5) assert_true(va > 1.25 * vb); /* mp to fff is a factor of two */
        }
    release(&fs, &s);
}

static void it_begins_ppp_peaks_in_the_climax_and_fades(void **state)
{
    (void)state;
    FeatureSet fs;
    Score s;
    compose_fixture(&fs, (FixtureOpts){.nl = 8}, DEFAULTS, &s);
    int32_t end = section_start(&s, "Act IV:");
    const Track *basses = &s.track[4];
    double first = mean_velocity(basses, 0, 8 * BAR),
           last = mean_velocity(basses, 84 * BAR, 92 * BAR);
    double peak = mean_velocity(basses, end - 2 * BAR, end);
    double after = mean_velocity(basses, end, end + 8 * BAR);
    double gone = mean_velocity(basses, s.length - 12 * BAR, s.length - 4 * BAR);
    assert_true(first < 0.2 && last > 2 * first);
    assert_true(peak > 0.85 && peak > last);
    assert_true(after < peak && gone < 0.7 * after);
    release(&fs, &s);
}

static void there_is_no_dead_silence(void **state)
{
    (void)state;
    for (int nl = 1; nl <= 5; nl += 4) {
        FeatureSet fs;
        Score s;
        compose_fixture(&fs, (FixtureOpts){.nl = nl}, DEFAULTS, &s);
        bool *sounds = mem_alloc(s.length / (SCORE_PPQ / 4) + 1, sizeof *sounds);
        for (int t = 0; t < NTRACKS; t++)
            for (int i = 0; i < s.track[t].nnotes; i++) {
                const Note *n = &s.track[t].note[i];
                for (int32_t at = n->start; at < n->start + n->dur; at += SCORE_PPQ / 4)
                    sounds[at / (SCORE_PPQ / 4)] = true;
            }
        int silent = 0;
        for (int i = 0; i < s.length / (SCORE_PPQ / 4); i++) {
            silent = sounds[i] ? 0 : silent + 1;
            assert_true(silent <= 8); /* two beats, 1.8 s */
        }
        free(sounds);
        release(&fs, &s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eleven_players_and_four_acts),
        cmocka_unit_test(every_player_stays_in_a_comfortable_range),
        cmocka_unit_test(the_voices_imitate_one_another_a_walk_of_the_layers_apart),
        cmocka_unit_test(a_larger_singular_value_is_a_higher_note_of_the_subject),
        cmocka_unit_test(the_overtures_roots_follow_the_embeddings_spectrum),
        cmocka_unit_test(the_strings_do_not_move_in_parallel_fifths_or_octaves),
        cmocka_unit_test(it_ends_with_its_dominant_and_its_tonic),
        cmocka_unit_test(the_key_that_a_listener_finds_is_the_key_intended),
        cmocka_unit_test(the_climax_is_louder_where_the_tension_is_higher),
        cmocka_unit_test(it_begins_ppp_peaks_in_the_climax_and_fades),
        cmocka_unit_test(there_is_no_dead_silence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
