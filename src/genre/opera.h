/* opera.h: what the acts of the opera share: the orchestra, the numbers it plays from, harmony,
 * motifs, and writing notes that name their sources. Private to the files opera*.c. */
#ifndef GENRE_OPERA_H
#define GENRE_OPERA_H

#include "feature/featset.h"
#include "genre/genre.h"
#include "music/counterpoint.h"
#include "music/form.h"
#include "music/harmony.h"
#include "music/mapping.h"
#include "score/score.h"

enum {
    OPERA_VIOLINS, OPERA_VIOLINS2, OPERA_VIOLAS, OPERA_CELLOS, OPERA_BASSES, OPERA_HORNS,
    OPERA_OBOE, OPERA_CLARINET, OPERA_HARP, OPERA_ORGAN, OPERA_TIMPANI, OPERA_TRACKS
};
enum { OPERA_ACTS = 4, OPERA_SEATS = 5, OPERA_LANES = 48 };
enum { OPERA_Q, OPERA_K, OPERA_V, OPERA_O };

/* A number with its address and its place among its like, 0..1. */
typedef struct Num {
    Value v; /* always finite, always of a real cell */
    float u;
} Num;

typedef struct Nums {
    int n; /* at least 1 */
    Num at[OPERA_LANES];
} Nums;

/* A layer's numbers, ready to read. */
typedef struct Desk {
    Nums sv[4];  /* q k v o: 16 singular values evenly spread, norm01 of log1p */
    Nums rows_q, rows_o, rows_down;   /* row norms: the 16-step pattern */
    Nums hist_q, hist_gate, hist_up;  /* [32] */
    Nums gamma, gamma4;               /* 16 spread over the norm's gamma; its first four */
    Num level[4], tension;            /* Frobenius norm of q k v o, tension; over the layers */
} Desk;

/* A chord and the number that chose it. */
typedef struct Harmony {
    Chord chord;
    Num why;
} Harmony;

typedef struct Opera {
    const FeatureSet *fs;
    Score *s;
    Scale scale;
    double bpm;
    int nl;                     /* layers, at least 1 */
    Desk *desk;                 /* [nl] */
    Nums embed, final, spare;   /* top 48 sv; gamma of the final norm; any numbers at all */
    Num final_stat[3];          /* mean, std, asymmetry of the final norm; u = as it is, clipped */
    int bars[OPERA_ACTS];
    int32_t start[OPERA_ACTS], end; /* ticks */
} Opera;

/* One note to be written; the numbers must be there. */
typedef struct Part {
    int track, key, rule;
    int32_t at, dur;
    double vel;
    const Num *pitch, *loud, *length, *harmony;
} Part;

/* opera_source.c. False when the features hold no number at all. */
bool opera_read(Opera *o, Err *err);
void opera_close(Opera *o);
const Num *nums_at(const Nums *s, int i); /* i wraps round */
/* What this track plays from in a layer (the table of instruments), lane i. */
const Num *opera_own(const Opera *o, int track, int layer, int i);

/* opera_harmony.c */
/* A triad on a degree: of thirds of the scale, or perfect with the scale's third where the scale
 * has not seven tones. */
Chord opera_chord(Scale s, int degree);
/* Fills the chords of a plan whose numbers are set: phrases begin on the tonic and end before it,
 * the numbers choose between; the last three measures are a full cadence. */
void opera_harmonise(Scale s, Harmony *plan, int n, int phrase);

/* opera_motif.c */
typedef struct Motif {
    int n;
    int32_t at[CP_SLOTS], dur[CP_SLOTS]; /* ticks from its beginning */
    int lane[CP_SLOTS];                  /* which number of the singer's */
} Motif;
enum { MOTIF_SUBJECT, MOTIF_COUNTER, MOTIF_FREE, MOTIF_PEDAL, MOTIF_KINDS };
/* Durations [n] of `units` equal units, at least one each, in proportion to the masses of n equal
 * groups of the histogram's bins (squared, so that long and short stand apart), from bin `shift`
 * round. */
void opera_rhythm(const Nums *hist, int n, int units, int shift, int *dur);
/* The layer's theme: order in time from the row norms of q, rhythm from the histogram of q. `pass`
 * counts how often the layers have been walked. */
void motif_theme(const Opera *o, int kind, int layer, int pass, int32_t span, Motif *m);
/* An arch walked over a histogram, for winds; leaves the last eighth of the span for a breath. */
void motif_walk(const Nums *hist, int n, int shift, int32_t span, Motif *m);

/* A motif for one voice. */
typedef struct Song {
    int track, rule, layer;
    int32_t at;
    const Motif *motif;
    const Nums *value;        /* pitch: higher value, higher key */
    const Nums *hist;         /* where the rhythm came from */
    double lo, hi;            /* the voice's part of the scale, MIDI keys */
    double centre, width;     /* where in the part, how much of it: 0..1 */
    double vel;
    const Num *loud;
    const Harmony *harmony;
    unsigned others;          /* bit t: track t is in the texture already */
} Song;
void opera_sing(Opera *o, const Song *song);

/* opera_play.c */
VoiceRange opera_range(int track); /* comfortable, MIDI keys */
int opera_rule(Opera *o, const char *text);
void opera_play(Opera *o, const Part *p);
/* A roll of 16ths on the timpani, swelling; key is the pitch class to be found. */
void opera_roll(Opera *o, int32_t at, int32_t dur, int pc, double vel, int layer,
                const Harmony *h);
/* Swells of expression and the depth of the hall, for the whole piece. */
void opera_shape(Opera *o);

/* opera_strings.c: chords for the strings, low to high. */
typedef struct Frame {
    int32_t at, dur;
    Harmony harmony;
    int layer;
    double vel;
    int root;              /* the cellos' key, 0 = free */
    int bass_pc;           /* -1 = any chord tone */
    int lift;              /* semitones that violas and violins aim higher */
    int turn;              /* a seat that leaves its key, up when its number is high; 0 = none */
    int key[OPERA_SEATS];
} Frame;
int opera_seat(int seat); /* the track in a seat: 0 = contrabasses ... 4 = violins */
/* Voices the frames; aims from each player's own numbers. before: keys just before, may be NULL. */
void opera_voice(Opera *o, Frame *f, int n, const int *before);
/* What the seats play just before a tick; the middle of their place where they are silent. */
void opera_before(const Opera *o, int32_t at, int *before);
/* Plays them in long bows: ties, passing notes, suspensions. Seat k plays frames enter[k] to before
 * leave[k] (NULL = all).
 * own: pitch is laid to the player's own number, otherwise to the one that chose the chord. */
void opera_bow(Opera *o, const Frame *f, int n, const int *enter, const int *leave, bool own,
               int rule);

/* opera_solo.c */
/* A broken chord of the harp: `count` numbers in rising order, the higher the number the higher the
 * chord tone; falling when `down`. */
void opera_harp(Opera *o, const Nums *nums, int first, int count, const Harmony *h, int32_t at,
                int32_t dur, bool down, double vel, int rule);
/* Two horns on chord tones, heights from the gate's histogram. */
void opera_horns(Opera *o, int layer, int i, const Harmony *h, int32_t at, int32_t dur, double vel);
/* A phrase of one wind over a chord; height says where in its part, and how loud. */
void opera_wind(Opera *o, int track, int layer, int notes, int shift, const Harmony *h, int32_t at,
                int32_t span, double vel, const Num *height, unsigned others);
/* The root of act I at u: 10 to 55 % of a compass whose tenth per cent is the tonic. */
int opera_root(const Opera *o, double u);
/* The position of the strings' compass (F#1 to F#6) at x: percent of the scale, 0..1. */
int opera_percent(const Opera *o, double x);

/* The acts. */
void opera_overture(Opera *o);
void opera_fugue(Opera *o);
void opera_climax(Opera *o);
void opera_epilogue(Opera *o);

#endif
