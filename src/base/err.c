/* err.c: see base/err.h. A message that does not fit is cut, never overrun. */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool err_set(Err *err, const char *fmt, ...)
{
    va_list ap;
    if (!err) return false;
    va_start(ap, fmt);
    vsnprintf(err->msg, sizeof err->msg, fmt, ap);
    va_end(ap);
    for (char *p = err->msg; *p; p++) /* one line, whatever a file name or a header contained */
        if ((unsigned char)*p < 0x20 || *p == 0x7f) *p = '?';
    return false;
}

bool err_wrap(Err *err, const char *fmt, ...)
{
    char old[sizeof err->msg];
    char where[256];
    va_list ap;
    if (!err) return false;
    memcpy(old, err->msg, sizeof old);
    va_start(ap, fmt);
    vsnprintf(where, sizeof where, fmt, ap);
    va_end(ap);
    return err_set(err, "%s: %s", where, old);
}
