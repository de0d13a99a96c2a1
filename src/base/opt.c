/* opt.c: parsing by rows; see base/opt.h. What rows look like in print is in opt_doc.c.
 *
 * The command line is read once from left to right, the last value wins. Which rows were given is
 * remembered, and the environment fills the others. */
#include "base/opt.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

enum { OPT_MAX = 128 };

/* One parse: the rows flattened, with the places of their values. */
typedef struct Parser {
    const Opt *row[OPT_MAX];
    void *value[OPT_MAX];
    bool given[OPT_MAX];
    int n;
    Err *err;
} Parser;

void optlist_add(OptList *list, const char *s, size_t n)
{
    char **slot = mem_push(&list->item, &list->n, &list->cap, sizeof *list->item);
    *slot = mem_strndup(s, n);
}

void optlist_free(OptList *list)
{
    for (int i = 0; i < list->n; i++) free(list->item[i]);
    free(list->item);
    *list = (OptList){0};
}

bool opt_takes_value(const Opt *o)
{
    return o->type != OPT_FLAG && o->type != OPT_OFF && o->type != OPT_COUNT;
}

static const char *choice_text(const Opt *o, int i)
{
    if (i < 0) return NULL;
    if (o->choice_at) return o->choice_at(i);
    return o->choices ? o->choices[i] : NULL;
}

bool opt_choice_name(const Opt *o, int i, char *out, size_t size)
{
    const char *s = choice_text(o, i);
    if (!s) return false;
    size_t n = strcspn(s, "|");
    if (n >= size) n = size - 1;
    memcpy(out, s, n);
    out[n] = 0;
    return true;
}

int opt_choice_find(const Opt *o, const char *name)
{
    size_t len = strlen(name);
    const char *s;
    for (int i = 0; (s = choice_text(o, i)) != NULL; i++) {
        for (;;) {
            size_t n = strcspn(s, "|");
            if (n == len && strncasecmp(s, name, n) == 0) return i;
            if (!s[n]) break;
            s += n + 1;
        }
    }
    return -1;
}

const char *opt_nearest(const char *word, const char *const *names, int n)
{
    int len = (int)strlen(word);
    int best = len < 5 ? 2 : 3; /* below this many edits it is taken for a typing error */
    const char *found = NULL;
    for (int i = 0; i < n; i++) {
        int d = str_distance(word, names[i]);
        if (len >= 3 && str_starts(names[i], word)) d = 1;
        if (d < best) best = d, found = names[i];
    }
    return found;
}

static bool choice_fail(Parser *p, const Opt *o, const char *what, const char *word)
{
    Str list = {0};
    char name[64];
    for (int i = 0; opt_choice_name(o, i, name, sizeof name); i++)
        str_addf(&list, "%s%s", i ? " " : "", name);
    err_set(p->err, "%s: '%s' is not one of: %s", what, word, str_text(&list));
    str_free(&list);
    return false;
}

static bool set_list(Parser *p, int k, const char *what, const char *word)
{
    const Opt *o = p->row[k];
    OptList *list = p->value[k];
    if (!p->given[k]) optlist_free(list);
    p->given[k] = true;
    if (!choice_text(o, 0)) {
        optlist_add(list, word, strlen(word));
        return true;
    }
    for (const char *s = word;; s++) {
        char one[64], name[64];
        size_t n = strcspn(s, ",");
        if (n >= sizeof one) return choice_fail(p, o, what, word);
        memcpy(one, s, n);
        one[n] = 0;
        int i = opt_choice_find(o, one);
        if (i < 0) return choice_fail(p, o, what, one);
        opt_choice_name(o, i, name, sizeof name);
        optlist_add(list, name, strlen(name));
        s += n;
        if (!*s) return true;
    }
}

/* what: "--tempo", "-t" or the name of a variable, for messages. */
static bool set_value(Parser *p, int k, const char *what, const char *word)
{
    const Opt *o = p->row[k];
    int64_t i;
    double x;
    switch (o->type) {
    case OPT_INT:
        if (!parse_int(word, (int64_t)o->lo, (int64_t)o->hi, &i))
            return err_set(p->err, "%s: '%s' is not a whole number from %.0f to %.0f", what, word,
                           o->lo, o->hi);
        *(int *)p->value[k] = (int)i;
        break;
    case OPT_REAL:
        if (!parse_double(word, o->lo, o->hi, &x))
            return err_set(p->err, "%s: '%s' is not a number from %g to %g", what, word, o->lo,
                           o->hi);
        *(double *)p->value[k] = x;
        break;
    case OPT_STRING:
        if (!*word && !o->empty)
            return err_set(p->err, "%s: needs a value that is not empty", what);
        *(const char **)p->value[k] = word;
        break;
    case OPT_CHOICE:
        i = opt_choice_find(o, word);
        if (i < 0) return choice_fail(p, o, what, word);
        *(int *)p->value[k] = (int)i;
        break;
    default:
        if (!*word) return err_set(p->err, "%s: needs a value that is not empty", what);
        return set_list(p, k, what, word);
    }
    p->given[k] = true;
    return true;
}

static void set_flag(Parser *p, int k, bool on)
{
    if (p->row[k]->type == OPT_COUNT)
        *(int *)p->value[k] = on ? *(int *)p->value[k] + 1 : 0;
    else
        *(bool *)p->value[k] = on;
    p->given[k] = true;
}

static int find_name(const Parser *p, const char *name, size_t n)
{
    for (int k = 0; k < p->n; k++)
        if (strlen(p->row[k]->name) == n && strncmp(p->row[k]->name, name, n) == 0) return k;
    return -1;
}

static int find_letter(const Parser *p, char letter)
{
    for (int k = 0; k < p->n; k++)
        if (p->row[k]->letter == letter) return k;
    return -1;
}

static bool unknown_name(const Parser *p, const char *name, size_t n)
{
    char word[64];
    char store[OPT_MAX][40];
    const char *names[OPT_MAX];
    if (n >= sizeof word) n = sizeof word - 1;
    memcpy(word, name, n);
    word[n] = 0;
    for (int k = 0; k < p->n; k++) {
        Str s = {0};
        str_addf(&s, "%s%s", p->row[k]->type == OPT_OFF ? "no-" : "", p->row[k]->name);
        memcpy(store[k], s.s, s.len < sizeof store[k] ? s.len + 1 : sizeof store[k]);
        store[k][sizeof store[k] - 1] = 0;
        names[k] = store[k];
        str_free(&s);
    }
    const char *near = opt_nearest(word, names, p->n);
    if (near) return err_set(p->err, "unknown option '--%s'; did you mean '--%s'?", word, near);
    return err_set(p->err, "unknown option '--%s'; --help lists the options", word);
}

/* The words next[0..left) that belong to option k, at least the first; *used: how many. */
static bool take_words(Parser *p, int k, const char *what, char *const *next, int left, int *used)
{
    if (left == 0) return err_set(p->err, "%s: needs a value: %s", what, p->row[k]->arg);
    do
        if (!set_value(p, k, what, next[(*used)++])) return false;
    while (p->row[k]->many && *used < left && next[*used][0] != '-');
    return true;
}

/* arg is "--name", "--name=value" or "--no-name"; next[0..left) follow, *used are taken. */
static bool parse_long(Parser *p, const char *arg, char *const *next, int left, int *used)
{
    const char *name = arg + 2;
    size_t n = strcspn(name, "=");
    const char *value = name[n] ? name + n + 1 : NULL;
    int k = find_name(p, name, n);
    bool on = true;
    if (k < 0 && n > 3 && str_starts(name, "no-")) {
        k = find_name(p, name + 3, n - 3);
        on = false;
        if (k >= 0 && opt_takes_value(p->row[k])) k = -1;
    }
    if (k < 0) return unknown_name(p, name, n);
    if (!opt_takes_value(p->row[k])) {
        if (value) return err_set(p->err, "--%.*s: takes no value", (int)n, name);
        set_flag(p, k, on);
        return true;
    }
    char what[64];
    size_t m = n + 2 < sizeof what ? n + 2 : sizeof what - 1;
    memcpy(what, arg, m);
    what[m] = 0;
    return value ? set_value(p, k, what, value) : take_words(p, k, what, next, left, used);
}

/* arg is "-q", "-qv", "-n5" or "-n" with the value in what follows. */
static bool parse_letters(Parser *p, const char *arg, char *const *next, int left, int *used)
{
    for (const char *s = arg + 1; *s; s++) {
        char what[3] = {'-', *s, 0};
        int k = find_letter(p, *s);
        if (k < 0) return err_set(p->err, "unknown option '%s'; --help lists the options", what);
        if (!opt_takes_value(p->row[k])) {
            set_flag(p, k, p->row[k]->type != OPT_OFF);
            continue;
        }
        if (s[1]) return set_value(p, k, what, s[1] == '=' ? s + 2 : s + 1);
        return take_words(p, k, what, next, left, used);
    }
    return true;
}

static bool parse_environment(Parser *p)
{
    for (int k = 0; k < p->n; k++) {
        const Opt *o = p->row[k];
        const char *value = o->env && !p->given[k] ? getenv(o->env) : NULL;
        if (value && *value && !set_value(p, k, o->env, value)) return false;
    }
    return true;
}

bool opt_parse(void *values, OptList *operands, const OptGroup *groups, int ngroups, int argc,
               char *const *argv, Err *err)
{
    Parser p = {.err = err};
    bool only_operands = false;
    for (int g = 0; g < ngroups; g++) {
        for (int i = 0; i < groups[g].n && p.n < OPT_MAX; i++) {
            p.row[p.n] = &groups[g].opt[i];
            p.value[p.n++] = (char *)values + groups[g].at + groups[g].opt[i].at;
        }
    }
    for (int i = 0; i < argc; i++) {
        const char *arg = argv[i];
        int used = 0, left = argc - i - 1;
        bool ok = true;
        if (only_operands || arg[0] != '-' || !arg[1])
            optlist_add(operands, arg, strlen(arg));
        else if (strcmp(arg, "--") == 0)
            only_operands = true;
        else if (arg[1] == '-')
            ok = parse_long(&p, arg, argv + i + 1, left, &used);
        else
            ok = parse_letters(&p, arg, argv + i + 1, left, &used);
        if (!ok) return false;
        i += used;
    }
    return parse_environment(&p);
}

void opt_free(void *values, const OptGroup *groups, int ngroups)
{
    for (int g = 0; g < ngroups; g++)
        for (int i = 0; i < groups[g].n; i++)
            if (groups[g].opt[i].type == OPT_LIST)
                optlist_free((OptList *)((char *)values + groups[g].at + groups[g].opt[i].at));
}
