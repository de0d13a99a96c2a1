/* fixture_corpus.h: songs for a corpus to hear. Include after <cmocka.h>. */
#ifndef FIXTURE_CORPUS_H
#define FIXTURE_CORPUS_H

#include "fixture_model.h"
#include "fixture_near.h"
#include "fixture_smf.h"
#include "learn/corpus.h"

enum { Q = 480, E = Q / 2, BAR = 4 * Q };
static const double SINGLE = 2e-6; /* results are floats of up to 20 */
static const CorpusRules EVERYTHING = {.bpm_hi = 1e9};

/* Eighths on root, third, fifth and octave, each half as long as it could be, loud and soft in
 * turn. */
static inline void add_arpeggio(Smf *s, int from, int channel, int root, bool minor, int notes)
{
    const int step[] = {0, minor ? 3 : 4, 7, 12};
    for (int i = 0; i < notes; i++)
        smf_note(s, from + i * E, E / 2, channel, root + step[i % 4], i % 2 ? 64 : 96);
}

/* A song that suits a house: 32 bars of 4/4 in C at 120. */
static inline void begin_song(Smf *s, double bpm, int num, int den)
{
    *s = (Smf){0};
    smf_tempo(s, 0, bpm);
    if (num > 0) smf_meter(s, 0, num, den);
}

static inline void write_song(const char *dir, const char *name, double bpm, int num, int den,
                              int notes)
{
    Smf s;
    begin_song(&s, bpm, num, den);
    add_arpeggio(&s, 0, 0, 60, false, notes);
    assert_true(smf_write(&s, dir, name));
}

static inline Corpus must_read(const char *dir, const CorpusRules *rules, int threads)
{
    Corpus c;
    Err err = {0};
    Run run = {.threads = threads};
    if (!corpus_read(&c, dir, rules, &run, &err)) fail_msg("%s", err.msg);
    return c;
}

#endif
