/* text_flow.h: running text into lines of a width, with words whole; every piece of it keeps its
 * number, so that it can be coloured. */
#ifndef TUI_TEXT_FLOW_H
#define TUI_TEXT_FLOW_H

#include <stdbool.h>
#include <stddef.h>

/* A run of bytes of one piece on one line. */
typedef struct FlowSpan {
    int line, col; /* cells */
    int piece;
    const char *text; /* [len], of the piece */
    int len;
} FlowSpan;

/* Owner; zero is empty. */
typedef struct Flow {
    FlowSpan *span; /* [n] */
    int n, cap;
    int lines;
} Flow;

/* piece [n]: UTF-8 texts, one after another. A line feed ends a line; other control characters and
 * what is no UTF-8 are one cell of '?'. width: cells, at least 1. */
void flow_make(Flow *f, const char *const *piece, int n, int width);
void flow_free(Flow *f);
/* How many bytes of text fit `width` cells. */
size_t flow_fit(const char *text, int width);

#endif
