/* clock.h: time that only goes forward. For measuring and waiting; no result depends on it. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

/* Seconds since some moment before the program began. */
double clock_seconds(void);

#endif
