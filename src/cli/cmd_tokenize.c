/* cmd_tokenize.c: text to tokens and back. */
#include "app/text_tokenize.h"
#include "command.h"
#include "rows.h"
#include "rows_text.h"

typedef struct TokenizeOpts {
    CommonOpts common;
    ModelRows model;
    TextInput in;
    bool ids, json, decode;
} TokenizeOpts;

static const TokenizeOpts DEFAULTS = {.in = TEXT_INPUT_DEFAULTS};

static const Opt ROWS[] = {
    {.name = "ids", .type = OPT_FLAG, .at = offsetof(TokenizeOpts, ids),
     .help = "the ids on one line"},
    {.name = "json", .type = OPT_FLAG, .at = offsetof(TokenizeOpts, json),
     .help = "as JSON: id, start and length in bytes, text"},
    {.name = "decode", .type = OPT_FLAG, .at = offsetof(TokenizeOpts, decode),
     .help = "the other way: the text given is ids, print what they stand for"},
};

static const OptGroup GROUPS[] = {
    GROUP_OF(rows_model, offsetof(TokenizeOpts, model), "Model"),
    GROUP_OF(rows_text, offsetof(TokenizeOpts, in), "Text"),
    GROUP_OF(rows_chat, offsetof(TokenizeOpts, in), "Chat"),
    GROUP_OF(ROWS, 0, "Output"),
    COMMON_GROUP,
};

static CliStatus run(const Call *call)
{
    const TokenizeOpts *o = call->opts;
    TokenForm form = o->json ? TOKEN_FORM_JSON : o->ids ? TOKEN_FORM_IDS : TOKEN_FORM_TABLE;
    TextJob job = {.model = &o->model.model, .in = o->in, .say = call->say};
    Str out = {0};
    if (!text_model_check(&job, call->err)) return CLI_USAGE;
    if (o->ids + o->json + o->decode > 1) {
        err_set(call->err, "--ids, --json and --decode exclude each other");
        return CLI_USAGE;
    }
    bool ok = o->decode ? text_detokenize(&job, &out, call->err)
                        : text_tokenize(&job, form, &out, call->err);
    CliStatus status = ok ? cli_put(call, &out) : CLI_FAIL;
    str_free(&out);
    return status;
}

const Command cmd_tokenize = {
    .name = "tokenize",
    .summary = "text to a model's tokens, and back",
    .operands = "",
    .examples = "ids, places in bytes and pieces\nllmsonify tokenize -p 'Once upon a time'\n"
                "ids alone, and back again\n"
                "llmsonify tokenize --ids -p 'Once upon a time' | llmsonify tokenize --decode\n"
                "how many tokens a file has\n"
                "llmsonify tokenize -m gpt2 --ids -f story.txt | wc -w\n",
    .text = "Without -p and -f the text comes from standard input.\n"
            "The model may also be a directory with a tokenizer.json or tokenizer.model and\n"
            "no weights, or such a file.\n",
    .groups = GROUPS,
    .ngroups = sizeof GROUPS / sizeof GROUPS[0],
    .defaults = &DEFAULTS,
    .size = sizeof DEFAULTS,
    .run = run,
};
