/* cmd_weights.c: frozen weights to music. */
#include "app/piece.h"
#include "command.h"
#include "jobs_of.h"
#include "rows.h"
#include "rows_generator.h"

typedef struct WeightsOpts {
    CommonOpts common;
    ModelRows model;
    MusicRows music;
    SoundRows sound;
    EngineRows engine;
    GeneratorRows generator;
    const char *output, *features;
    int format; /* -1 = MIDI, WAV and sources */
    PlotJob plot;
    bool audio, clobber, dry_run, explain;
} WeightsOpts;

static const WeightsOpts DEFAULTS = {
    .music = MUSIC_DEFAULTS, .generator = GENERATOR_DEFAULTS, .sound = SOUND_DEFAULTS,
    .format = -1, .audio = true, .clobber = true};

static const char *const FORMATS[] = {"mid", "wav", "flac", "ogg", "opus", "mp3", "json", NULL};

static const Opt OUTPUT[] = {
    {.letter = 'o', .name = "output", .type = OPT_STRING, .at = offsetof(WeightsOpts, output),
     .arg = "NAME",
     .help = "NAME.mid, NAME.wav and NAME.json (where each note comes from); with an ending "
             "(x.mid, x.flac, x.json) just that file; - is standard output. Without -o: "
             "MODEL-GENRE", .local = true},
    {.name = "format", .type = OPT_CHOICE, .at = offsetof(WeightsOpts, format), .arg = "FORMAT",
     .help = "what to write where the name does not say", .choices = FORMATS, .local = true},
    {.name = "audio", .type = OPT_OFF, .at = offsetof(WeightsOpts, audio),
     .help = "no audio file", .local = true},
    {.name = "force", .type = OPT_FLAG, .at = offsetof(WeightsOpts, clobber),
     .help = "replace existing files (the default)", .local = true},
    {.name = "clobber", .type = OPT_OFF, .at = offsetof(WeightsOpts, clobber),
     .help = "fail when a file exists already", .local = true},
    {.name = "features", .type = OPT_STRING, .at = offsetof(WeightsOpts, features), .arg = "FILE",
     .help = "compose from a file that `inspect -o x.json` wrote instead of a model"},
    {.name = "dry-run", .type = OPT_FLAG, .at = offsetof(WeightsOpts, dry_run),
     .help = "say what would be read and written, and stop", .local = true},
    {.name = "explain", .type = OPT_FLAG, .at = offsetof(WeightsOpts, explain),
     .help = "print the genre's mapping in words, and stop", .local = true},
};

static const OptGroup GROUPS[] = {
    GROUP_OF(rows_model, offsetof(WeightsOpts, model), "Model"),
    GROUP_OF(rows_music, offsetof(WeightsOpts, music), "Music"),
    GROUP_OF(rows_generator, offsetof(WeightsOpts, generator), "Generator"),
    GROUP_OF(OUTPUT, 0, "Output"),
    GROUP_OF(rows_plot, offsetof(WeightsOpts, plot), "Pictures"),
    GROUP_OF(rows_sound, offsetof(WeightsOpts, sound), "Sound"),
    GROUP_OF(rows_engine, offsetof(WeightsOpts, engine), "Instruments"),
    COMMON_GROUP,
};

bool weights_job(const void *opts, const char *echo, PieceJob *job, Err *err)
{
    const WeightsOpts *o = opts;
    *job = (PieceJob){.model = &o->model.model, .features = o->features, .genre = &o->music.genre,
                      .opts = o->music.opts, .dialect = o->music.acid_cc, .output = o->output,
                      .format = o->format < 0 ? NULL : FORMATS[o->format], .audio = o->audio,
                      .clobber = o->clobber, .sound = rows_sound_job(&o->sound), .plot = o->plot,
                      .command = echo};
    job->sound.engine = o->engine.engine;
    job->jepa = o->generator.jepa;
    return rows_generator_opts(&o->generator, GEN_ROWS, &job->opts, err);
}

static CliStatus run(const Call *call)
{
    const WeightsOpts *o = call->opts;
    PieceJob job;
    Str out = {0};
    bool ok;
    if (!weights_job(o, call->echo, &job, call->err)) return CLI_USAGE;
    job.say = call->say;
    if (!piece_check(&job, call->err)) return CLI_USAGE;
    if (o->explain)
        ok = piece_legend(&job, &out, call->err);
    else if (o->dry_run)
        ok = piece_plan(&job, &out, call->err);
    else
        ok = piece_make(&job, call->run, call->err);
    CliStatus status = ok ? cli_put(call, &out) : CLI_FAIL;
    str_free(&out);
    return status;
}

const Command cmd_weights = {
    .name = "weights",
    .summary = "compose music from a model's frozen weights",
    .operands = "",
    .examples = "an acid track from the embedded model: wren-acid.mid, .wav and .json\n"
                "llmsonify weights --genre acid\n"
                "every genre from a model in the Hugging Face cache, as FLAC\n"
                "llmsonify weights -m google/gemma-3-270m --genre all --format flac -o gemma\n"
                "a DJ set of two models\n"
                "llmsonify weights --genre house -m wren -m ~/models/other -o set\n"
                "house by a Markov chain and what a trained network foresees\n"
                "llmsonify weights --genre house --generator jepa --markov-weight 0.5\n"
                "16 bars of MIDI to another program\n"
                "llmsonify weights --genre opera --bars 16 -q -o - | llmsonify measure -\n",
    .groups = GROUPS,
    .ngroups = sizeof GROUPS / sizeof GROUPS[0],
    .defaults = &DEFAULTS,
    .size = sizeof DEFAULTS,
    .run = run,
};
