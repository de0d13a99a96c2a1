/* measure_grid.c: see measure_heard.h. A change of metre starts a bar, as in score/place.h. */
#include "measure_heard.h"

#include <stdlib.h>

#include "base/mem.h"

enum { GRID_BEATS = 1 << 18 }; /* 36 hours at 120 BPM: a bound for files that claim 2^31 ticks */

void grid_make(Grid *g, const MidiSong *song, const Meter *meter, int nmeters, int32_t until)
{
    bool frames = song->smpte > 0;
    double quarter = frames ? song->smpte * song->division / 2.0 : song->division;
    double at = 0;
    int beats = 0, next = 0;
    Meter now = {.num = 4, .den = 4};
    g->sixteenth = quarter / 4;
    while (at < until && beats < GRID_BEATS) {
        for (; !frames && next < nmeters && meter[next].at <= at; next++) now = meter[next];
        GridBar *bar = mem_push(&g->bar, &g->n, &g->cap, sizeof *bar);
        *bar = (GridBar){.start = at, .beats = now.num, .den = now.den};
        bar->beat = 4 * quarter / now.den;
        bar->end = at + bar->beats * bar->beat;
        if (!frames && next < nmeters && meter[next].at < bar->end) bar->end = meter[next].at;
        at = bar->end;
        beats += bar->beats;
    }
}

void grid_free(Grid *g)
{
    free(g->bar);
    *g = (Grid){0};
}
