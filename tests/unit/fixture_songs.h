/* fixture_songs.h: the songs of tests/oracle/atmos_oracle.py, made anew: whole numbers under a
 * triangle wave, the same to the last bit. */
#ifndef FIXTURE_SONGS_H
#define FIXTURE_SONGS_H

#include <stdint.h>
#include <string.h>

#include "audio/buf.h"

static inline int64_t song_ramp(int64_t i, int64_t n)
{
    return 32000 * i / n;
}

static inline int64_t song_pulses(int64_t i, int64_t n)
{
    (void)n;
    return i % 38400 < 14400 ? 3000 * (i / 38400 + 1) : 1;
}

static inline int64_t song_silence(int64_t i, int64_t n)
{
    (void)i;
    (void)n;
    return 0;
}

typedef struct SongRule {
    const char *name;
    int64_t (*envelope)(int64_t i, int64_t n);
    int rate, channels, seconds, quarter; /* quarter: frames in one of the triangle */
} SongRule;

static const SongRule SONG_RULE[] = {{"ramp", song_ramp, 44100, 2, 6, 20},
                                     {"pulses", song_pulses, 48000, 1, 7, 12},
                                     {"silence", song_silence, 32000, 2, 2, 10}};
enum { SONG_RULES = sizeof SONG_RULE / sizeof SONG_RULE[0] };

static inline void song_make(AudioBuf *a, const SongRule *r)
{
    int64_t n = (int64_t)r->rate * r->seconds, q = r->quarter;
    audio_init(a, r->rate, r->channels, n);
    for (int64_t i = 0; i < n; i++) {
        int64_t at = i % (4 * q), amp = r->envelope(i, n);
        int64_t tri = at < q ? at : at < 3 * q ? 2 * q - at : at - 4 * q;
        float x = (float)(amp * (tri + q) / q - amp) / 32768.0f;
        for (int c = 0; c < r->channels; c++) a->x[i * r->channels + c] = x;
    }
}

static inline const SongRule *song_rule(const char *name)
{
    for (int i = 0; i < SONG_RULES; i++)
        if (strcmp(SONG_RULE[i].name, name) == 0) return &SONG_RULE[i];
    return NULL;
}

#endif
