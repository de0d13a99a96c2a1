/* cmd_serve.c: the page and its HTTP API. */
#include "command.h"
#include "rows.h"
#include "serve_modes.h"

typedef struct ServeRows {
    CommonOpts common;
    ModelRows model;
    ServeOpts serve;
} ServeRows;

static const ServeRows DEFAULTS = {
    .serve = {.bind = "127.0.0.1", .port = 5000, .queue = 64, .prompt_chars = 2000,
              .seconds = 600, .patience = 120, .cache = 256}};

static const Opt ROWS[] = {
    {.name = "port", .type = OPT_INT, .at = offsetof(ServeOpts, port),
     .arg = "PORT", .help = "0 takes one that is free and says which", .lo = 0, .hi = 65535,
     .local = true},
    {.name = "bind", .type = OPT_STRING, .at = offsetof(ServeOpts, bind),
     .arg = "ADDRESS",
     .help = "127.0.0.1 is this machine alone; 0.0.0.0 lets every other one in, and there is no "
             "password", .local = true},
};

static const Opt LIMITS[] = {
    {.name = "queue", .type = OPT_INT, .at = offsetof(ServeOpts, queue), .arg = "N",
     .help = "pieces that may wait; the next one is told to come back", .lo = 1, .hi = 10000,
     .local = true},
    {.name = "workers", .type = OPT_INT, .at = offsetof(ServeOpts, workers), .arg = "N",
     .help = "pieces made at once, 0 = as many as threads, at most 4", .lo = 0, .hi = 64,
     .local = true},
    {.name = "chars", .type = OPT_INT, .at = offsetof(ServeOpts, prompt_chars), .arg = "N",
     .help = "characters of a prompt", .lo = 1, .hi = 16000, .local = true},
    {.name = "seconds", .type = OPT_INT, .at = offsetof(ServeOpts, seconds), .arg = "N",
     .help = "of a piece", .lo = 1, .hi = 7200, .local = true},
    {.name = "patience", .type = OPT_INT, .at = offsetof(ServeOpts, patience), .arg = "N",
     .help = "seconds that a piece or a text may take", .lo = 1, .hi = 86400, .local = true},
    {.name = "cache", .type = OPT_INT, .at = offsetof(ServeOpts, cache), .arg = "MB",
     .help = "of finished pieces that are kept", .lo = 1, .hi = 1 << 20, .local = true},
};

static const OptGroup GROUPS[] = {
    GROUP_OF(rows_model, offsetof(ServeRows, model), "Model"),
    GROUP_OF(ROWS, offsetof(ServeRows, serve), "Server"),
    GROUP_OF(LIMITS, offsetof(ServeRows, serve), "Limits"),
    COMMON_GROUP,
};

static CliStatus run(const Call *call)
{
    const ServeRows *o = call->opts;
    ServeMode mode[SERVE_MODES_MOST];
    ServeOpts serve = o->serve;
    if (o->model.model.n > 1) {
        err_set(call->err, "--model: one at a time; the page offers every model that is found");
        return CLI_USAGE;
    }
    serve.model = o->model.model.n ? o->model.model.item[0] : NULL;
    serve.mode = mode;
    serve.nmodes = serve_modes(mode);
    serve.say = call->say;
    return serve_run(&serve, call->run, call->err) ? CLI_OK : CLI_FAIL;
}

const Command cmd_serve = {
    .name = "serve",
    .summary = "a page in the browser, and an HTTP API",
    .operands = "",
    .examples = "open http://127.0.0.1:5000/\n"
                "llmsonify serve\n"
                "another port, another model, larger pieces\n"
                "llmsonify serve --port 8080 -m google/gemma-3-270m --seconds 1200\n"
                "a piece from the shell\n"
                "curl -s -H 'Content-Type: application/json' "
                "-d '{\"mode\": \"space\", \"prompt\": \"The forest was silent.\"}' "
                "http://127.0.0.1:5000/api/sonify\n",
    .text = "GET /api/models lists models, modes and options; POST /api/sonify asks for a piece;\n"
            "GET /api/jobs/ID says how far it is, /api/jobs/ID/events tells it as it goes, and\n"
            "/api/jobs/ID/piece.mid, piece.wav, piece.json, words.json and heat.json are its\n"
            "files: byte for byte those of the command that the answer names. DELETE cancels.\n"
            "POST /v1/completions (streamed too) and GET /v1/models are OpenAI's, for other\n"
            "programs: the models that are found go on with a text.\n"
            "On SIGTERM or Ctrl-C the piece that is being made is finished, the others are\n"
            "refused.\n",
    .groups = GROUPS,
    .ngroups = sizeof GROUPS / sizeof GROUPS[0],
    .defaults = &DEFAULTS,
    .size = sizeof DEFAULTS,
    .until_stopped = true,
    .run = run,
};
