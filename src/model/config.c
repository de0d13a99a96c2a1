/* config.c: see model/config.h. Keys as in transformers' configuration files; multimodal models
 * keep the language model's under "text_config", which goes before the outer ones. The text is
 * checked by tensor/jsonscan.h first, because cJSON lets too much pass. */
#include "model/config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/arch.h"
#include "base/jsonscan.h"

enum { CONFIG_MAX_WIDTH = 1 << 24, CONFIG_MAX_KEYS = 5, CONFIG_MAX_BYTES = 4 << 20 };

typedef enum Field { F_NL, F_D, F_NH, F_NKV, F_DH, F_FF, F_VOCAB, F_COUNT } Field;

static const struct {
    const char *key[CONFIG_MAX_KEYS]; /* the first one present counts */
    int64_t max;
} FIELD[F_COUNT] = {
    [F_NL] = {{"num_hidden_layers", "n_layer", "n_layers", "num_layers"}, ARCH_MAX_LAYERS},
    [F_D] = {{"hidden_size", "n_embd", "d_model", "dim"}, CONFIG_MAX_WIDTH},
    [F_NH] = {{"num_attention_heads", "n_head", "n_heads", "num_heads"}, 65536},
    [F_NKV] = {{"num_key_value_heads", "n_kv_heads"}, 65536},
    [F_DH] = {{"head_dim"}, 65536},
    [F_FF] = {{"intermediate_size", "n_inner", "ffn_dim", "d_ff"}, CONFIG_MAX_WIDTH},
    [F_VOCAB] = {{"vocab_size"}, INT64_C(1) << 31},
};

/* Python takes the last of two equal keys, cJSON finds the first: refuse both. */
static bool check_unique(const Json *obj, Err *err)
{
    StrMap seen = {0};
    bool ok = true;
    for (const Json *j = json_child(obj); ok && j; j = json_next(j))
        if (!strmap_add(&seen, json_key(j), 0))
            ok = err_set(err, "\"%.80s\" is given twice", json_key(j));
    strmap_free(&seen);
    return ok;
}

static bool read_field(const Json *root, Field f, int64_t *out, Err *err)
{
    *out = 0;
    for (int i = 0; i < CONFIG_MAX_KEYS && FIELD[f].key[i]; i++) {
        const char *key = FIELD[f].key[i];
        const Json *j = model_config_get(root, key);
        if (!j) continue;
        double v = json_number(j, NAN);
        if (isnan(v)) return err_set(err, "\"%s\" is no number", key);
        if (v != floor(v) || v < 1 || v > (double)FIELD[f].max)
            return err_set(err, "\"%s\" is %.17g, must be a whole number from 1 to %lld", key, v,
                           (long long)FIELD[f].max);
        *out = (int64_t)v;
        return true;
    }
    return true;
}

/* A wrapper that is not known may hold a language model that is, and the other way round. */
static bool read_type(Config *cfg, const Json *root, Err *err)
{
    const Json *outer = json_get(root, "model_type");
    const Json *j = model_config_get(root, "model_type");
    if (!j) return true;
    if (!json_is_string(j)) return err_set(err, "\"model_type\" is no string");
    if (!arch_by_type(json_string(j)) && json_is_string(outer)) j = outer;
    snprintf(cfg->type, sizeof cfg->type, "%s", json_string(j));
    return true;
}

static bool read_tied(Config *cfg, const Json *root, Err *err)
{
    const Json *j = model_config_get(root, "tie_word_embeddings");
    if (!j) return true;
    if (!json_is_bool(j)) return err_set(err, "\"tie_word_embeddings\" is neither true nor false");
    cfg->tie_given = true;
    cfg->c.tied = json_truth(j, false);
    return true;
}

static bool check_heads(const ModelConfig *c, Err *err)
{
    if (c->nh && c->nkv && c->nh % c->nkv != 0)
        return err_set(err, "num_attention_heads %d is no multiple of num_key_value_heads %d",
                       c->nh, c->nkv);
    return true;
}

static bool read_root(Config *cfg, const Json *root, Err *err)
{
    int64_t v[F_COUNT];
    const Json *text = json_get(root, "text_config");
    if (!json_is_object(root)) return err_set(err, "is not a JSON object");
    if (!check_unique(root, err)) return false;
    if (text && !json_is_null(text) && !json_is_object(text))
        return err_set(err, "\"text_config\" is no object");
    if (text && !check_unique(text, err)) return err_wrap(err, "text_config");
    for (int f = 0; f < F_COUNT; f++)
        if (!read_field(root, (Field)f, &v[f], err)) return false;
    cfg->c = (ModelConfig){.nl = (int)v[F_NL],
                           .d = (int)v[F_D],
                           .nh = (int)v[F_NH],
                           .nkv = (int)v[F_NKV],
                           .dh = (int)v[F_DH],
                           .ff = (int)v[F_FF],
                           .vocab = v[F_VOCAB]};
    return check_heads(&cfg->c, err) && read_type(cfg, root, err) && read_tied(cfg, root, err);
}

static bool read_text(Config *cfg, const char *text, size_t len, Err *err)
{
    if (len > CONFIG_MAX_BYTES)
        return err_set(err, "%lld bytes is too long for a model's configuration", (long long)len);
    if (!json_check(text, len, err)) return false;
    Json *root = json_parse(text, len, err);
    bool ok = root && read_root(cfg, root, err);
    json_free(root);
    return ok;
}

bool config_read(Config *cfg, const char *dir, Err *err)
{
    FileMap map;
    *cfg = (Config){0};
    char *path = path_join(dir, "config.json");
    if (!file_exists(path)) {
        free(path);
        return true;
    }
    bool ok = file_map_open(&map, path, err);
    if (ok) {
        ok = read_text(cfg, (const char *)map.data, (size_t)map.size, err) ||
             err_wrap(err, "%s", path);
        file_map_close(&map);
    }
    cfg->path = path;
    if (!ok) config_free(cfg);
    return ok;
}

const Json *model_config_get(const Json *root, const char *key)
{
    const Json *j = json_get(json_get(root, "text_config"), key);
    if (!j || json_is_null(j)) j = json_get(root, key);
    return j && json_is_null(j) ? NULL : j;
}

void config_free(Config *cfg)
{
    free(cfg->path);
    *cfg = (Config){0};
}
