/* cmd_theory.c: the music theory of latent space, measured. */
#include "app/theory_job.h"
#include "command.h"
#include "rows.h"
#include "rows_text.h"

typedef struct TheoryOpts {
    CommonOpts common;
    ModelRows model;
    TextInput in;
    int section; /* -1 = all */
    bool json;
} TheoryOpts;

static const TheoryOpts DEFAULTS = {.in = TEXT_INPUT_DEFAULTS, .section = -1};

static const Opt ROWS[] = {
    {.name = "section", .type = OPT_CHOICE, .at = offsetof(TheoryOpts, section), .arg = "SECTION",
     .help = "this section alone", .choice_at = theory_section},
};

static const Opt OUTPUT[] = {
    {.name = "json", .type = OPT_FLAG, .at = offsetof(TheoryOpts, json),
     .help = "every number with its definition, control and verdict as JSON", .local = true},
};

static const OptGroup GROUPS[] = {
    GROUP_OF(rows_model, offsetof(TheoryOpts, model), "Model"),
    GROUP_OF(rows_text, offsetof(TheoryOpts, in), "Text"),
    GROUP_OF(rows_chat, offsetof(TheoryOpts, in), "Chat"),
    GROUP_OF(ROWS, 0, "Report"),
    GROUP_OF(OUTPUT, 0, "Output"),
    COMMON_GROUP,
};

static CliStatus run(const Call *call)
{
    const TheoryOpts *o = call->opts;
    TheoryJob job = {.text = {.model = &o->model.model, .in = o->in, .say = call->say},
                     .only = o->section < 0 ? NULL : theory_section(o->section),
                     .json = o->json};
    Str out = {0};
    if (!theory_check(&job, call->err)) return CLI_USAGE;
    bool ok = theory_report(&job, &out, call->run, call->err);
    CliStatus status = ok ? cli_put(call, &out) : CLI_FAIL;
    str_free(&out);
    return status;
}

const Command cmd_theory_report = {
    .name = "theory report",
    .summary = "heads as voices, layers as beats: what holds of a text, and what does not",
    .operands = "",
    .examples = "all that is measured\n"
                "llmsonify theory report -p 'She walked into the bank. The water was cold.'\n"
                "the attention heads as voices\n"
                "llmsonify theory report --section counterpoint -f story.txt\n"
                "what beat its control, by jq\n"
                "llmsonify theory report --json -f story.txt | "
                "jq '.findings[] | select(.verdict == \"found\").says'\n",
    .text = "Every number comes with its definition. A claim is called found only where it beats\n"
            "a control in which just the claimed structure was shuffled away: p is the share of\n"
            "499 such controls (and of the text itself) that are at least as large, and at most\n"
            "0.05. One text of a few tokens proves little; several tests on one text find\n"
            "something by chance now and then.\n",
    .groups = GROUPS,
    .ngroups = sizeof GROUPS / sizeof GROUPS[0],
    .defaults = &DEFAULTS,
    .size = sizeof DEFAULTS,
    .run = run,
};
