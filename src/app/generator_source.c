/* generator_source.c: see app/generator_source.h. */
#include "app/generator_source.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "math/cpu.h"
#include "model/find.h"

/* The file's name and the first 16 hex digits of its SHA-256. */
static bool describe(GeneratorSource *g, const char *path, Err *err)
{
    FileMap map = {0};
    Sha256 sha;
    uint8_t digest[32];
    char hex[17];
    if (!file_map_open(&map, path, err)) return false;
    sha256_init(&sha);
    sha256_add(&sha, map.data, (size_t)map.size);
    sha256_end(&sha, digest);
    file_map_close(&map);
    for (int i = 0; i < 8; i++) snprintf(hex + 2 * (size_t)i, 3, "%02x", digest[i]);
    snprintf(g->said, sizeof g->said, "%.100s %s", path_base(path), hex);
    return true;
}

char *generator_locate(const char *asked, Err *err)
{
    const char *name = asked ? asked : GENERATOR_NETWORK;
    if (asked && dir_exists(asked)) return path_join(asked, GENERATOR_FILE);
    if (asked && (file_exists(asked) || str_ends(asked, ".safetensors"))) return mem_strdup(asked);
    char *under = asked ? path_join(asked, GENERATOR_FILE) : mem_strdup(name);
    char *path = model_locate_file(under, err);
    free(under);
    if (!path)
        err_set(err,
                "no joint embedding \"%.120s\" here or beside the models: give its .safetensors "
                "file, or make one with `llmsonify jepa train --midi DIR -o NAME.safetensors`",
                name);
    return path;
}

bool generator_source_open(GeneratorSource *g, const char *asked, Err *err)
{
    CpuLevel level;
    char *path = generator_locate(asked, err);
    if (!path && asked) return false;
    if (!path)
        return err_set(err, "no trained network (" GENERATOR_NETWORK " beside the models): make "
                            "one with `llmsonify jepa train` and name it with --jepa");
    bool ok = cpu_level_choose(&level, err) && describe(g, path, err) &&
              jepa_load(&g->jepa, path, level, err);
    free(path);
    if (!ok) generator_source_close(g);
    return ok;
}

void generator_source_close(GeneratorSource *g)
{
    jepa_free(&g->jepa);
    *g = (GeneratorSource){.said = ""};
}

static bool all_foreseen(const Sources *s)
{
    for (int i = 0; i < s->n; i++)
        if (feat_find_column(&s->fs[i], FT_LAYERS, "jepa_next") < 0) return false;
    return true;
}

bool sources_foresee(Sources *s, const char *asked, const Run *run, Err *err)
{
    GeneratorSource g = {.said = ""};
    if (!asked && all_foreseen(s)) return true;
    bool ok = generator_source_open(&g, asked, err);
    for (int i = 0; ok && i < s->n; i++)
        ok = jepa_into(&g.jepa, &s->fs[i], &s->fs[i], run, err);
    if (ok) snprintf(s->network, sizeof s->network, "%s", g.said);
    generator_source_close(&g);
    return ok;
}
