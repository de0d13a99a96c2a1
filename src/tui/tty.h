/* tty.h: a terminal as a page of cells (ncursesw behind it), restored however the program ends. */
#ifndef TUI_TTY_H
#define TUI_TTY_H

#include <stdbool.h>

#include "base/err.h"

enum { TTY_RAMP = 32 }; /* colours from cold to hot */

enum {
    TTY_KEY_NONE = -1,
    TTY_KEY_LEFT = 0x10000, TTY_KEY_RIGHT, TTY_KEY_HOME, TTY_KEY_RESIZE
};

typedef struct TtyStyle {
    int ramp; /* 1..TTY_RAMP: the colour; 0 = the terminal's own */
    bool bold, dim, reverse;
} TtyStyle;

typedef struct Tty Tty;

/* True when standard input and output are a terminal that can be drawn on. */
bool tty_usable(void);
/* Takes the screen. */
bool tty_open(Tty **out, Err *err);
void tty_close(Tty *t); /* NULL is fine */

void tty_size(const Tty *t, int *rows, int *cols);
bool tty_utf8(const Tty *t); /* other characters than ASCII can be shown */
void tty_clear(Tty *t);
/* UTF-8 text from a cell on, at most `width` cells of it. */
void tty_put(Tty *t, int row, int col, int width, TtyStyle style, const char *text);
/* What was put becomes visible. */
void tty_show(Tty *t);
/* Waits at most ms; a character, a TTY_KEY or TTY_KEY_NONE. */
int tty_key(Tty *t, int ms);

#endif
