/* test_font_find.c: which SoundFont is taken, and what is said when there is none. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/file.h"
#include "fixture_audio.h"
#include "synth/font_find.h"
#include "synth/soundfont.h"

typedef struct Dirs {
    char *a, *b;
    const char *list[3];
} Dirs;

static void touch(const char *dir, const char *name)
{
    Err err = {{0}};
    char *path = path_join(dir, name);
    assert_true(out_file(path, "x", 1, &err));
    free(path);
}

static Dirs dirs_make(void)
{
    Dirs d = {.a = scratch_make(), .b = scratch_make()};
    d.list[0] = d.a, d.list[1] = d.b;
    return d;
}

static void dirs_remove(Dirs *d)
{
    scratch_remove(d->a);
    scratch_remove(d->b);
}

static void check_found(const Dirs *d, const char *name, const char *dir, const char *expected)
{
    char *got = font_find_in(d->list, name), *want = path_join(dir, expected);
    assert_non_null(got);
    assert_string_equal(got, want);
    free(got);
    free(want);
}

static void the_best_general_midi_font_wins_over_the_nearer_folder(void **state)
{
    Dirs d = dirs_make();
    (void)state;
    assert_null(font_find_in(d.list, NULL));
    touch(d.a, "notes.txt");
    touch(d.b, "zz.SF3");
    check_found(&d, NULL, d.b, "zz.SF3");
    touch(d.b, "mm.sf2");
    check_found(&d, NULL, d.b, "mm.sf2");
    touch(d.b, "TimGM6mb.sf2");
    check_found(&d, NULL, d.b, "TimGM6mb.sf2");
    touch(d.b, "default-GM.sf3");
    check_found(&d, NULL, d.b, "default-GM.sf3");
    touch(d.b, "GeneralUser GS v1.471.sf2");
    check_found(&d, NULL, d.b, "GeneralUser GS v1.471.sf2");
    touch(d.b, "FluidR3_GM.sf2");
    check_found(&d, NULL, d.b, "FluidR3_GM.sf2");
    touch(d.a, "fluidr3_gm.sf2");
    check_found(&d, NULL, d.a, "fluidr3_gm.sf2");
    dirs_remove(&d);
}

static void ours_plays_only_where_there_is_no_other(void **state)
{
    Dirs d = dirs_make();
    (void)state;
    touch(d.a, "llmsonify.sf2");
    check_found(&d, NULL, d.a, "llmsonify.sf2");
    check_found(&d, "llmsonify", d.a, "llmsonify.sf2");
    touch(d.b, "Other.sf2");
    check_found(&d, NULL, d.b, "Other.sf2");
    touch(d.b, "FluidR3_GM.sf2");
    check_found(&d, NULL, d.b, "FluidR3_GM.sf2");
    dirs_remove(&d);
}

static void a_name_is_found_with_and_without_its_ending(void **state)
{
    Dirs d = dirs_make();
    (void)state;
    touch(d.b, "Harp.sf2");
    touch(d.b, "Choir.sf3");
    check_found(&d, "Harp", d.b, "Harp.sf2");
    check_found(&d, "Choir.sf3", d.b, "Choir.sf3");
    check_found(&d, "Choir", d.b, "Choir.sf3");
    assert_null(font_find_in(d.list, "harp"));
    dirs_remove(&d);
}

static void a_missing_font_is_named_with_the_packages(void **state)
{
    Err err = {{0}};
    (void)state;
    assert_null(soundfont_find("/nowhere/Big.sf2", &err));
    assert_non_null(strstr(err.msg, "/nowhere/Big.sf2"));
    assert_non_null(strstr(err.msg, "fluid-soundfont-gm"));
    assert_non_null(strstr(err.msg, "timgm6mb-soundfont"));
    assert_null(soundfont_find("NoSuchFontAnywhere", &err));
}

static void the_environment_names_a_file_or_a_folder_and_is_never_passed_over(void **state)
{
    Err err = {{0}};
    char *dir = scratch_make(), *path = path_join(dir, "Mine.sf2"), *got;
    (void)state;
    touch(dir, "Mine.sf2");
    setenv("LLMSONIFY_SOUNDFONT", path, 1);
    got = soundfont_find(NULL, &err);
    assert_string_equal(got, path);
    free(got);
    setenv("LLMSONIFY_SOUNDFONT", dir, 1);
    got = soundfont_find(NULL, &err);
    assert_string_equal(got, path);
    free(got);
    setenv("LLMSONIFY_SOUNDFONT", "/nowhere/x.sf2", 1);
    assert_null(soundfont_find(NULL, &err));
    assert_non_null(strstr(err.msg, "LLMSONIFY_SOUNDFONT=/nowhere/x.sf2"));
    got = soundfont_find(path, &err); /* what is asked for comes first */
    assert_string_equal(got, path);
    free(got);
    unsetenv("LLMSONIFY_SOUNDFONT");
    free(path);
    scratch_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_general_midi_font_wins_over_the_nearer_folder),
        cmocka_unit_test(ours_plays_only_where_there_is_no_other),
        cmocka_unit_test(a_name_is_found_with_and_without_its_ending),
        cmocka_unit_test(a_missing_font_is_named_with_the_packages),
        cmocka_unit_test(the_environment_names_a_file_or_a_folder_and_is_never_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
