/* corpus_bar.c: where the bars of a MIDI file begin.
 *
 * What is written is believed when the notes keep to it: 4/4 with the beats (see below) on
 * multiples of a quarter note from tick 0, or with notes that are sharply on multiples of a
 * sixteenth, as machines write them (the mean of exp(2 pi i onset / sixteenth)). Files played along
 * with a recording (POP909: 1/4, 2/4 or a 4/4 that means nothing) have their beats anywhere: then
 *   the beat is the phase of a quarter note at which most weight of onsets lies (velocity times
 *     duration, at most two quarters), to a 48th, then to the mean within a 16th of it;
 *   the bar's first beat is that of every fourth beat, four sums being compared, where notes are
 *     longest and loudest and where harmony changes most (1 - cosine of the pitch classes of the
 *     two beats before and the two from here on), each in standard deviations of its own.
 * One phase for the whole file: half bars in a song's middle (POP909 has some) are not followed.
 * Of eleven songs of POP909 the beat was that of the data set's annotation in all (to 0.02
 * quarters), the bar in eight (tests/unit/test_corpus.c). */
#include "corpus_parts.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/stats.h"

enum { PHASES = 48, NEAR = 3, BEATS = 4, HELD = 8 };
static const double ON_BEAT = 1.0 / 16; /* quarters between beats and those that are written */
static const double ON_GRID = 1.0 / 96; /* quarters between onsets' mean and sixteenths */
static const double SHARP = 0.95;       /* that mean's length, 0..1 */

/* The notes, beat by beat. */
typedef struct Beats {
    double (*pc)[12]; /* [n] quarters that each pitch class sounds */
    double *accent;   /* [n] of the notes that begin here */
    double *change;   /* [n] of harmony */
    double first, quarter; /* ticks */
    int n;
} Beats;

static double accent(const Heard *h, double quarter, double most)
{
    return h->vel / 127.0 * fmin((h->end - h->start) / quarter, most);
}

/* The difference of two phases in quarters, -0.5..0.5. */
static double apart(double a, double b)
{
    return a - b - floor(a - b + 0.5);
}

/* Quarters, 0 <= phase < 1. */
static double find_beat(const Heard *h, int n, double quarter)
{
    double weight[PHASES] = {0}, most = -1, sum = 0, far = 0;
    int best = 0;
    for (int i = 0; i < n; i++) {
        double phase = fmod(h[i].start / quarter, 1);
        weight[(int)(phase * PHASES) % PHASES] += accent(&h[i], quarter, 2);
    }
    for (int p = 0; p < PHASES; p++) {
        double near = 0;
        for (int k = -NEAR; k <= NEAR; k++)
            near += (NEAR + 1 - abs(k)) * weight[(p + k + PHASES) % PHASES];
        if (near > most) {
            most = near;
            best = p;
        }
    }
    double centre = (best + 0.5) / PHASES;
    for (int i = 0; i < n; i++) {
        double d = apart(h[i].start / quarter, centre), w = accent(&h[i], quarter, 2);
        if (fabs(d) > (double)NEAR / PHASES) continue;
        sum += w;
        far += w * d;
    }
    double at = centre + (sum > 0 ? far / sum : 0);
    return at - floor(at);
}

/* True when onsets lie on sixteenths from tick 0. */
static bool on_sixteenths(const Heard *h, int n, double quarter)
{
    const double turn = 2 * acos(-1);
    double re = 0, im = 0;
    for (int i = 0; i < n; i++) {
        re += cos(turn * fmod(4 * h[i].start / quarter, 1));
        im += sin(turn * fmod(4 * h[i].start / quarter, 1));
    }
    return hypot(re, im) >= SHARP * n && fabs(atan2(im, re) / turn / 4) <= ON_GRID;
}

static void hear_note(Beats *b, const Heard *h)
{
    double from = (h->start - b->first) / b->quarter, to = (h->end - b->first) / b->quarter;
    int near = (int)floor(from + 0.5);
    if (near >= 0 && near < b->n && fabs(from - near) <= 0.125)
        b->accent[near] += accent(h, b->quarter, BEATS);
    if (h->channel == HEARD_DRUM_CHANNEL) return;
    int beat = from > 0 ? (int)from : 0;
    for (int end = beat + HELD; beat < end && beat < b->n && beat < to; beat++)
        b->pc[beat][h->key % 12] += fmin(to, beat + 1) - fmax(from, beat);
}

/* 1 - the cosine of what sounds in the two beats before i and the two from i on. */
static double change_at(const Beats *b, int i)
{
    double before = 0, after = 0, both = 0;
    for (int c = 0; c < 12; c++) {
        double x = b->pc[i - 1][c] + (i > 1 ? b->pc[i - 2][c] : 0);
        double y = b->pc[i][c] + (i + 1 < b->n ? b->pc[i + 1][c] : 0);
        before += x * x;
        after += y * y;
        both += x * y;
    }
    return before > 0 && after > 0 ? 1 - both / sqrt(before * after) : 0;
}

/* Adds x [n] in standard deviations from its mean to the sum of each beat of four. */
static void add_standard(double sum[BEATS], const double *x, int n)
{
    Moments m = moments_of_f64(x, n);
    double std = moments_std(&m);
    for (int i = 0; i < n && std > 0; i++) sum[i % BEATS] += (x[i] - m.mean) / std;
}

/* The tick of a bar's beginning, given the phase of the beat. */
static double find_bar(const Heard *h, int n, double quarter, double phase)
{
    double sum[BEATS] = {0};
    double last = 0;
    int best = 0;
    for (int i = 0; i < n; i++) last = fmax(last, h[i].start);
    Beats b = {.first = phase * quarter, .quarter = quarter, .n = (int)(last / quarter) + 2};
    b.pc = mem_alloc(b.n, sizeof *b.pc);
    b.accent = mem_alloc(b.n, sizeof *b.accent);
    b.change = mem_alloc(b.n, sizeof *b.change);
    for (int i = 0; i < n; i++) hear_note(&b, &h[i]);
    for (int i = 1; i < b.n; i++) b.change[i] = change_at(&b, i);
    add_standard(sum, b.accent, b.n);
    add_standard(sum, b.change, b.n);
    for (int i = 1; i < BEATS; i++)
        if (sum[i] > sum[best]) best = i;
    free(b.pc);
    free(b.accent);
    free(b.change);
    return b.first + best * quarter;
}

static double meter_quarters(Meter m)
{
    return 4.0 * m.num / m.den;
}

static void add_anchor(BarMap *map, double at, double quarters)
{
    BarAnchor *a = mem_push(&map->anchor, &map->n, &map->cap, sizeof *a);
    *a = (BarAnchor){at, quarters * map->quarter};
}

/* Whether bars are written at all: a metre of four quarters, or any that is believed. */
static bool bars_are_written(const Meter *meter, int n, bool any_metre)
{
    for (int i = 0; i < n; i++)
        if (meter_quarters(meter[i]) == BEATS || (any_metre && meter[i].num > 2)) return true;
    return false;
}

void bar_map_make(BarMap *map, const Meter *meter, int nmeters, const Heard *h, int n,
                  int division, bool any_metre)
{
    map->quarter = division;
    double phase = find_beat(h, n, division);
    bool odd = false;
    for (int i = 0; i < nmeters; i++) odd = odd || fmod(BEATS, meter_quarters(meter[i])) != 0;
    bool keeps = fabs(apart(phase, 0)) <= ON_BEAT || on_sixteenths(h, n, division) ||
                 (odd && any_metre);
    if (keeps && bars_are_written(meter, nmeters, any_metre)) {
        if (meter[0].at > 0) add_anchor(map, 0, BEATS);
        for (int i = 0; i < nmeters; i++) {
            double quarters = meter_quarters(meter[i]); /* of 1/4 and 2/4 four are counted on */
            add_anchor(map, meter[i].at, fmod(BEATS, quarters) == 0 ? BEATS : quarters);
        }
    } else {
        add_anchor(map, find_bar(h, n, division, phase), BEATS);
    }
}

void bar_map_free(BarMap *map)
{
    free(map->anchor);
    *map = (BarMap){0};
}

const BarAnchor *bar_map_at(const BarMap *map, int32_t tick)
{
    int lo = 0, hi = map->n - 1;
    while (lo < hi) {
        int mid = (lo + hi + 1) / 2;
        if (map->anchor[mid].at <= tick + map->quarter / 8) lo = mid;
        else hi = mid - 1;
    }
    return &map->anchor[lo];
}

double bar_map_start(const BarMap *map, int32_t tick)
{
    const BarAnchor *a = bar_map_at(map, tick);
    return a->at + floor((tick + map->quarter / 8 - a->at) / a->length) * a->length;
}

int bar_map_step(const BarMap *map, int32_t tick)
{
    double in = tick + map->quarter / 8 - bar_map_start(map, tick);
    return (int)floor(in / (map->quarter / 4)) % BAR_STEPS;
}
