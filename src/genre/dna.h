/* dna.h: what the movements of the dna piece share. */
#ifndef GENRE_DNA_H
#define GENRE_DNA_H

#include "genre/genre.h"
#include "music/harmony.h"
#include "music/mapping.h"
#include "music/scale.h"

enum { DNA_MOVEMENTS = 5 };

/* The numbers of one movement, all layers and lanes together: `place` is half norm01 (of log1p
 * where it is a spectrum) and half rank, so that one outlier does not press the others together
 * and yet a higher number never has a lower place. */
typedef struct DnaPool {
    int n, lanes; /* n = rows * lanes */
    Series s;     /* [n] */
    float *place; /* [n] 0..1 */
} DnaPool;

/* The first `lanes` singular values of a role (or what stands in for it) in every layer; layer -1:
 * of the embedding. False when there is none. */
bool dna_pool_spectra(DnaPool *p, const FeatureSet *fs, int role, int lanes);
/* One column of every row that has it, in the order of the file. */
bool dna_pool_column(DnaPool *p, const FeatureSet *fs, const char *column);
void dna_pool_free(DnaPool *p);

/* One number of a tensor, norm01 over all tensors that have it; 0.5 where it is absent. */
typedef struct DnaCurve {
    Series s; /* [rows with the column] */
} DnaCurve;
void dna_curve(DnaCurve *c, const FeatureSet *fs, const char *column);
/* The curve at the row that a cell is in; *v is the number there, `from` itself when absent. */
double dna_curve_at(const DnaCurve *c, Value from, Value *v);
void dna_curve_free(DnaCurve *c);

typedef struct Dna {
    const FeatureSet *fs;
    Score *score;
    double stretch;       /* of all durations: 1 = as specified */
    int shift, mode;      /* semitones of all roots; a Mode for all movements, or -1 */
    DnaCurve kurt, std;   /* of all tensors */
    Scale scale;          /* of the movement now */
    int32_t at;           /* ticks: where it begins */
} Dna;

/* A note; seconds are from the beginning of the movement, before stretching. */
typedef struct DnaNote {
    int track, key, rule;
    double at, length, vel, pan;
    Value pitch, loud; /* the number that made the pitch; the one that made the loudness */
    bool plain;        /* no timbre of its own: as the instrument is */
} DnaNote;
/* Kurtosis of the tensor sets the upper partials, its std a part of the amplitude. */
void dna_note(const Dna *d, const DnaNote *n);
int dna_track(const Dna *d, const char *name, int program, const char *instrument, float gain_db,
              float reverb);

/* Each writes its movement and returns its length in seconds, 0 when the model has nothing for it.
 */
double dna_prologue(Dna *d);
double dna_anatomy(Dna *d);
double dna_memory(Dna *d);
double dna_balance(Dna *d);
double dna_epilogue(Dna *d);

#endif
