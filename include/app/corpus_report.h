/* corpus_report.h: what a corpus of MIDI files is like, and how like it pieces are: the job behind
 * `llmsonify jepa corpus`. */
#ifndef APP_CORPUS_REPORT_H
#define APP_CORPUS_REPORT_H

#include "base/opt.h"
#include "learn/corpus.h"

typedef struct CorpusJob {
    const char *midi;
    CorpusRules rules;
    const OptList *piece; /* MIDI files to compare with it; none: the corpus is described */
    bool json;
} CorpusJob;

/* Pieces are cut by the same windows, whatever their tempo, metre and length; `rules.drums` counts
 * for them too. */
bool corpus_report(const CorpusJob *job, Str *out, const Run *run, Err *err);

#endif
