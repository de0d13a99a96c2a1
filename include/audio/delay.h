/* delay.h: a ping-pong delay in step with the beat: left, right, left, each echo duller than the
 * one before.
 *
 * No latency. A new tempo fades from the old echo's place to the new one's in 50 ms, without a
 * click and without a change of pitch. */
#ifndef AUDIO_DELAY_H
#define AUDIO_DELAY_H

#include <stdint.h>

#define PING_PONG_MOST 4.0 /* seconds between two echoes at most */

typedef struct PingPongOpts {
    double bpm;      /* quarter notes a minute */
    double beats;    /* quarter notes between two echoes: 0.75 is a dotted eighth */
    double feedback; /* each echo's gain over the one before, 0..0.95 */
    double low, high; /* Hz, what the loop lets through; 0 = 150 and 6000 */
    double mix;      /* share of echoes 0..1; 1 = echoes alone, as on a send */
} PingPongOpts;

typedef struct PingPong {
    double rate;               /* Hz */
    int64_t size, at;          /* frames of the ring, a power of two; next to be written */
    int64_t gap, gap_to;       /* frames between echoes: as it is, as it will be ... */
    int64_t gap_next;          /* ... and what was asked for while it moved */
    double fade, fade_step;    /* 0..1 from gap to gap_to; a sample */
    float feedback, feedback_to, mix;
    double keep_low, keep_high; /* of the one-pole filters in the loop */
    double low[2], high[2];     /* their states */
    float *ring;                /* [2, size] */
} PingPong;

void pingpong_init(PingPong *p, double rate, const PingPongOpts *opts);
void pingpong_free(PingPong *p);
/* bpm > 0, beats > 0. The gap is the whole number of frames nearest to beats * 60 / bpm seconds. */
void pingpong_set_time(PingPong *p, double bpm, double beats);
void pingpong_set_feedback(PingPong *p, double feedback);
void pingpong_run(PingPong *p, float *left, float *right, int n);

#endif
