/* test_np_read.c: arrays that NumPy wrote, and files that only look like it: every length is a
 * claim, and no code is ever run. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "fixture_model.h"
#include "fixture_near.h"
#include "tensor/np_read.h"

/* A .npy of format `major`: the dict as it stands, no padding. */
static char *make_npy(const char *dir, int major, const char *dict, const void *data, size_t n)
{
    Str s = {0};
    size_t len = strlen(dict);
    char *path = path_join(dir, "x.npy");
    str_add(&s, "\x93NUMPY", 6);
    str_putc(&s, (char)major);
    str_putc(&s, 0);
    for (int i = 0; i < (major == 1 ? 2 : 4); i++) str_putc(&s, (char)(len >> (8 * i)));
    str_puts(&s, dict);
    str_add(&s, data, n);
    write_bytes(path, s.s, s.len);
    str_free(&s);
    return path;
}

static void check_reads(const char *dir, int major, const char *dict, const void *data, size_t n,
                        NpSet *set)
{
    Err err;
    char *path = make_npy(dir, major, dict, data, n);
    if (!np_read(set, path, &err)) fail_msg("%s: %s", dict, err.msg);
    assert_int_equal(set->n, 1);
    free(path);
}

static void check_refused(const char *dir, int major, const char *dict, const void *data, size_t n,
                          const char *why)
{
    Err err;
    NpSet set;
    char *path = make_npy(dir, major, dict, data, n);
    if (np_read(&set, path, &err)) fail_msg("not refused: %s", dict);
    if (!strstr(err.msg, why)) fail_msg("%s: '%s' does not say '%s'", dict, err.msg, why);
    assert_true(str_starts(err.msg, path)); /* it names the file */
    np_free(&set);
    free(path);
}

static void numbers_of_every_kind_are_read(void **state)
{
    static const struct {
        const char *dict, *bytes;
        size_t n;
        double want[2];
    } rows[] = {
        {"{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }", "\0\1", 2, {0, 1}},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }", "\xff\1", 2, {255, 1}},
        {"{'descr': '|i1', 'fortran_order': False, 'shape': (2,), }", "\xff\1", 2, {-1, 1}},
        {"{'descr': '<u2', 'fortran_order': False, 'shape': (2,), }", "\xff\xff\1\2", 4,
         {65535, 513}},
        {"{'descr': '<i2', 'fortran_order': False, 'shape': (2,), }", "\xfe\xff\1\2", 4, {-2, 513}},
        {"{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }", "\0\0\0\x80\7\0\0\0", 8,
         {-2147483648.0, 7}},
        {"{'descr': '<u4', 'fortran_order': False, 'shape': (2,), }", "\0\0\0\x80\7\0\0\0", 8,
         {2147483648.0, 7}},
        {"{'descr': '<i8', 'fortran_order': False, 'shape': (1, 2), }",
         "\0\0\0\0\0\0\0\x80\xff\xff\xff\xff\xff\xff\xff\xff", 16, {-9223372036854775808.0, -1}},
        {"{'descr': '<f2', 'fortran_order': False, 'shape': (2,), }", "\x00\xc5\x01\x00", 4,
         {-5, 5.9604644775390625e-8}}, /* the smallest there is: 2^-24 */
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "\0\0\x80\x3f\0\0\x20\xc0", 8,
         {1, -2.5}},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (2,1), }",
         "\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0\4\xc0", 16, {1, -2.5}},
        {"{\"shape\": (2,), \"fortran_order\": False, \"descr\": \"<i2\"}", "\xfe\xff\1\2", 4,
         {-2, 513}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        NpSet set;
        check_reads(*state, 1 + (int)i % 3, rows[i].dict, rows[i].bytes, rows[i].n, &set);
        assert_int_equal(set.item[0].count, 2);
        assert_string_equal(set.item[0].name, "");
        assert_near(set.item[0].v[0], rows[i].want[0], 0);
        assert_near(set.item[0].v[1], rows[i].want[1], 0);
        np_free(&set);
    }
}

static void halves_have_infinities_and_nan(void **state)
{
    NpSet set;
    check_reads(*state, 1, "{'descr': '<f2', 'fortran_order': False, 'shape': (3,), }",
                "\x00\x7c\x00\xfc\x01\x7e", 6, &set);
    assert_true(isinf(set.item[0].v[0]) && set.item[0].v[0] > 0);
    assert_true(isinf(set.item[0].v[1]) && set.item[0].v[1] < 0);
    assert_true(isnan(set.item[0].v[2]));
    np_free(&set);
}

static void fortrans_order_is_turned_into_cs(void **state)
{
    uint8_t byte[24];
    NpSet set;
    for (int i = 0; i < 24; i++) byte[i] = (uint8_t)i; /* the first index runs fastest */
    check_reads(*state, 1, "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 4), }", byte,
                sizeof byte, &set);
    assert_int_equal(set.item[0].ndim, 3);
    for (int a = 0, i = 0; a < 2; a++)
        for (int b = 0; b < 3; b++)
            for (int c = 0; c < 4; c++, i++) assert_near(set.item[0].v[i], a + 2 * b + 6 * c, 0);
    np_free(&set);
}

static void strings_are_utf8_without_their_padding(void **state)
{
    static const uint32_t text[2][4] = {{'n', 0xef, 0x1f3b5, 0}, {0xd800, 0, 'x', 0}};
    NpSet set;
    check_reads(*state, 1, "{'descr': '<U4', 'fortran_order': False, 'shape': (2,), }", text,
                sizeof text, &set);
    assert_null(set.item[0].v);
    assert_string_equal(set.item[0].text[0], "n\xc3\xaf\xf0\x9f\x8e\xb5");
    /* half a surrogate and a NUL inside are no characters */
    assert_string_equal(set.item[0].text[1], "\xef\xbf\xbd\xef\xbf\xbdx");
    np_free(&set);
}

static void what_is_no_array_of_numbers_is_refused(void **state)
{
    static const char bytes[16] = {0};
    static const struct {
        const char *dict, *why;
    } rows[] = {
        {"{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", "'|O'"}, /* a pickle */
        {"{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }", "'>f4'"},
        {"{'descr': '<c8', 'fortran_order': False, 'shape': (2,), }", "'<c8'"},
        {"{'descr': '<M8[s]', 'fortran_order': False, 'shape': (2,), }", "'<M8[s]'"},
        {"{'descr': '|S4', 'fortran_order': False, 'shape': (4,), }", "'|S4'"},
        {"{'descr': '<f16', 'fortran_order': False, 'shape': (1,), }", "'<f16'"},
        {"{'descr': '<f3', 'fortran_order': False, 'shape': (4,), }", "'<f3'"},
        {"{'descr': '', 'fortran_order': False, 'shape': (2,), }", "''"},
        {"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (4,), }", "header"},
        {"{'descr': '<f4', 'shape': (4,), }", "header"},
        {"{'descr': '<f4', 'fortran_order': False, }", "header"},
        {"{'fortran_order': False, 'shape': (4,), }", "header"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': 4, }", "header"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2, ", "header"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (-4,), }", "header"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (4.0,), }", "header"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1,4), }", "header"},
        {"{'descr': '<f4", "header"},
        {"", "header"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_refused(*state, 1, rows[i].dict, bytes, sizeof bytes, rows[i].why);
}

static void sizes_that_are_not_the_files_are_refused(void **state)
{
    static const char bytes[16] = {0};
    static const char *const shape[] = {
        "(5,)", "(3,)", "(4, 2)", "()", "(0, 4)", "(4611686018427387904,)",
        "(4294967296, 4294967296)", "(9223372036854775807, 2)", "(99999999999999999999,)"};
    for (size_t i = 0; i < sizeof shape / sizeof *shape; i++) {
        Str dict = {0};
        str_addf(&dict, "{'descr': '<f4', 'fortran_order': False, 'shape': %s, }", shape[i]);
        check_refused(*state, 1, dict.s, bytes, sizeof bytes, "");
        str_free(&dict);
    }
    check_refused(*state, 1, "{'descr': '<U16777217', 'fortran_order': False, 'shape': (1,), }",
                  bytes, sizeof bytes, "");
    check_refused(*state, 4, "{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }", bytes,
                  sizeof bytes, "format 4");
}

static void a_file_cut_anywhere_is_refused(void **state)
{
    NpSet set;
    Err err;
    FileMap map;
    char *path = make_npy(*state, 1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }",
                          "\0\0\x80\x3f\0\0\x20\xc0", 8);
    char *cut = path_join(*state, "cut.npy");
    assert_true(file_map_open(&map, path, &err));
    for (size_t n = 0; n < (size_t)map.size; n++) {
        write_bytes(cut, map.data, n);
        if (np_read(&set, cut, &err)) fail_msg("%zu of its bytes are read", n);
        assert_true(str_starts(err.msg, cut));
        np_free(&set);
    }
    file_map_close(&map);
    free(path);
    free(cut);
}

/* An archive of three arrays, deflated or not. */
static void write_set(const char *path, bool deflate)
{
    static const float v[6] = {1, 2, 3, 4, 5, 6};
    static const char *const words[] = {"a bird", ""};
    static const int64_t one = 1, shape[] = {3, 2};
    static const int32_t id = 7;
    Err err;
    Npz *z = npz_new(deflate);
    assert_true(npz_add(z, "states", NP_F4, v, 2, shape, &err) &&
                npz_add(z, "ids", NP_I4, &id, 1, &one, &err) &&
                npz_add_strings(z, "prompts", words, 2, &err) && npz_write(z, path, &err));
}

static void an_archive_has_its_arrays_by_name(void **state)
{
    char *path = path_join(*state, "x.npz");
    for (int deflate = 0; deflate < 2; deflate++) {
        NpSet set;
        Err err;
        write_set(path, deflate);
        if (!np_read(&set, path, &err)) fail_msg("%s", err.msg);
        const NpArray *a = np_find(&set, "states");
        assert_int_equal(set.n, 3);
        assert_true(a && a->ndim == 2 && a->shape[0] == 3 && a->shape[1] == 2);
        for (int i = 0; i < 6; i++) assert_near(a->v[i], i + 1, 0);
        assert_near(np_find(&set, "ids")->v[0], 7, 0);
        assert_string_equal(np_find(&set, "prompts")->text[0], "a bird");
        assert_string_equal(np_find(&set, "prompts")->text[1], "");
        assert_null(np_find(&set, "state"));
        np_free(&set);
    }
    free(path);
}

/* Every byte in turn turned over: refused, or read, but never beyond the file (for sanitizers). */
static void a_damaged_archive_is_survived(void **state)
{
    char *path = path_join(*state, "x.npz"), *bad = path_join(*state, "bad.npz");
    FileMap map;
    Err err;
    int refused = 0, cut = 0;
    write_set(path, true);
    assert_true(file_map_open(&map, path, &err));
    char *copy = mem_alloc(map.size, 1);
    for (int64_t i = 0; i < map.size; i++) {
        NpSet set;
        memcpy(copy, map.data, (size_t)map.size);
        copy[i] = (char)~copy[i];
        write_bytes(bad, copy, (size_t)map.size);
        refused += !np_read(&set, bad, &err);
        np_free(&set);
        write_bytes(bad, map.data, (size_t)i);
        cut += !np_read(&set, bad, &err);
        np_free(&set);
    }
    assert_int_equal(cut, map.size); /* its directory is at the end */
    assert_true(refused > map.size / 2);
    file_map_close(&map);
    free(copy);
    free(path);
    free(bad);
}

static void a_member_may_not_claim_more_than_its_bytes_can_become(void **state)
{
    char *path = path_join(*state, "x.npz"), *bad = path_join(*state, "bad.npz");
    FileMap map;
    Err err;
    NpSet set;
    write_set(path, true);
    assert_true(file_map_open(&map, path, &err));
    char *copy = mem_alloc(map.size, 1);
    memcpy(copy, map.data, (size_t)map.size);
    for (int64_t i = 0; i + 30 < map.size; i++) { /* 1 GB in either header */
        if (memcmp(copy + i, "PK\3\4", 4) == 0) memcpy(copy + i + 22, "\0\0\0\x40", 4);
        if (memcmp(copy + i, "PK\1\2", 4) == 0) memcpy(copy + i + 24, "\0\0\0\x40", 4);
    }
    write_bytes(bad, copy, (size_t)map.size);
    assert_false(np_read(&set, bad, &err));
    np_free(&set);
    file_map_close(&map);
    free(copy);
    free(path);
    free(bad);
}

static void numpys_own_files_are_read(void **state)
{
    static const char script[] =
        "import sys\n"
        "try:\n    import numpy as np\nexcept ImportError:\n    sys.exit(77)\n"
        "x = np.arange(24, dtype='i8').reshape(2, 3, 4)\n"
        "np.savez_compressed(sys.argv[1], i=x, f=np.asfortranarray(x.astype('f2')), \n"
        "  s=np.array(['wren', 'na\\u00efve']), e=np.array(2.5), b=x.astype('>f8'),\n"
        "  o=np.array([{}, 1], dtype=object))\n";
    char *path = path_join(*state, "x.npz"), *py = path_join(*state, "make.py");
    Str command = {0};
    Err err;
    NpSet set;
    write_text(*state, "make.py", script);
    str_addf(&command, "$([ -x /usr/bin/python3 ] && echo /usr/bin/)python3 '%s' '%s'", py, path);
    int rc = system(command.s);
    str_free(&command);
    free(py);
    if (rc == 77 << 8 || rc == 127 << 8) {
        print_message("numpy is not installed: its files are not tested\n");
        free(path);
        skip();
    }
    assert_int_equal(rc, 0);
    if (!np_read(&set, path, &err)) fail_msg("%s", err.msg);
    for (int i = 0; i < 24; i++) {
        assert_near(np_find(&set, "i")->v[i], i, 0);
        assert_near(np_find(&set, "f")->v[i], i, 0);
    }
    assert_string_equal(np_find(&set, "s")->text[1], "na\xc3\xafve");
    assert_int_equal(np_find(&set, "e")->ndim, 0);
    assert_near(np_find(&set, "e")->v[0], 2.5, 0);
    assert_null(np_find(&set, "o")); /* pickles are left out, never opened */
    assert_null(np_find(&set, "b"));
    np_free(&set);
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

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(numbers_of_every_kind_are_read),
        TEST(halves_have_infinities_and_nan),
        TEST(fortrans_order_is_turned_into_cs),
        TEST(strings_are_utf8_without_their_padding),
        TEST(what_is_no_array_of_numbers_is_refused),
        TEST(sizes_that_are_not_the_files_are_refused),
        TEST(a_file_cut_anywhere_is_refused),
        TEST(an_archive_has_its_arrays_by_name),
        TEST(a_damaged_archive_is_survived),
        TEST(a_member_may_not_claim_more_than_its_bytes_can_become),
        TEST(numpys_own_files_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
