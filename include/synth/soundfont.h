/* soundfont.h: playing MIDI with a SoundFont, offline, through libfluidsynth. */
#ifndef SYNTH_SOUNDFONT_H
#define SYNTH_SOUNDFONT_H

#include "audio/buf.h"
#include "base/err.h"
#include "base/run.h"
#include "midi/song.h"

typedef struct SoundFontOpts {
    const char *font; /* path of an .sf2 or .sf3 */
    int rate;         /* Hz, 44100 by default */
    double gain;      /* linear, 0 = default */
    double max_tail;  /* seconds of natural release kept at most, 6 by default */
    bool dry;         /* no reverb or chorus of the synthesizer's own */
} SoundFontOpts;

/* Renders the whole song, first event to the end of the natural release (cut where it has decayed
 * below -66 dB of the peak, with a short fade). out is the caller's to free. Bytes do not depend on
 * run->threads. */
bool soundfont_render(const MidiSong *song, const SoundFontOpts *opts, AudioBuf *out,
                      const Run *run, Err *err);

/* The SoundFont to use: `asked` (a path or a name in the usual folders) or, when NULL,
 * LLMSONIFY_SOUNDFONT, soundfonts/ beside the binary or installed, the system's. A new string, or
 * NULL with the package to install in err. */
char *soundfont_find(const char *asked, Err *err);
/* True when `asked` or LLMSONIFY_SOUNDFONT names one: that it is not there is an error then. */
bool soundfont_named(const char *asked);

#endif
