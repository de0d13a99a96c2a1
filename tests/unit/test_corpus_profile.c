/* test_corpus_profile.c: distributions of notes and how far apart they lie, against values worked
 * out by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <math.h>

#include <cmocka.h>

#include "app/corpus_profile.h"
#include "fixture_corpus.h"

static const double EXACT = 1e-12; /* sums of a few f64 */

static Corpus read_song(Smf *s, const char *dir)
{
    assert_true(smf_write(s, dir, "song.mid"));
    return must_read(dir, &EVERYTHING, 1);
}

static void distributions_count_each_note_once(void **state)
{
    Smf s;
    CorpusProfile p;
    begin_song(&s, 120, 4, 2);
    add_arpeggio(&s, 0, 0, 60, false, 64); /* 5 windows that overlap; 8 bars of 8 notes */
    smf_note(&s, 8 * BAR, Q, 0, 61, 127);  /* in no window */
    Corpus c = read_song(&s, *state);
    corpus_profile(&p, &c, 0);
    assert_int_equal(p.notes, 64);
    assert_int_equal(p.windows, 5);
    static const double PITCH[12] = {32, 0, 0, 0, 16, 0, 0, 16};
    for (int i = 0; i < 12; i++) assert_near(p.hist[PROFILE_PITCH][i], PITCH[i], 0);
    assert_near(p.hist[PROFILE_INTERVAL][24 + 4], 16, 0);
    assert_near(p.hist[PROFILE_INTERVAL][24 + 3], 16, 0);
    assert_near(p.hist[PROFILE_INTERVAL][24 + 5], 16, 0);
    assert_near(p.hist[PROFILE_INTERVAL][24 - 12], 15, 0);
    for (int i = 0; i < BAR_STEPS; i++) assert_near(p.hist[PROFILE_ONSET][i], i % 2 ? 0 : 8, 0);
    assert_near(p.hist[PROFILE_DURATION][4], 64, 0);  /* a sixteenth: two octaves up from 1/4 */
    assert_near(p.hist[PROFILE_VELOCITY][12], 32, 0); /* 96 / 127 of 16 */
    assert_near(p.hist[PROFILE_VELOCITY][8], 32, 0);
    assert_near(p.hist[PROFILE_BAR][8], 8, 0);
    assert_near(p.measure[MEASURE_PITCH_ENTROPY], 1.5, EXACT);
    assert_near(p.measure[MEASURE_IN_KEY], 1, EXACT);
    assert_near(p.measure[MEASURE_BAR_NOTES], 8, EXACT);
    assert_near(p.measure[MEASURE_GROOVE], 1, EXACT);
    assert_near(p.measure[MEASURE_DENSITY], 8, 1e-5); /* windows are floats */
    assert_near(p.measure[MEASURE_LEGATO], 0.5, 1e-5);
    corpus_free(&c);
}

static void groove_compares_adjacent_bars_of_all_tracks(void **state)
{
    Smf s;
    CorpusProfile p;
    begin_song(&s, 120, 4, 2);
    for (int bar = 0; bar < 9; bar++) /* eight onsets; every other bar four of them elsewhere */
        for (int i = 0; i < 8; i++)
            smf_note(&s, bar * BAR + i * E + (bar % 2 && i % 2 ? E / 2 : 0), 60, 0, 60 + 4 * i, 90);
    smf_end_track(&s);
    for (int i = 0; i < 36; i++) smf_note(&s, i * Q, 60, 1, 48, 90); /* on beats: no new place */
    Corpus c = read_song(&s, *state);
    corpus_profile(&p, &c, 0);
    assert_near(p.measure[MEASURE_GROOVE], 1 - 8.0 / 16, EXACT);
    assert_near(p.hist[PROFILE_BAR][12], 8, 0); /* eight and four */
    assert_near(p.hist[PROFILE_BAR][8 + 0], 1, 0); /* the last four beats are in no window */
    corpus_free(&c);
}

static CorpusProfile with(ProfileHist h, const double *v, int n)
{
    CorpusProfile p = {0};
    for (int i = 0; i < n; i++) p.hist[h][i] = v[i];
    return p;
}

static void distances_are_what_they_are_defined_as(void **state)
{
    (void)state;
    const double a[12] = {2, 0, 0, 0, 1, 0, 0, 1}, b[12] = {1, 0, 1, 0, 0, 0, 0, 2};
    CorpusProfile p = with(PROFILE_PITCH, a, 12), q = with(PROFILE_PITCH, b, 12);
    assert_near(profile_overlap(&p, &p, PROFILE_PITCH), 1, EXACT);
    assert_near(profile_overlap(&p, &q, PROFILE_PITCH), 0.5, EXACT);
    /* q has one more in each of twelve: 2/16, 2/16, ..., 3/16 */
    assert_near(profile_divergence(&p, &q, PROFILE_PITCH),
                0.5 * log2(0.5 / (2 / 16.0)) + 0.25 * log2(0.25 / (1 / 16.0)) +
                    0.25 * log2(0.25 / (3 / 16.0)), EXACT);
    assert_near(profile_wasserstein(&p, &p, PROFILE_PITCH), 0, EXACT);
    /* a quarter goes from 0 up to 2, another from 4 to 7 */
    assert_near(profile_wasserstein(&p, &q, PROFILE_PITCH), 0.25 * 2 + 0.25 * 3, EXACT);
    assert_near(profile_wasserstein(&q, &p, PROFILE_PITCH), 1.25, EXACT);
    const double zero[12] = {1}, eleven[12] = {[11] = 1};
    p = with(PROFILE_PITCH, zero, 12);
    q = with(PROFILE_PITCH, eleven, 12);
    assert_near(profile_wasserstein(&p, &q, PROFILE_PITCH), 1, EXACT); /* a circle */
    p = with(PROFILE_INTERVAL, zero, 12);
    q = with(PROFILE_INTERVAL, eleven, 12);
    assert_near(profile_wasserstein(&p, &q, PROFILE_INTERVAL), 11, EXACT); /* a line */
    p = with(PROFILE_DURATION, zero, 12);
    q = with(PROFILE_DURATION, eleven, 12);
    assert_near(profile_wasserstein(&p, &q, PROFILE_DURATION), 5.5, EXACT); /* half octaves */
    p = (CorpusProfile){0};
    assert_true(isnan(profile_overlap(&p, &q, PROFILE_DURATION)));
    assert_true(isnan(profile_divergence(&p, &q, PROFILE_DURATION)));
    assert_true(isnan(profile_wasserstein(&p, &q, PROFILE_DURATION)));
}

static void a_file_is_taken_from_the_whole(void **state)
{
    Smf s;
    begin_song(&s, 120, 4, 2);
    add_arpeggio(&s, 0, 0, 60, false, 64);
    assert_true(smf_write(&s, *state, "a.mid"));
    begin_song(&s, 120, 4, 2);
    add_arpeggio(&s, 0, 0, 60, true, 64);
    assert_true(smf_write(&s, *state, "b.mid"));
    Corpus c = must_read(*state, &EVERYTHING, 1);
    CorpusProfile a, b, all = {0};
    corpus_profile(&a, &c, 0);
    corpus_profile(&b, &c, 1);
    corpus_profile_add(&all, &a, 1);
    corpus_profile_add(&all, &b, 1);
    assert_near(profile_overlap(&a, &all, PROFILE_PITCH), 0.875, EXACT);
    assert_int_equal(all.notes, 128);
    corpus_profile_add(&all, &a, -1);
    assert_near(profile_overlap(&b, &all, PROFILE_PITCH), 1, EXACT);
    assert_near(profile_overlap(&a, &all, PROFILE_PITCH), 0.75, EXACT);
    assert_int_equal(all.notes, 64);
    corpus_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(distributions_count_each_note_once),
        SCRATCH_TEST(groove_compares_adjacent_bars_of_all_tracks),
        cmocka_unit_test(distances_are_what_they_are_defined_as),
        SCRATCH_TEST(a_file_is_taken_from_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
