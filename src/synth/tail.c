/* tail.c: see tail.h. */
#include "tail.h"

#include <math.h>

#include "base/mem.h"

enum { STEREO = 2 };

static const double FLOOR = 5e-4, FADE_SECONDS = 0.03;

void tail_trim(AudioBuf *a, int64_t least)
{
    float peak = 0;
    int64_t n = a->frames, fade = (int64_t)(FADE_SECONDS * a->rate);
    for (int64_t i = 0; i < n * STEREO; i++) peak = fabsf(a->x[i]) > peak ? fabsf(a->x[i]) : peak;
    if (peak == 0) return;
    float low = (float)(peak * FLOOR);
    while (n > least && fabsf(a->x[n * 2 - 1]) <= low && fabsf(a->x[n * 2 - 2]) <= low) n--;
    n = n + fade < a->frames ? n + fade : a->frames;
    if (fade > n) fade = n;
    for (int64_t i = 0; i < fade; i++) {
        float gain = (float)(i + 1) / (float)(fade + 1);
        a->x[(n - 1 - i) * STEREO] *= gain;
        a->x[(n - 1 - i) * STEREO + 1] *= gain;
    }
    a->frames = n;
    a->x = mem_resize(a->x, n, STEREO * sizeof *a->x);
}
