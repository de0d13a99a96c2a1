/* sound.h: from a MIDI song or a mix to a finished audio file: SoundFont, mastering, file, measure.
 */
#ifndef APP_SOUND_H
#define APP_SOUND_H

#include <stdbool.h>

#include "app/say.h"
#include "audio/loudness.h"
#include "audio/master.h"
#include "audio/sndfile_io.h"
#include "base/err.h"
#include "base/run.h"
#include "midi/song.h"

/* AUTO: as the piece likes it best; a SoundFont when one is named. */
typedef enum SoundEngine { ENGINE_AUTO, ENGINE_SOUNDFONT, ENGINE_NATIVE } SoundEngine;

typedef struct SoundJob {
    int engine;         /* SoundEngine; rendering MIDI always takes a SoundFont */
    const char *font;   /* path or name; NULL = find one */
    int rate;           /* Hz */
    int bits;           /* AudioBits */
    double lufs, peak;  /* LUFS, dBTP */
    double saturate;    /* dB, 0 = not */
    bool raw;           /* no mastering */
    const char *style;  /* equaliser: a genre's name */
    const char *format; /* when the path is "-" or a device; otherwise NULL */
    double longest;     /* seconds of score: what is longer is refused, unrendered; 0 = any */
} SoundJob;

/* song -> mix, with a SoundFont. a is the caller's to free. */
bool sound_play_midi(AudioBuf *a, const MidiSong *song, const SoundJob *job, const Say *report,
                     const Run *run, Err *err);
/* mix -> path: mastering in place, file, report. */
bool sound_finish(AudioBuf *a, const SoundJob *job, const char *path, const char *shown,
                  const AudioTags *tags, const Say *report, const Run *run, Err *err);
/* The same in three steps: mastering in place for the file that `shown` names, what it became to
 * *done; its bytes; the report. */
bool sound_master(AudioBuf *a, const SoundJob *job, const char *shown, MasterDone *done,
                  const Run *run, Err *err);
bool sound_encode(const AudioBuf *a, const SoundJob *job, const char *shown, const AudioTags *tags,
                  Str *out, Err *err);
void sound_report(const AudioBuf *a, const SoundJob *job, const MasterDone *done, const char *shown,
                  const Say *report);
/* Both: song -> path. Reports length, loudness and peak through `report` unless it is NULL or its
 * line is NULL; `shown` is the name to report (path may be a staging name). */
bool sound_make(const MidiSong *song, const SoundJob *job, const char *path, const char *shown,
                const AudioTags *tags, const Say *report, const Run *run, Err *err);

#endif
