/* cmd_extract.c: the states of many prompts as arrays. */
#include "app/extract.h"
#include "command.h"
#include "rows.h"
#include "rows_states.h"

typedef struct ExtractOpts {
    CommonOpts common;
    ModelRows model;
    StatesRows states;
    const char *output;
    bool clobber;
} ExtractOpts;

static const ExtractOpts DEFAULTS = {.clobber = true};

static const Opt OUTPUT[] = {
    {.letter = 'o', .name = "output", .type = OPT_STRING, .at = offsetof(ExtractOpts, output),
     .arg = "FILE",
     .help = ".npy: the states alone; .npz or .safetensors: with prompts, categories, ids, lines, "
             "tokens and layers; - is .npy on standard output", .local = true},
    {.name = "clobber", .type = OPT_OFF, .at = offsetof(ExtractOpts, clobber),
     .help = "fail when the file exists already", .local = true},
};

static const OptGroup GROUPS[] = {
    GROUP_OF(rows_model, offsetof(ExtractOpts, model), "Model"),
    GROUP_OF(rows_states, offsetof(ExtractOpts, states), "Prompts"),
    GROUP_OF(OUTPUT, 0, "Output"),
    COMMON_GROUP,
};

static CliStatus run(const Call *call)
{
    const ExtractOpts *o = call->opts;
    ExtractJob job = {.output = o->output, .clobber = o->clobber, .command = call->echo};
    if (!rows_states_job(&job.states, &o->states, &o->model, call->err)) return CLI_USAGE;
    job.states.say = call->say;
    if (!extract_check(&job, call->err)) return CLI_USAGE;
    return extract_run(&job, call->run, call->err) ? CLI_OK : CLI_FAIL;
}

const Command cmd_activations_extract = {
    .name = "activations extract",
    .summary = "states of many prompts as arrays",
    .operands = "",
    .examples = "one vector a prompt, after layer 3, for NumPy\n"
                "llmsonify activations extract --prompts p.jsonl --layer 3 --pool mean -o x.npy\n"
                "every layer, with the prompts and their categories\n"
                "llmsonify activations extract --prompts p.csv --layer all -o x.npz\n"
                "the last token of each prompt\n"
                "llmsonify activations extract --prompts p.txt --pool last -o x.safetensors\n",
    .text = "A state is the residual stream after a block. The mean over a prompt's tokens\n"
            "leaves out attention sinks: BOS, and tokens whose norm is over ten times the\n"
            "median of the layer; --sinks takes them in.\n",
    .groups = GROUPS,
    .ngroups = sizeof GROUPS / sizeof GROUPS[0],
    .defaults = &DEFAULTS,
    .size = sizeof DEFAULTS,
    .run = run,
};
