/* tokenizer_config.c: what the files beside the tokenizer say: which tokens begin and end a text,
 * tokens added to a tokenizer.model, the chat template.
 *
 * Order of trust for BOS and EOS: tokenizer_config.json names tokens; generation_config.json and
 * config.json give ids; then what the tokenizer's own template puts in front. An explicit
 * add_bos_token or add_eos_token overrules the template. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "token/tokenizer_parts.h"

typedef struct Config {
    Tokenizer *tok;
    bool has_add_bos, add_bos, has_add_eos, add_eos; /* said at all, and what */
    Err *err;
} Config;

/* "text", {"content": "text"} or null: the token's id, -1 when it has none. */
static int32_t token_named(const Tokenizer *tok, const Json *j)
{
    const char *s = json_string(j);
    if (!s) s = json_string(json_get(j, "content"));
    return s ? tokenizer_find(tok, s) : -1;
}

static bool is_added(const Tokenizer *tok, int64_t id)
{
    for (int i = 0; i < tok->added.n; i++)
        if (tok->added.token[i].id == id) return true;
    return false;
}

/* {"32000": {"content": "<|end|>", ...}, ...}: for a tokenizer.model, which has no such tokens. */
static bool read_added_decoder(Config *c, const Json *list)
{
    if (!c->tok->sentencepiece) return true;
    for (const Json *j = json_child(list); j; j = json_next(j)) {
        int64_t id;
        const char *text = json_string(json_get(j, "content"));
        if (!json_key(j) || !parse_int(json_key(j), 0, TOKVOCAB_MAX_IDS - 1, &id) || !text)
            return err_set(c->err,
                           "added_tokens_decoder: an entry is not \"id\": {\"content\": ...}");
        AddedToken flags = {.special = json_truth(json_get(j, "special"), false),
                            .single_word = json_truth(json_get(j, "single_word"), false),
                            .lstrip = json_truth(json_get(j, "lstrip"), false),
                            .rstrip = json_truth(json_get(j, "rstrip"), false),
                            .normalized = json_truth(json_get(j, "normalized"), false)};
        if (is_added(c->tok, id)) continue;
        if (!tokenizer_add_token(c->tok, (StrView){text, strlen(text)}, id, flags, c->err))
            return false;
    }
    return true;
}

/* A string, or a list of {"name": "default", "template": "..."}. */
static bool read_template(Config *c, const Json *j)
{
    const char *s = json_string(j);
    for (const Json *item = json_is_array(j) ? json_child(j) : NULL; item; item = json_next(item)) {
        const char *name = json_string(json_get(item, "name"));
        if (!s || (name && strcmp(name, "default") == 0))
            s = json_string(json_get(item, "template"));
    }
    if (!s) return true;
    free(c->tok->chat_template);
    c->tok->chat_template = mem_strdup(s);
    return true;
}

static bool read_bos(Config *c, const Json *j)
{
    c->tok->bos = token_named(c->tok, j);
    return true;
}

static bool read_eos(Config *c, const Json *j)
{
    c->tok->eos = token_named(c->tok, j);
    if (c->tok->eos >= 0) idlist_add(&c->tok->ends, c->tok->eos);
    return true;
}

static bool read_pad(Config *c, const Json *j)
{
    c->tok->pad = token_named(c->tok, j);
    return true;
}

static bool read_unk(Config *c, const Json *j)
{
    int32_t id = token_named(c->tok, j);
    if (id >= 0) c->tok->unk = id;
    return true;
}

static bool read_add_bos(Config *c, const Json *j)
{
    c->has_add_bos = json_is_bool(j);
    c->add_bos = json_truth(j, false);
    return true;
}

static bool read_add_eos(Config *c, const Json *j)
{
    c->has_add_eos = json_is_bool(j);
    c->add_eos = json_truth(j, false);
    return true;
}

/* One member of tokenizer_config.json; the others are passed by without making trees of them. */
static bool read_member(Config *c, StrView key, StrView raw)
{
    static const struct {
        const char *name;
        bool (*read)(Config *c, const Json *j);
    } row[] = {
        {"bos_token", read_bos},          {"eos_token", read_eos},
        {"pad_token", read_pad},          {"unk_token", read_unk},
        {"add_bos_token", read_add_bos},  {"add_eos_token", read_add_eos},
        {"chat_template", read_template}, {"added_tokens_decoder", read_added_decoder},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        if (!view_is(key, row[i].name)) continue;
        if (row[i].read == read_added_decoder && !c->tok->sentencepiece) return true;
        Json *j = json_parse(raw.s, raw.n, c->err);
        bool ok = j && row[i].read(c, j);
        json_free(j);
        return ok;
    }
    return true;
}

/* dir/name mapped; an absent file is an empty map, and that is fine. */
static bool map_sibling(const char *dir, const char *name, FileMap *map, Err *err)
{
    *map = (FileMap){0};
    char *path = path_join(dir, name);
    bool ok = !file_exists(path) || file_map_open(map, path, err);
    free(path);
    return ok;
}

/* Two passes: added tokens first, so that the names of bos_token and its kin can be looked up. */
static bool read_tokenizer_config(Config *c, const char *dir)
{
    FileMap map;
    bool ok = map_sibling(dir, "tokenizer_config.json", &map, c->err);
    for (int pass = c->tok->sentencepiece ? 0 : 1; pass < 2 && ok && map.data; pass++) {
        JsonScan s = jscan_start((const char *)map.data, (size_t)map.size, c->err);
        s.nul = true;
        StrView key, raw;
        ok = jscan_open(&s, '{');
        while (ok && jscan_member(&s, &key)) {
            bool wanted = view_is(key, "added_tokens_decoder") == (pass == 0);
            Str name = {0};
            str_add(&name, key.s, key.n);
            ok = jscan_skip(&s, &raw);
            if (ok && wanted) ok = read_member(c, (StrView){name.s, name.len}, raw);
            str_free(&name);
        }
        ok = ok && !s.failed && jscan_end(&s);
        jscan_free(&s);
    }
    file_map_close(&map);
    return ok || err_wrap(c->err, "%s/tokenizer_config.json", dir);
}

/* {"<token>": id, ...}, the older way to add tokens to a tokenizer.model. */
static bool read_added_json(Config *c, const char *dir)
{
    FileMap map;
    if (!c->tok->sentencepiece) return true;
    if (!map_sibling(dir, "added_tokens.json", &map, c->err)) return false;
    bool ok = true;
    if (map.data) {
        JsonScan s = jscan_start((const char *)map.data, (size_t)map.size, c->err);
        s.nul = true;
        StrView key;
        int64_t id;
        AddedToken flags = {.special = true};
        ok = jscan_open(&s, '{');
        while (ok && jscan_member(&s, &key))
            ok = jscan_whole(&s, &id) &&
                 (is_added(c->tok, id) || tokenizer_add_token(c->tok, key, id, flags, c->err));
        ok = ok && !s.failed && jscan_end(&s);
        jscan_free(&s);
    }
    file_map_close(&map);
    return ok || err_wrap(c->err, "%s/added_tokens.json", dir);
}

/* A whole id, or -1. */
static int32_t read_id(const Json *j)
{
    double v = json_number(j, -1);
    return v >= 0 && v < TOKVOCAB_MAX_IDS && v == (double)(int32_t)v ? (int32_t)v : -1;
}

/* bos_token_id and eos_token_id of a model's configuration; the latter may be a list. */
static void read_model_ids(Tokenizer *tok, const Json *j)
{
    const Json *eos = json_get(j, "eos_token_id");
    if (tok->bos < 0) tok->bos = read_id(json_get(j, "bos_token_id"));
    if (tok->pad < 0) tok->pad = read_id(json_get(j, "pad_token_id"));
    if (json_is_number(eos) && read_id(eos) >= 0) idlist_add(&tok->ends, read_id(eos));
    for (const Json *e = json_child(eos); e; e = json_next(e))
        if (read_id(e) >= 0) idlist_add(&tok->ends, read_id(e));
}

static bool read_model_config(Tokenizer *tok, const char *dir, const char *name, Err *err)
{
    char *path = path_join(dir, name);
    Json *j = file_exists(path) ? json_read(path, err) : NULL;
    bool ok = j || !file_exists(path);
    free(path);
    if (j) read_model_ids(tok, j);
    if (j) read_model_ids(tok, json_get(j, "text_config"));
    json_free(j);
    return ok;
}

/* The template as a file of its own, the newest way. */
static bool read_template_file(Tokenizer *tok, const char *dir, Err *err)
{
    FileMap map;
    if (!map_sibling(dir, "chat_template.jinja", &map, err)) return false;
    if (map.data) {
        free(tok->chat_template);
        tok->chat_template = mem_strndup((const char *)map.data, (size_t)map.size);
    }
    file_map_close(&map);
    return true;
}

static void remove_id(IdList *list, int32_t id)
{
    int kept = 0;
    for (int i = 0; i < list->n; i++)
        if (list->id[i] != id) list->id[kept++] = list->id[i];
    list->n = kept;
}

static void settle_edges(Config *c)
{
    Tokenizer *tok = c->tok;
    if (tok->bos < 0 && tok->before.n > 0) tok->bos = tok->before.id[0];
    if (tok->eos < 0 && tok->ends.n > 0) tok->eos = tok->ends.id[0];
    if (tok->eos >= 0 && !idlist_has(&tok->ends, tok->eos)) idlist_add(&tok->ends, tok->eos);
    if (c->has_add_bos && tok->bos >= 0) {
        remove_id(&tok->before, tok->bos);
        if (c->add_bos) {
            idlist_add(&tok->before, tok->bos);
            for (int i = tok->before.n - 1; i > 0; i--) tok->before.id[i] = tok->before.id[i - 1];
            tok->before.id[0] = tok->bos;
        }
    }
    if (c->has_add_eos && tok->eos >= 0) {
        remove_id(&tok->after, tok->eos);
        if (c->add_eos) idlist_add(&tok->after, tok->eos);
    }
}

bool tokenizer_read_configs(Tokenizer *tok, const char *dir, Err *err)
{
    const char *where = *dir ? dir : ".";
    Config c = {.tok = tok, .err = err};
    if (!read_added_json(&c, where) || !read_tokenizer_config(&c, where)) return false;
    if (!read_model_config(tok, where, "generation_config.json", err)) return false;
    if (!read_model_config(tok, where, "config.json", err)) return false;
    if (!read_template_file(tok, where, err)) return false;
    settle_edges(&c);
    return true;
}
