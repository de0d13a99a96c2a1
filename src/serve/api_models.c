/* api_models.c: GET /api/models: what there is to ask for, from the tables that answer it. */
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "base/json.h"

static const char *const FORMATS[] = {"wav", "flac", "ogg", "opus", "mp3"};

static const char *type_name(OptType type)
{
    static const char *const NAME[] = {
        [OPT_FLAG] = "flag",     [OPT_OFF] = "flag",      [OPT_COUNT] = "int",
        [OPT_INT] = "int",       [OPT_REAL] = "number",   [OPT_STRING] = "string",
        [OPT_CHOICE] = "choice", [OPT_LIST] = "list"};
    return NAME[type];
}

static void put_number(JsonOut *j, double x, double lo, double hi)
{
    if (x >= lo && x <= hi)
        jout_number(j, "default", x, 9);
    else
        jout_string(j, "default", NULL); /* not given: as the piece has it */
}

static void put_default(JsonOut *j, const ServeMode *mode, const OptGroup *g, const Opt *row)
{
    const void *at = (const char *)mode->defaults + g->at + row->at;
    char name[64];
    if (mode->preset && strcmp(mode->preset_name, row->name) == 0)
        jout_number(j, "default", strtod(mode->preset, NULL), 9);
    else if (row->type == OPT_FLAG || row->type == OPT_OFF)
        jout_bool(j, "default", *(const bool *)at);
    else if (row->type == OPT_INT || row->type == OPT_COUNT)
        put_number(j, *(const int *)at, row->lo, row->hi);
    else if (row->type == OPT_REAL)
        put_number(j, *(const double *)at, row->lo, row->hi);
    else if (row->type == OPT_CHOICE)
        jout_string(j, "default",
                    opt_choice_name(row, *(const int *)at, name, sizeof name) ? name : NULL);
    else
        jout_string(j, "default", row->type == OPT_STRING ? *(const char *const *)at : NULL);
}

static void put_row(JsonOut *j, const ServeOpts *o, const ServeMode *mode, const char *name)
{
    const OptGroup *g = NULL;
    const Opt *row = mode_row(mode, name, &g);
    char choice[64];
    if (!row) return;
    bool number = row->type == OPT_INT || row->type == OPT_REAL;
    jout_begin(j, NULL, '{', true);
    jout_string(j, "name", row->name);
    jout_string(j, "type", type_name(row->type));
    jout_string(j, "help", row->help);
    if (number) jout_number(j, "min", row->lo, 9);
    if (number) jout_number(j, "max", mode_most(o, row), 9);
    if (opt_choice_name(row, 0, choice, sizeof choice)) {
        jout_begin(j, "choices", '[', true);
        for (int i = 0; opt_choice_name(row, i, choice, sizeof choice); i++)
            if (strcmp(row->name, "format") != 0 ||
                (strcmp(choice, "mid") != 0 && strcmp(choice, "json") != 0))
                jout_string(j, NULL, choice);
        jout_end(j, ']');
    }
    if (strcmp(row->name, "format") == 0)
        jout_string(j, "default", FORMATS[0]);
    else
        put_default(j, mode, g, row);
    jout_end(j, '}');
}

static void put_models(JsonOut *j, const Studio *studio)
{
    jout_begin(j, "models", '[', false);
    for (int i = 0; i < studio_count(studio); i++) {
        StudioModel m = studio_model(studio, i);
        jout_begin(j, NULL, '{', true);
        jout_string(j, "name", m.name);
        jout_string(j, "family", m.family);
        jout_int(j, "layers", m.layers);
        jout_int(j, "width", m.width);
        jout_bool(j, "default", i == studio_default(studio));
        jout_bool(j, "space", m.space);
        jout_end(j, '}');
    }
    jout_end(j, ']');
}

static void put_modes(JsonOut *j, const ServeOpts *o)
{
    jout_begin(j, "modes", '[', false);
    for (int i = 0; i < o->nmodes; i++) {
        jout_begin(j, NULL, '{', true);
        jout_string(j, "name", o->mode[i].name);
        jout_string(j, "summary", o->mode[i].summary);
        jout_string(j, "needs", o->mode[i].prompt ? "prompt" : "weights");
        jout_end(j, '}');
    }
    jout_end(j, ']');
}

void api_models(const ServeOpts *o, const Studio *studio, Str *out)
{
    JsonOut j;
    jout_init(&j, out);
    jout_begin(&j, NULL, '{', false);
    put_models(&j, studio);
    put_modes(&j, o);
    jout_begin(&j, "formats", '[', true);
    for (size_t i = 0; i < sizeof FORMATS / sizeof *FORMATS; i++) jout_string(&j, NULL, FORMATS[i]);
    jout_end(&j, ']');
    jout_begin(&j, "limits", '{', true);
    jout_int(&j, "prompt_chars", o->prompt_chars);
    jout_int(&j, "queue", o->queue);
    jout_int(&j, "seconds", o->seconds);
    jout_end(&j, '}');
    jout_begin(&j, "options", '{', false);
    for (int i = 0; i < o->nmodes; i++) {
        jout_begin(&j, o->mode[i].name, '[', false);
        for (int k = 0; o->mode[i].allowed[k]; k++)
            put_row(&j, o, &o->mode[i], o->mode[i].allowed[k]);
        jout_end(&j, ']');
    }
    jout_end(&j, '}');
    jout_end(&j, '}');
}
