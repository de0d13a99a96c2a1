/* atmos_show.h: what the screen of a concert shows. */
#ifndef ATMOS_SHOW_H
#define ATMOS_SHOW_H

#include "app/atmos_analyse.h"
#include "app/concert.h"
#include "text_flow.h"
#include "tty.h"

typedef enum ShowState { SHOW_PLAYING, SHOW_PAUSED, SHOW_WAITING, SHOW_ENDED } ShowState;

/* One moment of a concert. */
typedef struct Show {
    Tty *tty;
    Concert *concert;
    const char *sound;   /* "sound", "no sound device: clock only" ... */
    const char *note;    /* the last thing that was said; "" = nothing */
    ContourRange range[4]; /* lufs_raw, lufs, velocity, temp of the song */
    double at, length;   /* seconds */
    ShowState state;
    int count;           /* tokens that there are */
    int shown;           /* of them, up to this moment */
    const char **piece;  /* [1 + cap] the prompt and the tokens' texts */
    int cap;
    Flow flow;
} Show;

/* Ranges of the song. */
void show_measure(Show *s);
/* Draws it all. */
void show_draw(Show *s);
void show_free(Show *s);

#endif
