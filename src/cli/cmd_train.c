/* cmd_train.c: a language model and its tokenizer from a text. */
#include "app/train_job.h"
#include "command.h"
#include "rows.h"

typedef struct TrainOpts {
    CommonOpts common;
    OptList text;
    const char *valid, *out, *from, *sample;
    int arch, vocab, width, layers, heads, head_size, ff, context;
    int seq, batch, steps, warm, seed, every, keep;
    double rate, floor, hold, decay, clip;
    bool resume, force;
} TrainOpts;

/* Of a shape nothing is given: --from has one of its own. */
static const TrainOpts DEFAULTS = {.arch = -1,
                                   .seq = 256,
                                   .batch = 24,
                                   .steps = 2000,
                                   .warm = 100,
                                   .every = 100,
                                   .sample = "Once upon a time",
                                   .rate = 3e-3,
                                   .floor = 0.03,
                                   .hold = 0.3,
                                   .decay = 0.05,
                                   .clip = 1};

enum { VOCAB = 4096, WIDTH = 160, LAYERS = 8 }; /* when not given */

static const char *const ARCHS[] = {"gemma3", "gpt2", NULL};

#define AT(field) offsetof(TrainOpts, field)
#define COUNT(word, field, least, what)                                                            \
    {                                                                                              \
        .name = word, .type = OPT_INT, .at = AT(field), .arg = "N", .help = what, .lo = least,     \
        .hi = 1 << 24                                                                              \
    }
#define REAL(word, field, most, what)                                                              \
    {                                                                                              \
        .name = word, .type = OPT_REAL, .at = AT(field), .arg = "X", .help = what, .lo = 0,        \
        .hi = most                                                                                 \
    }

static const Opt TEXT[] = {
    {.name = "text",
     .type = OPT_LIST,
     .at = AT(text),
     .arg = "FILE",
     .help = "UTF-8 text to learn from, texts separated by <|endoftext|>; repeatable"},
    {.name = "valid",
     .type = OPT_STRING,
     .at = AT(valid),
     .arg = "FILE",
     .help = "text to test on; otherwise the last hundredth of --text"},
    {.letter = 'o',
     .name = "output",
     .type = OPT_STRING,
     .at = AT(out),
     .arg = "DIR",
     .help = "directory of the model",
     .local = true},
    {.name = "resume",
     .type = OPT_FLAG,
     .at = AT(resume),
     .help = "go on where the same command stopped",
     .local = true},
    {.name = "force",
     .type = OPT_FLAG,
     .at = AT(force),
     .help = "write over a model that is there",
     .local = true},
};

static const Opt MODEL[] = {
    {.name = "from",
     .type = OPT_STRING,
     .at = AT(from),
     .arg = "MODEL",
     .help = "train this model further, with its tokenizer and its shape"},
    {.name = "arch",
     .type = OPT_CHOICE,
     .at = AT(arch),
     .arg = "NAME",
     .help = "architecture; otherwise gemma3",
     .choices = ARCHS},
    COUNT("vocab", vocab, 257, "tokens, bytes and the end of a text among them; otherwise 4096"),
    COUNT("width", width, 2, "of the residual stream; otherwise 160"),
    COUNT("layers", layers, 1, "blocks; otherwise 8"),
    COUNT("heads", heads, 0, "query heads; 0 is what suits the width"),
    COUNT("head-size", head_size, 0, "0 is 64 (gemma3), 32 (gpt2)"),
    COUNT("ff", ff, 0, "width of the MLP; 0 is 3.2 (gemma3), 4 (gpt2) times the width"),
    COUNT("context", context, 0, "positions; 0 is 1024 (gemma3), 256 (gpt2)"),
};

static const Opt STEPS[] = {
    {.name = "steps",
     .type = OPT_INT,
     .at = AT(steps),
     .arg = "N",
     .help = "of the optimiser",
     .lo = 1,
     .hi = 1 << 30},
    COUNT("batch", batch, 1, "sequences a step"),
    COUNT("seq", seq, 1, "tokens of a sequence"),
    REAL("rate", rate, 10, "peak learning rate"),
    REAL("floor", floor, 1, "share of it that is left at the end"),
    REAL("hold", hold, 1, "share of the steps before it begins to fall"),
    COUNT("warm", warm, 0, "steps of warm-up"),
    REAL("decay", decay, 10, "weight decay of matrices (AdamW)"),
    REAL("clip", clip, 1e9, "largest norm of the gradient"),
    {.name = "seed",
     .type = OPT_INT,
     .at = AT(seed),
     .arg = "N",
     .help = "of the first weights and of the order of texts",
     .lo = 0,
     .hi = 2147483647},
    COUNT("every", every, 1, "steps between tests on the validation text and saved states"),
    {.name = "sample",
     .type = OPT_STRING,
     .at = AT(sample),
     .arg = "PROMPT",
     .help = "told at every test: the model from this on (Once upon a time); \"\" is none",
     .empty = true},
    COUNT("checkpoints", keep, 0, "models to keep, the last among them: the others in DIR/step-N"),
};

static const OptGroup GROUPS[] = {
    GROUP_OF(TEXT, 0, "Text and result"),
    GROUP_OF(MODEL, 0, "Model"),
    GROUP_OF(STEPS, 0, "Training"),
    COMMON_GROUP,
};

/* The shape of --from stays as it is. */
static bool check_from(const TrainOpts *o, Err *err)
{
    const int given[] = {o->arch + 1, o->vocab,     o->width, o->layers,
                         o->heads,    o->head_size, o->ff,    o->context};
    static const char *const NAMES[] = {"arch",  "vocab",     "width", "layers",
                                        "heads", "head-size", "ff",    "context"};
    for (int i = 0; o->from && i < 8; i++)
        if (given[i])
            return err_set(err, "--%s: does not go with --from, which keeps the model's shape",
                           NAMES[i]);
    return true;
}

static CliStatus run(const Call *call)
{
    const TrainOpts *o = call->opts;
    TrainJob job = {.text = &o->text,
                    .valid = o->valid,
                    .out = o->out,
                    .from = o->from,
                    .arch = o->arch == 1 ? DECODER_GPT2 : DECODER_GEMMA3,
                    .vocab = o->vocab ? o->vocab : VOCAB,
                    .width = o->width ? o->width : WIDTH,
                    .layers = o->layers ? o->layers : LAYERS,
                    .heads = o->heads,
                    .head_size = o->head_size,
                    .ff = o->ff,
                    .context = o->context,
                    .seq = o->seq,
                    .batch = o->batch,
                    .steps = o->steps,
                    .warm = o->warm,
                    .rate = o->rate,
                    .floor = o->floor,
                    .hold = o->hold,
                    .decay = o->decay,
                    .clip = o->clip,
                    .seed = o->seed,
                    .every = o->every,
                    .keep = o->keep,
                    .sample = o->sample,
                    .resume = o->resume,
                    .clobber = o->force,
                    .say = call->say};
    if (o->text.n == 0 || !o->out) {
        err_set(call->err, "give a text and a directory: llmsonify train --text FILE -o DIR");
        return CLI_USAGE;
    }
    if (!check_from(o, call->err)) return CLI_USAGE;
    return train_job(&job, call->run, call->err) ? CLI_OK : CLI_FAIL;
}

const Command cmd_train = {
    .name = "train",
    .summary = "a language model and its tokenizer from a text",
    .operands = "",
    .examples = "a model like wren, overnight\n"
                "llmsonify train --text stories.txt -o models/robin --steps 6000\n"
                "a GPT-2 in minutes\n"
                "llmsonify train --text stories.txt -o models/finch --arch gpt2 --width 96 "
                "--layers 4 --vocab 1024 --seq 128 --steps 600\n"
                "wren after more of another text\n"
                "llmsonify train --from wren --text poems.txt -o models/wren-poems --steps 200 "
                "--rate 3e-4\n",
    .text = "The directory gets tokenizer.json, config.json and model.safetensors (bf16), as\n"
            "Hugging Face's tools read them, and train.csv with the course of the losses. An\n"
            "interrupt saves the state; the same command with --resume ends with the same\n"
            "weights as one that was never interrupted, and leaves one that is finished as it\n"
            "is. The same command gives the same bytes on the same machine, whatever the\n"
            "number of threads.\n"
            "\n"
            "--checkpoints N leaves N - 1 models on the way besides the last one, at steps in\n"
            "even ratios from a hundredth of all on (of 4500 steps and 6 models: 45, 113, 284,\n"
            "713, 1791), as whole models in DIR/step-000045 and so on. A model under models/\n"
            "is named with them: finch/step-000045.\n",
    .groups = GROUPS,
    .ngroups = sizeof GROUPS / sizeof GROUPS[0],
    .defaults = &DEFAULTS,
    .size = sizeof DEFAULTS,
    .run = run,
};
