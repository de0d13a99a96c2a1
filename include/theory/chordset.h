/* chordset.h: what tokens are alone and in pairs: the notes and the chords of superposition.
 *
 * Each pair of neighbours a, b of a text is read by itself, after BOS (or what the model has in its
 * place): the stream at a is a alone, at b it is the chord of both. */
#ifndef THEORY_CHORDSET_H
#define THEORY_CHORDSET_H

#include "infer/lm.h"

enum { CHORDSET_MOST = 64 };

enum { CHORDSET_OTHERS = 24 }; /* pairs of tokens from all over the vocabulary */

/* Zero is empty. Streams are less those of `other` pairs: what any note, any chord has in common.
 */
typedef struct ChordSet {
    int n, layers, d;    /* layers: nl + 1, 0 = embedding */
    int *first;          /* [n] index of a in the text */
    float *a, *b, *both; /* [layers, n, d] */
} ChordSet;

/* Pairs of neighbours of ids [n] at index[0..m): index[i], index[i] + 1; at most CHORDSET_MOST of
 * them, evenly spread. prefix: the token in front, -1 = none. What lm has taken in before is
 * forgotten. */
bool chordset_record(ChordSet *c, Lm *lm, const int32_t *ids, const int *index, int m,
                     int32_t prefix, const Run *run, Err *err);
/* Subtracts the means of the notes and of the chords of `other`, of the same model. */
void chordset_centre(ChordSet *c, const ChordSet *other);
/* CHORDSET_OTHERS pairs of tokens evenly spread over the first `vocab` ids, as they are. */
bool chordset_others(ChordSet *c, Lm *lm, int64_t vocab, int32_t prefix, const Run *run, Err *err);
void chordset_free(ChordSet *c);

/* The streams of the last `keep` tokens of one text: out [layers, keep, d]. What lm has taken in
 * before is forgotten. */
bool chordset_tail(Lm *lm, const int32_t *ids, int n, int keep, float *out, const Run *run,
                   Err *err);

#endif
