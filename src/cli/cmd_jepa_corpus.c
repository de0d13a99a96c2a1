/* cmd_jepa_corpus.c: what there is to learn from, and how like it a piece is. */
#include "app/corpus_report.h"
#include "command.h"
#include "rows.h"
#include "rows_corpus.h"

typedef struct CorpusOpts {
    CommonOpts common;
    CorpusRows corpus;
    bool against, json;
} CorpusOpts;

static const CorpusOpts DEFAULTS = {.corpus = CORPUS_ROWS_DEFAULTS};

static const Opt ROWS[] = {
    {.name = "against", .type = OPT_FLAG, .at = offsetof(CorpusOpts, against),
     .help = "compare the pieces that are given with the corpus"},
    {.name = "json", .type = OPT_FLAG, .at = offsetof(CorpusOpts, json),
     .help = "every number as JSON, file by file", .local = true},
};

static const OptGroup GROUPS[] = {
    GROUP_OF(rows_corpus, offsetof(CorpusOpts, corpus), "Corpus"),
    GROUP_OF(ROWS, 0, "Report"),
    COMMON_GROUP,
};

static CliStatus run(const Call *call)
{
    const CorpusOpts *o = call->opts;
    CorpusJob job = {.midi = o->corpus.midi, .piece = call->operands, .json = o->json};
    if (!rows_corpus_rules(&o->corpus, &job.rules, call->err)) return CLI_USAGE;
    if (o->against != (call->operands->n > 0)) {
        err_set(call->err, o->against ? "--against needs pieces: MIDI files to compare"
                                      : "pieces are compared with --against");
        return CLI_USAGE;
    }
    Str out = {0};
    bool ok = corpus_report(&job, &out, call->run, call->err);
    CliStatus status = ok ? cli_put(call, &out) : CLI_FAIL;
    str_free(&out);
    return status;
}

const Command cmd_jepa_corpus = {
    .name = "jepa corpus",
    .summary = "a folder of MIDI files to learn from, and pieces beside it",
    .operands = "[PIECE.mid...]",
    .examples = "what of a folder suits house music\n"
                "llmsonify jepa corpus --midi ~/midi\n"
                "does one generator come nearer to it than another?\n"
                "llmsonify jepa corpus --midi ~/midi --against markov.mid jepa.mid\n",
    .text = "A file is heard when its tempo, metre, length and density are those asked for; it\n"
            "is moved to a tonic of C and cut into windows of 32 notes of a track. Time\n"
            "signatures of 1/4 and 2/4 fit 4/4, and a file without one is 4/4; where the bar\n"
            "begins is then found from its notes. Files at half or double time are not guessed.\n"
            "\n"
            "Pieces are compared by six distributions: overlap (1 is alike), the share of the\n"
            "corpus's own files that overlap less with all others (rank), Kullback-Leibler\n"
            "divergence and Wasserstein distance; and by measures, with the share of files that\n"
            "have less. Their tempo and length do not matter.\n",
    .groups = GROUPS,
    .ngroups = sizeof GROUPS / sizeof GROUPS[0],
    .defaults = &DEFAULTS,
    .size = sizeof DEFAULTS,
    .max_operands = -1,
    .run = run,
};
