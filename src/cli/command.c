/* command.c: the table of commands, made from commands.def. */
#include "command.h"

#include <string.h>

#define X(name) extern const Command cmd_##name;
#include "commands.def"
#undef X

static const Command *const TABLE[] = {
#define X(name) &cmd_##name,
#include "commands.def"
#undef X
};

enum { COUNT = sizeof TABLE / sizeof TABLE[0] };

const Opt command_common[5] = {
    {.letter = 't', .name = "threads", .type = OPT_INT, .at = offsetof(CommonOpts, threads),
     .arg = "N",
     .help = "threads, 0 = all processors; never changes the result", .lo = 0, .hi = 256,
     .env = "LLMSONIFY_THREADS", .local = true},
    {.letter = 'q', .name = "quiet", .type = OPT_FLAG, .at = offsetof(CommonOpts, quiet),
     .help = "no messages but errors", .local = true},
    {.letter = 'v', .name = "verbose", .type = OPT_COUNT, .at = offsetof(CommonOpts, verbose),
     .help = "more messages", .local = true},
    {.letter = 'h', .name = "help", .type = OPT_FLAG, .at = offsetof(CommonOpts, help),
     .help = "this help", .local = true},
    {.name = "version", .type = OPT_FLAG, .at = offsetof(CommonOpts, version),
     .help = "the version", .local = true},
};

int command_count(void)
{
    return COUNT;
}

const Command *command_at(int i)
{
    return TABLE[i];
}

const Command *command_find(const char *name)
{
    for (int i = 0; i < COUNT; i++)
        if (strcmp(TABLE[i]->name, name) == 0) return TABLE[i];
    return NULL;
}

const Command *command_of_words(char *const *words, int n, int *taken)
{
    const char *second;
    for (int i = 0; n > 1 && i < COUNT; i++) {
        if (!command_is_under(TABLE[i], words[0], &second) || strcmp(second, words[1]) != 0)
            continue;
        *taken = 2;
        return TABLE[i];
    }
    *taken = 1;
    return n > 0 ? command_find(words[0]) : NULL;
}

bool command_is_under(const Command *c, const char *word, const char **second)
{
    size_t n = strlen(word);
    if (strncmp(c->name, word, n) != 0 || c->name[n] != ' ') return false;
    if (second) *second = c->name + n + 1;
    return true;
}

bool command_has_subs(const char *word)
{
    for (int i = 0; i < COUNT; i++)
        if (command_is_under(TABLE[i], word, NULL)) return true;
    return false;
}

const char *command_nearest(const char *word)
{
    const char *names[COUNT + 2];
    int n = 0;
    if (word[0] == '-') {
        names[n++] = "--help";
        names[n++] = "--version";
    } else {
        for (int i = 0; i < COUNT; i++) names[n++] = TABLE[i]->name;
    }
    return opt_nearest(word, names, n);
}

const char *command_nearest_sub(const char *word, const char *second)
{
    const char *names[COUNT];
    int n = 0;
    for (int i = 0; i < COUNT; i++)
        if (command_is_under(TABLE[i], word, &names[n])) n++;
    return opt_nearest(second, names, n);
}
