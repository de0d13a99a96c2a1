/* prompt_file.h: many prompts from one file: text, CSV, TSV or JSON Lines.
 *
 * By the ending of the path:
 *   .csv             RFC 4180; the first record names the columns
 *   .tsv             the same with tabs and without quotes
 *   .jsonl .ndjson   objects, or strings
 *   anything else    a prompt a line; "# NAME" begins a category
 * Columns and members are found by name, in any case: prompt, goal, instruction, text or behavior
 * (the prompt); category, section or topic; title or behavior. JailbreakBench's Goal, Category and
 * Behavior are among them. Blank prompts are left out. */
#ifndef APP_PROMPT_FILE_H
#define APP_PROMPT_FILE_H

#include "base/err.h"
#include "base/opt.h"

typedef struct PromptRow {
    char *text;
    char *category; /* "" = none */
    char *title;    /* "" = none */
    int line;       /* of the file, from 1 */
} PromptRow;

/* Owner; zero is empty. */
typedef struct PromptList {
    PromptRow *row;
    int n, cap;
} PromptList;

typedef struct PromptColumns {
    const char *prompt, *category; /* NULL = the first there is of the names above */
} PromptColumns;

/* Replaces *out (zero at first) by the prompts of path. No prompt at all, a record without its
 * prompt, a quote that never ends, and text that is not UTF-8 are errors that name the line. */
bool prompt_list_read(PromptList *out, const char *path, const PromptColumns *columns, Err *err);
void prompt_list_add(PromptList *list, const char *text, const char *category, const char *title,
                     int line);
void prompt_list_free(PromptList *list);

/* The texts alone. The list is the caller's to free. */
bool prompt_file_read(OptList *out, const char *path, const char *column, Err *err);

/* The first pair of a file: of a .tsv without headings the two columns of its first line, otherwise
 * the first two prompts. Adds two rows. */
bool prompt_pair_read(PromptList *out, const char *path, const PromptColumns *columns, Err *err);

#endif
