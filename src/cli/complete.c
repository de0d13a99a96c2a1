/* complete.c: shell completion scripts, written out in full from the tables, so that pressing tab
 * starts no process. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "command.h"

/* "--name" or "--no-name" of a row. */
static void add_long(Str *out, const Opt *o)
{
    str_addf(out, "--%s%s", o->type == OPT_OFF ? "no-" : "", o->name);
}

static void add_choices(Str *out, const Opt *o, const char *between)
{
    char name[64];
    for (int i = 0; opt_choice_name(o, i, name, sizeof name); i++)
        str_addf(out, "%s%s", i ? between : "", name);
}

static bool has_choices(const Opt *o)
{
    char name[64];
    return opt_choice_name(o, 0, name, sizeof name);
}

/* Bytes of the first word of a command's name. */
static size_t first_word(int i)
{
    return strcspn(command_at(i)->name, " ");
}

/* True when an earlier command has the same first word. */
static bool first_word_seen(int i)
{
    size_t n = first_word(i);
    for (int k = 0; k < i; k++)
        if (first_word(k) == n && strncmp(command_at(k)->name, command_at(i)->name, n) == 0)
            return true;
    return false;
}

/* The first words of all commands, each once. */
static void add_commands(Str *out)
{
    for (int i = 0; i < command_count(); i++) {
        if (first_word_seen(i)) continue;
        if (i) str_putc(out, ' ');
        str_add(out, command_at(i)->name, first_word(i));
    }
}

/* The second words of all commands that begin with the first word of command i. */
static void add_subs(Str *out, int i)
{
    char *word = mem_strndup(command_at(i)->name, first_word(i));
    const char *second;
    for (int k = 0; k < command_count(); k++)
        if (command_is_under(command_at(k), word, &second)) str_addf(out, " %s", second);
    free(word);
}

/* Calls fn for every first word that has second ones. */
static void each_group(Str *out, void (*fn)(Str *out, int i))
{
    for (int i = 0; i < command_count(); i++) {
        if (first_word_seen(i)) continue;
        Str subs = {0};
        add_subs(&subs, i);
        if (subs.len) fn(out, i);
        str_free(&subs);
    }
}

/* Calls fn for every row of a command. */
static void each_row(const Command *c, Str *out,
                     void (*fn)(Str *out, const Command *c, const Opt *o))
{
    for (int g = 0; g < c->ngroups; g++)
        for (int i = 0; i < c->groups[g].n; i++) fn(out, c, &c->groups[g].opt[i]);
}

/* A command's name as a pattern of `case`: its words joined by '+'. */
static void add_pattern(Str *out, const Command *c)
{
    for (const char *s = c->name; *s; s++) str_putc(out, *s == ' ' ? '+' : *s);
}

static void bash_value(Str *out, const Command *c, const Opt *o)
{
    if (!opt_takes_value(o) || !has_choices(o)) return;
    str_puts(out, "    ");
    add_pattern(out, c);
    str_addf(out, ":--%s", o->name);
    if (o->letter) {
        str_putc(out, '|');
        add_pattern(out, c);
        str_addf(out, ":-%c", o->letter);
    }
    str_puts(out, ") words=\"");
    add_choices(out, o, " ");
    str_puts(out, "\" ;;\n");
}

static void bash_name(Str *out, const Command *c, const Opt *o)
{
    (void)c;
    add_long(out, o);
    str_putc(out, ' ');
}

static void bash_join(Str *out, int i)
{
    const char *second;
    char *word = mem_strndup(command_at(i)->name, first_word(i));
    for (int k = 0; k < command_count(); k++)
        if (command_is_under(command_at(k), word, &second))
            str_addf(out, "    [ \"$cmd ${COMP_WORDS[2]}\" = \"%s\" ] && cmd=%s+%s\n",
                     command_at(k)->name, word, second);
    free(word);
}

static void bash_subs(Str *out, int i)
{
    str_puts(out, "        ");
    str_add(out, command_at(i)->name, first_word(i));
    str_puts(out, ":[!-]*|");
    str_add(out, command_at(i)->name, first_word(i));
    str_puts(out, ":) [ \"$COMP_CWORD\" -eq 2 ] && words=\"");
    add_subs(out, i);
    str_puts(out, "\" ;;\n");
}

static void complete_bash(Str *out)
{
    str_puts(out, "# bash completion of llmsonify\n_llmsonify() {\n"
                  "    local cur=\"${COMP_WORDS[COMP_CWORD]}\" words=\"\"\n"
                  "    local cmd=\"${COMP_WORDS[1]}\" prev=\"${COMP_WORDS[COMP_CWORD-1]}\"\n"
                  "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        COMPREPLY=($(compgen -W \"");
    add_commands(out);
    str_puts(out, " --help --version\" -- \"$cur\"))\n        return\n    fi\n"
                  "    if [ \"$COMP_CWORD\" -gt 2 ]; then\n        :\n");
    each_group(out, bash_join);
    str_puts(out, "    fi\n    case \"$cmd:$prev\" in\n");
    for (int i = 0; i < command_count(); i++) each_row(command_at(i), out, bash_value);
    str_puts(out, "    help:*) words=\"");
    add_commands(out);
    str_puts(out, "\" ;;\n    esac\n"
                  "    if [ -z \"$words\" ]; then\n        case \"$cmd:$cur\" in\n");
    for (int i = 0; i < command_count(); i++) {
        str_puts(out, "        ");
        add_pattern(out, command_at(i));
        str_puts(out, ":-*) words=\"");
        each_row(command_at(i), out, bash_name);
        str_puts(out, "\" ;;\n");
    }
    each_group(out, bash_subs);
    str_puts(out, "        esac\n    fi\n    if [ -n \"$words\" ]; then\n"
                  "        COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n    else\n"
                  "        COMPREPLY=($(compgen -f -- \"$cur\"))\n    fi\n}\n"
                  "complete -o filenames -F _llmsonify llmsonify\n");
}

/* Help text inside single quotes and brackets of zsh and fish. */
static void add_plain(Str *out, const char *text)
{
    for (const char *s = text; *s; s++) {
        if (strchr("'[]:`\\", *s))
            str_putc(out, ' ');
        else
            str_putc(out, *s);
    }
}

static void zsh_row(Str *out, const Command *c, const Opt *o)
{
    (void)c;
    str_puts(out, " \\\n            '");
    if (o->type == OPT_LIST || o->type == OPT_COUNT) str_putc(out, '*');
    add_long(out, o);
    str_puts(out, opt_takes_value(o) ? "=[" : "[");
    add_plain(out, o->help);
    str_putc(out, ']');
    if (opt_takes_value(o)) {
        str_addf(out, ":%s:", o->arg);
        if (has_choices(o)) {
            str_putc(out, '(');
            add_choices(out, o, " ");
            str_putc(out, ')');
        } else if (o->type == OPT_STRING || o->type == OPT_LIST) {
            str_puts(out, "_files");
        }
    }
    str_putc(out, '\'');
}

static void zsh_subs(Str *out, int i)
{
    const char *second;
    char *word = mem_strndup(command_at(i)->name, first_word(i));
    str_addf(out, "    if [[ $words[2] == %s ]]; then\n"
                  "        (( CURRENT == 3 )) && compadd --", word);
    add_subs(out, i);
    str_puts(out, "\n        case $words[3] in\n");
    for (int k = 0; k < command_count(); k++)
        if (command_is_under(command_at(k), word, &second))
            str_addf(out, "        %s) (( CURRENT > 3 )) && { cmd=%s+%s; shift words; "
                          "(( CURRENT-- )) } ;;\n", second, word, second);
    str_puts(out, "        esac\n    fi\n");
    free(word);
}

static void complete_zsh(Str *out)
{
    str_puts(out, "#compdef llmsonify\n_llmsonify() {\n    if (( CURRENT == 2 )); then\n"
                  "        compadd -- ");
    add_commands(out);
    str_puts(out, "\n        return\n    fi\n    local cmd=$words[2]\n");
    each_group(out, zsh_subs);
    str_puts(out, "    case $cmd in\n");
    for (int i = 0; i < command_count(); i++) {
        str_puts(out, "        ");
        add_pattern(out, command_at(i));
        str_puts(out, ") shift words; (( CURRENT-- )); _arguments");
        each_row(command_at(i), out, zsh_row);
        if (strcmp(command_at(i)->name, "help") == 0) {
            str_puts(out, " \\\n            '1:command:(");
            add_commands(out);
            str_puts(out, ")'");
        } else if (command_at(i)->max_operands != 0) {
            str_puts(out, " \\\n            '*:file:_files'");
        }
        str_puts(out, " ;;\n");
    }
    str_puts(out, "    esac\n}\n_llmsonify \"$@\"\n");
}

/* The condition under which a row is offered: the command's words, and no further one of it. */
static void fish_when(Str *out, const Command *c)
{
    const char *second;
    size_t n = strcspn(c->name, " ");
    str_puts(out, "complete -c llmsonify -n '__fish_seen_subcommand_from ");
    str_add(out, c->name, n);
    if (c->name[n]) str_addf(out, "; and __fish_seen_subcommand_from %s", c->name + n + 1);
    for (int k = 0; !c->name[n] && k < command_count(); k++)
        if (command_is_under(command_at(k), c->name, &second))
            str_addf(out, "; and not __fish_seen_subcommand_from %s", second);
    str_putc(out, '\'');
}

static void fish_row(Str *out, const Command *c, const Opt *o)
{
    fish_when(out, c);
    str_addf(out, " -l %s%s", o->type == OPT_OFF ? "no-" : "", o->name);
    if (o->letter) str_addf(out, " -s %c", o->letter);
    if (opt_takes_value(o)) str_puts(out, " -r");
    if (opt_takes_value(o) && has_choices(o)) {
        str_puts(out, " -f -a '");
        add_choices(out, o, " ");
        str_putc(out, '\'');
    }
    str_puts(out, " -d '");
    add_plain(out, o->help);
    str_puts(out, "'\n");
}

static void complete_fish(Str *out)
{
    for (int i = 0; i < command_count(); i++) {
        const Command *c = command_at(i);
        size_t n = first_word(i);
        if (c->name[n]) {
            str_puts(out, "complete -c llmsonify -n '__fish_seen_subcommand_from ");
            str_add(out, c->name, n);
            str_addf(out, "' -f -a %s -d '", c->name + n + 1);
        } else {
            str_addf(out, "complete -c llmsonify -n __fish_use_subcommand -f -a %s -d '", c->name);
        }
        add_plain(out, c->summary);
        str_puts(out, "'\n");
        each_row(c, out, fish_row);
    }
}

void cli_completion(Str *out, const char *shell)
{
    if (strcmp(shell, "bash") == 0)
        complete_bash(out);
    else if (strcmp(shell, "zsh") == 0)
        complete_zsh(out);
    else
        complete_fish(out);
}
