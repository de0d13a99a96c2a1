/* cmd_activations.c: a prompt, or a set of prompts, to sound. */
#include "app/activations_piece.h"
#include "command.h"
#include "jobs_of.h"
#include "rows.h"
#include "rows_generator.h"
#include "rows_text.h"

typedef struct ActivationsOpts {
    CommonOpts common;
    ModelRows model;
    TextInput in;
    SoundRows sound;
    EngineRows engine;
    GeneratorRows generator;
    PlotJob plot;
    OptList prompt;
    const char *output, *prompts, *column, *category_column, *direction;
    const char *only, *shard, *title;
    int limit;                     /* 0 = all */
    int mode, layer, dims, format; /* format: -1 = MIDI, WAV and sources */
    bool audio, clobber, force;
} ActivationsOpts;

enum { LAST_LAYER = 100000 };

static const ActivationsOpts DEFAULTS = {
    .in = TEXT_INPUT_DEFAULTS, .generator = GENERATOR_DEFAULTS, .sound = SOUND_DEFAULTS,
    .layer = LAST_LAYER, .dims = 128, .format = -1, .audio = true, .clobber = true};

static const char *const FORMATS[] = {"mid", "wav", "flac", "ogg", "opus", "mp3", "json", NULL};

static const Opt PROMPTS[] = {
    {.letter = 'p', .name = "prompt", .type = OPT_LIST, .at = offsetof(ActivationsOpts, prompt),
     .arg = "TEXT", .help = "the text itself; twice for contrast, several times for dialogue"},
    {.name = "prompts", .type = OPT_STRING, .at = offsetof(ActivationsOpts, prompts), .arg = "FILE",
     .help = "many prompts: .csv, .tsv or .jsonl, or a line each; the modes contrast, dialogue and "
             "album have a list of their own", .local = true},
    {.name = "column", .type = OPT_STRING, .at = offsetof(ActivationsOpts, column), .arg = "NAME",
     .help = "where a file has its prompts; otherwise prompt, Goal, instruction, text or Behavior"},
    {.name = "category-column", .type = OPT_STRING,
     .at = offsetof(ActivationsOpts, category_column), .arg = "NAME",
     .help = "where it has their categories; otherwise category, section or topic"},
};

static const Opt ROWS[] = {
    {.name = "mode", .type = OPT_CHOICE, .at = offsetof(ActivationsOpts, mode), .arg = "MODE",
     .help = "solo: a prompt, composed token by token and layer by layer; contrast: two prompts at "
             "once, left and right; dialogue: eleven of a list in an arc of tension; delta: a "
             "prompt in two models; album: a list, a track each; thinking: every token a sine; "
             "operatic: every token a singer; spectrum: 0.3 s a prompt, every hidden dimension a "
             "sine",
     .choice_at = activations_mode},
    {.name = "direction", .type = OPT_STRING, .at = offsetof(ActivationsOpts, direction),
     .arg = "NAME",
     .help = "what tension is: a name, a .safetensors file of `direction fit`, or pairs in a .tsv; "
             "refusal without it, none for none"},
    {.name = "layer", .type = OPT_INT, .at = offsetof(ActivationsOpts, layer), .arg = "N",
     .help = "spectrum: the stream after this block; -1 is the embedding; the last by default",
     .lo = -1, .hi = LAST_LAYER - 1},
    {.name = "dims", .type = OPT_INT, .at = offsetof(ActivationsOpts, dims), .arg = "N",
     .help = "spectrum: so many dimensions, those that vary most", .lo = 1, .hi = 4096},
};

static const Opt ALBUM[] = {
    {.name = "limit", .type = OPT_INT, .at = offsetof(ActivationsOpts, limit), .arg = "N",
     .help = "only the first N tracks", .lo = 1, .hi = 100000, .local = true},
    {.name = "only", .type = OPT_STRING, .at = offsetof(ActivationsOpts, only), .arg = "CATEGORY",
     .help = "only the prompts of one category", .local = true},
    {.name = "shard", .type = OPT_STRING, .at = offsetof(ActivationsOpts, shard), .arg = "K/N",
     .help = "only each N-th track, from the K-th on; see `llmsonify album join`", .local = true},
    {.name = "title", .type = OPT_STRING, .at = offsetof(ActivationsOpts, title), .arg = "TEXT",
     .help = "the album's title; otherwise the name of the list"},
};

static const Opt OUTPUT[] = {
    {.letter = 'o', .name = "output", .type = OPT_STRING, .at = offsetof(ActivationsOpts, output),
     .arg = "NAME",
     .help = "NAME.mid, NAME.wav and NAME.json; with an ending just that file; - is standard "
             "output; album: a folder. Without -o: MODEL-MODE", .local = true},
    {.name = "format", .type = OPT_CHOICE, .at = offsetof(ActivationsOpts, format),
     .arg = "FORMAT", .help = "what to write where the name does not say", .choices = FORMATS,
     .local = true},
    {.name = "audio", .type = OPT_OFF, .at = offsetof(ActivationsOpts, audio),
     .help = "no audio file", .local = true},
    {.name = "force", .type = OPT_FLAG, .at = offsetof(ActivationsOpts, force),
     .help = "album: into a folder that holds another one", .local = true},
    {.name = "clobber", .type = OPT_OFF, .at = offsetof(ActivationsOpts, clobber),
     .help = "fail when a file exists already", .local = true},
};

static const OptGroup GROUPS[] = {
    GROUP_OF(rows_model, offsetof(ActivationsOpts, model), "Model"),
    GROUP_OF(PROMPTS, 0, "Prompt"),
    {.title = "Text", .opt = &rows_text[1], .n = 3, .at = offsetof(ActivationsOpts, in)},
    GROUP_OF(rows_chat, offsetof(ActivationsOpts, in), "Chat"),
    GROUP_OF(ROWS, 0, "Piece"),
    GROUP_OF(rows_generator_prompt, offsetof(ActivationsOpts, generator), "Generator"),
    GROUP_OF(ALBUM, 0, "Album"),
    GROUP_OF(OUTPUT, 0, "Output"),
    GROUP_OF(rows_plot, offsetof(ActivationsOpts, plot), "Pictures"),
    GROUP_OF(rows_sound, offsetof(ActivationsOpts, sound), "Sound"),
    GROUP_OF(rows_engine, offsetof(ActivationsOpts, engine), "Instruments"),
    COMMON_GROUP,
};

bool activations_job(const void *opts, const char *echo, ActivationsJob *job, Err *err)
{
    const ActivationsOpts *o = opts;
    *job = (ActivationsJob){.text = {.model = &o->model.model, .in = o->in},
                            .prompt = &o->prompt, .prompts = o->prompts, .column = o->column,
                            .category_column = o->category_column, .direction = o->direction,
                            .only = o->only, .shard = o->shard, .title = o->title,
                            .limit = o->limit, .mode = activations_mode(o->mode),
                            .layer = o->layer, .dims = o->dims, .output = o->output,
                            .format = o->format < 0 ? NULL : FORMATS[o->format],
                            .audio = o->audio, .clobber = o->clobber, .force = o->force,
                            .sound = rows_sound_job(&o->sound), .plot = o->plot,
                            .music = {.root = -1, .mode = -1}, .jepa = o->generator.jepa,
                            .command = echo};
    job->sound.engine = o->engine.engine;
    return rows_generator_opts(&o->generator, GEN_LSTM, &job->music, err);
}

static CliStatus run(const Call *call)
{
    ActivationsJob job;
    if (!activations_job(call->opts, call->echo, &job, call->err)) return CLI_USAGE;
    job.text.say = call->say;
    if (!activations_check(&job, call->err)) return CLI_USAGE;
    return activations_make(&job, call->run, call->err) ? CLI_OK : CLI_FAIL;
}

const Command cmd_activations = {
    .name = "activations",
    .summary = "sonify what a prompt does inside a model",
    .operands = "",
    .examples = "a prompt, composed\n"
                "llmsonify activations -p 'Why is the sky blue?' -o sky\n"
                "the same, layer by layer, every token a sine\n"
                "llmsonify activations --mode thinking -p 'Why is the sky blue?' -o sky.flac\n"
                "two prompts, one left, one right, and each alone\n"
                "llmsonify activations --mode contrast -p 'Hello' -p 'Go away' -o two\n"
                "an album of the bundled list; a killed run goes on where it was\n"
                "llmsonify activations --mode album -o album\n"
                "a data set, 0.3 s a prompt\n"
                "llmsonify activations --mode spectrum -f prompts.jsonl --dims 128 -o set\n",
    .groups = GROUPS,
    .ngroups = sizeof GROUPS / sizeof GROUPS[0],
    .defaults = &DEFAULTS,
    .size = sizeof DEFAULTS,
    .run = run,
};
