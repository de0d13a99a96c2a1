/* transport.c: see atmos/transport.h. */
#include "atmos/transport.h"

#include <math.h>

double transport_at(const Transport *t, double now)
{
    double passed = t->running ? fmax(0, now - t->since) : 0;
    if (t->by_device) passed = fmin(passed, TRANSPORT_GAP);
    return fmin(fmax(t->at + passed, t->floor), t->length);
}

static void set(Transport *t, double at, double now)
{
    t->at = fmax(0, fmin(at, t->length));
    t->since = now;
    t->floor = 0;
}

void transport_play(Transport *t, double now)
{
    set(t, transport_at(t, now), now);
    t->running = true;
}

void transport_pause(Transport *t, double now)
{
    set(t, transport_at(t, now), now);
    t->running = false;
}

void transport_seek(Transport *t, double where, double now)
{
    set(t, where, now);
}

void transport_count(Transport *t, double where, double now)
{
    double shown = transport_at(t, now);
    t->by_device = true;
    if (!t->running) return;
    set(t, where, now);
    if (where > shown - TRANSPORT_GAP) t->floor = fmin(shown, t->length);
}

bool transport_ended(const Transport *t, double now)
{
    return transport_at(t, now) >= t->length;
}
