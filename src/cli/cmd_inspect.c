/* cmd_inspect.c: the numbers of a model, at rest and over a prompt. */
#include <string.h>

#include "app/inspect.h"
#include "app/inspect_prompt.h"
#include "app/output.h"
#include "app/source.h"
#include "base/file.h"
#include "command.h"
#include "rows.h"
#include "rows_text.h"

typedef struct InspectOpts {
    CommonOpts common;
    ModelRows model;
    TextInput in;
    OptList hook;
    const char *features, *output, *direction;
    int table; /* -1 = weights, or tokens of a prompt */
    bool json, csv, clobber, list_hooks;
} InspectOpts;

static const InspectOpts DEFAULTS = {.in = TEXT_INPUT_DEFAULTS, .table = -1, .clobber = true};

static const char *const TABLES[] = {"weights", "layers", "model", "tokens",
                                     "heads",   "prompts", NULL};

static const Opt ROWS[] = {
    {.name = "json", .type = OPT_FLAG, .at = offsetof(InspectOpts, json),
     .help = "all tables as JSON on standard output", .local = true},
    {.name = "csv", .type = OPT_FLAG, .at = offsetof(InspectOpts, csv),
     .help = "one table as CSV on standard output", .local = true},
    {.name = "table", .type = OPT_CHOICE, .at = offsetof(InspectOpts, table), .arg = "TABLE",
     .help = "which table to show: of tensors, of blocks, of the whole; with a prompt of blocks, "
             "tokens, heads, of the whole", .choices = TABLES},
    {.letter = 'o', .name = "output", .type = OPT_STRING, .at = offsetof(InspectOpts, output),
     .arg = "FILE",
     .help = "write to a file: .json, .csv, .npz for NumPy, .txt", .local = true},
    {.name = "clobber", .type = OPT_OFF, .at = offsetof(InspectOpts, clobber),
     .help = "fail when the file exists already", .local = true},
    {.name = "features", .type = OPT_STRING, .at = offsetof(InspectOpts, features), .arg = "FILE",
     .help = "show a .json that inspect wrote instead of a model"},
};

static const Opt DIRECTION[] = {
    {.name = "direction", .type = OPT_STRING, .at = offsetof(InspectOpts, direction),
     .arg = "NAME",
     .help = "project the tokens on a direction: a file of llmsonify direction fit, a file of "
             "pairs, refusal or sentiment"},
};

static const Opt HOOKS[] = {
    {.name = "hook", .type = OPT_LIST, .at = offsetof(InspectOpts, hook), .arg = "NAME",
     .help = "with a prompt and -o x.npz: the numbers themselves at this point of the forward "
             "pass, as blocks.3.attn.hook_pattern or blocks.*.hook_resid_post; repeatable"},
    {.name = "list-hooks", .type = OPT_FLAG, .at = offsetof(InspectOpts, list_hooks),
     .help = "the points of this model, their names and shapes, and stop", .local = true},
};

static const OptGroup GROUPS[] = {
    GROUP_OF(rows_model, offsetof(InspectOpts, model), "Model"),
    GROUP_OF(rows_text, offsetof(InspectOpts, in), "Prompt"),
    GROUP_OF(rows_chat, offsetof(InspectOpts, in), "Chat"),
    GROUP_OF(DIRECTION, 0, "Direction"),
    GROUP_OF(HOOKS, 0, "Raw numbers"),
    GROUP_OF(ROWS, 0, "Output"),
    COMMON_GROUP,
};

static bool has_prompt(const InspectOpts *o)
{
    return o->in.text || o->in.file;
}

static bool check_hooks(const InspectOpts *o, Err *err)
{
    if (o->hook.n && !has_prompt(o)) return err_set(err, "--hook needs a prompt: -p TEXT");
    if (o->hook.n && (!o->output || o->json || o->csv ||
                      (strcmp(o->output, "-") != 0 && !str_ends(o->output, ".npz"))))
        return err_set(err, "--hook needs -o FILE.npz");
    return true;
}

static bool check_prompt(const InspectOpts *o, const TextJob *job, Err *err)
{
    bool of_prompt = o->table == FT_TOKENS || o->table == FT_HEADS || o->table == FT_PROMPTS;
    if (o->direction && !has_prompt(o)) return err_set(err, "--direction needs a prompt: -p TEXT");
    if (!has_prompt(o))
        return !of_prompt || o->features ||
               err_set(err, "--table %s needs a prompt: -p TEXT", TABLES[o->table]);
    if (o->features) return err_set(err, "--features and --prompt exclude each other");
    if (o->table == FT_WEIGHTS || o->table == FT_MODEL)
        return err_set(err, "--table %s is of weights; of a prompt there are layers, tokens, "
                            "heads and prompts", TABLES[o->table]);
    return text_model_check(job, err);
}

static bool choose_form(const InspectOpts *o, InspectForm *form, Err *err)
{
    InspectForm asked = o->json ? INSPECT_JSON : o->csv ? INSPECT_CSV : INSPECT_TEXT;
    *form = asked;
    if (o->json && o->csv) return err_set(err, "--json and --csv exclude each other");
    if (o->model.model.n > 1) return err_set(err, "--model: one at a time");
    if (o->features && o->model.model.n)
        return err_set(err, "--features and --model exclude each other");
    if (!o->output || strcmp(o->output, "-") == 0) return true;
    if (!inspect_form_of(o->output, form) && asked == INSPECT_TEXT && !file_exists(o->output))
        return err_set(err, "--output: '%s' must end in .json, .csv, .npz or .txt", o->output);
    return true;
}

static CliStatus show(const Call *call, const FeatureSet *fs, InspectForm form)
{
    const InspectOpts *o = call->opts;
    int table = o->table >= 0 ? o->table : has_prompt(o) ? FT_TOKENS : FT_WEIGHTS;
    Str out = {0};
    CliStatus status = CLI_OK;
    if (form == INSPECT_NPZ) return inspect_write_npz(fs, o->output, call->err) ? CLI_OK : CLI_FAIL;
    inspect_print(fs, table, form, &out);
    if (!o->output || strcmp(o->output, "-") == 0)
        status = cli_put(call, &out);
    else if (!out_file(o->output, str_text(&out), out.len, call->err))
        status = CLI_FAIL;
    str_free(&out);
    return status;
}

static CliStatus show_prompt(const Call *call, const TextJob *job, InspectForm form)
{
    FeatureSet fs = {0};
    if (!prompt_features(job, &fs, call->run, call->err)) return CLI_FAIL;
    CliStatus status = show(call, &fs, form);
    feat_free(&fs);
    return status;
}

static CliStatus list_hooks(const Call *call, const TextJob *job)
{
    Str out = {0};
    bool ok = prompt_list_hooks(job, &out, call->err);
    CliStatus status = ok ? cli_put(call, &out) : CLI_FAIL;
    str_free(&out);
    return status;
}

static CliStatus run(const Call *call)
{
    const InspectOpts *o = call->opts;
    InspectForm form;
    Sources src = {0};
    CliStatus status = CLI_FAIL;
    TextJob job = {.model = &o->model.model, .in = o->in, .say = call->say,
                   .direction = o->direction};
    if (!choose_form(o, &form, call->err) || !check_hooks(o, call->err) ||
        !check_prompt(o, &job, call->err))
        return CLI_USAGE;
    if (o->list_hooks) return list_hooks(call, &job);
    if (o->output && !out_check_path(o->output, o->clobber, call->err)) return CLI_FAIL;
    if (o->hook.n)
        return prompt_write_hooks(&job, &o->hook, o->output, call->run, call->err) ? CLI_OK
                                                                                  : CLI_FAIL;
    if (has_prompt(o)) return show_prompt(call, &job, form);
    if (sources_load(&src, &o->model.model, o->features, &call->say, call->run, call->err))
        status = show(call, src.ptr[0], form);
    sources_free(&src);
    return status;
}

const Command cmd_inspect = {
    .name = "inspect",
    .summary = "the numbers of a model: weights, or a prompt's activations",
    .operands = "",
    .examples = "every matrix of the embedded model\nllmsonify inspect\n"
                "stable ranks by jq\n"
                "llmsonify inspect -m gpt2 --json | jq '.tables.weights.columns.stable_rank'\n"
                "everything for NumPy\nllmsonify inspect -m gpt2 -o gpt2.npz\n"
                "what a prompt does, layer by layer and token by token\n"
                "llmsonify inspect -p 'Once upon a time'\n"
                "attention patterns and the residual stream for NumPy\n"
                "llmsonify inspect -p 'Once upon a time' --hook attn.hook_pattern "
                "--hook hook_resid_post -o x.npz\n",
    .text = "Points of the forward pass have TransformerLens's names; a name without a\n"
            "block's number, or with * in its place, is that point of every block.\n",
    .groups = GROUPS,
    .ngroups = sizeof GROUPS / sizeof GROUPS[0],
    .defaults = &DEFAULTS,
    .size = sizeof DEFAULTS,
    .run = run,
};
