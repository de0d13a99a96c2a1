/* complete.c: shell completion scripts, written out in full from the tables, so that pressing tab
 * starts no process. */
#include <string.h>

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

static void add_commands(Str *out)
{
    for (int i = 0; i < command_count(); i++)
        str_addf(out, "%s%s", i ? " " : "", command_at(i)->name);
}

/* Calls fn for every row of a command. */
static void each_row(const Command *c, Str *out,
                     void (*fn)(Str *out, const Command *c, const Opt *o))
{
    for (int g = 0; g < c->ngroups; g++)
        for (int i = 0; i < c->groups[g].n; i++) fn(out, c, &c->groups[g].opt[i]);
}

static void bash_value(Str *out, const Command *c, const Opt *o)
{
    if (!opt_takes_value(o) || !has_choices(o)) return;
    str_addf(out, "    %s:--%s", c->name, o->name);
    if (o->letter) str_addf(out, "|%s:-%c", c->name, o->letter);
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

static void complete_bash(Str *out)
{
    str_puts(out, "# bash completion of llmsonify\n_llmsonify() {\n"
                  "    local cur=\"${COMP_WORDS[COMP_CWORD]}\" words=\"\"\n"
                  "    local cmd=\"${COMP_WORDS[1]}\" prev=\"${COMP_WORDS[COMP_CWORD-1]}\"\n"
                  "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        COMPREPLY=($(compgen -W \"");
    add_commands(out);
    str_puts(out, " --help --version\" -- \"$cur\"))\n        return\n    fi\n"
                  "    case \"$cmd:$prev\" in\n");
    for (int i = 0; i < command_count(); i++) each_row(command_at(i), out, bash_value);
    str_puts(out, "    help:*) words=\"");
    add_commands(out);
    str_puts(out, "\" ;;\n    esac\n"
                  "    if [ -z \"$words\" ]; then\n        case \"$cmd:$cur\" in\n");
    for (int i = 0; i < command_count(); i++) {
        str_addf(out, "        %s:-*) words=\"", command_at(i)->name);
        each_row(command_at(i), out, bash_name);
        str_puts(out, "\" ;;\n");
    }
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

static void complete_zsh(Str *out)
{
    str_puts(out, "#compdef llmsonify\n_llmsonify() {\n    if (( CURRENT == 2 )); then\n"
                  "        compadd -- ");
    add_commands(out);
    str_puts(out, "\n        return\n    fi\n    case $words[2] in\n");
    for (int i = 0; i < command_count(); i++) {
        str_addf(out, "        %s) shift words; (( CURRENT-- )); _arguments", command_at(i)->name);
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

static void fish_row(Str *out, const Command *c, const Opt *o)
{
    str_addf(out, "complete -c llmsonify -n '__fish_seen_subcommand_from %s' -l %s%s", c->name,
             o->type == OPT_OFF ? "no-" : "", o->name);
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
        str_addf(out, "complete -c llmsonify -n __fish_use_subcommand -f -a %s -d '", c->name);
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
