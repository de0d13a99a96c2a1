/* st_meta.c: see tensor/st_meta.h, and tensor/safetensors.c for the format. */
#include "tensor/st_meta.h"

#include "base/file.h"

static const uint64_t ST_META_MOST = 1 << 24; /* bytes of header; of a joint embedding 22 a song */

static Json *parse(const FileMap *map, Err *err)
{
    uint64_t len = map->size >= 8 ? load_le64(map->data) : 0;
    if (len == 0 || len > ST_META_MOST || len > (uint64_t)map->size - 8) {
        err_set(err, "not a safetensors file with a short header");
        return NULL;
    }
    return json_parse((const char *)map->data + 8, (size_t)len, err);
}

Json *st_header_read(const char *path, Err *err)
{
    FileMap map = {0};
    if (!file_map_open(&map, path, err)) return NULL;
    Json *header = parse(&map, err);
    file_map_close(&map);
    if (!header) err_wrap(err, "%s", path);
    return header;
}
