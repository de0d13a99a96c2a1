/* drum_sound.h: the recipe of a drum: what rings, what hisses, for how long. */
#ifndef SYNTH_DRUM_SOUND_H
#define SYNTH_DRUM_SOUND_H

#include <stdint.h>

/* Times are seconds to 1/e; frequencies Hz; levels linear. */
typedef struct DrumSound {
    uint8_t key[4];           /* General MIDI keys that sound it, 0 = no more */
    uint8_t group;            /* sounds of one group cut each other off; 0 = none */
    uint8_t bursts;           /* the noise begins so many times more (a clap's hands) */
    float level, pan, drive;  /* drive: soft clipping, 0 = none */
    float hz, sweep, sweep_s; /* tone: from hz (1 + sweep) down to hz */
    float tone, tone_s;
    float hz2, tone2, tone2_s;      /* a second partial */
    float noise, noise_s, lo, hi;   /* weights between lo and hi */
    float metal, metal_s, metal_hz; /* two inharmonic pairs round metal_hz */
} DrumSound;

/* The sound of a key, or of the nearest key that has one. */
const DrumSound *drum_sound(int key);

#endif
