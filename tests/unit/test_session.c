/* test_session.c: runs as they are kept: what is written comes back, what is broken is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "atmos/session.h"
#include "fixture_model.h"
#include "fixture_near.h"
#include "tensor/npz.h"

static Session made(void)
{
    static const char *const WORDS[] = {" a", "", " \xe2\x99\xaa\"", "\n"};
    Session s = {.prompt = mem_strdup("Once"), .song = mem_strdup("dir/song.mp3"),
                 .model = mem_strdup("wren"), .end = mem_strdup("length"),
                 .contour = CONTOUR_DEFAULTS,
                 .sampler = {.temp = 1, .top_k = 7, .top_p = 0.9, .min_p = 0.1, .seed = 99}};
    s.contour.drive = DRIVE_LOUDNESS;
    s.contour.smooth = 0.3;
    for (int i = 0; i < 4; i++)
        session_add(&s, &(SessionToken){.text = (char *)WORDS[i], .id = 10 * i, .time = i / 45.0,
                                        .temp = 1 + i / 3.0, .lufs_raw = -20 - i, .lufs = 0.1 * i,
                                        .velocity = 0.2 * i, .entropy = i ? 0.5 * i : (double)NAN,
                                        .surprisal = i});
    return s;
}

static void what_is_written_comes_back(void **state)
{
    char *path = path_join(*state, "run.npz");
    Session a = made(), b;
    Err err;
    assert_true(session_write(&a, path, &err));
    if (!session_read(&b, path, &err)) fail_msg("%s", err.msg);
    assert_string_equal(b.prompt, "Once");
    assert_string_equal(b.song, "dir/song.mp3");
    assert_string_equal(b.model, "wren");
    assert_string_equal(b.end, "length");
    assert_true(b.contour.drive == DRIVE_LOUDNESS && b.contour.smooth == 0.3);
    assert_true(b.contour.t_min == 0.985 && b.contour.tps == 45);
    assert_true(b.sampler.top_k == 7 && b.sampler.top_p == 0.9 && b.sampler.seed == 99);
    assert_int_equal(b.n, 4);
    for (int i = 0; i < 4; i++) {
        const SessionToken *x = &a.token[i], *y = &b.token[i];
        assert_string_equal(x->text, y->text);
        assert_true(x->id == y->id && x->time == y->time && x->temp == y->temp);
        assert_true(x->lufs_raw == y->lufs_raw && x->lufs == y->lufs);
        assert_true(x->velocity == y->velocity && x->surprisal == y->surprisal);
        assert_true(x->entropy == y->entropy || i == 0);
    }
    assert_true(isnan(b.token[0].entropy));
    char *text = session_text(&b);
    assert_string_equal(text, " a \xe2\x99\xaa\"\n");
    free(text);
    session_free(&a);
    session_free(&b);
    free(path);
}

static void an_empty_run_is_a_run(void **state)
{
    char *path = path_join(*state, "run.npz");
    Session a = {.contour = CONTOUR_DEFAULTS}, b;
    Err err;
    assert_true(session_write(&a, path, &err));
    if (!session_read(&b, path, &err)) fail_msg("%s", err.msg);
    assert_true(b.n == 0 && !b.prompt && !b.song && !b.end);
    session_free(&b);
    free(path);
}

/* As another program may write it: fewer keys, longer curves. */
static void tokens_and_temperatures_are_enough(void **state)
{
    static const char *const words[] = {"a", "b"};
    const double temp[3] = {1, 2, 3};
    const int64_t three = 3;
    char *path = path_join(*state, "run.npz");
    Npz *z = npz_new(false);
    Session s;
    Err err;
    assert_true(npz_add_strings(z, "tokens", words, 2, &err));
    assert_true(npz_add(z, "temp", NP_F8, temp, 1, &three, &err));
    assert_true(npz_write(z, path, &err));
    if (!session_read(&s, path, &err)) fail_msg("%s", err.msg);
    assert_int_equal(s.n, 2);
    assert_true(s.token[1].temp == 2 && s.token[1].id == -1);
    assert_near(s.token[1].time, 1 / 45.0, 1e-15);
    assert_true(isnan(s.token[1].lufs_raw));
    session_free(&s);
    free(path);
}

static void too_few_numbers_are_refused_by_name(void **state)
{
    static const char *const words[] = {"a", "b"};
    const double one = 1;
    const int64_t n = 1;
    char *path = path_join(*state, "run.npz");
    Npz *z = npz_new(false);
    Session s;
    Err err = {""};
    assert_true(npz_add_strings(z, "tokens", words, 2, &err));
    assert_true(npz_add(z, "v_lufs", NP_F8, &one, 1, &n, &err));
    assert_true(npz_write(z, path, &err));
    assert_false(session_read(&s, path, &err));
    assert_non_null(strstr(err.msg, "v_lufs has 1 numbers for 2 tokens"));
    assert_int_equal(s.n, 0);
    z = npz_new(false);
    assert_true(npz_add(z, "tokens", NP_F8, &one, 1, &n, &err) && npz_write(z, path, &err));
    assert_false(session_read(&s, path, &err));
    assert_non_null(strstr(err.msg, "run.npz: no run"));
    free(path);
}

static void ids_that_are_no_tokens_are_unknown(void **state)
{
    static const char *const words[] = {"a", "b", "c", "d"};
    const double id[4] = {(double)NAN, 1e300, -5, 7};
    const int64_t n = 4;
    char *path = path_join(*state, "run.npz");
    Npz *z = npz_new(false);
    Session s;
    Err err;
    assert_true(npz_add_strings(z, "tokens", words, 4, &err));
    assert_true(npz_add(z, "token_ids", NP_F8, id, 1, &n, &err) && npz_write(z, path, &err));
    assert_true(session_read(&s, path, &err));
    for (int i = 0; i < 3; i++) assert_int_equal(s.token[i].id, -1);
    assert_int_equal(s.token[3].id, 7);
    session_free(&s);
    free(path);
}

static void settings_out_of_range_are_refused(void **state)
{
    static const char *const words[] = {"a"};
    static const char *const BAD[] = {"{\"tps\": 0}", "{\"seed\": -1}", "{\"midpoint\": \"x\"}",
                                      "{\"tps\": 45"};
    char *path = path_join(*state, "run.npz");
    for (int i = 0; i < 4; i++) {
        Npz *z = npz_new(false);
        Session s;
        Err err = {""};
        assert_true(npz_add_strings(z, "tokens", words, 1, &err));
        assert_true(npz_add_strings(z, "settings", &BAD[i], -1, &err) && npz_write(z, path, &err));
        assert_false(session_read(&s, path, &err));
        assert_non_null(strstr(err.msg, "settings"));
    }
    free(path);
}

static int setup(void **state)
{
    *state = scratch_make();
    return 0;
}

static int teardown(void **state)
{
    scratch_remove(*state);
    free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_comes_back),
        cmocka_unit_test(an_empty_run_is_a_run),
        cmocka_unit_test(tokens_and_temperatures_are_enough),
        cmocka_unit_test(too_few_numbers_are_refused_by_name),
        cmocka_unit_test(ids_that_are_no_tokens_are_unknown),
        cmocka_unit_test(settings_out_of_range_are_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
