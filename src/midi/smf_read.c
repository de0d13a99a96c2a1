/* smf_read.c: a Standard MIDI File (RP-001) of any origin into a MidiSong: what is tolerated and
 * what is not stands in midi/song.h.
 *
 * Every read is bounded by the chunk it is in, every chunk by the file. An event takes at least two
 * bytes of the file and sizeof(MidiEvent) of memory. */
#include "midi/song.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "score/sort.h"

enum { MAX_WARNINGS = 32, MAX_TRACKS = 32767, CHUNK_HEAD = 8, MAX_BYTES = 1 << 30 };
enum { META_END = 0x2f, META_TEMPO = 0x51 };
static const double DEFAULT_US = 500000; /* microseconds a quarter note: 120 a minute */

/* Bytes [at, end) of the file. */
typedef struct Cursor {
    const uint8_t *p;
    int64_t at, end;
} Cursor;

/* A track chunk being read. */
typedef struct TrackReader {
    MidiSong *song;
    Cursor c;
    int track;
    int64_t tick;
    uint8_t status; /* running status, 0 = none */
    bool stale;     /* the running status has met a meta or sysex event since */
    bool ended;
} TrackReader;

static void warn(MidiSong *song, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void warn(MidiSong *song, const char *fmt, ...)
{
    char text[256];
    va_list ap;
    if (song->nwarnings >= MAX_WARNINGS) return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    char **slot = mem_push(&song->warning, &song->nwarnings, &song->cap_warnings, sizeof *slot);
    *slot = mem_strdup(song->nwarnings == MAX_WARNINGS ? "more of the like" : text);
}

static bool fail(const TrackReader *r, Err *err, const char *what)
{
    return err_set(err, "track %d, byte %lld: %s", r->track, (long long)r->c.at, what);
}

/* A variable-length quantity of at most four bytes. */
static bool read_vlq(TrackReader *r, uint32_t *out, Err *err)
{
    *out = 0;
    for (int i = 0; i < 4; i++) {
        if (r->c.at >= r->c.end) return fail(r, err, "the track ends within an event");
        uint8_t b = r->c.p[r->c.at++];
        *out = *out << 7 | (b & 0x7fu);
        if (!(b & 0x80)) return true;
    }
    return fail(r, err, "a number of over four bytes");
}

static MidiEvent *new_event(TrackReader *r, uint8_t status)
{
    MidiSong *s = r->song;
    MidiEvent *e = mem_push(&s->event, &s->nevents, &s->cap_events, sizeof *e);
    e->tick = (int32_t)r->tick;
    e->track = (int16_t)r->track;
    e->status = status;
    return e;
}

/* The length and payload of a sysex or meta event. */
static bool read_payload(TrackReader *r, uint8_t status, uint8_t type, Err *err)
{
    uint32_t len;
    if (!read_vlq(r, &len, err)) return false;
    if (len > r->c.end - r->c.at) return fail(r, err, "an event reaches past the end of its track");
    MidiEvent *e = new_event(r, status);
    e->data[0] = type;
    e->len = len;
    e->at = (uint32_t)r->song->payload.len;
    str_add(&r->song->payload, r->c.p + r->c.at, len);
    r->c.at += len;
    r->stale = true;
    return true;
}

static bool read_meta(TrackReader *r, Err *err)
{
    if (r->c.at >= r->c.end) return fail(r, err, "the track ends within an event");
    uint8_t type = r->c.p[r->c.at++];
    r->ended = type == META_END;
    return read_payload(r, 0xff, type, err);
}

/* The data bytes of the channel message r->status. */
static bool read_channel(TrackReader *r, Err *err)
{
    int n = (r->status & 0xe0) == 0xc0 ? 1 : 2;
    if (r->c.end - r->c.at < n) return fail(r, err, "the track ends within an event");
    for (int i = 0; i < n; i++)
        if (r->c.p[r->c.at + i] & 0x80) return fail(r, err, "a data byte over 127");
    MidiEvent *e = new_event(r, r->status);
    for (int i = 0; i < n; i++) e->data[i] = r->c.p[r->c.at + i];
    r->c.at += n;
    return true;
}

static bool read_event(TrackReader *r, Err *err)
{
    if (r->c.at >= r->c.end) return fail(r, err, "the track ends within an event");
    uint8_t b = r->c.p[r->c.at];
    if (b < 0x80) {
        if (r->status == 0) return fail(r, err, "a data byte where a status byte must be");
        if (r->stale) warn(r->song, "track %d, byte %lld: running status across another event",
                           r->track, (long long)r->c.at);
        r->stale = false;
        return read_channel(r, err);
    }
    r->c.at++;
    if (b < 0xf0) {
        r->status = b;
        r->stale = false;
        return read_channel(r, err);
    }
    if (b == 0xff) return read_meta(r, err);
    if (b == 0xf0 || b == 0xf7) return read_payload(r, b, 0, err);
    if (b < 0xf8) return fail(r, err, "a status byte (f1 to f6) that a file cannot hold");
    warn(r->song, "track %d, byte %lld: real-time byte %02x passed over", r->track,
         (long long)r->c.at - 1, b);
    return true;
}

static bool read_track(TrackReader *r, Err *err)
{
    while (r->c.at < r->c.end && !r->ended) {
        uint32_t delta;
        if (!read_vlq(r, &delta, err)) return false;
        r->tick += delta;
        if (r->tick > INT32_MAX) return fail(r, err, "its time passes 2147483647 ticks");
        if (!read_event(r, err)) return false;
    }
    if (!r->ended) warn(r->song, "track %d has no end", r->track);
    if (r->c.at < r->c.end)
        warn(r->song, "track %d: %lld bytes after its end", r->track,
             (long long)(r->c.end - r->c.at));
    if (r->song->end_tick < r->tick) r->song->end_tick = (int32_t)r->tick;
    return true;
}

/* Division as in the header: ticks a quarter note, or SMPTE frames and ticks a frame. */
static bool set_division(MidiSong *song, const uint8_t *p, Err *err)
{
    if (p[0] < 0x80) {
        song->division = load_be16(p);
    } else {
        song->smpte = 256 - p[0];
        song->division = p[1];
        if (song->smpte != 24 && song->smpte != 25 && song->smpte != 29 && song->smpte != 30)
            return err_set(err, "%d frames a second (24, 25, 29 or 30 are possible)", song->smpte);
    }
    return song->division > 0 || err_set(err, "a division of 0 ticks");
}

/* Unwraps RIFF RMID: moves the cursor to the contents of its "data" chunk. */
static bool unwrap_riff(Cursor *c, MidiSong *song, Err *err)
{
    if (c->end - c->at < 12 || memcmp(c->p + c->at, "RIFF", 4) != 0) return true;
    if (memcmp(c->p + c->at + 8, "RMID", 4) != 0)
        return err_set(err, "a RIFF file that is not RMID: no MIDI in it");
    for (c->at += 12; c->end - c->at >= CHUNK_HEAD;) {
        int64_t len = load_le32(c->p + c->at + 4), left = c->end - c->at - CHUNK_HEAD;
        bool data = memcmp(c->p + c->at, "data", 4) == 0;
        c->at += CHUNK_HEAD;
        if (data) {
            if (len > left) warn(song, "RIFF data claims %lld bytes, %lld are there",
                                 (long long)len, (long long)left);
            c->end = c->at + (len < left ? len : left);
            warn(song, "RIFF wrapper removed");
            return true;
        }
        len += len & 1; /* chunks start at even offsets */
        c->at += len < left ? len : left;
    }
    return err_set(err, "a RIFF file without a data chunk");
}

/* Reads "MThd" and moves to what follows it. */
static bool read_header(MidiSong *song, Cursor *c, int *announced, Err *err)
{
    if (c->end - c->at < 4 || memcmp(c->p + c->at, "MThd", 4) != 0)
        return err_set(err, "not a MIDI file (it does not begin with MThd)");
    if (c->end - c->at < CHUNK_HEAD + 6) return err_set(err, "the file ends within its header");
    int64_t len = load_be32(c->p + c->at + 4);
    const uint8_t *body = c->p + c->at + CHUNK_HEAD;
    if (len < 6) return err_set(err, "a header of %lld bytes (at least 6)", (long long)len);
    if (len > c->end - c->at - CHUNK_HEAD)
        return err_set(err, "a header of %lld bytes in a shorter file", (long long)len);
    song->format = load_be16(body);
    *announced = load_be16(body + 2);
    if (song->format > 2) return err_set(err, "format %d (0, 1 or 2 are possible)", song->format);
    c->at += CHUNK_HEAD + len;
    return set_division(song, body + 4, err);
}

/* Moves to the next "MTrk" and returns its length, -1 when there is none. */
static int64_t next_track(MidiSong *song, Cursor *c)
{
    while (c->end - c->at >= CHUNK_HEAD) {
        const uint8_t *p = c->p + c->at;
        int64_t len = load_be32(p + 4), left = c->end - c->at - CHUNK_HEAD;
        bool named = true; /* chunk types are printable */
        for (int i = 0; i < 4; i++) named = named && p[i] >= 0x20 && p[i] < 0x7f;
        if (memcmp(p, "MTrk", 4) == 0) {
            c->at += CHUNK_HEAD;
            if (len > left) warn(song, "track %d claims %lld bytes, %lld are there", song->ntracks,
                                 (long long)len, (long long)left);
            return len < left ? len : left;
        }
        if (named && len <= left) {
            warn(song, "byte %lld: chunk \"%.4s\" passed over", (long long)c->at, (const char *)p);
            c->at += CHUNK_HEAD + len;
            continue;
        }
        warn(song, "byte %lld: junk between chunks", (long long)c->at);
        for (c->at++; c->end - c->at >= 4 && memcmp(c->p + c->at, "MTrk", 4) != 0;) c->at++;
    }
    return -1;
}

static bool read_tracks(MidiSong *song, Cursor *c, int announced, Err *err)
{
    int64_t len, tick = 0;
    while ((len = next_track(song, c)) >= 0) {
        if (song->ntracks == MAX_TRACKS)
            return err_set(err, "more than %d tracks", MAX_TRACKS);
        TrackReader r = {.song = song, .c = {.p = c->p, .at = c->at, .end = c->at + len},
                         .track = song->ntracks++, .tick = tick};
        if (!read_track(&r, err)) return false;
        if (song->format == 2) tick = r.tick;
        c->at += len;
    }
    if (song->ntracks == 0) return err_set(err, "no track in the file");
    if (c->at < c->end) warn(song, "%lld bytes after the last chunk", (long long)(c->end - c->at));
    if (song->ntracks != announced)
        warn(song, "%d tracks announced, %d are there", announced, song->ntracks);
    if (song->format == 2) warn(song, "format 2: the tracks are placed one after another");
    return true;
}

static int by_tick(const void *a, const void *b)
{
    const MidiEvent *x = a, *y = b;
    return (x->tick > y->tick) - (x->tick < y->tick);
}

static void add_tempo(MidiSong *song, int32_t tick, double per_tick)
{
    double at = midi_seconds(song, tick);
    MidiTempo *t = song->ntempos > 0 ? &song->tempo[song->ntempos - 1] : NULL;
    if (!t || t->tick != tick)
        t = mem_push(&song->tempo, &song->ntempos, &song->cap_tempos, sizeof *t);
    *t = (MidiTempo){.tick = tick, .at = at, .per_tick = per_tick};
}

/* 29 frames a second mean 30000/1001 (drop frame). SMPTE time knows no tempo. */
static void make_tempo_map(MidiSong *song)
{
    if (song->smpte > 0) {
        double fps = song->smpte == 29 ? 30000.0 / 1001 : song->smpte;
        add_tempo(song, 0, 1 / (fps * song->division));
        return;
    }
    add_tempo(song, 0, DEFAULT_US / 1e6 / song->division);
    for (int i = 0; i < song->nevents; i++) {
        const MidiEvent *e = &song->event[i];
        if (e->status != 0xff || e->data[0] != META_TEMPO) continue;
        const uint8_t *b = (const uint8_t *)song->payload.s + e->at;
        int32_t us = e->len == 3 ? b[0] << 16 | b[1] << 8 | b[2] : 0;
        if (us > 0)
            add_tempo(song, e->tick, us / 1e6 / song->division);
        else
            warn(song, "track %d, tick %d: a tempo of 0 or of %u bytes passed over", e->track,
                 e->tick, e->len);
    }
}

void midi_free(MidiSong *song)
{
    for (int i = 0; i < song->nwarnings; i++) free(song->warning[i]);
    free(song->warning);
    free(song->event);
    free(song->tempo);
    str_free(&song->payload);
    *song = (MidiSong){0};
}

bool midi_read(MidiSong *song, const uint8_t *bytes, int64_t size, Err *err)
{
    int announced = 0;
    Cursor c = {.p = bytes, .end = size};
    *song = (MidiSong){0};
    if (size > MAX_BYTES) return err_set(err, "over 1 GiB: too long for a MIDI file");
    if (!unwrap_riff(&c, song, err) || !read_header(song, &c, &announced, err) ||
        !read_tracks(song, &c, announced, err)) {
        midi_free(song);
        return false;
    }
    stable_sort(song->event, song->nevents, sizeof *song->event, by_tick);
    make_tempo_map(song);
    return true;
}

static bool read_stdin(Str *out, Err *err)
{
    char buf[65536];
    size_t n;
    while ((n = fread(buf, 1, sizeof buf, stdin)) > 0) str_add(out, buf, n);
    return !ferror(stdin) || err_set(err, "cannot read: %s", strerror(errno));
}

bool midi_read_file(MidiSong *song, const char *path, Err *err)
{
    bool ok;
    *song = (MidiSong){0};
    if (strcmp(path, "-") == 0) {
        Str in = {0};
        ok = read_stdin(&in, err) &&
             midi_read(song, (const uint8_t *)in.s, (int64_t)in.len, err);
        str_free(&in);
        return ok || err_wrap(err, "standard input");
    }
    FileMap map;
    if (!file_map_open(&map, path, err)) return false;
    ok = midi_read(song, map.data, map.size, err);
    file_map_close(&map);
    return ok || err_wrap(err, "%s", path);
}

double midi_seconds(const MidiSong *song, int32_t tick)
{
    int lo = 0, hi = song->ntempos; /* the last point at or before tick is in [lo, hi) */
    if (hi == 0) return 0;
    while (hi - lo > 1) {
        int mid = (lo + hi) / 2;
        if (song->tempo[mid].tick <= tick)
            lo = mid;
        else
            hi = mid;
    }
    return song->tempo[lo].at + (tick - song->tempo[lo].tick) * song->tempo[lo].per_tick;
}
