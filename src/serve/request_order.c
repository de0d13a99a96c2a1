/* request_order.c: see request.h: from names and values to a job and its id. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/version.h"
#include "base/hash.h"
#include "base/mem.h"
#include "request.h"

const ServeMode *mode_find(const ServeOpts *o, const char *name)
{
    for (int i = 0; i < o->nmodes; i++)
        if (strcmp(o->mode[i].name, name) == 0) return &o->mode[i];
    return NULL;
}

static const Opt *row_of(const ServeMode *mode, const char *name, const OptGroup **group)
{
    for (int g = 0; g < mode->ngroups; g++)
        for (int i = 0; i < mode->groups[g].n; i++)
            if (strcmp(mode->groups[g].opt[i].name, name) == 0) {
                if (group) *group = &mode->groups[g];
                return &mode->groups[g].opt[i];
            }
    return NULL;
}

const Opt *mode_row(const ServeMode *mode, const char *name, const OptGroup **group)
{
    for (int i = 0; mode->allowed[i]; i++)
        if (strcmp(mode->allowed[i], name) == 0) return row_of(mode, name, group);
    return NULL;
}

double mode_most(const ServeOpts *o, const Opt *row)
{
    return strcmp(row->name, "length") == 0 && row->hi > o->seconds ? o->seconds : row->hi;
}

void order_free(Order *order)
{
    if (!order) return;
    if (order->opts) opt_free(order->opts, order->mode->groups, order->mode->ngroups);
    optlist_free(&order->words);
    free(order->opts);
    free(order->echo);
    free(order->command);
    free(order->request);
    free(order);
}

static void add_word(Order *order, const char *name, const char *value)
{
    Str s = {0};
    str_addf(&s, "--%s", name);
    if (value) str_addf(&s, "=%s", value);
    optlist_add(&order->words, str_text(&s), s.len);
    str_free(&s);
}

/* The value of --NAME=VALUE among the words, as long as they live; NULL when there is none. */
static const char *word_value(const Order *order, const char *name)
{
    size_t n = strlen(name);
    for (int i = 0; i < order->words.n; i++) {
        const char *w = order->words.item[i];
        if (str_starts(w, "--") && strncmp(w + 2, name, n) == 0 && w[2 + n] == '=')
            return w + 2 + n + 1;
    }
    return NULL;
}

static bool add_flag(Order *order, const Opt *row, const char *value, Err *err)
{
    bool on = strcmp(value, "true") == 0;
    if (!on && strcmp(value, "false") != 0)
        return err_set(err, "options: \"%s\" must be true or false", row->name);
    Str s = {0};
    str_addf(&s, "%s%s", on ? "" : "no-", row->name);
    add_word(order, str_text(&s), NULL);
    str_free(&s);
    return true;
}

static bool add_option(Order *order, const ServeOpts *o, const RequestOption *option, Err *err)
{
    const Opt *row = mode_row(order->mode, option->name, NULL);
    double x;
    if (!row)
        return err_set(err, "options: mode %s has no \"%s\" (GET /api/models lists them)",
                       order->mode->name, option->name);
    if (!opt_takes_value(row)) return add_flag(order, row, option->value, err);
    if (parse_double(option->value, -1e300, 1e300, &x) && x > mode_most(o, row) &&
        (row->type == OPT_REAL || row->type == OPT_INT))
        return err_set(err, "--%s: %s is over the limit of %.10g here", row->name, option->value,
                       mode_most(o, row));
    add_word(order, row->name, option->value);
    return true;
}

static bool add_words(Order *order, const ServeOpts *o, const Request *r, const char *model,
                      Err *err)
{
    const ServeMode *mode = order->mode;
    bool preset = mode->preset != NULL;
    if (mode->fixed) optlist_add(&order->words, mode->fixed, strlen(mode->fixed));
    add_word(order, "model", model);
    if (mode->prompt) add_word(order, "prompt", r->prompt);
    for (int i = 0; i < r->n; i++) {
        if (!add_option(order, o, &r->option[i], err)) return false;
        preset = preset && strcmp(r->option[i].name, mode->preset_name) != 0;
    }
    if (preset) add_word(order, mode->preset_name, mode->preset);
    return true;
}

/* The default model is not named in what a piece says of itself, as on the command line. */
static void forget_default(Order *order)
{
    const OptGroup *group = NULL;
    const Opt *row = row_of(order->mode, "model", &group);
    optlist_free((OptList *)((char *)order->opts + group->at + row->at));
}

/* The whole command: the echo, and the options that change no note but the sound file. */
static char *whole_command(const Order *order)
{
    const ServeMode *mode = order->mode;
    Str s = {0};
    char name[64];
    str_puts(&s, order->echo);
    for (int i = 0; mode->allowed[i]; i++) {
        const OptGroup *group = NULL;
        const Opt *row = mode_row(mode, mode->allowed[i], &group);
        if (!row || !row->local || row->type != OPT_CHOICE) continue;
        size_t at = group->at + row->at;
        int value = *(int *)((char *)order->opts + at);
        if (value != *(const int *)((const char *)mode->defaults + at) &&
            opt_choice_name(row, value, name, sizeof name))
            str_addf(&s, " --%s %s", row->name, name);
    }
    return s.s;
}

static void name_order(Order *order)
{
    uint8_t sum[32];
    Sha256 sha;
    Str s = {0};
    str_addf(&s, "llmsonify %s\n%s\n", LLMSONIFY_VERSION, order->command);
    sha256_init(&sha);
    sha256_add(&sha, str_text(&s), s.len);
    sha256_end(&sha, sum);
    for (int i = 0; i < JOB_ID / 2; i++) snprintf(order->id + 2 * i, 3, "%02x", sum[i]);
    str_free(&s);
}

static char *request_json(const Order *order, const Request *r, const char *model)
{
    Str s = {0};
    JsonOut j;
    jout_init(&j, &s);
    jout_begin(&j, NULL, '{', true);
    jout_string(&j, "model", model);
    jout_string(&j, "mode", order->mode->name);
    jout_string(&j, "prompt", order->mode->prompt ? r->prompt : NULL);
    jout_begin(&j, "options", '{', true);
    for (int i = 0; i < r->n; i++) jout_string(&j, r->option[i].name, r->option[i].value);
    jout_end(&j, '}');
    jout_end(&j, '}');
    s.s[--s.len] = 0; /* the end of the line: events are lines */
    return s.s;
}

static bool understand(Order *order, const ServeOpts *o, const Request *r, const StudioModel *m,
                       Err *err)
{
    const ServeMode *mode = order->mode;
    OptList operands = {0};
    Str echo = {0};
    if (!add_words(order, o, r, m->name, err)) return false;
    order->opts = mem_alloc(1, mode->size);
    memcpy(order->opts, mode->defaults, mode->size);
    bool ok = opt_parse(order->opts, &operands, mode->groups, mode->ngroups, order->words.n,
                        order->words.item, err);
    optlist_free(&operands);
    if (!ok) return false;
    if (m->embedded) forget_default(order);
    str_addf(&echo, "llmsonify %s", mode->command);
    opt_echo(&echo, order->opts, mode->defaults, mode->groups, mode->ngroups);
    order->echo = echo.s;
    order->command = whole_command(order);
    name_order(order);
    order->request = request_json(order, r, m->name);
    return mode->job(order->opts, order->echo, &order->job, err);
}

Order *order_make(const ServeOpts *o, const Studio *studio, const Request *r, Err *err)
{
    const ServeMode *mode = r->mode ? mode_find(o, r->mode) : NULL;
    int model = r->model ? studio_find(studio, r->model) : studio_default(studio);
    bool ok = true;
    if (!r->mode)
        ok = err_set(err, "\"mode\" is missing (GET /api/models lists them)");
    else if (!mode)
        ok = err_set(err, "there is no mode \"%.40s\" (GET /api/models lists them)", r->mode);
    else if (model < 0)
        ok = err_set(err, "there is no model \"%.80s\" (GET /api/models lists them)", r->model);
    else if (mode->prompt && (!r->prompt || !*r->prompt))
        ok = err_set(err, "mode %s needs a \"prompt\"", mode->name);
    else if (!mode->prompt && r->prompt && *r->prompt)
        ok = err_set(err, "mode %s reads no prompt: leave it out", mode->name);
    if (!ok) return NULL;
    Order *order = mem_alloc(1, sizeof *order);
    *order = (Order){.mode = mode, .job = {.model = model}};
    const StudioModel m = studio_model(studio, model);
    if (understand(order, o, r, &m, err)) {
        order->job.space.sound.longest = order->job.activations.sound.longest =
            order->job.weights.sound.longest = o->seconds;
        if (mode->prompt) order->job.prompt = word_value(order, "prompt");
        return order;
    }
    order_free(order);
    return NULL;
}
