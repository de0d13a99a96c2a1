/* corpus_profile.c: see app/corpus_profile.h. */
#include "app/corpus_profile.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/stats.h"
#include "music/keyfind.h"
#include "music/syncopation.h"

enum { LEAP = 24 };

typedef struct HistKind {
    const char *name, *key, *unit;
    int bins;
    double width; /* of a bin in that unit */
    bool circle, drums;
} HistKind;

static const HistKind HIST[PROFILE_HISTS] = {
    [PROFILE_PITCH] = {"pitch class", "pitch_class", "semitones", 12, 1, true, false},
    [PROFILE_INTERVAL] = {"interval", "interval", "semitones", 2 * LEAP + 1, 1, false, false},
    [PROFILE_ONSET] = {"place in the bar", "onset", "sixteenths", BAR_STEPS, 1, true, true},
    [PROFILE_DURATION] = {"duration", "duration", "octaves", NOTE_LENGTHS, 0.5, false, true},
    [PROFILE_VELOCITY] = {"velocity", "velocity", "of 1", 16, 1.0 / 16, false, true},
    [PROFILE_BAR] = {"notes in a bar", "notes_in_bar", "notes", PROFILE_BINS, 1, false, true},
};

static const struct { const char *name, *key; bool drums; } MEASURE[PROFILE_MEASURES] = {
    [MEASURE_PITCH_ENTROPY] = {"pitch-class entropy, bits", "pitch_entropy", false},
    [MEASURE_INTERVAL_ENTROPY] = {"interval entropy, bits", "interval_entropy", false},
    [MEASURE_IN_KEY] = {"notes in key", "in_key", false},
    [MEASURE_DENSITY] = {"onsets a bar and track", "density", true},
    [MEASURE_LEGATO] = {"legato", "legato", true},
    [MEASURE_LOUDNESS] = {"loudness", "loudness", true},
    [MEASURE_BAR_NOTES] = {"notes a bar", "bar_notes", true},
    [MEASURE_GROOVE] = {"groove consistency", "groove", true},
};

/* The bars of a file: how many notes begin in each, and where. */
typedef struct BarSheet {
    uint8_t (*onset)[BAR_STEPS]; /* [n] */
    int *notes;                  /* [n] */
    int n;
} BarSheet;

static int bar_of(const CorpusNote *n)
{
    int bar = (int)floor((n->at + 0.125) / 4); /* a sixteenth that is nearest to a bar is of it */
    return bar > 0 ? bar : 0;
}

static int clip(int x, int lo, int hi)
{
    return x < lo ? lo : x > hi ? hi : x;
}

/* The notes from..to of one track. */
static void count_track(CorpusProfile *p, BarSheet *bars, const CorpusNote *note, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        int bar = bar_of(&note[i]);
        p->hist[PROFILE_PITCH][note[i].key % 12]++;
        p->hist[PROFILE_ONSET][note[i].step]++;
        p->hist[PROFILE_DURATION][note_length(&note[i])]++;
        p->hist[PROFILE_VELOCITY][clip((int)(note[i].velocity * 16), 0, 15)]++;
        if (i > 0)
            p->hist[PROFILE_INTERVAL][clip(note[i].key - note[i - 1].key, -LEAP, LEAP) + LEAP]++;
        bars->onset[bar][note[i].step] = 1;
        bars->notes[bar]++;
    }
    p->notes += n;
}

/* The first window of the next track after window w. */
static int track_end(const Corpus *c, int w)
{
    int end = w;
    while (end < c->nwindows && c->window[end].file == c->window[w].file &&
           c->window[end].track == c->window[w].track) end++;
    return end;
}

static void measure_bars(CorpusProfile *p, const BarSheet *bars)
{
    double groove = 0, notes = 0;
    int pairs = 0, first = 0, last = bars->n - 1;
    while (first < last && bars->notes[first] == 0) first++;
    while (last > first && bars->notes[last] == 0) last--;
    for (int b = first; b <= last; b++) {
        p->hist[PROFILE_BAR][clip(bars->notes[b], 0, PROFILE_BINS - 1)]++;
        notes += bars->notes[b];
        if (b == first || bars->notes[b] == 0 || bars->notes[b - 1] == 0) continue;
        groove += syncopation_groove(bars->onset[b - 1], bars->onset[b], BAR_STEPS);
        pairs++;
    }
    p->measure[MEASURE_BAR_NOTES] = notes / (last - first + 1);
    p->measure[MEASURE_GROOVE] = pairs > 0 ? groove / pairs : NAN;
}

static void measure_pitch(CorpusProfile *p, const CorpusFile *file)
{
    const KeyFind key = {.root = 0, .minor = file->minor}; /* notes have the tonic at C */
    const double *pitch = p->hist[PROFILE_PITCH], *interval = p->hist[PROFILE_INTERVAL];
    p->measure[MEASURE_PITCH_ENTROPY] = stats_entropy(pitch, 12);
    p->measure[MEASURE_INTERVAL_ENTROPY] = stats_entropy(interval, 2 * LEAP + 1);
    p->measure[MEASURE_IN_KEY] = keyfind_share(pitch, &key);
}

/* The first window of a file, -1 = it has none. Windows are sorted by file. */
static int first_window(const Corpus *c, int file)
{
    int lo = 0, hi = c->nwindows;
    while (lo < hi) {
        int mid = lo + (hi - lo) / 2;
        if (c->window[mid].file < file) lo = mid + 1;
        else hi = mid;
    }
    return lo < c->nwindows && c->window[lo].file == file ? lo : -1;
}

static BarSheet sheet_of(const Corpus *c, int w)
{
    int last = 0;
    for (int i = w, file = c->window[w].file; i < c->nwindows && c->window[i].file == file; i++) {
        int bar = bar_of(&c->note[c->window[i].first + WINDOW_NOTES - 1]);
        if (bar > last) last = bar;
    }
    BarSheet bars = {.n = last + 1};
    bars.onset = mem_alloc(bars.n, sizeof *bars.onset);
    bars.notes = mem_alloc(bars.n, sizeof *bars.notes);
    return bars;
}

void corpus_profile(CorpusProfile *p, const Corpus *c, int file)
{
    *p = (CorpusProfile){0};
    for (int m = 0; m < PROFILE_MEASURES; m++) p->measure[m] = NAN;
    int w = first_window(c, file);
    if (w < 0) return;
    double density = 0, legato = 0, loudness = 0;
    BarSheet bars = sheet_of(c, w);
    for (int end; w < c->nwindows && c->window[w].file == file; w = end) {
        end = track_end(c, w);
        int64_t from = c->window[w].first, to = c->window[end - 1].first + WINDOW_NOTES;
        count_track(p, &bars, c->note + from, to - from);
        for (int i = w; i < end; i++) {
            density += c->window[i].density;
            legato += c->window[i].legato;
            loudness += c->window[i].loudness;
        }
        p->windows += end - w;
    }
    p->measure[MEASURE_DENSITY] = density / p->windows;
    p->measure[MEASURE_LEGATO] = legato / p->windows;
    p->measure[MEASURE_LOUDNESS] = loudness / p->windows;
    measure_bars(p, &bars);
    measure_pitch(p, &c->file[file]);
    free(bars.onset);
    free(bars.notes);
}

void corpus_profile_add(CorpusProfile *p, const CorpusProfile *other, double sign)
{
    for (int h = 0; h < PROFILE_HISTS; h++)
        for (int i = 0; i < PROFILE_BINS; i++) p->hist[h][i] += sign * other->hist[h][i];
    p->notes += (int64_t)sign * other->notes;
    p->windows += (int)sign * other->windows;
}

const char *profile_hist_name(ProfileHist h)
{
    return HIST[h].name;
}

const char *profile_hist_key(ProfileHist h)
{
    return HIST[h].key;
}

const char *profile_hist_unit(ProfileHist h)
{
    return HIST[h].unit;
}

const char *profile_measure_name(ProfileMeasure m)
{
    return MEASURE[m].name;
}

const char *profile_measure_key(ProfileMeasure m)
{
    return MEASURE[m].key;
}

bool profile_hist_of_drums(ProfileHist h)
{
    return HIST[h].drums;
}

bool profile_measure_of_drums(ProfileMeasure m)
{
    return MEASURE[m].drums;
}

static double total(const CorpusProfile *p, ProfileHist h)
{
    double sum = 0;
    for (int i = 0; i < HIST[h].bins; i++) sum += p->hist[h][i];
    return sum > 0 ? sum : NAN;
}

double profile_overlap(const CorpusProfile *a, const CorpusProfile *b, ProfileHist h)
{
    double na = total(a, h), nb = total(b, h), sum = 0;
    if (isnan(na) || isnan(nb)) return NAN;
    for (int i = 0; i < HIST[h].bins; i++) sum += fmin(a->hist[h][i] / na, b->hist[h][i] / nb);
    return sum;
}

double profile_divergence(const CorpusProfile *a, const CorpusProfile *b, ProfileHist h)
{
    double na = total(a, h), nb = total(b, h) + HIST[h].bins, sum = 0;
    if (isnan(na) || isnan(nb)) return NAN;
    for (int i = 0; i < HIST[h].bins; i++) {
        double p = a->hist[h][i] / na, q = (b->hist[h][i] + 1) / nb;
        if (p > 0) sum += p * log2(p / q);
    }
    return sum;
}

double profile_wasserstein(const CorpusProfile *a, const CorpusProfile *b, ProfileHist h)
{
    double na = total(a, h), nb = total(b, h), apart[PROFILE_BINS], sorted[PROFILE_BINS];
    double at = 0, sum = 0;
    int n = HIST[h].bins;
    if (isnan(na) || isnan(nb)) return NAN;
    for (int i = 0; i < n; i++) {
        at += a->hist[h][i] / na - b->hist[h][i] / nb;
        apart[i] = sorted[i] = at;
    }
    stats_sort_descending(sorted, n);
    double middle = HIST[h].circle ? sorted[n / 2] : 0; /* what goes the other way round */
    for (int i = 0; i < n; i++) sum += fabs(apart[i] - middle);
    return sum * HIST[h].width;
}
