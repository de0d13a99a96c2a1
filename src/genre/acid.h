/* acid.h: what the parts of the acid piece share. */
#ifndef GENRE_ACID_H
#define GENRE_ACID_H

#include "acid_pattern.h"
#include "genre/genre.h"
#include "music/mapping.h"

/* What a layer's pattern turns into: with a chain every second bar reads the next rows. */
enum { ACID_TURNS = 3 };

/* Bars of the breakdown, the last of its slot; the step of its last bar where everything stops, so
 * that the drop has half a beat of air before it. */
enum { ACID_BREAK = 4, ACID_AIR = 14 };

/* One layer's place in the piece. */
typedef struct AcidSlot {
    int layer, bar, bars; /* first bar and length */
    int repeats;          /* bars that play the pattern; the rest morph into the next layer's */
    AcidPattern line[ACID_TURNS];   /* from down; pairs of bars in turn */
    AcidPattern answer[ACID_TURNS]; /* second 303, from up */
    bool has_answer;
} AcidSlot;

typedef struct AcidPiece {
    const FeatureSet *fs;
    Score *score;
    Scale scale;
    Generator gen;
    double bpm;
    int intro, outro, total;  /* bars */
    AcidSlot *slot;           /* [nslots] */
    int nslots;
    int breakdown;            /* slot whose kick leaves, -1 = none */
    Series tension, cutoff, resonance; /* over layers; tension may be empty */
} AcidPiece;

/* Which turn of the layer's patterns a bar of its slot plays: with GEN_ROWS always the first. */
int acid_turn(const AcidPiece *p, int bar_in_slot);
/* 0..1, 0.5 where the model gives none. */
double acid_tension(const AcidPiece *p, int layer);
/* True in the bars of the breakdown where kick and bass drum stay out. */
bool acid_in_break(const AcidPiece *p, const AcidSlot *slot, int bar_in_slot);
/* The slot a bar of the piece lies in; the intro belongs to the first, the outro to the last. */
int acid_slot_at(const AcidPiece *p, int bar);
/* True for the slots after the drop. */
bool acid_risen(const AcidPiece *p, int index);
/* 0..1 at a time in bars. */
double acid_energy(const AcidPiece *p, double bar);

/* Tracks of the score whose faders follow the energy. */
typedef struct AcidTracks {
    int line, answer, pad, drums;
} AcidTracks;

/* The 303 lines, pad and stabs, drums: each adds its tracks to the score; then the faders. */
void acid_write_lines(AcidPiece *p, AcidTracks *t);
void acid_write_chords(AcidPiece *p, AcidTracks *t);
void acid_write_drums(AcidPiece *p, AcidTracks *t);
void acid_write_arc(AcidPiece *p, const AcidTracks *t);

#endif
