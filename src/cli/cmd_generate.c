/* cmd_generate.c: a model goes on with a text. */
#include <stdio.h>

#include "app/text_generate.h"
#include "command.h"
#include "rows.h"
#include "rows_text.h"

typedef struct GenerateOpts {
    CommonOpts common;
    ModelRows model;
    TextInput in;
    OptList stop;
    int n, context, top_k, repeat_last, seed;
    double temp, top_p, min_p, repeat_penalty;
    bool ignore_end;
} GenerateOpts;

static const GenerateOpts DEFAULTS = {
    .in = TEXT_INPUT_DEFAULTS, .n = 128, .temp = 0.8, .top_k = 40, .top_p = 0.95, .min_p = 0.05,
    .repeat_penalty = 1, .repeat_last = 64};

static const Opt LENGTH[] = {
    {.letter = 'n', .name = "tokens", .type = OPT_INT, .at = offsetof(GenerateOpts, n),
     .arg = "N", .help = "tokens at most; 0 is until the text ends or the context is full",
     .lo = 0, .hi = 1 << 30},
    {.name = "stop", .type = OPT_LIST, .at = offsetof(GenerateOpts, stop), .arg = "TEXT",
     .help = "end before this text comes; repeatable"},
    {.name = "ignore-end", .type = OPT_FLAG, .at = offsetof(GenerateOpts, ignore_end),
     .help = "go on when the model ends the text"},
    {.letter = 'c', .name = "context", .type = OPT_INT, .at = offsetof(GenerateOpts, context),
     .arg = "N", .help = "positions at most for prompt and text; 0 is what the model was made for",
     .lo = 0, .hi = 1 << 24},
};

static const Opt SAMPLING[] = {
    {.name = "temp", .type = OPT_REAL, .at = offsetof(GenerateOpts, temp), .arg = "T",
     .help = "temperature; 0 always takes the likeliest token", .lo = 0, .hi = 100},
    {.name = "top-k", .type = OPT_INT, .at = offsetof(GenerateOpts, top_k), .arg = "N",
     .help = "of the N likeliest tokens only; 0 is all", .lo = 0, .hi = 1 << 24},
    {.name = "top-p", .type = OPT_REAL, .at = offsetof(GenerateOpts, top_p), .arg = "P",
     .help = "of the likeliest that hold this much probability; 1 is all", .lo = 0, .hi = 1},
    {.name = "min-p", .type = OPT_REAL, .at = offsetof(GenerateOpts, min_p), .arg = "P",
     .help = "of those at least P times as likely as the likeliest; 0 is all", .lo = 0, .hi = 1},
    {.name = "repeat-penalty", .type = OPT_REAL, .at = offsetof(GenerateOpts, repeat_penalty),
     .arg = "X", .help = "makes tokens of the last --repeat-last less likely; 1 is off",
     .lo = 0.01, .hi = 100},
    {.name = "repeat-last", .type = OPT_INT, .at = offsetof(GenerateOpts, repeat_last),
     .arg = "N", .help = "how far the penalty looks back, tokens", .lo = 0,
     .hi = SAMPLER_MAX_LAST},
    {.letter = 's', .name = "seed", .type = OPT_INT, .at = offsetof(GenerateOpts, seed),
     .arg = "N", .help = "another seed gives another text, the same seed the same",
     .lo = 0, .hi = 2147483647},
};

static const OptGroup GROUPS[] = {
    GROUP_OF(rows_model, offsetof(GenerateOpts, model), "Model"),
    GROUP_OF(rows_text, offsetof(GenerateOpts, in), "Text"),
    GROUP_OF(rows_chat, offsetof(GenerateOpts, in), "Chat"),
    GROUP_OF(LENGTH, 0, "Length"),
    GROUP_OF(SAMPLING, 0, "Sampling"),
    COMMON_GROUP,
};

static bool put(void *ud, const char *text, size_t len)
{
    (void)ud;
    return fwrite(text, 1, len, stdout) == len && fflush(stdout) == 0;
}

static CliStatus run(const Call *call)
{
    const GenerateOpts *o = call->opts;
    GenerateJob job = {.text = {.model = &o->model.model, .in = o->in, .context = o->context,
                                .say = call->say},
                       .n = o->n, .ignore_end = o->ignore_end, .stop = &o->stop, .put = put,
                       .sampler = {.temp = o->temp, .top_k = o->top_k, .top_p = o->top_p,
                                   .min_p = o->min_p, .repeat_penalty = o->repeat_penalty,
                                   .repeat_last = o->repeat_last, .seed = (uint64_t)o->seed}};
    if (!text_model_check(&job.text, call->err)) return CLI_USAGE;
    return text_generate(&job, call->run, call->err) ? CLI_OK : CLI_FAIL;
}

const Command cmd_generate = {
    .name = "generate",
    .summary = "go on with a text",
    .operands = "",
    .examples = "a story from the embedded model\nllmsonify generate -p 'Once upon a time'\n"
                "for scripts: the likeliest text alone\n"
                "llmsonify generate -q -m wren --temp 0 -n 60 -p 'Once upon a time'\n"
                "another text, up to the end of its first sentence\n"
                "llmsonify generate -s 7 --stop . -p 'The fox said'\n"
                "an answer of a model that was trained to chat\n"
                "llmsonify generate -m google/gemma-3-270m-it --chat -p 'Name three birds'\n",
    .text = "Without -p and -f the text comes from standard input.\n"
            "Standard output has what comes after the prompt, and a newline. Standard error\n"
            "has the speed, the seed and why the text ended, unless -q is given. The prompt\n"
            "and one token at least must fit the context.\n",
    .groups = GROUPS,
    .ngroups = sizeof GROUPS / sizeof GROUPS[0],
    .defaults = &DEFAULTS,
    .size = sizeof DEFAULTS,
    .run = run,
};
