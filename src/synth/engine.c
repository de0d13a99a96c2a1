/* engine.c: see synth/engine.h.
 *
 * The piece is made in chunks of 16384 frames, as on an assembly line: while the tracks make chunk
 * k, each into a buffer of its own, the buses sum chunk k - 1 of them in their order and run their
 * effects, and the bus compressor works on chunk k - 3, all at once, the longest work first. Then
 * the buses are added up; the reverb is one chunk late and is written one chunk back. Nothing
 * depends on which thread did what. */
#include "synth/engine.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "engine_bus.h"
#include "engine_track.h"
#include "tail.h"

static const double DEFAULT_TAIL = 6, MAX_SECONDS = 4 * 3600.0; /* seconds */
static const float INAUDIBLE = 2e-6f; /* a chunk whose peak is lower ends the tail */

typedef struct Engine {
    InstrumentEnv env;
    EngineTrack *track; /* [ntracks] */
    int ntracks;
    int *order;         /* [ntracks] tracks by falling work */
    EngineBus bus;
    AudioBuf *out;
    int64_t chunk;
} Engine;

static bool check(const Score *s, const EngineOpts *o, Err *err)
{
    double seconds = score_seconds(s, s->length);
    if (o->rate < 8000 || o->rate > 192000)
        return err_set(err, "cannot render at %d Hz; use 8000 to 192000", o->rate);
    if (!o->noise || o->nnoise < 1)
        return err_set(err, "the native engine needs a run of weights as its noise");
    if (!(seconds <= MAX_SECONDS))
        return err_set(err, "%s: %.0f hours are too long to render; at most 4",
                       s->title[0] ? s->title : "score", seconds / 3600);
    for (int i = 0; i < s->ntracks; i++) {
        const Track *t = &s->track[i];
        if (instrument_for_track(t)) continue;
        Str names = {0};
        instrument_names(&names);
        err_set(err, "track %s: no instrument '%s'; there are %s", t->name, t->instrument,
                str_text(&names));
        str_free(&names);
        return false;
    }
    return true;
}

/* Tracks without notes, and those that a solo leaves out, are not opened. */
static void open_tracks(Engine *e, const Score *s, const EngineOpts *o)
{
    int nkicks;
    Kick *kick = engine_kicks(s, o->rate, &nkicks);
    e->track = mem_alloc(s->ntracks, sizeof *e->track);
    for (int i = 0; i < s->ntracks; i++) {
        if (s->track[i].nnotes == 0 || (o->solo > 0 && o->solo != i + 1)) continue;
        engine_track_open(&e->track[e->ntracks++], s, i, instrument_for_track(&s->track[i]),
                          &e->env, kick, nkicks, ENGINE_CHUNK);
    }
    free(kick);
}

/* About how much work a track is: the time that its notes sound; a 303 runs at twice the rate. */
static double work_of(const EngineTrack *t)
{
    double sum = 0;
    for (int i = 0; i < t->track->nnotes; i++) sum += t->track->note[i].dur;
    return t->ins->mono ? 3 * sum : sum;
}

static void order_tracks(Engine *e)
{
    e->order = mem_alloc(e->ntracks, sizeof *e->order);
    for (int i = 0; i < e->ntracks; i++) {
        int k = i;
        for (; k > 0 && work_of(&e->track[e->order[k - 1]]) < work_of(&e->track[i]); k--)
            e->order[k] = e->order[k - 1];
        e->order[k] = i;
    }
}

/* What the line does at once: the reverb, the compressor, the tracks, the other buses. */
static void work(void *ud, int64_t i, int worker)
{
    static const int OTHERS[] = {SEND_CHORUS, SEND_DELAY, BUS_MIX};
    Engine *e = ud;
    bool any = e->chunk > 0; /* the buses begin when there is a chunk to sum */
    (void)worker;
    if (i == 0) {
        if (any) engine_bus_run(&e->bus, SEND_REVERB, e->track, e->ntracks);
    } else if (i == 1) {
        engine_bus_polish(&e->bus, e->out, e->chunk - 3);
    } else if (i < 2 + e->ntracks) {
        engine_track_render(&e->track[e->order[i - 2]], e->chunk * ENGINE_CHUNK, ENGINE_CHUNK);
    } else if (any) {
        engine_bus_run(&e->bus, OTHERS[i - 2 - e->ntracks], e->track, e->ntracks);
    }
}

/* Every note has ended and the last chunk that is done is silent. */
static bool is_over(const Engine *e)
{
    for (int i = 0; i < e->ntracks; i++)
        if (!engine_track_is_over(&e->track[i])) return false;
    if (e->chunk < 3) return false;
    const float *x = e->out->x + (e->chunk - 3) * ENGINE_CHUNK * 2;
    for (int64_t i = 0; i < 2 * ENGINE_CHUNK; i++)
        if (fabsf(x[i]) > INAUDIBLE) return false;
    return true;
}

static bool play(Engine *e, int64_t length, const Run *run, Err *err)
{
    int64_t chunks = (e->out->frames + ENGINE_CHUNK - 1) / ENGINE_CHUNK + 2;
    for (e->chunk = 0; e->chunk < chunks; e->chunk++) {
        int64_t at = e->chunk * ENGINE_CHUNK;
        for (int i = 0; i < e->ntracks; i++) engine_track_hand_over(&e->track[i]);
        parallel_for(run, NULL, e->ntracks + 1 + BUS_COUNT, work, e);
        if (run_stopped(run)) return err_set(err, "interrupted");
        engine_bus_mix(&e->bus, e->out, e->chunk - 1);
        run_progress(run, "rendering", at < length ? at : length, length);
        if (at > length + 3 * ENGINE_CHUNK && is_over(e)) {
            e->out->frames = (e->chunk - 2) * ENGINE_CHUNK;
            e->chunk++;
            break;
        }
    }
    int64_t last = (e->out->frames + ENGINE_CHUNK - 1) / ENGINE_CHUNK;
    for (int64_t k = e->chunk - 3; k < last; k++) engine_bus_polish(&e->bus, e->out, k);
    return true;
}

bool engine_render(const Score *s, const EngineOpts *opts, AudioBuf *out, const Run *run, Err *err)
{
    EngineOpts o = *opts;
    Engine e = {.out = out};
    *out = (AudioBuf){0};
    if (o.rate == 0) o.rate = 44100;
    if (!(o.max_tail > 0)) o.max_tail = DEFAULT_TAIL;
    if (!check(s, &o, err)) return false;
    double bpm = s->ntempos > 0 ? s->tempo[0].bpm : 120;
    int64_t length = llround(score_seconds(s, s->length) * o.rate);
    instrument_env_init(&e.env, o.rate, bpm, o.noise, o.nnoise);
    open_tracks(&e, s, &o);
    order_tracks(&e);
    engine_bus_open(&e.bus, &o, bpm, e.track, e.ntracks);
    audio_init(out, o.rate, 2, length + (int64_t)(o.max_tail * o.rate));
    bool ok = play(&e, length, run, err);
    if (ok)
        tail_trim(out, length);
    else
        audio_free(out);
    for (int i = 0; i < e.ntracks; i++) engine_track_close(&e.track[i]);
    free(e.track);
    free(e.order);
    engine_bus_close(&e.bus);
    instrument_env_free(&e.env);
    return ok;
}
