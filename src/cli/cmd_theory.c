/* cmd_theory.c: the music theory of latent space, measured on a text: the report, and each of its
 * sections that has a command of its own. */
#include "rows_theory.h"

static const Opt ROWS[] = {
    {.name = "section", .type = OPT_CHOICE, .at = offsetof(TheoryOpts, section), .arg = "SECTION",
     .help = "this section alone", .choice_at = theory_section},
};

static const OptGroup REPORT[] = {THEORY_MODEL, THEORY_TEXT, GROUP_OF(ROWS, 0, "Report"),
                                  THEORY_OUTPUT};
static const OptGroup SECTION[] = {THEORY_MODEL, THEORY_TEXT, THEORY_OUTPUT};

static CliStatus run_report(const Call *call)
{
    const TheoryJob job = theory_job_of(call);
    return theory_run(call, &job, true, theory_report);
}

const Command cmd_theory_report = {
    .name = "theory report",
    .summary = "the music theory of latent space on a text: what holds, and what does not",
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
    THEORY_OPTIONS(REPORT),
    .run = run_report,
};

static CliStatus run_section(const Call *call, const char *section)
{
    TheoryJob job = theory_job_of(call);
    job.only = section;
    return theory_run(call, &job, true, theory_report);
}

#define SECTION_COMMAND(word, what)                                                                \
    static CliStatus run_##word(const Call *call)                                                  \
    {                                                                                              \
        return run_section(call, #word);                                                           \
    }                                                                                              \
    const Command cmd_theory_##word = {                                                            \
        .name = "theory " #word, .summary = what, .operands = "",                                  \
        .examples = "on a text\nllmsonify theory " #word " -f story.txt\n",                        \
        THEORY_OPTIONS(SECTION), .run = run_##word}

SECTION_COMMAND(circle, "a text's tokens on a circle of fifths, by the features they share");
SECTION_COMMAND(melody, "the trajectory of a text: steps, contour, resolution, phrases");
SECTION_COMMAND(counterpoint, "attention heads as voices: range, class, motion");
SECTION_COMMAND(key, "changes of key along a text: modulation, tonicisation, pivots");
SECTION_COMMAND(rhythm, "layers as beats: metre, rubato, syncopation");
SECTION_COMMAND(dynamics, "loudness over depth: crescendo, marks, sforzando");

static const OptGroup EXPERIMENT[] = {THEORY_MODEL, THEORY_TEXT, THEORY_OUTPUT};

static CliStatus run_experiment(const Call *call)
{
    static const int MODELS[2][2] = {{2, 64}, {3, 3}}; /* of experiments 6 and 7 */
    TheoryJob job = theory_job_of(call);
    const OptList rest = {.item = call->operands->item + 1, .n = call->operands->n - 1};
    int64_t n = 0;
    if (!parse_int(call->operands->item[0], 1, 7, &n)) {
        err_set(call->err, "'%s' is no number from 1 to 7",
                call->operands->item[0]);
        return CLI_USAGE;
    }
    job.experiment = (int)n;
    job.item = &rest;
    int least = n < 6 ? 0 : MODELS[n - 6][0], most = n < 6 ? 0 : MODELS[n - 6][1];
    if (rest.n < least || rest.n > most) {
        err_set(call->err, n < 6 ? "experiment %d reads a text: give it with -p, no models"
                                 : "experiment %d compares models: %s", (int)n,
                n == 6 ? "two checkpoints or more, in order" : "a base and two made from it");
        return CLI_USAGE;
    }
    return theory_run(call, &job, n < 6, theory_experiment);
}

const Command cmd_theory_experiment = {
    .name = "theory experiment",
    .summary = "the seven experiments of the theory's research programme",
    .operands = "NUMBER [MODEL...]",
    .examples = "heads that sing together\nllmsonify theory experiment 3 -f story.txt\n"
                "a training comes into tune\nllmsonify theory experiment 6 step1 step2 step3\n",
    .text = "1 overtone series of layers, 2 the vocabulary of moves between layers, 3 voices and\n"
            "pairs of heads, 4 does dissonance tell where the model is unsure, 5 the way of pairs\n"
            "to their chord, 6 intonation over checkpoints, 7 interference of two tasks.\n",
    THEORY_OPTIONS(EXPERIMENT),
    .min_operands = 1,
    .max_operands = -1,
    .run = run_experiment,
};
