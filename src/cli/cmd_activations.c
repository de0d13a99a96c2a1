/* cmd_activations.c: a prompt, or a set of prompts, to sound. */
#include "app/activations_piece.h"
#include "command.h"
#include "rows.h"
#include "rows_text.h"

typedef struct ActivationsOpts {
    CommonOpts common;
    ModelRows model;
    TextInput in;
    SoundRows sound;
    EngineRows engine;
    PlotJob plot;
    const char *output, *column;
    int mode, layer, dims, format; /* format: -1 = MIDI, WAV and sources */
    bool audio, clobber;
} ActivationsOpts;

enum { LAST_LAYER = 100000 };

static const ActivationsOpts DEFAULTS = {
    .in = TEXT_INPUT_DEFAULTS, .sound = SOUND_DEFAULTS, .layer = LAST_LAYER, .dims = 128,
    .format = -1, .audio = true, .clobber = true};

static const char *const FORMATS[] = {"mid", "wav", "flac", "ogg", "opus", "mp3", "json", NULL};

static const Opt ROWS[] = {
    {.name = "mode", .type = OPT_CHOICE, .at = offsetof(ActivationsOpts, mode), .arg = "MODE",
     .help = "thinking: a prompt layer by layer, every token a sine; operatic: every token a "
             "singer; spectrum: a file of prompts, 0.3 s each, every hidden dimension a sine",
     .choice_at = activations_mode},
    {.name = "layer", .type = OPT_INT, .at = offsetof(ActivationsOpts, layer), .arg = "N",
     .help = "spectrum: the stream after this block; -1 is the embedding; the last by default",
     .lo = -1, .hi = LAST_LAYER - 1},
    {.name = "dims", .type = OPT_INT, .at = offsetof(ActivationsOpts, dims), .arg = "N",
     .help = "spectrum: so many dimensions, those that vary most", .lo = 1, .hi = 4096},
    {.name = "column", .type = OPT_STRING, .at = offsetof(ActivationsOpts, column), .arg = "NAME",
     .help = "spectrum: where a .csv or .jsonl has its prompts; otherwise prompt, Goal, "
             "instruction or text"},
};

static const Opt OUTPUT[] = {
    {.letter = 'o', .name = "output", .type = OPT_STRING, .at = offsetof(ActivationsOpts, output),
     .arg = "NAME",
     .help = "NAME.mid, NAME.wav and NAME.json; with an ending just that file; - is standard "
             "output. Without -o: MODEL-MODE", .local = true},
    {.name = "format", .type = OPT_CHOICE, .at = offsetof(ActivationsOpts, format),
     .arg = "FORMAT", .help = "what to write where the name does not say", .choices = FORMATS,
     .local = true},
    {.name = "audio", .type = OPT_OFF, .at = offsetof(ActivationsOpts, audio),
     .help = "no audio file", .local = true},
    {.name = "clobber", .type = OPT_OFF, .at = offsetof(ActivationsOpts, clobber),
     .help = "fail when a file exists already", .local = true},
};

static const OptGroup GROUPS[] = {
    GROUP_OF(rows_model, offsetof(ActivationsOpts, model), "Model"),
    GROUP_OF(rows_text, offsetof(ActivationsOpts, in), "Prompt"),
    GROUP_OF(rows_chat, offsetof(ActivationsOpts, in), "Chat"),
    GROUP_OF(ROWS, 0, "Piece"),
    GROUP_OF(OUTPUT, 0, "Output"),
    GROUP_OF(rows_plot, offsetof(ActivationsOpts, plot), "Pictures"),
    GROUP_OF(rows_sound, offsetof(ActivationsOpts, sound), "Sound"),
    GROUP_OF(rows_engine, offsetof(ActivationsOpts, engine), "Instruments"),
    COMMON_GROUP,
};

static CliStatus run(const Call *call)
{
    const ActivationsOpts *o = call->opts;
    ActivationsJob job = {.text = {.model = &o->model.model, .in = o->in, .say = call->say},
                          .mode = activations_mode(o->mode), .column = o->column,
                          .layer = o->layer, .dims = o->dims, .output = o->output,
                          .format = o->format < 0 ? NULL : FORMATS[o->format], .audio = o->audio,
                          .clobber = o->clobber, .sound = rows_sound_job(&o->sound),
                          .plot = o->plot, .command = call->echo};
    job.sound.engine = o->engine.engine;
    if (!activations_check(&job, call->err)) return CLI_USAGE;
    return activations_make(&job, call->run, call->err) ? CLI_OK : CLI_FAIL;
}

const Command cmd_activations = {
    .name = "activations",
    .summary = "sonify what a prompt does inside a model",
    .operands = "",
    .examples = "a prompt, layer by layer\n"
                "llmsonify activations --mode thinking -p 'Why is the sky blue?' -o sky\n"
                "the same, sung\n"
                "llmsonify activations --mode operatic -p 'Why is the sky blue?' -o sung.flac\n"
                "a data set, 0.3 s a prompt\n"
                "llmsonify activations --mode spectrum -f prompts.jsonl --dims 128 -o set\n",
    .groups = GROUPS,
    .ngroups = sizeof GROUPS / sizeof GROUPS[0],
    .defaults = &DEFAULTS,
    .size = sizeof DEFAULTS,
    .run = run,
};
