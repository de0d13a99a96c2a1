/* instruments.c: the list of instruments, which of them plays what, and the world they live in. */
#include "synth/instrument.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "wavetables.h"

#define INSTRUMENT(word) extern const Instrument instrument_##word;
#include "instruments.def"
#undef INSTRUMENT

#define INSTRUMENT(word) &instrument_##word,
static const Instrument *const LIST[] = {
#include "instruments.def"
};
#undef INSTRUMENT

enum { COUNT = sizeof LIST / sizeof *LIST };

/* General MIDI, by ranges of programs (0-based); the first that fits. */
typedef struct ProgramRow {
    int first, last;
    const char *name;
} ProgramRow;

static const ProgramRow PROGRAM[] = {
    {0, 7, "epiano"},     {8, 15, "bell"},     {16, 23, "organ"},    {24, 31, "pluck"},
    {32, 39, "fmbass"},   {40, 41, "strings"}, {42, 43, "cello"},    {44, 44, "strings"},
    {45, 46, "pluck"},    {47, 47, "fmbass"},  {48, 51, "strings"},  {52, 52, "mezzo"},
    {53, 53, "soprano"},  {54, 54, "mezzo"},   {55, 55, "strings"},  {56, 63, "horn"},
    {64, 67, "clarinet"}, {68, 70, "oboe"},    {71, 71, "clarinet"}, {72, 79, "flute"},
    {80, 80, "square"},   {81, 87, "lead"},    {88, 95, "supersaw"}, {96, 103, "supersaw"},
    {104, 108, "pluck"},  {109, 111, "oboe"},  {112, 118, "bell"},   {119, 127, "riser"},
};

/* What a mono (sliding) track of these programs is: the synth basses and leads of acid. */
static bool is_acid(const Track *t)
{
    return t->mono &&
           (t->program == 38 || t->program == 39 || t->program == 81 || t->program == 87);
}

void instrument_env_init(InstrumentEnv *env, double rate, double bpm, const float *noise,
                         int64_t nnoise)
{
    assert(rate > 0 && noise && nnoise > 0);
    *env = (InstrumentEnv){.rate = rate, .bpm = bpm, .noise = noise, .nnoise = nnoise};
    env->tables = mem_alloc(1, sizeof *env->tables);
    wavetables_init(env->tables);
}

void instrument_env_free(InstrumentEnv *env)
{
    free(env->tables);
    *env = (InstrumentEnv){0};
}

const Instrument *const *instrument_list(int *n)
{
    if (n) *n = COUNT;
    return LIST;
}

const Instrument *instrument_find(const char *name)
{
    for (int i = 0; i < COUNT; i++)
        if (strcmp(LIST[i]->name, name) == 0) return LIST[i];
    return NULL;
}

const Instrument *instrument_for_track(const Track *t)
{
    if (t->instrument[0]) return instrument_find(t->instrument);
    if (t->drum) return instrument_find("drumkit");
    if (is_acid(t)) return instrument_find("tb303");
    for (size_t i = 0; i < sizeof PROGRAM / sizeof *PROGRAM; i++)
        if (t->program >= PROGRAM[i].first && t->program <= PROGRAM[i].last)
            return instrument_find(PROGRAM[i].name);
    return instrument_find("organ");
}

void instrument_names(Str *out)
{
    for (int i = 0; i < COUNT; i++) str_addf(out, "%s%s", i ? ", " : "", LIST[i]->name);
}
