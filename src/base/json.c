/* json.c: see base/json.h. The only file that includes cJSON.h. */
#include "base/json.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#include "base/file.h"

Json *json_parse(const char *text, size_t len, Err *err)
{
    const char *end = NULL;
    cJSON *root = cJSON_ParseWithLengthOpts(text, len, &end, 0);
    if (!root) {
        err_set(err, "not valid JSON at byte %lld", (long long)(end ? end - text : 0));
        return NULL;
    }
    for (; end < text + len; end++) {
        if (*end != ' ' && *end != '\n' && *end != '\r' && *end != '\t') {
            err_set(err, "extra bytes after the JSON value at byte %lld", (long long)(end - text));
            cJSON_Delete(root);
            return NULL;
        }
    }
    return root;
}

Json *json_read(const char *path, Err *err)
{
    FileMap map;
    if (!file_map_open(&map, path, err)) return NULL;
    Json *root = json_parse((const char *)map.data, (size_t)map.size, err);
    if (!root) err_wrap(err, "%s", path);
    file_map_close(&map);
    return root;
}

void json_free(Json *root)
{
    cJSON_Delete(root);
}

bool json_is_object(const Json *j)
{
    return cJSON_IsObject(j);
}

bool json_is_array(const Json *j)
{
    return cJSON_IsArray(j);
}

bool json_is_string(const Json *j)
{
    return cJSON_IsString(j);
}

bool json_is_number(const Json *j)
{
    return cJSON_IsNumber(j);
}

bool json_is_bool(const Json *j)
{
    return cJSON_IsBool(j);
}

bool json_is_null(const Json *j)
{
    return cJSON_IsNull(j);
}

const Json *json_child(const Json *j)
{
    return j && (cJSON_IsObject(j) || cJSON_IsArray(j)) ? j->child : NULL;
}

const Json *json_next(const Json *j)
{
    return j->next;
}

const char *json_key(const Json *j)
{
    return j->string;
}

int json_count(const Json *j)
{
    return cJSON_GetArraySize(j);
}

const Json *json_get(const Json *obj, const char *key)
{
    for (const Json *j = json_child(obj); j; j = j->next)
        if (j->string && strcmp(j->string, key) == 0) return j;
    return NULL;
}

const char *json_string(const Json *j)
{
    return cJSON_IsString(j) ? j->valuestring : NULL;
}

double json_number(const Json *j, double dflt)
{
    return cJSON_IsNumber(j) ? j->valuedouble : dflt;
}

bool json_truth(const Json *j, bool dflt)
{
    return cJSON_IsBool(j) ? cJSON_IsTrue(j) != 0 : dflt;
}

bool json_get_int(const Json *obj, const char *key, int64_t lo, int64_t hi, int64_t dflt,
                  int64_t *out, Err *err)
{
    const Json *j = json_get(obj, key);
    *out = dflt;
    if (!j || cJSON_IsNull(j)) return true;
    double v = json_number(j, NAN);
    if (!(v >= (double)lo && v <= (double)hi) || v != floor(v))
        return err_set(err, "\"%s\" must be a whole number from %lld to %lld", key, (long long)lo,
                       (long long)hi);
    *out = (int64_t)v;
    return true;
}

bool json_get_double(const Json *obj, const char *key, double lo, double hi, double dflt,
                     double *out, Err *err)
{
    const Json *j = json_get(obj, key);
    *out = dflt;
    if (!j || cJSON_IsNull(j)) return true;
    double v = json_number(j, NAN);
    if (!(v >= lo && v <= hi))
        return err_set(err, "\"%s\" must be a number from %g to %g", key, lo, hi);
    *out = v;
    return true;
}

void jout_init(JsonOut *j, Str *out)
{
    *j = (JsonOut){.out = out, .first = {true}};
}

static void jout_lead(JsonOut *j, const char *key)
{
    if (j->depth > 0) {
        if (!j->first[j->depth]) str_putc(j->out, ',');
        if (j->compact || j->inlined[j->depth]) {
            if (!j->first[j->depth]) str_putc(j->out, ' ');
        } else {
            str_putc(j->out, '\n');
            for (int i = 0; i < j->depth; i++) str_putc(j->out, ' ');
        }
    }
    j->first[j->depth] = false;
    if (key) {
        json_quote(j->out, key);
        str_puts(j->out, ": ");
    }
}

void jout_begin(JsonOut *j, const char *key, char bracket, bool inlined)
{
    jout_lead(j, key);
    str_putc(j->out, bracket);
    bool outer = j->depth > 0 && j->inlined[j->depth];
    if (j->depth < 32) j->depth++;
    j->first[j->depth] = true;
    j->inlined[j->depth] = inlined || outer;
}

void jout_end(JsonOut *j, char bracket)
{
    bool inlined = j->compact || j->inlined[j->depth] || j->first[j->depth];
    j->depth--;
    if (!inlined) {
        str_putc(j->out, '\n');
        for (int i = 0; i < j->depth; i++) str_putc(j->out, ' ');
    }
    str_putc(j->out, bracket);
    if (j->depth == 0) str_putc(j->out, '\n');
}

void jout_string(JsonOut *j, const char *key, const char *value)
{
    jout_lead(j, key);
    if (value)
        json_quote(j->out, value);
    else
        str_puts(j->out, "null");
}

void jout_int(JsonOut *j, const char *key, int64_t value)
{
    jout_lead(j, key);
    str_addf(j->out, "%lld", (long long)value);
}

void jout_bool(JsonOut *j, const char *key, bool value)
{
    jout_lead(j, key);
    str_puts(j->out, value ? "true" : "false");
}

void jout_number(JsonOut *j, const char *key, double value, int digits)
{
    jout_lead(j, key);
    if (isfinite(value))
        str_addf(j->out, "%.*g", digits, value);
    else
        str_puts(j->out, "null");
}

/* Length of the UTF-8 sequence at s, 0 when it is not well formed (Unicode 15, table 3-7). */
static int utf8_length(const unsigned char *s)
{
    if (s[0] < 0x80) return 1;
    int n = s[0] >= 0xf0 && s[0] < 0xf5 ? 4 : s[0] >= 0xe0 && s[0] < 0xf0 ? 3
                                          : s[0] >= 0xc2 && s[0] < 0xe0   ? 2
                                                                          : 0;
    for (int i = 1; i < n; i++)
        if ((s[i] & 0xc0) != 0x80) return 0;
    if (n == 3 && ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] >= 0xa0))) return 0;
    if (n == 4 && ((s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] >= 0x90))) return 0;
    return n;
}

void json_quote(Str *out, const char *s)
{
    str_putc(out, '"');
    for (const unsigned char *p = (const unsigned char *)s; *p;) {
        int n = utf8_length(p);
        if (n == 0) {
            str_puts(out, "\xef\xbf\xbd");
            p++;
        } else if (n > 1) {
            str_add(out, p, (size_t)n);
            p += n;
        } else {
            unsigned char c = *p++;
            if (c == '"' || c == '\\')
                str_addf(out, "\\%c", c);
            else if (c == '\n')
                str_puts(out, "\\n");
            else if (c < 0x20 || c == 0x7f)
                str_addf(out, "\\u%04x", c);
            else
                str_putc(out, (char)c);
        }
    }
    str_putc(out, '"');
}
