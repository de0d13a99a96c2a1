/* render.h: any MIDI file to a finished audio file. */
#ifndef APP_RENDER_H
#define APP_RENDER_H

#include <stdbool.h>

#include "app/sound.h"

typedef struct RenderJob {
    const char *input;  /* a MIDI file, "-" = standard input */
    const char *output; /* NULL = the input's name with the format's ending, here */
    const char *format; /* "wav" ...; NULL = by the output's ending, else wav */
    bool clobber;
    SoundJob sound;
    Say say;
} RenderJob;

/* False when the job contradicts itself: a usage error. */
bool render_check(const RenderJob *job, Err *err);
bool render_file(const RenderJob *job, const Run *run, Err *err);

#endif
