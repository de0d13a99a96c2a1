/* delay.c: see audio/delay.h.
 *
 * Two lines of one length. The input's middle goes into the left one; what comes out of the left
 * one goes into the right one and the other way round, through a one-pole high-pass and low-pass
 * and the feedback. The first echo is the sound itself. */
#include "audio/delay.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"

static const double LOOP_LOW = 150, LOOP_HIGH = 6000; /* Hz */
static const double MOVE = 0.05;                      /* seconds from one gap to the next */
static const double MOST_FEEDBACK = 0.95;
static const float DELAY_FLUSH = 1e-20f;

static int64_t gap_frames(const PingPong *p, double bpm, double beats)
{
    int64_t n = llround(p->rate * fmin(PING_PONG_MOST, beats * 60 / bpm));
    return n > 1 ? n : 1;
}

static float held(double feedback)
{
    return (float)fmax(0, fmin(MOST_FEEDBACK, feedback));
}

static double pole(double hz, double rate)
{
    return exp(-2 * M_PI * fmin(hz, 0.49 * rate) / rate);
}

void pingpong_init(PingPong *p, double rate, const PingPongOpts *o)
{
    *p = (PingPong){.rate = rate, .size = 1, .feedback = held(o->feedback),
                    .feedback_to = held(o->feedback), .mix = (float)o->mix,
                    .keep_low = pole(o->low > 0 ? o->low : LOOP_LOW, rate),
                    .keep_high = pole(o->high > 0 ? o->high : LOOP_HIGH, rate)};
    p->gap = p->gap_to = p->gap_next = gap_frames(p, o->bpm, o->beats);
    p->fade_step = 1 / (MOVE * rate);
    while ((double)p->size < PING_PONG_MOST * rate + 2) p->size *= 2;
    p->ring = mem_alloc(2 * p->size, sizeof *p->ring);
}

void pingpong_free(PingPong *p)
{
    free(p->ring);
    *p = (PingPong){0};
}

void pingpong_set_time(PingPong *p, double bpm, double beats)
{
    bool moves = p->gap != p->gap_to;
    p->gap_next = gap_frames(p, bpm, beats);
    if (!moves) p->gap_to = p->gap_next;
}

void pingpong_set_feedback(PingPong *p, double feedback)
{
    p->feedback_to = held(feedback);
}

static float echo(const PingPong *p, int side)
{
    const float *ring = p->ring + side * p->size;
    int64_t mask = p->size - 1;
    float now = ring[(p->at - p->gap) & mask];
    if (p->gap == p->gap_to) return now;
    float next = ring[(p->at - p->gap_to) & mask];
    return now + (float)p->fade * (next - now);
}

/* The loop's filters: one value of one side. */
static float colour(PingPong *p, int side, float x)
{
    p->high[side] = x + p->keep_high * (p->high[side] - x);
    double y = p->high[side];
    p->low[side] = y + p->keep_low * (p->low[side] - y);
    return (float)(y - p->low[side]);
}

static void write_ring(PingPong *p, int side, float x)
{
    p->ring[side * p->size + (p->at & (p->size - 1))] = fabsf(x) < DELAY_FLUSH ? 0 : x;
}

static void move_on(PingPong *p, float glide)
{
    p->at++;
    p->feedback += glide * (p->feedback_to - p->feedback);
    if (p->gap == p->gap_to) return;
    p->fade += p->fade_step;
    if (p->fade < 1) return;
    p->gap = p->gap_to;
    p->gap_to = p->gap_next;
    p->fade = 0;
}

void pingpong_run(PingPong *p, float *left, float *right, int n)
{
    float glide = (float)(1 / (0.004 * p->rate));
    for (int i = 0; i < n; i++) {
        float l = echo(p, 0), r = echo(p, 1), in = 0.5f * (left[i] + right[i]);
        write_ring(p, 0, in + p->feedback * colour(p, 1, r));
        write_ring(p, 1, p->feedback * colour(p, 0, l));
        move_on(p, glide);
        left[i] += p->mix * (l - left[i]);
        right[i] += p->mix * (r - right[i]);
    }
    for (int side = 0; side < 2; side++) {
        if (fabs(p->low[side]) < DELAY_FLUSH) p->low[side] = 0;
        if (fabs(p->high[side]) < DELAY_FLUSH) p->high[side] = 0;
    }
}
