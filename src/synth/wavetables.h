/* wavetables.h: the tables that oscillators share: band-limited steps and corners, and a sine. */
#ifndef SYNTH_WAVETABLES_H
#define SYNTH_WAVETABLES_H

#include <stdint.h>

enum {
    WAVE_TAPS = 16,    /* samples a corrected step reaches over; half of them before it */
    WAVE_PHASES = 128, /* places of a step between two samples */
    WAVE_SINE = 4096
};

typedef struct WaveTables {
    /* What to add to a naive waveform round a step of height 1 that lies phase/WAVE_PHASES of a
     * sample before tap WAVE_TAPS/2 ... */
    float step[WAVE_PHASES + 1][WAVE_TAPS];
    /* ... and round a corner where the slope grows by 1 a sample. */
    float corner[WAVE_PHASES + 1][WAVE_TAPS];
    float sine[WAVE_SINE + 1]; /* one period */
} WaveTables;

void wavetables_init(WaveTables *w);

/* sin(2 pi turns) for turns >= 0, by linear interpolation: error under 3e-7. */
static inline float wave_sine(const WaveTables *w, double turns)
{
    double at = turns * WAVE_SINE;
    int64_t whole = (int64_t)at;
    const float *y = w->sine + (whole & (WAVE_SINE - 1));
    return y[0] + (float)(at - (double)whole) * (y[1] - y[0]);
}

#endif
