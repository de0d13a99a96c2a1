/* engine_bus.c: see engine_bus.h. The style of a genre is one row: how large its room is, how its
 * echoes fall, whether its bus is compressed in bands. */
#include "engine_bus.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audio/reverb.h"
#include "base/mem.h"

typedef struct BusStyle {
    const char *name;
    double room, treble;    /* RT60, seconds; over 2 kHz relative to that */
    double beats, feedback; /* of the delay */
    double gain_db;         /* of the whole */
    bool polish;            /* compressed in bands ... */
    double ease_db;         /* ... whose thresholds lie this much higher */
} BusStyle;

static const BusStyle STYLE[] = {
    {"", 1.8, 0.6, 0.75, 0.40, -6, false, 0},
    {"house", 1.5, 0.55, 0.75, 0.45, -6, true, 5},
    {"acid", 1.3, 0.55, 0.75, 0.50, -6, true, 5},
    {"opera", 2.4, 0.55, 1, 0.2, -6, false, 0},
    {"dna", 2.8, 0.5, 1, 0.35, -6, false, 0},
    {"operatic", 3.0, 0.5, 1, 0.3, -6, false, 0},
};

static const BusStyle *find_style(const char *name)
{
    for (size_t i = 1; name && i < sizeof STYLE / sizeof *STYLE; i++)
        if (strcmp(STYLE[i].name, name) == 0) return &STYLE[i];
    return &STYLE[0];
}

static void open_reverb(EngineBus *b, const EngineOpts *o, const BusStyle *style)
{
    int64_t frames;
    RoomOpts room = {.rate = o->rate,
                     .seconds = o->room > 0 ? o->room : style->room,
                     .treble = style->treble,
                     .predelay = 0.012,
                     .noise = o->noise,
                     .nnoise = o->nnoise};
    float *response = room_response(&room, &frames);
    convolver_init(&b->reverb, response, frames, ENGINE_CHUNK);
    free(response);
}

void engine_bus_open(EngineBus *b, const EngineOpts *o, double bpm, const EngineTrack *track,
                     int ntracks)
{
    const BusStyle *style = find_style(o->style);
    *b = (EngineBus){.polish = style->polish && !o->dry,
                     .gain = (float)pow(10, style->gain_db / 20)};
    b->used[BUS_MIX] = true;
    for (int i = 0; i < ntracks; i++)
        for (int k = 0; k < TRACK_SENDS && !o->dry; k++)
            b->used[k] = b->used[k] || track[i].now.sent[k];
    for (int k = 0; k < BUS_COUNT; k++)
        if (b->used[k]) b->sum[k] = mem_alloc(ENGINE_CHUNK, 2 * sizeof **b->sum);
    if (b->used[SEND_REVERB]) open_reverb(b, o, style);
    if (b->used[SEND_CHORUS]) chorus_init(&b->chorus, o->rate, &(ChorusOpts){.mix = 1});
    PingPongOpts delay = {.bpm = bpm, .beats = style->beats, .feedback = style->feedback, .mix = 1};
    if (b->used[SEND_DELAY]) pingpong_init(&b->delay, o->rate, &delay);
    MultibandOpts bands = multiband_defaults();
    for (int k = 0; k < BANDS; k++) bands.band[k].threshold_db += style->ease_db;
    if (b->polish) multiband_init(&b->multiband, o->rate, &bands);
}

void engine_bus_close(EngineBus *b)
{
    if (b->used[SEND_REVERB]) convolver_free(&b->reverb);
    if (b->used[SEND_CHORUS]) chorus_free(&b->chorus);
    if (b->used[SEND_DELAY]) pingpong_free(&b->delay);
    for (int k = 0; k < BUS_COUNT; k++) free(b->sum[k]);
    *b = (EngineBus){0};
}

void engine_bus_run(EngineBus *b, int which, const EngineTrack *track, int ntracks)
{
    if (!b->used[which]) return;
    float *left = b->sum[which], *right = left + ENGINE_CHUNK;
    memset(left, 0, ENGINE_CHUNK * 2 * sizeof *left);
    for (int i = 0; i < ntracks; i++) {
        const TrackOut *done = &track[i].done;
        const float *x = which == BUS_MIX ? done->mix : done->sent[which];
        if (!x || !done->sounds) continue;
        for (int k = 0; k < 2 * ENGINE_CHUNK; k++) left[k] += x[k];
    }
    if (which == SEND_REVERB) convolver_run(&b->reverb, left, right, ENGINE_CHUNK);
    if (which == SEND_CHORUS) chorus_run(&b->chorus, left, right, ENGINE_CHUNK);
    if (which == SEND_DELAY) pingpong_run(&b->delay, left, right, ENGINE_CHUNK);
}

/* Adds a chunk of a bus from frame `at` of out on, as far as out goes. */
static void add(const EngineBus *b, int which, AudioBuf *out, int64_t at)
{
    if (!b->used[which] || at < 0) return;
    const float *left = b->sum[which], *right = left + ENGINE_CHUNK;
    int64_t n = out->frames - at < ENGINE_CHUNK ? out->frames - at : ENGINE_CHUNK;
    float *y = out->x + at * 2;
    for (int64_t i = 0; i < n; i++) {
        y[2 * i] += b->gain * left[i];
        y[2 * i + 1] += b->gain * right[i];
    }
}

void engine_bus_mix(const EngineBus *b, AudioBuf *out, int64_t k)
{
    add(b, BUS_MIX, out, k * ENGINE_CHUNK);
    add(b, SEND_CHORUS, out, k * ENGINE_CHUNK);
    add(b, SEND_DELAY, out, k * ENGINE_CHUNK);
    add(b, SEND_REVERB, out, (k - 1) * ENGINE_CHUNK);
}

void engine_bus_polish(EngineBus *b, AudioBuf *out, int64_t k)
{
    enum { PIECE = 256 };
    float left[PIECE], right[PIECE];
    if (!b->polish || k < 0) return;
    int64_t end = (k + 1) * ENGINE_CHUNK < out->frames ? (k + 1) * ENGINE_CHUNK : out->frames;
    for (int64_t at = k * ENGINE_CHUNK; at < end; at += PIECE) {
        int n = end - at < PIECE ? (int)(end - at) : PIECE;
        float *x = out->x + at * 2;
        for (int i = 0; i < n; i++) {
            left[i] = x[2 * i];
            right[i] = x[2 * i + 1];
        }
        multiband_run(&b->multiband, left, right, n);
        for (int i = 0; i < n; i++) {
            x[2 * i] = left[i];
            x[2 * i + 1] = right[i];
        }
    }
}
