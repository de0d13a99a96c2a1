/* command.h: what a command is. cmd_NAME.c defines `const Command cmd_NAME`: its option rows, its
 * defaults, its words of help, and one function that calls app/. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "app/say.h"
#include "base/opt.h"
#include "base/run.h"

typedef enum CliStatus { CLI_OK = 0, CLI_USAGE = 1, CLI_FAIL = 2 } CliStatus;

/* Every command's options begin with these. */
typedef struct CommonOpts {
    bool help, version, quiet;
    int verbose, threads;
} CommonOpts;

typedef struct Call {
    const void *opts;        /* the command's struct */
    const OptList *operands;
    const CommonOpts *common;
    const char *echo;        /* "llmsonify weights --genre acid": what shaped the result */
    const Run *run;
    Say say;
    Err *err;                /* the message when the status is not CLI_OK */
} Call;

/* A name of two words is a sub-command: "direction fit" answers to `llmsonify direction fit`,
 * whether or not there is a command "direction". It is a command like any other: cmd_fit.c with
 * `const Command cmd_direction_fit` and the line X(direction_fit). */
typedef struct Command {
    const char *name;     /* "measure", "activations extract" */
    const char *summary;  /* one line */
    const char *operands; /* "FILE..." or "" */
    const char *examples; /* "what it does\ncommand\n" pairs */
    const char *text;     /* paragraphs after the options, may be NULL */
    const OptGroup *groups;
    int ngroups;
    const void *defaults; /* struct of `size` bytes that begins with CommonOpts */
    size_t size;
    int min_operands, max_operands; /* max -1 = any number */
    bool until_stopped; /* an interrupt or SIGTERM is how it ends well */
    CliStatus (*run)(const Call *call);
} Command;

int command_count(void);
const Command *command_at(int i);
const Command *command_find(const char *name); /* NULL when there is none */
/* The command that words[0..n) begin with, the longest name first; *taken = words of its name. */
const Command *command_of_words(char *const *words, int n, int *taken);
/* True when `c` is a sub-command of `word`; *second, unless NULL, becomes its other word. */
bool command_is_under(const Command *c, const char *word, const char **second);
/* True when there are sub-commands of `word`. */
bool command_has_subs(const char *word);
/* The command that `word` was probably meant to be, NULL when none is near. */
const char *command_nearest(const char *word);
/* The same among the second words of `word`. */
const char *command_nearest_sub(const char *word, const char *second);

/* The rows of CommonOpts, always the last group of a command. */
extern const Opt command_common[5];
#define COMMON_GROUP {.title = "Common", .opt = command_common, .n = 5, .at = 0}

/* Writes text to standard output; CLI_FAIL with the reason in call->err. */
CliStatus cli_put(const Call *call, const Str *text);

void cli_help_short(Str *out);
void cli_help_command(Str *out, const Command *c);
/* The sub-commands of a word that is no command itself. */
void cli_help_subs(Str *out, const char *word);
void cli_man_page(Str *out);
/* shell: "bash", "zsh" or "fish". */
void cli_completion(Str *out, const char *shell);

#endif
