/* sf2_write.h: makes SoundFont banks, format 2.04.
 *
 * A bank is built from the bottom up: samples; instruments, whose zones name samples; presets,
 * whose zones name instruments. The same calls give the same bytes: no date in them. */
#ifndef SYNTH_SF2_WRITE_H
#define SYNTH_SF2_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

/* Generators (SoundFont 2.04, section 8.1.2) that we use. Times are in timecents: sf2_timecents. */
enum {
    SF2_MOD_LFO_TO_PITCH = 5, SF2_VIB_LFO_TO_PITCH = 6, SF2_MOD_ENV_TO_PITCH = 7,
    SF2_FILTER_FC = 8,         /* absolute cents: sf2_abscents; 13500 = open */
    SF2_FILTER_Q = 9,          /* centibels */
    SF2_MOD_ENV_TO_FILTER = 11, /* cents */
    SF2_CHORUS_SEND = 15, SF2_REVERB_SEND = 16, /* tenths of a per cent */
    SF2_PAN = 17,              /* tenths of a per cent, -500..500 */
    SF2_VIB_LFO_DELAY = 23, SF2_VIB_LFO_FREQ = 24,
    SF2_MOD_ENV_ATTACK = 26, SF2_MOD_ENV_HOLD = 27, SF2_MOD_ENV_DECAY = 28,
    SF2_MOD_ENV_SUSTAIN = 29,  /* tenths of a per cent down: 1000 = nothing */
    SF2_MOD_ENV_RELEASE = 30,
    SF2_VOL_ENV_ATTACK = 34, SF2_VOL_ENV_HOLD = 35, SF2_VOL_ENV_DECAY = 36,
    SF2_VOL_ENV_SUSTAIN = 37,  /* centibels down: 1000 = silence */
    SF2_VOL_ENV_RELEASE = 38,
    SF2_ATTENUATION = 48,      /* centibels */
    SF2_COARSE_TUNE = 51, SF2_FINE_TUNE = 52, /* semitones, cents */
    SF2_SAMPLE_MODES = 54,     /* 0 once, 1 loop, 3 loop until released */
    SF2_SCALE_TUNING = 56,     /* cents a key */
    SF2_EXCLUSIVE_CLASS = 57
};

/* Sources of modulators (8.2): a controller, linear, -1..1 about its middle or 0..1. */
enum { SF2_FROM_CC_BIPOLAR = 0x280, SF2_FROM_CC = 0x80, SF2_FROM_VELOCITY = 2 };

typedef struct Sf2Sample {
    const char *name;      /* at most 20 characters count */
    const int16_t *x;      /* [n] */
    int64_t n;
    int64_t loop, loop_end; /* frames; the loop is [loop, loop_end); both 0 = none */
    int rate;              /* Hz */
    int key, cents;        /* the MIDI key that it sounds when played as it is, and how many cents
                              to add to bring it in tune, -50..50 */
} Sf2Sample;

typedef struct Sf2Zone {
    int key_lo, key_hi, vel_lo, vel_hi; /* inclusive, 0..127 */
    int link;  /* the sample, or in a preset the instrument; -1 = a global zone (the first one) */
} Sf2Zone;

typedef struct Sf2Bank Sf2Bank;

Sf2Bank *sf2_open(const char *name, const char *copyright, const char *comment);
void sf2_close(Sf2Bank *b); /* NULL is fine */
/* The new sample's index. x is copied. */
int sf2_add_sample(Sf2Bank *b, const Sf2Sample *s);
/* Begin an instrument or preset; zones go to the newest. The index. */
int sf2_add_instrument(Sf2Bank *b, const char *name);
int sf2_add_preset(Sf2Bank *b, const char *name, int bank, int program);
void sf2_add_inst_zone(Sf2Bank *b, const Sf2Zone *z);
void sf2_add_preset_zone(Sf2Bank *b, const Sf2Zone *z);
/* A generator or modulator of the newest zone of the newest instrument. */
void sf2_gen(Sf2Bank *b, int generator, int amount);
void sf2_mod(Sf2Bank *b, int source, int generator, int amount);
/* 1200 log2 of seconds, within the format's -12000..8000. */
int sf2_timecents(double seconds);
/* Cents above 8.176 Hz. */
int sf2_abscents(double hz);

/* The whole file, appended to out. Presets are put in order of bank and program. False when a zone
 * links to nothing, an instrument or preset is empty, two presets share a place, or a loop is
 * outside its sample. */
bool sf2_put(const Sf2Bank *b, Str *out, Err *err);

#endif
