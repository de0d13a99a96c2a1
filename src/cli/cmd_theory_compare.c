/* cmd_theory_compare.c: the theory of texts against each other, and of models against each other.
 */
#include "rows_theory.h"

static const OptGroup TEXTS[] = {THEORY_MODEL, THEORY_OUTPUT};

static CliStatus run_interval(const Call *call)
{
    const TheoryJob job = theory_job_of(call);
    return theory_run(call, &job, false, theory_interval);
}

const Command cmd_theory_interval = {
    .name = "theory interval",
    .summary = "the interval of two texts, layer by layer",
    .operands = "A B",
    .examples = "near or far\nllmsonify theory interval river stream\n",
    THEORY_OPTIONS(TEXTS),
    .min_operands = 2,
    .max_operands = 2,
    .run = run_interval,
};

static CliStatus run_chord(const Call *call)
{
    const TheoryJob job = theory_job_of(call);
    return theory_run(call, &job, false, theory_chord);
}

const Command cmd_theory_chord = {
    .name = "theory chord",
    .summary = "two texts together: what is theirs, what emerges, in which order",
    .operands = "A B",
    .examples = "warm light\nllmsonify theory chord warm sunlight\n",
    THEORY_OPTIONS(TEXTS),
    .min_operands = 2,
    .max_operands = 2,
    .run = run_chord,
};

static CliStatus run_variation(const Call *call)
{
    const TheoryJob job = theory_job_of(call);
    return theory_run(call, &job, false, theory_variation);
}

const Command cmd_theory_variation = {
    .name = "theory variation",
    .summary = "a theme and its paraphrases: how near they stay to it",
    .operands = "THEME TEXT...",
    .examples = "two orders of one sentence\nllmsonify theory variation "
                "'The cat sat on the mat.' 'On the mat sat the cat.'\n",
    THEORY_OPTIONS(TEXTS),
    .min_operands = 2,
    .max_operands = 64,
    .run = run_variation,
};

static const Opt FORM_ROWS[] = {
    {.name = "response", .type = OPT_STRING, .at = offsetof(TheoryOpts, response), .arg = "TEXT",
     .help = "the response; without it the model goes on, always with its likeliest token"},
    {.letter = 'n', .name = "tokens", .type = OPT_INT, .at = offsetof(TheoryOpts, tokens),
     .arg = "N", .help = "tokens of that response at most", .lo = 3, .hi = 4096},
};

static const OptGroup FORM[] = {THEORY_MODEL,
                                GROUP_OF(rows_text, offsetof(TheoryOpts, in), "Prompt"),
                                GROUP_OF(FORM_ROWS, 0, "Response"), THEORY_OUTPUT};

static CliStatus run_form(const Call *call)
{
    const TheoryJob job = theory_job_of(call);
    return theory_run(call, &job, true, theory_form);
}

const Command cmd_theory_form = {
    .name = "theory form",
    .summary = "prompt and response as a sonata: what of the prompt comes back",
    .operands = "",
    .examples = "a prompt and its answer\nllmsonify theory form -p 'The king had a red dog.' "
                "--response ' The dog was red, and the king loved it.'\n"
                "what the model says itself\nllmsonify theory form -p 'Once upon a time' -n 30\n",
    THEORY_OPTIONS(FORM),
    .run = run_form,
};

/* ---- models --------------------------------------------------------------------------------- */

static const OptGroup MODELS[] = {THEORY_OUTPUT};

static CliStatus run_timbre(const Call *call)
{
    const TheoryJob job = theory_job_of(call);
    return theory_run(call, &job, false, theory_timbre);
}

const Command cmd_theory_timbre = {
    .name = "theory timbre",
    .summary = "models as instruments: their overtones, and how far apart they are",
    .operands = "MODEL...",
    .examples = "two models\nllmsonify theory timbre wren other-model\n",
    THEORY_OPTIONS(MODELS),
    .min_operands = 1,
    .max_operands = 16,
    .run = run_timbre,
};

static CliStatus run_tuning(const Call *call)
{
    const TheoryJob job = theory_job_of(call);
    return theory_run(call, &job, false, theory_tuning);
}

const Command cmd_theory_tuning = {
    .name = "theory tuning",
    .summary = "checkpoints of one training: does the instrument come into tune?",
    .operands = "CHECKPOINT CHECKPOINT...",
    .examples = "in the order of training\nllmsonify theory tuning step100 step200 step400\n",
    THEORY_OPTIONS(MODELS),
    .min_operands = 2,
    .max_operands = 64,
    .run = run_tuning,
};

static CliStatus run_interference(const Call *call)
{
    const TheoryJob job = theory_job_of(call);
    return theory_run(call, &job, false, theory_interference);
}

const Command cmd_theory_interference = {
    .name = "theory interference",
    .summary = "what two tasks changed in one model: consonant, dissonant or apart",
    .operands = "BASE TASK1 TASK2",
    .examples = "two fine-tuned models and their base\n"
                "llmsonify theory interference base add multiply\n",
    THEORY_OPTIONS(MODELS),
    .min_operands = 3,
    .max_operands = 3,
    .run = run_interference,
};
