/* completions_ask.c: see completions_ask.h. */
#include "completions_ask.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "completions.h"

enum { STOPS = sizeof((CompletionsAsk *)0)->stop / sizeof(char *), DEFAULT_TOKENS = 16 };

static bool read_model(CompletionsAsk *ask, const Studio *studio, const Json *j, int *status,
                       Err *err)
{
    const Json *m = json_get(j, "model");
    const char *name = json_string(m);
    ask->text.model = studio_default(studio);
    if (!m || json_is_null(m)) return true;
    if (!name) return err_set(err, "model: expected a name");
    ask->text.model = studio_find(studio, name);
    if (ask->text.model >= 0) return true;
    *status = 404;
    return err_set(err, "there is no model '%.100s'; GET /v1/models lists them", name);
}

static bool read_prompt(CompletionsAsk *ask, const Json *j, Err *err)
{
    const Json *p = json_get(j, "prompt");
    if (json_is_array(p) && json_count(p) == 1) p = json_child(p);
    const char *s = json_string(p);
    if (!s || !s[0]) return err_set(err, "prompt: expected a string that is not empty");
    if (!utf8_valid(s, (int64_t)strlen(s))) return err_set(err, "prompt: not UTF-8");
    ask->prompt = mem_strdup(s);
    return true;
}

static bool read_stop(CompletionsAsk *ask, const Json *j, Err *err)
{
    const Json *s = json_get(j, "stop");
    if (!s || json_is_null(s)) return true;
    if (json_is_array(s) && json_count(s) > STOPS)
        return err_set(err, "stop: at most %d strings", STOPS);
    for (const Json *e = json_is_array(s) ? json_child(s) : s; e;
         e = json_is_array(s) ? json_next(e) : NULL) {
        if (!json_string(e)) return err_set(err, "stop: expected a string or a list of strings");
        ask->stop[ask->text.nstop++] = mem_strdup(json_string(e));
    }
    return true;
}

/* What would change the answer and is not had here. */
static bool refuse_others(const Json *j, Err *err)
{
    static const char *const ONE[] = {"n", "best_of"};
    static const char *const NONE[] = {"echo", "suffix", "logprobs"};
    for (size_t i = 0; i < sizeof ONE / sizeof ONE[0]; i++)
        if (json_number(json_get(j, ONE[i]), 1) > 1)
            return err_set(err, "%s: one text at a time", ONE[i]);
    for (size_t i = 0; i < sizeof NONE / sizeof NONE[0]; i++) {
        const Json *v = json_get(j, NONE[i]);
        bool empty = !v || json_is_null(v) || (json_is_bool(v) && !json_truth(v, true));
        if (!empty) return err_set(err, "%s is not supported here", NONE[i]);
    }
    return true;
}

static bool read_numbers(CompletionsAsk *ask, const Json *j, Err *err)
{
    SamplerOpts *o = &ask->text.sampler;
    int64_t tokens, top_k, seed;
    bool ok = json_get_int(j, "max_tokens", 1, COMPLETIONS_TOKENS, DEFAULT_TOKENS, &tokens, err) &&
              json_get_int(j, "top_k", 0, 1 << 24, 0, &top_k, err) &&
              json_get_int(j, "seed", INT64_MIN / 1024, INT64_MAX / 1024, 0, &seed, err) &&
              json_get_double(j, "temperature", 0, 100, 1, &o->temp, err) &&
              json_get_double(j, "top_p", 0, 1, 1, &o->top_p, err) &&
              json_get_double(j, "min_p", 0, 1, 0, &o->min_p, err);
    if (!ok) return false;
    o->repeat_penalty = 1;
    o->top_k = (int)top_k;
    o->seed = (uint64_t)seed;
    ask->text.tokens = (int)tokens;
    return true;
}

bool completions_ask(CompletionsAsk *ask, const Studio *studio, const char *json, size_t len,
                     int *status, Err *err)
{
    Json *j = json_parse(json, len, err);
    *ask = (CompletionsAsk){.hash = hash_fnv1a(json, len)};
    *status = 400;
    bool ok = j && (json_is_object(j) || err_set(err, "expected an object")) &&
              read_prompt(ask, j, err) && read_model(ask, studio, j, status, err) &&
              read_numbers(ask, j, err) && read_stop(ask, j, err) && refuse_others(j, err);
    if (ok) ask->stream = json_truth(json_get(j, "stream"), false);
    json_free(j);
    if (!ok) completions_ask_free(ask);
    return ok;
}

void completions_ask_free(CompletionsAsk *ask)
{
    for (int i = 0; i < STOPS; i++) free(ask->stop[i]);
    free(ask->prompt);
    *ask = (CompletionsAsk){.stream = false};
}
