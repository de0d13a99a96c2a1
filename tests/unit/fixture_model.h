/* fixture_model.h: a scratch directory and a small writer of safetensors files, for the tests of
 * tensor/ and model/. Values are what the test says they are, so that every element of a slice can
 * be checked. */
#ifndef TESTS_FIXTURE_MODEL_H
#define TESTS_FIXTURE_MODEL_H

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

/* A new directory under $TMPDIR or /tmp; free the string after scratch_remove(). */
static inline char *scratch_make(void)
{
    const char *tmp = getenv("TMPDIR");
    char *dir = path_join(tmp && *tmp ? tmp : "/tmp", "llmsonify-test-XXXXXX");
    if (!mkdtemp(dir)) abort();
    return dir;
}

static inline void scratch_remove(const char *dir)
{
    DIR *d = opendir(dir);
    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d)) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
        char *path = path_join(dir, e->d_name);
        if (e->d_type == DT_DIR)
            scratch_remove(path);
        else
            unlink(path);
        free(path);
    }
    if (d) closedir(d);
    rmdir(dir);
}

static inline int scratch_setup(void **state)
{
    *state = scratch_make();
    return 0;
}

static inline int scratch_teardown(void **state)
{
    scratch_remove(*state);
    free(*state);
    return 0;
}

/* A row of a test table: f's *state is a directory of its own. */
#define SCRATCH_TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

static inline void write_bytes(const char *path, const void *bytes, size_t n)
{
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(bytes, 1, n, f) != n || fclose(f) != 0) abort();
}

static inline void write_text(const char *dir, const char *name, const char *text)
{
    char *path = path_join(dir, name);
    write_bytes(path, text, strlen(text));
    free(path);
}

/* A header as given, then `data_len` bytes of data: byte i is i modulo 251. */
static inline void write_raw(const char *path, const void *header, size_t n, size_t data_len)
{
    Str out = {0};
    for (int i = 0; i < 8; i++) str_putc(&out, (char)((uint64_t)n >> (8 * i)));
    str_add(&out, header, n);
    for (size_t i = 0; i < data_len; i++) str_putc(&out, (char)(i % 251));
    write_bytes(path, out.s, out.len);
    str_free(&out);
}

/* A file being put together: F32 tensors of one or two dimensions. */
typedef struct Fixture {
    Str header, data;
} Fixture;

static inline void fixture_add(Fixture *f, const char *name, const float *v, int64_t rows,
                               int64_t cols)
{
    int64_t n = (rows ? rows : 1) * cols;
    str_addf(&f->header, "%s\"%s\":{\"dtype\":\"F32\",\"shape\":[", f->header.len ? "," : "{",
             name);
    if (rows) str_addf(&f->header, "%lld,", (long long)rows);
    str_addf(&f->header, "%lld],\"data_offsets\":[%lld,%lld]}", (long long)cols,
             (long long)f->data.len, (long long)f->data.len + 4 * n);
    str_add(&f->data, v, (size_t)n * sizeof *v);
}

/* rows 0: a vector. Element i is base + i / 1000. */
static inline void fixture_ramp(Fixture *f, const char *name, int64_t rows, int64_t cols,
                                float base)
{
    int64_t n = (rows ? rows : 1) * cols;
    float *v = mem_alloc(n, sizeof *v);
    for (int64_t i = 0; i < n; i++) v[i] = base + (float)i / 1000;
    fixture_add(f, name, v, rows, cols);
    free(v);
}

static inline void fixture_write(Fixture *f, const char *dir, const char *name)
{
    Str out = {0};
    char *path = path_join(dir, name);
    str_putc(&f->header, '}');
    for (int i = 0; i < 8; i++) str_putc(&out, (char)((uint64_t)f->header.len >> (8 * i)));
    str_add(&out, f->header.s, f->header.len);
    str_add(&out, f->data.s, f->data.len);
    write_bytes(path, out.s, out.len);
    str_free(&out);
    str_free(&f->header);
    str_free(&f->data);
    free(path);
}

/* LLMSONIFY_ROOT/rest, or LLMSONIFY_DATA/rest when data; NULL when it does not exist. */
static inline char *test_path(bool data, const char *rest)
{
    const char *base = getenv(data ? "LLMSONIFY_DATA" : "LLMSONIFY_ROOT");
    if (!base || !*base) base = data ? "../shared/data" : ".";
    char *path = path_join(base, rest);
    if (file_exists(path) || dir_exists(path)) return path;
    free(path);
    return NULL;
}

#endif
