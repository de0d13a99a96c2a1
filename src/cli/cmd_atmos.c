/* cmd_atmos.c: a song conducts a model. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/concert.h"
#include "app/improv_job.h"
#include "app/output.h"
#include "base/json.h"
#include "command.h"
#include "rows.h"
#include "rows_atmos.h"
#include "rows_text.h"
#include "tui/atmos_screen.h"

typedef struct AtmosOpts {
    CommonOpts common;
    ModelRows model;
    TextInput in;
    ContourOpts contour;
    SamplingRows sampling;
    ApiOpts api;
    int n, context;
    const char *save, *load, *output;
    bool list, loop, plain, audio, ignore_end, clobber;
} AtmosOpts;

static const AtmosOpts DEFAULTS = {.in = TEXT_INPUT_DEFAULTS, .contour = CONTOUR_DEFAULTS,
                                   .sampling = SAMPLING_DEFAULTS, .api = API_DEFAULTS,
                                   .audio = true,
                                   .clobber = true};

enum { LOOP_TOKENS = 200, LOOP_TPS = 8 };
static const double LOOP_THRESHOLD = 3; /* nats of surprisal */

static const Opt SERVER[] = {
    {.name = "api", .type = OPT_STRING, .at = offsetof(ApiOpts, url), .arg = "URL",
     .help = "an OpenAI-compatible server writes, as http://localhost:1234/v1; its key, if it "
             "needs one, is in LLMSONIFY_API_KEY or OPENAI_API_KEY"},
    {.name = "api-model", .type = OPT_STRING, .at = offsetof(ApiOpts, model), .arg = "NAME",
     .help = "which of the server's models"},
    {.name = "api-block", .type = OPT_INT, .at = offsetof(ApiOpts, block), .arg = "N",
     .help = "tokens a request: 1, each at its own temperature; more are streamed, at the mean "
             "temperature of their frames", .lo = 1, .hi = 4096},
    {.name = "api-timeout", .type = OPT_REAL, .at = offsetof(ApiOpts, timeout), .arg = "SECONDS",
     .help = "without a byte before a request counts as lost", .lo = 0.1, .hi = 3600,
     .local = true},
    {.name = "api-retries", .type = OPT_INT, .at = offsetof(ApiOpts, retries), .arg = "N",
     .help = "of a request that failed and may not fail again", .lo = 0, .hi = 100,
     .local = true},
};

static const Opt LENGTH[] = {
    {.letter = 'n', .name = "tokens", .type = OPT_INT, .at = offsetof(AtmosOpts, n),
     .arg = "N", .help = "tokens at most; 0 is to the end of the song", .lo = 0, .hi = 1 << 30},
    {.name = "ignore-end", .type = OPT_FLAG, .at = offsetof(AtmosOpts, ignore_end),
     .help = "go on when the model ends the text"},
    {.letter = 'c', .name = "context", .type = OPT_INT, .at = offsetof(AtmosOpts, context),
     .arg = "N", .help = "positions at most; when they are full the later half is kept; 0 is what "
                         "the model was made for", .lo = 0, .hi = 1 << 24},
};

static const Opt RUNS[] = {
    {.name = "save", .type = OPT_STRING, .at = offsetof(AtmosOpts, save), .arg = "RUN.npz",
     .help = "keep text, times, temperatures and loudness, for --load and for NumPy",
     .local = true},
    {.name = "load", .type = OPT_STRING, .at = offsetof(AtmosOpts, load), .arg = "RUN.npz",
     .help = "show a saved run again", .local = true},
    {.name = "loop", .type = OPT_FLAG, .at = offsetof(AtmosOpts, loop),
     .help = "no song: the text's own hidden states are played as it is written, and the loudness "
             "of that music is the next token's temperature; 8 tokens a second unless --tps says "
             "otherwise"},
    {.letter = 'o', .name = "output", .type = OPT_STRING, .at = offsetof(AtmosOpts, output),
     .arg = "NAME", .help = "of --loop: NAME.wav, NAME.mid and NAME.json; loop by default",
     .local = true},
    {.name = "list", .type = OPT_FLAG, .at = offsetof(AtmosOpts, list),
     .help = "the runs in a directory (the operand, or here)", .local = true},
    {.name = "plain", .type = OPT_FLAG, .at = offsetof(AtmosOpts, plain),
     .help = "a line a token: seconds, temperature, text; no screen. In time with the song; with "
             "--no-audio as fast as it is written", .local = true},
    {.name = "audio", .type = OPT_OFF, .at = offsetof(AtmosOpts, audio),
     .help = "no playback", .local = true},
    {.name = "clobber", .type = OPT_OFF, .at = offsetof(AtmosOpts, clobber),
     .help = "fail when the run exists already", .local = true},
};

static const OptGroup GROUPS[] = {
    GROUP_OF(rows_model, offsetof(AtmosOpts, model), "Model"),
    GROUP_OF(SERVER, offsetof(AtmosOpts, api), "Model behind a server"),
    GROUP_OF(rows_text, offsetof(AtmosOpts, in), "Prompt"),
    GROUP_OF(rows_chat, offsetof(AtmosOpts, in), "Chat"),
    GROUP_OF(rows_contour, offsetof(AtmosOpts, contour), "Song to temperature"),
    GROUP_OF(rows_sampling, offsetof(AtmosOpts, sampling), "Sampling"),
    GROUP_OF(LENGTH, 0, "Length"),
    GROUP_OF(RUNS, 0, "Runs"),
    COMMON_GROUP,
};

static bool put_line(void *ud, const SessionToken *t)
{
    Str line = {0};
    (void)ud;
    str_addf(&line, "%9.3f %6.3f  ", t->time, t->temp);
    json_quote(&line, t->text);
    str_putc(&line, '\n');
    bool ok = fwrite(line.s, 1, line.len, stdout) == line.len && fflush(stdout) == 0;
    str_free(&line);
    return ok;
}

static bool put_heard(void *ud, const SessionToken *t, bool tense)
{
    (void)tense;
    return put_line(ud, t);
}

static CliStatus loop(const Call *call)
{
    const AtmosOpts *o = call->opts;
    const ContourOpts usual = CONTOUR_DEFAULTS;
    ImprovJob job = {.text = {.model = &o->model.model, .in = o->in, .context = o->context,
                              .say = call->say},
                     .contour = o->contour, .sampler = rows_sampler(&o->sampling), .loop = true,
                     .ignore_end = o->ignore_end, .n = o->n ? o->n : LOOP_TOKENS,
                     .threshold = LOOP_THRESHOLD, .device = o->audio,
                     .output = o->output ? o->output : "loop", .save = o->save,
                     .clobber = o->clobber, .command = call->echo, .put = put_heard};
    if (o->contour.tps == usual.tps) job.contour.tps = LOOP_TPS;
    if (call->operands->n || o->load || o->api.url) {
        err_set(call->err, "--loop is its own song: give no other, no --load and no --api");
        return CLI_USAGE;
    }
    if (!improv_check(&job, call->err)) return CLI_USAGE;
    return improv_run(&job, call->run, call->err) ? CLI_OK : CLI_FAIL;
}

static CliStatus list(const Call *call)
{
    Str out = {0};
    const char *dir = call->operands->n ? call->operands->item[0] : ".";
    CliStatus status = atmos_list(dir, &out, call->err) ? cli_put(call, &out) : CLI_FAIL;
    str_free(&out);
    return status;
}

static CliStatus run(const Call *call)
{
    const AtmosOpts *o = call->opts;
    const OptList *operands = call->operands;
    AtmosJob job = {.text = {.model = &o->model.model, .in = o->in, .context = o->context,
                             .say = call->say},
                    .song = operands->n ? operands->item[0] : NULL, .load = o->load,
                    .api = o->api, .contour = o->contour,
                    .sampler = rows_sampler(&o->sampling), .n = o->n,
                    .ignore_end = o->ignore_end, .save = o->save, .clobber = o->clobber};
    if (o->list) return list(call);
    if (o->loop) return loop(call);
    if (o->output) {
        err_set(call->err, "-o is of --loop; a run is kept with --save RUN.npz");
        return CLI_USAGE;
    }
    job.api.key = getenv("LLMSONIFY_API_KEY");
    if (!job.api.key) job.api.key = getenv("OPENAI_API_KEY");
    if (!atmos_check(&job, call->err)) return CLI_USAGE;
    if (job.save && !out_check_path(job.save, job.clobber, call->err)) return CLI_FAIL;
    bool screen = !o->plain && atmos_screen_usable();
    job.audio = o->audio;
    Concert *s = concert_open(&job, call->run, call->err);
    const ScreenJob show = {.concert = s, .audio = o->audio, .say = call->say};
    bool ok = s && (screen     ? atmos_screen(&show, call->run, call->err)
                    : o->audio ? concert_play(s, &call->say, put_line, NULL, call->run, call->err)
                               : concert_write(s, put_line, NULL, call->run, call->err));
    const char *end = NULL;
    if (ok && concert_done(s, &end) && !o->load)
        say(&call->say, SAY_INFO, "%d tokens; seed %d; end: %s", concert_count(s),
            o->sampling.seed, end);
    if (ok && !screen && end && strcmp(end, "stopped") == 0)
        ok = err_set(call->err, "standard output: cannot write");
    concert_close(s);
    return ok ? CLI_OK : CLI_FAIL;
}

const Command cmd_atmos = {
    .name = "atmos",
    .summary = "let a song conduct a model: loudness is temperature",
    .operands = "[SONG]",
    .examples = "a story under a song\nllmsonify atmos song.mp3 -p 'Once upon a time'\n"
                "for scripts: 200 tokens, kept for NumPy\n"
                "llmsonify atmos song.flac -p 'Once upon a time' -n 200 -s 7 --plain --no-audio "
                "--save run.npz\n"
                "once more\nllmsonify atmos --load run.npz\n"
                "the model's own music conducts it\n"
                "llmsonify atmos --loop -p 'Once upon a time' -n 200 --no-audio -o loop\n"
                "what has been kept\nllmsonify atmos --list\n",
    .text = "SONG is a WAV, FLAC, Ogg, Opus, MP3 or AIFF file. A frame of it is a token: the text\n"
            "ends with the song at the latest. Its loudness, or how fast that changes, is the\n"
            "temperature of that token; 'llmsonify atmos analyse' shows how. The whole\n"
            "distribution is sampled unless --top-k, --top-p or --min-p say otherwise.\n",
    .groups = GROUPS,
    .ngroups = sizeof GROUPS / sizeof GROUPS[0],
    .defaults = &DEFAULTS,
    .size = sizeof DEFAULTS,
    .max_operands = 1,
    .run = run,
};
