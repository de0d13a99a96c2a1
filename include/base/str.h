/* str.h: a growing byte string, number parsing that checks everything, little-endian loads. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Owner of bytes; zero is an empty string. s is terminated whenever it is not NULL. */
typedef struct Str {
    char *s;
    size_t len, cap;
} Str;

void str_free(Str *str);
void str_add(Str *str, const void *bytes, size_t n);
void str_puts(Str *str, const char *s);
void str_putc(Str *str, char c);
void str_addf(Str *str, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same with a list of arguments, which is used up. */
void str_addv(Str *str, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
/* The text, "" when empty. */
const char *str_text(const Str *str);

/* The whole of s must be a number within lo..hi; no leading space, no rest. False otherwise. */
bool parse_int(const char *s, int64_t lo, int64_t hi, int64_t *out);
bool parse_double(const char *s, double lo, double hi, double *out);

bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);
/* The part after the last '/'. */
const char *path_base(const char *path);
/* "dir/name" as a new string. */
char *path_join(const char *dir, const char *name);

/* Foreign bytes, any alignment. */
uint16_t load_le16(const void *p);
uint32_t load_le32(const void *p);
uint64_t load_le64(const void *p);
uint16_t load_be16(const void *p);
uint32_t load_be32(const void *p);

/* Edit distance with transpositions, for "did you mean". */
int str_distance(const char *a, const char *b);

#endif
