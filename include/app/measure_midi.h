/* measure_midi.h: what a meter says of a MIDI file: how long, how many notes, how varied, which
 * key.
 *
 * A part is a track's notes on one channel. Notes last from note-on to note-off, whatever a pedal
 * does. Drums (channel 10) count in numbers, velocities, polyphony and gaps, not in pitches. */
#ifndef APP_MEASURE_MIDI_H
#define APP_MEASURE_MIDI_H

#include <stdbool.h>

#include "app/measure_music.h"
#include "base/json.h"
#include "base/str.h"
#include "midi/song.h"
#include "music/keyfind.h"

typedef struct MidiPart {
    char name[64];
    int track, channel;   /* 0-based; -1 for the whole */
    int program;          /* of the first note, 0-based; -1 for the whole */
    bool drum;
    int notes;
    int pitches;          /* distinct keys */
    int low, high;        /* keys, -1 = none */
    int velocities, durations; /* distinct; durations in ticks */
    int max_polyphony;
    double mean_polyphony;  /* over the time in which something sounds */
    double mean_velocity;   /* 1..127 */
    double entropy;         /* bits, of pitch classes by number of notes; NaN without pitches */
    double seconds;         /* first note-on to last note-off; for the whole, the file's length */
    double density;         /* notes a second of that time */
    double longest_gap;     /* seconds in which no note sounds, within that time */
    KeyFind key;            /* by duration */
    double in_key_time, in_key_notes; /* share within the scale of key, NaN without pitches */
} MidiPart;

typedef struct MidiMeasure {
    int format, division, smpte;
    double seconds;
    int bars;              /* 0 in SMPTE time */
    int ntempos, nmeters;  /* how many in the file */
    double bpm, bpm_min, bpm_max; /* quarter notes a minute; bpm at the start */
    int meter_num, meter_den;     /* at the start */
    MidiPart all;
    MidiPart *part; /* [nparts] by track, then channel */
    int nparts, cap_parts;
    MidiMusic music;
    char **warning; /* [nwarnings] the reader's; not owned: they live as long as the song */
    int nwarnings;
} MidiMeasure;

/* The caller frees *m with measure_midi_free() before the song. */
void measure_midi(MidiMeasure *m, const MidiSong *song);
void measure_midi_free(MidiMeasure *m);
/* A few lines, an aligned table and what measure_music_text() has, headed by `file`. */
void measure_midi_text(const MidiMeasure *m, const char *file, Str *out);
/* One object, at the top or within what j has begun: "file", "kind": "midi", the whole's numbers,
 * "tracks": [{...}], what measure_music_json() has, "warnings". */
void measure_midi_json(const MidiMeasure *m, const char *file, JsonOut *j);

#endif
