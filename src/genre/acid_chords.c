/* acid_chords.c: the pad under the piece and the off-beat stabs of its second half.
 *
 * A chord a slot: its degree is read off the top of q's spectrum in that layer, against all layers;
 * voiced with the smallest motion from the chord before. Stabs fall on the off-beat eighths where
 * k's spectrum is strongest. */
#include "acid.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "music/form.h"
#include "music/harmony.h"

enum { PAD_VOICES = 4, STABS = 3 };

static const VoiceRange PAD_RANGE[PAD_VOICES] = {{45, 57}, {52, 64}, {57, 69}, {62, 76}};

typedef struct ChordLine {
    int pad, stab;            /* tracks */
    int pad_rule, stab_rule, swell_rule;
    int key[PAD_VOICES];      /* voicing of the chord before */
    bool started;
} ChordLine;

/* norm01 over layers of the participation of q's top singular value, as a degree 0..6; the first
 * and the last slot have the tonic. */
static int chord_degree(const AcidPiece *p, const Series *top, int index)
{
    int size = scale_size(p->scale);
    if (index == 0 || index == p->nslots - 1 || top->n == 0) return 0;
    return (int)(top->u[p->slot[index].layer] * (size - 1) + 0.5) % size;
}

/* The degree of every slot and the number it comes from: told [nslots]. */
static void choose_degrees(const AcidPiece *p, const Series *top, Told *told)
{
    for (int i = 0; i < p->nslots; i++) told[i] = (Told){chord_degree(p, top, i), CELL_NONE};
    if (p->gen.kind == GEN_ROWS || top->n == 0) return;
    int *layer = mem_alloc(p->nslots, sizeof *layer);
    Series by;
    series_alloc(&by, p->nslots);
    for (int i = 0; i < p->nslots; i++) {
        layer[i] = p->slot[i].layer;
        by.v[i] = top->v[layer[i]];
    }
    if (series_finish(&by, false))
        generator_chords(&p->gen, p->fs, layer, &by, generator_stable(p->scale), true, told);
    series_free(&by);
    free(layer);
}

static void add_chord(AcidPiece *p, const ChordLine *c, int track, int rule, int32_t at,
                      int32_t dur, double vel, Value from, Value length)
{
    for (int v = 0; v < PAD_VOICES; v++) {
        Note n = {.start = at, .dur = dur, .key = (float)c->key[v], .vel = (float)vel,
                  .rule = (uint16_t)rule,
                  .from = {from.from, length.from, length.from, length.from}};
        score_add_note(p->score, track, &n);
    }
}

/* The pad swells through its slot; the breakdown's grows to the end, and leaves the air before the
 * drop alone. */
static void write_pad(AcidPiece *p, const ChordLine *c, int bar, int bars, bool broken, Value from,
                      Value rank, double loud)
{
    int32_t held = bars * BAR - (broken ? ACID_STEPS - ACID_AIR : 1) * STEP;
    add_chord(p, c, c->pad, c->pad_rule, bar * BAR, held, loud, from, rank);
    for (int i = 0; i < 2 * bars; i++) {
        double x = (i + 0.5) / (2 * bars);
        Value v = {(float)(broken ? 0.65 + 0.3 * x : 0.55 + 0.4 * sin(M_PI * x)), rank.from};
        score_add_ctl(p->score, c->pad, bar * BAR + i * BAR / 2, CTL_EXPRESSION, v, c->swell_rule);
    }
}

static void write_stabs(AcidPiece *p, const ChordLine *c, const AcidSlot *s)
{
    Series k;
    if (!series_load(&k, p->fs, FT_WEIGHTS, "sv", s->layer, map_role(p->fs, s->layer, ROLE_K), 8,
                     true))
        return;
    for (int bar = 0; bar < s->bars; bar++) {
        if (acid_in_break(p, s, bar)) continue;
        for (int hit = 0; hit < STABS - (bar + 1) % 2; hit++) {
            /* the off-beats 2, 6, 10, 14 in the order of the bar's place in the spectrum */
            int step = 2 + 4 * ((hit * 3 + bar + s->layer) % 4);
            int lane = (hit + 2 * bar) % 8;
            add_chord(p, c, c->stab, c->stab_rule, (s->bar + bar) * BAR + step * STEP,
                      (int32_t)(STEP * (0.6 + 0.9 * k.u[lane])), 0.38 + 0.25 * k.u[lane], k.v[lane],
                      k.v[lane]);
        }
    }
    series_free(&k);
}

static void revoice(const AcidPiece *p, ChordLine *c, int degree)
{
    Chord chord = chord_on(p->scale, degree, 3);
    int key[PAD_VOICES];
    voice_chord(&chord, PAD_RANGE, PAD_VOICES, chord.pc[0], c->started ? c->key : NULL, NULL, key);
    for (int v = 0; v < PAD_VOICES; v++) c->key[v] = key[v];
    c->started = true;
}

static Value chord_source(const AcidPiece *p, const Series *top, const Told *told, int index)
{
    const AcidSlot *s = &p->slot[index];
    if (!cell_is_none(told[index].said)) return (Value){top->v[s->layer].x, told[index].said};
    return top->n > 0 ? top->v[s->layer] : s->line[0].step[0].pitch;
}

/* What the native engine plays the chords with; the MIDI does not change. */
static void native(Track *t, const char *instrument, float trim_db, float duck, float delay)
{
    snprintf(t->instrument, sizeof t->instrument, "%s", instrument);
    t->trim_db = trim_db;
    t->duck = duck;
    t->delay = delay;
}

static int pad_rule(const AcidPiece *p)
{
    if (p->gen.kind == GEN_ROWS)
        return score_add_rule(p->score, "acid.pad: degree = stable rank of q, norm01 over layers");
    return generator_rule(p->score, &p->gen, "acid.pad", "degree, layer after layer,",
                          "rank of q's stable rank among them",
                          "among the degrees with a perfect fifth; first and last the tonic");
}

void acid_write_chords(AcidPiece *p, AcidTracks *t)
{
    Score *s = p->score;
    Series top;
    ChordLine c = {0};
    series_over_layers(&top, p->fs, FT_WEIGHTS, "stable_rank", map_role(p->fs, 0, ROLE_Q), false);
    c.pad = t->pad = score_add_track(s, "Pad", 89, false);
    c.stab = score_add_track(s, "Stab", 81, false);
    s->track[c.pad].gain_db = -3;
    s->track[c.pad].reverb = 0.3f;
    s->track[c.pad].chorus = 0.4f;
    s->track[c.stab].gain_db = -10;
    s->track[c.stab].reverb = 0.35f;
    s->track[c.stab].pan = -0.35f;
    native(&s->track[c.pad], "supersaw", 2, 0.25f, 0);
    native(&s->track[c.stab], "saw", 8, 0.1f, 0.3f);
    c.pad_rule = pad_rule(p);
    c.stab_rule = score_add_rule(s, "acid.stab: the layer's chord; length and velocity = sv of k");
    c.swell_rule = score_add_rule(s, "acid.swell: rises and falls over the chord, in the "
                                      "breakdown rises only");
    Told *told = mem_alloc(p->nslots, sizeof *told);
    choose_degrees(p, &top, told);
    for (int i = 0; i < p->nslots; i++) {
        const AcidSlot *slot = &p->slot[i];
        bool broken = i == p->breakdown;
        int bars = slot->bars + (i == p->nslots - 1 ? p->outro : 0);
        revoice(p, &c, told[i].degree);
        double loud = broken ? 0.7 : 0.42 + 0.2 * acid_tension(p, slot->layer);
        write_pad(p, &c, slot->bar, bars, broken, chord_source(p, &top, told, i),
                  top.n > 0 ? top.v[slot->layer] : slot->line[0].step[0].pitch, loud);
        if (2 * i >= p->nslots) write_stabs(p, &c, slot);
    }
    free(told);
    series_free(&top);
}
