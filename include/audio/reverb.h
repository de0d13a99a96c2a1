/* reverb.h: rooms made of a model: impulse responses of standardised weights that die away
 * exponentially, the treble faster than the bass. */
#ifndef AUDIO_REVERB_H
#define AUDIO_REVERB_H

#include <stdint.h>

typedef struct RoomOpts {
    double rate;    /* Hz */
    double seconds; /* RT60 of the middle (the octaves of 250 Hz to 2 kHz) */
    double bass;    /* RT60 of the octaves up to 125 Hz over that of the middle; 0 = 1.1 */
    double treble;  /* RT60 of the octave of 4 kHz over it; 0 = 0.6; from 8 kHz on its square */
    double predelay; /* seconds of silence before */
    const float *noise; /* [nnoise] mean 0, std 1: a run of weights; repeated when too short */
    int64_t nnoise;
    int64_t noise_at;   /* where reading begins: each room its own weights */
} RoomOpts;

/* Each octave's RT60 is within 5 % of what is said, whatever the weights.
 *
 * A response [frames, 2], the caller's to free: as long as the longest of its bands takes to fall
 * by 66 dB; its energy on each side is 1, so that noise comes out as loud as it goes in. */
float *room_response(const RoomOpts *opts, int64_t *frames);
/* Seconds that `response` [frames, 2] takes to fall by 60 dB: Schroeder's backward integration,
 * line through -5 .. -35 dB (T30 of ISO 3382), both sides together. */
double room_rt60(const float *response, int64_t frames, double rate);

#endif
