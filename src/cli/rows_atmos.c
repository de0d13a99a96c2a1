/* rows_atmos.c: see rows_atmos.h. */
#include "rows_atmos.h"

static const char *const DRIVES[] = {"velocity", "loudness", NULL}; /* as AtmosDrive */

const Opt rows_contour[8] = {
    {.name = "tps", .type = OPT_REAL, .at = offsetof(ContourOpts, tps), .arg = "N",
     .help = "tokens a second, and frames of loudness", .lo = 0.5, .hi = 200},
    {.name = "drive", .type = OPT_CHOICE, .at = offsetof(ContourOpts, drive), .arg = "WHAT",
     .help = "what conducts: how fast loudness changes, or loudness itself", .choices = DRIVES},
    {.name = "t-min", .type = OPT_REAL, .at = offsetof(ContourOpts, t_min), .arg = "T",
     .help = "temperature where nothing happens", .lo = 0, .hi = 100},
    {.name = "t-max", .type = OPT_REAL, .at = offsetof(ContourOpts, t_max), .arg = "T",
     .help = "temperature at the song's height", .lo = 0, .hi = 100},
    {.name = "gate", .type = OPT_REAL, .at = offsetof(ContourOpts, gate), .arg = "LUFS",
     .help = "what is not louder counts as nothing", .lo = CONTOUR_FLOOR, .hi = 0},
    {.name = "smooth", .type = OPT_REAL, .at = offsetof(ContourOpts, smooth), .arg = "SECONDS",
     .help = "over which loudness is averaged", .lo = 0, .hi = 60},
    {.name = "midpoint", .type = OPT_REAL, .at = offsetof(ContourOpts, midpoint), .arg = "X",
     .help = "of the S-curve: loudness, 0 to 1, where it is steepest", .lo = 0, .hi = 1},
    {.name = "steepness", .type = OPT_REAL, .at = offsetof(ContourOpts, steepness), .arg = "X",
     .help = "of the S-curve", .lo = 0.01, .hi = 100},
};

const Opt rows_sampling[4] = {
    {.letter = 's', .name = "seed", .type = OPT_INT, .at = offsetof(SamplingRows, seed),
     .arg = "N", .help = "another seed gives another text, the same seed the same", .lo = 0,
     .hi = 2147483647},
    {.name = "top-k", .type = OPT_INT, .at = offsetof(SamplingRows, top_k), .arg = "N",
     .help = "of the N likeliest tokens only; 0 is all", .lo = 0, .hi = 1 << 24},
    {.name = "top-p", .type = OPT_REAL, .at = offsetof(SamplingRows, top_p), .arg = "P",
     .help = "of the likeliest that hold this much probability; 1 is all", .lo = 0, .hi = 1},
    {.name = "min-p", .type = OPT_REAL, .at = offsetof(SamplingRows, min_p), .arg = "P",
     .help = "of those at least P times as likely as the likeliest; 0 is all", .lo = 0, .hi = 1},
};

SamplerOpts rows_sampler(const SamplingRows *r)
{
    return (SamplerOpts){.temp = 1, .top_k = r->top_k, .top_p = r->top_p, .min_p = r->min_p,
                         .repeat_penalty = 1, .seed = (uint64_t)r->seed};
}
