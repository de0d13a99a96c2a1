/* replay_main.c: runs a fuzz target over files and directories of files: a corpus replayed without
 * a fuzzer. The target is linked beside it and defines LLVMFuzzerTestOneInput(). Every file is also
 * cut short at several places, which finds reads past the end under a sanitizer. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A copy of exactly n bytes, so that a sanitizer sees the first byte read too many. */
static void feed(const uint8_t *data, size_t n)
{
    uint8_t *copy = malloc(n ? n : 1);
    if (!copy) exit(2);
    if (n) memcpy(copy, data, n);
    LLVMFuzzerTestOneInput(copy, n);
    free(copy);
}

static int replay_file(const char *path)
{
    FileMap map;
    Err err = {{0}};
    if (!file_map_open(&map, path, &err)) {
        fprintf(stderr, "%s\n", err.msg);
        return 1;
    }
    feed(map.data, (size_t)map.size);
    for (int cut = 1; cut < 16; cut++) feed(map.data, (size_t)(map.size * cut / 16));
    file_map_close(&map);
    return 0;
}

static int replay(const char *path)
{
    int bad = 0;
    if (!dir_exists(path)) return replay_file(path);
    DIR *d = opendir(path);
    for (struct dirent *e; d && (e = readdir(d));) {
        if (e->d_name[0] == '.') continue;
        char *child = path_join(path, e->d_name);
        bad += replay(child);
        free(child);
    }
    if (d) closedir(d);
    return bad;
}

int main(int argc, char **argv)
{
    int bad = 0;
    for (int i = 1; i < argc; i++) bad += replay(argv[i]);
    return bad ? 2 : 0;
}
