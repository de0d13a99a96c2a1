/* acid.h: what the parts of the acid piece share. */
#ifndef GENRE_ACID_H
#define GENRE_ACID_H

#include "acid_pattern.h"
#include "genre/genre.h"
#include "music/mapping.h"

/* One layer's place in the piece. */
typedef struct AcidSlot {
    int layer, bar, bars; /* first bar and length */
    int repeats;          /* bars that play the pattern; the rest morph into the next layer's */
    AcidPattern line;     /* from down */
    AcidPattern answer;   /* second 303, from up */
    bool has_answer;
} AcidSlot;

typedef struct AcidPiece {
    const FeatureSet *fs;
    Score *score;
    Scale scale;
    double bpm;
    int intro, outro, total;  /* bars */
    AcidSlot *slot;           /* [nslots] */
    int nslots;
    int breakdown;            /* slot whose kick leaves, -1 = none */
    Series tension, cutoff, resonance; /* over layers; tension may be empty */
} AcidPiece;

/* 0..1, 0.5 where the model gives none. */
double acid_tension(const AcidPiece *p, int layer);
/* True in the bars of the breakdown where kick and bass drum stay out. */
bool acid_in_break(const AcidPiece *p, const AcidSlot *slot, int bar_in_slot);

/* The 303 lines, pad and stabs, drums: each adds its tracks to the score. */
void acid_write_lines(AcidPiece *p);
void acid_write_chords(AcidPiece *p);
void acid_write_drums(AcidPiece *p);

#endif
