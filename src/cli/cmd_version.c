/* cmd_version.c: the version, and with -v what it is built on. */
#include "app/version.h"
#include "command.h"
#include "math/blas.h"

typedef struct VersionOpts {
    CommonOpts common;
} VersionOpts;

static const VersionOpts DEFAULTS = {.common = {.threads = 0}};
static const OptGroup GROUPS[] = {COMMON_GROUP};

static CliStatus run(const Call *call)
{
    Str out = {0};
    str_puts(&out, "llmsonify " LLMSONIFY_VERSION "\n");
    if (call->common->verbose) str_addf(&out, "OpenBLAS kernels: %s\n", blas_core());
    CliStatus status = cli_put(call, &out);
    str_free(&out);
    return status;
}

const Command cmd_version = {
    .name = "version",
    .summary = "the version; -v: the BLAS kernels in use too",
    .operands = "",
    .examples = "the version\nllmsonify --version\nwith the BLAS kernels in use\n"
                "llmsonify --version -v\n",
    .groups = GROUPS,
    .ngroups = 1,
    .defaults = &DEFAULTS,
    .size = sizeof DEFAULTS,
    .run = run,
};
