/* file.c: see base/file.h. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"

bool file_map_open(FileMap *map, const char *path, Err *err)
{
    struct stat st;
    *map = (FileMap){0};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe must not keep us waiting */
    if (fd < 0) return err_set(err, "%s: cannot open: %s", path, strerror(errno));
    if (fstat(fd, &st) != 0) {
        err_set(err, "%s: cannot stat: %s", path, strerror(errno));
        goto fail;
    }
    if (!S_ISREG(st.st_mode)) {
        err_set(err, "%s: not a regular file", path);
        goto fail;
    }
    if (st.st_size > 0) {
        void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (p == MAP_FAILED) {
            err_set(err, "%s: cannot map %lld bytes: %s", path, (long long)st.st_size,
                    strerror(errno));
            goto fail;
        }
        map->data = p;
        map->size = st.st_size;
    }
    close(fd);
    return true;
fail:
    close(fd);
    return false;
}

void file_map_close(FileMap *map)
{
    if (map->data) munmap((void *)map->data, (size_t)map->size);
    *map = (FileMap){0};
}

static void out_clear(OutFile *out)
{
    free(out->path);
    free(out->part);
    *out = (OutFile){0};
}

bool out_open(OutFile *out, const char *path, Err *err)
{
    struct stat st;
    *out = (OutFile){.path = mem_strdup(path)};
    if (strcmp(path, "-") == 0) {
        out->f = stdout;
        return true;
    }
    bool special = stat(path, &st) == 0 && !S_ISREG(st.st_mode);
    if (special && S_ISDIR(st.st_mode)) {
        out_clear(out);
        return err_set(err, "%s: is a directory; give a file name", path);
    }
    if (!special) {
        Str part = {0};
        str_addf(&part, "%s.part", path);
        out->part = part.s;
    }
    out->f = fopen(special ? path : out->part, "wb");
    if (!out->f) {
        err_set(err, "%s: cannot write: %s", path, strerror(errno));
        out_clear(out);
        return false;
    }
    return true;
}

bool out_write(OutFile *out, const void *bytes, size_t n, Err *err)
{
    if (fwrite(bytes, 1, n, out->f) == n) return true;
    return err_set(err, "%s: cannot write: %s", out->path, strerror(errno));
}

bool out_commit(OutFile *out, Err *err)
{
    bool std = out->f == stdout;
    bool ok = fflush(out->f) == 0;
    if (ok && out->part) ok = fsync(fileno(out->f)) == 0;
    if (!std) {
        ok = fclose(out->f) == 0 && ok;
        out->f = NULL;
    }
    if (ok && out->part) ok = rename(out->part, out->path) == 0;
    if (!ok) {
        err_set(err, "%s: cannot write: %s", out->path, strerror(errno));
        if (out->part) unlink(out->part);
    }
    out_clear(out);
    return ok;
}

void out_abort(OutFile *out)
{
    if (out->f && out->f != stdout) fclose(out->f);
    if (out->part) unlink(out->part);
    out_clear(out);
}

bool out_file(const char *path, const void *bytes, size_t n, Err *err)
{
    OutFile out;
    if (!out_open(&out, path, err)) return false;
    if (!out_write(&out, bytes, n, err)) {
        out_abort(&out);
        return false;
    }
    return out_commit(&out, err);
}

bool out_copy(const char *path, const char *from, Err *err)
{
    FileMap map = {0};
    bool ok = file_map_open(&map, from, err) &&
              out_file(path, map.data ? (const void *)map.data : "", (size_t)map.size, err);
    file_map_close(&map);
    return ok;
}

bool file_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && !S_ISDIR(st.st_mode);
}

bool dir_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

char *exe_dir(void)
{
    char buf[4096];
    ssize_t n = readlink("/proc/self/exe", buf, sizeof buf - 1);
    if (n <= 0) return NULL;
    buf[n] = 0;
    char *slash = strrchr(buf, '/');
    if (!slash) return NULL;
    *slash = 0;
    return mem_strdup(buf);
}
