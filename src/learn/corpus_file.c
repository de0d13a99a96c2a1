/* corpus_file.c: one MIDI file of a corpus: what it is like, and its notes with the tonic at C.
 *
 * Tempo is the one that lasts longest in seconds; a song at half or double time (62, 240) is not
 * taken for the same at twice or half, but refused. A metre fits when what fits 4/4 (bars of one,
 * two or four quarters; nothing written is 4/4) lasts nine tenths of the ticks or more. SMPTE time
 * has no quarters: it never fits. Keys that a move would take off the keyboard stay an octave
 * within it. */
#include <math.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "corpus_parts.h"
#include "midi/song.h"
#include "music/keyfind.h"
#include "score/sort.h"

static const double FITS_SHARE = 0.9;

/* What is known of a song on the way. */
typedef struct Hearing {
    MidiSong song;
    HeardList all;  /* every note */
    HeardList mine; /* those that are heard */
    Meter *meter;
    int nmeters;
    int32_t first, last, end; /* ticks of the heard: first and last onset, last end */
} Hearing;

static int by_length(const void *a, const void *b)
{
    double x = ((const MidiTempo *)a)->per_tick, y = ((const MidiTempo *)b)->per_tick;
    return (x > y) - (x < y);
}

/* Quarter notes a minute, of the tempo that lasts longest until the last note's end. */
static double main_bpm(const MidiSong *song, int32_t end)
{
    MidiTempo *t = mem_alloc(song->ntempos, sizeof *t);
    double most = -1, sum = 0, per_tick = 0;
    for (int i = 0; i < song->ntempos; i++) {
        int32_t to = i + 1 < song->ntempos ? song->tempo[i + 1].tick : INT32_MAX;
        t[i] = song->tempo[i];
        t[i].at = t[i].per_tick * fmax((to < end ? to : end) - (double)t[i].tick, 0);
    }
    stable_sort(t, song->ntempos, sizeof *t, by_length);
    for (int i = 0; i < song->ntempos; i++) {
        sum = i > 0 && by_length(&t[i - 1], &t[i]) == 0 ? sum + t[i].at : t[i].at;
        if (sum > most) {
            most = sum;
            per_tick = t[i].per_tick;
        }
    }
    free(t);
    return per_tick > 0 ? 60 / (per_tick * song->division) : 0;
}

static bool fits_four(Meter m)
{
    return 4 * m.num == m.den || 2 * m.num == m.den || m.num == m.den;
}

static bool metre_fits(const Hearing *h)
{
    double fit = 0, all = 0;
    Meter now = {.num = 4, .den = 4};
    for (int i = 0; i <= h->nmeters; i++) {
        int32_t to = i < h->nmeters && h->meter[i].at < h->end ? h->meter[i].at : h->end;
        double ticks = fmax(to - (double)now.at, 0);
        all += ticks;
        if (fits_four(now)) fit += ticks;
        if (i < h->nmeters) now = h->meter[i];
    }
    return fit >= FITS_SHARE * all;
}

static int by_note(const void *a, const void *b)
{
    const Heard *x = a, *y = b;
    int part = heard_by_part(x, y);
    if (part != 0) return part;
    if (x->start != y->start) return x->start < y->start ? -1 : 1;
    return x->key - y->key;
}

static void choose(Hearing *h, bool drums)
{
    h->first = INT32_MAX;
    for (int i = 0; i < h->all.n; i++) {
        const Heard *n = &h->all.h[i];
        if ((n->channel == HEARD_DRUM_CHANNEL) != drums) continue;
        *(Heard *)mem_push(&h->mine.h, &h->mine.n, &h->mine.cap, sizeof *n) = *n;
        if (n->start < h->first) h->first = n->start;
        if (n->start > h->last) h->last = n->start;
        if (n->end > h->end) h->end = n->end;
    }
    if (h->end == h->last && h->end < INT32_MAX) h->end++;
    stable_sort(h->mine.h, h->mine.n, sizeof *h->mine.h, by_note);
}

static bool open_song(Hearing *h, const char *path)
{
    FileMap map = {0};
    Err err;
    if (!file_map_open(&map, path, &err)) return false;
    bool ok = map.size <= CORPUS_FILE_BYTES && midi_read(&h->song, map.data, map.size, &err);
    file_map_close(&map);
    if (!ok) return false;
    if (h->song.smpte > 0) return true;
    midi_hear(&h->all, &h->song);
    double quarters = h->song.end_tick / (double)h->song.division;
    return h->all.n <= CORPUS_FILE_NOTES && quarters <= CORPUS_QUARTERS;
}

static void find_key(CorpusFile *f, const Hearing *h)
{
    double time[12] = {0};
    for (int i = 0; i < h->mine.n; i++)
        time[h->mine.h[i].key % 12] += h->mine.h[i].end - h->mine.h[i].start;
    KeyFind key = keyfind(time);
    f->tonic = key.root >= 0 ? key.root : 0;
    f->minor = key.root >= 0 && key.minor;
}

/* The nearest way from a tonic to C: -6..5 semitones. */
static int way_to_c(int tonic)
{
    return tonic > 6 ? 12 - tonic : tonic == 6 ? -6 : -tonic;
}

static void write_notes(HeardFile *f, const Hearing *h, const BarMap *bars)
{
    int move = way_to_c(f->file.tonic);
    double quarter = h->song.division, origin = bar_map_start(bars, h->first);
    f->note = mem_alloc(h->mine.n, sizeof *f->note);
    for (int i = 0; i < h->mine.n; i++) {
        const Heard *n = &h->mine.h[i];
        int key = n->key + move, ticks = n->end > n->start ? n->end - n->start : 1;
        key = key < 0 ? key + 12 : key > 127 ? key - 12 : key;
        f->note[i] = (CorpusNote){.at = (float)((n->start - origin) / quarter),
                                  .dur = (float)(ticks / quarter),
                                  .velocity = n->vel / 127.0f, .key = (uint8_t)key,
                                  .step = (uint8_t)bar_map_step(bars, n->start)};
        if (i == 0 || heard_by_part(n - 1, n) != 0)
            *(int *)mem_push(&f->part, &f->nparts, &f->cap_parts, sizeof(int)) = 0;
        f->part[f->nparts - 1]++;
    }
}

static CorpusRefusal judge(const CorpusFile *f, const CorpusRules *r, bool fits)
{
    if (!(f->bpm >= r->bpm_lo && f->bpm <= r->bpm_hi)) return REFUSED_TEMPO;
    if (!fits && !r->any_metre) return REFUSED_METRE;
    if (f->notes == 0 || f->bars < r->min_bars) return REFUSED_SHORT;
    if (f->notes < r->min_density * f->bars) return REFUSED_SPARSE;
    return REFUSED_KINDS;
}

/* Bars from the first note's to the last's, by the metre that is there at the first. */
static int count_bars(const Hearing *h, const BarMap *bars)
{
    double length = bar_map_at(bars, h->first)->length;
    double from = bar_map_start(bars, h->first);
    return 1 + (int)floor((h->last + bars->quarter / 8 - from) / length);
}

static void hear(HeardFile *f, Hearing *h, const CorpusRules *rules)
{
    BarMap bars = {0};
    choose(h, rules->drums);
    h->meter = midi_meters(&h->song, &h->nmeters);
    f->file.bpm = main_bpm(&h->song, h->end);
    f->file.notes = h->mine.n;
    if (h->mine.n > 0) {
        bar_map_make(&bars, h->meter, h->nmeters, h->all.h, h->all.n, h->song.division,
                     rules->any_metre);
        f->file.bars = count_bars(h, &bars);
    }
    f->refused = judge(&f->file, rules, metre_fits(h));
    if (f->refused == REFUSED_KINDS) {
        if (!rules->drums) find_key(&f->file, h);
        write_notes(f, h, &bars);
    }
    bar_map_free(&bars);
}

void corpus_file_read(HeardFile *f, const char *path, const CorpusRules *rules)
{
    Hearing h = {0};
    *f = (HeardFile){.refused = REFUSED_BROKEN};
    bool ok = open_song(&h, path);
    if (ok && h.song.smpte > 0) f->refused = REFUSED_METRE;
    else if (ok) hear(f, &h, rules);
    free(h.meter);
    free(h.all.h);
    free(h.mine.h);
    midi_free(&h.song);
}

void corpus_file_free(HeardFile *f)
{
    free(f->file.path);
    free(f->note);
    free(f->part);
    *f = (HeardFile){0};
}
