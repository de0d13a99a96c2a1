/* bank_take.h: one note of one instrument, recorded, levelled and looped for a SoundFont. */
#ifndef APP_BANK_TAKE_H
#define APP_BANK_TAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "synth/instrument.h"

typedef enum TakeHow {
    TAKE_ONCE, /* to its end */
    TAKE_LOOP, /* held: the loop goes on until the note is let go */
    TAKE_FALL, /* dying away: the loop is made level, the envelope does the dying */
    TAKE_SAW,  /* one period of the waveform, by its harmonics: raw matter for the filter */
    TAKE_SQUARE
} TakeHow;

typedef struct TakeSpec {
    TakeHow how;
    const Instrument *instrument; /* not for TAKE_SAW, TAKE_SQUARE */
    int key;
    double vel;          /* 0..1 */
    double start;        /* seconds before the loop; of TAKE_ONCE the most that is kept */
    double loop;         /* seconds of loop, about */
    double level_db;     /* RMS of the loudest 50 ms that is aimed at, dBFS; 0 = as it is */
    int64_t noise_at;    /* where in the noise it begins */
} TakeSpec;

typedef struct Take {
    int16_t *pcm; /* [n] */
    int64_t n, loop, loop_end; /* frames; no loop: 0 */
    int cents;    /* to add to bring it in tune */
    double fall;  /* dB a second within the loop, >= 0 (TAKE_FALL) */
    double pan;   /* -1..1 */
} Take;

void take_record(Take *t, const TakeSpec *spec, const InstrumentEnv *env);
void take_free(Take *t);

#endif
