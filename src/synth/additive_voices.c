/* additive_voices.c: what is made of harmonics: four singers, bowed strings, winds, and an organ.
 *
 * The singers' formants are those of the vowel "a" in the tables printed with Csound's manual
 * (soprano, alto, countertenor and bass in it; the mezzo between soprano and alto); those of the
 * strings and winds are rounded from the usual textbooks of acoustics (Fletcher and Rossing). */
#include "additive.h"

/* Seven drawbars on harmonics 1 2 3 4 6 8 10: the foundation of the dna prologue. */
static const float ORGAN_BARS[] = {1, 0.7f, 0.45f, 0.35f, 0, 0.22f, 0, 0.16f, 0, 0.08f};

static const AdditiveSound SOPRANO = {.slope = 0.9,
                                      .even = 1,
                                      .floor = 0.12,
                                      .formant = {{800, 80, 1},
                                                  {1150, 90, 0.5},
                                                  {2900, 120, 0.025},
                                                  {3900, 130, 0.1},
                                                  {4950, 140, 0.003}},
                                      .players = 1,
                                      .vibrato_hz = 5.6,
                                      .vibrato = 0.32,
                                      .vibrato_after = 0.5,
                                      .breath = 0.015,
                                      .breath_hz = 2900,
                                      .swell = 0.08,
                                      .amp = {0.09, 0.3, 0.85, 0.25},
                                      .glide = 0.06,
                                      .level = 0.42};
static const AdditiveSound MEZZO = {.slope = 0.95,
                                    .even = 1,
                                    .floor = 0.12,
                                    .formant = {{800, 80, 1},
                                                {1150, 90, 0.6},
                                                {2850, 120, 0.06},
                                                {3700, 130, 0.06},
                                                {4950, 140, 0.002}},
                                    .players = 1,
                                    .vibrato_hz = 5.3,
                                    .vibrato = 0.30,
                                    .vibrato_after = 0.5,
                                    .breath = 0.015,
                                    .breath_hz = 2850,
                                    .swell = 0.08,
                                    .amp = {0.1, 0.3, 0.85, 0.28},
                                    .glide = 0.06,
                                    .level = 0.42};
static const AdditiveSound ALTO = {.slope = 1.0,
                                   .even = 1,
                                   .floor = 0.12,
                                   .formant = {{800, 80, 1},
                                               {1150, 90, 0.63},
                                               {2800, 120, 0.1},
                                               {3500, 130, 0.016},
                                               {4950, 140, 0.001}},
                                   .players = 1,
                                   .vibrato_hz = 5.1,
                                   .vibrato = 0.28,
                                   .vibrato_after = 0.55,
                                   .breath = 0.015,
                                   .breath_hz = 2800,
                                   .swell = 0.09,
                                   .amp = {0.1, 0.3, 0.85, 0.3},
                                   .glide = 0.06,
                                   .level = 0.42};
static const AdditiveSound BARITONE = {.slope = 1.05,
                                       .even = 1,
                                       .floor = 0.12,
                                       .formant = {{600, 60, 1},
                                                   {1040, 70, 0.45},
                                                   {2250, 110, 0.36},
                                                   {2450, 120, 0.36},
                                                   {2750, 130, 0.1}},
                                       .players = 1,
                                       .vibrato_hz = 4.9,
                                       .vibrato = 0.26,
                                       .vibrato_after = 0.6,
                                       .breath = 0.015,
                                       .breath_hz = 2450,
                                       .swell = 0.1,
                                       .amp = {0.11, 0.3, 0.85, 0.3},
                                       .glide = 0.06,
                                       .level = 0.42};
static const AdditiveSound STRINGS = {
    .slope = 0.95,
    .even = 1,
    .floor = 0.45,
    .formant = {{300, 200, 0.7}, {480, 250, 0.8}, {1000, 500, 0.6}, {2500, 1400, 0.7}},
    .players = 3,
    .apart = 7,
    .vibrato_hz = 5.4,
    .vibrato = 0.12,
    .vibrato_after = 0.4,
    .breath = 0.012,
    .breath_hz = 4200,
    .swell = 0.06,
    .amp = {0.12, 0.4, 0.9, 0.35},
    .glide = 0.04,
    .level = 0.40};
static const AdditiveSound CELLO = {
    .slope = 1.0,
    .even = 1,
    .floor = 0.4,
    .formant = {{190, 120, 0.9}, {420, 200, 0.8}, {700, 300, 0.5}, {1600, 900, 0.5}},
    .players = 2,
    .apart = 4,
    .vibrato_hz = 5.0,
    .vibrato = 0.14,
    .vibrato_after = 0.45,
    .breath = 0.012,
    .breath_hz = 3000,
    .swell = 0.06,
    .amp = {0.09, 0.4, 0.9, 0.3},
    .glide = 0.05,
    .level = 0.42};
static const AdditiveSound HORN = {.slope = 1.1,
                                   .even = 1,
                                   .floor = 0.25,
                                   .formant = {{380, 350, 1}, {900, 700, 0.45}},
                                   .players = 2,
                                   .apart = 3,
                                   .vibrato_hz = 4.6,
                                   .vibrato = 0.03,
                                   .vibrato_after = 0.8,
                                   .breath = 0.006,
                                   .breath_hz = 1200,
                                   .swell = 0.07,
                                   .amp = {0.06, 0.3, 0.85, 0.2},
                                   .glide = 0.05,
                                   .level = 0.42};
static const AdditiveSound FLUTE = {.slope = 2.0,
                                    .even = 0.9,
                                    .floor = 1,
                                    .players = 1,
                                    .vibrato_hz = 5.0,
                                    .vibrato = 0.10,
                                    .vibrato_after = 0.5,
                                    .breath = 0.05,
                                    .breath_hz = 0,
                                    .swell = 0.03,
                                    .amp = {0.055, 0.2, 0.9, 0.14},
                                    .glide = 0.03,
                                    .level = 0.42};
static const AdditiveSound OBOE = {
    .slope = 0.6,
    .even = 1,
    .floor = 0.15,
    .formant = {{1100, 500, 1}, {2700, 900, 0.45}, {4200, 1200, 0.12}},
    .players = 1,
    .vibrato_hz = 5.2,
    .vibrato = 0.10,
    .vibrato_after = 0.5,
    .breath = 0.006,
    .breath_hz = 3500,
    .swell = 0.02,
    .amp = {0.035, 0.2, 0.9, 0.1},
    .glide = 0.03,
    .level = 0.36};
static const AdditiveSound CLARINET = {.slope = 1.1,
                                       .even = 0.15,
                                       .floor = 0.5,
                                       .formant = {{1700, 1200, 0.5}, {3600, 1500, 0.2}},
                                       .players = 1,
                                       .vibrato_hz = 4.8,
                                       .vibrato = 0.02,
                                       .vibrato_after = 0.8,
                                       .breath = 0.01,
                                       .breath_hz = 3000,
                                       .swell = 0.02,
                                       .amp = {0.04, 0.2, 0.9, 0.1},
                                       .glide = 0.03,
                                       .level = 0.40};
static const AdditiveSound ORGAN = {.drawbar = ORGAN_BARS,
                                    .ndrawbars = 10,
                                    .floor = 1,
                                    .players = 1,
                                    .vibrato_hz = 0.8,
                                    .vibrato = 0.02,
                                    .breath = 0.004,
                                    .breath_hz = 2500,
                                    .amp = {0.015, 0.05, 1, 0.09},
                                    .glide = 0.02,
                                    .level = 0.38};

#define ADDITIVE(word, SOUND, words)                                                               \
    static void init_##word(void *state, const InstrumentEnv *env)                                 \
    {                                                                                              \
        additive_init(state, env, &SOUND);                                                         \
    }                                                                                              \
    const Instrument instrument_##word = {                                                         \
        .name = #word,                                                                             \
        .summary = words,                                                                          \
        .timbre = {"brightness", "vibrato", "breath"},                                             \
        .state_size = sizeof(AdditiveVoice),                                                       \
        .init = init_##word,                                                                       \
        .note_on = additive_note_on,                                                               \
        .note_off = additive_note_off,                                                             \
        .control = additive_control,                                                               \
        .render = additive_render,                                                                 \
    };

ADDITIVE(soprano, SOPRANO, "a high voice on a")
ADDITIVE(mezzo, MEZZO, "a middle voice on a")
ADDITIVE(alto, ALTO, "a low woman's voice on a")
ADDITIVE(baritone, BARITONE, "a man's voice on a")
ADDITIVE(strings, STRINGS, "three bowed strings")
ADDITIVE(cello, CELLO, "two low strings")
ADDITIVE(horn, HORN, "two horns")
ADDITIVE(flute, FLUTE, "a flute with breath")
ADDITIVE(oboe, OBOE, "an oboe")
ADDITIVE(clarinet, CLARINET, "a clarinet: odd harmonics")
ADDITIVE(organ, ORGAN, "seven drawbars")
