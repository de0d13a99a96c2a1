/* safetensors.c: the safetensors container.
 *
 * A file is: u64 little-endian length n of the header; n bytes of JSON, an object that maps tensor
 * names to {"dtype", "shape", "data_offsets": [begin, end]} (and "__metadata__" to an object of
 * strings); the data. Offsets count from the end of the header, and the tensors must cover the data
 * without holes or overlaps. Source: the format's README and reference reader (huggingface/
 * safetensors, tensor.rs). Beyond what that one checks, we refuse duplicate names and keys, more
 * than 8 dimensions, and numbers above 2^53.
 *
 * Alignment: the reference writer pads the header to 8 bytes, but its reader does not require it
 * and other writers (MLX, old versions) do not pad. We accept any alignment: tensor/view.c reads
 * elements with memcpy. */
#include "tensor/safetensors.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/jsonscan.h"

static const int64_t ST_MAX_HEADER = 100000000; /* bytes, the reference's limit */
static const int64_t ST_MAX_BYTES = INT64_C(1) << 62;

enum { ST_DTYPE = 1, ST_SHAPE = 2, ST_OFFSETS = 4, ST_ALL = 7 };

/* Everything that reading one header needs. */
typedef struct StReader {
    JsonScan scan;
    StrMap names;
    Str text; /* scratch */
    StHeader *h;
    Err *err;
} StReader;

static bool read_dtype(StReader *r, StEntry *e)
{
    if (!jscan_string_copy(&r->scan, &r->text)) return err_wrap(r->err, "dtype");
    if (dtype_parse(str_text(&r->text), &e->dtype)) return true;
    return err_set(r->err, "dtype \"%.40s\" is not known", str_text(&r->text));
}

static bool read_shape(StReader *r, StEntry *e)
{
    if (!jscan_open(&r->scan, '[')) return err_wrap(r->err, "shape");
    while (jscan_element(&r->scan)) {
        if (e->ndim == TENSOR_MAX_DIMS)
            return err_set(r->err, "shape has more than %d dimensions", TENSOR_MAX_DIMS);
        if (!jscan_whole(&r->scan, &e->shape[e->ndim])) break;
        e->ndim++;
    }
    return r->scan.failed ? err_wrap(r->err, "shape") : true;
}

static bool read_offsets(StReader *r, StEntry *e)
{
    int64_t v[2];
    int n = 0;
    if (!jscan_open(&r->scan, '[')) return err_wrap(r->err, "data_offsets");
    for (; jscan_element(&r->scan); n++) {
        if (n == 2) return err_set(r->err, "data_offsets has more than two numbers");
        if (!jscan_whole(&r->scan, &v[n])) break;
    }
    if (r->scan.failed) return err_wrap(r->err, "data_offsets");
    if (n != 2) return err_set(r->err, "data_offsets has %d numbers, expected 2", n);
    e->begin = v[0];
    e->end = v[1];
    return true;
}

/* The members of a tensor's object; unknown ones are skipped, as the reference does. */
static bool read_members(StReader *r, StEntry *e)
{
    unsigned seen = 0;
    if (!jscan_open(&r->scan, '{')) return false;
    while (jscan_member_copy(&r->scan, &r->text)) {
        const char *key = str_text(&r->text);
        unsigned bit = strcmp(key, "dtype") == 0          ? ST_DTYPE
                       : strcmp(key, "shape") == 0        ? ST_SHAPE
                       : strcmp(key, "data_offsets") == 0 ? ST_OFFSETS
                                                          : 0;
        if (seen & bit) return err_set(r->err, "\"%s\" is given twice", key);
        seen |= bit;
        bool ok = bit == ST_DTYPE     ? read_dtype(r, e)
                  : bit == ST_SHAPE   ? read_shape(r, e)
                  : bit == ST_OFFSETS ? read_offsets(r, e)
                                      : jscan_skip(&r->scan, NULL);
        if (!ok) return false;
    }
    if (r->scan.failed) return false;
    if (seen != ST_ALL)
        return err_set(r->err, "no %s",
                       !(seen & ST_DTYPE)   ? "dtype"
                       : !(seen & ST_SHAPE) ? "shape"
                                            : "data_offsets");
    return true;
}

/* The offsets agree with dtype and shape and lie inside `data_len` bytes. */
static bool check_entry(const StEntry *e, int64_t data_len, Err *err)
{
    int64_t bytes = dtype_size(e->dtype);
    for (int i = 0; i < e->ndim; i++) {
        if (e->shape[i] > 0 && bytes > ST_MAX_BYTES / e->shape[i])
            return err_set(err, "shape overflows at dimension %lld", (long long)e->shape[i]);
        bytes *= e->shape[i];
    }
    if (e->end < e->begin)
        return err_set(err, "data_offsets [%lld, %lld] are reversed", (long long)e->begin,
                       (long long)e->end);
    if (e->end > data_len)
        return err_set(err, "data_offsets end at %lld, past the end of the data at %lld",
                       (long long)e->end, (long long)data_len);
    if (e->end - e->begin != bytes)
        return err_set(err, "data_offsets span %lld bytes, but dtype %s and shape need %lld",
                       (long long)(e->end - e->begin), dtype_name(e->dtype), (long long)bytes);
    return true;
}

static bool read_metadata(StReader *r)
{
    StrMap keys = {0};
    if (jscan_peek(&r->scan) == 'n') return jscan_skip(&r->scan, NULL);
    jscan_open(&r->scan, '{');
    while (jscan_member_copy(&r->scan, &r->text)) {
        if (!strmap_add(&keys, str_text(&r->text), 0)) {
            jscan_fail(&r->scan, "duplicate key");
            break;
        }
        jscan_string_copy(&r->scan, &r->text);
    }
    strmap_free(&keys);
    return r->scan.failed ? err_wrap(r->err, "__metadata__ must map strings to strings") : true;
}

static bool read_tensor(StReader *r, int64_t data_len)
{
    StHeader *h = r->h;
    const char *name = str_text(&r->text);
    if (!strmap_add(&r->names, name, h->n))
        return err_set(r->err, "tensor \"%.160s\" is named twice", name);
    StEntry *e = mem_push(&h->entry, &h->n, &h->cap, sizeof *h->entry);
    e->name = mem_strdup(name);
    if (read_members(r, e) && check_entry(e, data_len, r->err)) return true;
    return err_wrap(r->err, "tensor \"%.160s\"", e->name);
}

static bool read_header(StReader *r, int64_t data_len)
{
    bool metadata = false;
    if (!jscan_open(&r->scan, '{')) return err_wrap(r->err, "header");
    while (jscan_member_copy(&r->scan, &r->text)) {
        if (strcmp(str_text(&r->text), "__metadata__") != 0) {
            if (!read_tensor(r, data_len)) return false;
            continue;
        }
        if (metadata) return err_set(r->err, "header: __metadata__ is given twice");
        metadata = true;
        if (!read_metadata(r)) return false;
    }
    return jscan_end(&r->scan) || err_wrap(r->err, "header");
}

static int compare_entries(const void *a, const void *b)
{
    const StEntry *x = a, *y = b;
    if (x->begin != y->begin) return x->begin < y->begin ? -1 : 1;
    if (x->end != y->end) return x->end < y->end ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* The sorted tensors cover the data exactly once. */
static bool check_cover(const StHeader *h, int64_t data_len, Err *err)
{
    int64_t at = 0;
    for (int i = 0; i < h->n; i++) {
        const StEntry *e = &h->entry[i];
        if (e->begin < at)
            return err_set(err, "tensor \"%.160s\": begins at %lld, inside \"%.160s\"", e->name,
                           (long long)e->begin, h->entry[i - 1].name);
        if (e->begin > at)
            return err_set(err, "tensor \"%.160s\": begins at %lld, a hole of %lld bytes before it",
                           e->name, (long long)e->begin, (long long)(e->begin - at));
        at = e->end;
    }
    if (at == data_len) return true;
    return err_set(err, "%lld bytes of data after the last tensor", (long long)(data_len - at));
}

void st_free(StHeader *h)
{
    for (int i = 0; i < h->n; i++) free(h->entry[i].name);
    free(h->entry);
    *h = (StHeader){0};
}

bool st_read(StHeader *h, const FileMap *map, Err *err)
{
    *h = (StHeader){0};
    if (map->size < 8)
        return err_set(err, "%lld bytes is too short for a safetensors file", (long long)map->size);
    if (map->size >= 19 && memcmp(map->data, "version https://git", 19) == 0)
        return err_set(err, "is a Git LFS pointer, not the weights; run git lfs pull");
    uint64_t len = load_le64(map->data);
    if (len > (uint64_t)ST_MAX_HEADER)
        return err_set(err,
                       "header length %llu is over the limit of %lld bytes; is this a "
                       "safetensors file?",
                       (unsigned long long)len, (long long)ST_MAX_HEADER);
    if ((int64_t)len > map->size - 8)
        return err_set(err, "header length %llu runs past the end of the file at %lld",
                       (unsigned long long)len, (long long)map->size);
    const char *text = (const char *)map->data + 8;
    if (len == 0 || text[0] != '{') return err_set(err, "header does not begin with '{'");
    h->data_at = 8 + (int64_t)len;
    int64_t data_len = map->size - h->data_at;
    StReader r = {.scan = jscan_start(text, (size_t)len, err), .h = h, .err = err};
    bool ok = read_header(&r, data_len);
    strmap_free(&r.names);
    str_free(&r.text);
    jscan_free(&r.scan);
    if (ok && h->n > 1) qsort(h->entry, (size_t)h->n, sizeof *h->entry, compare_entries);
    if (ok) ok = check_cover(h, data_len, err);
    if (!ok) st_free(h);
    return ok;
}
