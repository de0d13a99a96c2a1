/* cmd_explain.c: which numbers the notes of a piece were made from. */
#include "app/explain.h"
#include "command.h"
#include "rows.h"
#include "rows_generator.h"

typedef struct ExplainOpts {
    CommonOpts common;
    ModelRows model;
    MusicRows music;
    GeneratorRows generator;
    ExplainFilter filter;
    const char *bar, *features;
    bool json;
} ExplainOpts;

static const ExplainOpts DEFAULTS = {.music = MUSIC_DEFAULTS,
                                     .generator = GENERATOR_DEFAULTS};

static const Opt ROWS[] = {
    {.name = "from", .type = OPT_REAL, .at = offsetof(ExplainOpts, filter.from), .arg = "SECONDS",
     .help = "notes that sound from here", .lo = 0, .hi = 1e6},
    {.name = "to", .type = OPT_REAL, .at = offsetof(ExplainOpts, filter.to), .arg = "SECONDS",
     .help = "notes that sound until here; 0 is the end", .lo = 0, .hi = 1e6},
    {.name = "bar", .type = OPT_STRING, .at = offsetof(ExplainOpts, bar), .arg = "A[-B]",
     .help = "notes that start in these bars"},
    {.name = "track", .type = OPT_STRING, .at = offsetof(ExplainOpts, filter.track), .arg = "NAME",
     .help = "tracks with this in their name"},
    {.name = "json", .type = OPT_FLAG, .at = offsetof(ExplainOpts, json),
     .help = "as JSON"},
    {.name = "features", .type = OPT_STRING, .at = offsetof(ExplainOpts, features), .arg = "FILE",
     .help = "compose from a file that `inspect -o x.json` wrote instead of a model"},
};

static const OptGroup GROUPS[] = {
    GROUP_OF(ROWS, 0, "Which notes"),
    GROUP_OF(rows_model, offsetof(ExplainOpts, model), "Model, when no file is given"),
    GROUP_OF(rows_music, offsetof(ExplainOpts, music), "Music, when no file is given"),
    GROUP_OF(rows_generator, offsetof(ExplainOpts, generator), "Generator"),
    COMMON_GROUP,
};

static CliStatus run(const Call *call)
{
    const ExplainOpts *o = call->opts;
    ExplainFilter filter = o->filter;
    PieceJob job = {.model = &o->model.model, .features = o->features, .genre = &o->music.genre,
                    .opts = o->music.opts, .jepa = o->generator.jepa,
                    .command = call->echo, .say = call->say};
    const char *path = call->operands->n ? call->operands->item[0] : NULL;
    Str out = {0};
    if (o->bar && !explain_parse_bars(o->bar, &filter, call->err)) return CLI_USAGE;
    if (!rows_generator_opts(&o->generator, GEN_ROWS, &job.opts, call->err)) return CLI_USAGE;
    if (!path && !piece_check(&job, call->err)) return CLI_USAGE;
    bool ok = explain_piece(path, &job, &filter, o->json, &out, call->run, call->err);
    CliStatus status = ok ? cli_put(call, &out) : CLI_FAIL;
    str_free(&out);
    return status;
}

const Command cmd_explain = {
    .name = "explain",
    .summary = "where each note of a piece came from",
    .operands = "[NAME.json|NAME.mid]",
    .examples = "the first four seconds of a piece\nllmsonify explain wren-acid.json --to 4\n"
                "one track, four bars\n"
                "llmsonify explain wren-acid.mid --track 303 --bar 9-12\n"
                "composed anew from a model\n"
                "llmsonify explain -m wren --genre opera --bar 1\n",
    .groups = GROUPS,
    .ngroups = sizeof GROUPS / sizeof GROUPS[0],
    .defaults = &DEFAULTS,
    .size = sizeof DEFAULTS,
    .max_operands = 1,
    .run = run,
};
