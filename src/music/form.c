/* form.c: see music/form.h. */
#include "music/form.h"

#include <math.h>

#include "music/mapping.h"

int form_total_bars(const GenreOpts *opts, double bpm, int own)
{
    if (opts->bars > 0) return opts->bars;
    if (opts->seconds > 0) {
        int bars = (int)floor(opts->seconds * bpm / 240 + 0.5);
        return bars > 1 ? bars : 1;
    }
    return own;
}

void form_scale(const int *bars, int n, int total, int unit, int *out)
{
    int own = 0, sum = 0, largest = 0;
    for (int i = 0; i < n; i++) own += bars[i];
    if (total < n * unit) unit = 1;
    for (int i = 0; i < n; i++) {
        int units = (int)floor((double)bars[i] * total / own / unit + 0.5);
        out[i] = units * unit;
        if (out[i] == 0 && total >= n) out[i] = 1;
        if (bars[i] > bars[largest]) largest = i;
        sum += out[i];
    }
    while (sum != total) { /* what rounding left over goes to (or comes from) the longest */
        int at = largest;
        if (sum > total)
            for (int i = 0; i < n; i++)
                if (out[i] > out[at]) at = i;
        out[at] += sum < total ? 1 : -1;
        sum += sum < total ? 1 : -1;
    }
}

int32_t groove_at(int32_t bar_start, int step, double swing, double micro, double bpm)
{
    double ticks_per_ms = SCORE_PPQ * bpm / 60000;
    double t = bar_start + step * (double)STEP;
    if (step & 1) t += swing * STEP / 3.0;
    t += clamp(micro, -1, 1) * 15 * ticks_per_ms;
    return t > 0 ? (int32_t)floor(t + 0.5) : 0;
}
