/* rows_corpus.c: see rows_corpus.h. */
#include "rows_corpus.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const double BPM_MOST = 1000;

const Opt rows_corpus[7] = {
    {.name = "midi", .type = OPT_STRING, .at = offsetof(CorpusRows, midi), .arg = "DIR",
     .help = "the folder; every .mid and .midi below it is read"},
    {.name = "bpm", .type = OPT_STRING, .at = offsetof(CorpusRows, bpm), .arg = "LO-HI",
     .help = "quarter notes a minute, of the tempo that lasts longest [115-142]"},
    {.name = "min-bars", .type = OPT_INT, .at = offsetof(CorpusRows, min_bars), .arg = "N",
     .help = "shorter files are left out", .lo = 0, .hi = 1 << 20},
    {.name = "min-density", .type = OPT_REAL, .at = offsetof(CorpusRows, min_density), .arg = "X",
     .help = "files with fewer notes a bar, of all tracks, are left out", .lo = 0, .hi = 1e6},
    {.name = "any-metre", .type = OPT_FLAG, .at = offsetof(CorpusRows, any_metre),
     .help = "not only 4/4"},
    {.name = "drums", .type = OPT_FLAG, .at = offsetof(CorpusRows, drums),
     .help = "channel 10 instead of all others"},
    {.name = "max-files", .type = OPT_INT, .at = offsetof(CorpusRows, max_files), .arg = "N",
     .help = "the first N files that fit, 0 = all", .lo = 0, .hi = 1 << 30},
};

static bool read_range(const char *text, CorpusRules *rules)
{
    const char *dash = strchr(text, '-');
    if (!dash) return false;
    char *low = mem_strndup(text, (size_t)(dash - text));
    bool ok = parse_double(low, 0, BPM_MOST, &rules->bpm_lo) &&
              parse_double(dash + 1, 0, BPM_MOST, &rules->bpm_hi) &&
              rules->bpm_lo <= rules->bpm_hi;
    free(low);
    return ok;
}

bool rows_corpus_rules(const CorpusRows *r, CorpusRules *rules, Err *err)
{
    *rules = (CorpusRules){.min_bars = r->min_bars, .min_density = r->min_density,
                           .any_metre = r->any_metre, .drums = r->drums,
                           .max_files = r->max_files};
    if (!r->midi) return err_set(err, "no corpus: give --midi DIR, a folder of MIDI files");
    if (read_range(r->bpm, rules)) return true;
    return err_set(err, "--bpm '%s' is no range such as 115-142, of 0 to %g", r->bpm, BPM_MOST);
}
