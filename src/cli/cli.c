/* cli.c: from argv to a command and an exit status.
 *
 * Standard output carries only what was asked for; every message goes to standard error with the
 * program's name. An interrupt sets a flag that all long work looks at, so that part files are
 * removed; a second one ends the process at once. A closed pipe ends it silently. */
#include "cli/cli.h"

#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "command.h"
#include "progress.h"

/* Set by the signal handler only: the variables that cannot be passed. */
static volatile sig_atomic_t stop_signal;
static volatile sig_atomic_t stop_second;

/* timeout(1), and a shell with its process group, send one interrupt twice within microseconds:
 * that is no wish to lose the part files, so only one that comes a second later ends us at once. */
static void on_signal(int sig)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    sig_atomic_t second = (sig_atomic_t)now.tv_sec;
    if (stop_signal == 0) {
        stop_second = second;
        stop_signal = sig;
    } else if (second - stop_second > 1) {
        signal(sig, SIG_DFL);
        raise(sig);
    }
}

static void catch_signals(void)
{
    struct sigaction act = {.sa_handler = on_signal};
    sigemptyset(&act.sa_mask);
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
    sigaction(SIGHUP, &act, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static bool stdout_is_closed(void)
{
    struct pollfd p = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&p, 1, 0) > 0 && (p.revents & POLLERR);
}

/* As if the signal that tells of a closed pipe had been left alone. */
static void die_of_closed_pipe(void)
{
    signal(SIGPIPE, SIG_DFL);
    raise(SIGPIPE);
}

CliStatus cli_put(const Call *call, const Str *text)
{
    if (fwrite(str_text(text), 1, text->len, stdout) == text->len) return CLI_OK;
    err_set(call->err, "standard output: cannot write: %s", strerror(errno));
    return CLI_FAIL;
}

static int finish_stdout(int status, const Progress *p)
{
    if (fflush(stdout) == 0 && !ferror(stdout)) return status;
    if (stdout_is_closed()) die_of_closed_pipe();
    if (status == CLI_OK && stop_signal == 0)
        progress_say(&(Progress){.verbose = p->verbose}, SAY_INFO,
                     "standard output: cannot write: no space left or the device failed");
    return status == CLI_OK ? CLI_FAIL : status;
}

static void print_failure(const Command *c, CliStatus status, const char *msg)
{
    if (status == CLI_USAGE)
        fprintf(stderr, "llmsonify: %s: %s (llmsonify %s --help)\n", c->name, msg, c->name);
    else
        fprintf(stderr, "llmsonify: %s\n", msg);
}

static int run_command(const Command *c, const Call *call, Progress *p)
{
    CliStatus status = c->run(call);
    progress_clear(p);
    if (stop_signal && !(c->until_stopped && status == CLI_OK)) {
        int sig = stop_signal;
        const char *msg = call->err->msg; /* a job may say what was kept, and how to go on */
        if (strncmp(msg, "interrupted", 11) != 0) msg = "interrupted";
        if (!p->quiet) fprintf(stderr, "llmsonify: %s\n", msg);
        return 128 + sig;
    }
    if (status != CLI_OK) {
        if (stdout_is_closed()) die_of_closed_pipe();
        print_failure(c, status, call->err->msg);
    }
    return finish_stdout(status, p);
}

static bool check_operands(const Command *c, const OptList *operands, Err *err)
{
    if (operands->n < c->min_operands) return err_set(err, "needs %s", c->operands);
    if (c->max_operands >= 0 && operands->n > c->max_operands)
        return err_set(err, "unexpected '%s'", operands->item[c->max_operands]);
    return true;
}

/* --help or --version inside a command. */
static bool answer_common(const Command *c, const CommonOpts *common, const Call *call,
                          CliStatus *status)
{
    Str out = {0};
    if (common->help)
        cli_help_command(&out, c);
    else if (common->version && strcmp(c->name, "version") != 0)
        *status = command_find("version")->run(call);
    else
        return false;
    if (common->help) *status = cli_put(call, &out);
    str_free(&out);
    return true;
}

static int call_command(const Command *c, int argc, char *const *argv)
{
    void *opts = mem_alloc(1, c->size);
    OptList operands = {0};
    Err err = {{0}};
    Str echo = {0};
    Progress progress = {0};
    int status = CLI_USAGE;
    memcpy(opts, c->defaults, c->size);
    const CommonOpts *common = opts;
    CliStatus answered = CLI_OK;
    bool parsed = opt_parse(opts, &operands, c->groups, c->ngroups, argc, argv, &err);
    progress_init(&progress, common->quiet, common->verbose);
    Run run = {.progress = progress_update, .ud = &progress, .stop = &stop_signal,
               .threads = common->threads};
    Call call = {.opts = opts, .operands = &operands, .common = common, .run = &run,
                 .say = {progress_say, &progress}, .err = &err};
    if (parsed && answer_common(c, common, &call, &answered)) {
        status = finish_stdout(answered, &progress);
    } else if (!parsed || !check_operands(c, &operands, &err)) {
        print_failure(c, CLI_USAGE, err.msg);
    } else {
        str_addf(&echo, "llmsonify %s", c->name);
        opt_echo(&echo, opts, c->defaults, c->groups, c->ngroups);
        call.echo = echo.s;
        status = run_command(c, &call, &progress);
    }
    opt_free(opts, c->groups, c->ngroups);
    optlist_free(&operands);
    str_free(&echo);
    free(opts);
    return status;
}

/* What follows a word that has sub-commands only: nothing, --help, or a wrong word. */
static int call_group(const char *word, const char *next)
{
    bool help = next && (strcmp(next, "--help") == 0 || strcmp(next, "-h") == 0);
    Str out = {0};
    if (next && !help) {
        const char *near = command_nearest_sub(word, next);
        fprintf(stderr, "llmsonify: %s: unknown command '%s'; ", word, next);
        if (near)
            fprintf(stderr, "did you mean '%s'?\n", near);
        else
            fprintf(stderr, "'llmsonify help %s' lists them\n", word);
        return CLI_USAGE;
    }
    cli_help_subs(&out, word);
    fputs(str_text(&out), help ? stdout : stderr);
    str_free(&out);
    return help ? finish_stdout(CLI_OK, &(Progress){0}) : CLI_USAGE;
}

static int unknown_command(const char *word)
{
    const char *near = command_nearest(word);
    const char *kind = word[0] == '-' ? "option" : "command";
    if (near)
        fprintf(stderr, "llmsonify: unknown %s '%s'; did you mean '%s'?\n", kind, word, near);
    else
        fprintf(stderr, "llmsonify: unknown %s '%s'; 'llmsonify help' lists the commands\n", kind,
                word);
    return CLI_USAGE;
}

static int print_short_help(FILE *f, int status)
{
    Str out = {0};
    cli_help_short(&out);
    fputs(str_text(&out), f);
    str_free(&out);
    return status;
}

static int print_completion(const char *shell)
{
    Str out = {0};
    if (strcmp(shell, "bash") != 0 && strcmp(shell, "zsh") != 0 && strcmp(shell, "fish") != 0) {
        fprintf(stderr, "llmsonify: --completion-%s: the shells are bash, zsh and fish\n", shell);
        return CLI_USAGE;
    }
    cli_completion(&out, shell);
    fputs(str_text(&out), stdout);
    str_free(&out);
    return finish_stdout(CLI_OK, &(Progress){0});
}

int cli_main(int argc, char **argv)
{
    setlocale(LC_ALL, "C");
    catch_signals();
    if (argc < 2) return print_short_help(stderr, CLI_USAGE);
    const char *word = argv[1];
    if (strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0)
        return call_command(command_find("help"), argc - 2, argv + 2);
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
        return call_command(command_find("version"), argc - 2, argv + 2);
    if (str_starts(word, "--completion-")) return print_completion(word + strlen("--completion-"));
    int taken = 1;
    const Command *c = command_of_words(argv + 1, argc - 1, &taken);
    if (c) return call_command(c, argc - 1 - taken, argv + 1 + taken);
    return command_has_subs(word) ? call_group(word, argv[2]) : unknown_command(word);
}
