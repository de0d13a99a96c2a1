/* cmd_models.c: the models that can be found by name. */
#include "app/catalog.h"
#include "command.h"

typedef struct ModelsOpts {
    CommonOpts common;
    bool json;
} ModelsOpts;

static const ModelsOpts DEFAULTS = {.json = false};

static const Opt ROWS[] = {
    {.name = "json", .type = OPT_FLAG, .at = offsetof(ModelsOpts, json), .help = "as JSON"},
};

static const OptGroup GROUPS[] = {
    {.title = "Output", .opt = ROWS, .n = 1},
    COMMON_GROUP,
};

static CliStatus run(const Call *call)
{
    const ModelsOpts *o = call->opts;
    Str out = {0};
    catalog_print(o->json, &out);
    CliStatus status = cli_put(call, &out);
    str_free(&out);
    return status;
}

const Command cmd_models = {
    .name = "models",
    .summary = "list the models that -m finds by name",
    .operands = "",
    .examples = "what is there\nllmsonify models\nnames only\n"
                "llmsonify models --json | jq -r '.[].name'\n",
    .text = "Looked for in $LLMSONIFY_MODELS, ./models, beside the program, and in the local\n"
            "Hugging Face cache. Nothing is ever downloaded.\n",
    .groups = GROUPS,
    .ngroups = 2,
    .defaults = &DEFAULTS,
    .size = sizeof DEFAULTS,
    .run = run,
};
