/* cmd_space_plot.c: a learned map drawn. */
#include <string.h>

#include "app/space_plot.h"
#include "command.h"
#include "rows.h"

typedef struct PlotOpts {
    CommonOpts common;
    ModelRows model;
    const char *space, *layers, *components, *output;
    bool clobber;
} PlotOpts;

static const PlotOpts DEFAULTS = {.layers = "0,mid,last", .components = "1,2", .clobber = true};

static const Opt ROWS[] = {
    {.name = "space", .type = OPT_STRING, .at = offsetof(PlotOpts, space), .arg = "FILE",
     .help = "what space fit wrote; the one beside the model by default", .local = true},
    {.name = "layers", .type = OPT_STRING, .at = offsetof(PlotOpts, layers), .arg = "LIST",
     .help = "hidden states whose sentences are drawn, up to four: numbers (0 is the embedding), "
             "mid, last"},
    {.name = "components", .type = OPT_STRING, .at = offsetof(PlotOpts, components), .arg = "A,B",
     .help = "the components across and up"},
};

static const Opt OUTPUT[] = {
    {.letter = 'o', .name = "output", .type = OPT_STRING, .at = offsetof(PlotOpts, output),
     .arg = "FILE", .help = ".png or .svg; - is a PNG on standard output", .local = true},
    {.name = "clobber", .type = OPT_OFF, .at = offsetof(PlotOpts, clobber),
     .help = "fail when the file exists already", .local = true},
};

static const OptGroup GROUPS[] = {
    GROUP_OF(rows_model, offsetof(PlotOpts, model), "Model"),
    GROUP_OF(ROWS, 0, "Picture"),
    GROUP_OF(OUTPUT, 0, "Output"),
    COMMON_GROUP,
};

/* The next word of a list, and *at behind its comma; false when it is too long. */
static bool next_word(const char **at, char word[16])
{
    size_t n = strcspn(*at, ",");
    if (n >= 16) return false;
    memcpy(word, *at, n);
    word[n] = 0;
    *at += n + ((*at)[n] == ',');
    return true;
}

static bool read_layers(SpacePlotJob *job, const char *list, Err *err)
{
    char word[16];
    for (const char *at = list; *at; job->nlayers++) {
        int64_t x = 0;
        if (job->nlayers == SPACE_MAP_PANELS)
            return err_set(err, "--layers: at most %d", SPACE_MAP_PANELS);
        if (!next_word(&at, word)) return err_set(err, "--layers: '%s' is no list of layers", list);
        if (strcmp(word, "last") == 0)
            x = SPACE_PLOT_LAST;
        else if (strcmp(word, "mid") == 0)
            x = SPACE_PLOT_MIDDLE;
        else if (!parse_int(word, 0, 1 << 20, &x))
            return err_set(err, "--layers: '%s' is no layer: a number from 0, mid or last", word);
        job->layer[job->nlayers] = (int)x;
    }
    return job->nlayers > 0 || err_set(err, "--layers: at least one");
}

static bool read_components(SpacePlotJob *job, const char *list, Err *err)
{
    char first[16], second[16];
    int64_t a, b;
    const char *at = list;
    if (!next_word(&at, first) || !next_word(&at, second) || *at ||
        !parse_int(first, 1, 1 << 20, &a) || !parse_int(second, 1, 1 << 20, &b))
        return err_set(err, "--components: '%s' must be two numbers from 1, as 1,2", list);
    job->across = (int)a;
    job->up = (int)b;
    return true;
}

static CliStatus run(const Call *call)
{
    const PlotOpts *o = call->opts;
    SpacePlotJob job = {.model = &o->model.model, .space = o->space, .output = o->output,
                        .clobber = o->clobber, .say = call->say};
    if (!read_layers(&job, o->layers, call->err) ||
        !read_components(&job, o->components, call->err) || !space_plot_check(&job, call->err))
        return CLI_USAGE;
    return space_plot(&job, call->err) ? CLI_OK : CLI_FAIL;
}

const Command cmd_space_plot = {
    .name = "space plot",
    .summary = "draw a learned map: variance by layer, and the corpus's sentences",
    .operands = "",
    .examples = "the map that comes with the embedded model\n"
                "llmsonify space plot -o space.png\n"
                "another map, four layers on the third and fourth component\n"
                "llmsonify space plot --space gpt2.safetensors --layers 0,4,8,last "
                "--components 3,4 -o gpt2.svg\n",
    .text = "A sentence has the same colour in every panel: its rank in the first one, from\n"
            "left to right. Only the file of the map is read.\n",
    .groups = GROUPS,
    .ngroups = sizeof GROUPS / sizeof GROUPS[0],
    .defaults = &DEFAULTS,
    .size = sizeof DEFAULTS,
    .run = run,
};
