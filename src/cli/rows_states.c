/* rows_states.c: see rows_states.h. */
#include "rows_states.h"

#include "app/extract.h"

static const char *const POOLS[] = {"mean", "last", NULL};

const Opt rows_states[7] = {
    {.letter = 'f', .name = "prompts", .type = OPT_STRING, .at = offsetof(StatesRows, prompts),
     .arg = "FILE",
     .help = "many prompts: .csv, .tsv, .jsonl, or a prompt a line; thirty of our own by default"},
    {.name = "layer", .type = OPT_STRING, .at = offsetof(StatesRows, layer), .arg = "LAYER",
     .help = "after this block; -1 is the embedding, all every one; the last by default"},
    {.name = "pool", .type = OPT_CHOICE, .at = offsetof(StatesRows, pool), .arg = "HOW",
     .help = "mean of a prompt's tokens, or its last one", .choices = POOLS},
    {.name = "sinks", .type = OPT_FLAG, .at = offsetof(StatesRows, sinks),
     .help = "the mean takes in BOS and other attention sinks"},
    {.name = "limit", .type = OPT_INT, .at = offsetof(StatesRows, limit), .arg = "N",
     .help = "the first N prompts", .lo = 1, .hi = 10000000},
    {.name = "column", .type = OPT_STRING, .at = offsetof(StatesRows, column), .arg = "NAME",
     .help = "where the file has its prompts; otherwise prompt, goal, instruction, text"},
    {.name = "category", .type = OPT_STRING, .at = offsetof(StatesRows, category), .arg = "NAME",
     .help = "where it has their categories; otherwise category, section, topic"},
};

bool rows_states_job(StatesJob *job, const StatesRows *r, const ModelRows *m, Err *err)
{
    *job = (StatesJob){.model = &m->model, .prompts = r->prompts, .last = r->pool == 1,
                       .columns = {.prompt = r->column, .category = r->category},
                       .sinks = r->sinks, .limit = r->limit};
    return extract_layer(r->layer, &job->layer, err);
}
