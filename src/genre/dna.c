/* dna.c: the whole model in five movements: embedding, attention, MLP, norms, and a farewell to all
 * tensors; each in a mode and with voices of its own.
 *
 * Time is seconds: 60 quarter notes a minute, so that a second is a beat; --tempo, --bars and
 * --length stretch everything alike. */
#include "dna.h"

#include <math.h>
#include <stdio.h>

typedef struct Movement {
    const char *name;
    int root, mode; /* MIDI key: the tonic's lowest place */
    double (*write)(Dna *d);
} Movement;

/* 65.4, 110, 82.4, 130.8 and 55 Hz. */
static const Movement MOVEMENTS[DNA_MOVEMENTS] = {
    {"I Prologue", 36, MODE_LYDIAN, dna_prologue},   {"II Anatomy", 45, MODE_DORIAN, dna_anatomy},
    {"III Memory", 40, MODE_PHRYGIAN, dna_memory},   {"IV Balance", 48, MODE_AEOLIAN, dna_balance},
    {"V Epilogue", 33, MODE_MIXOLYDIAN, dna_epilogue},
};

static const double DNA_BPM = 60;

void dna_note(const Dna *d, const DnaNote *n)
{
    const double ticks = SCORE_PPQ * d->stretch;
    Value kurt, std;
    double bright = dna_curve_at(&d->kurt, n->pitch, &kurt);
    double strong = dna_curve_at(&d->std, n->loud, &std);
    int32_t start = d->at + (int32_t)floor(n->at * ticks + 0.5);
    int32_t dur = (int32_t)floor(n->length * ticks + 0.5);
    Note note = {.start = start, .dur = dur > 0 ? dur : 1, .key = (float)n->key,
                 .vel = (float)clamp(n->vel * lerp(0.8, 1.1, strong), 0.05, 1),
                 .pan = (float)clamp(n->pan, -1, 1), .rule = (uint16_t)n->rule,
                 .from = {n->pitch.from, n->loud.from, n->pitch.from, kurt.from}};
    if (!n->plain) note.timbre[0] = (float)lerp(0.25, 0.85, bright);
    score_add_note(d->score, n->track, &note);
}

int dna_track(const Dna *d, const char *name, int program, const char *instrument, float gain_db,
              float reverb)
{
    int t = score_add_track(d->score, name, program, false);
    Track *k = &d->score->track[t];
    snprintf(k->instrument, sizeof k->instrument, "%s", instrument);
    k->gain_db = gain_db;
    k->reverb = reverb;
    return t;
}

/* The length as it would be, to know how far to stretch: composed into a score that is thrown
 * away. */
static double own_seconds(const Dna *d)
{
    Score scrap = {0};
    Dna dry = *d;
    double seconds = 0;
    dry.score = &scrap;
    for (int i = 0; i < DNA_MOVEMENTS; i++) {
        dry.scale = (Scale){MOVEMENTS[i].root % 12, MOVEMENTS[i].mode};
        seconds += MOVEMENTS[i].write(&dry);
    }
    score_free(&scrap);
    return seconds;
}

static double asked_stretch(const Dna *d, const GenreOpts *opts)
{
    double own = own_seconds(d);
    double bpm = opts->tempo > 0 ? opts->tempo : DNA_BPM; /* own: seconds are quarter notes */
    if (!(own > 0)) return 1;
    if (opts->bars > 0) return opts->bars * 4 / own;
    return opts->seconds > 0 ? opts->seconds * bpm / 60 / own : 1;
}

static void write_movement(Dna *d, const Movement *m)
{
    bool minor;
    int root = m->root + d->shift, before = score_count_notes(d->score);
    d->scale = (Scale){(root % 12 + 12) % 12, d->mode >= 0 ? d->mode : m->mode};
    double seconds = m->write(d);
    if (!(seconds > 0) || score_count_notes(d->score) == before) return;
    int sharps = scale_sharps(d->scale, &minor);
    score_add_section(d->score, d->at, m->name);
    score_add_keysig(d->score, d->at, sharps, minor);
    d->at += (int32_t)floor(seconds * SCORE_PPQ * d->stretch + 0.5);
}

static bool compose(const FeatureSet *const *fs, int nfs, const GenreOpts *opts, Score *out,
                    Err *err)
{
    Dna d = {.fs = fs[0], .score = out, .stretch = 1, .mode = opts->mode};
    (void)nfs;
    if (opts->root >= 0) d.shift = (opts->root - MOVEMENTS[0].root % 12 + 18) % 12 - 6;
    score_add_tempo(out, 0, opts->tempo > 0 ? opts->tempo : DNA_BPM);
    score_add_meter(out, 0, 4, 4);
    dna_curve(&d.kurt, d.fs, "kurt");
    dna_curve(&d.std, d.fs, "std");
    d.stretch = asked_stretch(&d, opts);
    for (int i = 0; i < DNA_MOVEMENTS; i++) write_movement(&d, &MOVEMENTS[i]);
    dna_curve_free(&d.kurt);
    dna_curve_free(&d.std);
    if (score_count_notes(out) == 0)
        return err_set(err, "%s: dna finds no spectrum, no norm and no tensor in it",
                       d.fs->model ? d.fs->model : "model");
    out->length = d.at;
    score_finish(out);
    return true;
}

static const char LEGEND[] =
    "dna: the whole model in five movements; in every part a higher number is never a lower pitch; "
    "only the last notes of II to V come home to the tonic chord\n"
    "  I    Prologue, 8 s: 48 singular values of the embedding, six organ voices that enter one by "
    "one from the lowest; lydian on C; the picture turns round the listener\n"
    "  II   Anatomy, 1.5 s a layer: 24 singular values each of q, k, v, o as soprano, mezzo, alto "
    "and baritone; dorian on A; the first notes of a layer move to a triad (its degree = place of "
    "the first singular value of q) where the order allows it\n"
    "  III  Memory, 1.2 s a layer: 16 singular values each of gate, up, down as strings, horn and "
    "cello; phrygian on E\n"
    "  IV   Balance, 0.4 s a norm: mean of every gamma as a flute, three of its own values as a "
    "harp, ordered among themselves; aeolian on C\n"
    "  V    Epilogue, 6 s: Frobenius norms of all tensors in their order as bells, ever slower and "
    "softer; mixolydian on A\n"
    "  place      half norm01 (of log1p), half rank, over all layers of the movement\n"
    "  timbre     excess kurtosis of the tensor: upper partials; std: amplitude; depth: reverb 0.2 "
    "+ 0.7 l/L\n";

const Genre genre_dna = {
    .name = "dna",
    .summary = "five movements: embedding, attention, MLP, norms, and all tensors as bells",
    .legend = LEGEND,
    .max_models = 1,
    .target_bpm = 60,
    .voices = VOICES_NATIVE,
    .compose = compose,
};
