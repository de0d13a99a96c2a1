/* test_jepa_file.c: the joint embedding as a file: equal when read back, refused by name when it is
 * anything else. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/stat.h>

#include "fixture_jepa.h"
#include "fixture_model.h"
#include "tensor/st_write.h"

static void open_fresh(Jepa *j)
{
    Err err = {""};
    if (!jepa_open(j, CPU_PORTABLE, &err)) fail_msg("%s", err.msg);
    jepa_begin(j, 3);
    fill_params(&j->target, 500);
}

static void what_was_written_is_read_back(void **state)
{
    Err err = {""};
    Jepa j, back;
    open_fresh(&j);
    char *path = path_join(*state, "jepa.safetensors");
    if (!jepa_write(&j, path, "{\"seed\": 3}", &err)) fail_msg("%s", err.msg);
    if (!jepa_load(&back, path, CPU_PORTABLE, &err)) fail_msg("%s", err.msg);
    assert_memory_equal(j.params.v, back.params.v, (size_t)j.params.size * sizeof(float));
    assert_memory_equal(j.target.v, back.target.v, (size_t)j.target.size * sizeof(float));
    char *meta = jepa_meta(path, &err);
    assert_string_equal(meta, "{\"seed\": 3}");
    free(meta);
    free(path);
    jepa_free(&j);
    jepa_free(&back);
}

/* A mark of 22 bytes for each of 100000 songs. */
static void much_may_be_said_of_a_training(void **state)
{
    enum { LONG = 2200000 };
    Err err = {""};
    Jepa j;
    open_fresh(&j);
    char *path = path_join(*state, "long.safetensors"), *said = mem_alloc(LONG + 1, 1);
    memset(said, 'm', LONG);
    if (!jepa_write(&j, path, said, &err)) fail_msg("%s", err.msg);
    char *meta = jepa_meta(path, &err);
    if (!meta) fail_msg("%s", err.msg);
    assert_string_equal(meta, said);
    free(meta);
    free(said);
    free(path);
    jepa_free(&j);
}

/* Rounded to 8 binary digits: half a unit is up to 1 part in 256. */
static void a_short_file_is_half_as_long_and_near(void **state)
{
    Err err = {""};
    Jepa j, back;
    open_fresh(&j);
    char *path = path_join(*state, "jepa.safetensors");
    if (!jepa_write_bf16(&j, path, "{}", &err)) fail_msg("%s", err.msg);
    if (!jepa_load(&back, path, CPU_PORTABLE, &err)) fail_msg("%s", err.msg);
    struct stat st;
    int64_t numbers = j.params.size + j.target.size;
    assert_int_equal(stat(path, &st), 0);
    assert_true(st.st_size > 2 * numbers && st.st_size < 2 * numbers + 30000); /* names, shapes */
    for (int64_t i = 0; i < j.target.size; i++)
        if (fabsf(back.target.v[i] - j.target.v[i]) > fabsf(j.target.v[i]) / 256)
            fail_msg("%g became %g", (double)j.target.v[i], (double)back.target.v[i]);
    const Param *last = &j.params.p[j.params.n - 2]; /* read.rhythm.down.weight */
    double a = (double)j.params.v[last->at + 9], b = (double)back.params.v[last->at + 9];
    assert_true(a != 0 && b != a && fabs(a - b) <= fabs(a) / 256);
    free(path);
    jepa_free(&j);
    jepa_free(&back);
}

static void refused(const char *path, const char *why)
{
    Err err = {""};
    Jepa j;
    assert_false(jepa_load(&j, path, CPU_PORTABLE, &err));
    if (!strstr(err.msg, why) || !strstr(err.msg, "jepa.safetensors"))
        fail_msg("\"%s\", expected \"%s\"", err.msg, why);
    assert_null(j.params.v);
}

static void a_truncated_file_is_refused(void **state)
{
    Err err = {""};
    Jepa j;
    open_fresh(&j);
    char *path = path_join(*state, "jepa.safetensors");
    assert_true(jepa_write(&j, path, "{}", &err));
    for (int i = 0; i < 3; i++) {
        static const off_t SIZE[] = {9000000, 600, 3};
        assert_int_equal(truncate(path, SIZE[i]), 0);
        refused(path, "");
    }
    free(path);
    jepa_free(&j);
}

static void a_number_that_is_none_is_refused_by_name(void **state)
{
    Err err = {""};
    Jepa j;
    open_fresh(&j);
    char *path = path_join(*state, "jepa.safetensors");
    j.target.v[j.target.p[params_find(&j.target, "target.norm.bias")].at + 3] = NAN;
    assert_true(jepa_write(&j, path, "{}", &err));
    refused(path, "\"target.norm.bias\" has a number that is not finite");
    j.params.v[j.params.p[params_find(&j.params, "gru.weight_hh")].at] = INFINITY;
    assert_true(jepa_write(&j, path, "{}", &err));
    refused(path, "\"gru.weight_hh\" has a number that is not finite");
    free(path);
    jepa_free(&j);
}

/* The first tensors as they should be, then one that is not. */
static void write_first(const char *path, const StArray *a, int n)
{
    Err err = {""};
    if (!st_write(path, a, n, NULL, 0, &err)) fail_msg("%s", err.msg);
}

static void other_files_are_refused_by_name(void **state)
{
    static const double WIDE[128 * 41] = {0};
    char *path = path_join(*state, "jepa.safetensors");
    StArray a[] = {
        {.name = "stat.in.weight", .dtype = DT_F32, .ndim = 2, .shape = {128, 40}, .data = WIDE},
        {.name = "stat.in.bias", .dtype = DT_F32, .ndim = 1, .shape = {128}, .data = WIDE}};
    a[0].shape[1] = 41;
    write_first(path, a, 2);
    refused(path, "\"stat.in.weight\" is 128 x 41, expected 128 x 40");
    a[0].shape[1] = 40;
    a[0].dtype = DT_F64;
    write_first(path, a, 2);
    refused(path, "\"stat.in.weight\" is F64, expected F32, F16 or BF16");
    a[0].dtype = DT_F32;
    a[1].ndim = 2, a[1].shape[0] = 1, a[1].shape[1] = 128;
    write_first(path, a, 2);
    refused(path, "\"stat.in.bias\" has 2 dimensions, expected 1");
    a[1].name = "model.norm.weight";
    write_first(path, a, 2);
    refused(path, "no tensor \"stat.in.bias\": not what `llmsonify jepa train` writes");
    Err err = {""};
    assert_null(jepa_meta(path, &err));
    assert_non_null(strstr(err.msg, "nothing about a training"));
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(what_was_written_is_read_back),
        SCRATCH_TEST(much_may_be_said_of_a_training),
        SCRATCH_TEST(a_short_file_is_half_as_long_and_near),
        SCRATCH_TEST(a_truncated_file_is_refused),
        SCRATCH_TEST(a_number_that_is_none_is_refused_by_name),
        SCRATCH_TEST(other_files_are_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
