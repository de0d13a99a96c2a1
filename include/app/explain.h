/* explain.h: finding the sources of a piece's notes. */
#ifndef APP_EXPLAIN_H
#define APP_EXPLAIN_H

#include <stdbool.h>

#include "app/piece.h"
#include "score/sidecar.h"

/* "5" or "5-8" as a filter's range of bars. */
bool explain_parse_bars(const char *text, ExplainFilter *filter, Err *err);
/* path: NAME.json, or a .mid or audio file with NAME.json beside it, or NAME; NULL: composes
 * job's first genre anew. Appends the listing to out. */
bool explain_piece(const char *path, const PieceJob *job, const ExplainFilter *filter, bool json,
                   Str *out, const Run *run, Err *err);

#endif
