/* acid_arc.c: the energy of the piece, bar by bar: what every part's loudness and the arrangement
 * go by.
 *
 * A dance floor is worked by contrast: without a quiet place no bar is loud. The intro rises out of
 * a kick alone, the layers up to the breakdown hold something back (the more, the less tension they
 * have), the breakdown falls and grows with its roll, what comes after it is the loudest of the
 * piece, the outro takes everything away again. An energy is a fader's position: so many dB below
 * full for every part, each with its own depth. */
#include "acid.h"

#include <math.h>
#include <stdio.h>

#include "music/form.h"

/* dB that a part lies lower at energy 0. */
static const double LINE_DEPTH = 10, ANSWER_DEPTH = 6, PAD_DEPTH = 6, DRUMS_DEPTH = 6;

int acid_slot_at(const AcidPiece *p, int bar)
{
    int i = 0;
    while (i + 1 < p->nslots && p->slot[i + 1].bar <= bar) i++;
    return i;
}

/* Slots that come after the breakdown, or in the second half where there is none. */
bool acid_risen(const AcidPiece *p, int index)
{
    return p->breakdown >= 0 ? index > p->breakdown : 2 * index >= p->nslots;
}

static double slot_energy(const AcidPiece *p, int index)
{
    double tension = acid_tension(p, p->slot[index].layer);
    if (acid_risen(p, index)) return lerp(0.92, 1, tension);
    return 0.5 + 0.48 * index / p->nslots + 0.06 * tension;
}

double acid_energy(const AcidPiece *p, double bar)
{
    int outro = p->total - p->outro, index = acid_slot_at(p, (int)bar);
    const AcidSlot *s = &p->slot[index];
    double lean = 0.04 * (acid_tension(p, s->layer) - 0.5);
    if (bar < p->intro) return lean + lerp(0.12, 0.5, bar / p->intro);
    if (bar >= outro) return lean + lerp(0.75, 0.1, (bar - outro) / p->outro);
    double left = s->bar + s->bars - bar;
    if (!acid_in_break(p, s, (int)bar - s->bar)) return slot_energy(p, index);
    double along = 1 - left / ACID_BREAK;
    return lean + lerp(0.2, 0.72, along * along);
}

/* Where a slot's tension stands; its first row norm where the model gives none. */
static Cell tension_cell(const AcidPiece *p, const AcidSlot *s)
{
    Cell c = feat_look(p->fs, FT_LAYERS, "tension", s->layer, -1, 0).from;
    return cell_is_none(c) ? s->line[0].step[0].pitch.from : c;
}

/* The fader of a track, beat by beat where it moves. */
static void write_fader(AcidPiece *p, int track, double depth_db, int rule)
{
    float last = -1;
    for (int beat = 0; beat < 4 * p->total; beat++) {
        const AcidSlot *s = &p->slot[acid_slot_at(p, beat / 4)];
        double db = depth_db * (acid_energy(p, beat / 4.0) - 1);
        /* a fader's law is 40 log10, as General MIDI has it for controller 7 */
        Value v = {(float)pow(10, db / 40), tension_cell(p, s)};
        if (v.x == last) continue;
        score_add_ctl(p->score, track, beat * BEAT, CTL_VOLUME, v, rule);
        last = v.x;
    }
}

/* Weights as wind, to the air before the drop: it swells by the spectrum of v read from its
 * smallest to its largest value, which can only rise. Key 60 is the sound's own pitch. */
static void write_riser(AcidPiece *p)
{
    enum { SWELLS = 4 * ACID_BREAK };
    if (p->breakdown < 0 || p->slot[p->breakdown].bars < ACID_BREAK) return;
    Score *s = p->score;
    Series v;
    const AcidSlot *slot = &p->slot[p->breakdown];
    int32_t at = (slot->bar + slot->bars - ACID_BREAK) * BAR;
    int role = map_role(p->fs, slot->layer, ROLE_V);
    if (!series_load(&v, p->fs, FT_WEIGHTS, "sv", slot->layer, role, SWELLS, true)) return;
    int track = score_add_track(s, "Riser", 122, false);
    Track *t = &s->track[track];
    snprintf(t->instrument, sizeof t->instrument, "riser");
    t->gain_db = -8;
    t->trim_db = 6;
    t->reverb = 0.3f;
    int rule = score_add_rule(s, "acid.riser: through the breakdown; velocity = tension, "
                                 "expression = norm01(log1p sv of v) from the smallest to the "
                                 "largest");
    for (int i = 0; i < SWELLS; i++) {
        Value x = {(float)lerp(0.25, 1, v.u[SWELLS - 1 - i]), v.v[SWELLS - 1 - i].from};
        score_add_ctl(s, track, at + i * BEAT, CTL_EXPRESSION, x, rule);
    }
    Cell top = v.v[0].from;
    Note n = {.start = at, .dur = (ACID_BREAK - 1) * BAR + ACID_AIR * STEP, .key = 60,
              .vel = (float)lerp(0.7, 0.9, acid_tension(p, slot->layer)), .rule = (uint16_t)rule,
              .from = {top, tension_cell(p, slot), top, top}};
    score_add_note(s, track, &n);
    series_free(&v);
}

void acid_write_arc(AcidPiece *p, const AcidTracks *t)
{
    int rule = score_add_rule(
        p->score, "acid.arc: volume = energy, which leans to the layer's tension: the intro's "
                  "rises, the layers' is lower before the breakdown than after it, the "
                  "breakdown's falls and grows with the roll, the outro's falls");
    write_riser(p);
    write_fader(p, t->line, LINE_DEPTH, rule);
    write_fader(p, t->answer, ANSWER_DEPTH, rule);
    write_fader(p, t->pad, PAD_DEPTH, rule);
    write_fader(p, t->drums, DRUMS_DEPTH, rule);
}
