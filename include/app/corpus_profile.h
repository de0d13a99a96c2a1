/* corpus_profile.h: how the notes of a corpus, of one of its files, or of a piece are distributed,
 * and how far two such distributions lie apart (after Yang and Lerch 2020, "On the evaluation of
 * generative models in music"; there of distances between files, here of the distributions
 * themselves). */
#ifndef APP_CORPUS_PROFILE_H
#define APP_CORPUS_PROFILE_H

#include "learn/corpus.h"

/* Of the notes that are in a window, each counted once. */
typedef enum ProfileHist {
    PROFILE_PITCH,    /* pitch class above the tonic, 12, a circle */
    PROFILE_INTERVAL, /* semitones from the note before in its track, -24..24 */
    PROFILE_ONSET,    /* sixteenth of the bar, 16, a circle */
    PROFILE_DURATION, /* half octaves, from a quarter of a sixteenth to 32 of them */
    PROFILE_VELOCITY, /* sixteen equal steps */
    PROFILE_BAR,      /* notes in a bar (four quarters) of all tracks, 0..63 */
    PROFILE_HISTS
} ProfileHist;

enum { PROFILE_BINS = 64 };

typedef enum ProfileMeasure {
    MEASURE_PITCH_ENTROPY,    /* bits */
    MEASURE_INTERVAL_ENTROPY, /* bits */
    MEASURE_IN_KEY,           /* share of the notes within the scale of the file's key */
    MEASURE_DENSITY,          /* onsets a bar of a track, the mean of windows */
    MEASURE_LEGATO,           /* share, the mean of windows */
    MEASURE_LOUDNESS,         /* 0..1, the mean of windows */
    MEASURE_BAR_NOTES,        /* notes a bar */
    MEASURE_GROOVE,           /* see below */
    PROFILE_MEASURES
} ProfileMeasure;

/* Groove consistency: the mean over adjacent bars that both have onsets of 1 - the share of
 * sixteenths that are an onset in one of them only (Wu and Yang 2020, there over all pairs). */
typedef struct CorpusProfile {
    double hist[PROFILE_HISTS][PROFILE_BINS]; /* counts */
    double measure[PROFILE_MEASURES];         /* NaN = nothing to measure */
    int64_t notes;
    int windows;
} CorpusProfile;

/* Of one file. */
void corpus_profile(CorpusProfile *p, const Corpus *c, int file);
/* Adds or takes away the counts of one. Measures are left. */
void corpus_profile_add(CorpusProfile *p, const CorpusProfile *other, double sign);

const char *profile_hist_name(ProfileHist h);       /* "pitch class" */
const char *profile_hist_key(ProfileHist h);        /* "pitch_class", for JSON */
const char *profile_hist_unit(ProfileHist h);       /* of the Wasserstein distance */
const char *profile_measure_name(ProfileMeasure m); /* "notes a bar" */
const char *profile_measure_key(ProfileMeasure m);
/* False of what drums have not: pitch classes, intervals, a key. */
bool profile_hist_of_drums(ProfileHist h);
bool profile_measure_of_drums(ProfileMeasure m);

/* Of a (a piece) and b (a corpus). NaN where one has no counts. */
/* The overlapping area, sum of min(a, b): 1 alike, 0 apart. */
double profile_overlap(const CorpusProfile *a, const CorpusProfile *b, ProfileHist h);
/* Kullback-Leibler divergence of a from b in bits; one is added to each count of b. */
double profile_divergence(const CorpusProfile *a, const CorpusProfile *b, ProfileHist h);
/* Wasserstein-1 distance, around the circle where it is one (Rabin, Delon and Gousseau 2011). */
double profile_wasserstein(const CorpusProfile *a, const CorpusProfile *b, ProfileHist h);

#endif
