/* prompt_reader.c: see prompt_reader.h. The print is a hash of hashes: FNV-1a over chunks of 16 MiB
 * of the weights, side by side, and over those. */
#include "prompt_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/weights.h"
#include "app/direction_job.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "model/find.h"

enum { CHUNK = 16 << 20 }; /* bytes */

typedef struct Hashing {
    const uint8_t *data;
    int64_t size;
    uint64_t *sum; /* [chunks] */
} Hashing;

static void hash_chunk(void *ud, int64_t i, int worker)
{
    Hashing *h = ud;
    int64_t at = i * CHUNK, n = h->size - at < CHUNK ? h->size - at : CHUNK;
    (void)worker;
    h->sum[i] = hash_fnv1a(h->data + at, (size_t)n);
}

static uint64_t hash_bytes(const void *data, int64_t size, const Run *run)
{
    int64_t n = (size + CHUNK - 1) / CHUNK;
    Hashing h = {.data = data, .size = size, .sum = mem_alloc(n, sizeof *h.sum)};
    const Run quiet = {.threads = run_threads(run)};
    parallel_for(&quiet, NULL, n, hash_chunk, &h);
    uint64_t sum = hash_fnv1a(h.sum, (size_t)n * sizeof *h.sum);
    free(h.sum);
    return sum;
}

/* The bytes that a direction was asked for by: not its numbers, of which another processor's last
 * bit may differ. */
static uint64_t hash_origin(const char *asked)
{
    Err none;
    FileMap map = {0};
    Str name = {0};
    uint64_t sum = 0;
    str_addf(&name, "directions/%s.tsv", asked);
    char *path = file_exists(asked) ? mem_strdup(asked) : model_locate_file(name.s, &none);
    if (path && file_map_open(&map, path, &none)) sum = hash_bytes(map.data, map.size, NULL);
    file_map_close(&map);
    str_free(&name);
    free(path);
    return sum;
}

bool prompt_reader_open(PromptReader *r, const TextJob *job, const char *first,
                        const char *direction, const Run *run, Err *err)
{
    TextJob text = *job;
    text.in.text = first;
    text.in.file = NULL;
    r->in = text.in;
    if (!text_model_open(&r->model, &text, run, err)) return false;
    noise_from_model(&r->noise, &r->model.m);
    if (direction && strcmp(direction, "none") == 0) return true;
    if (!direction_load(&r->direction, &r->model, direction, &job->say, run, err)) return false;
    r->use = &r->direction;
    snprintf(r->name, sizeof r->name, "%s", r->direction.name);
    r->origin = hash_origin(direction ? direction : DIRECTION_DEFAULT);
    return true;
}

bool prompt_reader_foresee(PromptReader *r, const char *asked, const Run *run, Err *err)
{
    r->network = mem_alloc(1, sizeof *r->network);
    return generator_source_open(r->network, asked, err) &&
           analyse_weights(&r->model.m, &r->weights, run, err);
}

const char *prompt_reader_network(const PromptReader *r)
{
    return r->network ? r->network->said : NULL;
}

void prompt_reader_close(PromptReader *r)
{
    if (r->network) generator_source_close(r->network);
    free(r->network);
    feat_free(&r->weights);
    direction_free(&r->direction);
    noise_free(&r->noise);
    text_model_close(&r->model);
    *r = (PromptReader){.use = NULL};
}

bool prompt_reader_encode(PromptReader *r, const char *text, TokenIds *ids, Err *err)
{
    TextInput in = r->in;
    Str s = {0};
    in.text = text;
    bool ok = text_input_read(&in, &s, err) &&
              text_input_encode(&in, r->model.tok, &s, ids, err);
    int64_t vocab = lm_hparams(r->model.lm)->vocab;
    for (int i = 0; ok && i < ids->n; i++)
        if (ids->id[i] >= vocab)
            ok = err_set(err, "%s: the tokenizer gives id %d, the model knows %lld tokens",
                         r->model.m.dir, ids->id[i], (long long)vocab);
    int most = lm_context(r->model.lm);
    if (ok && ids->n > most)
        ok = err_set(err, "%d tokens, the context of %s has room for %d: shorten it", ids->n,
                     r->model.m.name, most);
    str_free(&s);
    return ok;
}

bool prompt_reader_features(PromptReader *r, const TokenIds *ids, const char *name, FeatureSet *fs,
                            const Run *run, Err *err)
{
    char **label = mem_alloc(ids->n, sizeof *label);
    Str s = {0};
    for (int i = 0; i < ids->n; i++) {
        text_token_name(r->model.tok, ids->id[i], &s);
        label[i] = mem_strdup(str_text(&s));
    }
    ActivationPrompt p = {.ids = ids->id, .n = ids->n, .bos = tokenizer_bos(r->model.tok),
                          .label = (const char *const *)label, .name = name,
                          .direction = r->use};
    bool ok = analyse_activations(r->model.lm, &p, fs, run, err) &&
              (!r->network || jepa_into(&r->network->jepa, &r->weights, fs, run, err));
    if (ok && r->use)
        feat_note(fs, "direction %s: %d pairs, mean leave-one-out AUC %.3f", r->use->name,
                  r->use->npairs, direction_auc(r->use));
    for (int i = 0; i < ids->n; i++) free(label[i]);
    free(label);
    str_free(&s);
    if (!ok) feat_free(fs);
    return ok;
}

static void add_tensor(Str *s, const Tensor *t, const Run *run)
{
    int64_t bytes = tensor_numel(t) * dtype_size(t->dtype);
    str_addf(s, "%s %d", t->name, (int)t->dtype);
    for (int i = 0; i < t->ndim; i++) str_addf(s, " %lld", (long long)t->shape[i]);
    str_addf(s, " %016llx\n", (unsigned long long)hash_bytes(t->data, bytes, run));
}

void prompt_reader_print(const PromptReader *r, char out[17], const Run *run)
{
    Str s = {0};
    Err none;
    FileMap map = {0};
    const Checkpoint *ck = r->model.m.ck;
    for (int i = 0; i < checkpoint_count(ck); i++) add_tensor(&s, checkpoint_tensor(ck, i), run);
    str_addf(&s, "direction %016llx\n", (unsigned long long)r->origin);
    if (r->network) str_addf(&s, "network %s\n", r->network->said);
    char *config = path_join(r->model.m.dir, "config.json");
    if (file_map_open(&map, config, &none)) str_add(&s, map.data, (size_t)map.size);
    file_map_close(&map);
    free(config);
    snprintf(out, 17, "%016llx", (unsigned long long)hash_fnv1a(str_text(&s), s.len));
    str_free(&s);
}
