/* cmd_score.c: how surprising a text is to a model. */
#include "app/text_score.h"
#include "command.h"
#include "rows.h"
#include "rows_text.h"

typedef struct ScoreOpts {
    CommonOpts common;
    ModelRows model;
    TextInput in;
    int window, overlap;
    bool summary, json, csv;
} ScoreOpts;

static const ScoreOpts DEFAULTS = {.in = TEXT_INPUT_DEFAULTS};

static const Opt WINDOWS[] = {
    {.name = "window", .type = OPT_INT, .at = offsetof(ScoreOpts, window), .arg = "N",
     .help = "tokens that the model sees at once; 0 is what it was made for", .lo = 0,
     .hi = 1 << 24},
    {.name = "overlap", .type = OPT_INT, .at = offsetof(ScoreOpts, overlap), .arg = "N",
     .help = "tokens of one window that the next begins with, as context alone; 0 is half of it",
     .lo = 0, .hi = 1 << 24},
};

static const Opt ROWS[] = {
    {.name = "summary", .type = OPT_FLAG, .at = offsetof(ScoreOpts, summary),
     .help = "the mean and the perplexity alone", .local = true},
    {.name = "json", .type = OPT_FLAG, .at = offsetof(ScoreOpts, json),
     .help = "as JSON", .local = true},
    {.name = "csv", .type = OPT_FLAG, .at = offsetof(ScoreOpts, csv),
     .help = "the tokens as CSV", .local = true},
};

static const OptGroup GROUPS[] = {
    GROUP_OF(rows_model, offsetof(ScoreOpts, model), "Model"),
    GROUP_OF(rows_text, offsetof(ScoreOpts, in), "Text"),
    GROUP_OF(WINDOWS, 0, "Long texts"),
    GROUP_OF(ROWS, 0, "Output"),
    COMMON_GROUP,
};

static CliStatus run(const Call *call)
{
    const ScoreOpts *o = call->opts;
    ScoreJob job = {.text = {.model = &o->model.model, .in = o->in, .say = call->say},
                    .window = o->window, .overlap = o->overlap, .summary = o->summary,
                    .form = o->json ? SCORE_JSON : o->csv ? SCORE_CSV : SCORE_TEXT};
    Str out = {0};
    if (o->json && o->csv) {
        err_set(call->err, "--json and --csv exclude each other");
        return CLI_USAGE;
    }
    if (!text_score_check(&job, call->err)) return CLI_USAGE;
    bool ok = text_score(&job, &out, call->run, call->err);
    CliStatus status = ok ? cli_put(call, &out) : CLI_FAIL;
    str_free(&out);
    return status;
}

const Command cmd_score = {
    .name = "score",
    .summary = "surprisal of a text, token by token; perplexity",
    .operands = "",
    .examples = "every token's surprisal\nllmsonify score -p 'Once upon a time there was a bird'\n"
                "the perplexity of a file\nllmsonify score --summary -f story.txt\n"
                "the most surprising tokens\n"
                "llmsonify score --csv -f story.txt | sort -t, -k5 -gr | head\n",
    .text = "Without -p and -f the text comes from standard input.\n"
            "Surprisal is -log of the probability that the model gave the token, in bits and\n"
            "in nats; entropy is the surprisal that it expected, in nats. A text longer than\n"
            "the window is read in windows.\n",
    .groups = GROUPS,
    .ngroups = sizeof GROUPS / sizeof GROUPS[0],
    .defaults = &DEFAULTS,
    .size = sizeof DEFAULTS,
    .run = run,
};
