/* test_safetensors.c: files that are right, and a table of files that are not: each one must give
 * false and one clear line. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture_model.h"
#include "tensor/checkpoint.h"

/* What the message must contain is as important as that there is one. */
typedef struct Hostile {
    const char *title, *header, *says;
    int data; /* bytes after the header */
} Hostile;

#define T(shape, offsets) "{\"dtype\":\"F32\",\"shape\":" shape ",\"data_offsets\":" offsets "}"

static const Hostile HOSTILE[] = {
    {"no brace", " {\"a\":" T("[1]", "[0,4]") "}", "begin with '{'", 4},
    {"array at the top", "[1,2]", "begin with '{'", 0},
    {"empty header", "", "begin with '{'", 0},
    {"cut JSON", "{\"a\":{\"dtype\":\"F32\",\"sh", "string without an end", 0},
    {"cut after a comma", "{\"a\":1,", "expected an object", 0},
    {"bytes after the object", "{} x", "extra bytes", 0},
    {"two objects", "{}{}", "extra bytes", 0},
    {"bad UTF-8 in a name", "{\"a\xff\":" T("[1]", "[0,4]") "}", "UTF-8", 4},
    {"overlong UTF-8", "{\"\xc0\xaf\":" T("[1]", "[0,4]") "}", "UTF-8", 4},
    {"NUL escape in a name", "{\"a\\u0000b\":" T("[1]", "[0,4]") "}", "\\u0000", 4},
    {"lone surrogate", "{\"\\ud800\":" T("[1]", "[0,4]") "}", "surrogate", 4},
    {"raw newline in a name", "{\"a\nb\":" T("[1]", "[0,4]") "}", "control character", 4},
    {"bad escape", "{\"a\\x\":" T("[1]", "[0,4]") "}", "escape", 4},
    {"comma before the brace", "{\"a\":" T("[1]", "[0,4]") ",}", "comma", 4},
    {"missing colon", "{\"a\" " T("[1]", "[0,4]") "}", "':'", 4},
    {"tensor is no object", "{\"a\":[1]}", "tensor \"a\"", 0},
    {"tensor is a string", "{\"a\":\"F32\"}", "expected an object", 0},
    {"no dtype", "{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}", "no dtype", 4},
    {"no shape", "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", "no shape", 4},
    {"no offsets", "{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", "no data_offsets", 4},
    {"dtype twice",
     "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", "twice",
     4},
    {"unknown dtype", "{\"a\":{\"dtype\":\"F31\",\"shape\":[1],\"data_offsets\":[0,4]}}", "F31", 4},
    {"dtype is a number", "{\"a\":{\"dtype\":32,\"shape\":[1],\"data_offsets\":[0,4]}}", "dtype",
     4},
    {"negative dimension", "{\"a\":" T("[-1]", "[0,4]") "}", "-1 is negative", 4},
    {"fraction", "{\"a\":" T("[1.5]", "[0,4]") "}", "1.5 is no whole number", 4},
    {"exponent", "{\"a\":" T("[1e0]", "[0,4]") "}", "1e0 is no whole number", 4},
    {"leading zero", "{\"a\":" T("[01]", "[0,4]") "}", "leading zero", 4},
    {"beyond 2^53", "{\"a\":" T("[9007199254740993]", "[0,4]") "}", "2^53", 4},
    {"very long number", "{\"a\":" T("[99999999999999999999999999]", "[0,4]") "}", "2^53", 4},
    {"dimension is a string", "{\"a\":" T("[\"1\"]", "[0,4]") "}", "expected a number", 4},
    {"shape is a number", "{\"a\":" T("1", "[0,4]") "}", "expected an array", 4},
    {"nine dimensions", "{\"a\":" T("[1,1,1,1,1,1,1,1,1]", "[0,4]") "}", "8 dimensions", 4},
    {"shape overflows", "{\"a\":" T("[4294967296,4294967296,4294967296]", "[0,4]") "}", "overflow",
     4},
    {"shape times size overflows", "{\"a\":" T("[4503599627370496,1024]", "[0,4]") "}", "overflow",
     4},
    {"overflow hidden by a zero", "{\"a\":" T("[4503599627370496,4096,0]", "[0,0]") "}", "overflow",
     0},
    {"offsets reversed", "{\"a\":" T("[1]", "[4,0]") "}", "reversed", 4},
    {"offsets past the end", "{\"a\":" T("[2]", "[0,8]") "}", "past the end", 4},
    {"offsets too short", "{\"a\":" T("[2]", "[0,4]") "}", "need 8", 4},
    {"offsets too long", "{\"a\":" T("[1]", "[0,8]") "}", "need 4", 8},
    {"one offset", "{\"a\":" T("[1]", "[4]") "}", "1 numbers", 4},
    {"three offsets", "{\"a\":" T("[1]", "[0,4,8]") "}", "more than two", 8},
    {"negative offset", "{\"a\":" T("[1]", "[-4,0]") "}", "negative", 4},
    {"same name twice", "{\"a\":" T("[1]", "[0,4]") ",\"a\":" T("[1]", "[4,8]") "}", "twice", 8},
    {"same name by escape", "{\"a\":" T("[1]", "[0,4]") ",\"\\u0061\":" T("[1]", "[4,8]") "}",
     "twice", 8},
    {"overlap", "{\"a\":" T("[2]", "[0,8]") ",\"b\":" T("[2]", "[4,12]") "}", "inside \"a\"", 12},
    {"the same bytes twice", "{\"a\":" T("[1]", "[0,4]") ",\"b\":" T("[1]", "[0,4]") "}", "inside",
     4},
    {"hole", "{\"a\":" T("[1]", "[0,4]") ",\"b\":" T("[1]", "[8,12]") "}", "hole of 4", 12},
    {"hole at the start", "{\"a\":" T("[1]", "[4,8]") "}", "hole of 4", 8},
    {"data after the last tensor", "{\"a\":" T("[1]", "[0,4]") "}", "1 bytes of data after", 5},
    {"data without tensors", "{}", "3 bytes of data after", 3},
    {"metadata is a list", "{\"__metadata__\":[],\"a\":" T("[1]", "[0,4]") "}", "__metadata__", 4},
    {"metadata holds a number", "{\"__metadata__\":{\"x\":1},\"a\":" T("[1]", "[0,4]") "}",
     "strings to strings", 4},
    {"metadata twice", "{\"__metadata__\":{},\"__metadata__\":{}}", "twice", 0},
    {"key twice in the metadata", "{\"__metadata__\":{\"x\":\"1\",\"x\":\"2\"}}", "duplicate", 0},
    {"deep nesting in an unknown member",
     "{\"a\":{\"z\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
     "deeper than 64", 0},
};

static void assert_one_line(const Err *err)
{
    assert_true(err->msg[0] != 0);
    assert_null(strchr(err->msg, '\n'));
}

static void assert_refused(const char *path, const char *says, const char *title)
{
    Err err = {""};
    Checkpoint *c = NULL;
    bool ok = checkpoint_open(&c, path, &err);
    if (ok || c || !strstr(err.msg, says))
        fail_msg("%s: opened %d, message \"%s\", expected \"%s\"", title, ok, err.msg, says);
    assert_non_null(strstr(err.msg, "model.safetensors"));
    assert_one_line(&err);
}

static void every_malformed_header_is_one_clear_line(void **state)
{
    char *path = path_join(*state, "model.safetensors");
    for (size_t i = 0; i < sizeof HOSTILE / sizeof *HOSTILE; i++) {
        const Hostile *h = &HOSTILE[i];
        write_raw(path, h->header, strlen(h->header), (size_t)h->data);
        assert_refused(path, h->says, h->title);
    }
    free(path);
}

static void lengths_that_lie_are_refused(void **state)
{
    static const struct {
        const char *bytes;
        size_t n;
        const char *says;
    } files[] = {
        {"", 0, "0 bytes is too short"},
        {"\x02\0\0\0\0\0\0", 7, "7 bytes is too short"},
        {"\x03\0\0\0\0\0\0\0{}", 10, "past the end of the file at 10"},
        {"\x00\xe1\xf5\x05\0\0\0\0{}", 10, "past the end"},   /* 100,000,000 */
        {"\x01\xe1\xf5\x05\0\0\0\0{}", 10, "over the limit"}, /* one more */
        {"\xff\xff\xff\xff\xff\xff\xff\xff{}", 10, "over the limit"},
        {"\xf8\xff\xff\xff\xff\xff\xff\x7f{}", 10, "over the limit"},
        {"GGUF\x03\0\0\0\0\0\0\0", 12, "is this a safetensors file"},
        {"version https://git-lfs.github.com/spec/v1\noid", 46, "Git LFS pointer"},
    };
    char *path = path_join(*state, "model.safetensors");
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        write_bytes(path, files[i].bytes, files[i].n);
        assert_refused(path, files[i].says, files[i].says);
    }
    free(path);
}

static void every_cut_of_a_good_file_is_refused(void **state)
{
    char *path = path_join(*state, "model.safetensors"),
         *cut = path_join(*state, "cut.safetensors");
    FileMap map;
    Err err;
    static const char header[] = "{\"a\":" T("[2,3]", "[0,24]") ",\"b\":" T("[]", "[24,28]") "}";
    write_raw(path, header, strlen(header), 28);
    assert_true(file_map_open(&map, path, &err));
    for (int64_t n = 0; n < map.size; n++) {
        Checkpoint *c;
        write_bytes(cut, map.data, (size_t)n);
        assert_false(checkpoint_open(&c, cut, &err));
        assert_null(c);
        assert_one_line(&err);
    }
    file_map_close(&map);
    free(path);
    free(cut);
}

/* Any change of one byte of the header opens or is refused, and never harms. */
static void every_single_byte_change_is_survived(void **state)
{
    char *path = path_join(*state, "model.safetensors");
    static const char header[] = "{\"a\":" T("[2,3]", "[0,24]") ",\"b\":" T("[1]", "[24,28]") "}";
    static const char bytes[] = "\x00\"{}[],:\\09-e\xff";
    char bad[sizeof header];
    int refused = 0;
    for (size_t at = 0; at < strlen(header); at++) {
        for (size_t k = 0; k < sizeof bytes - 1; k++) {
            Err err = {""};
            Checkpoint *c;
            memcpy(bad, header, sizeof header);
            bad[at] = bytes[k];
            write_raw(path, bad, strlen(header), 28);
            if (checkpoint_open(&c, path, &err)) {
                checkpoint_close(c);
                continue;
            }
            assert_one_line(&err);
            refused++;
        }
    }
    assert_true(refused > 1000); /* most of 15 * 100 changes break something */
    free(path);
}

static void a_good_file_opens_in_the_order_of_its_data(void **state)
{
    char *path = path_join(*state, "model.safetensors");
    static const char header[] =
        "{\"__metadata__\":{\"format\":\"pt\"},"
        "\"second\":{\"dtype\":\"U8\",\"shape\":[2,3],\"data_offsets\":[4,10],\"extra\":{\"x\":[1]}"
        "},"
        "\"first\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]},"
        "\"empty\":{\"dtype\":\"F32\",\"shape\":[0,5],\"data_offsets\":[10,10]}}   ";
    Checkpoint *c;
    Err err;
    float out[6];
    write_raw(path, header, strlen(header), 10);
    assert_true(checkpoint_open(&c, path, &err));
    assert_int_equal(checkpoint_count(c), 3);
    assert_string_equal(checkpoint_tensor(c, 0)->name, "first");
    assert_string_equal(checkpoint_tensor(c, 1)->name, "second");
    assert_string_equal(checkpoint_path(c), path);
    assert_int_equal(checkpoint_bytes(c), 8 + (int64_t)strlen(header) + 10);
    const Tensor *t = checkpoint_find(c, "second");
    assert_ptr_equal(t, checkpoint_tensor(c, 1));
    assert_int_equal(t->ndim, 2);
    tensor_read_f32(t, 0, 2, out);
    for (int i = 0; i < 6; i++) assert_true(out[i] == (float)(i + 4));
    assert_int_equal(tensor_numel(checkpoint_find(c, "empty")), 0);
    assert_null(checkpoint_find(c, "third"));
    checkpoint_close(c);
    free(path);
}

static void data_at_odd_addresses_is_read(void **state)
{
    char *path = path_join(*state, "model.safetensors");
    char header[] = "{\"a\":" T("[1]", "[0,4]") "} "; /* length chosen by the loop below */
    for (size_t cut = 0; cut < 2; cut++) {            /* one even and one odd header */
        Checkpoint *c;
        Err err;
        float out;
        uint32_t want = 0x03020100, got;
        write_raw(path, header, strlen(header) - cut, 4);
        assert_true(checkpoint_open(&c, path, &err));
        tensor_read_f32(checkpoint_tensor(c, 0), 0, 1, &out);
        memcpy(&got, &out, sizeof got);
        assert_int_equal(got, want);
        checkpoint_close(c);
    }
    free(path);
}

static void prefetch_and_release_keep_the_values(void **state)
{
    Fixture f = {0};
    Checkpoint *c;
    Err err;
    float row[2048];
    fixture_ramp(&f, "a", 3, 5, 0);
    fixture_ramp(&f, "big", 16, 2048, 1); /* 128 KiB: many pages */
    fixture_ramp(&f, "z", 0, 7, 2);
    fixture_write(&f, *state, "model.safetensors");
    assert_true(checkpoint_open(&c, *state, &err));
    for (int i = 0; i < checkpoint_count(c); i++) {
        checkpoint_prefetch(c, checkpoint_tensor(c, i));
        checkpoint_release(c, checkpoint_tensor(c, i));
    }
    tensor_read_f32(checkpoint_find(c, "big"), 15, 1, row);
    assert_true(row[2047] == 1 + (float)(16 * 2048 - 1) / 1000);
    checkpoint_release(c, checkpoint_find(c, "big"));
    tensor_read_f32(checkpoint_find(c, "z"), 0, 1, row);
    assert_true(row[0] == 2);
    checkpoint_close(c);
}

static void what_is_no_checkpoint_is_named(void **state)
{
    char *text = path_join(*state, "notes.txt"), *gone = path_join(*state, "gone");
    Checkpoint *c;
    Err err;
    write_text(*state, "notes.txt", "hello");
    assert_false(checkpoint_open(&c, text, &err));
    assert_non_null(strstr(err.msg, "notes.txt: expected a .safetensors file"));
    assert_false(checkpoint_open(&c, gone, &err));
    assert_non_null(strstr(err.msg, "no such file"));
    assert_false(checkpoint_open(&c, *state, &err));
    assert_non_null(strstr(err.msg, "no model.safetensors"));
    checkpoint_close(NULL);
    free(text);
    free(gone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(every_malformed_header_is_one_clear_line),
        SCRATCH_TEST(lengths_that_lie_are_refused),
        SCRATCH_TEST(every_cut_of_a_good_file_is_refused),
        SCRATCH_TEST(every_single_byte_change_is_survived),
        SCRATCH_TEST(a_good_file_opens_in_the_order_of_its_data),
        SCRATCH_TEST(data_at_odd_addresses_is_read),
        SCRATCH_TEST(prefetch_and_release_keep_the_values),
        SCRATCH_TEST(what_is_no_checkpoint_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
