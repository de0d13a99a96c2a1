/* cmd_measure_file.c: what a meter says of MIDI and audio files. */
#include "app/measure_file.h"
#include "command.h"

typedef struct MeasureOpts {
    CommonOpts common;
    bool json;
} MeasureOpts;

static const MeasureOpts DEFAULTS = {.json = false};

static const Opt ROWS[] = {
    {.name = "json", .type = OPT_FLAG, .at = offsetof(MeasureOpts, json),
     .help = "as JSON: an object, for several files an array"},
};

static const OptGroup GROUPS[] = {
    {.title = "Output", .opt = ROWS, .n = 1},
    COMMON_GROUP,
};

static CliStatus run(const Call *call)
{
    const MeasureOpts *o = call->opts;
    Str out = {0};
    bool ok = measure_files(call->operands, o->json, &out, &call->say, call->run, call->err);
    CliStatus status = CLI_FAIL;
    if (ok || call->operands->n > 1) status = cli_put(call, &out);
    if (!ok) status = CLI_FAIL;
    str_free(&out);
    return status;
}

const Command cmd_measure = {
    .name = "measure",
    .summary = "measure MIDI (key, harmony, rhythm) and audio (loudness)",
    .operands = "FILE...",
    .examples = "a piece and its sound\nllmsonify measure wren-acid.mid wren-acid.wav\n"
                "loudness by jq\nllmsonify measure wren-acid.wav --json | jq .lufs\n",
    .groups = GROUPS,
    .ngroups = 2,
    .defaults = &DEFAULTS,
    .size = sizeof DEFAULTS,
    .min_operands = 1,
    .max_operands = -1,
    .run = run,
};
