/* cmd_jepa.c: a joint embedding of layers and music: learned, and judged. */
#include "app/jepa_job.h"
#include "command.h"
#include "rows.h"
#include "rows_corpus.h"

/* ---- train ---------------------------------------------------------------------------------- */

typedef struct JepaOpts {
    CommonOpts common;
    OptList midi, models, test;
    const char *out;
    CorpusRows corpus; /* but for its folder: here there may be several */
    double hold;
    JepaPlan plan;
    int every;
    bool resume, force, half;
} JepaOpts;

#define AT(field) offsetof(JepaOpts, field)
#define COUNT(word, field, least, most, what)                                                      \
    {                                                                                              \
        .name = word, .type = OPT_INT, .at = AT(field), .arg = "N", .help = what, .lo = least,     \
        .hi = most                                                                                 \
    }
#define REAL(word, field, least, most, what)                                                       \
    {                                                                                              \
        .name = word, .type = OPT_REAL, .at = AT(field), .arg = "X", .help = what, .lo = least,    \
        .hi = most                                                                                 \
    }
#define MANY(word, field, name_of, what)                                                           \
    {                                                                                              \
        .name = word, .type = OPT_LIST, .at = AT(field), .arg = name_of, .help = what,             \
        .many = true                                                                               \
    }

static const Opt SOURCES[] = {
    MANY("midi", midi, "DIR...", "folders of MIDI files, or files"),
    MANY("models", models, "MODEL...", "models whose layers are learned from; wren by default"),
    MANY("test-models", test, "MODEL...",
         "models that are kept out, to judge by. Checkpoints of one training belong on one side"),
    REAL("hold", hold, 0, 0.9, "share of the MIDI files that is kept out, to judge by"),
    {.letter = 'o',
     .name = "output",
     .type = OPT_STRING,
     .at = AT(out),
     .arg = "NAME.safetensors",
     .help = "the weights; the course of the training goes to NAME.csv",
     .local = true},
    {.name = "bf16",
     .type = OPT_FLAG,
     .at = AT(half),
     .help = "write numbers of 16 bits: half the size",
     .local = true},
    {.name = "resume",
     .type = OPT_FLAG,
     .at = AT(resume),
     .help = "go on where the same command stopped",
     .local = true},
    {.name = "force",
     .type = OPT_FLAG,
     .at = AT(force),
     .help = "write over a file that is there",
     .local = true},
};

static const Opt STEPS[] = {
    COUNT("steps-music", plan.steps[JEPA_MUSIC], 0, 1 << 24, "of the first phase: music alone"),
    COUNT("steps-align", plan.steps[JEPA_ALIGN], 0, 1 << 24,
          "of the second: layers against music that stays as it is"),
    COUNT("steps-joint", plan.steps[JEPA_JOINT], 0, 1 << 24, "of the third: both"),
    COUNT("steps-reading", plan.readings, 0, 1 << 24, "of the read-outs of what latents mean"),
    COUNT("batch", plan.batch, 2, 1 << 12,
          "examples a step: four layers in a row, five windows in a row"),
    REAL("rate", plan.rate, 0, 10, "peak learning rate"),
    REAL("floor", plan.floor, 0, 1, "share of it that is left at the end of a phase"),
    COUNT("warm", plan.warm, 0, 1 << 24, "steps of warm-up of a phase, at most a quarter of it"),
    REAL("rate-reading", plan.read_rate, 0, 10, "peak learning rate of the read-outs"),
    REAL("decay", plan.decay, 0, 10, "weight decay of matrices (AdamW)"),
    REAL("clip", plan.clip, 0, 1e9, "largest norm of the gradient"),
    REAL("variance", plan.weights.variance, 0, 1e3,
         "weight of what keeps the latents of different inputs apart"),
    REAL("covariance", plan.weights.covariance, 0, 1e3,
         "weight of what keeps the dimensions of latents from saying the same"),
    REAL("continuity", plan.weights.continuity, 0, 1e3,
         "weight of what keeps successive predictions near each other"),
    REAL("temperature", plan.temperature, 0.01, 10,
         "of soft pairs: how much nearer windows are preferred"),
    REAL("noise", plan.noise, 0, 10,
         "standard deviation of what is added to the statistics of layers, which are about -1..1"),
    COUNT("seed", plan.seed, 0, 2147483647, "of first weights, batches, pairs and noise"),
    COUNT("every", every, 1, 1 << 24, "steps between looks at the latents and saved states"),
};

static const OptGroup GROUPS[] = {
    GROUP_OF(SOURCES, 0, "What is learned from"),
    {.title = "Which files are heard", .opt = rows_corpus + 1, .n = 6, .at = AT(corpus)},
    GROUP_OF(STEPS, 0, "Training"),
    COMMON_GROUP,
};

static const JepaOpts DEFAULTS = {
    .corpus = CORPUS_ROWS_DEFAULTS, .hold = 0.2, .plan = JEPA_PLAN_DEFAULTS, .every = 100};

static CliStatus run_train(const Call *call)
{
    const JepaOpts *o = call->opts;
    JepaTrainJob job = {.midi = &o->midi,
                        .model = &o->models,
                        .test = &o->test,
                        .hold = o->hold,
                        .out = o->out,
                        .plan = o->plan,
                        .every = o->every,
                        .resume = o->resume,
                        .half = o->half,
                        .clobber = o->force,
                        .say = call->say};
    CorpusRows corpus = o->corpus;
    if (o->midi.n) corpus.midi = o->midi.item[0];
    if (!rows_corpus_rules(&corpus, &job.rules, call->err) || !jepa_train_check(&job, call->err))
        return CLI_USAGE;
    return jepa_train_job(&job, call->run, call->err) ? CLI_OK : CLI_FAIL;
}

const Command cmd_jepa_train = {
    .name = "jepa train",
    .summary = "learn which music goes with the layers of language models",
    .operands = "",
    .examples =
        "house music and three models, a fourth kept out to judge by\n"
        "llmsonify jepa train --midi songs --models wren gpt2 robin --test-models finch "
        "-o jepa.safetensors\n"
        "slower music\n"
        "llmsonify jepa train --midi songs --bpm 60-100 --models wren -o slow.safetensors\n",
    .text = "A joint embedding predictive architecture: one encoder hears windows of 32 notes,\n"
            "another sees the statistics of a layer and its neighbours; a recurrent network\n"
            "foresees the latent of the next window, and of the window that is paired with a\n"
            "layer. Which window that is, is a rule: impulsive weights (a low alpha-stable index)\n"
            "go with dense music, tension with the entropy of pitch classes, flat spectra with\n"
            "the entropy of intervals; at random first, then softly, then strictly.\n"
            "\n"
            "Whole files and whole models are kept out, and it is judged on them at the end. An\n"
            "interrupt saves the state (NAME.state.safetensors); the same command with --resume\n"
            "ends with the same bytes as one that was never interrupted, on the same machine\n"
            "whatever the number of threads.\n",
    .groups = GROUPS,
    .ngroups = sizeof GROUPS / sizeof GROUPS[0],
    .defaults = &DEFAULTS,
    .size = sizeof DEFAULTS,
    .run = run_train,
};

/* ---- eval ----------------------------------------------------------------------------------- */

typedef struct JudgeOpts {
    CommonOpts common;
    const char *jepa, *plot;
    OptList midi, models;
    JepaEvalPlan plan;
    bool json, clobber;
} JudgeOpts;

static const JudgeOpts JUDGE_DEFAULTS = {
    .plan = JEPA_EVAL_DEFAULTS, .clobber = true};

#define JUDGE(field) offsetof(JudgeOpts, field)

static const Opt JUDGE_ROWS[] = {
    {.letter = 'm',
     .name = "model",
     .type = OPT_STRING,
     .at = JUDGE(jepa),
     .arg = "FILE",
     .help = "what jepa train wrote: a file, a directory or a name under models/; jepa-house by "
             "default"},
    {.name = "midi",
     .type = OPT_LIST,
     .at = JUDGE(midi),
     .arg = "DIR...",
     .help = "folders of MIDI files; those that were learned from are told from others by their "
             "notes",
     .many = true},
    {.name = "models",
     .type = OPT_LIST,
     .at = JUDGE(models),
     .arg = "MODEL...",
     .help = "models; those that were learned from are told by their weights and serve for "
             "comparison",
     .many = true},
    {.name = "draws",
     .type = OPT_INT,
     .at = JUDGE(plan.draws),
     .arg = "N",
     .help = "sets of candidates",
     .lo = 1,
     .hi = 1000},
    {.name = "candidates",
     .type = OPT_INT,
     .at = JUDGE(plan.candidates),
     .arg = "N",
     .help = "windows of a set",
     .lo = 5,
     .hi = 10000},
    {.name = "permutations",
     .type = OPT_INT,
     .at = JUDGE(plan.permutations),
     .arg = "N",
     .help = "for p",
     .lo = 19,
     .hi = 100000},
    {.name = "seed",
     .type = OPT_INT,
     .at = JUDGE(plan.seed),
     .arg = "N",
     .help = "of draws and permutations",
     .lo = 0,
     .hi = 2147483647},
};

static const Opt JUDGE_OUTPUT[] = {
    {.name = "json",
     .type = OPT_FLAG,
     .at = JUDGE(json),
     .help = "every number as JSON",
     .local = true},
    {.name = "plot",
     .type = OPT_STRING,
     .at = JUDGE(plot),
     .arg = "NAME.png",
     .help = "recall against chance and ranks; beside it NAME-latents (principal components) and, "
             "where the .csv of the training is there, NAME-course; .svg too",
     .local = true},
    {.name = "clobber",
     .type = OPT_OFF,
     .at = JUDGE(clobber),
     .help = "fail when a picture exists already",
     .local = true},
};

static const OptGroup JUDGE_GROUPS[] = {
    GROUP_OF(JUDGE_ROWS, 0, "What is judged"),
    GROUP_OF(JUDGE_OUTPUT, 0, "Output"),
    COMMON_GROUP,
};

static CliStatus run_eval(const Call *call)
{
    const JudgeOpts *o = call->opts;
    JepaEvalJob job = {.jepa = o->jepa,
                       .midi = &o->midi,
                       .model = &o->models,
                       .plan = o->plan,
                       .json = o->json,
                       .plot = o->plot,
                       .clobber = o->clobber,
                       .say = call->say};
    Str out = {0};
    if (!jepa_eval_check(&job, call->err)) return CLI_USAGE;
    bool ok = jepa_eval_job(&job, &out, call->run, call->err);
    CliStatus status = ok ? cli_put(call, &out) : CLI_FAIL;
    str_free(&out);
    return status;
}

const Command cmd_jepa_eval = {
    .name = "jepa eval",
    .summary = "judge a joint embedding on models and files that it was not learned from",
    .operands = "",
    .examples = "the same folder and models: what was kept out is told by itself\n"
                "llmsonify jepa eval -m jepa.safetensors --midi songs --models wren gpt2 robin "
                "finch --plot jepa.png\n",
    .text = "For each layer of a model kept out: which of 50 windows of files kept out is its\n"
            "own, by the rule of the training? Recall at 1 and 5 with the interval over models,\n"
            "the p of permutations, and chance; beside it a linear prediction, the most similar\n"
            "layer learned from, and the rule itself. The rule was laid down, it is no fact of\n"
            "nature: recall over chance says that it was learned and holds for other models.\n"
            "Then the same for the next window of a song.\n",
    .groups = JUDGE_GROUPS,
    .ngroups = sizeof JUDGE_GROUPS / sizeof JUDGE_GROUPS[0],
    .defaults = &JUDGE_DEFAULTS,
    .size = sizeof JUDGE_DEFAULTS,
    .run = run_eval,
};
