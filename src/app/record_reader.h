/* record_reader.h: records of fields from a text in memory: CSV as in RFC 4180 (quotes, doubled
 * quotes, line breaks inside quotes), or tab-separated without quotes. */
#ifndef APP_RECORD_READER_H
#define APP_RECORD_READER_H

#include <stdbool.h>

#include "base/err.h"
#include "base/opt.h"

typedef struct RecordReader {
    const char *at, *end;
    char separator;
    bool quotes;  /* fields may stand in quotes */
    int line;     /* where the last record began; 0 before the first */
    int newlines; /* ends of lines seen so far */
} RecordReader;

/* A byte order mark in front is left out. */
void record_open(RecordReader *r, const char *text, int64_t size, char separator, bool quotes);
/* Replaces *fields by the next record's. *more is false after the last. False for a quote that
 * never ends. */
bool record_next(RecordReader *r, OptList *fields, bool *more, Err *err);
/* The next line, without its end, as one field. */
bool record_line(RecordReader *r, const char **line, size_t *n);

#endif
