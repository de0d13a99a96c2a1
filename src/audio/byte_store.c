/* byte_store.c: see byte_store.h. */
#include "byte_store.h"

#include <errno.h>
#include <string.h>

int64_t store_length(void *ud)
{
    ByteStore *s = ud;
    if (!s->file.f) return (int64_t)s->bytes.len;
    off_t at = ftello(s->file.f);
    off_t length = fseeko(s->file.f, 0, SEEK_END) == 0 ? ftello(s->file.f) : -1;
    return fseeko(s->file.f, at, SEEK_SET) == 0 ? (int64_t)length : -1;
}

int64_t store_seek(int64_t offset, int whence, void *ud)
{
    ByteStore *s = ud;
    if (s->file.f) return fseeko(s->file.f, (off_t)offset, whence) == 0 ? store_tell(s) : -1;
    int64_t base = whence == SEEK_CUR   ? (int64_t)s->at
                   : whence == SEEK_END ? (int64_t)s->bytes.len
                                        : 0;
    if (base + offset < 0 || base + offset > (int64_t)s->bytes.len) return -1;
    s->at = (size_t)(base + offset);
    return (int64_t)s->at;
}

int64_t store_read(void *to, int64_t count, void *ud)
{
    ByteStore *s = ud;
    if (s->file.f) return 0;
    size_t left = s->bytes.len - s->at, n = (size_t)count < left ? (size_t)count : left;
    if (n) memcpy(to, s->bytes.s + s->at, n);
    s->at += n;
    return (int64_t)n;
}

static int64_t write_file(ByteStore *s, const void *from, size_t n)
{
    errno = 0;
    size_t put = fwrite(from, 1, n, s->file.f);
    if (put < n && !s->failed) s->failed = errno ? errno : EIO;
    return (int64_t)put;
}

int64_t store_write(const void *from, int64_t count, void *ud)
{
    ByteStore *s = ud;
    size_t n = (size_t)count, over = s->bytes.len - s->at;
    if (s->file.f) return write_file(s, from, n);
    if (over > n) over = n;
    if (over) memcpy(s->bytes.s + s->at, from, over);
    if (n > over) str_add(&s->bytes, (const char *)from + over, n - over);
    s->at += n;
    return count;
}

int64_t store_tell(void *ud)
{
    ByteStore *s = ud;
    return s->file.f ? (int64_t)ftello(s->file.f) : (int64_t)s->at;
}
