/* opt_doc.c: option rows in print: --help, man page, the echo of a command; see base/opt.h. */
#include <string.h>

#include "base/opt.h"

enum { HELP_COLUMN = 26, HELP_WIDTH = 80 };

static const void *value_at(const void *values, const OptGroup *g, const Opt *o)
{
    return (const char *)values + g->at + o->at;
}

/* "16..300", "[default: 130]", "(opera house acid)" as one string of remarks, "" when none. */
static void add_remarks(Str *out, const void *value, const Opt *o)
{
    char name[64];
    if (o->type == OPT_CHOICE || (o->type == OPT_LIST && (o->choices || o->choice_at))) {
        str_puts(out, ": ");
        for (int i = 0; opt_choice_name(o, i, name, sizeof name); i++)
            str_addf(out, "%s%s", i ? ", " : "", name);
    }
    if (o->type == OPT_INT) str_addf(out, " (%.0f to %.0f)", o->lo, o->hi);
    if (o->type == OPT_REAL) str_addf(out, " (%g to %g)", o->lo, o->hi);
    if (o->type == OPT_INT && *(const int *)value >= o->lo && *(const int *)value <= o->hi)
        str_addf(out, " [%d]", *(const int *)value);
    if (o->type == OPT_REAL && *(const double *)value >= o->lo && *(const double *)value <= o->hi)
        str_addf(out, " [%g]", *(const double *)value);
    if (o->type == OPT_CHOICE && opt_choice_name(o, *(const int *)value, name, sizeof name))
        str_addf(out, " [%s]", name);
    if (o->env) str_addf(out, "; or %s", o->env);
}

/* Appends text in lines of HELP_WIDTH, later lines indented to `column`; the cursor is at `at`. */
static void add_wrapped(Str *out, const char *text, int at, int column)
{
    while (*text) {
        int n = (int)strcspn(text, " \n");
        if (at > column && at + 1 + n > HELP_WIDTH) {
            str_addf(out, "\n%*s", column, "");
            at = column;
        } else if (at > column) {
            str_putc(out, ' ');
            at++;
        }
        str_add(out, text, (size_t)n);
        at += n;
        text += n;
        while (*text == ' ' || *text == '\n') text++;
    }
    str_putc(out, '\n');
}

static void add_row(Str *out, const void *value, const Opt *o)
{
    Str left = {0}, text = {0};
    if (o->letter)
        str_addf(&left, "  -%c, ", o->letter);
    else
        str_puts(&left, "      ");
    str_addf(&left, "--%s%s", o->type == OPT_OFF ? "no-" : "", o->name);
    if (opt_takes_value(o)) str_addf(&left, " %s", o->arg);
    str_puts(&text, o->help);
    add_remarks(&text, value, o);
    str_puts(out, left.s);
    int at = (int)left.len;
    if (at + 2 > HELP_COLUMN) {
        str_putc(out, '\n');
        at = 0;
    }
    str_addf(out, "%*s", HELP_COLUMN - at, "");
    add_wrapped(out, text.s, HELP_COLUMN, HELP_COLUMN);
    str_free(&left);
    str_free(&text);
}

void opt_help(Str *out, const void *defaults, const OptGroup *groups, int ngroups)
{
    for (int g = 0; g < ngroups; g++) {
        str_addf(out, "\n%s:\n", groups[g].title);
        for (int i = 0; i < groups[g].n; i++)
            add_row(out, value_at(defaults, &groups[g], &groups[g].opt[i]), &groups[g].opt[i]);
    }
}

void opt_roff(Str *out, const char *text)
{
    bool start = true;
    for (const char *s = text; *s; s++) {
        if (start && (*s == '.' || *s == '\'')) str_puts(out, "\\&");
        if (*s == '-' || *s == '\\')
            str_puts(out, *s == '-' ? "\\-" : "\\e");
        else
            str_putc(out, *s);
        start = *s == '\n';
    }
}

static void man_row(Str *out, const void *value, const Opt *o)
{
    Str text = {0};
    str_puts(out, ".TP\n");
    if (o->letter) str_addf(out, "\\fB\\-%c\\fR, ", o->letter);
    str_puts(out, "\\fB");
    str_puts(out, o->type == OPT_OFF ? "\\-\\-no\\-" : "\\-\\-");
    opt_roff(out, o->name);
    str_puts(out, "\\fR");
    if (opt_takes_value(o)) {
        str_puts(out, " \\fI");
        opt_roff(out, o->arg);
        str_puts(out, "\\fR");
    }
    str_putc(out, '\n');
    str_puts(&text, o->help);
    add_remarks(&text, value, o);
    opt_roff(out, text.s);
    str_putc(out, '\n');
    str_free(&text);
}

void opt_man(Str *out, const void *defaults, const OptGroup *groups, int ngroups)
{
    for (int g = 0; g < ngroups; g++) {
        str_addf(out, ".PP\n\\fI%s\\fR\n", groups[g].title);
        for (int i = 0; i < groups[g].n; i++)
            man_row(out, value_at(defaults, &groups[g], &groups[g].opt[i]), &groups[g].opt[i]);
    }
}

void opt_quote(Str *out, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-_./:,+=@%#";
    if (*word && strspn(word, plain) == strlen(word)) {
        str_puts(out, word);
        return;
    }
    str_putc(out, '\'');
    for (const char *s = word; *s; s++) {
        if (*s == '\'')
            str_puts(out, "'\\''");
        else
            str_putc(out, *s);
    }
    str_putc(out, '\'');
}

static void echo_list(Str *out, const Opt *o, const OptList *list)
{
    for (int i = 0; i < list->n; i++) {
        str_addf(out, " --%s ", o->name);
        opt_quote(out, list->item[i]);
    }
}

static void echo_row(Str *out, const Opt *o, const void *v, const void *d)
{
    char name[64];
    switch (o->type) {
    case OPT_FLAG:
    case OPT_OFF:
        if (*(const bool *)v != *(const bool *)d)
            str_addf(out, " --%s%s", *(const bool *)v ? "" : "no-", o->name);
        break;
    case OPT_COUNT:
        for (int i = *(const int *)d; i < *(const int *)v; i++) str_addf(out, " --%s", o->name);
        break;
    case OPT_INT:
        if (*(const int *)v != *(const int *)d) str_addf(out, " --%s %d", o->name, *(const int *)v);
        break;
    case OPT_REAL:
        if (*(const double *)v != *(const double *)d)
            str_addf(out, " --%s %.10g", o->name, *(const double *)v);
        break;
    case OPT_STRING:
        if (*(const char *const *)v && *(const char *const *)v != *(const char *const *)d) {
            str_addf(out, " --%s ", o->name);
            opt_quote(out, *(const char *const *)v);
        }
        break;
    case OPT_CHOICE:
        if (*(const int *)v != *(const int *)d && opt_choice_name(o, *(const int *)v, name,
                                                                 sizeof name))
            str_addf(out, " --%s %s", o->name, name);
        break;
    case OPT_LIST:
        echo_list(out, o, v);
        break;
    }
}

void opt_echo(Str *out, const void *values, const void *defaults, const OptGroup *groups,
              int ngroups)
{
    for (int g = 0; g < ngroups; g++)
        for (int i = 0; i < groups[g].n; i++)
            if (!groups[g].opt[i].local)
                echo_row(out, &groups[g].opt[i],
                         value_at(values, &groups[g], &groups[g].opt[i]),
                         value_at(defaults, &groups[g], &groups[g].opt[i]));
}
