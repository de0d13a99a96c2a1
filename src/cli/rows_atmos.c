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
