/* rows_theory.c: see rows_theory.h. */
#include "rows_theory.h"

const TheoryOpts theory_defaults = {.in = TEXT_INPUT_DEFAULTS, .section = -1, .tokens = 40,
                                    .clobber = true};

const Opt rows_theory[3] = {
    {.name = "json", .type = OPT_FLAG, .at = offsetof(TheoryOpts, json),
     .help = "every number with its definition, control and verdict as JSON", .local = true},
    {.name = "plot", .type = OPT_STRING, .at = offsetof(TheoryOpts, plot), .arg = "FILE",
     .help = "a picture too: each claim against its control, and the tables; .png or .svg",
     .local = true},
    {.name = "clobber", .type = OPT_OFF, .at = offsetof(TheoryOpts, clobber),
     .help = "do not replace a picture that is there", .local = true},
};

TheoryJob theory_job_of(const Call *call)
{
    const TheoryOpts *o = call->opts;
    return (TheoryJob){.text = {.model = &o->model.model, .in = o->in, .say = call->say},
                       .only = o->section < 0 ? NULL : theory_section(o->section),
                       .item = call->operands, .response = o->response, .tokens = o->tokens,
                       .json = o->json, .plot = o->plot, .clobber = o->clobber};
}

CliStatus theory_run(const Call *call, const TheoryJob *job, bool text, TheoryMeasure *measure)
{
    Str out = {0};
    if (!theory_check(job, text, call->err)) return CLI_USAGE;
    bool ok = measure(job, &out, call->run, call->err);
    CliStatus status = ok ? cli_put(call, &out) : CLI_FAIL;
    str_free(&out);
    return status;
}
