/* test_st_write.c: arrays written as safetensors read back as they were. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture_model.h"
#include "tensor/checkpoint.h"
#include "tensor/st_meta.h"
#include "tensor/st_write.h"

static const float F4[6] = {1, -2.5f, 3, 0, 1e-30f, 7};
static const double F8[2] = {0.1, -1e300};
static const int64_t I8[3] = {INT64_MIN, -1, 5};
static const uint8_t U1[5] = {1, 2, 3, 4, 255};

static const StArray ARRAYS[] = {
    {.name = "odd", .dtype = DT_U8, .ndim = 1, .shape = {5}, .data = U1},
    {.name = "matrix", .dtype = DT_F32, .ndim = 2, .shape = {2, 3}, .data = F4},
    {.name = "none", .dtype = DT_F32, .ndim = 2, .shape = {0, 3}},
    {.name = "wide", .dtype = DT_F64, .ndim = 3, .shape = {1, 2, 1}, .data = F8},
    {.name = "scalar", .dtype = DT_F32, .ndim = 0, .data = F4 + 1},
    {.name = "a \"name\"\n\xc3\xa9", .dtype = DT_I64, .ndim = 1, .shape = {3}, .data = I8},
};
static const int N = sizeof ARRAYS / sizeof *ARRAYS;

static const StMeta META[] = {{"name", "refusal"}, {"said", "a \"quoted\" \xe2\x99\xaa\tthing"}};

static void every_array_reads_back(void **state)
{
    char *path = path_join(*state, "x.safetensors");
    Checkpoint *ck;
    Err err = {""};
    if (!st_write(path, ARRAYS, N, META, 2, &err) || !checkpoint_open(&ck, path, &err))
        fail_msg("%s", err.msg);
    assert_int_equal(checkpoint_count(ck), N);
    for (int i = 0; i < N; i++) {
        const StArray *a = &ARRAYS[i];
        const Tensor *t = checkpoint_find(ck, a->name);
        assert_non_null(t);
        assert_int_equal(t->dtype, a->dtype);
        assert_int_equal(t->ndim, a->ndim);
        for (int k = 0; k < a->ndim; k++) assert_int_equal(t->shape[k], a->shape[k]);
        size_t bytes = (size_t)tensor_numel(t) * (size_t)dtype_size(t->dtype);
        if (bytes) assert_memory_equal(t->data, a->data, bytes);
    }
    checkpoint_close(ck);
    free(path);
}

static void data_begin_at_a_multiple_of_64_in_the_order_given(void **state)
{
    char *path = path_join(*state, "x.safetensors");
    Err err = {""};
    FileMap map;
    for (int n = 1; n <= N; n++) {
        assert_true(st_write(path, ARRAYS, n, META, n % 3, &err));
        assert_true(file_map_open(&map, path, &err));
        uint64_t header = load_le64(map.data);
        assert_int_equal((header + 8) % 64, 0);
        assert_memory_equal(map.data + 8 + header, U1, sizeof U1);
        if (n > 1) assert_memory_equal(map.data + 8 + header + sizeof U1, F4, sizeof F4);
        file_map_close(&map);
    }
    free(path);
}

static void metadata_are_strings_under_their_keys(void **state)
{
    char *path = path_join(*state, "x.safetensors");
    Err err = {""};
    assert_true(st_write(path, ARRAYS, N, META, 2, &err));
    Json *header = st_header_read(path, &err);
    const Json *meta = json_get(header, "__metadata__");
    assert_int_equal(json_count(meta), 2);
    for (int i = 0; i < 2; i++)
        assert_string_equal(json_string(json_get(meta, META[i].key)), META[i].value);
    json_free(header);
    assert_true(st_write(path, ARRAYS, N, NULL, 0, &err));
    header = st_header_read(path, &err);
    assert_non_null(header);
    assert_null(json_get(header, "__metadata__"));
    json_free(header);
    write_text(*state, "short", "{}");
    free(path);
    path = path_join(*state, "short");
    assert_null(st_header_read(path, &err));
    free(path);
}

static void no_arrays_make_a_file_too(void **state)
{
    char *path = path_join(*state, "x.safetensors");
    Err err = {""};
    FileMap map;
    assert_true(st_write(path, NULL, 0, NULL, 0, &err));
    assert_true(file_map_open(&map, path, &err));
    assert_int_equal(map.size, 64);
    file_map_close(&map);
    free(path);
}

static void assert_refused(const char *path, const StArray *a, int n, int nmeta, const char *why)
{
    static const StMeta twice[] = {{"k", "1"}, {"k", "2"}};
    Err err = {""};
    assert_false(st_write(path, a, n, twice, nmeta, &err));
    if (!strstr(err.msg, why)) fail_msg("\"%s\" does not say \"%s\"", err.msg, why);
    assert_false(file_exists(path));
}

static void what_cannot_be_read_back_is_not_written(void **state)
{
    char *path = path_join(*state, "x.safetensors");
    StArray twice[2] = {ARRAYS[0], ARRAYS[0]};
    assert_refused(path, twice, 2, 0, "\"odd\" is named twice");
    assert_refused(path, twice, 1, 2, "\"k\" is given twice");
    /* Bytes that are no UTF-8 are written alike, so that two such names are one. */
    twice[0].name = "\xff";
    twice[1].name = "\xfe";
    assert_refused(path, twice, 2, 0, "named twice");
    twice[0].name = "__metadata__";
    assert_refused(path, twice, 1, 0, "named twice");
    StArray huge = {.name = "huge", .dtype = DT_F64, .ndim = 2};
    huge.shape[0] = huge.shape[1] = INT64_C(1) << 40;
    assert_refused(path, &huge, 1, 0, "\"huge\": a dimension of");
    huge.shape[0] = -1;
    assert_refused(path, &huge, 1, 0, "a dimension of -1");
    huge.ndim = TENSOR_MAX_DIMS + 1;
    assert_refused(path, &huge, 1, 0, "9 dimensions");
    free(path);
    path = path_join(*state, "no/such/x.safetensors");
    assert_refused(path, ARRAYS, 1, 0, "no/such");
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(every_array_reads_back),
        SCRATCH_TEST(data_begin_at_a_multiple_of_64_in_the_order_given),
        SCRATCH_TEST(metadata_are_strings_under_their_keys),
        SCRATCH_TEST(no_arrays_make_a_file_too),
        SCRATCH_TEST(what_cannot_be_read_back_is_not_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
