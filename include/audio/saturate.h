/* saturate.h: a soft clipper at four times the rate: warmth without aliases.
 *
 * SATURATE_LATENCY frames late, whatever its setting (at drive 0 dB and bias 0 it still clips
 * softly). The gain for small signals is 1. */
#ifndef AUDIO_SATURATE_H
#define AUDIO_SATURATE_H

#include "audio/buf.h"
#include "audio/oversample.h"

enum { SATURATE_LATENCY = OVERSAMPLE_LATENCY };

typedef struct Saturator {
    double rate;
    float drive, drive_to; /* amplitude; glides */
    float bias, bias_to;   /* 0..1: lifts the working point: even harmonics */
    float glide;           /* share of the way a frame */
    float keep;            /* of the DC blocker, 10 Hz */
    float dc_in[2], dc_out[2];
    Oversampler over[2];
} Saturator;

/* drive_db: 0..48, how far the signal is pushed into the curve; bias 0..1. */
void saturator_init(Saturator *s, double rate, double drive_db, double bias);
void saturator_set(Saturator *s, double drive_db, double bias); /* reached within 20 ms */
void saturator_run(Saturator *s, float *left, float *right, int n);
/* A whole piece of one or two channels, in place and not late. */
void saturate_buf(AudioBuf *a, double drive_db, double bias);

#endif
