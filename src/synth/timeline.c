/* timeline.c: see timeline.h.
 *
 * One walk over the events keeps the seconds of the tempo map. The channels are dealt to a fixed
 * number of groups, whatever the number of threads: the longest-sounding channel first, each to
 * the group with the least to do (Graham's rule), so that two threads finish together. */
#include "timeline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const double TIMELINE_MAX_SECONDS = 4 * 3600;
static const double TIMELINE_RELEASE = 0.4; /* seconds a note is thought to ring on */

enum { META_TEMPO = 0x51, TEMPO_BYTES = 3, TEMPO_DEFAULT = 500000 }; /* us a quarter note */

typedef struct Clock {
    double seconds; /* at `tick` */
    int32_t tick;
    double second_a_tick;
} Clock;

static Clock clock_start(const MidiSong *song)
{
    double fps = song->smpte == 29 ? 30000.0 / 1001 : song->smpte;
    double rate = song->smpte ? fps * song->division : 1e6 / TEMPO_DEFAULT * song->division;
    return (Clock){.second_a_tick = 1 / rate};
}

static double clock_at(Clock *c, int32_t tick)
{
    c->seconds += (double)(tick - c->tick) * c->second_a_tick;
    c->tick = tick;
    return c->seconds;
}

static void clock_tempo(Clock *c, const MidiSong *song, const MidiEvent *e)
{
    if (e->status != 0xff || e->data[0] != META_TEMPO || e->len != TEMPO_BYTES || song->smpte)
        return;
    const uint8_t *p = (const uint8_t *)song->payload.s + e->at;
    int us = p[0] << 16 | p[1] << 8 | p[2];
    if (us > 0) c->second_a_tick = us / 1e6 / song->division;
}

static bool is_channel_event(const MidiEvent *e)
{
    return e->status >= 0x80 && e->status < 0xf0;
}

static bool is_note_on(const MidiEvent *e)
{
    return (e->status & 0xf0) == 0x90 && e->data[1] > 0;
}

/* Seconds of sound on each channel. */
static void measure_load(double load[TIMELINE_CHANNELS], const Timeline *t, const MidiSong *song,
                         int rate)
{
    int64_t(*since)[128] = mem_alloc(TIMELINE_CHANNELS, sizeof *since); /* frame + 1; 0: silent */
    for (int i = 0; i < song->nevents; i++) {
        const MidiEvent *e = &song->event[i];
        int kind = e->status & 0xf0, ch = e->status & 15, key = e->data[0] & 127;
        if (!is_channel_event(e) || kind > 0x90) continue;
        if (since[ch][key]) load[ch] += (double)(t->frame[i] + 1 - since[ch][key]) / rate;
        since[ch][key] = is_note_on(e) ? t->frame[i] + 1 : 0;
        if (is_note_on(e)) load[ch] += TIMELINE_RELEASE;
    }
    free(since);
}

static void deal_channels(Timeline *t, const double load[TIMELINE_CHANNELS])
{
    double sum[TIMELINE_GROUPS] = {0};
    bool dealt[TIMELINE_CHANNELS] = {0};
    for (int n = 0; n < TIMELINE_CHANNELS; n++) {
        int next = -1, least = 0;
        for (int c = 0; c < TIMELINE_CHANNELS; c++)
            if (!dealt[c] && (next < 0 || load[c] > load[next])) next = c;
        for (int g = 1; g < TIMELINE_GROUPS; g++)
            if (sum[g] < sum[least]) least = g;
        dealt[next] = true;
        t->group[next] = least;
        sum[least] += load[next];
        if (load[next] > 0) t->used[least] = true;
    }
}

static void find_default_programs(Timeline *t, const MidiSong *song)
{
    bool known[TIMELINE_CHANNELS] = {0};
    for (int i = 0; i < song->nevents; i++) {
        const MidiEvent *e = &song->event[i];
        int ch = e->status & 15;
        if (!is_channel_event(e) || known[ch]) continue;
        if ((e->status & 0xf0) == 0xc0) known[ch] = true;
        if (!is_note_on(e)) continue;
        known[ch] = t->default_program[ch] = true;
    }
}

bool timeline_init(Timeline *t, const MidiSong *song, int rate, Err *err)
{
    double load[TIMELINE_CHANNELS] = {0};
    *t = (Timeline){0};
    if (song->division <= 0) return err_set(err, "division %d must be over 0", song->division);
    t->frame = mem_alloc(song->nevents, sizeof *t->frame);
    Clock clock = clock_start(song);
    for (int i = 0; i < song->nevents; i++) {
        const MidiEvent *e = &song->event[i];
        double s = fmin(clock_at(&clock, e->tick), TIMELINE_MAX_SECONDS + 1);
        clock_tempo(&clock, song, e);
        t->frame[i] = t->end = llround(s * rate);
        if (is_channel_event(e)) t->last = t->frame[i];
    }
    if (song->end_tick > clock.tick) clock_at(&clock, song->end_tick);
    if (clock.seconds > TIMELINE_MAX_SECONDS) {
        timeline_free(t);
        return err_set(err, "the song lasts %.1f hours; at most %.0f can be rendered",
                       clock.seconds / 3600, TIMELINE_MAX_SECONDS / 3600);
    }
    t->end = llround(clock.seconds * rate);
    measure_load(load, t, song, rate);
    deal_channels(t, load);
    find_default_programs(t, song);
    return true;
}

void timeline_free(Timeline *t)
{
    free(t->frame);
    *t = (Timeline){0};
}
