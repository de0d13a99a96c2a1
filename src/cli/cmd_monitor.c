/* cmd_monitor.c: a model is heard while it writes. */
#include <stdio.h>

#include "app/improv_job.h"
#include "command.h"
#include "rows.h"
#include "rows_atmos.h"
#include "rows_text.h"

typedef struct MonitorOpts {
    CommonOpts common;
    ModelRows model;
    TextInput in;
    SamplingRows sampling;
    const char *direction, *output;
    double temp, tps, threshold;
    int n, context;
    bool ignore_end, audio, clobber;
} MonitorOpts;

static const MonitorOpts DEFAULTS = {.in = TEXT_INPUT_DEFAULTS, .sampling = SAMPLING_DEFAULTS,
                                     .temp = 0.8, .tps = 8, .threshold = -1, .n = 200,
                                     .audio = true, .clobber = true};

static const double BY_PROJECTION = 0.5, BY_SURPRISAL = 3; /* thresholds when none is given */

static const Opt STATES[] = {
    {.name = "direction", .type = OPT_STRING, .at = offsetof(MonitorOpts, direction),
     .arg = "WHAT",
     .help = "tension is the projection on it, 0 at its lows and 1 at its highs: refusal, "
             "sentiment, a list of pairs or a fitted .safetensors; otherwise it is surprisal, "
             "nats"},
    {.name = "threshold", .type = OPT_REAL, .at = offsetof(MonitorOpts, threshold), .arg = "X",
     .help = "from where on it is tense; 0.5 with a direction, else 3", .lo = 0, .hi = 1000},
};

static const Opt WRITING[] = {
    {.name = "tps", .type = OPT_REAL, .at = offsetof(MonitorOpts, tps), .arg = "N",
     .help = "tokens a second; each is a sixteenth", .lo = 0.5, .hi = 40},
    {.letter = 'n', .name = "tokens", .type = OPT_INT, .at = offsetof(MonitorOpts, n),
     .arg = "N", .help = "tokens at most", .lo = 1, .hi = 1 << 20},
    {.name = "ignore-end", .type = OPT_FLAG, .at = offsetof(MonitorOpts, ignore_end),
     .help = "go on when the model ends the text"},
    {.letter = 'c', .name = "context", .type = OPT_INT, .at = offsetof(MonitorOpts, context),
     .arg = "N", .help = "positions at most; 0 is what the model was made for", .lo = 0,
     .hi = 1 << 24},
    {.name = "temp", .type = OPT_REAL, .at = offsetof(MonitorOpts, temp), .arg = "T",
     .help = "temperature", .lo = 0, .hi = 100},
};

static const Opt OUTPUT[] = {
    {.letter = 'o', .name = "output", .type = OPT_STRING, .at = offsetof(MonitorOpts, output),
     .arg = "NAME", .help = "NAME.wav, NAME.mid and NAME.json; with an ending just that file",
     .local = true},
    {.name = "audio", .type = OPT_OFF, .at = offsetof(MonitorOpts, audio),
     .help = "no playback: files only, as fast as it goes", .local = true},
    {.name = "clobber", .type = OPT_OFF, .at = offsetof(MonitorOpts, clobber),
     .help = "fail when a file exists already", .local = true},
};

static const OptGroup GROUPS[] = {
    GROUP_OF(rows_model, offsetof(MonitorOpts, model), "Model"),
    GROUP_OF(rows_text, offsetof(MonitorOpts, in), "Prompt"),
    GROUP_OF(rows_chat, offsetof(MonitorOpts, in), "Chat"),
    GROUP_OF(STATES, 0, "Calm and tense"),
    GROUP_OF(WRITING, 0, "Writing"),
    GROUP_OF(rows_sampling, offsetof(MonitorOpts, sampling), "Sampling"),
    GROUP_OF(OUTPUT, 0, "Output"),
    COMMON_GROUP,
};

static bool put(void *ud, const SessionToken *t, bool tense)
{
    (void)ud, (void)tense;
    return fputs(t->text, stdout) >= 0 && fflush(stdout) == 0;
}

static CliStatus run(const Call *call)
{
    const MonitorOpts *o = call->opts;
    ImprovJob job = {.text = {.model = &o->model.model, .in = o->in, .context = o->context,
                              .direction = o->direction, .say = call->say},
                     .contour = CONTOUR_DEFAULTS, .sampler = rows_sampler(&o->sampling),
                     .n = o->n, .ignore_end = o->ignore_end, .threshold = o->threshold,
                     .device = o->audio, .output = o->output, .clobber = o->clobber,
                     .command = call->echo, .put = put};
    job.contour.tps = o->tps;
    job.sampler.temp = o->temp;
    if (o->threshold < 0) job.threshold = o->direction ? BY_PROJECTION : BY_SURPRISAL;
    if (!improv_check(&job, call->err)) return CLI_USAGE;
    bool ok = improv_run(&job, call->run, call->err);
    if (ok) putchar('\n');
    return ok ? CLI_OK : CLI_FAIL;
}

const Command cmd_monitor = {
    .name = "monitor",
    .summary = "hear a model while it writes",
    .operands = "",
    .examples = "a story, heard: tense where it surprises the model itself\n"
                "llmsonify monitor -p 'Once upon a time'\n"
                "tense where it is glad\n"
                "llmsonify monitor -p 'Once upon a time' --direction sentiment\n"
                "into files, without a sound device\n"
                "llmsonify monitor -p 'Once upon a time' --no-audio -o story\n",
    .text = "Every token is a sixteenth. The melody steps by the angle between the hidden\n"
            "state of the middle layer and the one before, up where its norm grows. Calm:\n"
            "pentatonic and soft. Tense: minor seconds and tritones, brighter and driven.\n"
            "The model waits for the sound; no token is left out.\n",
    .groups = GROUPS,
    .ngroups = sizeof GROUPS / sizeof GROUPS[0],
    .defaults = &DEFAULTS,
    .size = sizeof DEFAULTS,
    .run = run,
};
