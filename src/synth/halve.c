/* halve.c: see halve.h. A half-band filter of 31 taps (equiripple, by Parks and McClellan's
 * method): all its odd taps but the middle one, 1/2, are 0, so that the even samples are only
 * delayed. */
#include "halve.h"

#include <string.h>

static const float TAP[HALVE_PAIRS] = {-0.002107086f, 0.004647941f, -0.009424648f, 0.017205851f,
                                       -0.029780971f, 0.051521626f, -0.098417358f, 0.315677913f};

void halve_run(Halve *h, const float *x, float *y, int n)
{
    enum { OLD = 2 * HALVE_PAIRS - 1 };
    float even[HALVE_LATENCY + HALVE_MOST], odd[OLD + HALVE_MOST];
    memcpy(even, h->even, sizeof h->even);
    memcpy(odd, h->odd, sizeof h->odd);
    for (int i = 0; i < n; i++) {
        even[HALVE_LATENCY + i] = x[2 * i];
        odd[OLD + i] = x[2 * i + 1];
    }
    for (int i = 0; i < n; i++) {
        float sum = 0.5f * even[i];
        for (int k = 0; k < HALVE_PAIRS; k++) sum += TAP[k] * (odd[i + k] + odd[i + OLD - k]);
        y[i] = sum;
    }
    memcpy(h->even, even + n, sizeof h->even);
    memcpy(h->odd, odd + n, sizeof h->odd);
}
