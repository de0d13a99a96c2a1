/* err.h: one error message, set where the failure is known.
 *
 * Every function that can fail returns bool (or NULL) and takes an Err as its last argument. A
 * message is lower case, has no full stop, names the file and the value, and says what to do. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>

typedef struct Err {
    char msg[512];
} Err;

/* Sets the message (printf form). Always returns false, so that `return err_set(...)` fails. */
bool err_set(Err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Puts "WHERE: " before the message that is there. Always returns false. */
bool err_wrap(Err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
