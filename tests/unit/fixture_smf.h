/* fixture_smf.h: Standard MIDI Files written byte by byte, with whatever a test wants in them. */
#ifndef FIXTURE_SMF_H
#define FIXTURE_SMF_H

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "score/sort.h"

typedef struct SmfEvent {
    int tick, n;
    uint8_t b[8];
} SmfEvent;

/* Zero is an empty file of 480 ticks a quarter. */
typedef struct Smf {
    SmfEvent *event; /* of the track that is being made */
    int n, cap;
    Str chunks;
    int tracks;
    int division; /* 0 = 480 */
} Smf;

static inline void smf_event(Smf *s, int tick, const uint8_t *b, int n)
{
    SmfEvent *e = mem_push(&s->event, &s->n, &s->cap, sizeof *e);
    e->tick = tick;
    e->n = n;
    memcpy(e->b, b, (size_t)n);
}

/* channel 0..15 */
static inline void smf_note(Smf *s, int tick, int dur, int channel, int key, int vel)
{
    uint8_t on[] = {(uint8_t)(0x90 | channel), (uint8_t)key, (uint8_t)vel};
    uint8_t off[] = {(uint8_t)(0x80 | channel), (uint8_t)key, 64};
    smf_event(s, tick, on, 3);
    smf_event(s, tick + dur, off, 3);
}

static inline void smf_tempo(Smf *s, int tick, double bpm)
{
    int us = (int)(60e6 / bpm + 0.5);
    uint8_t b[] = {0xff, 0x51, 3, (uint8_t)(us >> 16), (uint8_t)(us >> 8), (uint8_t)us};
    smf_event(s, tick, b, 6);
}

/* den: 2 to the power of it. */
static inline void smf_meter(Smf *s, int tick, int num, int den)
{
    uint8_t b[] = {0xff, 0x58, 4, (uint8_t)num, (uint8_t)den, 24, 8};
    smf_event(s, tick, b, 7);
}

/* Offs before ons, so that a repeated note is two. */
static inline int smf_order(const void *a, const void *b)
{
    const SmfEvent *x = a, *y = b;
    if (x->tick != y->tick) return x->tick < y->tick ? -1 : 1;
    return ((y->b[0] & 0xf0) == 0x80) - ((x->b[0] & 0xf0) == 0x80);
}

static inline void smf_put_length(Str *out, int v)
{
    for (int shift = 21; shift > 0; shift -= 7)
        if (v >> shift) str_putc(out, (char)(0x80 | (v >> shift & 0x7f)));
    str_putc(out, (char)(v & 0x7f));
}

static inline void smf_put_be32(Str *out, size_t v)
{
    for (int shift = 24; shift >= 0; shift -= 8) str_putc(out, (char)(v >> shift));
}

/* Ends the track; the next events are another's. */
static inline void smf_end_track(Smf *s)
{
    Str body = {0};
    int at = 0;
    stable_sort(s->event, s->n, sizeof *s->event, smf_order);
    for (int i = 0; i < s->n; i++) {
        smf_put_length(&body, s->event[i].tick - at);
        str_add(&body, s->event[i].b, (size_t)s->event[i].n);
        at = s->event[i].tick;
    }
    str_add(&body, "\0\xff\x2f\0", 4);
    str_puts(&s->chunks, "MTrk");
    smf_put_be32(&s->chunks, body.len);
    str_add(&s->chunks, body.s, body.len);
    str_free(&body);
    s->n = 0;
    s->tracks++;
}

/* The file's bytes, format 1; *s is empty again. */
static inline Str smf_bytes(Smf *s)
{
    Str out = {0};
    int division = s->division > 0 ? s->division : 480;
    if (s->n > 0) smf_end_track(s);
    str_add(&out, "MThd\0\0\0\6\0\1\0", 11);
    str_putc(&out, (char)s->tracks);
    str_putc(&out, (char)(division >> 8));
    str_putc(&out, (char)division);
    str_add(&out, s->chunks.s, s->chunks.len);
    free(s->event);
    str_free(&s->chunks);
    *s = (Smf){0};
    return out;
}

/* Into dir/name. */
static inline bool smf_write(Smf *s, const char *dir, const char *name)
{
    Str bytes = smf_bytes(s);
    char *path = path_join(dir, name);
    Err err;
    bool ok = out_file(path, bytes.s, bytes.len, &err);
    free(path);
    str_free(&bytes);
    return ok;
}

#endif
