/* test_find.c: from names to places, in a made-up home directory. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "fixture_model.h"
#include "model/find.h"

static void make_dirs(const char *root, const char *rest)
{
    Str path = {0};
    str_addf(&path, "%s/", root);
    for (const char *p = rest;; p++) {
        if (*p == '/' || !*p) mkdir(path.s, 0700);
        if (!*p) break;
        str_putc(&path, *p);
    }
    str_free(&path);
}

/* An (empty, that is enough here) model file in root/rest. */
static void make_model(const char *root, const char *rest)
{
    make_dirs(root, rest);
    char *dir = path_join(root, rest);
    write_text(dir, "model.safetensors", "");
    free(dir);
}

static void make_text(const char *root, const char *rest, const char *name, const char *text)
{
    make_dirs(root, rest);
    char *dir = path_join(root, rest);
    write_text(dir, name, text);
    free(dir);
}

static void set_env(const char *name, const char *root, const char *rest)
{
    char *path = path_join(root, rest);
    setenv(name, path, 1);
    free(path);
}

/* A home with nothing in it, and the scratch directory as the current one. */
static int setup(void **state)
{
    char *dir = scratch_make();
    unsetenv("LLMSONIFY_MODELS");
    unsetenv("HF_HUB_CACHE");
    unsetenv("HF_HOME");
    unsetenv("XDG_CACHE_HOME");
    set_env("HOME", dir, "home");
    *state = dir;
    return chdir(dir);
}

static int teardown(void **state)
{
    if (chdir("/") != 0) return -1;
    scratch_remove(*state);
    free(*state);
    return 0;
}

static void assert_found(const char *asked, const char *root, const char *rest)
{
    Err err = {""};
    char *want = rest ? path_join(root, rest) : mem_strdup(root);
    char *found = model_locate(asked, &err);
    if (!found || strcmp(found, want) != 0)
        fail_msg("found %s, expected %s (%s)", found ? found : "nothing", want, err.msg);
    free(found);
    free(want);
}

static void assert_missing(const char *asked, const char *says)
{
    Err err = {""};
    char *found = model_locate(asked, &err);
    assert_null(found);
    if (!strstr(err.msg, says)) fail_msg("%s, expected \"%s\"", err.msg, says);
}

static void the_default_is_wren_in_the_models_directories(void **state)
{
    assert_missing(NULL, "no model \"wren\"");
    make_model(*state, "models/wren");
    assert_found(NULL, "models/wren", NULL);
    assert_found("wren", "models/wren", NULL);
}

static void the_environment_goes_before_the_current_directory(void **state)
{
    make_model(*state, "models/wren");
    make_model(*state, "second/wren");
    make_model(*state, "second/robin");
    Str env = {0};
    str_addf(&env, "%s/nothing::%s/second", (char *)*state, (char *)*state);
    setenv("LLMSONIFY_MODELS", env.s, 1);
    assert_found("wren", *state, "second/wren");
    assert_found("robin", *state, "second/robin");
    str_free(&env);
}

static void directories_and_files_are_taken_as_they_are(void **state)
{
    make_model(*state, "some/where");
    assert_found("some/where", "some/where", NULL);
    assert_found("./some/where", "./some/where", NULL);
    assert_found("some/where/model.safetensors", "some/where/model.safetensors", NULL);
    make_dirs(*state, "some/empty");
    assert_missing("some/empty", "no model.safetensors");
}

static void a_sharded_directory_counts(void **state)
{
    make_text(*state, "models/eagle", "model.safetensors.index.json", "{}");
    assert_found("eagle", "models/eagle", NULL);
}

#define REPO "home/.cache/huggingface/hub/models--google--gemma-3-270m"

static void a_hugging_face_id_is_found_by_refs_main(void **state)
{
    make_model(*state, REPO "/snapshots/1111aaaa");
    make_model(*state, REPO "/snapshots/2222bbbb");
    make_text(*state, REPO "/refs", "main", "1111aaaa\n");
    assert_found("google/gemma-3-270m", *state, REPO "/snapshots/1111aaaa");
    assert_found(REPO, REPO "/snapshots/1111aaaa", NULL); /* the repository's own directory */
}

static void set_age(const char *root, const char *rest, time_t when)
{
    char *path = path_join(root, rest);
    struct timespec times[2] = {{.tv_sec = when}, {.tv_sec = when}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    free(path);
}

static void without_refs_the_newest_snapshot_with_weights_counts(void **state)
{
    make_model(*state, REPO "/snapshots/1111aaaa");
    make_model(*state, REPO "/snapshots/2222bbbb");
    make_dirs(*state, REPO "/snapshots/3333cccc"); /* newer, and empty */
    make_text(*state, REPO "/refs", "main", "3333cccc");
    set_age(*state, REPO "/snapshots/1111aaaa", 1000);
    set_age(*state, REPO "/snapshots/2222bbbb", 2000);
    set_age(*state, REPO "/snapshots/3333cccc", 3000);
    assert_found("google/gemma-3-270m", *state, REPO "/snapshots/2222bbbb");
    set_age(*state, REPO "/snapshots/1111aaaa", 2500);
    assert_found("google/gemma-3-270m", *state, REPO "/snapshots/1111aaaa");
}

static void a_ref_that_points_elsewhere_is_not_followed(void **state)
{
    make_model(*state, "outside");
    make_dirs(*state, REPO "/snapshots");
    make_text(*state, REPO "/refs", "main", "../../../../../../outside");
    assert_missing("google/gemma-3-270m", "huggingface-cli download google/gemma-3-270m");
}

static void the_caches_of_the_environment_are_searched(void **state)
{
    make_model(*state, "a/models--org--one/snapshots/aa");
    make_model(*state, "b/hub/models--org--two/snapshots/bb");
    make_model(*state, "c/huggingface/hub/models--three/snapshots/cc");
    set_env("HF_HUB_CACHE", *state, "a");
    set_env("HF_HOME", *state, "b");
    set_env("XDG_CACHE_HOME", *state, "c");
    assert_found("org/one", *state, "a/models--org--one/snapshots/aa");
    assert_found("org/two", *state, "b/hub/models--org--two/snapshots/bb");
    assert_found("three", *state, "c/huggingface/hub/models--three/snapshots/cc");
}

static void failure_says_what_is_alike_and_how_to_get_it(void **state)
{
    make_model(*state, "models/wren");
    make_model(*state, REPO "/snapshots/1111aaaa");
    assert_missing("wern", "did you mean \"wren\"?");
    assert_missing("gogle/gemma-3-270m", "did you mean \"google/gemma-3-270m\"?");
    assert_missing("gemma-3-270", "did you mean \"google/gemma-3-270m\"?");
    assert_missing("org/absent", "huggingface-cli download org/absent");
    assert_missing("org/absent", "looked in models");
    assert_missing("org/absent", "home/.cache/huggingface/hub");
    Err err;
    assert_null(model_locate("something-quite-different", &err));
    assert_null(strstr(err.msg, "did you mean"));
    assert_missing("", "no model \"\"");
    assert_missing("../../etc", "no model");
    assert_missing("a\nb", "no model \"a?b\"");
}

static void the_list_has_everything_once(void **state)
{
    FoundList list;
    make_model(*state, "models/wren");
    make_model(*state, "models/robin");
    make_dirs(*state, "models/empty");
    make_model(*state, REPO "/snapshots/1111aaaa");
    make_dirs(*state, "home/.cache/huggingface/hub/models--org--partial/snapshots");
    set_env("LLMSONIFY_MODELS", *state, "models"); /* the same directory by another name */
    model_list(&list);
    assert_int_equal(list.n, 3);
    assert_string_equal(list.m[0].name, "robin");
    assert_string_equal(list.m[1].name, "wren");
    assert_string_equal(list.m[2].name, "google/gemma-3-270m");
    assert_true(str_ends(list.m[2].where, "huggingface/hub"));
    for (int i = 0; i < list.n; i++) assert_found(list.m[i].name, list.m[i].path, NULL);
    model_list_free(&list);
    assert_int_equal(list.n, 0);
}

static void a_checkpoint_inside_a_model_is_found_by_both_names(void **state)
{
    FoundList list;
    make_model(*state, "models/finch");
    make_model(*state, "models/finch/step-000030");
    make_model(*state, "models/finch/step-000075");
    make_dirs(*state, "models/finch/notes");
    make_model(*state, "models/heap/lost"); /* a heap is no model: what lies in it is not listed */
    model_list(&list);
    assert_int_equal(list.n, 3);
    assert_string_equal(list.m[0].name, "finch");
    assert_string_equal(list.m[1].name, "finch/step-000030");
    assert_string_equal(list.m[2].name, "finch/step-000075");
    for (int i = 0; i < list.n; i++) assert_found(list.m[i].name, list.m[i].path, NULL);
    model_list_free(&list);
    set_env("LLMSONIFY_MODELS", *state, "models");
    assert_int_equal(chdir("/"), 0);
    assert_found("finch/step-000075", *state, "models/finch/step-000075");
    assert_missing("finch/step-000076", "did you mean \"finch/step-000075\"?");
    assert_missing("finch/../finch", "no model");
    assert_int_equal(chdir(*state), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_default_is_wren_in_the_models_directories),
        TEST(the_environment_goes_before_the_current_directory),
        TEST(directories_and_files_are_taken_as_they_are),
        TEST(a_sharded_directory_counts),
        TEST(a_hugging_face_id_is_found_by_refs_main),
        TEST(without_refs_the_newest_snapshot_with_weights_counts),
        TEST(a_ref_that_points_elsewhere_is_not_followed),
        TEST(the_caches_of_the_environment_are_searched),
        TEST(failure_says_what_is_alike_and_how_to_get_it),
        TEST(the_list_has_everything_once),
        TEST(a_checkpoint_inside_a_model_is_found_by_both_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
