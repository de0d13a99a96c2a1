/* cmd_atmos_analyse.c: the temperatures that a song would give. */
#include "app/atmos_analyse.h"
#include "command.h"
#include "rows.h"
#include "rows_atmos.h"

typedef struct AnalyseOpts {
    CommonOpts common;
    ContourOpts contour;
    PlotJob plot;
    const char *output;
    bool json, csv, clobber;
} AnalyseOpts;

static const AnalyseOpts DEFAULTS = {.contour = CONTOUR_DEFAULTS, .clobber = true};

static const char *const PICTURES[] = {"png", "svg", NULL}; /* as CanvasFormat */

static const Opt OUTPUT[] = {
    {.name = "json", .type = OPT_FLAG, .at = offsetof(AnalyseOpts, json),
     .help = "everything as JSON", .local = true},
    {.name = "csv", .type = OPT_FLAG, .at = offsetof(AnalyseOpts, csv),
     .help = "a line a frame: time, loudness in LUFS and 0 to 1, velocity, temperature",
     .local = true},
    {.name = "plot", .type = OPT_FLAG, .at = offsetof(AnalyseOpts, plot.wanted),
     .help = "draw the curves: SONG-atmos.png here, or the name given with -o", .local = true},
    {.name = "plot-format", .type = OPT_CHOICE, .at = offsetof(AnalyseOpts, plot.format),
     .arg = "FORMAT", .help = "of the picture", .choices = PICTURES, .local = true},
    {.letter = 'o', .name = "output", .type = OPT_STRING, .at = offsetof(AnalyseOpts, output),
     .arg = "NAME", .help = "the picture: NAME.png or NAME.svg as it is, else NAME-atmos.png",
     .local = true},
    {.name = "clobber", .type = OPT_OFF, .at = offsetof(AnalyseOpts, clobber),
     .help = "fail when the picture exists already", .local = true},
};

static const OptGroup GROUPS[] = {
    GROUP_OF(rows_contour, offsetof(AnalyseOpts, contour), "Song to temperature"),
    GROUP_OF(OUTPUT, 0, "Output"),
    COMMON_GROUP,
};

static CliStatus run(const Call *call)
{
    const AnalyseOpts *o = call->opts;
    AnalyseJob job = {.song = call->operands->item[0], .contour = o->contour, .plot = o->plot,
                      .output = o->output, .clobber = o->clobber, .say = call->say,
                      .form = o->json ? ANALYSE_JSON : o->csv ? ANALYSE_CSV : ANALYSE_TEXT};
    Str out = {0};
    if (o->json && o->csv) {
        err_set(call->err, "--json and --csv exclude each other");
        return CLI_USAGE;
    }
    if (o->output) job.plot.wanted = true;
    if (!atmos_analyse_check(&job, call->err)) return CLI_USAGE;
    CliStatus status = atmos_analyse(&job, &out, call->err) ? cli_put(call, &out) : CLI_FAIL;
    str_free(&out);
    return status;
}

const Command cmd_atmos_analyse = {
    .name = "atmos analyse",
    .summary = "the temperatures that a song would give, without generating",
    .operands = "SONG",
    .examples = "how loud it is, and what becomes of that\nllmsonify atmos analyse song.mp3\n"
                "a picture\nllmsonify atmos analyse song.flac --plot\n"
                "a line a token\nllmsonify atmos analyse song.wav --csv > song.csv\n",
    .text = "SONG is a WAV, FLAC, Ogg, Opus, MP3 or AIFF file, - is standard input. Loudness is\n"
            "EBU R128 momentary (0.4 s), one frame a token; scaled from the gate to the loudest\n"
            "moment, smoothed, bent by an S-curve; velocity is how much it changes from frame\n"
            "to frame, over the largest change.\n",
    .groups = GROUPS,
    .ngroups = sizeof GROUPS / sizeof GROUPS[0],
    .defaults = &DEFAULTS,
    .size = sizeof DEFAULTS,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
