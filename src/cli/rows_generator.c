/* rows_generator.c: see rows_generator.h. */
#include "rows_generator.h"

static const double OWN_WEIGHT = 0.70;

static const char *const WEIGHTS[] = {"rows", "lstm", "jepa", NULL};
static const char *const PROMPT[] = {"lstm", "jepa", NULL};

#define WEIGHT_ROW                                                                                 \
    {.name = "markov-weight", .type = OPT_REAL, .at = offsetof(GeneratorRows, weight),             \
     .arg = "W", .help = "the Markov chain's share in lstm and jepa; 0.70 by default", .lo = 0,    \
     .hi = 1}
#define JEPA_ROW                                                                                   \
    {.name = "jepa", .type = OPT_STRING, .at = offsetof(GeneratorRows, jepa), .arg = "FILE",       \
     .help = "the network that `llmsonify jepa train` wrote: a file, a directory or a name under " \
             "models/; jepa-house by default", .local = true}

const Opt rows_generator[3] = {
    {.name = "generator", .type = OPT_CHOICE, .at = offsetof(GeneratorRows, generator),
     .arg = "WHICH",
     .help = "house and acid: pitches by the order of row norms (rows, the default), by a Markov "
             "chain with an untrained cell (lstm), or with what a trained network foresees of each "
             "layer (jepa)", .choices = WEIGHTS},
    WEIGHT_ROW,
    JEPA_ROW,
};

const Opt rows_generator_prompt[3] = {
    {.name = "generator", .type = OPT_CHOICE, .at = offsetof(GeneratorRows, generator),
     .arg = "WHICH",
     .help = "solo, contrast, dialogue, delta, album: the Markov chain with an untrained cell "
             "(lstm, the default) or with what a trained network foresees of each layer (jepa)",
     .choices = PROMPT},
    WEIGHT_ROW,
    JEPA_ROW,
};

bool rows_generator_opts(const GeneratorRows *r, int own, GenreOpts *out, Err *err)
{
    bool weighed = r->weight >= 0;
    int kind = r->generator >= 0 ? own + r->generator : weighed ? own : GEN_ROWS;
    out->generator = kind;
    out->markov_weight = weighed ? r->weight : OWN_WEIGHT;
    if (weighed && kind == GEN_ROWS)
        return err_set(err, "--markov-weight belongs to --generator lstm or jepa");
    return !r->jepa || kind == GEN_JEPA ||
           err_set(err, "--jepa belongs to --generator jepa");
}
