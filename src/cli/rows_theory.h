/* rows_theory.h: the option table of the theory commands, and what they all do with it. */
#ifndef CLI_ROWS_THEORY_H
#define CLI_ROWS_THEORY_H

#include "app/theory_job.h"
#include "command.h"
#include "rows.h"
#include "rows_text.h"

typedef struct TheoryOpts {
    CommonOpts common;
    ModelRows model;
    TextInput in;
    int section; /* -1 = all */
    const char *response, *plot;
    int tokens;
    bool json, clobber;
} TheoryOpts;

extern const TheoryOpts theory_defaults;
extern const Opt rows_theory[3];

#define THEORY_MODEL GROUP_OF(rows_model, offsetof(TheoryOpts, model), "Model")
#define THEORY_TEXT                                                                                \
    GROUP_OF(rows_text, offsetof(TheoryOpts, in), "Text"),                                         \
    GROUP_OF(rows_chat, offsetof(TheoryOpts, in), "Chat")
#define THEORY_OUTPUT GROUP_OF(rows_theory, 0, "Output"), COMMON_GROUP
/* The rest of a Command: its groups and its options. */
#define THEORY_OPTIONS(table)                                                                      \
    .groups = table, .ngroups = sizeof table / sizeof table[0], .defaults = &theory_defaults,      \
    .size = sizeof theory_defaults

/* The job that the options and operands ask for. */
TheoryJob theory_job_of(const Call *call);
/* Runs it. text: the job reads one. */
CliStatus theory_run(const Call *call, const TheoryJob *job, bool text, TheoryMeasure *measure);

#endif
