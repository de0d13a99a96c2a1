/* test_jepa_data.c: what is kept apart, and what follows what. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture_model.h"
#include "fixture_music.h"

static void a_share_of_the_files_is_held_evenly(void **state)
{
    (void)state;
    Corpus c = {.nfiles = 23};
    bool held[23];
    const double SHARES[] = {0, 0.2, 0.5, 1};
    const int WANT[] = {0, 4, 11, 23};
    for (int k = 0; k < 4; k++) {
        int n = 0, gap = 0, widest = 0;
        corpus_hold(&c, SHARES[k], held);
        for (int i = 0; i < 23; i++) {
            n += held[i];
            gap = held[i] ? 0 : gap + 1;
            widest = gap > widest ? gap : widest;
        }
        assert_int_equal(n, WANT[k]);
        if (k == 1) assert_int_equal(widest, 4);
    }
}

static void the_two_sides_have_all_windows_and_no_file_in_common(void **state)
{
    (void)state;
    Corpus c;
    WindowSet in, out;
    bool held[10];
    fixture_music(&c, 10);
    corpus_hold(&c, 0.3, held);
    window_set_make(&in, &c, held, false);
    window_set_make(&out, &c, held, true);
    assert_int_equal(in.n + out.n, c.nwindows);
    assert_int_equal(in.files, 7);
    assert_int_equal(out.files, 3);
    for (int i = 0; i < in.n; i++) assert_false(held[c.window[in.window[i]].file]);
    for (int i = 0; i < out.n; i++) assert_true(held[c.window[out.window[i]].file]);
    /* JEPA_SEQ more windows of 32 notes must follow, a window every 8 notes */
    assert_int_equal(out.nchains, 3 * (SONG_WINDOWS - JEPA_SEQ * WINDOW_NOTES / WINDOW_STRIDE));
    for (int i = 0; i < in.nchains; i++) {
        int w[JEPA_SEQ + 1];
        window_chain(&c, in.chain[i], JEPA_SEQ + 1, w);
        for (int k = 1; k <= JEPA_SEQ; k++) {
            assert_int_equal(c.window[w[k]].first, c.window[w[k - 1]].first + WINDOW_NOTES);
            assert_int_equal(c.window[w[k]].file, c.window[w[0]].file);
        }
    }
    window_set_free(&in);
    window_set_free(&out);
    corpus_free(&c);
}

static void the_same_music_has_the_same_mark(void **state)
{
    (void)state;
    Corpus a, b;
    uint64_t x[8], y[8];
    fixture_music(&a, 8);
    fixture_music(&b, 8);
    b.file[3].path[0] = 'x';
    corpus_marks(&a, x);
    corpus_marks(&b, y);
    for (int i = 0; i < 8; i++)
        for (int k = 0; k < 8; k++) assert_int_equal(x[i] == y[k], i == k);
    b.note[3 * SONG_NOTES + 100].key++;
    corpus_marks(&b, y);
    for (int i = 0; i < 8; i++) assert_int_equal(x[i] == y[i], i != 3);
    corpus_free(&a);
    corpus_free(&b);
}

/* Two songs read from files, by themselves and in one corpus. */
static void several_folders_are_one_corpus(void **state)
{
    (void)state;
    char *paths[2];
    OptList both = {0}, each = {0};
    CorpusRules rules = CORPUS_HOUSE;
    Corpus all, one[2];
    Err err;
    rules.min_density = 1;
    for (int i = 0; i < 2; i++) {
        paths[i] = test_path(false, i ? "tests/golden/acid.mid" : "tests/golden/house.mid");
        optlist_add(&both, paths[i], strlen(paths[i]));
        if (!corpus_read(&one[i], paths[i], &rules, NULL, &err)) fail_msg("%s", err.msg);
    }
    if (!corpora_read(&all, &both, &rules, NULL, &err)) fail_msg("%s", err.msg);
    assert_int_equal(all.nfiles, 2);
    assert_int_equal(all.nwindows, one[0].nwindows + one[1].nwindows);
    for (int w = 0; w < one[1].nwindows; w++) {
        const MusicWindow *a = &all.window[one[0].nwindows + w], *b = &one[1].window[w];
        assert_int_equal(a->file, 1);
        assert_memory_equal(all.note + a->first, one[1].note + b->first,
                            WINDOW_NOTES * sizeof *all.note);
        assert_int_equal(a->next < 0 ? -1 : a->next - one[0].nwindows, b->next);
    }
    assert_true(one[1].nwindows > 8);
    optlist_add(&each, "/nonexistent", 12);
    Corpus none;
    assert_false(corpora_read(&none, &each, &rules, NULL, &err));
    for (int i = 0; i < 2; i++) {
        corpus_free(&one[i]);
        free(paths[i]);
    }
    corpus_free(&all);
    optlist_free(&both);
    optlist_free(&each);
}

static void layers_of_several_models_stand_one_after_another(void **state)
{
    (void)state;
    LayerSet s;
    fixture_layer_set(&s, 3, 5);
    assert_int_equal(layer_set_size(&s), 3 + 4 + 5);
    assert_int_equal(layer_set_model(&s, 0), 0);
    assert_int_equal(layer_set_model(&s, 2), 0);
    assert_int_equal(layer_set_model(&s, 3), 1);
    assert_int_equal(layer_set_model(&s, 11), 2);
    assert_string_not_equal(s.mark[0], s.mark[1]);
    for (int i = 0; i < 3; i++) assert_true(s.look[i].tension >= 0 && s.look[i].tension <= 1);
    LayerSet part = {0};
    layer_set_add_from(&part, &s, 2);
    layer_set_add_from(&part, &s, 0);
    assert_int_equal(layer_set_size(&part), 5 + 3);
    assert_string_equal(part.mark[1], s.mark[0]);
    assert_memory_equal(part.stat, s.stat + 7 * STAT_TOKENS * STAT_FEATURES,
                        5 * STAT_TOKENS * STAT_FEATURES * sizeof *s.stat);
    assert_memory_equal(part.look + 5, s.look, 3 * sizeof *s.look);
    layer_set_free(&part);
    Err err = {""};
    FeatureSet none = {.nl = 2};
    assert_false(layer_set_add(&s, &none, &err));
    assert_int_equal(s.n, 3);
    layer_set_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_share_of_the_files_is_held_evenly),
        cmocka_unit_test(the_two_sides_have_all_windows_and_no_file_in_common),
        cmocka_unit_test(the_same_music_has_the_same_mark),
        cmocka_unit_test(several_folders_are_one_corpus),
        cmocka_unit_test(layers_of_several_models_stand_one_after_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
