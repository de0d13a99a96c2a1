/* opera_strings.c: chords in the strings: voiced by the smallest motion, bowed as long lines.
 *
 * A part that keeps its key is one long bow over up to two chords. A part that falls by a step into
 * the next chord may hang over it as a suspension; a part with a third or fourth to go may pass
 * through the step between. Both are given to a part only where they make no parallels. */
#include "genre/opera.h"

#include <stdlib.h>

#include "base/mem.h"

enum { BOW = 2 * BAR, OVERLAP = 20 }; /* ticks: the longest bow; how far one lasts into the next */

static const int SEAT[OPERA_SEATS] = {OPERA_BASSES, OPERA_CELLOS, OPERA_VIOLAS, OPERA_VIOLINS2,
                                      OPERA_VIOLINS};
/* Where chords lie well: narrower than the instruments' own ranges. */
static const VoiceRange PLACE[OPERA_SEATS] = {{28, 50}, {36, 62}, {50, 71}, {57, 77}, {62, 88}};

int opera_seat(int seat)
{
    return SEAT[seat];
}

/* The cellos have the root; the others make room below and above it. */
static void clear_root(int root, VoiceRange *range)
{
    range[1] = (VoiceRange){root, root};
    if (range[0].hi > root) range[0].hi = root;
    for (int k = 2; k < OPERA_SEATS; k++) {
        int room = 8 * (k - 2);
        if (range[k].lo <= root + room) range[k].lo = root + room + 1;
        if (range[k].hi < root + room + 9) range[k].hi = root + room + 9;
    }
}

/* Leaves the seat the chord tones above its key when its number is high, those below otherwise. */
static void turn_seat(const Opera *o, const Frame *f, int i, int key, VoiceRange *range)
{
    bool up = opera_own(o, SEAT[f->turn], f->layer, 5 * i)->u >= 0.5;
    if (key + 5 > range->hi) up = false;
    if (key - 5 < range->lo) up = true;
    if (up)
        range->lo = key + 1;
    else
        range->hi = key - 1;
    if (range->hi - range->lo < 5) *range = PLACE[f->turn];
}

void opera_voice(Opera *o, Frame *f, int n, const int *before)
{
    for (int i = 0; i < n; i++) {
        VoiceRange range[OPERA_SEATS];
        double aim[OPERA_SEATS];
        for (int k = 0; k < OPERA_SEATS; k++) {
            range[k] = PLACE[k];
            aim[k] =
                lerp(range[k].lo + 3, range[k].hi - 3, opera_own(o, SEAT[k], f[i].layer, 5 * i)->u);
            if (k >= 2) aim[k] += f[i].lift;
        }
        if (f[i].root > 0) clear_root(f[i].root, range);
        if (f[i].turn > 0 && i > 0)
            turn_seat(o, &f[i], i, f[i - 1].key[f[i].turn], &range[f[i].turn]);
        voice_chord(&f[i].harmony.chord, range, OPERA_SEATS, f[i].bass_pc,
                    i > 0 ? f[i - 1].key : before, aim, f[i].key);
    }
}

void opera_before(const Opera *o, int32_t at, int *before)
{
    for (int k = 0; k < OPERA_SEATS; k++) {
        before[k] = track_sounding(&o->s->track[SEAT[k]], at - 1);
        if (before[k] < 0) before[k] = (PLACE[k].lo + PLACE[k].hi) / 2;
    }
}

/* What the parts do between a chord and the next one. */
typedef struct Between {
    int pass[OPERA_SEATS]; /* passing key on the last beat, 0 = none */
    int held;              /* the seat whose key hangs over into the next chord, -1 = none */
} Between;

/* The step between two keys that both chords allow, 0 when there is none. */
static int step_between(const Opera *o, const Frame *f, int a, int b)
{
    if (abs(b - a) < 3 || abs(b - a) > 5) return 0;
    int way = b > a ? 1 : -1;
    for (int key = b - way; key != a; key -= way)
        if (abs(b - key) <= 2 && chord_allows(&f->harmony.chord, o->scale, key)) return key;
    return 0;
}

static void find_passing(const Opera *o, const Frame *f, int nseats, Between *b)
{
    int mid[OPERA_SEATS], count = 0;
    for (int k = 0; k < nseats; k++) mid[k] = f[0].key[k];
    for (int j = 0; j < nseats && count < 2; j++) {
        int k = (j + f[0].layer) % nseats; /* the layer says whose turn it is */
        int key = step_between(o, f, f[0].key[k], f[1].key[k]);
        if (key == 0 || k == b->held) continue;
        mid[k] = key;
        if (voice_parallels(f[0].key, mid, nseats) || voice_parallels(mid, f[1].key, nseats)) {
            mid[k] = f[0].key[k];
            continue;
        }
        b->pass[k] = key;
        count++;
    }
}

static int find_suspension(const Frame *f, int nseats, int turn)
{
    for (int j = 0; j + 2 < nseats; j++) {
        int k = 2 + (j + turn) % (nseats - 2); /* never the bass or the roots */
        int fall = f[0].key[k] - f[1].key[k];
        int after[OPERA_SEATS];
        if (fall < 1 || fall > 2 || chord_has(&f[1].harmony.chord, f[0].key[k])) continue;
        for (int i = 0; i < nseats; i++) after[i] = f[1].key[i];
        after[k] = f[0].key[k];
        if (voice_parallels(f[0].key, after, nseats) == 0) return k;
    }
    return -1;
}

static void find_between(const Opera *o, const Frame *f, int n, int nseats, Between *out)
{
    for (int i = 0; i + 1 < n; i++) {
        out[i] = (Between){.held = -1};
        if (nseats > 2 && f[i + 1].dur >= 2 * BEAT) out[i].held = find_suspension(&f[i], nseats, i);
        if (f[i].dur >= 2 * BEAT) find_passing(o, &f[i], nseats, &out[i]);
    }
    if (n > 0) out[n - 1] = (Between){.held = -1};
}

typedef struct Bow {
    Opera *o;
    int seat, rule;
    bool own;
    Part now; /* dur 0: none */
} Bow;

static void bow_end(Bow *b, bool legato)
{
    if (b->now.dur > 0) {
        b->now.dur += legato ? OVERLAP : 0;
        opera_play(b->o, &b->now);
    }
    b->now.dur = 0;
}

static void bow_add(Bow *b, const Frame *f, int i, int key, int32_t at, int32_t dur)
{
    if (b->now.dur > 0 && b->now.key == key && b->now.at + b->now.dur == at &&
        b->now.dur + dur <= BOW) {
        b->now.dur += dur;
        return;
    }
    bow_end(b, b->now.key != key);
    int track = SEAT[b->seat];
    const Desk *desk = &b->o->desk[f->layer];
    const Num *mine = opera_own(b->o, track, f->layer, 5 * i);
    b->now = (Part){.track = track,
                    .key = key,
                    .rule = b->rule,
                    .at = at,
                    .dur = dur,
                    .vel = f->vel,
                    .pitch = b->own ? mine : &f->harmony.why,
                    .loud = mine,
                    .length = nums_at(&desk->hist_q, i),
                    .harmony = b->own ? &f->harmony.why : mine};
}

/* How late a suspended part moves: half of a chord of a measure or less, else a half note. */
static int32_t hang(const Frame *f)
{
    return f->dur >= 2 * BAR ? 2 * BEAT : f->dur >= BAR ? BEAT : f->dur / 2;
}

static void bow_seat(Bow *b, const Frame *f, int n, const Between *between)
{
    int k = b->seat;
    for (int i = 0; i < n; i++) {
        int32_t at = f[i].at, end = f[i].at + f[i].dur;
        if (i > 0 && between[i - 1].held == k) at += hang(&f[i]);
        if (between[i].pass[k]) end -= BEAT;
        if (end > at) bow_add(b, &f[i], i, f[i].key[k], at, end - at);
        if (between[i].pass[k]) bow_add(b, &f[i], i, between[i].pass[k], end, BEAT);
        if (between[i].held == k && i + 1 < n) b->now.dur += hang(&f[i + 1]);
    }
    bow_end(b, false);
}

void opera_bow(Opera *o, const Frame *f, int n, const int *enter, const int *leave, bool own,
               int rule)
{
    Between *between = mem_alloc(n, sizeof *between);
    find_between(o, f, n, OPERA_SEATS, between);
    for (int k = 0; k < OPERA_SEATS; k++) {
        Bow b = {.o = o, .seat = k, .rule = rule, .own = own};
        int first = enter ? enter[k] : 0, end = leave ? leave[k] : n;
        if (first < end) bow_seat(&b, f + first, end - first, between + first);
    }
    free(between);
}
