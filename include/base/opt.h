/* opt.h: option rows. One row gives parsing with ranges, --help, the man page, shell completion and
 * the echo of a command in what it made.
 *
 * A command's options are a plain struct with a const default value. Rows say where in the struct a
 * value goes (offsetof); rows that several commands share come as a group that is placed at the
 * offset of a sub-struct. Forms: --name VALUE, --name=VALUE, -n VALUE, -nVALUE, flags in one
 * cluster (-qv), --no-name for flags, "--" ends the options, "-" is an operand. */
#ifndef BASE_OPT_H
#define BASE_OPT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

typedef enum OptType {
    OPT_FLAG,   /* bool, false by default */
    OPT_OFF,    /* bool, true by default; documented as --no-name */
    OPT_COUNT,  /* int: every occurrence adds one */
    OPT_INT,    /* int within lo..hi */
    OPT_REAL,   /* double within lo..hi */
    OPT_STRING, /* const char *, not owned */
    OPT_CHOICE, /* int: index into the choices */
    OPT_LIST    /* OptList: repeatable; with choices also comma-separated */
} OptType;

/* Owner of strings; zero is empty. */
typedef struct OptList {
    char **item; /* [n] */
    int n, cap;
} OptList;

typedef struct Opt {
    char letter;      /* 0 = none */
    const char *name; /* without dashes */
    OptType type;
    size_t at;        /* offset of the value in its struct */
    const char *arg;  /* "FILE"; NULL for flags */
    const char *help;
    double lo, hi;    /* numbers: the range. A default outside it means "not given" */
    const char *const *choices;   /* NULL-terminated; "C#|Db" are two names of one choice */
    const char *(*choice_at)(int i); /* the same from a table elsewhere; NULL after the last */
    const char *env;  /* environment variable that stands in when the option is not given */
    bool empty;       /* a string may be "" */
    bool local;       /* changes how, not what: left out of the echo (threads, verbosity, names) */
    bool many;        /* of a list: takes the words that follow, too, up to the next option */
} Opt;

typedef struct OptGroup {
    const char *title; /* "Sound" */
    const Opt *opt;    /* [n] */
    int n;
    size_t at;         /* offset of the group's struct in the command's struct */
} OptGroup;

void optlist_add(OptList *list, const char *s, size_t n);
void optlist_free(OptList *list);

/* argv[0..argc) are the words after the command's name; values holds the defaults. Operands are
 * added to *operands. Environment variables fill what argv does not give. False and a message that
 * names the option, the value and the range. */
bool opt_parse(void *values, OptList *operands, const OptGroup *groups, int ngroups, int argc,
               char *const *argv, Err *err);
/* Frees the lists inside values. */
void opt_free(void *values, const OptGroup *groups, int ngroups);

/* The i-th choice's canonical name, copied to out; false after the last. */
bool opt_choice_name(const Opt *o, int i, char *out, size_t size);
/* The choice of this name in any case, -1 when there is none. */
int opt_choice_find(const Opt *o, const char *name);
bool opt_takes_value(const Opt *o);

/* The nearest of names[0..n) within an edit distance that a typing error makes; NULL if none. */
const char *opt_nearest(const char *word, const char *const *names, int n);

/* " --genre acid --tempo 130": every row that is not local and differs from the defaults. */
void opt_echo(Str *out, const void *values, const void *defaults, const OptGroup *groups,
              int ngroups);
/* A word as a shell would need it: quoted when it has other than plain characters. */
void opt_quote(Str *out, const char *word);

/* The groups as --help shows them, 80 columns. */
void opt_help(Str *out, const void *defaults, const OptGroup *groups, int ngroups);
/* The groups as man(7) source. */
void opt_man(Str *out, const void *defaults, const OptGroup *groups, int ngroups);
/* text with what roff would interpret escaped. */
void opt_roff(Str *out, const char *text);

#endif
