/* cmd_atmos_compare.c: what songs do to the same text. */
#include "app/atmos_compare.h"
#include "command.h"
#include "rows.h"
#include "rows_atmos.h"
#include "rows_text.h"

typedef struct CompareOpts {
    CommonOpts common;
    ModelRows model;
    TextInput in;
    ContourOpts contour;
    SamplingRows sampling;
    PlotJob plot;
    const char *output;
    int n, seeds;
    bool silence, shuffled, json, clobber;
} CompareOpts;

static const CompareOpts DEFAULTS = {.in = TEXT_INPUT_DEFAULTS, .contour = CONTOUR_DEFAULTS,
                                     .sampling = SAMPLING_DEFAULTS, .n = 200, .seeds = 12,
                                     .clobber = true};

static const char *const PICTURES[] = {"png", "svg", NULL}; /* as CanvasFormat */

static const Opt ROWS[] = {
    {.letter = 'n', .name = "tokens", .type = OPT_INT, .at = offsetof(CompareOpts, n),
     .arg = "N", .help = "tokens of each text, at most the frames of the shortest song", .lo = 1,
     .hi = 1 << 20},
    {.name = "seeds", .type = OPT_INT, .at = offsetof(CompareOpts, seeds), .arg = "K",
     .help = "texts of each piece, with the seeds from --seed on", .lo = 1, .hi = 1000},
    {.name = "silence", .type = OPT_FLAG, .at = offsetof(CompareOpts, silence),
     .help = "compare with a silent control; otherwise with the first song"},
    {.name = "shuffled", .type = OPT_FLAG, .at = offsetof(CompareOpts, shuffled),
     .help = "compare every song with its own temperatures in another order"},
};

static const Opt OUTPUT[] = {
    {.name = "json", .type = OPT_FLAG, .at = offsetof(CompareOpts, json),
     .help = "everything as JSON, text by text", .local = true},
    {.name = "plot", .type = OPT_FLAG, .at = offsetof(CompareOpts, plot.wanted),
     .help = "draw every text: atmos-compare.png here, or the name given with -o", .local = true},
    {.name = "plot-format", .type = OPT_CHOICE, .at = offsetof(CompareOpts, plot.format),
     .arg = "FORMAT", .help = "of the picture", .choices = PICTURES, .local = true},
    {.letter = 'o', .name = "output", .type = OPT_STRING, .at = offsetof(CompareOpts, output),
     .arg = "FILE", .help = "the picture, .png or .svg", .local = true},
    {.name = "clobber", .type = OPT_OFF, .at = offsetof(CompareOpts, clobber),
     .help = "fail when the picture exists already", .local = true},
};

static const OptGroup GROUPS[] = {
    GROUP_OF(rows_model, offsetof(CompareOpts, model), "Model"),
    GROUP_OF(rows_text, offsetof(CompareOpts, in), "Prompt"),
    GROUP_OF(ROWS, 0, "Comparison"),
    GROUP_OF(rows_contour, offsetof(CompareOpts, contour), "Song to temperature"),
    GROUP_OF(rows_sampling, offsetof(CompareOpts, sampling), "Sampling"),
    GROUP_OF(OUTPUT, 0, "Output"),
    COMMON_GROUP,
};

static CliStatus run(const Call *call)
{
    const CompareOpts *o = call->opts;
    CompareJob job = {.text = {.model = &o->model.model, .in = o->in, .say = call->say},
                      .song = call->operands, .contour = o->contour,
                      .sampler = rows_sampler(&o->sampling), .n = o->n, .seeds = o->seeds,
                      .silence = o->silence, .shuffled = o->shuffled, .json = o->json,
                      .plot = o->plot, .output = o->output, .clobber = o->clobber};
    Str out = {0};
    if (o->output) job.plot.wanted = true;
    if (!atmos_compare_check(&job, call->err)) return CLI_USAGE;
    bool ok = atmos_compare(&job, &out, call->run, call->err);
    CliStatus status = ok ? cli_put(call, &out) : CLI_FAIL;
    str_free(&out);
    return status;
}

const Command cmd_atmos_compare = {
    .name = "atmos compare",
    .summary = "what songs do to the same text",
    .operands = "SONG...",
    .examples = "two songs against silence\n"
                "llmsonify atmos compare a.flac b.mp3 --silence -p 'Once upon a time'\n"
                "is it the rhythm, or only the heat?\n"
                "llmsonify atmos compare a.flac --shuffled -p 'Once upon a time' --seeds 12 "
                "--plot\n",
    .text = "Every piece conducts the same prompt with the same seeds. Of each text: mean\n"
            "temperature, entropy, surprisal, distinct tokens and pairs, repetition. Pieces\n"
            "are compared seed by seed, with an exact test by flipping signs.\n",
    .groups = GROUPS,
    .ngroups = sizeof GROUPS / sizeof GROUPS[0],
    .defaults = &DEFAULTS,
    .size = sizeof DEFAULTS,
    .min_operands = 1,
    .max_operands = -1,
    .run = run,
};
