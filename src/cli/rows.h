/* rows.h: option rows that several commands share, with their structs and defaults. */
#ifndef CLI_ROWS_H
#define CLI_ROWS_H

#include "app/plot.h"
#include "app/sound.h"
#include "base/opt.h"
#include "genre/genre.h"

typedef struct ModelRows {
    OptList model;
} ModelRows;

typedef struct MusicRows {
    OptList genre;
    GenreOpts opts;
    int acid_cc; /* MidiDialect */
} MusicRows;
#define MUSIC_DEFAULTS {.opts = {.root = -1, .mode = -1}}

/* For commands that make pieces; MIDI files are always rendered with a SoundFont. */
typedef struct EngineRows {
    int engine; /* SoundEngine */
} EngineRows;

typedef struct SoundRows {
    const char *soundfont;
    int rate, bits; /* bits: index into 16, 24, 32 */
    double loudness, peak, saturate;
    bool raw;
} SoundRows;
#define SOUND_DEFAULTS {.rate = 44100, .bits = 0, .loudness = -14, .peak = -1}

extern const Opt rows_model[1], rows_music[7], rows_sound[7], rows_engine[1];
extern const Opt rows_plot[2]; /* of a PlotJob */

/* A table of rows placed at the offset `where` of a command's struct. */
#define GROUP_OF(table, where, heading)                                                            \
    {.title = heading, .opt = table, .n = sizeof table / sizeof table[0], .at = where}

SoundJob rows_sound_job(const SoundRows *r);

#endif
