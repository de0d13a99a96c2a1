/* test_output.c: the names of outputs, and files that appear together. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/output.h"
#include "base/file.h"
#include "base/str.h"

/* The three names as "midi|audio|json", "-" fields empty. */
static void names_are(const OutRequest *r, const char *expected)
{
    OutNames n;
    Err err = {{0}};
    Str s = {0};
    assert_true(outnames_make(&n, r, &err));
    str_addf(&s, "%s|%s|%s", n.path[OUT_MIDI] ? n.path[OUT_MIDI] : "",
             n.path[OUT_AUDIO] ? n.path[OUT_AUDIO] : "", n.path[OUT_JSON] ? n.path[OUT_JSON] : "");
    assert_string_equal(str_text(&s), expected);
    str_free(&s);
    outnames_free(&n);
}

static void a_name_gets_three_endings(void **state)
{
    (void)state;
    names_are(&(OutRequest){.output = "x", .stem = "m-acid", .audio = true}, "x.mid|x.wav|x.json");
    names_are(&(OutRequest){.stem = "m-acid", .audio = true},
              "m-acid.mid|m-acid.wav|m-acid.json");
    names_are(&(OutRequest){.output = "x.1", .stem = "m"}, "x.1.mid||x.1.json");
    names_are(&(OutRequest){.output = "x", .stem = "m", .audio = true, .format = "flac"},
              "x.mid|x.flac|x.json");
    names_are(&(OutRequest){.output = "x", .stem = "m", .audio = true, .format = "mid"}, "x.mid||");
}

static void an_ending_means_just_that_file(void **state)
{
    (void)state;
    names_are(&(OutRequest){.output = "d/x.mid", .stem = "m", .audio = true}, "d/x.mid||");
    names_are(&(OutRequest){.output = "x.midi", .stem = "m", .audio = true}, "x.midi||");
    names_are(&(OutRequest){.output = "x.ogg", .stem = "m", .audio = true}, "|x.ogg|");
    names_are(&(OutRequest){.output = "x.json", .stem = "m", .audio = true}, "||x.json");
}

static void an_ending_and_an_option_may_not_contradict(void **state)
{
    (void)state;
    OutNames n;
    Err err = {{0}};
    assert_false(outnames_make(&n, &(OutRequest){.output = "x.flac", .stem = "m"}, &err));
    assert_non_null(strstr(err.msg, "--no-audio: -o x.flac"));
    assert_false(outnames_make(&n, &(OutRequest){.output = "x.mid", .format = "wav"}, &err));
    assert_non_null(strstr(err.msg, "--format wav: -o x.mid"));
    assert_false(outnames_make(
        &n, &(OutRequest){.output = "x.ogg", .format = "flac", .audio = true}, &err));
    names_are(&(OutRequest){.output = "x.ogg", .format = "ogg", .audio = true}, "|x.ogg|");
    names_are(&(OutRequest){.output = "x.midi", .format = "mid"}, "x.midi||");
}

static void a_dash_is_midi_unless_a_format_is_given(void **state)
{
    (void)state;
    names_are(&(OutRequest){.output = "-", .stem = "m", .audio = true}, "-||");
    names_are(&(OutRequest){.output = "-", .stem = "m", .format = "json"}, "||-");
    OutNames n;
    Err err = {{0}};
    OutRequest flac = {.output = "-", .stem = "m", .format = "flac"};
    assert_true(outnames_make(&n, &flac, &err));
    assert_string_equal(n.path[OUT_AUDIO], "-");
    assert_string_equal(n.format, "flac");
    outnames_free(&n);
}

static void a_folder_takes_the_default_name(void **state)
{
    (void)state;
    names_are(&(OutRequest){.output = "no-such-folder/", .stem = "m-acid"},
              "no-such-folder/m-acid.mid||no-such-folder/m-acid.json");
    names_are(&(OutRequest){.output = "/tmp", .stem = "m-acid"},
              "/tmp/m-acid.mid||/tmp/m-acid.json");
}

static void several_pieces_are_told_apart(void **state)
{
    (void)state;
    OutNames n;
    Err err = {{0}};
    names_are(&(OutRequest){.output = "set", .stem = "m-acid", .suffix = "acid"},
              "set-acid.mid||set-acid.json");
    assert_false(outnames_make(&n, &(OutRequest){.output = "x.mid", .stem = "m", .suffix = "acid"},
                               &err));
    assert_non_null(strstr(err.msg, "x.mid: one file for several pieces"));
    assert_false(outnames_make(&n, &(OutRequest){.output = "-", .stem = "m", .suffix = "acid"},
                               &err));
}

/* A scratch directory as the current one. */
typedef struct Scratch {
    char dir[64], back[4096];
} Scratch;

static int enter(void **state)
{
    Scratch *s = calloc(1, sizeof *s);
    if (!s) return -1;
    snprintf(s->dir, sizeof s->dir, "/tmp/llmsonify-test.XXXXXX");
    *state = s;
    if (!mkdtemp(s->dir) || !getcwd(s->back, sizeof s->back)) return -1;
    return chdir(s->dir);
}

static int leave(void **state)
{
    Scratch *s = *state;
    int bad = chdir(s->back) != 0;
    bad |= rmdir(s->dir) != 0; /* also a check: every file of a test is gone */
    free(s);
    return bad;
}

static void write_text(const char *path, const char *text)
{
    Err err;
    assert_true(out_file(path, text, strlen(text), &err));
}

static void files_appear_together_under_their_names(void **state)
{
    (void)state;
    OutSet set = {0};
    Err err = {{0}};
    const char *a = outset_add(&set, "a.wav");
    assert_string_equal(a, "a.part.wav");
    write_text(a, "one");
    write_text(outset_add(&set, "b"), "two");
    assert_false(file_exists("a.wav"));
    assert_true(outset_commit(&set, &err));
    assert_int_equal(set.n, 0);
    assert_true(file_exists("a.wav") && file_exists("b"));
    assert_false(file_exists("a.part.wav") || file_exists("b.part"));
    unlink("a.wav");
    unlink("b");
}

static void a_set_that_holds_keeps_the_bytes_and_touches_no_file(void **state)
{
    (void)state;
    OutSet set = {.hold = true};
    Str bytes = {0};
    Err err = {{0}};
    str_puts(&bytes, "one");
    assert_true(outset_put(&set, "a.mid", &bytes, &err));
    assert_string_equal(str_text(outset_held(&set, "a.mid")), "one");
    assert_null(outset_held(&set, "b.mid"));
    assert_false(file_exists("a.mid") || file_exists("a.part.mid"));
    outset_abort(&set);
    assert_int_equal(set.n, 0);
    assert_true(set.hold);
    str_free(&bytes);
}

static void an_aborted_job_leaves_nothing_and_keeps_the_old(void **state)
{
    (void)state;
    OutSet set = {0};
    FileMap map;
    Err err = {{0}};
    write_text("a.wav", "old");
    write_text(outset_add(&set, "a.wav"), "new");
    outset_abort(&set);
    assert_false(file_exists("a.part.wav"));
    assert_true(file_map_open(&map, "a.wav", &err));
    assert_memory_equal(map.data, "old", 3);
    file_map_close(&map);
    unlink("a.wav");
}

static void what_cannot_be_written_is_known_ahead(void **state)
{
    (void)state;
    Err err = {{0}};
    assert_true(out_check_path("-", false, &err));
    assert_true(out_check_path("new", false, &err));
    assert_false(out_check_path("none/new", true, &err));
    assert_string_equal(err.msg, "none/new: cannot write: no such directory; make it first");
    assert_false(out_check_path("/tmp", true, &err));
    write_text("old", "old");
    assert_true(out_check_path("old", true, &err));
    assert_false(out_check_path("old", false, &err));
    assert_string_equal(err.msg, "old: exists; remove it or leave out --no-clobber");
    unlink("old");
    assert_true(out_check_path("/dev/null", false, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_gets_three_endings),
        cmocka_unit_test(an_ending_means_just_that_file),
        cmocka_unit_test(an_ending_and_an_option_may_not_contradict),
        cmocka_unit_test(a_dash_is_midi_unless_a_format_is_given),
        cmocka_unit_test(a_folder_takes_the_default_name),
        cmocka_unit_test(several_pieces_are_told_apart),
        cmocka_unit_test_setup_teardown(files_appear_together_under_their_names, enter, leave),
        cmocka_unit_test_setup_teardown(a_set_that_holds_keeps_the_bytes_and_touches_no_file,
                                        enter, leave),
        cmocka_unit_test_setup_teardown(an_aborted_job_leaves_nothing_and_keeps_the_old, enter,
                                        leave),
        cmocka_unit_test_setup_teardown(what_cannot_be_written_is_known_ahead, enter, leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
