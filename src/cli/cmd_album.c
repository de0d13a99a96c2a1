/* cmd_album.c: the shards of an album put together. */
#include "app/album.h"
#include "command.h"

typedef struct JoinOpts {
    CommonOpts common;
    const char *output;
} JoinOpts;

static const JoinOpts DEFAULTS = {.output = NULL};

static const Opt ROWS[] = {
    {.letter = 'o', .name = "output", .type = OPT_STRING, .at = offsetof(JoinOpts, output),
     .arg = "DIR", .help = "where the whole album shall lie; without it, in the first folder, in "
                           "place", .local = true},
};

static const OptGroup GROUPS[] = {
    {.title = "Output", .opt = ROWS, .n = sizeof ROWS / sizeof ROWS[0], .at = 0},
    COMMON_GROUP,
};

static CliStatus run(const Call *call)
{
    const JoinOpts *o = call->opts;
    const AlbumJoin job = {.dirs = call->operands, .output = o->output, .say = call->say};
    return album_join(&job, call->run, call->err) ? CLI_OK : CLI_FAIL;
}

const Command cmd_album_join = {
    .name = "album join",
    .summary = "make one album of its shards",
    .operands = "DIR...",
    .examples = "two machines' halves\n"
                "llmsonify album join half-1 half-2 -o whole\n"
                "shards that wrote into one folder\n"
                "llmsonify album join shared-folder\n",
    .text = "The shards are made by `llmsonify activations --mode album --shard K/N`, all with the "
            "same model, list and options. What comes out is byte for byte the album that one "
            "machine makes. Tracks that are missing are named.\n",
    .groups = GROUPS,
    .ngroups = sizeof GROUPS / sizeof GROUPS[0],
    .defaults = &DEFAULTS,
    .size = sizeof DEFAULTS,
    .min_operands = 1,
    .max_operands = -1,
    .run = run,
};
