/* cmd_space_play.c: a prompt played on a learned map. */
#include <string.h>

#include "app/space_piece.h"
#include "command.h"
#include "jobs_of.h"
#include "music/scale.h"
#include "rows.h"
#include "rows_text.h"

typedef struct PlayOpts {
    CommonOpts common;
    ModelRows model;
    TextInput in;
    GenreOpts music;
    SoundRows sound;
    EngineRows engine;
    const char *space, *layers, *output;
    OptList voices;
    int format;
    bool audio, clobber;
} PlayOpts;

static const PlayOpts DEFAULTS = {.in = TEXT_INPUT_DEFAULTS, .sound = SOUND_DEFAULTS,
                                  .music = {.root = -1, .mode = -1}, .layers = "0,mid,last",
                                  .format = -1, .audio = true, .clobber = true};

static const char *const FORMATS[] = {"mid", "wav", "flac", "ogg", "opus", "mp3", "json", NULL};
static const char *const VOICES[] = {"flute", "clarinet", "strings", NULL};
static const char *const ROOTS[] = {"C",     "C#|Db", "D",     "D#|Eb", "E",     "F", "F#|Gb",
                                    "G",     "G#|Ab", "A",     "A#|Bb", "B",     NULL};

static const char *scale_choice(int i)
{
    return i < MODE_COUNT ? mode_name(i) : NULL;
}

static const Opt ROWS[] = {
    {.name = "space", .type = OPT_STRING, .at = offsetof(PlayOpts, space), .arg = "FILE",
     .help = "what space fit wrote; the one beside the model by default", .local = true},
    {.name = "layers", .type = OPT_STRING, .at = offsetof(PlayOpts, layers), .arg = "A,B,C",
     .help = "hidden states of flute, clarinet and strings: numbers (0 is the embedding), mid, "
             "last"},
    {.name = "voices", .type = OPT_LIST, .at = offsetof(PlayOpts, voices), .arg = "LIST",
     .help = "those that play; all by default", .choices = VOICES},
    {.name = "scale", .type = OPT_CHOICE, .at = offsetof(PlayOpts, music.mode), .arg = "MODE",
     .help = "instead of the model's own", .choice_at = scale_choice},
    {.name = "root", .type = OPT_CHOICE, .at = offsetof(PlayOpts, music.root), .arg = "PITCH",
     .help = "tonic instead of the model's own", .choices = ROOTS},
    {.name = "tempo", .type = OPT_REAL, .at = offsetof(PlayOpts, music.tempo), .arg = "BPM",
     .help = "instead of the text's own, 84 to 116 by its steps", .lo = 20, .hi = 400},
};

static const Opt OUTPUT[] = {
    {.letter = 'o', .name = "output", .type = OPT_STRING, .at = offsetof(PlayOpts, output),
     .arg = "NAME",
     .help = "NAME.mid, NAME.wav, NAME.json and NAME.words.json; with an ending just that file; "
             "- is standard output. Without -o: MODEL-space", .local = true},
    {.name = "format", .type = OPT_CHOICE, .at = offsetof(PlayOpts, format),
     .arg = "FORMAT", .help = "what to write where the name does not say", .choices = FORMATS,
     .local = true},
    {.name = "audio", .type = OPT_OFF, .at = offsetof(PlayOpts, audio),
     .help = "no audio file", .local = true},
    {.name = "clobber", .type = OPT_OFF, .at = offsetof(PlayOpts, clobber),
     .help = "fail when a file exists already", .local = true},
};

static const OptGroup GROUPS[] = {
    GROUP_OF(rows_model, offsetof(PlayOpts, model), "Model"),
    GROUP_OF(rows_text, offsetof(PlayOpts, in), "Prompt"),
    GROUP_OF(ROWS, 0, "Piece"),
    GROUP_OF(OUTPUT, 0, "Output"),
    GROUP_OF(rows_sound, offsetof(PlayOpts, sound), "Sound"),
    GROUP_OF(rows_engine, offsetof(PlayOpts, engine), "Instruments"),
    COMMON_GROUP,
};

static bool read_layer(const char *text, size_t n, int *layer, Err *err)
{
    char word[16] = "";
    int64_t x = 0;
    if (n < sizeof word) memcpy(word, text, n);
    if (strcmp(word, "mid") == 0)
        *layer = SPACE_LAYER_MIDDLE;
    else if (strcmp(word, "last") == 0)
        *layer = SPACE_LAYER_LAST;
    else if (parse_int(word, 0, SPACE_LAYER_MIDDLE - 1, &x))
        *layer = (int)x;
    else
        return err_set(err, "--layers: '%.*s' is no layer: a number from 0, mid or last", (int)n,
                       text);
    return true;
}

static bool read_layers(const PlayOpts *o, int layer[SPACE_VOICES], Err *err)
{
    const char *at = o->layers;
    for (int v = 0; v < SPACE_VOICES; v++) {
        size_t n = strcspn(at, ",");
        if (!read_layer(at, n, &layer[v], err)) return false;
        at += n;
        if ((*at == ',') != (v < SPACE_VOICES - 1))
            return err_set(err, "--layers: '%s' must be three, as 0,mid,last", o->layers);
        at += *at == ',';
    }
    for (int v = 0; v < SPACE_VOICES && o->voices.n; v++) {
        bool plays = false;
        for (int i = 0; i < o->voices.n; i++) plays |= strcmp(o->voices.item[i], VOICES[v]) == 0;
        if (!plays) layer[v] = -1;
    }
    return true;
}

bool space_play_job(const void *opts, const char *echo, SpacePlayJob *job, Err *err)
{
    const PlayOpts *o = opts;
    *job = (SpacePlayJob){.text = {.model = &o->model.model, .in = o->in}, .space = o->space,
                          .music = {.music = o->music}, .output = o->output,
                          .format = o->format < 0 ? NULL : FORMATS[o->format],
                          .audio = o->audio, .clobber = o->clobber,
                          .sound = rows_sound_job(&o->sound), .command = echo};
    job->sound.engine = o->engine.engine;
    return read_layers(o, job->music.layer, err);
}

static CliStatus run(const Call *call)
{
    SpacePlayJob job;
    if (!space_play_job(call->opts, call->echo, &job, call->err)) return CLI_USAGE;
    job.text.say = call->say;
    if (!space_play_check(&job, call->err)) return CLI_USAGE;
    return space_play(&job, call->run, call->err) ? CLI_OK : CLI_FAIL;
}

const Command cmd_space_play = {
    .name = "space play",
    .summary = "play a prompt on a learned map, a note a word and voice",
    .operands = "",
    .examples = "flute, clarinet and strings over a drone\n"
                "llmsonify space play -p 'The forest was silent.' -o forest\n"
                "two voices, in D dorian\n"
                "llmsonify space play -p 'The forest was silent.' --voices flute,strings "
                "--scale dorian --root D -o two\n",
    .text = "NAME.words.json has the time of every word and note, to follow the text by.\n",
    .groups = GROUPS,
    .ngroups = sizeof GROUPS / sizeof GROUPS[0],
    .defaults = &DEFAULTS,
    .size = sizeof DEFAULTS,
    .run = run,
};
