/* corpus_report_parts.h: what is told of a corpus, and of a piece beside it. */
#ifndef SRC_APP_CORPUS_REPORT_PARTS_H
#define SRC_APP_CORPUS_REPORT_PARTS_H

#include "app/corpus_profile.h"
#include "app/corpus_report.h"

typedef struct Spread {
    double mean, p10, p50, p90; /* NaN of nothing */
} Spread;

/* Of windows. */
enum { WINDOW_MEASURES = 7 };

typedef struct CorpusReport {
    const CorpusJob *job;
    Corpus corpus;
    CorpusProfile all;       /* measures: NaN */
    CorpusProfile *file;     /* [corpus.nfiles] */
    double *own;             /* [PROFILE_HISTS, nfiles] overlap of a file with all others */
    Spread own_spread[PROFILE_HISTS], measure[PROFILE_MEASURES]; /* over files */
    Spread bpm, bars;        /* over files */
    Spread window[WINDOW_MEASURES];
    int key[2][12];          /* major, minor: files */
} CorpusReport;

/* A piece beside the corpus. rank: the share of the corpus's files that are lower. */
typedef struct PieceReport {
    const char *path;
    CorpusFile file; /* path is not owned */
    CorpusProfile profile;
    double overlap[PROFILE_HISTS], overlap_rank[PROFILE_HISTS];
    double divergence[PROFILE_HISTS], wasserstein[PROFILE_HISTS];
    double rank[PROFILE_MEASURES];
    double mean_overlap;
} PieceReport;

const char *window_measure_name(int i);
const char *window_measure_key(int i);

void corpus_report_text(const CorpusReport *r, Str *out);
void corpus_report_json(const CorpusReport *r, const PieceReport *piece, int n, Str *out);
void corpus_report_piece(const CorpusReport *r, const PieceReport *p, Str *out);

#endif
