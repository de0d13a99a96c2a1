/* cmd_inspect.c: the numbers of a model. */
#include <string.h>

#include "app/inspect.h"
#include "app/output.h"
#include "app/source.h"
#include "base/file.h"
#include "command.h"
#include "rows.h"

typedef struct InspectOpts {
    CommonOpts common;
    ModelRows model;
    const char *features, *output;
    int table;
    bool json, csv, clobber;
} InspectOpts;

static const InspectOpts DEFAULTS = {.clobber = true};

static const char *const TABLES[] = {"weights", "layers", "model", NULL};

static const Opt ROWS[] = {
    {.name = "json", .type = OPT_FLAG, .at = offsetof(InspectOpts, json),
     .help = "all tables as JSON on standard output", .local = true},
    {.name = "csv", .type = OPT_FLAG, .at = offsetof(InspectOpts, csv),
     .help = "one table as CSV on standard output", .local = true},
    {.name = "table", .type = OPT_CHOICE, .at = offsetof(InspectOpts, table), .arg = "TABLE",
     .help = "which table to show: of tensors, of blocks, of the whole", .choices = TABLES},
    {.letter = 'o', .name = "output", .type = OPT_STRING, .at = offsetof(InspectOpts, output),
     .arg = "FILE",
     .help = "write to a file: .json, .csv, .npz for NumPy, .txt", .local = true},
    {.name = "clobber", .type = OPT_OFF, .at = offsetof(InspectOpts, clobber),
     .help = "fail when the file exists already", .local = true},
    {.name = "features", .type = OPT_STRING, .at = offsetof(InspectOpts, features), .arg = "FILE",
     .help = "show a .json that inspect wrote instead of a model"},
};

static const OptGroup GROUPS[] = {
    GROUP_OF(rows_model, offsetof(InspectOpts, model), "Model"),
    GROUP_OF(ROWS, 0, "Output"),
    COMMON_GROUP,
};

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
    Str out = {0};
    CliStatus status = CLI_OK;
    if (form == INSPECT_NPZ) return inspect_write_npz(fs, o->output, call->err) ? CLI_OK : CLI_FAIL;
    inspect_print(fs, o->table, form, &out);
    if (!o->output || strcmp(o->output, "-") == 0)
        status = cli_put(call, &out);
    else if (!out_file(o->output, str_text(&out), out.len, call->err))
        status = CLI_FAIL;
    str_free(&out);
    return status;
}

static CliStatus run(const Call *call)
{
    const InspectOpts *o = call->opts;
    InspectForm form;
    Sources src = {0};
    CliStatus status = CLI_FAIL;
    if (!choose_form(o, &form, call->err)) return CLI_USAGE;
    if (o->output && !out_check_path(o->output, o->clobber, call->err)) return CLI_FAIL;
    if (sources_load(&src, &o->model.model, o->features, &call->say, call->run, call->err))
        status = show(call, src.ptr[0], form);
    sources_free(&src);
    return status;
}

const Command cmd_inspect = {
    .name = "inspect",
    .summary = "the numbers of a model: spectra, norms, tails, key",
    .operands = "",
    .examples = "every matrix of the embedded model\nllmsonify inspect\n"
                "stable ranks by jq\n"
                "llmsonify inspect -m gpt2 --json | jq '.tables.weights.columns.stable_rank'\n"
                "everything for NumPy\nllmsonify inspect -m gpt2 -o gpt2.npz\n",
    .groups = GROUPS,
    .ngroups = 3,
    .defaults = &DEFAULTS,
    .size = sizeof DEFAULTS,
    .run = run,
};
