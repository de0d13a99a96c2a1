/* concert_play.c: a concert without a screen, heard: every token at its time; see app/concert.h. */
#include <time.h>

#include "app/concert.h"
#include "app/playback.h"
#include "base/clock.h"

static const double STUCK = 2; /* seconds after which a device that does not move is given up */

typedef struct Player {
    Playback *playback;
    bool (*put)(void *ud, const SessionToken *t);
    void *ud;
    const Run *run;
} Player;

static void wait_until(Player *p, double seconds)
{
    const struct timespec nap = {.tv_nsec = 5 * 1000 * 1000};
    double last = -1, since = clock_seconds();
    while (!run_stopped(p->run)) {
        double at = playback_at(p->playback);
        if (at >= seconds) return;
        if (at > last) since = clock_seconds();
        if (clock_seconds() - since > STUCK) return;
        last = at;
        nanosleep(&nap, NULL);
    }
}

static bool put_in_time(void *ud, const SessionToken *t)
{
    Player *p = ud;
    playback_run(p->playback, true);
    wait_until(p, t->time);
    return p->put(p->ud, t);
}

bool concert_play(Concert *s, const Say *report, bool (*put)(void *ud, const SessionToken *t),
                  void *ud, const Run *run, Err *err)
{
    const AudioBuf *a = concert_audio(s);
    Player p = {.put = put, .ud = ud, .run = run};
    Err none = {"the song is not there"};
    if (a->frames > 0) p.playback = playback_open(a, &none);
    if (!p.playback) say(report, SAY_INFO, "%s: as fast as it is written", none.msg);
    bool ok = p.playback ? concert_write(s, put_in_time, &p, run, err)
                         : concert_write(s, put, ud, run, err);
    playback_close(p.playback);
    return ok;
}
