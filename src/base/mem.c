/* mem.c: see base/mem.h. */
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void mem_die(void)
{
    fputs("llmsonify: out of memory\n", stderr);
    _Exit(2);
}

static size_t mem_bytes(int64_t n, size_t size)
{
    if (n < 0 || (size && (uint64_t)n > (SIZE_MAX / 2) / size)) mem_die();
    return (size_t)n * size;
}

void *mem_alloc(int64_t n, size_t size)
{
    size_t bytes = mem_bytes(n, size);
    void *p = calloc(bytes ? bytes : 1, 1);
    if (!p) mem_die();
    return p;
}

void *mem_resize(void *p, int64_t n, size_t size)
{
    size_t bytes = mem_bytes(n, size);
    void *q = realloc(p, bytes ? bytes : 1);
    if (!q) mem_die();
    return q;
}

void *mem_push(void *array, int *n, int *cap, size_t size)
{
    char *base;
    memcpy(&base, array, sizeof base);
    if (*n == *cap) {
        *cap = *cap ? *cap * 2 : 16;
        base = mem_resize(base, *cap, size);
        memcpy(array, &base, sizeof base);
    }
    base += (size_t)(*n)++ * size;
    memset(base, 0, size);
    return base;
}

char *mem_strdup(const char *s)
{
    return s ? mem_strndup(s, strlen(s)) : NULL;
}

char *mem_strndup(const char *s, size_t n)
{
    char *p = mem_alloc((int64_t)n + 1, 1);
    memcpy(p, s, n);
    return p;
}
