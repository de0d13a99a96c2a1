/* st_write.c: see tensor/st_write.h, and tensor/safetensors.c for the format. The header is padded
 * with spaces, which the format allows at its end, so that the data begin at a multiple of 64; the
 * arrays themselves must follow one another without holes. */
#include "tensor/st_write.h"

#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/str.h"

static const int64_t ST_WRITE_ALIGN = 64;          /* bytes */
static const size_t ST_WRITE_HEADER = 100000000;   /* bytes, the reference reader's limit */
static const int64_t ST_WRITE_MOST = INT64_C(1) << 53; /* numbers that every JSON reader keeps */

/* Bytes of the array's data, or false. */
static bool array_bytes(const StArray *a, int64_t *bytes, Err *err)
{
    if (a->ndim < 0 || a->ndim > TENSOR_MAX_DIMS)
        return err_set(err, "array \"%.160s\": %d dimensions, at most %d can be written", a->name,
                       a->ndim, TENSOR_MAX_DIMS);
    *bytes = dtype_size(a->dtype);
    for (int i = 0; i < a->ndim; i++) {
        if (a->shape[i] < 0 || (a->shape[i] > 0 && *bytes > ST_WRITE_MOST / a->shape[i]))
            return err_set(err, "array \"%.160s\": a dimension of %lld cannot be written", a->name,
                           (long long)a->shape[i]);
        *bytes *= a->shape[i];
    }
    return true;
}

/* Appends s quoted; false when seen has it already. Compared as written, for bytes that are no
 * UTF-8 are written alike. */
static bool put_name(Str *out, StrMap *seen, const char *s)
{
    Str quoted = {0};
    json_quote(&quoted, s);
    bool fresh = strmap_add(seen, quoted.s, 0);
    str_puts(out, quoted.s);
    str_free(&quoted);
    return fresh;
}

static bool put_meta(Str *out, const StMeta *meta, int n, Err *err)
{
    StrMap seen = {0};
    bool ok = true;
    if (n) str_puts(out, "\"__metadata__\":{");
    for (int i = 0; ok && i < n; i++) {
        if (i) str_putc(out, ',');
        ok = put_name(out, &seen, meta[i].key) ||
             err_set(err, "metadata \"%.160s\" is given twice", meta[i].key);
        str_putc(out, ':');
        json_quote(out, meta[i].value);
    }
    if (n) str_putc(out, '}');
    strmap_free(&seen);
    return ok;
}

static bool put_array(Str *out, StrMap *seen, const StArray *a, int64_t *at, Err *err)
{
    int64_t bytes;
    if (!array_bytes(a, &bytes, err)) return false;
    if (*at > ST_WRITE_MOST - bytes)
        return err_set(err, "array \"%.160s\": the file would have over 2^53 bytes", a->name);
    if (out->len > 1) str_putc(out, ',');
    if (strcmp(a->name, "__metadata__") == 0 || !put_name(out, seen, a->name))
        return err_set(err, "array \"%.160s\" is named twice", a->name);
    str_addf(out, ":{\"dtype\":\"%s\",\"shape\":[", dtype_name(a->dtype));
    for (int i = 0; i < a->ndim; i++)
        str_addf(out, "%s%lld", i ? "," : "", (long long)a->shape[i]);
    str_addf(out, "],\"data_offsets\":[%lld,%lld]}", (long long)*at, (long long)(*at + bytes));
    *at += bytes;
    return true;
}

static bool put_header(Str *out, const StArray *a, int n, const StMeta *meta, int nmeta, Err *err)
{
    StrMap seen = {0};
    int64_t at = 0;
    str_putc(out, '{');
    bool ok = put_meta(out, meta, nmeta, err);
    for (int i = 0; ok && i < n; i++) ok = put_array(out, &seen, &a[i], &at, err);
    strmap_free(&seen);
    str_putc(out, '}');
    while ((8 + (int64_t)out->len) % ST_WRITE_ALIGN != 0) str_putc(out, ' ');
    if (ok && out->len > ST_WRITE_HEADER)
        ok = err_set(err, "the names of %d arrays need a header over %zu bytes", n,
                     ST_WRITE_HEADER);
    return ok;
}

static bool write_all(OutFile *out, const Str *header, const StArray *a, int n, Err *err)
{
    char length[8];
    for (int i = 0; i < 8; i++) length[i] = (char)((uint64_t)header->len >> (8 * i));
    bool ok = out_write(out, length, sizeof length, err) &&
              out_write(out, header->s, header->len, err);
    for (int i = 0; ok && i < n; i++) {
        int64_t bytes = 0;
        ok = array_bytes(&a[i], &bytes, err) &&
             (bytes == 0 || out_write(out, a[i].data, (size_t)bytes, err));
    }
    return ok;
}

bool st_write(const char *path, const StArray *a, int n, const StMeta *meta, int nmeta, Err *err)
{
    Str header = {0};
    OutFile out = {0};
    bool ok = put_header(&header, a, n, meta, nmeta, err) || err_wrap(err, "%s", path);
    if (ok) ok = out_open(&out, path, err);
    if (ok) {
        ok = write_all(&out, &header, a, n, err);
        if (ok)
            ok = out_commit(&out, err);
        else
            out_abort(&out);
    }
    str_free(&header);
    return ok;
}
