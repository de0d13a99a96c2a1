/* npz.c: see tensor/npz.h. The only file that includes zip.h.
 *
 * .npy: "\x93NUMPY", version, u16 length, a Python dict as text padded with
 * spaces and a newline to a multiple of 64 bytes, the data (NumPy enhancement proposal 1;
 * numpy/lib/format.py). .npz: a zip archive of such files. The archive is built in memory, so that
 * it goes through base/file.h like every other output; each member's time is 1980-01-01 00:00. */
#include "tensor/npz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "npz_members.h"

enum {
    NPZ_DOS_DATE = 1 << 5 | 1, /* 1980-01-01 */
    DEFLATE_MOST = 1032        /* bytes out of one byte of a deflate stream, at most */
};

static const struct {
    const char *descr;
    int size;
} NP_TYPE[NP_TYPES] = {
    [NP_F4] = {"<f4", 4}, [NP_F8] = {"<f8", 8}, [NP_I4] = {"<i4", 4},
    [NP_I8] = {"<i8", 8}, [NP_U1] = {"|u1", 1}, [NP_BOOL] = {"|b1", 1},
};

typedef struct Member {
    char *name; /* "NAME.npy" */
    Str body;
} Member;

struct Npz {
    bool deflate;
    Member *member;
    int n, cap;
};

static void npy_header(Str *out, const char *descr, int ndim, const int64_t *shape)
{
    Str dict = {0};
    str_addf(&dict, "{'descr': '%s', 'fortran_order': False, 'shape': (", descr);
    for (int i = 0; i < ndim; i++)
        str_addf(&dict, "%s%lld%s", i ? " " : "", (long long)shape[i],
                 i + 1 < ndim || ndim == 1 ? "," : "");
    str_puts(&dict, "), }");
    while ((10 + dict.len + 1) % 64 != 0) str_putc(&dict, ' ');
    str_putc(&dict, '\n');
    str_add(out, "\x93NUMPY\x01\x00", 8);
    str_putc(out, (char)(dict.len & 0xff));
    str_putc(out, (char)(dict.len >> 8));
    str_add(out, dict.s, dict.len);
    str_free(&dict);
}

static void npy_build(Str *out, NpType type, const void *data, int ndim, const int64_t *shape)
{
    int64_t n = 1;
    for (int i = 0; i < ndim; i++) n *= shape[i];
    npy_header(out, NP_TYPE[type].descr, ndim, shape);
    str_add(out, data, (size_t)n * (size_t)NP_TYPE[type].size);
}

/* The next code point of s, U+FFFD for a byte that begins no sequence. */
static int32_t next_code(const char **s)
{
    const unsigned char *p = (const unsigned char *)*s;
    int n = *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : *p >= 0xc2 ? 2 : 1;
    int32_t c = n == 1 ? (*p < 0x80 ? *p : 0xfffd) : *p & (0x7f >> n);
    for (int i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            *s += 1;
            return 0xfffd;
        }
        c = c << 6 | (p[i] & 0x3f);
    }
    *s += n;
    return c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) ? 0xfffd : c;
}

static int64_t count_codes(const char *s)
{
    int64_t n = 0;
    for (; *s; n++) next_code(&s);
    return n;
}

static void put_utf32(Str *out, const char *s, int64_t width)
{
    for (int64_t i = 0; i < width; i++) {
        uint32_t c = *s ? (uint32_t)next_code(&s) : 0;
        char b[4] = {(char)c, (char)(c >> 8), (char)(c >> 16), (char)(c >> 24)};
        str_add(out, b, sizeof b);
    }
}

/* A new member of that name, NULL and err when it cannot be. */
static Member *member_new(Npz *z, const char *name, Err *err)
{
    Str file = {0};
    if (!*name || strchr(name, '/')) {
        err_set(err, "array name \"%.100s\" is empty or has a '/' in it", name);
        return NULL;
    }
    str_addf(&file, "%s.npy", name);
    for (int i = 0; i < z->n; i++) {
        if (strcmp(z->member[i].name, file.s) != 0) continue;
        err_set(err, "array \"%.100s\" is added twice", name);
        str_free(&file);
        return NULL;
    }
    Member *m = mem_push(&z->member, &z->n, &z->cap, sizeof *m);
    m->name = file.s;
    return m;
}

static bool archive_add(zip_t *zip, const Member *m, bool deflate)
{
    zip_source_t *src = zip_source_buffer(zip, m->body.s, m->body.len, 0);
    if (!src) return false;
    zip_int64_t i = zip_file_add(zip, m->name, src, ZIP_FL_ENC_UTF_8);
    if (i < 0) {
        zip_source_free(src);
        return false;
    }
    zip_uint64_t at = (zip_uint64_t)i;
    return zip_set_file_compression(zip, at, deflate ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0) == 0 &&
           zip_file_set_dostime(zip, at, 0, NPZ_DOS_DATE, 0) == 0;
}

/* The finished archive's bytes out of its in-memory source. */
static bool archive_bytes(zip_source_t *src, Str *out)
{
    zip_stat_t st;
    if (zip_source_stat(src, &st) != 0 || !(st.valid & ZIP_STAT_SIZE)) return false;
    if (zip_source_open(src) != 0) return false;
    char *bytes = mem_alloc((int64_t)st.size, 1);
    bool ok = zip_source_read(src, bytes, st.size) == (zip_int64_t)st.size;
    zip_source_close(src);
    *out = (Str){.s = bytes, .len = st.size, .cap = st.size};
    return ok;
}

static bool archive_build(const Npz *z, Str *out, Err *err)
{
    zip_error_t why;
    if (z->n == 0) return err_set(err, "no arrays to write");
    zip_error_init(&why);
    zip_source_t *src = zip_source_buffer_create(NULL, 0, 0, &why);
    zip_t *zip = src ? zip_open_from_source(src, ZIP_TRUNCATE, &why) : NULL;
    if (!zip) {
        if (src) zip_source_free(src);
        err_set(err, "cannot build a zip archive: %s", zip_error_strerror(&why));
        zip_error_fini(&why);
        return false;
    }
    zip_source_keep(src);
    bool ok = true;
    for (int i = 0; ok && i < z->n; i++) ok = archive_add(zip, &z->member[i], z->deflate);
    if (ok && zip_close(zip) == 0) {
        ok = archive_bytes(src, out) || err_set(err, "cannot read the zip archive back");
    } else {
        ok = err_set(err, "cannot build a zip archive: %s", zip_strerror(zip));
        zip_discard(zip);
    }
    zip_source_free(src);
    zip_error_fini(&why);
    return ok;
}

bool npy_write(const char *path, NpType type, const void *data, int ndim, const int64_t *shape,
               Err *err)
{
    Str body = {0};
    npy_build(&body, type, data, ndim, shape);
    bool ok = out_file(path, body.s, body.len, err);
    str_free(&body);
    return ok;
}

Npz *npz_new(bool deflate)
{
    Npz *z = mem_alloc(1, sizeof *z);
    z->deflate = deflate;
    return z;
}

bool npz_add(Npz *z, const char *name, NpType type, const void *data, int ndim,
             const int64_t *shape, Err *err)
{
    Member *m = member_new(z, name, err);
    if (!m) return false;
    npy_build(&m->body, type, data, ndim, shape);
    return true;
}

bool npz_add_strings(Npz *z, const char *name, const char *const *s, int64_t n, Err *err)
{
    Member *m = member_new(z, name, err);
    if (!m) return false;
    int64_t count = n < 0 ? 1 : n, width = 1;
    char descr[32];
    for (int64_t i = 0; i < count; i++) {
        int64_t w = count_codes(s[i]);
        if (w > width) width = w;
    }
    snprintf(descr, sizeof descr, "<U%lld", (long long)width);
    npy_header(&m->body, descr, n < 0 ? 0 : 1, &n);
    for (int64_t i = 0; i < count; i++) put_utf32(&m->body, s[i], width);
    return true;
}

bool npz_write(Npz *z, const char *path, Err *err)
{
    Str bytes = {0};
    bool ok = archive_build(z, &bytes, err);
    if (!ok) err_wrap(err, "%s", path);
    if (ok) ok = out_file(path, bytes.s, bytes.len, err);
    str_free(&bytes);
    npz_free(z);
    return ok;
}

void npz_free(Npz *z)
{
    if (!z) return;
    for (int i = 0; i < z->n; i++) {
        free(z->member[i].name);
        str_free(&z->member[i].body);
    }
    free(z->member);
    free(z);
}

/* Member i as a new block of memory. The size it claims must be one that its bytes can become. */
static bool member_read(zip_t *zip, zip_uint64_t i, char **bytes, zip_stat_t *st, Err *err)
{
    zip_uint64_t want = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
    *bytes = NULL;
    if (zip_stat_index(zip, i, 0, st) != 0 || (st->valid & want) != want)
        return err_set(err, "member %llu has no name or size", (unsigned long long)i);
    if (st->size / DEFLATE_MOST > st->comp_size || st->size > INT64_MAX)
        return err_set(err, "member \"%.100s\" claims %llu bytes out of %llu", st->name,
                       (unsigned long long)st->size, (unsigned long long)st->comp_size);
    zip_file_t *f = zip_fopen_index(zip, i, 0);
    if (!f) return err_set(err, "member \"%.100s\": %s", st->name, zip_strerror(zip));
    *bytes = mem_alloc((int64_t)st->size, 1);
    bool ok = zip_fread(f, *bytes, st->size) == (zip_int64_t)st->size;
    if (zip_fclose(f) != 0) ok = false;
    return ok || err_set(err, "member \"%.100s\" is damaged", st->name);
}

bool npz_members(const void *data, size_t size,
                 bool (*take)(void *ud, const char *name, const char *bytes, size_t n, Err *err),
                 void *ud, Err *err)
{
    zip_error_t why;
    zip_error_init(&why);
    zip_source_t *src = zip_source_buffer_create(data, size, 0, &why);
    zip_t *zip = src ? zip_open_from_source(src, ZIP_RDONLY | ZIP_CHECKCONS, &why) : NULL;
    bool ok = zip || err_set(err, "no zip archive: %s", zip_error_strerror(&why));
    if (!zip && src) zip_source_free(src);
    zip_error_fini(&why);
    for (zip_int64_t i = 0; ok && i < zip_get_num_entries(zip, 0); i++) {
        zip_stat_t st;
        char *bytes;
        ok = member_read(zip, (zip_uint64_t)i, &bytes, &st, err) &&
             take(ud, st.name, bytes, st.size, err);
        free(bytes);
    }
    if (zip) zip_discard(zip);
    return ok;
}
