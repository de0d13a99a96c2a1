/* house.h: what the files of the house genre share. A piece is one deck (two in a DJ set), a deck
 * plays sections, a section is bars, and each bar is written part by part from its plan. */
#ifndef GENRE_HOUSE_H
#define GENRE_HOUSE_H

#include <stdbool.h>
#include <stdint.h>

#include "feature/featset.h"
#include "generator.h"
#include "genre/genre.h"
#include "music/drums.h"
#include "music/harmony.h"
#include "music/mapping.h"
#include "music/scale.h"
#include "score/score.h"

enum { HOUSE_PERIOD = 8 };  /* bars a chord, a rhythm and a variation last */
enum { HOUSE_CHORDS = 8 };  /* layers the chords are drawn from */
/* GenreOpts.mode for the section modes: lydian, dorian, phrygian, aeolian. */
enum { HOUSE_SECTION_MODES = MODE_COUNT };

typedef enum HousePart {
    HOUSE_INTRO, HOUSE_BUILD, HOUSE_DROP, HOUSE_OUTRO,
    HOUSE_MIX_IN, HOUSE_MIX_OUT, /* the two sides of a transition in a DJ set */
    HOUSE_PARTS
} HousePart;

/* One number a layer, normalised over layers. Zero = the model has none. */
typedef struct HouseModel {
    const FeatureSet *fs;
    int nl;          /* layers, at least 1 */
    Scale scale;
    Generator gen;   /* in `scale` */
    int mode;        /* as asked: a Mode, or HOUSE_SECTION_MODES */
    double swing;    /* groove_at */
    Series tension, gamma_mean, gamma_asym, cutoff, resonance; /* [nl] */
    int last_col, last_row; /* an entry with finite numbers, for whatever a model lacks */
} HouseModel;

/* False when there is not one finite number in fs. Free with house_model_free. */
bool house_model_init(HouseModel *m, const FeatureSet *fs, const GenreOpts *opts, Err *err);
void house_model_free(HouseModel *m);
/* The scale of a part. */
Scale house_scale(const HouseModel *m, HousePart part);
/* The 16-step pattern of a role's row norms: rows i * floor(R / 16) + turn (mappings.md 2; the
 * layer's next rows when it comes round again). What is missing is stood in for by the role's
 * stand-in, by another layer, by anything finite. Always 16 real values. Free with series_free. */
void house_steps(const HouseModel *m, Series *s, int layer, int role, int turn);
/* The value of a curve at a layer; `otherwise` when the model has no such curve. u in *u. */
Value house_curve(const Series *curve, int layer, Value otherwise, double *u);

/* The chords of a section, from the singular values of q. */
typedef struct HouseChords {
    Scale scale;
    int degree[HOUSE_CHORDS]; /* of scale; 0 = tonic */
    int layer[HOUSE_CHORDS];
    Series sv;                /* [HOUSE_CHORDS] norm01(log1p sv) */
    Cell said[HOUSE_CHORDS];  /* a network's number that chose the degree; CELL_NONE: none */
} HouseChords;

/* Section `lane` reads the lane-th singular value of eight layers evenly spread (fewer layers: of
 * all, then the next lanes). The first chord is the tonic; the higher the value the higher the
 * root: a rank a step, among the degrees with a perfect fifth. With a generator the other chords
 * are chosen by its chain, from layer to layer, among the same degrees. */
void house_chords(HouseChords *c, const HouseModel *m, HousePart part, int lane);
void house_chords_free(HouseChords *c);

/* What sounds in one bar. */
typedef struct BarPlan {
    HousePart part;
    int bar, bars;             /* place in the section, its length */
    unsigned kick, clap, open; /* beats: see drums.h */
    bool snare, crash, cut;    /* cut: nothing after beat 3 */
    bool ending;               /* the last bar of the piece: one last chord */
    int fill;                  /* step where a fill begins, 0 = none */
    int roll_bar, roll_bars;   /* snare roll; roll_bars 0 = none */
    int hats, ghosts, perc;    /* steps of 16 */
    int bass, bass_ghosts, keys, piano, organ, lead; /* steps of 16, 0 = silent */
    bool pad, strings, riser, sweep;
    double energy, filter;     /* 0..1: loudness, how far the filters are open */
    double volume;             /* 0..1: the deck's fader */
    double lowcut, lowcut_to;  /* 0..1: the deck's bass knob at the bar's beginning and end */
} BarPlan;

typedef struct HouseSection {
    HousePart part;
    int bars;
    int overlap; /* transitions: bars that both pads sound before and after the middle */
    int basses;  /* the same for the basses, one of them without its lows */
    bool last;   /* the piece ends here */
} HouseSection;

BarPlan house_plan(const HouseSection *section, int bar);

/* The tracks of one deck. */
typedef struct HouseDeck {
    int bass, pad, keys, piano, organ, lead, strings, sweep, drums, perc;
    int pad_voice[4], keys_voice[4], piano_voice[4]; /* the last voicings, 0 = none yet */
    double lowcut; /* where its bass knob stands */
} HouseDeck;

void house_deck_init(HouseDeck *d, Score *s, const char *suffix, int sweep_track);

/* Everything that the parts of one bar need to know. */
typedef struct Bar {
    Score *score;
    const HouseModel *m;
    HouseDeck *deck;
    BarPlan plan;
    Scale scale;
    int32_t at;        /* ticks */
    int index;         /* bar of the model's own time, 0.. */
    int layer, turn;   /* of the bar: index mod L, index / L */
    int period;        /* index of the eight-bar period in the model's time */
    int in_period;     /* 0..7 */
    int chord_layer;   /* the layer that the period's chord comes from */
    Chord chord;       /* the triad now; its degree is that of the scale */
    bool lead_in;      /* the chord leads to the next period's */
    bool cadence;      /* it is the one that the mode puts before its tonic */
    bool fresh;        /* the chord is another than in the bar before */
    int hold;          /* bars of the section that it lasts from here, this one included */
    Value root;        /* the number that the chord's degree comes from */
    Value rank;        /* the singular value that gave or chose it */
    bool foretold;     /* root is a network's number */
    double root_u;
    Series steps;      /* down row norms of the bar's layer */
    Series pulse;      /* gate row norms of the chord's layer: rhythm */
    Groove groove;
    Value tension;
    double tension_u;
    int until;         /* step where the bar ends, 16 or 12 */
} Bar;

/* Writes sections one after the other, from bar `start_bar` of the piece. */
void house_write(Score *s, HouseDeck *deck, const HouseModel *m, const HouseSection *section,
                 int nsections, int start_bar, double bpm);

/* The parts of a bar; each writes nothing when the plan says so. */
void house_bass(const Bar *b);
void house_lead(const Bar *b);
void house_organ(const Bar *b);
void house_pad(const Bar *b);
void house_stabs(const Bar *b);
void house_strings(const Bar *b);
void house_beat(const Bar *b);
void house_mix(const Bar *b);
void house_ending(const Bar *b);

/* Which of 16 steps sound: the n best of u + weight, as bits; ties to the earlier step. */
unsigned house_rhythm(const Series *s, const float weight[16], int n);
/* Steps until the next sounding one, or the end of the bar. */
int house_gap(unsigned bits, int step);

/* The same among what a network foresees of the layer: weights and numbers by w, its onsets by
 * 1 - w, and as many as both think. Without a network house_rhythm(). */
unsigned house_onsets(const Foretold *f, const Series *s, const float weight[16], int n);

/* A line whose pitches keep the order of 16 numbers. */
typedef struct LineRules {
    Scale scale;
    const Chord *chord;
    int lo, hi;      /* keys, at least an octave apart */
    unsigned strong; /* steps that take a chord tone */
    int root_step;   /* a step that takes the chord's root, -1 = none */
} LineRules;

/* key[i] <= key[j] wherever u[i] < u[j]; strong steps on chord tones; all near the place in lo..hi
 * that is the mean of u and of its rank. */
void house_line(const Series *s, const LineRules *rules, int key[16]);

/* Where the chain of a line of a bar gets its numbers. */
typedef struct HouseVoice {
    int layer, role;       /* of the matrix M is read off */
    const Series *strain;  /* what the cell hears besides, [16] */
    unsigned bits;         /* the steps that sound */
} HouseVoice;

/* The keys of a line: by the order of its numbers (house_line), or with a generator by a chain that
 * begins on the chord's root and takes a step for every one that sounds, chosen by the number's
 * rank; chord tones on the strong steps; octaves by the number's place in lo..hi. said [16]: the
 * network's numbers, CELL_NONE where there is none. */
void house_keys(const Bar *b, const Series *s, const LineRules *rules, const HouseVoice *v,
                int key[16], Cell said[16]);

/* A note in the bar: step, length in steps; clipped where the bar ends. A note with groove names
 * the row norm that makes it early or late as its fourth source. */
typedef struct Hit {
    int track, key, rule;
    double step, steps, vel; /* start and length in 16ths, 0..1 */
    Value pitch, loud, length;
    const Cell *fourth;      /* instead of that row norm; NULL: none */
    bool ghost, straight;    /* straight: on the grid, without groove */
} Hit;
void house_hit(const Bar *b, const Hit *h);
/* Velocity and length leant to what a network foresees; it is named where it had its say, and
 * `chose`, which chose the degree and outlives h, in the fourth place. called: the step sounds by
 * its onsets alone. room: steps until the next note. */
void house_lean(Hit *h, const Foretold *f, Cell said, const Cell *chose, bool called,
                int room);

extern const Genre genre_house;

/* A DJ set of several models. */
bool djset_compose(const FeatureSet *const *fs, int nfs, const GenreOpts *opts, Score *out,
                   Err *err);
/* order [n]: the first stays first, then always the nearest in key of those left, ties by place. */
void djset_order(const Scale *scale, int n, int *order);
/* Tempo, metre, and the piece's own tempo. */
double house_begin(Score *s, const GenreOpts *opts);

#endif
