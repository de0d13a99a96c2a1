/* mem.h: checked allocation.
 *
 * Sizes are multiplied here and nowhere else. Running out of memory is the one condition that ends
 * the process below app/: one line on standard error and exit code 2. Sizes that come from a file
 * must be checked against the file's size before they are used here. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>
#include <stdint.h>

/* n elements of `size` bytes, zeroed. Never NULL (n = 0 gives one byte). Free with free(). */
void *mem_alloc(int64_t n, size_t size);

/* Like realloc to n elements of `size` bytes; the new part is not cleared. Never NULL. */
void *mem_resize(void *p, int64_t n, size_t size);

/* Grows an array by one zeroed element: doubles *cap as needed, increments *n, updates *array (a
 * pointer to the array pointer) and returns the address of the new element. */
void *mem_push(void *array, int *n, int *cap, size_t size);

/* A copy of s (NULL gives NULL). */
char *mem_strdup(const char *s);

/* A copy of the first n bytes of s, terminated. */
char *mem_strndup(const char *s, size_t n);

#endif
