/* cmd_render.c: any MIDI file to finished audio. */
#include "app/render.h"
#include "command.h"
#include "rows.h"

typedef struct RenderOpts {
    CommonOpts common;
    SoundRows sound;
    const char *output, *style;
    int format; /* -1 = by the name */
    bool clobber;
} RenderOpts;

static const RenderOpts DEFAULTS = {.sound = SOUND_DEFAULTS, .format = -1, .clobber = true};

static const char *const FORMATS[] = {"wav", "flac", "ogg", "opus", "mp3", NULL};

static const Opt ROWS[] = {
    {.letter = 'o', .name = "output", .type = OPT_STRING, .at = offsetof(RenderOpts, output),
     .arg = "FILE",
     .help = "audio file by its ending: wav flac ogg opus mp3; - is standard output. Without -o: "
             "the input's name", .local = true},
    {.name = "format", .type = OPT_CHOICE, .at = offsetof(RenderOpts, format), .arg = "FORMAT",
     .help = "the format where the name does not say", .choices = FORMATS, .local = true},
    {.name = "style", .type = OPT_STRING, .at = offsetof(RenderOpts, style), .arg = "GENRE",
     .help = "equalise in the style of a genre"},
    {.name = "force", .type = OPT_FLAG, .at = offsetof(RenderOpts, clobber),
     .help = "replace existing files (the default)", .local = true},
    {.name = "clobber", .type = OPT_OFF, .at = offsetof(RenderOpts, clobber),
     .help = "fail when the file exists already", .local = true},
};

static const OptGroup GROUPS[] = {
    GROUP_OF(ROWS, 0, "Output"),
    GROUP_OF(rows_sound, offsetof(RenderOpts, sound), "Sound"),
    COMMON_GROUP,
};

static CliStatus run(const Call *call)
{
    const RenderOpts *o = call->opts;
    RenderJob job = {.input = call->operands->item[0], .output = o->output,
                     .format = o->format < 0 ? NULL : FORMATS[o->format], .clobber = o->clobber,
                     .sound = rows_sound_job(&o->sound), .say = call->say};
    job.sound.style = o->style ? o->style : "";
    if (!render_check(&job, call->err)) return CLI_USAGE;
    return render_file(&job, call->run, call->err) ? CLI_OK : CLI_FAIL;
}

const Command cmd_render = {
    .name = "render",
    .summary = "play any MIDI file into an audio file, mastered",
    .operands = "FILE.mid",
    .examples = "song.wav at -14 LUFS\nllmsonify render song.mid\n"
                "FLAC with a font of your own, quieter\n"
                "llmsonify render song.mid --soundfont piano.sf2 --loudness -23 -o song.flac\n"
                "from another program\ncat song.mid | llmsonify render - -o - > song.wav\n",
    .groups = GROUPS,
    .ngroups = 3,
    .defaults = &DEFAULTS,
    .size = sizeof DEFAULTS,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
