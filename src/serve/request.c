/* request.c: see request.h: from bytes to names and values. */
#include "request.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/text_input.h"
#include "base/mem.h"
#include "http.h"

enum { NAME_MAX_LEN = 40, VALUE_MAX = 256, OPTIONS_MAX = 32 };

void request_free(Request *r)
{
    for (int i = 0; i < r->n; i++) {
        free(r->option[i].name);
        free(r->option[i].value);
    }
    free(r->option);
    free(r->model);
    free(r->mode);
    free(r->prompt);
    *r = (Request){.n = 0};
}

static bool take_string(const Json *j, const char *key, size_t most, char **out, Err *err)
{
    const char *s = json_string(j);
    if (*out) return err_set(err, "\"%s\" is there twice", key);
    if (!s) return err_set(err, "\"%s\" must be a string", key);
    if (strlen(s) > most) return err_set(err, "\"%s\" is longer than %zu bytes", key, most);
    *out = mem_strdup(s);
    return true;
}

/* Code points: the bytes that begin one. */
static int count_chars(const char *s)
{
    int n = 0;
    for (; *s; s++) n += ((unsigned char)*s & 0xc0) != 0x80;
    return n;
}

/* Well-formed UTF-8, as the command line asks of -p. */
static bool is_text(const char *s, Err *err)
{
    const TextInput in = {.text = s};
    Str text = {0};
    bool ok = !*s || text_input_read(&in, &text, err) || err_wrap(err, "prompt");
    str_free(&text);
    return ok;
}

static bool take_prompt(const Json *j, int chars, char **out, Err *err)
{
    const char *s = json_string(j);
    int n = s ? count_chars(s) : 0;
    if (json_is_null(j)) return true;
    if (n > chars) return err_set(err, "the prompt has %d characters, the limit is %d", n, chars);
    return take_string(j, "prompt", HTTP_BODY_MAX, out, err) && is_text(*out, err);
}

static bool put_value(const char *name, const Json *j, Str *out, Err *err)
{
    const char *s = json_string(j);
    double x = json_number(j, NAN);
    if (s && strlen(s) > VALUE_MAX)
        return err_set(err, "options: \"%s\" is longer than %d bytes", name, VALUE_MAX);
    if (s)
        str_puts(out, s);
    else if (json_is_number(j) && isfinite(x) && fabs(x) < 1e15)
        str_addf(out, floor(x) == x ? "%.0f" : "%.9g", x);
    else
        return err_set(err,
                       "options: \"%s\" must be a string, a number, true or false, or a list "
                       "of strings",
                       name);
    return true;
}

static bool put_list(const char *name, const Json *j, Str *out, Err *err)
{
    for (const Json *e = json_child(j); e; e = json_next(e)) {
        if (out->len) str_putc(out, ',');
        if (out->len > VALUE_MAX)
            return err_set(err, "options: \"%s\" is longer than %d bytes", name, VALUE_MAX);
        if (!put_value(name, e, out, err)) return false;
    }
    return true;
}

/* null and an empty list are as if it were not there. */
static bool take_option(Request *r, const Json *j, Err *err)
{
    const char *name = json_key(j);
    Str value = {0};
    bool flag = json_is_bool(j), on = json_truth(j, true), list = json_is_array(j);
    if (json_is_null(j) || (list && json_count(j) == 0)) return true;
    if (strlen(name) > NAME_MAX_LEN) return err_set(err, "options: a name is too long");
    if (r->n == OPTIONS_MAX) return err_set(err, "options: more than %d", OPTIONS_MAX);
    for (int i = 0; i < r->n; i++)
        if (strcmp(r->option[i].name, name) == 0)
            return err_set(err, "options: \"%s\" is there twice", name);
    bool ok = flag || (list ? put_list(name, j, &value, err) : put_value(name, j, &value, err));
    if (ok) {
        RequestOption *o = mem_push(&r->option, &r->n, &r->cap, sizeof *o);
        const char *text = !flag ? str_text(&value) : on ? "true" : "false";
        *o = (RequestOption){.name = mem_strdup(name), .value = mem_strdup(text)};
    }
    str_free(&value);
    return ok;
}

static bool take_options(Request *r, const Json *j, Err *err)
{
    if (json_is_null(j)) return true;
    if (!json_is_object(j)) return err_set(err, "\"options\" must be an object");
    if (r->n) return err_set(err, "\"options\" is there twice");
    for (const Json *o = json_child(j); o; o = json_next(o))
        if (!take_option(r, o, err)) return false;
    return true;
}

static bool take_members(Request *r, const Json *root, int prompt_chars, Err *err)
{
    for (const Json *j = json_child(root); j; j = json_next(j)) {
        const char *key = json_key(j);
        bool ok;
        if (strcmp(key, "model") == 0)
            ok = json_is_null(j) || take_string(j, key, VALUE_MAX, &r->model, err);
        else if (strcmp(key, "mode") == 0)
            ok = take_string(j, key, VALUE_MAX, &r->mode, err);
        else if (strcmp(key, "prompt") == 0)
            ok = r->prompt ? err_set(err, "\"prompt\" is there twice")
                           : take_prompt(j, prompt_chars, &r->prompt, err);
        else if (strcmp(key, "options") == 0)
            ok = take_options(r, j, err);
        else
            ok = err_set(err, "there is no field \"%.40s\": model, mode, prompt, options", key);
        if (!ok) return false;
    }
    return true;
}

/* A zero character would end a C string early: the page and the command would see two texts. */
static bool has_zero(const char *text, size_t len)
{
    static const char ZERO[] = "\\u0000";
    for (size_t i = 0; i < len; i++) {
        if (text[i] == 0 || (i + 6 <= len && memcmp(text + i, ZERO, 6) == 0)) return true;
        if (text[i] == '\\') i++; /* "\\\\u0000" only speaks of it */
    }
    return false;
}

bool request_parse(const char *text, size_t len, int prompt_chars, Request *r, Err *err)
{
    if (len == 0) return err_set(err, "the body is empty: send {\"mode\": ..., \"prompt\": ...}");
    if (has_zero(text, len)) return err_set(err, "a zero character in the body");
    Json *root = json_parse(text, len, err);
    if (!root) return false;
    bool ok = json_is_object(root) || err_set(err, "the body must be a JSON object");
    ok = ok && take_members(r, root, prompt_chars, err);
    json_free(root);
    if (!ok) request_free(r);
    return ok;
}
