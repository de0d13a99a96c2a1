/* djset.c: several models mixed into one another on two decks.
 *
 * Models follow each other by the nearness of their keys on the circle of fifths. Each has a block
 * of 64 bars of its own; between two blocks lies a transition of 16 bars in which both decks run,
 * beat on beat at one tempo: until the middle the outgoing deck has kick and clap, from the middle
 * the incoming one. The basses overlap there (four bars to each side when the keys are neighbours,
 * otherwise one), but not in the lows: the incoming deck begins with its bass knob turned out, and
 * in the bar before the middle the two knobs cross. Pads cross at the middle too, sounding together
 * only when the keys are neighbours. So there is never a second kick, nor a second bottom. Models
 * take the decks in turn, so that fifteen channels are enough for any number of them.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "genre/house.h"
#include "music/form.h"

enum { MODELS_MAX = 64 };
enum { BLOCK_BARS = 64, MIX_BARS = 16, SECTIONS_MAX = 6 };

typedef struct DjSet {
    int n;
    HouseModel *m; /* [n] in the order given */
    int *order;    /* [n] */
    int *bars;     /* [2n - 1] block, transition, block, ... */
} DjSet;

void djset_order(const Scale *scale, int n, int *order)
{
    for (int i = 0; i < n; i++) order[i] = i;
    for (int at = 1; at < n; at++) {
        int best = at;
        for (int i = at + 1; i < n; i++)
            if (scale_fifths_apart(scale[order[at - 1]], scale[order[i]]) <
                scale_fifths_apart(scale[order[at - 1]], scale[order[best]]))
                best = i;
        int chosen = order[best]; /* the others keep their order */
        for (int i = best; i > at; i--) order[i] = order[i - 1];
        order[at] = chosen;
    }
}

static void djset_free(DjSet *set)
{
    for (int i = 0; i < set->n; i++) house_model_free(&set->m[i]);
    free(set->m);
    free(set->order);
    free(set->bars);
}

/* However short the set: the last model has at least one bar, to end in. */
static void end_in_a_block(int *bars, int parts)
{
    int longest = 0;
    for (int i = 0; i < parts; i++)
        if (bars[i] > bars[longest]) longest = i;
    if (bars[parts - 1] > 0) return;
    bars[longest]--;
    bars[parts - 1] = 1;
}

static bool djset_init(DjSet *set, const FeatureSet *const *fs, int nfs, const GenreOpts *opts,
                       double bpm, Err *err)
{
    *set = (DjSet){.m = mem_alloc(nfs, sizeof *set->m),
                   .order = mem_alloc(nfs, sizeof(int)),
                   .bars = mem_alloc(2 * (int64_t)nfs, sizeof(int))};
    for (; set->n < nfs; set->n++)
        if (!house_model_init(&set->m[set->n], fs[set->n], opts, err)) {
            djset_free(set);
            return false;
        }
    int own[2 * MODELS_MAX], total = 0, parts = 2 * nfs - 1;
    Scale scale[MODELS_MAX];
    for (int i = 0; i < parts; i++) total += own[i] = i & 1 ? MIX_BARS : BLOCK_BARS;
    for (int i = 0; i < nfs; i++) scale[i] = set->m[i].scale;
    form_scale(own, parts, form_total_bars(opts, bpm, total), HOUSE_PERIOD, set->bars);
    end_in_a_block(set->bars, parts);
    djset_order(scale, nfs, set->order);
    return true;
}

static const char *name_of(const HouseModel *m)
{
    return m->fs->model && m->fs->model[0] ? m->fs->model : "model";
}

/* Pads of neighbouring keys may sound together before and after the middle; so may the basses,
 * which have a bar of it at least. */
static HouseSection transition(HousePart part, const HouseModel *a, const HouseModel *b, int bars)
{
    int near = scale_fifths_apart(a->scale, b->scale) <= 1 ? bars / 4 : 0;
    return (HouseSection){.part = part,
                          .bars = bars,
                          .overlap = near,
                          .basses = near > 0 ? near : bars >= 4};
}

/* The sections of the i-th model played: the transition into it, its block, the one out of it. */
static int sections_of(const DjSet *set, int i, HouseSection out[SECTIONS_MAX])
{
    static const int FIRST[4] = {16, 16, 32, 0}, INNER[4] = {0, 16, 48, 0},
                     LAST[4] = {0, 16, 24, 24};
    static const HousePart PART[4] = {HOUSE_INTRO, HOUSE_BUILD, HOUSE_DROP, HOUSE_OUTRO};
    const int *own = i == 0 ? FIRST : i == set->n - 1 ? LAST : INNER;
    const HouseModel *m = &set->m[set->order[i]];
    int used[4], bars[4], kind[4], n = 0, count = 0;
    for (int k = 0; k < 4; k++) {
        if (own[k] == 0) continue;
        used[n] = own[k];
        kind[n++] = k;
    }
    if (i > 0) {
        int mix = set->bars[2 * i - 1];
        out[count++] = transition(HOUSE_MIX_IN, &set->m[set->order[i - 1]], m, mix);
    }
    form_scale(used, n, set->bars[2 * i], HOUSE_PERIOD, bars);
    for (int k = 0; k < n; k++)
        if (bars[k] > 0) out[count++] = (HouseSection){.part = PART[kind[k]], .bars = bars[k]};
    if (i < set->n - 1) {
        int mix = set->bars[2 * i + 1];
        out[count++] = transition(HOUSE_MIX_OUT, m, &set->m[set->order[i + 1]], mix);
    } else if (count > 0) {
        out[count - 1].last = true;
    }
    return count;
}

/* "wren: drop"; the transition out of a model names both, and its middle the key. */
static void mark(Score *s, const DjSet *set, int i, const HouseSection *section, int n, int bar)
{
    static const char *const NAME[HOUSE_PARTS] = {"intro", "build-up", "drop", "outro"};
    char text[48];
    const HouseModel *m = &set->m[set->order[i]];
    bool minor;
    for (int k = 0; k < n; k++) {
        int sharps = scale_sharps(house_scale(m, section[k].part), &minor);
        if (section[k].part == HOUSE_MIX_IN) {
            score_add_keysig(s, (bar + section[k].bars / 2) * BAR, sharps, minor);
        } else if (section[k].part == HOUSE_MIX_OUT) {
            snprintf(text, sizeof text, "%.20s > %.20s", name_of(m),
                     name_of(&set->m[set->order[i + 1]]));
            score_add_section(s, bar * BAR, text);
        } else {
            snprintf(text, sizeof text, "%.32s: %s", name_of(m), NAME[section[k].part]);
            score_add_section(s, bar * BAR, text);
            if (k == 0 || m->mode == HOUSE_SECTION_MODES)
                score_add_keysig(s, bar * BAR, sharps, minor);
        }
        bar += section[k].bars;
    }
}

static void write_set(const DjSet *set, Score *out, double bpm)
{
    HouseDeck deck[2];
    HouseSection section[SECTIONS_MAX];
    int bar = 0;
    house_deck_init(&deck[0], out, " A", -1);
    house_deck_init(&deck[1], out, " B", deck[0].sweep);
    for (int i = 0; i < set->n; i++) {
        int n = sections_of(set, i, section);
        mark(out, set, i, section, n, bar);
        house_write(out, &deck[i & 1], &set->m[set->order[i]], section, n, bar, bpm);
        for (int k = 0; k < n; k++) /* the next model starts with the transition */
            if (section[k].part != HOUSE_MIX_OUT) bar += section[k].bars;
    }
}

bool djset_compose(const FeatureSet *const *fs, int nfs, const GenreOpts *opts, Score *out,
                   Err *err)
{
    DjSet set;
    if (nfs > MODELS_MAX) return err_set(err, "%d models: a set has at most %d", nfs, MODELS_MAX);
    double bpm = house_begin(out, opts);
    if (!djset_init(&set, fs, nfs, opts, bpm, err)) return false;
    snprintf(out->title, sizeof out->title, "house set of %d models from %s", nfs,
             name_of(&set.m[0]));
    write_set(&set, out, bpm);
    for (int i = 0; i < 2 * nfs - 1; i++) out->length += set.bars[i] * BAR;
    djset_free(&set);
    score_finish(out);
    return true;
}
