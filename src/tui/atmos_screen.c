/* atmos_screen.c: see tui/atmos_screen.h. One thread writes, the device plays, this one draws 25
 * times a second. Time stands still where the text is not written yet. */
#include "tui/atmos_screen.h"

#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/playback.h"
#include "atmos/transport.h"
#include "atmos_show.h"
#include "base/clock.h"
#include "base/mem.h"

enum { FRAME_MS = 40, SEEK_TOKENS = 20 };

typedef struct Screen {
    const ScreenJob *job;
    const Run *run;
    Show show;
    Transport time;
    Playback *playback; /* NULL: none */
    bool waiting;       /* for the text */
    volatile sig_atomic_t enough; /* for the writer's run */
    bool wrote;
    Err write_err;
    pthread_mutex_t lock; /* of what follows */
    char note[256];
    Str said;           /* lines, a level's digit before each */
} Screen;

/* What the concert says while the screen is ours. */
static void keep_note(void *ud, SayLevel level, const char *text)
{
    Screen *s = ud;
    pthread_mutex_lock(&s->lock);
    snprintf(s->note, sizeof s->note, "%.255s", text);
    str_addf(&s->said, "%d%s\n", (int)level, text);
    pthread_mutex_unlock(&s->lock);
}

static void say_kept(Screen *s)
{
    for (char *line = s->said.s; line && *line;) {
        char *end = strchr(line, '\n');
        *end = '\0';
        say(&s->job->say, (SayLevel)(line[0] - '0'), "%s", line + 1);
        line = end + 1;
    }
}

static bool go_on(void *ud, const SessionToken *t)
{
    (void)t;
    return !((Screen *)ud)->enough;
}

static void *write_text(void *ud)
{
    Screen *s = ud;
    Run run = {.stop = &s->enough, .threads = s->run->threads};
    s->wrote = concert_write(s->job->concert, go_on, s, &run, &s->write_err);
    pthread_mutex_lock(&s->lock);
    if (!s->wrote && !s->enough) snprintf(s->note, sizeof s->note, "%.255s", s->write_err.msg);
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

static void set_running(Screen *s, bool on)
{
    if (on)
        transport_play(&s->time, clock_seconds());
    else
        transport_pause(&s->time, clock_seconds());
    if (s->playback) playback_run(s->playback, on && !s->waiting);
}

static void seek(Screen *s, double where)
{
    transport_seek(&s->time, where, clock_seconds());
    if (s->playback) playback_seek(s->playback, s->time.at);
}

/* Time stands still where there is no text yet, and goes on with half a second of it in hand. */
static void wait_for_text(Screen *s, double tps)
{
    double t = clock_seconds();
    bool done = concert_done(s->job->concert, NULL);
    double have = s->show.count / tps;
    if (done) s->time.length = have;
    if (!s->waiting && s->time.running && !done && transport_at(&s->time, t) >= have) {
        s->waiting = true;
        transport_pause(&s->time, t);
        if (s->playback) playback_run(s->playback, false);
    } else if (s->waiting && (done || have >= fmin(s->time.at + 0.5, s->time.length))) {
        s->waiting = false;
        set_running(s, true);
    }
}

static void look(Screen *s)
{
    Show *show = &s->show;
    double tps = concert_song(s->job->concert)->contour.tps;
    show->count = concert_count(s->job->concert);
    if (s->playback && s->time.running)
        transport_count(&s->time, playback_at(s->playback), clock_seconds());
    wait_for_text(s, tps);
    double t = clock_seconds();
    show->at = transport_at(&s->time, t);
    show->length = s->time.length;
    int frame = (int)floor(show->at * tps + 1e-6);
    show->shown = frame + 1 < show->count ? frame + 1 : show->count;
    if (transport_ended(&s->time, t) && s->time.running) set_running(s, false);
    show->state = s->waiting                      ? SHOW_WAITING
                  : s->time.running               ? SHOW_PLAYING
                  : transport_ended(&s->time, t) ? SHOW_ENDED
                                                 : SHOW_PAUSED;
    pthread_mutex_lock(&s->lock);
    char *note = mem_strdup(s->note);
    pthread_mutex_unlock(&s->lock);
    show->note = note;
    show_draw(show);
    free(note);
}

/* False: enough. */
static bool act(Screen *s, int key)
{
    double tps = concert_song(s->job->concert)->contour.tps, step = SEEK_TOKENS / tps;
    double at = transport_at(&s->time, clock_seconds());
    switch (key) {
    case 'q': return false;
    case ' ':
    case 'p':
        if (s->waiting)
            s->waiting = false;
        else
            set_running(s, !s->time.running && !transport_ended(&s->time, clock_seconds()));
        break;
    case 'h':
    case TTY_KEY_HOME: seek(s, 0); break;
    case TTY_KEY_LEFT: seek(s, at - step); break;
    case TTY_KEY_RIGHT: seek(s, fmin(at + step, fmax(at, s->show.count / tps))); break;
    case 'r':
        seek(s, 0);
        s->waiting = false;
        set_running(s, true);
        break;
    default: break;
    }
    return true;
}

static void open_sound(Screen *s)
{
    const AudioBuf *a = concert_audio(s->job->concert);
    Err err;
    s->show.sound = "no sound: a clock of its speed";
    if (!s->job->audio || a->frames == 0) return;
    s->playback = playback_open(a, &err);
    s->show.sound = s->playback ? "sound" : "no sound device: a clock";
    if (!s->playback) keep_note(s, SAY_MORE, err.msg);
    s->note[0] = '\0';
}

static bool perform(Screen *s, Err *err)
{
    pthread_t writer;
    if (pthread_create(&writer, NULL, write_text, s) != 0)
        return err_set(err, "no thread to write with");
    set_running(s, true);
    do
        look(s);
    while (!run_stopped(s->run) && act(s, tty_key(s->show.tty, FRAME_MS)));
    s->enough = 1;
    pthread_join(writer, NULL);
    return true;
}

bool atmos_screen_usable(void)
{
    return tty_usable();
}

bool atmos_screen(const ScreenJob *job, const Run *run, Err *err)
{
    Screen s = {.job = job, .run = run, .show = {.concert = job->concert, .note = ""}};
    double tps = concert_song(job->concert)->contour.tps;
    s.time.length = concert_expected(job->concert) / tps;
    pthread_mutex_init(&s.lock, NULL);
    show_measure(&s.show);
    concert_tell(job->concert, (Say){.line = keep_note, .ud = &s});
    open_sound(&s);
    bool ok = tty_open(&s.show.tty, err) && perform(&s, err);
    playback_close(s.playback);
    tty_close(s.show.tty);
    concert_tell(job->concert, job->say);
    say_kept(&s);
    if (ok && !s.wrote && strcmp(s.write_err.msg, "interrupted") != 0) {
        *err = s.write_err;
        ok = false;
    }
    show_free(&s.show);
    str_free(&s.said);
    pthread_mutex_destroy(&s.lock);
    return ok;
}
