/* tty.c: see tty.h. The only file that includes curses.h.
 *
 * The program's own handlers turn interrupts into an orderly end. Signals that leave no time for
 * that (a crash, SIGQUIT) restore the terminal by what is safe in a handler, and then do what they
 * always do. */
#include "tty.h"

#include <curses.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/mem.h"
#include "text_flow.h"
#include "view/colour.h"

struct Tty {
    SCREEN *screen;
    bool utf8, coloured;
};

static const int FATAL[] = {SIGQUIT, SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};
enum { NFATAL = sizeof FATAL / sizeof FATAL[0], RESTORE = 128 };
static const double COLDEST = 0.3; /* of the ramp: what is darker cannot be read on black */

/* For the handler only: the variables that cannot be passed. */
static struct termios before;
static char restore[RESTORE];
static volatile sig_atomic_t restore_len;

static void on_fatal(int sig)
{
    if (write(STDOUT_FILENO, restore, (size_t)restore_len) >= 0)
        tcsetattr(STDIN_FILENO, TCSANOW, &before);
    signal(sig, SIG_DFL);
    raise(sig);
}

static void remember_string(const char *capability)
{
    const char *s = tigetstr(capability);
    size_t n = s && s != (const char *)-1 ? strlen(s) : 0;
    if (n == 0 || (size_t)restore_len + n > RESTORE) return;
    memcpy(restore + restore_len, s, n);
    restore_len += (sig_atomic_t)n;
}

static void catch_fatal(void)
{
    struct sigaction act = {.sa_handler = on_fatal};
    sigemptyset(&act.sa_mask);
    restore_len = 0;
    remember_string("sgr0");
    remember_string("cnorm");
    remember_string("rmkx");
    remember_string("rmcup");
    for (int i = 0; i < NFATAL; i++) sigaction(FATAL[i], &act, NULL);
}

/* The nearest colour that the terminal has for a step of the ramp: exact where it takes red, green
 * and blue, in the cube of 6 x 6 x 6 of 256 colours, or one of eight. */
static int nearest_colour(double x)
{
    static const int EIGHT[] = {COLOR_BLUE, COLOR_CYAN, COLOR_GREEN, COLOR_YELLOW};
    Rgb c = colour_ramp(COLDEST + (1 - COLDEST) * x);
    int r = (int)(255 * c.r + 0.5), g = (int)(255 * c.g + 0.5), b = (int)(255 * c.b + 0.5);
    if (COLORS > 256) return r << 16 | g << 8 | b;
    if (COLORS == 256) return 16 + 36 * ((r * 5 + 127) / 255) + 6 * ((g * 5 + 127) / 255) +
                              (b * 5 + 127) / 255;
    return EIGHT[x >= 1 ? 3 : (int)(4 * x)];
}

static bool start_colours(void)
{
    const char *no = getenv("NO_COLOR");
    if ((no && *no) || !has_colors() || start_color() == ERR || COLOR_PAIRS <= TTY_RAMP)
        return false;
    use_default_colors();
    for (int i = 0; i < TTY_RAMP; i++)
        init_extended_pair(1 + i, nearest_colour((double)i / (TTY_RAMP - 1)), -1);
    return true;
}

/* Wide characters need the locale to say how they are written. */
static bool start_utf8(void)
{
    if (setlocale(LC_CTYPE, "") && strcmp(nl_langinfo(CODESET), "UTF-8") == 0) return true;
    setlocale(LC_CTYPE, "C");
    return false;
}

bool tty_usable(void)
{
    const char *term = getenv("TERM");
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && term && *term &&
           strcmp(term, "dumb") != 0;
}

bool tty_open(Tty **out, Err *err)
{
    Tty *t = mem_alloc(1, sizeof *t);
    *out = NULL;
    t->utf8 = start_utf8();
    tcgetattr(STDIN_FILENO, &before);
    t->screen = newterm(NULL, stdout, stdin);
    if (!t->screen) {
        free(t);
        setlocale(LC_CTYPE, "C");
        return err_set(err, "TERM: '%s' is no terminal that is known; --plain needs none",
                       getenv("TERM"));
    }
    set_term(t->screen);
    set_escdelay(25);
    cbreak();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    curs_set(0);
    t->coloured = start_colours();
    catch_fatal();
    *out = t;
    return true;
}

void tty_close(Tty *t)
{
    if (!t) return;
    endwin();
    for (int i = 0; i < NFATAL; i++) signal(FATAL[i], SIG_DFL);
    delscreen(t->screen);
    setlocale(LC_CTYPE, "C");
    free(t);
}

void tty_size(const Tty *t, int *rows, int *cols)
{
    (void)t;
    getmaxyx(stdscr, *rows, *cols);
}

bool tty_utf8(const Tty *t)
{
    return t->utf8;
}

void tty_clear(Tty *t)
{
    (void)t;
    erase();
}

void tty_put(Tty *t, int row, int col, int width, TtyStyle style, const char *text)
{
    int rows, cols;
    getmaxyx(stdscr, rows, cols);
    if (col + width > cols) width = cols - col;
    if (row < 0 || row >= rows || col < 0 || width <= 0) return;
    attr_t attr = (style.bold ? A_BOLD : 0) | (style.dim ? A_DIM : 0) |
                  (style.reverse ? A_REVERSE : 0);
    attr_set(attr, (short)(t->coloured ? style.ramp : 0), NULL);
    mvaddnstr(row, col, text, (int)flow_fit(text, width));
    attr_set(0, 0, NULL);
}

void tty_show(Tty *t)
{
    (void)t;
    refresh();
}

int tty_key(Tty *t, int ms)
{
    (void)t;
    timeout(ms);
    int key = getch();
    switch (key) {
    case ERR: return TTY_KEY_NONE;
    case KEY_LEFT: return TTY_KEY_LEFT;
    case KEY_RIGHT: return TTY_KEY_RIGHT;
    case KEY_HOME: return TTY_KEY_HOME;
    case KEY_RESIZE: return TTY_KEY_RESIZE;
    default: return key < 256 ? key : TTY_KEY_NONE;
    }
}
