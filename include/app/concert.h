/* concert.h: a song, a writer and what it has written so far: the job behind `llmsonify atmos`.
 *
 * One thread writes (concert_write), any other may look at what is there. */
#ifndef APP_CONCERT_H
#define APP_CONCERT_H

#include "app/text_model.h"
#include "atmos/conductor.h"
#include "atmos/session.h"
#include "atmos/writer_api.h"

typedef struct AtmosJob {
    TextJob text;        /* model and prompt; .say: what is going on */
    const char *song;    /* a file; NULL with load */
    const char *load;    /* a session to show again instead; NULL = none */
    ApiOpts api;         /* a server instead of the model; its url NULL = none */
    ContourOpts contour;
    SamplerOpts sampler;
    int n;               /* tokens at most; 0 = to the end of the song */
    bool ignore_end;
    bool audio;          /* keep the samples, for playback */
    const char *save;    /* .npz for the session; NULL = none */
    bool clobber;
} AtmosJob;

/* False when the job contradicts itself: a usage error. */
bool atmos_check(const AtmosJob *job, Err *err);

typedef struct Concert Concert;

/* Reads song and model, or the session and, where it is still there, its song. NULL on failure. */
Concert *concert_open(const AtmosJob *job, const Run *run, Err *err);
void concert_close(Concert *s); /* NULL is fine */

/* Writes the text, or brings on the loaded one, token by token; put (may be NULL) sees each. At the
 * end the session is saved, after a failure or an interruption (false) too. */
bool concert_write(Concert *s, bool (*put)(void *ud, const SessionToken *t), void *ud,
                   const Run *run, Err *err);

/* From any thread: how many tokens there are, and one of them (valid until concert_close). */
int concert_count(Concert *s);
SessionToken concert_token(Concert *s, int i);
/* The same with the song playing: put (not NULL) sees each token at its time. Without a device that
 * is said, and nothing waits. */
bool concert_play(Concert *s, const Say *report, bool (*put)(void *ud, const SessionToken *t),
                  void *ud, const Run *run, Err *err);
/* To whom it speaks from now on; before or after concert_write. */
void concert_tell(Concert *s, Say say);

/* True when there will be no more; *end (may be NULL) says why. */
bool concert_done(Concert *s, const char **end);

/* What does not change after concert_open. */
/* Of a loaded session without its song: made of its tokens. */
const Conductor *concert_song(const Concert *s);
const AudioBuf *concert_audio(const Concert *s); /* frames 0: there is none */
const Session *concert_session(const Concert *s);      /* prompt, model, settings */
int concert_expected(const Concert *s);          /* tokens, at most */

/* The runs in a directory, a line each. */
bool atmos_list(const char *dir, Str *out, Err *err);

#endif
