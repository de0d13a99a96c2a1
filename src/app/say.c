/* say.c: see app/say.h. */
#include "app/say.h"

#include <stdarg.h>
#include <stdio.h>

void say(const Say *s, SayLevel level, const char *fmt, ...)
{
    char line[1024];
    va_list ap;
    if (!s || !s->line) return;
    va_start(ap, fmt);
    vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    s->line(s->ud, level, line);
}
