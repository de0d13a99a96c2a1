/* json.h: reading JSON (cJSON behind it) and writing it.
 *
 * Reading: a Json is a node of a tree owned by its root. cJSON finds keys by walking a list: for an
 * object with many members walk it once with json_child/json_next instead of json_get.
 * Writing: a JsonOut appends to a Str; commas and indentation are its business. Numbers are written
 * with the digits asked for; NaN and infinities become null. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

typedef struct cJSON Json;

/* The whole of text[0..len) must be one JSON value. NULL and err with the offset on failure. */
Json *json_parse(const char *text, size_t len, Err *err);
/* The same from a file; messages name it. */
Json *json_read(const char *path, Err *err);
void json_free(Json *root);

bool json_is_object(const Json *j);
bool json_is_array(const Json *j);
bool json_is_string(const Json *j);
bool json_is_number(const Json *j);
bool json_is_bool(const Json *j);
bool json_is_null(const Json *j);
const Json *json_child(const Json *j);           /* first member or element, NULL if none */
const Json *json_next(const Json *j);            /* the next sibling, NULL at the end */
const char *json_key(const Json *j);             /* the member's key, NULL in an array */
int json_count(const Json *j);                   /* members or elements */
const Json *json_get(const Json *obj, const char *key); /* NULL when obj is NULL or has no key */
const char *json_string(const Json *j);          /* NULL when j is NULL or no string */
double json_number(const Json *j, double dflt);  /* dflt when j is NULL or no number */
bool json_truth(const Json *j, bool dflt);       /* dflt when j is NULL or no boolean */

/* A whole number within lo..hi. Absent or null: dflt, true. Anything else: false, err names key. */
bool json_get_int(const Json *obj, const char *key, int64_t lo, int64_t hi, int64_t dflt,
                  int64_t *out, Err *err);
/* The same for real numbers. */
bool json_get_double(const Json *obj, const char *key, double lo, double hi, double dflt,
                     double *out, Err *err);

typedef struct JsonOut {
    Str *out;
    int depth;    /* nesting, at most 32 */
    bool compact; /* no newlines inside */
    bool first[33], inlined[33];
} JsonOut;

void jout_init(JsonOut *j, Str *out);
/* key is NULL inside an array and at the top. inlined: members on one line. */
void jout_begin(JsonOut *j, const char *key, char bracket, bool inlined); /* '{' or '[' */
void jout_end(JsonOut *j, char bracket);                                  /* '}' or ']' */
void jout_string(JsonOut *j, const char *key, const char *value);         /* NULL: null */
void jout_int(JsonOut *j, const char *key, int64_t value);
void jout_bool(JsonOut *j, const char *key, bool value);
void jout_number(JsonOut *j, const char *key, double value, int digits); /* significant digits */
/* s as a quoted JSON string; invalid UTF-8 bytes become U+FFFD. */
void json_quote(Str *out, const char *s);

#endif
