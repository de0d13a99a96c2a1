/* cmd_help.c: help on the program or one command, and the man page. */
#include "command.h"

typedef struct HelpOpts {
    CommonOpts common;
    bool man;
} HelpOpts;

static const HelpOpts DEFAULTS = {.man = false};

static const Opt ROWS[] = {
    {.name = "man", .type = OPT_FLAG, .at = offsetof(HelpOpts, man),
     .help = "the whole manual as man page source"},
};

static const OptGroup GROUPS[] = {
    {.title = "Help", .opt = ROWS, .n = 1},
    COMMON_GROUP,
};

static CliStatus unknown(const Call *call, const char *word)
{
    const char *near = command_nearest(word);
    if (near)
        err_set(call->err, "unknown command '%s'; did you mean '%s'?", word, near);
    else
        err_set(call->err, "unknown command '%s'", word);
    return CLI_USAGE;
}

static CliStatus unknown_sub(const Call *call, const char *word, const char *second)
{
    const char *near = command_nearest_sub(word, second);
    if (near)
        err_set(call->err, "unknown command '%s %s'; did you mean '%s %s'?", word, second, word,
                near);
    else
        err_set(call->err, "unknown command '%s %s'", word, second);
    return CLI_USAGE;
}

static CliStatus run(const Call *call)
{
    const HelpOpts *o = call->opts;
    Str out = {0};
    const char *word = call->operands->n ? call->operands->item[0] : NULL;
    int taken = 1, given = call->operands->n;
    const Command *c = command_of_words(call->operands->item, given, &taken);
    bool group = word && !c && given == 1 && command_has_subs(word);
    if (word && !c && given > 1 && command_has_subs(word))
        return unknown_sub(call, word, call->operands->item[1]);
    if (word && !c && !group) return unknown(call, word);
    if (given > taken) return unknown(call, call->operands->item[taken]);
    if (o->man)
        cli_man_page(&out);
    else if (group)
        cli_help_subs(&out, word);
    else if (c)
        cli_help_command(&out, c);
    else
        cli_help_short(&out);
    CliStatus status = cli_put(call, &out);
    str_free(&out);
    return status;
}

const Command cmd_help = {
    .name = "help",
    .summary = "help on a command",
    .operands = "[COMMAND]",
    .examples = "what weights can do\nllmsonify help weights\n"
                "the manual\nllmsonify help --man | man -l -\n",
    .groups = GROUPS,
    .ngroups = 2,
    .defaults = &DEFAULTS,
    .size = sizeof DEFAULTS,
    .max_operands = 2,
    .run = run,
};
