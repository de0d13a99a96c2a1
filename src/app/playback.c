/* playback.c: see app/playback.h. The only file that includes portaudio.h. The device's thread
 * reads atomics and samples and waits for nothing. What ALSA prints on standard error while devices
 * are looked for is kept from the screen. */
#include "app/playback.h"

#include <fcntl.h>
#include <portaudio.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

struct Playback {
    PaStream *stream;
    int rate, channels;
    double latency;   /* seconds */
    const float *x;   /* [frames, channels]; of a queue a ring */
    int64_t frames;
    float *ring;      /* NULL: a buffer is played */
    _Atomic int64_t at, put; /* frames played; of a queue: put in */
    _Atomic bool on;
};

static int on_device(const void *in, void *out, unsigned long n,
                     const PaStreamCallbackTimeInfo *time, PaStreamCallbackFlags flags, void *ud)
{
    Playback *p = ud;
    float *y = out;
    int64_t at = atomic_load(&p->at), end = p->ring ? atomic_load(&p->put) : p->frames;
    int64_t left = atomic_load(&p->on) && at < end ? end - at : 0;
    int64_t take = left < (int64_t)n ? left : (int64_t)n;
    (void)in, (void)time, (void)flags;
    for (int64_t i = 0; i < take; i++) {
        int64_t from = p->ring ? (at + i) % p->frames : at + i;
        memcpy(y + i * p->channels, p->x + from * p->channels,
               (size_t)p->channels * sizeof *y);
    }
    memset(y + take * p->channels, 0, ((size_t)n - (size_t)take) * (size_t)p->channels * sizeof *y);
    /* a seek meanwhile wins */
    atomic_compare_exchange_strong(&p->at, &at, at + take);
    return paContinue;
}

/* Pa_Initialize with standard error closed; false when there is nothing to play on. */
static bool start_library(Err *err)
{
    int null = open("/dev/null", O_WRONLY), kept = dup(STDERR_FILENO);
    if (null >= 0) dup2(null, STDERR_FILENO);
    PaError rc = Pa_Initialize();
    bool found = rc == paNoError && Pa_GetDefaultOutputDevice() != paNoDevice;
    if (kept >= 0) dup2(kept, STDERR_FILENO);
    if (null >= 0) close(null);
    if (kept >= 0) close(kept);
    if (found) return true;
    if (rc == paNoError) Pa_Terminate();
    return err_set(err, "no sound device%s%s", rc == paNoError ? "" : ": ",
                   rc == paNoError ? "" : Pa_GetErrorText(rc));
}

static bool start_stream(Playback *p, Err *err)
{
    PaError rc = Pa_OpenDefaultStream(&p->stream, 0, p->channels, paFloat32, p->rate,
                                      paFramesPerBufferUnspecified, on_device, p);
    if (rc == paNoError) rc = Pa_StartStream(p->stream);
    if (rc != paNoError) return err_set(err, "no sound: %s", Pa_GetErrorText(rc));
    const PaStreamInfo *info = Pa_GetStreamInfo(p->stream);
    p->latency = info ? info->outputLatency : 0;
    return true;
}

static Playback *open_playback(const Playback *like, Err *err)
{
    if (!start_library(err)) {
        free(like->ring);
        return NULL;
    }
    Playback *p = mem_alloc(1, sizeof *p);
    p->rate = like->rate;
    p->channels = like->channels;
    p->x = like->x;
    p->ring = like->ring;
    p->frames = like->frames;
    if (start_stream(p, err)) return p;
    playback_close(p);
    return NULL;
}

Playback *playback_open(const AudioBuf *a, Err *err)
{
    return open_playback(&(Playback){.rate = a->rate, .channels = a->channels, .x = a->x,
                                     .frames = a->frames}, err);
}

Playback *playback_open_queue(int rate, int channels, double seconds, Err *err)
{
    Playback like = {.rate = rate, .channels = channels, .frames = (int64_t)(seconds * rate) + 1};
    like.ring = mem_alloc(like.frames * channels, sizeof *like.ring);
    like.x = like.ring;
    return open_playback(&like, err);
}

void playback_close(Playback *p)
{
    if (!p) return;
    if (p->stream) Pa_CloseStream(p->stream);
    Pa_Terminate();
    free(p->ring);
    free(p);
}

void playback_run(Playback *p, bool on)
{
    atomic_store(&p->on, on);
}

void playback_seek(Playback *p, double seconds)
{
    int64_t at = (int64_t)(seconds * p->rate);
    atomic_store(&p->at, at < 0 ? 0 : at > p->frames ? p->frames : at);
}

double playback_at(const Playback *p)
{
    int64_t frames = atomic_load(&p->at);
    double at = (double)frames / p->rate - p->latency;
    if (!p->ring && frames >= p->frames) return (double)frames / p->rate;
    return at > 0 ? at : 0;
}

int64_t playback_waiting(const Playback *p)
{
    return atomic_load(&p->put) - atomic_load(&p->at);
}

int64_t playback_put(Playback *p, const float *x, int64_t n)
{
    int64_t put = atomic_load(&p->put), room = p->frames - playback_waiting(p);
    if (n > room) n = room;
    for (int64_t i = 0; i < n; i++)
        memcpy(p->ring + (put + i) % p->frames * p->channels, x + i * p->channels,
               (size_t)p->channels * sizeof *x);
    atomic_store(&p->put, put + n);
    return n;
}
