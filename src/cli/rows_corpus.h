/* rows_corpus.h: which MIDI files of a folder are heard: the rows of every command that reads a
 * corpus. */
#ifndef CLI_ROWS_CORPUS_H
#define CLI_ROWS_CORPUS_H

#include "base/opt.h"
#include "learn/corpus.h"

typedef struct CorpusRows {
    const char *midi, *bpm;
    int min_bars, max_files;
    double min_density;
    bool any_metre, drums;
} CorpusRows;
/* As CORPUS_HOUSE. */
#define CORPUS_ROWS_DEFAULTS {.bpm = "115-142", .min_bars = 32, .min_density = 8}

extern const Opt rows_corpus[7];

/* The rules that the rows ask for; false when --midi is missing or --bpm is no range. */
bool rows_corpus_rules(const CorpusRows *r, CorpusRules *rules, Err *err);

#endif
