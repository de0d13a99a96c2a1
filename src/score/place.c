/* place.c: see score/place.h. A bar of num/den lasts 4 * ppq * num / den ticks. */
#include "score/place.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>

static double bar_ticks(Meter m, int ppq)
{
    return 4.0 * ppq * m.num / m.den;
}

Place place_at(const Meter *meter, int nmeters, int ppq, int32_t tick)
{
    Meter now = {.at = 0, .num = 4, .den = 4};
    double bars = 0; /* whole bars before now.at */
    for (int i = 0; i < nmeters && meter[i].at <= tick; i++) {
        bars += ceil((meter[i].at - now.at) / bar_ticks(now, ppq) - 1e-9);
        now = meter[i];
    }
    double in_meter = (tick - now.at) / bar_ticks(now, ppq);
    double whole = floor(in_meter + 1e-9);
    double beat = (in_meter - whole) * now.num;
    double bar = bars + whole < INT_MAX ? bars + whole : INT_MAX - 1.0;
    return (Place){.bar = (int)bar + 1, .beat = 1 + (beat > 0 ? beat : 0)};
}

Place score_place(const Score *s, int32_t tick)
{
    return place_at(s->meter, s->nmeters, SCORE_PPQ, tick);
}

Meter meter_at(const Meter *meter, int nmeters, int32_t tick)
{
    Meter now = {.at = 0, .num = 4, .den = 4};
    for (int i = 0; i < nmeters && meter[i].at <= tick; i++) now = meter[i];
    return now;
}

void key_name(double key, char out[KEY_NAME_SIZE])
{
    static const char *const NAME[12] = {"C",  "C#", "D",  "D#", "E",  "F",
                                         "F#", "G",  "G#", "A",  "A#", "B"};
    int whole = (int)lround(key);
    int cents = (int)lround(100 * (key - whole));
    int pc = ((whole % 12) + 12) % 12;
    int octave = (whole - pc) / 12 - 1;
    if (cents == 0)
        snprintf(out, KEY_NAME_SIZE, "%s%d", NAME[pc], octave);
    else
        snprintf(out, KEY_NAME_SIZE, "%s%d%+dc", NAME[pc], octave, cents);
}
