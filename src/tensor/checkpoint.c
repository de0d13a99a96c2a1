/* checkpoint.c: see tensor/checkpoint.h.
 *
 * Shards are named by model.safetensors.index.json, {"weight_map": {tensor: file}}; the files lie
 * in the index's directory and are opened in the order of their names. Views point into private
 * read-only mappings: pages come when they are read and can be given back with
 * checkpoint_release(), so that a file larger than RAM is no trouble. */
#include "tensor/checkpoint.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/jsonscan.h"
#include "tensor/safetensors.h"

enum { CHECKPOINT_MAX_SHARDS = 4096 };

typedef struct Shard {
    FileMap map;
    StHeader head; /* owns the names of its tensors */
} Shard;

struct Checkpoint {
    char *path;
    Shard *shard; /* [nshards] */
    int nshards, cap_shards;
    Tensor *tensor; /* [ntensors] */
    int ntensors, cap_tensors;
    StrMap names; /* tensor name -> index */
    int64_t bytes;
};

/* The weight map of an index. */
typedef struct Index {
    char **tensor; /* [n] */
    int *file;     /* [n] index into files */
    int n, cap, cap_file;
    char **files; /* [nfiles] shard names, sorted */
    int nfiles, cap_files;
} Index;

static void index_free(Index *ix)
{
    for (int i = 0; i < ix->n; i++) free(ix->tensor[i]);
    for (int i = 0; i < ix->nfiles; i++) free(ix->files[i]);
    free(ix->tensor);
    free(ix->file);
    free(ix->files);
    *ix = (Index){0};
}

static Tensor entry_view(const Shard *shard, const StEntry *e)
{
    Tensor t = {.name = e->name, .dtype = e->dtype, .ndim = e->ndim};
    memcpy(t.shape, e->shape, sizeof t.shape);
    t.ld = tensor_cols(&t);
    t.data = shard->map.data + shard->head.data_at + e->begin;
    return t;
}

/* Maps one file and adds its tensors. */
static bool add_shard(Checkpoint *c, const char *path, Err *err)
{
    Shard *s = mem_push(&c->shard, &c->nshards, &c->cap_shards, sizeof *c->shard);
    if (!file_map_open(&s->map, path, err)) return false;
    if (!st_read(&s->head, &s->map, err)) return err_wrap(err, "%s", path);
    c->bytes += s->map.size;
    for (int i = 0; i < s->head.n; i++) {
        const StEntry *e = &s->head.entry[i];
        if (!strmap_add(&c->names, e->name, c->ntensors))
            return err_set(err, "%s: tensor \"%.160s\" is in two shards", path, e->name);
        Tensor *t = mem_push(&c->tensor, &c->ntensors, &c->cap_tensors, sizeof *t);
        *t = entry_view(s, e);
    }
    return true;
}

/* A shard's name must be a plain file name: nothing outside the index's directory. */
static bool check_shard_name(const char *name, Err *err)
{
    if (!str_ends(name, ".safetensors") || name[0] == '.' || strchr(name, '/'))
        return err_set(err,
                       "shard \"%.160s\" is no plain .safetensors file name in the same "
                       "directory",
                       name);
    return true;
}

/* The number of the shard called name, added when it is new; -1 when there are too many. */
static int index_file(Index *ix, StrMap *files, const char *name)
{
    int64_t at = strmap_get(files, name);
    if (at >= 0) return (int)at;
    if (ix->nfiles == CHECKPOINT_MAX_SHARDS) return -1;
    strmap_add(files, name, ix->nfiles);
    char **slot = mem_push(&ix->files, &ix->nfiles, &ix->cap_files, sizeof *ix->files);
    *slot = mem_strdup(name);
    return ix->nfiles - 1;
}

/* One "tensor": "file" member; the key is in name. */
static bool index_member(Index *ix, JsonScan *s, StrMap *names, StrMap *files, const char *name)
{
    Str file = {0};
    bool ok = false;
    int n = ix->n;
    if (!strmap_add(names, name, 0)) {
        err_set(s->err, "tensor \"%.160s\" is named twice", name);
    } else if (!jscan_string_copy(s, &file)) {
        err_wrap(s->err, "tensor \"%.160s\"", name);
    } else if (!check_shard_name(str_text(&file), s->err)) {
        err_wrap(s->err, "tensor \"%.160s\"", name);
    } else {
        int at = index_file(ix, files, str_text(&file));
        ok = at >= 0 || err_set(s->err, "more than %d shards", CHECKPOINT_MAX_SHARDS);
        if (ok) {
            *(char **)mem_push(&ix->tensor, &ix->n, &ix->cap, sizeof *ix->tensor) =
                mem_strdup(name);
            *(int *)mem_push(&ix->file, &n, &ix->cap_file, sizeof *ix->file) = at;
        }
    }
    str_free(&file);
    return ok;
}

static bool index_weight_map(Index *ix, JsonScan *s)
{
    StrMap names = {0}, files = {0};
    Str key = {0};
    bool ok = jscan_open(s, '{');
    while (ok && jscan_member_copy(s, &key))
        ok = index_member(ix, s, &names, &files, str_text(&key));
    str_free(&key);
    strmap_free(&names);
    strmap_free(&files);
    return ok && !s->failed;
}

static bool index_parse(Index *ix, const FileMap *map, Err *err)
{
    JsonScan s = jscan_start((const char *)map->data, (size_t)map->size, err);
    Str key = {0};
    bool ok = jscan_open(&s, '{'), found = false;
    while (ok && jscan_member_copy(&s, &key)) {
        bool weights = strcmp(str_text(&key), "weight_map") == 0;
        if (weights && found)
            ok = err_set(err, "weight_map is given twice");
        else
            ok = weights ? index_weight_map(ix, &s) : jscan_skip(&s, NULL);
        found = found || weights;
    }
    str_free(&key);
    ok = ok && jscan_end(&s);
    jscan_free(&s);
    if (!ok) return false;
    return ix->n > 0 || err_set(err, "weight_map is %s", found ? "empty" : "missing");
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Every tensor of the index lies in the shard that the index says. */
static bool check_index(const Checkpoint *c, const Index *ix, char *const *sorted, Err *err)
{
    for (int i = 0; i < ix->n; i++) {
        const Tensor *t = checkpoint_find(c, ix->tensor[i]);
        char *file = ix->files[ix->file[i]];
        char *const *at = bsearch(&file, sorted, (size_t)ix->nfiles, sizeof file, compare_names);
        const FileMap *map = &c->shard[at - sorted].map;
        const uint8_t *data = t ? t->data : NULL;
        if (!t || data < map->data || data > map->data + map->size)
            return err_set(err, "tensor \"%.160s\" is not in %.120s", ix->tensor[i], file);
    }
    return true;
}

static bool open_shards(Checkpoint *c, const Index *ix, const char *path, Err *err)
{
    char *dir = mem_strndup(path, (size_t)(path_base(path) - path));
    char **sorted = mem_alloc(ix->nfiles, sizeof *sorted);
    bool ok = true;
    memcpy(sorted, ix->files, (size_t)ix->nfiles * sizeof *sorted);
    qsort(sorted, (size_t)ix->nfiles, sizeof *sorted, compare_names);
    for (int i = 0; ok && i < ix->nfiles; i++) {
        char *file = *dir ? path_join(dir, sorted[i]) : mem_strdup(sorted[i]);
        ok = file_exists(file)
                 ? add_shard(c, file, err)
                 : err_set(err, "%s: shard named by %s is missing", file, path_base(path));
        free(file);
    }
    if (ok && !check_index(c, ix, sorted, err)) ok = err_wrap(err, "%s", path);
    free(sorted);
    free(dir);
    return ok;
}

static bool open_index(Checkpoint *c, const char *path, Err *err)
{
    FileMap map;
    Index ix = {0};
    if (!file_map_open(&map, path, err)) return false;
    bool ok = index_parse(&ix, &map, err) || err_wrap(err, "%s", path);
    file_map_close(&map);
    if (ok) ok = open_shards(c, &ix, path, err);
    index_free(&ix);
    return ok;
}

static bool open_dir(Checkpoint *c, const char *path, Err *err)
{
    char *one = path_join(path, "model.safetensors");
    char *index = path_join(path, "model.safetensors.index.json");
    bool ok = file_exists(one)     ? add_shard(c, one, err)
              : file_exists(index) ? open_index(c, index, err)
                                   : err_set(err,
                                             "%s: no model.safetensors and no "
                                             "model.safetensors.index.json in it",
                                             path);
    free(one);
    free(index);
    return ok;
}

/* Bytes from t->data to the end of its last stored element. */
static int64_t view_span(const Tensor *t)
{
    int64_t rows = tensor_rows(t), cols = tensor_cols(t);
    if (rows <= 0 || cols <= 0) return 0;
    int64_t last = rows - 1;
    if (t->group_rows > 0) last = last / t->group_rows * t->group_stride + last % t->group_rows;
    int64_t elements = t->transposed ? (cols - 1) * t->ld + last + 1 : last * t->ld + cols;
    return elements * dtype_size(t->dtype);
}

/* madvise on the pages that touch the view (outward) or lie wholly inside it. Only a hint: its
 * failure changes speed or memory, never a result. */
static void advise(const Checkpoint *c, const Tensor *t, int advice, bool outward)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t from = (uintptr_t)t->data, to = from + (uintptr_t)view_span(t);
    for (int i = 0; i < c->nshards; i++) {
        uintptr_t base = (uintptr_t)c->shard[i].map.data;
        if (from < base || to > base + (uintptr_t)c->shard[i].map.size) continue;
        from = (outward ? from : from + page - 1) / page * page;
        to = (outward ? to + page - 1 : to) / page * page;
        if (to > from) madvise((void *)from, to - from, advice);
        return;
    }
}

bool checkpoint_open(Checkpoint **out, const char *path, Err *err)
{
    Checkpoint *c = mem_alloc(1, sizeof *c);
    bool ok;
    c->path = mem_strdup(path);
    if (dir_exists(path))
        ok = open_dir(c, path, err);
    else if (!file_exists(path))
        ok = err_set(err, "%s: no such file or directory", path);
    else if (str_ends(path, ".safetensors"))
        ok = add_shard(c, path, err);
    else if (str_ends(path, ".safetensors.index.json"))
        ok = open_index(c, path, err);
    else
        ok = err_set(err, "%s: expected a .safetensors file or a directory with one", path);
    if (!ok) {
        checkpoint_close(c);
        c = NULL;
    }
    *out = c;
    return ok;
}

void checkpoint_close(Checkpoint *c)
{
    if (!c) return;
    for (int i = 0; i < c->nshards; i++) {
        st_free(&c->shard[i].head);
        file_map_close(&c->shard[i].map);
    }
    strmap_free(&c->names);
    free(c->shard);
    free(c->tensor);
    free(c->path);
    free(c);
}

int checkpoint_count(const Checkpoint *c)
{
    return c->ntensors;
}

const Tensor *checkpoint_tensor(const Checkpoint *c, int i)
{
    return &c->tensor[i];
}

const Tensor *checkpoint_find(const Checkpoint *c, const char *name)
{
    int64_t i = strmap_get(&c->names, name);
    return i < 0 ? NULL : &c->tensor[i];
}

int64_t checkpoint_bytes(const Checkpoint *c)
{
    return c->bytes;
}

const char *checkpoint_path(const Checkpoint *c)
{
    return c->path;
}

void checkpoint_prefetch(const Checkpoint *c, const Tensor *t)
{
    advise(c, t, MADV_WILLNEED, true);
}

void checkpoint_release(const Checkpoint *c, const Tensor *t)
{
    advise(c, t, MADV_DONTNEED, false);
}
