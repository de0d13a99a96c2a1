/* help.c: help texts and the man page, from the table of commands and their option rows. */
#include <string.h>

#include "app/version.h"
#include "command.h"

static const char *const ENVIRONMENT[][2] = {
    {"LLMSONIFY_MODEL", "the model when no -m is given"},
    {"LLMSONIFY_MODELS", "the directory of models that is looked at first"},
    {"LLMSONIFY_SOUNDFONT", "the SoundFont when no --soundfont is given"},
    {"LLMSONIFY_THREADS", "the number of threads when no -t is given"},
    {"LLMSONIFY_API_KEY", "the key of a server of atmos --api; else OPENAI_API_KEY"},
    {"HF_HOME", "where Hugging Face keeps its cache (~/.cache/huggingface)"},
    {NULL, NULL},
};

static const char *const EXITS[][2] = {
    {"0", "done"},
    {"1", "the command line is wrong"},
    {"2", "an input is broken or missing, an output cannot be written"},
    {"130", "interrupted; nothing half-written is left"},
    {NULL, NULL},
};

/* Calls fn for every "what it does", "command" pair of the examples. */
static void each_example(const Command *c, Str *out,
                         void (*fn)(Str *out, const char *what, const char *command))
{
    const char *s = c->examples;
    while (s && *s) {
        Str what = {0}, command = {0};
        size_t n = strcspn(s, "\n");
        str_add(&what, s, n);
        s += n + (s[n] == '\n');
        n = strcspn(s, "\n");
        str_add(&command, s, n);
        s += n + (s[n] == '\n');
        fn(out, what.s, command.s);
        str_free(&what);
        str_free(&command);
    }
}

static void help_example(Str *out, const char *what, const char *command)
{
    str_addf(out, "  # %s\n  %s\n", what, command);
}

static void man_example(Str *out, const char *what, const char *command)
{
    str_puts(out, ".PP\n");
    opt_roff(out, what);
    str_puts(out, ":\n.PP\n.nf\n.RS\n");
    opt_roff(out, command);
    str_puts(out, "\n.RE\n.fi\n");
}

/* One line for each sub-command of word, after a heading. */
static void list_subs(Str *out, const char *word)
{
    str_puts(out, "\ncommands:\n");
    for (int i = 0; i < command_count(); i++)
        if (command_is_under(command_at(i), word, NULL))
            str_addf(out, "  llmsonify %-22s %s\n", command_at(i)->name, command_at(i)->summary);
}

void cli_help_subs(Str *out, const char *word)
{
    str_addf(out, "usage: llmsonify %s COMMAND [options]\n", word);
    list_subs(out, word);
    str_addf(out, "\n'llmsonify %s COMMAND --help' tells more.\n", word);
}

void cli_help_short(Str *out)
{
    str_puts(out, "llmsonify: music made from the insides of language models\n\n"
                  "usage: llmsonify COMMAND [options]\n\n"
                  "examples:\n"
                  "  # an acid track from the embedded model: wren-acid.mid, .wav and .json\n"
                  "  llmsonify weights --genre acid\n"
                  "  # where its notes of the first seconds come from\n"
                  "  llmsonify explain wren-acid.json --to 4\n\n"
                  "commands:\n");
    for (int i = 0; i < command_count(); i++)
        str_addf(out, strchr(command_at(i)->name, ' ') ? "  %s: %s\n" : "  %-11s %s\n",
                 command_at(i)->name, command_at(i)->summary);
    str_puts(out, "\n'llmsonify COMMAND --help' tells more.\n");
}

void cli_help_command(Str *out, const Command *c)
{
    str_addf(out, "llmsonify %s: %s\n\nusage: llmsonify %s [options]%s%s\n\nexamples:\n", c->name,
             c->summary, c->name, *c->operands ? " " : "", c->operands);
    each_example(c, out, help_example);
    opt_help(out, c->defaults, c->groups, c->ngroups);
    if (c->text) str_addf(out, "\n%s", c->text);
    if (command_has_subs(c->name)) list_subs(out, c->name);
}

static void man_table(Str *out, const char *const rows[][2])
{
    for (int i = 0; rows[i][0]; i++) {
        str_addf(out, ".TP\n\\fB%s\\fR\n", rows[i][0]);
        opt_roff(out, rows[i][1]);
        str_putc(out, '\n');
    }
}

static void man_command(Str *out, const Command *c)
{
    str_addf(out, ".SS llmsonify %s [options] ", c->name);
    opt_roff(out, c->operands);
    str_puts(out, "\n");
    opt_roff(out, c->summary);
    str_puts(out, ".\n");
    opt_man(out, c->defaults, c->groups, c->ngroups - 1); /* the common rows come once */
    if (c->text) {
        str_puts(out, ".PP\n");
        opt_roff(out, c->text);
    }
    each_example(c, out, man_example);
}

void cli_man_page(Str *out)
{
    const Command *help = command_find("help");
    str_addf(out,
             ".TH LLMSONIFY 1 \"\" \"llmsonify %s\" \"User Commands\"\n.SH NAME\n"
             "llmsonify \\- music made from the insides of language models\n.SH SYNOPSIS\n"
             ".B llmsonify\n.I COMMAND\n[options]\n.SH DESCRIPTION\n"
             "The weights of a language model are measured, the numbers are composed into a score, "
             "and the score becomes MIDI and sound. No number is random: every note remembers the "
             "one it was made from. The same input gives the same bytes.\n.SH COMMANDS\n",
             LLMSONIFY_VERSION);
    for (int i = 0; i < command_count(); i++) man_command(out, command_at(i));
    str_puts(out, ".SH COMMON OPTIONS\n");
    opt_man(out, help->defaults, &help->groups[help->ngroups - 1], 1);
    str_puts(out, ".PP\n\\fB\\-\\-completion\\-bash\\fR, \\fB\\-\\-completion\\-zsh\\fR and "
                  "\\fB\\-\\-completion\\-fish\\fR print a completion script for the shell.\n");
    str_puts(out, ".SH EXIT STATUS\n");
    man_table(out, EXITS);
    str_puts(out, ".SH ENVIRONMENT\n");
    man_table(out, ENVIRONMENT);
    str_puts(out, ".SH SEE ALSO\n.BR fluidsynth (1)\n");
}
