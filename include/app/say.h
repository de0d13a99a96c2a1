/* say.h: how a job tells its front end about warnings and results, without printing. */
#ifndef APP_SAY_H
#define APP_SAY_H

typedef enum SayLevel { SAY_WARN, SAY_INFO, SAY_MORE } SayLevel;

typedef struct Say {
    void (*line)(void *ud, SayLevel level, const char *text); /* may be NULL */
    void *ud;
} Say;

void say(const Say *s, SayLevel level, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
