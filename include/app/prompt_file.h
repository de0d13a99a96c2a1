/* prompt_file.h: many prompts from one file: text, CSV or JSON Lines. */
#ifndef APP_PROMPT_FILE_H
#define APP_PROMPT_FILE_H

#include "base/err.h"
#include "base/opt.h"

/* By the ending of path: .csv (RFC 4180, the first record names the columns), .jsonl and .ndjson
 * (objects, or strings), anything else a prompt a line. column: which column or member; NULL = the
 * first there is of prompt, Goal, goal, instruction, text. Blank prompts are left out; none at all
 * is an error. The list is the caller's to free. */
bool prompt_file_read(OptList *out, const char *path, const char *column, Err *err);

#endif
