/* cascade_voices.c: the strings' chords, the organ that holds the tension, and who plays on which
 * channel: see cascade_play.h. */
#include <math.h>
#include <stdio.h>

#include "cascade_play.h"
#include "cascade_line.h"
#include "music/mapping.h"

enum { ORGAN_LOW = 43, ORGAN_HIGH = 67 };

/* trim: measured, so that on our own instruments each voice stands where the font's stands. */
typedef struct Seat {
    const char *name, *instrument;
    int program, channel, away; /* away: the channel of a second piece in the same score */
    float gain_db, pan, reverb, chorus, trim_db, delay;
} Seat;

static const Seat SEATS[SEAT_COUNT] = {
    [SEAT_LEAD] = {"Lead", "lead", 81, 0, 2, -5, 0.08f, 0.30f, 0, 3, 0.18f},
    [SEAT_STRINGS] = {"Strings", "strings", 48, 1, 3, -4, -0.12f, 0.45f, 0.15f, -2, 0},
    [SEAT_ORGAN] = {"Organ", "organ", 19, 7, 7, -6, 0.20f, 0.35f, 0, -1, 0},
    [SEAT_CELESTA] = {"Celesta", "bell", 8, 12, 13, -5, -0.35f, 0.40f, 0, -0.5f, 0.22f},
};

static const VoiceRange RANGE[STRING_VOICES] = {{36, 50}, {46, 60}, {53, 67}, {59, 74}};

void cascade_seats(CascadeSeats *seat, Score *s, const char *suffix, bool home, double pan,
                   bool organ)
{
    *seat = (CascadeSeats){.s = s};
    for (int i = 0; i < SEAT_COUNT; i++) {
        const Seat *k = &SEATS[i];
        char name[32];
        seat->track[i] = -1;
        if (i == SEAT_ORGAN && !organ) continue;
        snprintf(name, sizeof name, "%s%s", k->name, suffix);
        int t = seat->track[i] = score_add_track(s, name, k->program, false);
        Track *track = &s->track[t];
        snprintf(track->instrument, sizeof track->instrument, "%s", k->instrument);
        track->channel = home ? k->channel : k->away;
        track->gain_db = k->gain_db;
        track->pan = (float)clamp(pan + (double)k->pan * (1 - fabs(pan)), -1, 1);
        track->reverb = k->reverb;
        track->chorus = k->chorus;
        track->trim_db = k->trim_db;
        track->delay = k->delay;
    }
}

/* Sevenths where the layer's degrees are spread wider than two degrees. */
static void voice_chords(const Cascade *c, CascadePlan *p, CascadeSeats *seat)
{
    for (int i = 0; i < p->nchords; i++) {
        CascadeChord *x = &p->chord[i];
        const CascadeLayer *l = &c->layer[x->layer];
        x->chord = chord_on(x->scale, x->degree, l->spread > 2.0 ? 4 : 3);
        double aim[STRING_VOICES];
        for (int v = 0; v < STRING_VOICES; v++)
            aim[v] = lerp(RANGE[v].lo + 2, RANGE[v].hi - 2, (l->swell + l->strain) / 2);
        voice_chord(&x->chord, RANGE, STRING_VOICES, x->chord.pc[0],
                    seat->before[0] > 0 ? seat->before : NULL, aim, x->key);
        for (int v = 0; v < STRING_VOICES; v++) seat->before[v] = x->key[v];
    }
}

/* Low entropy is bowed to the end of the chord and a little over it, high entropy is let go. */
static void play_strings(const Cascade *c, const CascadePlan *p, const CascadeSeats *seat)
{
    Score *s = seat->s;
    int rule = score_add_rule(s, "cascade.strings: chord on the degree that the layers' chain "
                                 "chose at the phase of the layer's last token; length = 0.25 + "
                                 "3.75 (1 - attention entropy) beats, scaled to the whole");
    int swell = score_add_rule(s, "cascade.swell: expression from the layer's mean log norm, "
                                  "rising to the middle of its chord");
    for (int i = 0; i < p->nchords; i++) {
        const CascadeChord *x = &p->chord[i];
        const CascadeLayer *l = &c->layer[x->layer];
        double held = lerp(0.55, 1, (l->beats - 0.25) / 3.75);
        bool theme = seat->sparse && x->at < p->bars * BAR;
        double quiet = theme ? 0.72 : 1; /* the theme is the lead's */
        Note n = {.start = seat->at + x->at, .dur = (int32_t)fmax(x->dur * held, 30),
                  .rule = (uint16_t)rule};
        n.from[FROM_PITCH] = x->why.from;
        n.from[FROM_VELOCITY] = n.from[FROM_TIMBRE] = l->loud.from;
        n.from[FROM_DURATION] = l->entropy.from;
        for (int v = 0; v < STRING_VOICES; v++) {
            n.key = (float)x->key[v];
            n.vel = (float)(lerp(DYN_P, DYN_MF, l->swell) * (v == 0 ? 1.08 : 1) * quiet);
            score_add_note(s, seat->track[SEAT_STRINGS], &n);
        }
        double top = lerp(0.62, 0.92, l->swell);
        score_add_ctl(s, seat->track[SEAT_STRINGS], n.start, CTL_EXPRESSION,
                      (Value){(float)(0.82 * top), l->loud.from}, swell);
        score_add_ctl(s, seat->track[SEAT_STRINGS], n.start + x->dur / 2, CTL_EXPRESSION,
                      (Value){(float)top, l->loud.from}, swell);
    }
}

/* The tick of the first pass in which a voice sounds. */
static int32_t entry(const CascadePlan *p, const CascadeSeats *seat, double share)
{
    if (!seat->sparse) return 0;
    int pass = (int)(share * p->passes + 0.5);
    return pass * p->bars * BAR;
}

static void hold_organ(const CascadeSeats *seat, const CascadeChord *x, const CascadeLayer *l,
                       int rule)
{
    double key = scale_at(x->scale, ORGAN_LOW, ORGAN_HIGH, l->strain);
    bool rough = l->strain > 0.75; /* the dissonance is meant */
    int pipe = rough ? (int)key : chord_snap(&x->chord, key);
    Note n = {.start = seat->at + x->at, .dur = x->dur,
              .vel = (float)lerp(DYN_PP, DYN_FF, l->strain), .rule = (uint16_t)rule};
    n.timbre[0] = (float)lerp(0.2, 0.9, l->strain);
    n.from[FROM_PITCH] = n.from[FROM_VELOCITY] = n.from[FROM_TIMBRE] = l->tension.from;
    n.from[FROM_DURATION] = l->entropy.from;
    int key2 = l->strain > 0.5 ? pipe - 12 : -1;
    int key3 = rough ? scale_step(x->scale, pipe, 1) : -1; /* a second above it */
    const int pipes[3] = {pipe, key2, key3};
    for (int i = 0; i < 3; i++) {
        if (pipes[i] < 0) continue;
        n.key = (float)pipes[i];
        score_add_note(seat->s, seat->track[SEAT_ORGAN], &n);
    }
}

static void swell_organ(const Cascade *c, const CascadePlan *p, const CascadeSeats *seat)
{
    int rule = score_add_rule(seat->s, "cascade.organ.swell: expression = the token's tension");
    for (int i = 0; i < p->passes; i++) {
        const CascadeLayer *l = cascade_directed(c, p->pass[i].layer);
        for (int t = 0; l && t < c->nt; t++) {
            Value v = {(float)lerp(0.35, 1, l->tok[t].strain), l->tok[t].tension.from};
            score_add_ctl(seat->s, seat->track[SEAT_ORGAN],
                          seat->at + i * p->bars * BAR + p->at[t], CTL_EXPRESSION, v, rule);
        }
    }
}

/* A held note a layer: higher and louder the higher its tension; silent where there is none. */
static void play_organ(const Cascade *c, const CascadePlan *p, const CascadeSeats *seat)
{
    if (seat->track[SEAT_ORGAN] < 0 || !c->directed) return;
    int rule = score_add_rule(seat->s, "cascade.organ: key and loudness rise with the layer's mean "
                                       "projection on the direction; an octave below over 0.5, a "
                                       "second above over 0.75");
    for (int i = 0; i < p->nchords; i++) {
        const CascadeLayer *l = &c->layer[p->chord[i].layer];
        if (l->directed && p->chord[i].at >= entry(p, seat, 0.25))
            hold_organ(seat, &p->chord[i], l, rule);
    }
    swell_organ(c, p, seat);
}

void cascade_strings(const Cascade *c, CascadePlan *p, CascadeSeats *seat)
{
    voice_chords(c, p, seat);
    play_strings(c, p, seat);
}

void cascade_play(const Cascade *c, CascadePlan *p, CascadeSeats *seat)
{
    cascade_strings(c, p, seat);
    play_organ(c, p, seat);
    cascade_lines(c, p, seat, entry(p, seat, 0.15));
    if (p->coda) cascade_coda(c, p, seat);
}
