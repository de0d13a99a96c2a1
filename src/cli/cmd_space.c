/* cmd_space.c: a learned map of hidden states: fitted over a corpus, shown. */
#include "app/space_job.h"
#include "command.h"
#include "rows.h"

/* ---- fit ------------------------------------------------------------------------------------ */

typedef struct FitOpts {
    CommonOpts common;
    ModelRows model;
    const char *corpus, *output;
    int components, limit, memory;
    bool clobber;
} FitOpts;

static const FitOpts FIT_DEFAULTS = {.components = SPACE_COMPONENTS, .memory = 256,
                                     .clobber = true};

static const Opt FIT_ROWS[] = {
    {.name = "corpus", .type = OPT_STRING, .at = offsetof(FitOpts, corpus), .arg = "FILE",
     .help = "text, a sentence a line; a thousand sentences of our own by default"},
    {.name = "components", .type = OPT_INT, .at = offsetof(FitOpts, components), .arg = "N",
     .help = "principal components of each layer; playing needs three", .lo = 1,
     .hi = SPACE_MAX_COMPONENTS},
    {.name = "limit", .type = OPT_INT, .at = offsetof(FitOpts, limit), .arg = "N",
     .help = "the first N sentences only", .lo = 1, .hi = 1 << 26},
    {.name = "memory", .type = OPT_INT, .at = offsetof(FitOpts, memory), .arg = "MB",
     .help = "for the sums; with less, layers are fitted in groups, a pass over the corpus for "
             "each. The result is the same", .lo = 1, .hi = 1 << 20, .local = true},
};

static const Opt FIT_OUTPUT[] = {
    {.letter = 'o', .name = "output", .type = OPT_STRING, .at = offsetof(FitOpts, output),
     .arg = "NAME.safetensors", .help = "where to keep the map; space.safetensors beside a "
             "model's weights is found by itself", .local = true},
    {.name = "clobber", .type = OPT_OFF, .at = offsetof(FitOpts, clobber),
     .help = "fail when the file exists already", .local = true},
};

static const OptGroup FIT_GROUPS[] = {
    GROUP_OF(rows_model, offsetof(FitOpts, model), "Model"),
    GROUP_OF(FIT_ROWS, 0, "Fit"),
    GROUP_OF(FIT_OUTPUT, 0, "Output"),
    COMMON_GROUP,
};

static CliStatus run_fit(const Call *call)
{
    const FitOpts *o = call->opts;
    SpaceFitJob job = {.model = &o->model.model, .corpus = o->corpus, .output = o->output,
                       .components = o->components, .limit = o->limit, .memory = o->memory,
                       .clobber = o->clobber, .say = call->say};
    if (!space_fit_check(&job, call->err)) return CLI_USAGE;
    return space_fit_make(&job, call->run, call->err) ? CLI_OK : CLI_FAIL;
}

const Command cmd_space_fit = {
    .name = "space fit",
    .summary = "learn a map of a model's hidden states from a corpus",
    .operands = "",
    .examples = "the map that comes with the embedded model\n"
                "llmsonify space fit -o models/wren/space.safetensors\n"
                "another model, over a text of your own\n"
                "llmsonify space fit -m gpt2 --corpus sentences.txt -o gpt2.safetensors\n",
    .text = "Of every layer, the embedding included: the mean, the leading principal components\n"
            "with their variance, the 1st and 99th percentile of each coordinate, and where each\n"
            "sentence lies. A point is a word: the mean of its tokens, attention sinks left out.\n",
    .groups = FIT_GROUPS,
    .ngroups = sizeof FIT_GROUPS / sizeof FIT_GROUPS[0],
    .defaults = &FIT_DEFAULTS,
    .size = sizeof FIT_DEFAULTS,
    .run = run_fit,
};

/* ---- show ----------------------------------------------------------------------------------- */

typedef struct ShowOpts {
    CommonOpts common;
    bool json;
} ShowOpts;

static const ShowOpts SHOW_DEFAULTS = {.json = false};

static const Opt SHOW_ROWS[] = {
    {.name = "json", .type = OPT_FLAG, .at = offsetof(ShowOpts, json),
     .help = "every number as JSON", .local = true},
};

static const OptGroup SHOW_GROUPS[] = {
    GROUP_OF(SHOW_ROWS, 0, "Output"),
    COMMON_GROUP,
};

static CliStatus run_show(const Call *call)
{
    const ShowOpts *o = call->opts;
    Str out = {0};
    bool ok = space_show(call->operands->item[0], o->json, &out, call->err);
    CliStatus status = ok ? cli_put(call, &out) : CLI_FAIL;
    str_free(&out);
    return status;
}

const Command cmd_space_show = {
    .name = "space show",
    .summary = "the explained variance of a fitted map",
    .operands = "FILE",
    .examples = "layer by layer\nllmsonify space show models/wren/space.safetensors\n",
    .groups = SHOW_GROUPS,
    .ngroups = sizeof SHOW_GROUPS / sizeof SHOW_GROUPS[0],
    .defaults = &SHOW_DEFAULTS,
    .size = sizeof SHOW_DEFAULTS,
    .min_operands = 1,
    .max_operands = 1,
    .run = run_show,
};
