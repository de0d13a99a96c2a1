/* completion.c: see atmos/completion.h. */
#include "atmos/completion.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

void completion_ask(Str *out, const CompletionAsk *ask)
{
    const SamplerOpts *o = &ask->sampler;
    JsonOut j;
    jout_init(&j, out);
    j.compact = true;
    jout_begin(&j, NULL, '{', true);
    if (ask->model) jout_string(&j, "model", ask->model);
    jout_string(&j, "prompt", ask->prompt);
    jout_int(&j, "max_tokens", ask->tokens);
    jout_number(&j, "temperature", o->temp, 9);
    if (o->top_p < 1) jout_number(&j, "top_p", o->top_p, 9);
    if (o->top_k > 0) jout_int(&j, "top_k", o->top_k);
    if (o->min_p > 0) jout_number(&j, "min_p", o->min_p, 9);
    jout_int(&j, "seed", (int64_t)o->seed);
    jout_bool(&j, "stream", ask->stream);
    jout_end(&j, '}');
}

char *completion_error(const char *json, size_t len)
{
    Err ignored;
    Json *j = json_parse(json, len, &ignored);
    const Json *e = json_get(j, "error");
    const char *s = json_string(e);
    if (!s) s = json_string(json_get(e, "message"));
    if (!s) s = json_string(json_get(j, "message"));
    char *copy = mem_strdup(s);
    json_free(j);
    return copy;
}

bool completion_read(CompletionPart *part, const char *json, size_t len, Err *err)
{
    char *said = completion_error(json, len);
    if (said) {
        err_set(err, "the server says: %.300s", said);
        free(said);
        return false;
    }
    Json *j = json_parse(json, len, err);
    const Json *choice = json_child(json_get(j, "choices"));
    const char *text = json_string(json_get(choice, "text"));
    const char *reason = json_string(json_get(choice, "finish_reason"));
    bool ok = text != NULL;
    if (!j)
        err_wrap(err, "the answer is no JSON");
    else if (!ok)
        err_set(err, "the answer has no choices[0].text: %.100s", json);
    if (ok) {
        str_puts(&part->text, text);
        part->closed = reason != NULL;
        part->ended = reason && strcmp(reason, "stop") == 0;
    }
    json_free(j);
    return ok;
}

/* A line without its end: "data: x" adds x, an empty one ends the event. */
static bool take_line(SseReader *r, bool (*event)(void *ud, const char *data, size_t len),
                      void *ud)
{
    const char *s = str_text(&r->line);
    bool go_on = true;
    if (r->line.len == 0 && r->data.len > 0) {
        go_on = event(ud, r->data.s, r->data.len);
        r->data.len = 0;
    } else if (str_starts(s, "data:")) {
        s += strlen("data:");
        if (r->data.len > 0) str_putc(&r->data, '\n');
        str_puts(&r->data, s + (*s == ' '));
    }
    r->line.len = 0;
    if (r->line.s) r->line.s[0] = '\0';
    return go_on;
}

bool sse_read(SseReader *r, const char *bytes, size_t n,
              bool (*event)(void *ud, const char *data, size_t len), void *ud)
{
    for (size_t i = 0; i < n; i++) {
        if (r->line.len + r->data.len > SSE_MAX) return false;
        if (bytes[i] == '\n') {
            if (!take_line(r, event, ud)) return false;
        } else if (bytes[i] != '\r') {
            str_putc(&r->line, bytes[i]);
        }
    }
    return true;
}

bool sse_is_inside(const SseReader *r)
{
    return r->line.len > 0 || r->data.len > 0;
}

void sse_free(SseReader *r)
{
    str_free(&r->line);
    str_free(&r->data);
}
