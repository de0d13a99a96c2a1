/* theory_chords.c: the strings' chords of superposition, the organ's pedal, and the cadence at the
 * output; see theory_plan.h. */
#include <math.h>

#include "music/mapping.h"
#include "theory_plan.h"

enum { DESKS = 4 };

static const VoiceRange DESK[DESKS] = {{36, 50}, {46, 60}, {53, 67}, {59, 74}};

static void put(Score *s, int track, int32_t at, int32_t dur, int key, double vel, int rule,
                const Value *why, const Value *loud)
{
    Note n = {.start = at, .dur = dur, .key = (float)key, .vel = (float)clamp(vel, 0.1, 1),
              .rule = (uint16_t)rule, .from = {why->from, loud->from, CELL_NONE, CELL_NONE}};
    score_add_note(s, track, &n);
}

/* A bar's chord for the strings; `before` is kept. */
static void bow(const Fugue *f, Score *s, int b, int *before, int rule)
{
    const FugueBar *bar = &f->bar[b];
    int key[DESKS];
    Value loud = fugue_value(f, "norm", bar->layer, f->token[bar->first]);
    double vel = lerp(DYN_PP, DYN_F, f->g.loud[bar->layer]);
    double own = f->g.amp[bar->layer * f->g.tokens + f->token[bar->first]];
    double aim[DESKS];
    for (int v = 0; v < DESKS; v++) aim[v] = lerp(DESK[v].lo + 2, DESK[v].hi - 2, own);
    voice_chord(&bar->chord, DESK, DESKS, bar->chord.pc[0], before[0] > 0 ? before : NULL, aim,
                key);
    for (int v = 0; v < DESKS; v++) {
        put(s, FUGUE_STRINGS, b * BAR, BAR, key[v], vel * lerp(0.85, 1, own), rule, &bar->why,
            &loud);
        before[v] = key[v];
    }
}

/* The tonic under the stretto and the cadence, low. */
static void hold_pedal(const Fugue *f, Score *s)
{
    int first = f->bars - CADENCE_BARS - STRETTO_BARS, rule, key = 36 + f->bar[first].scale.root;
    Value why = fugue_value(f, "norm", f->last, f->token[f->n - 1]);
    rule = score_add_rule(s, "theory.pedal: the key's tonic under the late layers: what the "
                             "residual stream carries through");
    while (key > 43) key -= 12;
    put(s, FUGUE_ORGAN, first * BAR, STRETTO_BARS * BAR, key, DYN_P, rule, &why, &why);
    put(s, FUGUE_ORGAN, (f->bars - 1) * BAR, BAR, key, DYN_MF, rule, &why, &why);
}

/* All voices in chords; the sopranos end on the tonic. */
static void close_cadence(const Fugue *f, Score *s, int rule)
{
    int before[FUGUE_VOICES] = {0}, key[FUGUE_VOICES];
    VoiceRange range[FUGUE_VOICES];
    Value norm = fugue_value(f, "norm", f->last, f->token[f->n - 1]);
    for (int v = 0; v < FUGUE_VOICES; v++) range[v] = FUGUE_RANGE[FUGUE_VOICES - 1 - v];
    for (int b = f->bars - CADENCE_BARS; b < f->bars; b++) {
        const FugueBar *bar = &f->bar[b];
        bool last = b + 1 == f->bars;
        double aim[FUGUE_VOICES];
        for (int v = 0; v < FUGUE_VOICES; v++) aim[v] = (range[v].lo + range[v].hi) / 2.0;
        voice_chord(&bar->chord, range, FUGUE_VOICES, bar->chord.pc[0],
                    before[0] > 0 ? before : NULL, aim, key);
        for (int v = 0; v < FUGUE_VOICES; v++) {
            int32_t dur = last ? BAR : BAR - PULSE / 8;
            put(s, FUGUE_VOICES - 1 - v, b * BAR, dur, key[v], last ? DYN_MF : DYN_F, rule,
                &bar->why, &norm);
            before[v] = key[v];
        }
    }
}

void fugue_accompany(const Fugue *f, Score *s)
{
    int before[DESKS] = {0};
    int chords = score_add_rule(s, "theory.chords: superposition of a token with the next: the "
                                   "quality (major, minor, diminished, augmented) of the pair, "
                                   "the degree by its phase");
    int close = score_add_rule(s, "theory.cadence: the output: full when the last token's entropy "
                                  "is under the text's mean, else broken off first");
    for (int b = 0; b < f->bars; b++) /* the exposition is counterpoint alone */
        if (f->bar[b].kind != FUGUE_EXPOSITION)
            bow(f, s, b, before, f->bar[b].kind == FUGUE_CADENCE ? close : chords);
    hold_pedal(f, s);
    close_cadence(f, s, close);
}
