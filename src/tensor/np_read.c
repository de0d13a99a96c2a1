/* np_read.c: see tensor/np_read.h. The header is a Python dict as text; of Python we read exactly
 * what NumPy writes: three keys, quoted with ' or ", a string, True or False, a tuple of whole
 * numbers. */
#include "tensor/np_read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "npz_members.h"

enum { PREFIX = 8, DESCR = 16, WIDEST = 1 << 24 };

typedef struct NpyHead {
    char descr[DESCR];
    bool fortran;
    int ndim;
    int64_t shape[NP_MAX_DIMS], count;
    const char *data;
    size_t size; /* bytes of data */
} NpyHead;

/* The text behind 'key': in the dict; NULL when it is not there. */
static const char *value_of(const char *dict, const char *key)
{
    size_t n = strlen(key);
    for (const char *s = dict; (s = strstr(s, key)); s++) {
        if (s == dict || (s[-1] != '\'' && s[-1] != '"') || s[n] != s[-1]) continue;
        s += n + 1;
        while (*s == ' ') s++;
        if (*s++ != ':') return NULL;
        while (*s == ' ') s++;
        return s;
    }
    return NULL;
}

static bool read_descr(const char *s, char out[DESCR])
{
    size_t n;
    if (!s || (*s != '\'' && *s != '"')) return false;
    n = strcspn(s + 1, "'\"");
    if (n >= DESCR || s[1 + n] != *s) return false;
    memcpy(out, s + 1, n);
    out[n] = 0;
    return true;
}

/* "(2, 3)": the shape, and how many elements that is. */
static bool read_shape(const char *s, NpyHead *h)
{
    if (!s || *s++ != '(') return false;
    h->count = 1;
    for (;;) {
        char digits[24];
        int64_t extent;
        while (*s == ' ' || *s == ',') s++;
        if (*s == ')') return true;
        size_t n = strspn(s, "0123456789");
        if (n == 0 || n >= sizeof digits || h->ndim == NP_MAX_DIMS) return false;
        memcpy(digits, s, n);
        digits[n] = 0;
        s += n;
        if (!parse_int(digits, 0, INT64_MAX, &extent)) return false;
        if (extent > 0 && h->count > INT64_MAX / 64 / extent) return false;
        h->shape[h->ndim++] = extent;
        h->count *= extent;
    }
}

static bool read_head(NpyHead *h, const char *bytes, size_t n, Err *err)
{
    *h = (NpyHead){.ndim = 0};
    if (n < PREFIX + 4 || memcmp(bytes, "\x93NUMPY", 6) != 0)
        return err_set(err, "no .npy: it does not begin with \\x93NUMPY");
    int version = (unsigned char)bytes[6];
    if (version < 1 || version > 3) return err_set(err, ".npy format %d is not known", version);
    size_t field = version == 1 ? 2 : 4;
    size_t len = version == 1 ? load_le16(bytes + PREFIX) : load_le32(bytes + PREFIX);
    if (len > n - PREFIX - field)
        return err_set(err, "cut short: a header of %zu bytes in a file of %zu", len, n);
    char *dict = mem_strndup(bytes + PREFIX + field, len);
    const char *order = value_of(dict, "fortran_order");
    bool ok = read_descr(value_of(dict, "descr"), h->descr) && order &&
              read_shape(value_of(dict, "shape"), h);
    h->fortran = ok && str_starts(order, "True");
    h->data = bytes + PREFIX + field + len;
    h->size = n - PREFIX - field - len;
    if (!ok) err_set(err, "its header is not NumPy's: %.100s", dict);
    free(dict);
    return ok;
}

static double half(uint16_t u)
{
    int e = u >> 10 & 31;
    double m = u & 1023, v = e == 0 ? ldexp(m, -24) : ldexp(m + 1024, e - 25);
    if (e == 31) v = m > 0 ? (double)NAN : (double)INFINITY;
    return u & 0x8000 ? -v : v;
}

static double number_at(const char *p, char kind, int size)
{
    uint64_t u = size == 1   ? (uint8_t)*p
                 : size == 2 ? load_le16(p)
                 : size == 4 ? load_le32(p)
                             : load_le64(p);
    if (kind == 'u' || kind == 'b') return (double)u;
    if (kind == 'i') return (double)((int64_t)(u << (64 - 8 * size)) >> (64 - 8 * size));
    if (size == 2) return half((uint16_t)u);
    float f;
    double d;
    uint32_t u32 = (uint32_t)u;
    memcpy(&f, &u32, sizeof f);
    memcpy(&d, &u, sizeof d);
    return size == 4 ? (double)f : d;
}

/* UTF-32 code points up to the padding, as UTF-8. */
static char *string_at(const char *p, int64_t width)
{
    Str s = {0};
    str_puts(&s, "");
    while (width > 0 && load_le32(p + 4 * (width - 1)) == 0) width--;
    for (int64_t i = 0; i < width; i++) {
        uint32_t c = load_le32(p + 4 * i);
        if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) c = 0xfffd;
        if (c < 0x80) {
            str_putc(&s, (char)c);
            continue;
        }
        int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
        str_putc(&s, (char)((0xf0 << (3 - more) & 0xff) | c >> (6 * more)));
        while (more-- > 0) str_putc(&s, (char)(0x80 | (c >> (6 * more) & 63)));
    }
    return s.s;
}

/* Where element i in C order lies among the stored ones. */
static int64_t stored_at(const NpyHead *h, int64_t i)
{
    int64_t at = 0, stride[NP_MAX_DIMS], s = 1;
    if (!h->fortran) return i;
    for (int k = 0; k < h->ndim; k++) {
        stride[k] = s;
        s *= h->shape[k];
    }
    for (int k = h->ndim - 1; k >= 0; k--) {
        at += i % h->shape[k] * stride[k];
        i /= h->shape[k];
    }
    return at;
}

/* Kind and size of an element from "<f4"; false for what is not read. */
static bool element_of(const char *descr, char *kind, int64_t *size)
{
    if (!strchr("<|", descr[0]) || !parse_int(descr + 1 + (descr[1] != 0), 1, WIDEST, size))
        return false;
    *kind = descr[1];
    if (*kind == 'f') return *size == 2 || *size == 4 || *size == 8;
    if (*kind == 'i' || *kind == 'u') return *size == 1 || *size == 2 || *size == 4 || *size == 8;
    return (*kind == 'b' && *size == 1) || (*kind == 'U' && descr[0] == '<');
}

static bool take_array(NpSet *set, const char *name, const NpyHead *h, char kind, int64_t size,
                       Err *err)
{
    int64_t bytes = kind == 'U' ? 4 * size : size;
    if (h->count > INT64_MAX / bytes || h->size != (uint64_t)(h->count * bytes))
        return err_set(err, "%lld elements of %lld bytes do not make its %zu bytes",
                       (long long)h->count, (long long)bytes, h->size);
    NpArray *a = mem_push(&set->item, &set->n, &set->cap, sizeof *a);
    *a = (NpArray){.name = mem_strdup(name), .ndim = h->ndim, .count = h->count};
    memcpy(a->shape, h->shape, sizeof a->shape);
    if (kind == 'U')
        a->text = mem_alloc(h->count, sizeof *a->text);
    else
        a->v = mem_alloc(h->count, sizeof *a->v);
    for (int64_t i = 0; i < h->count; i++) {
        const char *p = h->data + stored_at(h, i) * bytes;
        if (kind == 'U')
            a->text[i] = string_at(p, size);
        else
            a->v[i] = number_at(p, kind, (int)size);
    }
    return true;
}

static bool take_member(void *ud, const char *name, const char *bytes, size_t n, Err *err)
{
    NpSet *set = ud;
    NpyHead h;
    char kind;
    int64_t size;
    if (!str_ends(name, ".npy")) return true;
    if (!read_head(&h, bytes, n, err)) return err_wrap(err, "%.100s", name);
    if (!element_of(h.descr, &kind, &size)) return true;
    char *base = mem_strndup(name, strlen(name) - strlen(".npy"));
    bool ok = take_array(set, base, &h, kind, size, err) || err_wrap(err, "%.100s", name);
    free(base);
    return ok;
}

static bool take_file(NpSet *set, const char *bytes, size_t n, Err *err)
{
    NpyHead h;
    char kind;
    int64_t size;
    if (!read_head(&h, bytes, n, err)) return false;
    if (!element_of(h.descr, &kind, &size))
        return err_set(err, "elements of type '%s' are not read; save it as float32", h.descr);
    return take_array(set, "", &h, kind, size, err);
}

bool np_read(NpSet *set, const char *path, Err *err)
{
    FileMap map;
    *set = (NpSet){0};
    if (!file_map_open(&map, path, err)) return false;
    bool ok = str_ends(path, ".npz")
                  ? npz_members(map.data, (size_t)map.size, take_member, set, err)
                  : take_file(set, (const char *)map.data, (size_t)map.size, err);
    file_map_close(&map);
    if (ok && set->n == 0) ok = err_set(err, "no array of numbers or strings is in it");
    return ok || err_wrap(err, "%s", path);
}

const NpArray *np_find(const NpSet *set, const char *name)
{
    for (int i = 0; i < set->n; i++)
        if (strcmp(set->item[i].name, name) == 0) return &set->item[i];
    return NULL;
}

void np_free(NpSet *set)
{
    for (int i = 0; i < set->n; i++) {
        NpArray *a = &set->item[i];
        for (int64_t k = 0; a->text && k < a->count; k++) free(a->text[k]);
        free(a->text);
        free(a->v);
        free(a->name);
    }
    free(set->item);
    *set = (NpSet){0};
}
