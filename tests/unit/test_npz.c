/* test_npz.c: arrays as NumPy reads them: byte by byte, and by NumPy itself where there is one. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture_model.h"
#include "tensor/npz.h"

static void a_npy_file_is_header_and_data(void **state)
{
    static const char dict[] = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
    const float v[6] = {1, 2, 3, 4, 5, 6};
    char *path = path_join(*state, "x.npy");
    FileMap map;
    Err err;
    assert_true(npy_write(path, NP_F4, v, 2, (const int64_t[]){2, 3}, &err));
    assert_true(file_map_open(&map, path, &err));
    assert_int_equal(map.size, 128 + 24);
    assert_memory_equal(map.data, "\x93NUMPY\x01\x00\x76\x00", 10); /* 118 = 128 - 10 */
    assert_memory_equal(map.data + 10, dict, strlen(dict));
    for (size_t i = 10 + strlen(dict); i < 127; i++) assert_int_equal(map.data[i], ' ');
    assert_int_equal(map.data[127], '\n');
    assert_memory_equal(map.data + 128, v, sizeof v);
    file_map_close(&map);
    free(path);
}

static void shapes_are_python_tuples(void **state)
{
    static const struct {
        int ndim;
        int64_t shape[3];
        const char *text;
    } rows[] = {
        {0, {0}, "()"}, {1, {1}, "(1,)"}, {2, {1, 1}, "(1, 1)"}, {3, {1, 0, 9}, "(1, 0, 9)"}};
    const double one = 1;
    char *path = path_join(*state, "x.npy");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        FileMap map;
        Err err;
        assert_true(npy_write(path, NP_F8, &one, rows[i].ndim, rows[i].shape, &err));
        assert_true(file_map_open(&map, path, &err));
        char *head = mem_strndup((const char *)map.data + 10, 118);
        char *shape = strstr(head, "'shape': ");
        assert_non_null(shape);
        assert_true(str_starts(shape + 9, rows[i].text));
        free(head);
        file_map_close(&map);
    }
    free(path);
}

static bool write_all(const char *path, bool deflate, Err *err)
{
    static const char *const words[] = {"wren", "", "na\xc3\xafve \xf0\x9f\x8e\xb5", "\xff?"};
    static const float big[4096] = {1, 2, 3};
    const int32_t i4[2] = {-1, INT32_MAX};
    const int64_t i8[2] = {INT64_MIN, 5};
    const double f8 = 0.1;
    const uint8_t flags[3] = {1, 0, 1};
    const int64_t two = 2, three = 3;
    Npz *z = npz_new(deflate);
    bool ok = npz_add(z, "big", NP_F4, big, 2, (const int64_t[]){64, 64}, err) &&
              npz_add(z, "i4", NP_I4, i4, 1, &two, err) &&
              npz_add(z, "i8", NP_I8, i8, 1, &two, err) &&
              npz_add(z, "f8", NP_F8, &f8, 0, NULL, err) &&
              npz_add(z, "flags", NP_BOOL, flags, 1, &three, err) &&
              npz_add(z, "bytes", NP_U1, flags, 1, &three, err) &&
              npz_add_strings(z, "words", words, 4, err) &&
              npz_add_strings(z, "prompt", words + 2, -1, err) &&
              npz_add_strings(z, "none", words, 0, err);
    if (ok) return npz_write(z, path, err);
    npz_free(z);
    return false;
}

static void the_same_arrays_give_the_same_bytes(void **state)
{
    char *one = path_join(*state, "one.npz"), *two = path_join(*state, "two.npz");
    char *part = path_join(*state, "one.npz.part");
    FileMap a, b;
    Err err;
    for (int deflate = 0; deflate < 2; deflate++) {
        setenv("TZ", "UTC", 1);
        assert_true(write_all(one, deflate, &err));
        setenv("TZ", "Asia/Tokyo", 1);
        assert_true(write_all(two, deflate, &err));
        assert_true(file_map_open(&a, one, &err) && file_map_open(&b, two, &err));
        assert_int_equal(a.size, b.size);
        assert_memory_equal(a.data, b.data, (size_t)a.size);
        assert_memory_equal(a.data + 10, "\0\0\x21\0", 4); /* DOS time 0, date 1980-01-01 */
        assert_true(deflate ? a.size < 8192 : a.size > 16384);
        assert_false(file_exists(part));
        file_map_close(&a);
        file_map_close(&b);
    }
    free(one);
    free(two);
    free(part);
}

static void numpy_reads_every_array(void **state)
{
    static const char script[] =
        "import sys\n"
        "try:\n    import numpy as np\nexcept ImportError:\n    sys.exit(77)\n"
        "z = np.load(sys.argv[1], allow_pickle=False)\n"
        "assert z['big'].shape == (64, 64) and z['big'].dtype == np.float32\n"
        "assert z['big'].ravel()[:4].tolist() == [1, 2, 3, 0] and z['big'].flags.c_contiguous\n"
        "assert z['i4'].tolist() == [-1, 2**31 - 1] and z['i8'].tolist() == [-2**63, 5]\n"
        "assert z['f8'].shape == () and float(z['f8']) == 0.1\n"
        "assert z['flags'].tolist() == [True, False, True] and z['bytes'].tolist() == [1, 0, 1]\n"
        "assert z['words'].tolist() == ['wren', '', 'na\\u00efve \\U0001f3b5', '\\ufffd?']\n"
        "assert str(z['prompt']) == 'na\\u00efve \\U0001f3b5' and z['prompt'].shape == ()\n"
        "assert z['none'].shape == (0,) and len(z.files) == 9\n";
    char *path = path_join(*state, "x.npz"), *py = path_join(*state, "check.py");
    Str command = {0};
    Err err;
    write_text(*state, "check.py", script);
    str_addf(&command, "$([ -x /usr/bin/python3 ] && echo /usr/bin/)python3 '%s' '%s'", py, path);
    for (int deflate = 0; deflate < 2; deflate++) {
        assert_true(write_all(path, deflate, &err));
        int rc = system(command.s);
        if (rc == 77 << 8 || rc == 127 << 8) {
            print_message("numpy is not installed: its reading is not tested\n");
            str_free(&command);
            free(path);
            free(py);
            skip();
        }
        assert_int_equal(rc, 0);
    }
    str_free(&command);
    free(path);
    free(py);
}

static void wrong_names_and_places_are_refused(void **state)
{
    const float v = 1;
    Err err;
    char *path = path_join(*state, "no/such/dir.npz");
    Npz *z = npz_new(false);
    assert_false(npz_add(z, "", NP_F4, &v, 0, NULL, &err));
    assert_false(npz_add(z, "../a", NP_F4, &v, 0, NULL, &err));
    assert_true(npz_add(z, "a", NP_F4, &v, 0, NULL, &err));
    assert_false(npz_add(z, "a", NP_F4, &v, 0, NULL, &err));
    assert_non_null(strstr(err.msg, "twice"));
    assert_false(npz_write(z, path, &err));
    assert_non_null(strstr(err.msg, "dir.npz"));
    assert_false(npz_write(npz_new(false), path, &err));
    assert_non_null(strstr(err.msg, "no arrays"));
    npz_free(NULL);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(a_npy_file_is_header_and_data),       SCRATCH_TEST(shapes_are_python_tuples),
        SCRATCH_TEST(the_same_arrays_give_the_same_bytes), SCRATCH_TEST(numpy_reads_every_array),
        SCRATCH_TEST(wrong_names_and_places_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
