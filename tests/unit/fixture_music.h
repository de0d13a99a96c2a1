/* fixture_music.h: a made-up corpus: songs of one track whose notes follow a pattern of the song's
 * own, denser and richer in pitches from song to song; song i + 12 is song i, louder. And
 * made-up models beside it. */
#ifndef FIXTURE_MUSIC_H
#define FIXTURE_MUSIC_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture_features.h"
#include "learn/jepa_data.h"

enum { SONG_NOTES = 320, SONG_WINDOWS = (SONG_NOTES - WINDOW_NOTES) / WINDOW_STRIDE + 1 };

static inline void song_notes(CorpusNote *note, int song)
{
    static const int SCALE[] = {0, 2, 4, 5, 7, 9, 11};
    float louder = 0.05f * (float)(song / 12);
    song %= 12;
    float step = 0.25f * (float)(1 + song % 4);
    for (int i = 0; i < SONG_NOTES; i++) {
        int degree = (i * (1 + song % 5) + i / 16 * (song % 3)) % (2 + song % 6);
        note[i] = (CorpusNote){.at = step * (float)i,
                               .dur = step * (song % 2 ? 1 : 0.5f),
                               .velocity = 0.4f + louder + 0.05f * (float)(i % 8),
                               .key = (uint8_t)(60 + SCALE[degree % 7]),
                               .step = (uint8_t)((int)(4 * step * (float)i) % BAR_STEPS)};
    }
}

static inline void fixture_music(Corpus *c, int songs)
{
    *c = (Corpus){.file = mem_alloc(songs, sizeof *c->file),
                  .nfiles = songs,
                  .note = mem_alloc((int64_t)songs * SONG_NOTES, sizeof *c->note),
                  .nnotes = (int64_t)songs * SONG_NOTES,
                  .window = mem_alloc((int64_t)songs * SONG_WINDOWS, sizeof *c->window),
                  .nwindows = songs * SONG_WINDOWS};
    for (int s = 0; s < songs; s++) {
        char path[32];
        snprintf(path, sizeof path, "song%02d.mid", s);
        c->file[s] = (CorpusFile){.path = mem_strdup(path), .bpm = 120, .notes = SONG_NOTES};
        song_notes(c->note + (int64_t)s * SONG_NOTES, s);
        for (int w = 0; w < SONG_WINDOWS; w++) {
            int kind = s % 12, follows = w + WINDOW_NOTES / WINDOW_STRIDE, at = s * SONG_WINDOWS;
            c->window[at + w] =
                (MusicWindow){.file = s,
                              .first = (int64_t)s * SONG_NOTES + w * WINDOW_STRIDE,
                              .next = follows < SONG_WINDOWS ? at + follows : -1,
                              .density = 16.0f / (float)(1 + kind % 4),
                              .legato = kind % 2 ? 1 : 0.5f,
                              .entropy_pitch = 0.5f * (float)(2 + kind % 6) + 0.001f * (float)w,
                              .entropy_interval = 0.7f * (float)(1 + kind % 5)};
        }
    }
}

/* Models of 3, 4, 5, ... layers. */
static inline void fixture_layer_set(LayerSet *s, int models, unsigned salt)
{
    Err err;
    *s = (LayerSet){0};
    for (int m = 0; m < models; m++) {
        FeatureSet fs = {.id = 0};
        fixture_features(&fs, (FixtureOpts){.nl = 3 + m, .salt = salt + (unsigned)m});
        if (!layer_set_add(s, &fs, &err)) abort();
        feat_free(&fs);
    }
}

#endif
