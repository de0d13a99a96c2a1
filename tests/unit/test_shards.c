/* test_shards.c: model.safetensors.index.json and its files, right and wrong. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture_model.h"
#include "tensor/checkpoint.h"

#define INDEX "model.safetensors.index.json"
#define ONE   "model-00001-of-00002.safetensors"
#define TWO   "model-00002-of-00002.safetensors"

/* Shard one holds a and b, shard two holds c. */
static void write_shards(const char *dir)
{
    Fixture f = {0}, g = {0};
    fixture_ramp(&f, "a", 2, 3, 1);
    fixture_ramp(&f, "b", 0, 4, 2);
    fixture_write(&f, dir, ONE);
    fixture_ramp(&g, "c", 3, 3, 3);
    fixture_write(&g, dir, TWO);
}

static void shards_open_as_one_checkpoint(void **state)
{
    Checkpoint *c;
    Err err;
    float out[3];
    write_shards(*state);
    write_text(*state, INDEX,
               "{\"metadata\":{\"total_size\":76},\"weight_map\":{"
               "\"c\":\"" TWO "\",\"b\":\"" ONE "\",\"a\":\"" ONE "\"}}");
    assert_true(checkpoint_open(&c, *state, &err));
    assert_int_equal(checkpoint_count(c), 3);
    assert_string_equal(checkpoint_tensor(c, 0)->name, "a"); /* files in the order of their names */
    assert_string_equal(checkpoint_tensor(c, 2)->name, "c");
    tensor_read_f32(checkpoint_find(c, "c"), 2, 1, out);
    assert_true(out[0] == 3.006f);
    checkpoint_close(c);
    char *index = path_join(*state, INDEX);
    assert_true(checkpoint_open(&c, index, &err));
    checkpoint_close(c);
    free(index);
}

static void a_single_file_goes_before_an_index(void **state)
{
    Checkpoint *c;
    Err err;
    Fixture f = {0};
    write_text(*state, INDEX, "{");
    fixture_ramp(&f, "only", 2, 3, 1);
    fixture_write(&f, *state, "model.safetensors");
    assert_true(checkpoint_open(&c, *state, &err));
    assert_string_equal(checkpoint_tensor(c, 0)->name, "only");
    checkpoint_close(c);
}

#define MAP(body) "{\"weight_map\":{" body "}}"

static void every_malformed_index_is_one_clear_line(void **state)
{
    static const struct {
        const char *index, *says;
    } bad[] = {
        {"", "expected an object"},
        {"[]", "expected an object"},
        {"{\"weight_map\":", "expected an object"},
        {"{\"weight_map\":{}} x", "extra bytes"},
        {"{\"metadata\":{}}", "weight_map is missing"},
        {MAP(""), "weight_map is empty"},
        {"{\"weight_map\":[]}", "expected an object"},
        {MAP("\"a\":1"), "tensor \"a\""},
        {MAP("\"a\":null"), "expected a string"},
        {MAP("\"a\":\"" ONE "\",\"a\":\"" TWO "\""), "named twice"},
        {"{\"weight_map\":{\"a\":\"" ONE "\"},\"weight_map\":{\"a\":\"" TWO "\"}}", "given twice"},
        {MAP("\"a\":\"../" ONE "\""), "same directory"},
        {MAP("\"a\":\"/etc/passwd\""), "same directory"},
        {MAP("\"a\":\"sub/" ONE "\""), "same directory"},
        {MAP("\"a\":\"..\""), "same directory"},
        {MAP("\"a\":\".hidden.safetensors\""), "same directory"},
        {MAP("\"a\":\"\""), "same directory"},
        {MAP("\"a\":\"pytorch_model.bin\""), "same directory"},
        {MAP("\"a\":\"x\\u0000.safetensors\""), "\\u0000"},
        {MAP("\"a\":\"gone.safetensors\""), "shard named by " INDEX " is missing"},
        {MAP("\"a\":\"" ONE "\",\"b\":\"" ONE "\",\"d\":\"" ONE "\""), "tensor \"d\" is not in"},
        {MAP("\"a\":\"" TWO "\",\"b\":\"" ONE "\",\"c\":\"" TWO "\""), "tensor \"a\" is not in"},
        {MAP("\"a\":\"" ONE "\",\"b\":\"copy.safetensors\""), "in two shards"},
        {MAP("\"a\":\"broken.safetensors\""), "broken.safetensors: header does not begin"},
    };
    write_shards(*state);
    Fixture f = {0};
    fixture_ramp(&f, "b", 0, 4, 2);
    fixture_write(&f, *state, "copy.safetensors");
    char *broken = path_join(*state, "broken.safetensors");
    write_raw(broken, "[]", 2, 0);
    free(broken);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        Err err = {""};
        Checkpoint *c;
        write_text(*state, INDEX, bad[i].index);
        bool ok = checkpoint_open(&c, *state, &err);
        if (ok || c || !strstr(err.msg, bad[i].says) || strchr(err.msg, '\n'))
            fail_msg("%s: opened %d, message \"%s\", expected \"%s\"", bad[i].index, ok, err.msg,
                     bad[i].says);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(shards_open_as_one_checkpoint),
        SCRATCH_TEST(a_single_file_goes_before_an_index),
        SCRATCH_TEST(every_malformed_index_is_one_clear_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
