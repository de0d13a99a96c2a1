/* test_corpus_files.c: which files a corpus hears, which it refuses and why, and in which order. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "fixture_corpus.h"

/* One file as a corpus of its own: the reason it is refused for, REFUSED_KINDS = it is heard. */
static CorpusRefusal refusal_of(const char *dir, const char *name, const CorpusRules *rules)
{
    Corpus c;
    Err err = {0};
    char *path = path_join(dir, name);
    bool ok = corpus_read(&c, path, rules, NULL, &err);
    static const char *const WORD[REFUSED_KINDS] = {
        "1 broken", "1 of another tempo", "1 in frames or another metre",
        "1 without notes or shorter", "1 with fewer"};
    int kind = REFUSED_KINDS;
    for (int i = 0; !ok && i < REFUSED_KINDS; i++)
        if (strstr(err.msg, WORD[i])) kind = i;
    assert_int_equal(ok, kind == REFUSED_KINDS);
    corpus_free(&c);
    free(path);
    return kind;
}

/* ---- what is refused ------------------------------------------------------------------------ */

static void a_file_must_keep_each_rule(void **state)
{
    const char *dir = *state;
    write_song(dir, "good.mid", 120, 4, 2, 256);
    assert_int_equal(refusal_of(dir, "good.mid", &CORPUS_HOUSE), REFUSED_KINDS);
    write_song(dir, "slow.mid", 114, 4, 2, 256);
    assert_int_equal(refusal_of(dir, "slow.mid", &CORPUS_HOUSE), REFUSED_TEMPO);
    write_song(dir, "half.mid", 60, 4, 2, 256); /* half time is not guessed */
    assert_int_equal(refusal_of(dir, "half.mid", &CORPUS_HOUSE), REFUSED_TEMPO);
    write_song(dir, "fast.mid", 143, 4, 2, 256);
    assert_int_equal(refusal_of(dir, "fast.mid", &CORPUS_HOUSE), REFUSED_TEMPO);
    write_song(dir, "short.mid", 120, 4, 2, 248);
    assert_int_equal(refusal_of(dir, "short.mid", &CORPUS_HOUSE), REFUSED_SHORT);
    Smf s;
    begin_song(&s, 120, 4, 2);
    add_arpeggio(&s, 0, 0, 60, false, 200);
    smf_note(&s, 31 * BAR, Q, 0, 60, 90); /* 201 notes in 32 bars */
    assert_true(smf_write(&s, dir, "sparse.mid"));
    assert_int_equal(refusal_of(dir, "sparse.mid", &CORPUS_HOUSE), REFUSED_SPARSE);
}

static void metres_that_fit_four_quarters_are_heard(void **state)
{
    static const struct { int num, den; bool fits; } METRE[] = {
        {0, 0, true}, {4, 2, true}, {2, 2, true}, {1, 2, true}, {2, 1, true}, {8, 3, true},
        {3, 2, false}, {6, 3, false}, {5, 2, false}, {7, 3, false}, {12, 3, false}};
    CorpusRules house = CORPUS_HOUSE, any = {.bpm_hi = 200, .any_metre = true};
    house.min_density = 7; /* where no bar is written the last may be found to be cut */
    for (size_t i = 0; i < sizeof METRE / sizeof METRE[0]; i++) {
        write_song(*state, "m.mid", 120, METRE[i].num, METRE[i].den, 512);
        assert_int_equal(refusal_of(*state, "m.mid", &house),
                         METRE[i].fits ? REFUSED_KINDS : REFUSED_METRE);
        assert_int_equal(refusal_of(*state, "m.mid", &any), REFUSED_KINDS);
    }
    Smf s;
    begin_song(&s, 120, 4, 2); /* two bars of 3/4 in forty are let pass, eight are not */
    smf_meter(&s, 10 * BAR, 3, 2);
    smf_meter(&s, 10 * BAR + 6 * Q, 4, 2);
    add_arpeggio(&s, 0, 0, 60, false, 320);
    assert_true(smf_write(&s, *state, "m.mid"));
    assert_int_equal(refusal_of(*state, "m.mid", &house), REFUSED_KINDS);
    begin_song(&s, 120, 4, 2);
    smf_meter(&s, 10 * BAR, 3, 2);
    smf_meter(&s, 10 * BAR + 24 * Q, 4, 2);
    add_arpeggio(&s, 0, 0, 60, false, 320);
    assert_true(smf_write(&s, *state, "m.mid"));
    assert_int_equal(refusal_of(*state, "m.mid", &house), REFUSED_METRE);
}

static void the_tempo_that_lasts_longest_counts(void **state)
{
    Smf s;
    begin_song(&s, 130, 4, 2); /* 12 + 12 bars of 130, 44 s; 10 bars of 60, 40 s */
    smf_tempo(&s, 12 * BAR, 60);
    smf_tempo(&s, 22 * BAR, 130);
    add_arpeggio(&s, 0, 0, 60, false, 34 * 8);
    assert_true(smf_write(&s, *state, "t.mid"));
    Corpus c = must_read(*state, &CORPUS_HOUSE, 1);
    assert_near(c.file[0].bpm, 130, 1e-3);
    corpus_free(&c);
    begin_song(&s, 130, 4, 2); /* more bars of 130, but more time of 60 */
    smf_tempo(&s, 12 * BAR, 60);
    smf_tempo(&s, 24 * BAR, 130);
    add_arpeggio(&s, 0, 0, 60, false, 36 * 8);
    assert_true(smf_write(&s, *state, "t.mid"));
    assert_int_equal(refusal_of(*state, "t.mid", &CORPUS_HOUSE), REFUSED_TEMPO);
    begin_song(&s, 130, 4, 2); /* what comes after the last note does not count */
    smf_tempo(&s, 32 * BAR, 60);
    smf_tempo(&s, 500 * BAR, 61);
    add_arpeggio(&s, 0, 0, 60, false, 32 * 8);
    assert_true(smf_write(&s, *state, "t.mid"));
    assert_int_equal(refusal_of(*state, "t.mid", &CORPUS_HOUSE), REFUSED_KINDS);
}

static void broken_files_and_frames_are_counted_not_fatal(void **state)
{
    const char *dir = *state;
    Smf s;
    write_song(dir, "good.mid", 120, 4, 2, 256);
    begin_song(&s, 120, 4, 2);
    add_arpeggio(&s, 0, 0, 60, false, 256);
    Str bytes = smf_bytes(&s);
    Err err;
    char *path = path_join(dir, "cut.mid"), *junk = path_join(dir, "junk.mid");
    char *empty = path_join(dir, "empty.mid"), *frames = path_join(dir, "frames.mid");
    assert_true(out_file(path, bytes.s, 20, &err));
    assert_true(out_file(junk, "this is no MIDI file", 20, &err));
    assert_true(out_file(empty, "", 0, &err));
    bytes.s[12] = (char)0xe7; /* 25 frames a second, 40 ticks each */
    bytes.s[13] = 40;
    assert_true(out_file(frames, bytes.s, bytes.len, &err));
    char *pipe = path_join(dir, "pipe.mid"); /* nobody writes to it: opening it would wait */
    assert_int_equal(mkfifo(pipe, 0600), 0);
    Corpus c = must_read(dir, &CORPUS_HOUSE, 1);
    assert_int_equal(c.nfiles, 1);
    assert_int_equal(c.refused[REFUSED_BROKEN], 4);
    free(pipe);
    assert_int_equal(c.refused[REFUSED_METRE], 1);
    corpus_free(&c);
    /* no cut does harm, and whatever is heard is whole */
    for (size_t cut = 14; cut < bytes.len; cut += 61) {
        assert_true(out_file(path, bytes.s, cut, &err));
        assert_true(refusal_of(dir, "cut.mid", &EVERYTHING) <= REFUSED_KINDS);
    }
    free(path);
    free(junk);
    free(empty);
    free(frames);
    str_free(&bytes);
}

static void files_beyond_the_limits_count_as_broken(void **state)
{
    Smf s;
    begin_song(&s, 120, 4, 2);
    s.division = 1; /* 65537 quarters */
    for (int i = 0; i < 64; i++) smf_note(&s, i, 1, 0, 60 + i % 12, 90);
    smf_note(&s, 65537, 1, 0, 60, 90);
    assert_true(smf_write(&s, *state, "long.mid"));
    assert_int_equal(refusal_of(*state, "long.mid", &EVERYTHING), REFUSED_BROKEN);
    begin_song(&s, 120, 4, 2);
    for (int i = 0; i <= 1 << 17; i++) smf_note(&s, i * 10, 10, 0, 60 + i % 12, 90);
    assert_true(smf_write(&s, *state, "many.mid"));
    assert_int_equal(refusal_of(*state, "many.mid", &EVERYTHING), REFUSED_BROKEN);
}

static void what_is_missing_is_said(void **state)
{
    Corpus c;
    Err err = {0};
    assert_false(corpus_read(&c, *state, &CORPUS_HOUSE, NULL, &err));
    assert_non_null(strstr(err.msg, "no .mid and no .midi file"));
    assert_null(c.note);
    assert_false(corpus_read(&c, "/no/such/place", &CORPUS_HOUSE, NULL, &err));
    assert_non_null(strstr(err.msg, "/no/such/place: no such folder"));
    write_song(*state, "few.mid", 120, 4, 2, 31);
    assert_false(corpus_read(&c, *state, &EVERYTHING, NULL, &err));
    assert_non_null(strstr(err.msg, "none has a track of 32 notes"));
    write_song(*state, "slow.mid", 90, 4, 2, 256);
    assert_false(corpus_read(&c, *state, &CORPUS_HOUSE, NULL, &err));
    assert_non_null(strstr(err.msg, "none of 2 files fits"));
    assert_non_null(strstr(err.msg, "1 of another tempo than 115-142"));
    assert_non_null(strstr(err.msg, "1 without notes or shorter than 32 bars"));
}

/* ---- files ---------------------------------------------------------------------------------- */

static void the_order_is_that_of_the_paths(void **state)
{
    char *sub = path_join(*state, "b"), *deep = path_join(sub, "deep");
    assert_int_equal(mkdir(sub, 0755), 0);
    assert_int_equal(mkdir(deep, 0755), 0);
    write_song(deep, "a.mid", 120, 4, 2, 256);
    write_song(sub, "z.MID", 120, 4, 2, 256);
    write_song(*state, "c.midi", 120, 4, 2, 256);
    write_song(*state, "a.mid", 120, 4, 2, 256);
    write_song(*state, "b.mid", 120, 4, 2, 256);
    write_song(*state, ".hidden.mid", 120, 4, 2, 256);
    write_song(*state, "notes.txt", 120, 4, 2, 256);
    char *loop = path_join(sub, "loop");
    assert_int_equal(symlink(*state, loop), 0);
    Corpus c = must_read(*state, &CORPUS_HOUSE, 2);
    static const char *const PATH[] = {"a.mid", "b.mid", "b/deep/a.mid", "b/z.MID", "c.midi"};
    assert_int_equal(c.nfiles, 5);
    for (int i = 0; i < 5; i++) assert_string_equal(c.file[i].path, PATH[i]);
    corpus_free(&c);
    CorpusRules two = CORPUS_HOUSE;
    two.max_files = 2;
    c = must_read(*state, &two, 2);
    assert_int_equal(c.nfiles, 2);
    assert_string_equal(c.file[1].path, "b.mid");
    corpus_free(&c);
    unlink(loop);
    free(loop);
    free(deep);
    free(sub);
}

static void assert_same(const Corpus *a, const Corpus *b)
{
    assert_int_equal(a->nfiles, b->nfiles);
    assert_int_equal(a->nnotes, b->nnotes);
    assert_int_equal(a->nwindows, b->nwindows);
    assert_memory_equal(a->refused, b->refused, sizeof a->refused);
    for (int i = 0; i < a->nfiles; i++) assert_string_equal(a->file[i].path, b->file[i].path);
    for (int64_t i = 0; i < a->nnotes; i++) {
        const CorpusNote *x = &a->note[i], *y = &b->note[i];
        assert_true(x->at == y->at && x->dur == y->dur && x->velocity == y->velocity);
        assert_true(x->key == y->key && x->step == y->step);
    }
    for (int i = 0; i < a->nwindows; i++) {
        const MusicWindow *x = &a->window[i], *y = &b->window[i];
        assert_true(x->file == y->file && x->first == y->first && x->next == y->next);
        assert_true(x->density == y->density && x->legato == y->legato);
        assert_true(x->entropy_interval == y->entropy_interval && x->place == y->place);
    }
}

static void threads_change_nothing(void **state)
{
    for (int i = 0; i < 150; i++) { /* more than a batch */
        char name[32];
        snprintf(name, sizeof name, "%03d.mid", i);
        write_song(*state, name, 100 + i % 60, 4, 2, 256 + 8 * i);
    }
    Corpus one = must_read(*state, &CORPUS_HOUSE, 1);
    Corpus two = must_read(*state, &CORPUS_HOUSE, 2), nine = must_read(*state, &CORPUS_HOUSE, 9);
    assert_true(one.nfiles > 64);
    assert_same(&one, &two);
    assert_same(&one, &nine);
    corpus_free(&one);
    corpus_free(&two);
    corpus_free(&nine);
}

static void drums_are_left_out_or_alone(void **state)
{
    Smf s;
    begin_song(&s, 120, 4, 2);
    add_arpeggio(&s, 0, 0, 62, false, 256);
    smf_end_track(&s);
    for (int i = 0; i < 400; i++) smf_note(&s, i * E, 10, 9, 36 + i % 3, 100);
    assert_true(smf_write(&s, *state, "band.mid"));
    Corpus c = must_read(*state, &CORPUS_HOUSE, 1);
    assert_int_equal(c.nnotes, 256);
    assert_int_equal(c.file[0].bars, 32);
    assert_int_equal(c.note[0].key, 60);
    corpus_free(&c);
    CorpusRules drums = CORPUS_HOUSE;
    drums.drums = true;
    c = must_read(*state, &drums, 1);
    assert_int_equal(c.nnotes, 400);
    assert_int_equal(c.note[1].key, 37); /* drums have no tonic */
    assert_int_equal(c.file[0].tonic, 0);
    corpus_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(a_file_must_keep_each_rule),
        SCRATCH_TEST(metres_that_fit_four_quarters_are_heard),
        SCRATCH_TEST(the_tempo_that_lasts_longest_counts),
        SCRATCH_TEST(broken_files_and_frames_are_counted_not_fatal),
        SCRATCH_TEST(files_beyond_the_limits_count_as_broken),
        SCRATCH_TEST(what_is_missing_is_said),
        SCRATCH_TEST(the_order_is_that_of_the_paths),
        SCRATCH_TEST(threads_change_nothing),
        SCRATCH_TEST(drums_are_left_out_or_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
