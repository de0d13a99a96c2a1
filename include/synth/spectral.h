/* spectral.h: plays a score sine by sine: every note a partial (or a sung tone) of its own pitch,
 * phase and amplitude. Where the engine plays instruments, this plays numbers.
 *
 * Note.key (fractions count) is the pitch, vel the amplitude itself, pan the place. timbre:
 *   [0] phase at the beginning of the note, turns
 *   [1] vibrato, tenths of Hz * 100 (0.48 = 4.8 Hz); [2] its depth, semitones
 *   [3] the size of the room it stands in, 0 = none. Notes of one size share a room. */
#ifndef SYNTH_SPECTRAL_H
#define SYNTH_SPECTRAL_H

#include "audio/adsr.h"
#include "audio/buf.h"
#include "base/err.h"
#include "base/run.h"
#include "score/score.h"

typedef struct SpectralOpts {
    int rate;           /* Hz, 0 = 44100 */
    double fade;        /* seconds of raised cosine at both ends of a note, 0 = 0.15 */
    AdsrOpts adsr;      /* instead of fade, let go so that the release ends with the note; its
                           release 0 = none */
    bool voice;         /* seven harmonics through the formants of a vowel instead of one sine */
    double room;        /* RT60 in seconds of a room of size 1, 0 = none */
    double hall;        /* RT60 of a second room that the whole goes through once more, 0 = none */
    const float *noise; /* [nnoise] standardised weights: what the rooms are made of */
    int64_t nnoise;
} SpectralOpts;

/* out (stereo, its peak at 0.5) is the caller's to free. The same bytes for any number of threads.
 */
bool spectral_render(const Score *s, const SpectralOpts *opts, AudioBuf *out, const Run *run,
                     Err *err);

#endif
