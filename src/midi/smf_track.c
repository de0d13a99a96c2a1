/* smf_track.c: notes and controls of one track as MIDI channel messages.
 *
 * Volume: CC7 = 100 at 0 dB and 40 log10(cc / 127) dB as General MIDI has it, so that +4.15 dB is
 * the most there is. CTL_VOLUME scales it, CTL_PAN runs 0 (left) to 1. A note's own pan becomes
 * CC10 before the note, where the track has no CTL_PAN and is no drum track.
 *
 * Microtones: pitch bend (range 2 semitones) only on tracks that have them; notes that start
 * together share a channel's one bend, so that a chord gets the mean of their deviations.
 *
 * Filter (CTL_CUTOFF, CTL_RESONANCE), plugin dialect: CC74, CC71. FluidSynth ignores those and
 * obeys SoundFont 2.01 NRPN (section 9.6): CC99 = 120, CC98 = generator (8 filter cutoff, 9 Q),
 * CC38 then CC6 = 8192 + n, which offsets the preset's own cutoff by 2n cents, its Q by n
 * centibels. Cutoff 0..1 is -4800..+2400 cents, 2/3 leaves the preset as it is: on FluidR3's Synth
 * Bass 1 the spectral centroid (of amplitudes, below 8 kHz) goes from 180 to 1180 Hz. Resonance
 * 0..1 is 0..18 dB.
 *
 * A low cut has no controller that synthesizers obey. It is written as less expression, by up to
 * 24 dB, on tracks whose notes lie low: the share of them below 196 Hz (drums: none).
 *
 * Slides (mono tracks): the earlier note is held a few ticks into the sliding one, which is all a
 * 303 instrument needs. FluidSynth also needs legato (CC68) and portamento (CC65) on while the note
 * begins; CC5 = 0, CC37 = milliseconds set the time. A slide to the same key cannot be expressed by
 * overlapping: the earlier note lasts until the later, which begins anew.
 *
 * In MIDI_BOTH the two dialects use different controllers throughout and each ignores the other's.
 */
#include "smf_track.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "score/sort.h"

enum {
    CC_PORTAMENTO_MSB = 5, CC_DATA_MSB = 6, CC_VOLUME = 7, CC_PAN = 10, CC_EXPRESSION = 11,
    CC_BANK_MSB = 0, CC_BANK_LSB = 32, CC_PORTAMENTO_LSB = 37, CC_DATA_LSB = 38,
    CC_PORTAMENTO_ON = 65, CC_LEGATO = 68, CC_RESONANCE = 71, CC_CUTOFF = 74,
    CC_REVERB = 91, CC_CHORUS = 93, CC_NRPN_LSB = 98, CC_NRPN_MSB = 99,
    CC_RPN_LSB = 100, CC_RPN_MSB = 101
};
enum { SF2_NRPN = 120, SF2_FILTER_FC = 8, SF2_FILTER_Q = 9, NRPN_CENTRE = 8192 };
enum {
    SLIDE_OVERLAP = 12,  /* ticks: 11 ms at 138 quarter notes a minute */
    SLIDE_MS = 60,       /* the 303's own slide time */
    BEND_SEMITONES = 2,  /* pitch bend range */
    ACCENT_VELOCITY = 100, /* 303 instruments take this and more for an accent */
    LOW_KEY = 55         /* 196 Hz: a low cut takes notes below */
};
static const double CUTOFF_LO = -4800, CUTOFF_HI = 2400; /* cents at 0 and at 1 */
static const double RESONANCE_HI = 180;                  /* centibels at 1; nothing at 0 */
static const double LOW_LOSS = 0.75; /* of expression: 40 log10(1 - 0.75) = -24 dB */
static const double MICROTONE = 0.005;                   /* semitones; less is no microtone */

typedef struct Out {
    Messages *to;
    const TrackPlan *plan;
    int sent[128];           /* last value of each controller, -1 = none */
    int sent_fc, sent_q;     /* last NRPN data, -1 = none */
    int sent_bend;           /* -1 = none */
    double expression, lowcut, low; /* as they are; share of the notes that a low cut takes */
} Out;

/* A note as it will be sent. */
typedef struct Sent {
    int32_t start, end, overlap; /* ticks; overlap: how long the note before sounds into it */
    int key;
    const Note *note;
} Sent;

static void put(Out *o, int32_t tick, int order, int kind, int a, int b)
{
    Message *m = mem_push(&o->to->m, &o->to->n, &o->to->cap, sizeof *m);
    *m = (Message){.tick = tick, .order = (uint8_t)order, .n = kind == 0xc0 ? 2 : 3,
                   .b = {(uint8_t)(kind | o->plan->channel), (uint8_t)a, (uint8_t)b}};
}

static void put_cc(Out *o, int32_t tick, int order, int cc, int value)
{
    put(o, tick, order, 0xb0, cc, value);
}

/* Only when the value differs from the last. */
static void put_cc_change(Out *o, int32_t tick, int order, int cc, int value)
{
    if (o->sent[cc] == value) return;
    o->sent[cc] = value;
    put_cc(o, tick, order, cc, value);
}

static int clamp_int(int v, int lo, int hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

/* 0..1 as 0..127. */
static int to7(double v)
{
    return clamp_int((int)lround(127 * v), 0, 127);
}

/* -1..1 as 0..127 with 64 in the middle. */
static int pan7(double pan)
{
    return clamp_int((int)lround(64 + 64 * pan), 0, 127);
}

static int volume7(double gain_db, double scale)
{
    return clamp_int((int)lround(100 * pow(10, gain_db / 40) * scale), 0, 127);
}

static void put_nrpn(Out *o, int32_t tick, int generator, double offset, int *sent)
{
    int data = clamp_int(NRPN_CENTRE + (int)lround(offset), 0, 16383);
    if (*sent == data) return;
    *sent = data;
    put_cc(o, tick, ORDER_CONTROL, CC_NRPN_MSB, SF2_NRPN);
    put_cc(o, tick, ORDER_CONTROL, CC_NRPN_LSB, generator);
    put_cc(o, tick, ORDER_CONTROL, CC_DATA_LSB, data & 127);
    put_cc(o, tick, ORDER_CONTROL, CC_DATA_MSB, data >> 7);
}

static void put_cutoff(Out *o, int32_t tick, double v)
{
    if (o->plan->dialect != MIDI_FLUID)
        put_cc_change(o, tick, ORDER_CONTROL, CC_CUTOFF, to7(v));
    if (o->plan->dialect != MIDI_PLUGIN)
        put_nrpn(o, tick, SF2_FILTER_FC, (CUTOFF_LO + (CUTOFF_HI - CUTOFF_LO) * v) / 2,
                 &o->sent_fc);
}

static void put_resonance(Out *o, int32_t tick, double v)
{
    if (o->plan->dialect != MIDI_FLUID)
        put_cc_change(o, tick, ORDER_CONTROL, CC_RESONANCE, to7(v));
    if (o->plan->dialect != MIDI_PLUGIN)
        put_nrpn(o, tick, SF2_FILTER_Q, RESONANCE_HI * v, &o->sent_q);
}

static double low_share(const Track *t)
{
    int low = 0;
    for (int i = 0; i < t->nnotes && !t->drum; i++) low += t->note[i].key < LOW_KEY;
    return t->nnotes > 0 ? (double)low / t->nnotes : 0;
}

static void put_expression(Out *o, int32_t tick)
{
    put_cc_change(o, tick, ORDER_CONTROL, CC_EXPRESSION,
                  to7(o->expression * (1 - LOW_LOSS * o->low * o->lowcut)));
}

static void put_ctl(Out *o, const Ctl *c)
{
    switch (c->kind) {
    case CTL_CUTOFF: put_cutoff(o, c->at, c->value); break;
    case CTL_RESONANCE: put_resonance(o, c->at, c->value); break;
    case CTL_VOLUME:
        put_cc_change(o, c->at, ORDER_CONTROL, CC_VOLUME, volume7(o->plan->gain_db, c->value));
        break;
    case CTL_PAN:
        put_cc_change(o, c->at, ORDER_CONTROL, CC_PAN, pan7(2.0 * c->value - 1));
        break;
    case CTL_EXPRESSION:
        o->expression = c->value;
        put_expression(o, c->at);
        break;
    case CTL_LOWCUT:
        o->lowcut = c->value;
        if (o->low > 0) put_expression(o, c->at);
        break;
    case CTL_REVERB: put_cc_change(o, c->at, ORDER_CONTROL, CC_REVERB, to7(c->value)); break;
    case CTL_CHORUS: put_cc_change(o, c->at, ORDER_CONTROL, CC_CHORUS, to7(c->value)); break;
    default: break; /* bends are merged with microtones in put_bends() */
    }
}

static bool has_ctl(const Track *t, int kind)
{
    for (int i = 0; i < t->nctls; i++)
        if (t->ctl[i].kind == kind) return true;
    return false;
}

static double deviation(const Note *n)
{
    return n->key - (double)lroundf(n->key);
}

static bool has_microtones(const Track *t)
{
    for (int i = 0; i < t->nnotes; i++)
        if (fabs(deviation(&t->note[i])) > MICROTONE) return true;
    return false;
}

static bool has_slides(const Track *t)
{
    for (int i = 0; t->mono && i < t->nnotes; i++)
        if (t->note[i].flags & NOTE_SLIDE) return true;
    return false;
}

static void put_setup(Out *o, bool bends)
{
    const Track *t = o->plan->track;
    if (!t->drum) { /* banks on the drum channel would turn it into another in XG mode */
        put_cc(o, 0, ORDER_SETUP, CC_BANK_MSB, 0);
        put_cc(o, 0, ORDER_SETUP, CC_BANK_LSB, 0);
    }
    put(o, 0, ORDER_SETUP, 0xc0, t->program, 0);
    put_cc_change(o, 0, ORDER_SETUP, CC_VOLUME, volume7(o->plan->gain_db, 1));
    put_cc_change(o, 0, ORDER_SETUP, CC_PAN, pan7(t->pan));
    put_cc_change(o, 0, ORDER_SETUP, CC_REVERB, to7(t->reverb));
    put_cc_change(o, 0, ORDER_SETUP, CC_CHORUS, to7(t->chorus));
    if (bends) {
        put_cc(o, 0, ORDER_SETUP, CC_RPN_MSB, 0);
        put_cc(o, 0, ORDER_SETUP, CC_RPN_LSB, 0);
        put_cc(o, 0, ORDER_SETUP, CC_DATA_MSB, BEND_SEMITONES);
        put_cc(o, 0, ORDER_SETUP, CC_RPN_MSB, 127);
        put_cc(o, 0, ORDER_SETUP, CC_RPN_LSB, 127);
    }
    if (has_slides(t) && o->plan->dialect != MIDI_PLUGIN) {
        put_cc(o, 0, ORDER_SETUP, CC_PORTAMENTO_MSB, 0);
        put_cc(o, 0, ORDER_SETUP, CC_PORTAMENTO_LSB, SLIDE_MS);
    }
}

static void put_note_pans(Out *o)
{
    const Track *t = o->plan->track;
    bool any = false;
    for (int i = 0; i < t->nnotes; i++) any = any || t->note[i].pan != 0;
    if (!any || t->drum || has_ctl(t, CTL_PAN)) return;
    for (int i = 0; i < t->nnotes; i++)
        put_cc_change(o, t->note[i].start, ORDER_CONTROL, CC_PAN,
                      pan7((double)t->pan + t->note[i].pan));
}

static void put_bend(Out *o, int32_t tick, double semitones)
{
    int v = clamp_int(8192 + (int)lround(8192 * semitones / BEND_SEMITONES), 0, 16383);
    if (o->sent_bend == v) return;
    o->sent_bend = v;
    put(o, tick, ORDER_CONTROL, 0xe0, v & 127, v >> 7);
}

/* Pitch bend: the track's CTL_BEND plus what the notes starting at a tick deviate on average; their
 * keys become the nearest to what is left. */
static void put_bends(Out *o, Sent *sent)
{
    const Track *t = o->plan->track;
    double bend = 0, micro = 0; /* semitones */
    for (int i = 0, c = 0; i < t->nnotes || c < t->nctls;) {
        if (c < t->nctls && (i == t->nnotes || t->ctl[c].at <= t->note[i].start)) {
            if (t->ctl[c].kind == CTL_BEND) {
                bend = BEND_SEMITONES * (double)t->ctl[c].value;
                put_bend(o, t->ctl[c].at, bend + micro);
            }
            c++;
            continue;
        }
        int end = i;
        double sum = 0;
        while (end < t->nnotes && t->note[end].start == t->note[i].start)
            sum += deviation(&t->note[end++]);
        micro = sum / (end - i);
        put_bend(o, t->note[i].start, bend + micro);
        for (; i < end; i++)
            sent[i].key = clamp_int((int)lround(t->note[i].key - micro), 0, 127);
    }
}

/* One voice: a note ends where the next begins, or is held into it when that one slides. */
static void join_mono(Sent *s, int n)
{
    for (int i = 0; i + 1 < n; i++) {
        Sent *next = &s[i + 1];
        if (next->start == s[i].start) continue;
        bool slide = next->note->flags & NOTE_SLIDE;
        if (slide && next->key != s[i].key) {
            int32_t half = (next->end - next->start + 1) / 2;
            next->overlap = half < SLIDE_OVERLAP ? half : SLIDE_OVERLAP;
            s[i].end = next->start + next->overlap;
        } else if (slide || s[i].end > next->start) {
            s[i].end = next->start;
        }
    }
}

/* Many voices: no note of a key reaches into the next of the same (rounded) key. */
static void cut_poly(Sent *s, int n)
{
    int last[128];
    for (int k = 0; k < 128; k++) last[k] = -1;
    for (int i = 0; i < n; i++) {
        Sent *before = last[s[i].key] >= 0 ? &s[last[s[i].key]] : NULL;
        if (before && before->start < s[i].start && before->end > s[i].start)
            before->end = s[i].start;
        last[s[i].key] = i;
    }
}

static int velocity(const TrackPlan *plan, const Note *n)
{
    int v = clamp_int((int)lround(127 * n->vel * plan->vel_factor), 1, 127);
    if (!plan->track->mono) return v;
    if (n->flags & NOTE_ACCENT) return v < ACCENT_VELOCITY ? ACCENT_VELOCITY : v;
    return v >= ACCENT_VELOCITY ? ACCENT_VELOCITY - 1 : v;
}

static void put_note(Out *o, const Sent *s)
{
    if (s->overlap > 0 && o->plan->dialect != MIDI_PLUGIN) {
        put_cc(o, s->start, ORDER_CONTROL, CC_LEGATO, 127);
        put_cc(o, s->start, ORDER_CONTROL, CC_PORTAMENTO_ON, 127);
        put_cc(o, s->start + s->overlap, ORDER_SLIDE_END, CC_PORTAMENTO_ON, 0);
        put_cc(o, s->start + s->overlap, ORDER_SLIDE_END, CC_LEGATO, 0);
    }
    put(o, s->start, ORDER_NOTE_ON, 0x90, s->key, velocity(o->plan, s->note));
    put(o, s->end, ORDER_NOTE_OFF, 0x80, s->key, 64);
}

static int by_tick_and_order(const void *a, const void *b)
{
    const Message *x = a, *y = b;
    if (x->tick != y->tick) return x->tick < y->tick ? -1 : 1;
    return x->order - y->order;
}

void smf_track_messages(Messages *out, const TrackPlan *plan)
{
    const Track *t = plan->track;
    Out o = {.to = out, .plan = plan, .sent_fc = -1, .sent_q = -1, .sent_bend = 8192,
             .expression = 1, .low = low_share(t)};
    bool bends = !t->drum && (has_ctl(t, CTL_BEND) || has_microtones(t));
    Sent *sent = mem_alloc(t->nnotes, sizeof *sent);
    memset(o.sent, -1, sizeof o.sent);
    for (int i = 0; i < t->nnotes; i++)
        sent[i] = (Sent){.start = t->note[i].start, .end = t->note[i].start + t->note[i].dur,
                         .key = (int)lroundf(t->note[i].key), .note = &t->note[i]};
    if (plan->sets_up) put_setup(&o, bends);
    put_note_pans(&o);
    if (bends) put_bends(&o, sent);
    for (int i = 0; i < t->nctls; i++) put_ctl(&o, &t->ctl[i]);
    if (t->mono)
        join_mono(sent, t->nnotes);
    else
        cut_poly(sent, t->nnotes);
    for (int i = 0; i < t->nnotes; i++) put_note(&o, &sent[i]);
    free(sent);
    stable_sort(out->m, out->n, sizeof *out->m, by_tick_and_order);
}
