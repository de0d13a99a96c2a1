/* acid.h: what the parts of the acid piece share. */
#ifndef GENRE_ACID_H
#define GENRE_ACID_H

#include "acid_pattern.h"
#include "genre/genre.h"
#include "music/mapping.h"

/* What a layer's pattern turns into: with a chain every second bar reads the next rows. */
enum { ACID_TURNS = 3 };

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

/* The 303 lines, pad and stabs, drums: each adds its tracks to the score. */
void acid_write_lines(AcidPiece *p);
void acid_write_chords(AcidPiece *p);
void acid_write_drums(AcidPiece *p);

#endif
