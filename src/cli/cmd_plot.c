/* cmd_plot.c: pictures of data. */
#include "app/plot_data.h"
#include "command.h"
#include "rows.h"
#include "rows_states.h"

typedef struct PlotOpts {
    CommonOpts common;
    ModelRows model;
    StatesRows states;
    const char *output, *array;
    int kind, plane, dims, colour, neighbours;
    double perplexity, min_dist;
    bool json, clobber;
} PlotOpts;

static const PlotOpts DEFAULTS = {.dims = 2, .perplexity = 30, .neighbours = 15, .min_dist = 0.1,
                                  .clobber = true};

/* In the order of PlotKind and PlotColour. */
static const char *const KINDS[] = {"pca",   "tsne",        "umap",    "heatmap", "variance",
                                    "scree", "correlation", "density", NULL};
static const char *const PLANES[] = {"pca", "tsne", "umap", NULL};
static const char *const COLOURS[] = {"auto", "category", "norm", "index", NULL};

static const Opt PICTURE[] = {
    {.letter = 'k', .name = "kind", .type = OPT_CHOICE, .at = offsetof(PlotOpts, kind),
     .arg = "KIND",
     .help = "maps of the rows; the table itself; variance by dimension and by component; "
             "correlation of the dimensions; density of the rows in a plane", .choices = KINDS},
    {.letter = 'd', .name = "dims", .type = OPT_INT, .at = offsetof(PlotOpts, dims), .arg = "N",
     .help = "of a map: 3 is shown as its three planes and an isometric view", .lo = 2, .hi = 3},
    {.name = "colour-by", .type = OPT_CHOICE, .at = offsetof(PlotOpts, colour), .arg = "WHAT",
     .help = "the points' colour; auto is category where there are any, else norm",
     .choices = COLOURS},
    {.name = "perplexity", .type = OPT_REAL, .at = offsetof(PlotOpts, perplexity), .arg = "P",
     .help = "tsne: how many neighbours count", .lo = 1, .hi = 1000},
    {.name = "neighbours", .type = OPT_INT, .at = offsetof(PlotOpts, neighbours), .arg = "N",
     .help = "umap: how many neighbours count, the point itself among them", .lo = 2, .hi = 1000},
    {.name = "min-dist", .type = OPT_REAL, .at = offsetof(PlotOpts, min_dist), .arg = "X",
     .help = "umap: how near points may lie", .lo = 0, .hi = 1},
    {.name = "plane", .type = OPT_CHOICE, .at = offsetof(PlotOpts, plane), .arg = "MAP",
     .help = "density: of which map", .choices = PLANES},
    {.name = "array", .type = OPT_STRING, .at = offsetof(PlotOpts, array), .arg = "NAME",
     .help = "of a .npz or .safetensors; states, or else the first with rows and columns"},
};

static const Opt OUTPUT[] = {
    {.letter = 'o', .name = "output", .type = OPT_STRING, .at = offsetof(PlotOpts, output),
     .arg = "FILE", .help = ".png, .svg or .html: of a map a page to look around in; - is a "
                            "PNG on standard output", .local = true},
    {.name = "json", .type = OPT_FLAG, .at = offsetof(PlotOpts, json),
     .help = "the numbers on standard output", .local = true},
    {.name = "clobber", .type = OPT_OFF, .at = offsetof(PlotOpts, clobber),
     .help = "fail when the file exists already", .local = true},
};

static const OptGroup GROUPS[] = {
    GROUP_OF(PICTURE, 0, "Picture"),
    GROUP_OF(OUTPUT, 0, "Output"),
    GROUP_OF(rows_model, offsetof(PlotOpts, model), "Model"),
    GROUP_OF(rows_states, offsetof(PlotOpts, states), "Prompts"),
    COMMON_GROUP,
};

static CliStatus run(const Call *call)
{
    const PlotOpts *o = call->opts;
    PlotDataJob job = {.kind = (PlotKind)o->kind, .plane = (PlotKind)o->plane, .dims = o->dims,
                       .colour = (PlotColour)o->colour, .perplexity = o->perplexity,
                       .min_dist = o->min_dist, .neighbours = o->neighbours, .output = o->output,
                       .json = o->json, .clobber = o->clobber, .say = call->say};
    if (!rows_states_job(&job.states, &o->states, &o->model, call->err)) return CLI_USAGE;
    job.states.say = call->say;
    job.data = (DataJob){.path = call->operands->n ? call->operands->item[0] : NULL,
                         .array = o->array, .layer = job.states.layer};
    if (!plot_data_check(&job, call->err)) return CLI_USAGE;
    Str json = {0};
    CliStatus status = plot_data_run(&job, &json, call->run, call->err) ? CLI_OK : CLI_FAIL;
    if (status == CLI_OK && o->json) status = cli_put(call, &json);
    str_free(&json);
    return status;
}

const Command cmd_plot = {
    .name = "plot",
    .summary = "pictures of arrays and of prompts' states",
    .operands = "[DATA]",
    .examples = "thirty prompts of our own as wren sees them\n"
                "llmsonify plot --kind tsne -o map.html\n"
                "300 prompts as the model sees them after layer 5\n"
                "llmsonify plot --prompts p.jsonl --limit 300 --layer 5 --kind tsne -o p.png\n"
                "the same to look around in\n"
                "llmsonify plot --prompts p.jsonl --limit 300 --layer 5 --kind umap -o p.html\n"
                "arrays from NumPy or from activations extract\n"
                "llmsonify plot x.npz --kind scree -o scree.svg\n"
                "coordinates by jq\n"
                "llmsonify plot x.npz --kind pca --json | jq '.at[0]'\n",
    .text = "DATA is a .npy, .npz or .safetensors with rows and columns; without it the\n"
            "states of prompts are drawn. No map uses random numbers: the same data give\n"
            "the same picture.\n",
    .groups = GROUPS,
    .ngroups = sizeof GROUPS / sizeof GROUPS[0],
    .defaults = &DEFAULTS,
    .size = sizeof DEFAULTS,
    .max_operands = 1,
    .run = run,
};
