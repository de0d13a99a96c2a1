/* smf_write.c: a score as a Standard MIDI File (RP-001), type 1, 480 ticks a quarter note.
 *
 * The first track conducts: title (FF 03), the score's lines of text (FF 01), tempo, metre, key
 * signature, a marker for each section. Then one track for each of the score's, with its name (FF
 * 03) and instrument (FF 04). Every track ends where the piece ends. Channel messages use running
 * status. The same score gives the same bytes.
 *
 * Channels: as the track asks, otherwise the lowest free one but 9, the drums'. All drum tracks
 * share channel 9: its volume is that of the loudest, the others' lesser gain goes into their
 * velocities (40 log10(v / 127) dB, as General MIDI has it). */
#include "midi/song.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "midi/gm.h"
#include "score/sort.h"
#include "smf_track.h"

enum { DRUM_CHANNEL = 9, MAX_VLQ = 0x0fffffff };
enum { META_TEXT = 1, META_NAME = 3, META_INSTRUMENT = 4, META_MARKER = 6, META_END = 0x2f,
       META_TEMPO = 0x51, META_METER = 0x58, META_KEY = 0x59 };

/* A chunk under way. */
typedef struct Chunk {
    Str body;
    int32_t tick;   /* of the last event */
    uint8_t status; /* running status, 0 = none */
    bool too_long;  /* a pause that four bytes cannot hold */
} Chunk;

/* A meta event of the conductor's track, to be sorted. */
typedef struct Meta {
    int32_t tick;
    int type, n;
    uint8_t b[64];
} Meta;

typedef struct Metas {
    Meta *m;
    int n, cap;
} Metas;

static void put_be(Str *out, uint32_t v, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--) str_putc(out, (char)(v >> (8 * i)));
}

/* A variable-length quantity: seven bits a byte, all but the last with the high bit set. */
static void put_vlq(Str *out, uint32_t v)
{
    for (int shift = 21; shift > 0; shift -= 7)
        if (v >> shift) str_putc(out, (char)(0x80 | (v >> shift & 0x7f)));
    str_putc(out, (char)(v & 0x7f));
}

static void put_delta(Chunk *c, int32_t tick)
{
    int32_t delta = tick - c->tick;
    if (delta > MAX_VLQ) c->too_long = true;
    put_vlq(&c->body, (uint32_t)delta);
    c->tick = tick;
}

static void put_meta(Chunk *c, int32_t tick, int type, const void *bytes, size_t n)
{
    put_delta(c, tick);
    str_putc(&c->body, (char)0xff);
    str_putc(&c->body, (char)type);
    put_vlq(&c->body, (uint32_t)n);
    str_add(&c->body, bytes, n);
    c->status = 0; /* a meta event ends running status */
}

static void put_text(Chunk *c, int type, const char *text)
{
    put_meta(c, 0, type, text, strlen(text));
}

static void put_message(Chunk *c, const Message *m)
{
    int skip = m->b[0] == c->status ? 1 : 0;
    put_delta(c, m->tick);
    str_add(&c->body, m->b + skip, (size_t)(m->n - skip));
    c->status = m->b[0];
}

/* Ends the chunk, appends it to out and empties it. */
static bool put_chunk(Str *out, Chunk *c, int32_t end, const char *name, Err *err)
{
    put_meta(c, end > c->tick ? end : c->tick, META_END, "", 0);
    bool ok = !c->too_long;
    str_puts(out, "MTrk");
    put_be(out, (uint32_t)c->body.len, 4);
    str_add(out, c->body.s, c->body.len);
    str_free(&c->body);
    *c = (Chunk){0};
    return ok || err_set(err, "track \"%s\": a pause of over %d ticks cannot be written", name,
                         MAX_VLQ);
}

static Meta *new_meta(Metas *all, int32_t tick, int type, int n)
{
    Meta *m = mem_push(&all->m, &all->n, &all->cap, sizeof *m);
    m->tick = tick;
    m->type = type;
    m->n = n;
    return m;
}

static void add_tempo(Metas *all, int32_t tick, double bpm)
{
    double us = floor(60e6 / bpm + 0.5);
    uint32_t v = us < 1 ? 1 : us > 0xffffff ? 0xffffff : (uint32_t)us;
    Meta *m = new_meta(all, tick, META_TEMPO, 3);
    for (int i = 0; i < 3; i++) m->b[i] = (uint8_t)(v >> (16 - 8 * i));
}

/* Denominator as a power of two; one metronome click a beat of the denominator, in 24ths of a
 * quarter note; 8 thirty-seconds a quarter note. */
static void add_meter(Metas *all, int32_t tick, int num, int den)
{
    int power = 0, click = 96 / den;
    while (1 << power < den) power++;
    Meta *m = new_meta(all, tick, META_METER, 4);
    m->b[0] = (uint8_t)num;
    m->b[1] = (uint8_t)power;
    m->b[2] = (uint8_t)(click > 0 ? click : 1);
    m->b[3] = 8;
}

static int by_meta_tick(const void *a, const void *b)
{
    const Meta *x = a, *y = b;
    return (x->tick > y->tick) - (x->tick < y->tick);
}

/* Tempo 120 and 4/4 are written where the score begins without its own. */
static void collect_metas(Metas *all, const Score *s)
{
    if (s->ntempos == 0 || s->tempo[0].at > 0) add_tempo(all, 0, 120);
    for (int i = 0; i < s->ntempos; i++) add_tempo(all, s->tempo[i].at, s->tempo[i].bpm);
    if (s->nmeters == 0 || s->meter[0].at > 0) add_meter(all, 0, 4, 4);
    for (int i = 0; i < s->nmeters; i++)
        add_meter(all, s->meter[i].at, s->meter[i].num, s->meter[i].den);
    for (int i = 0; i < s->nkeysigs; i++) {
        Meta *m = new_meta(all, s->keysig[i].at, META_KEY, 2);
        m->b[0] = (uint8_t)(int8_t)s->keysig[i].sharps;
        m->b[1] = s->keysig[i].minor;
    }
    for (int i = 0; i < s->nsections; i++) {
        size_t n = strlen(s->section[i].name);
        memcpy(new_meta(all, s->section[i].at, META_MARKER, (int)n)->b, s->section[i].name, n);
    }
    stable_sort(all->m, all->n, sizeof *all->m, by_meta_tick);
}

static bool write_conductor(const Score *s, Str *out, Err *err)
{
    Chunk c = {0};
    Metas all = {0};
    put_text(&c, META_NAME, s->title);
    for (int i = 0; i < s->ntexts; i++) put_text(&c, META_TEXT, s->text[i]);
    collect_metas(&all, s);
    for (int i = 0; i < all.n; i++)
        put_meta(&c, all.m[i].tick, all.m[i].type, all.m[i].b, (size_t)all.m[i].n);
    free(all.m);
    return put_chunk(out, &c, s->length, s->title, err);
}

static bool write_track(const Score *s, const TrackPlan *plan, Str *out, Err *err)
{
    const Track *t = plan->track;
    Chunk c = {0};
    Messages msg = {0};
    const char *instrument = t->drum ? "Drum Kit" : gm_program_name(t->program);
    put_text(&c, META_NAME, t->name);
    put_text(&c, META_INSTRUMENT, instrument); /* t->instrument is the native engine's */
    smf_track_messages(&msg, plan);
    for (int i = 0; i < msg.n; i++) put_message(&c, &msg.m[i]);
    free(msg.m);
    return put_chunk(out, &c, s->length, t->name, err);
}

/* The channel of every pitched track that asks for none. */
static bool give_channels(const Score *s, TrackPlan *plan, bool taken[16], Err *err)
{
    int next = 0;
    for (int i = 0; i < s->ntracks; i++) {
        if (plan[i].channel >= 0) continue;
        while (next < 16 && (taken[next] || next == DRUM_CHANNEL)) next++;
        if (next == 16)
            return err_set(err, "track \"%s\": a MIDI file has 15 channels for pitched tracks, and "
                                "all are taken; join some tracks", s->track[i].name);
        plan[i].channel = next;
        taken[next] = true;
    }
    return true;
}

static bool make_plans(const Score *s, MidiDialect dialect, TrackPlan *plan, Err *err)
{
    bool taken[16] = {false}, set_up[16] = {false};
    double drum_db = -INFINITY;
    for (int i = 0; i < s->ntracks; i++) {
        const Track *t = &s->track[i];
        if (!t->drum && (t->channel == DRUM_CHANNEL || t->channel > 15))
            return err_set(err, "track \"%s\": channel %d (of 0..15) cannot play pitches", t->name,
                           t->channel);
        plan[i] = (TrackPlan){.track = t, .channel = t->drum ? DRUM_CHANNEL : t->channel,
                              .gain_db = t->gain_db, .vel_factor = 1, .dialect = dialect};
        if (plan[i].channel >= 0) taken[plan[i].channel] = true;
        if (t->drum && t->gain_db > drum_db) drum_db = t->gain_db;
    }
    if (!give_channels(s, plan, taken, err)) return false;
    for (int i = 0; i < s->ntracks; i++) {
        plan[i].sets_up = !set_up[plan[i].channel];
        set_up[plan[i].channel] = true;
        if (!s->track[i].drum) continue;
        plan[i].vel_factor = pow(10, (s->track[i].gain_db - drum_db) / 40);
        plan[i].gain_db = drum_db;
    }
    return true;
}

bool midi_write_score(const Score *s, MidiDialect dialect, Str *out, Err *err)
{
    TrackPlan *plan = mem_alloc(s->ntracks, sizeof *plan);
    size_t before = out->len;
    bool ok = s->ntracks < 0xffff || err_set(err, "%d tracks are too many", s->ntracks);
    ok = ok && make_plans(s, dialect, plan, err);
    if (ok) {
        str_puts(out, "MThd");
        put_be(out, 6, 4);
        put_be(out, 1, 2);
        put_be(out, (uint32_t)s->ntracks + 1, 2);
        put_be(out, SCORE_PPQ, 2);
        ok = write_conductor(s, out, err);
    }
    for (int i = 0; ok && i < s->ntracks; i++) ok = write_track(s, &plan[i], out, err);
    if (!ok && out->s) out->s[out->len = before] = 0;
    free(plan);
    return ok;
}
