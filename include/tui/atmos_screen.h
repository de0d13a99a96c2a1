/* atmos_screen.h: a concert on the terminal: the text in step with the sound, the song's curves,
 * keys to stop, seek and begin anew. */
#ifndef TUI_ATMOS_SCREEN_H
#define TUI_ATMOS_SCREEN_H

#include "app/concert.h"

typedef struct ScreenJob {
    Concert *concert; /* open; it writes while it is shown */
    bool audio;       /* play the song; without a device a clock of the same speed */
    Say say;          /* for what was said meanwhile, when the screen is given back */
} ScreenJob;

/* True when standard input and output are a terminal that can be drawn on. */
bool atmos_screen_usable(void);
/* Until the user has had enough. False when the text or its saving failed. */
bool atmos_screen(const ScreenJob *job, const Run *run, Err *err);

#endif
