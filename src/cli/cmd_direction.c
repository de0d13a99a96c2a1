/* cmd_direction.c: a concept as a direction in the residual stream: fitted, shown. */
#include "app/direction_job.h"
#include "command.h"
#include "rows.h"
#include "rows_text.h"

typedef struct DirectionCmd {
    CommonOpts common;
    ModelRows model;
    TextInput in;
    const char *output, *name, *layers;
    int method;
    bool json, clobber;
} DirectionCmd;

static const DirectionCmd DEFAULTS = {.in = TEXT_INPUT_DEFAULTS, .clobber = true};

static const char *const METHODS[] = {"means", "pca", NULL};

static const Opt FIT[] = {
    {.name = "method", .type = OPT_CHOICE, .at = offsetof(DirectionCmd, method), .arg = "METHOD",
     .help = "means: difference of the means; pca: first principal component of the pairs' "
             "differences", .choices = METHODS},
    {.name = "layers", .type = OPT_STRING, .at = offsetof(DirectionCmd, layers), .arg = "A-B",
     .help = "these blocks, from 0, or all; the final half by default"},
    {.name = "name", .type = OPT_STRING, .at = offsetof(DirectionCmd, name), .arg = "NAME",
     .help = "what to call it; the file's name by default"},
};

static const Opt JSON[] = {
    {.name = "json", .type = OPT_FLAG, .at = offsetof(DirectionCmd, json),
     .help = "the table as JSON", .local = true},
};

static const Opt OUTPUT[] = {
    {.letter = 'o', .name = "output", .type = OPT_STRING, .at = offsetof(DirectionCmd, output),
     .arg = "FILE",
     .help = "a .safetensors file, - is standard output; without -o MODEL-NAME.safetensors",
     .local = true},
    {.name = "clobber", .type = OPT_OFF, .at = offsetof(DirectionCmd, clobber),
     .help = "fail when the file exists already", .local = true},
};

#define PROMPTS {.title = "Prompts", .opt = rows_text + 2, .n = 2, .at = offsetof(DirectionCmd, in)}

static const OptGroup FIT_GROUPS[] = {
    GROUP_OF(rows_model, offsetof(DirectionCmd, model), "Model"),
    PROMPTS,
    GROUP_OF(rows_chat, offsetof(DirectionCmd, in), "Chat"),
    GROUP_OF(FIT, 0, "Fit"),
    GROUP_OF(OUTPUT, 0, "Output"),
    GROUP_OF(JSON, 0, "Table"),
    COMMON_GROUP,
};

static const OptGroup SHOW_GROUPS[] = {
    GROUP_OF(rows_model, offsetof(DirectionCmd, model), "Model"),
    PROMPTS,
    GROUP_OF(rows_chat, offsetof(DirectionCmd, in), "Chat"),
    GROUP_OF(FIT, 0, "Fit"),
    GROUP_OF(JSON, 0, "Table"),
    COMMON_GROUP,
};

static CliStatus run(const Call *call, bool fit)
{
    const DirectionCmd *o = call->opts;
    DirectionJob job = {.text = {.model = &o->model.model, .in = o->in, .say = call->say},
                        .asked = call->operands->n ? call->operands->item[0] : NULL,
                        .name = o->name, .layers = o->layers, .method = o->method,
                        .output = o->output, .clobber = o->clobber, .json = o->json};
    Str out = {0};
    if (!direction_check(&job, fit, call->err)) return CLI_USAGE;
    bool ok = fit ? direction_make(&job, &out, call->run, call->err)
                  : direction_show(&job, &out, call->run, call->err);
    CliStatus status = ok && out.len ? cli_put(call, &out) : ok ? CLI_OK : CLI_FAIL;
    str_free(&out);
    return status;
}

static CliStatus run_fit(const Call *call)
{
    return run(call, true);
}

static CliStatus run_show(const Call *call)
{
    return run(call, false);
}

const Command cmd_direction_fit = {
    .name = "direction fit",
    .summary = "find a concept's direction in a model by pairs of prompts",
    .operands = "[PAIRS]",
    .examples = "the bundled pairs, in the embedded model\n"
                "llmsonify direction fit refusal -o refusal.safetensors\n"
                "pairs of your own, by their principal component, in every layer\n"
                "llmsonify direction fit joy.tsv -m gpt2 --method pca --layers all\n",
    .text = "PAIRS is a file with a pair of prompts a line, one that has the concept, a TAB, one\n"
            "that has not; or a bundled list: refusal (the default), sentiment. Taken is the\n"
            "residual stream at each prompt's last token.\n"
            "\n"
            "explained is the share of the pairs' squared differences that lies along the\n"
            "direction. auc is how often a prompt with the concept projects higher than one\n"
            "without, when its own pair was left out of the fit: 0.5 is chance, 1 is always.\n",
    .groups = FIT_GROUPS,
    .ngroups = sizeof FIT_GROUPS / sizeof FIT_GROUPS[0],
    .defaults = &DEFAULTS,
    .size = sizeof DEFAULTS,
    .max_operands = 1,
    .run = run_fit,
};

const Command cmd_direction_show = {
    .name = "direction show",
    .summary = "how well a direction tells its prompts apart, layer by layer",
    .operands = "[FILE]",
    .examples = "one that was fitted\nllmsonify direction show refusal.safetensors\n"
                "a bundled list in another model\nllmsonify direction show sentiment -m gpt2\n"
                "the best layer by jq\n"
                "llmsonify direction show --json | jq '.layers | max_by(.auc).layer'\n",
    .text = "FILE is a .safetensors file that direction fit wrote, or pairs as direction fit\n"
            "takes them, which are fitted on the model.\n",
    .groups = SHOW_GROUPS,
    .ngroups = sizeof SHOW_GROUPS / sizeof SHOW_GROUPS[0],
    .defaults = &DEFAULTS,
    .size = sizeof DEFAULTS,
    .max_operands = 1,
    .run = run_show,
};
