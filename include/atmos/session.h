/* session.h: the text that came while a song conducted, token by token, with what the song did at
 * each of them. Kept as .npz, which numpy.load(path, allow_pickle=False) reads:
 *
 *   prompt, song_path, model   strings ("" for none: silence has no path)
 *   settings                   JSON: ContourOpts, seed, filters of the sampler, why the text ended
 *   tokens                     [n] strings: joined they are the text
 *   token_ids                  [n] i4, -1 where a server did not say
 *   timestamps, temp, lufs_raw, lufs, v_lufs     [n] f8: seconds, T, LUFS, 0..1, 0..1
 *   entropy, surprisal         [n] f8, nats, of the model's own distribution (at temperature 1);
 *                              NaN where a server did not say */
#ifndef ATMOS_SESSION_H
#define ATMOS_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "atmos/contour.h"
#include "base/err.h"
#include "infer/sampler.h"

typedef struct SessionToken {
    char *text; /* whole characters, maybe none */
    int32_t id;
    double time, temp, lufs_raw, lufs, velocity, entropy, surprisal;
} SessionToken;

/* Owner; zero is empty. */
typedef struct Session {
    char *prompt, *song, *model; /* NULL = none */
    char *end;                   /* why the text ended: "length"; NULL = not yet */
    ContourOpts contour;
    SamplerOpts sampler;
    SessionToken *token; /* [n] */
    int n, cap;
} Session;

/* Appends a copy of t. */
void session_add(Session *ses, const SessionToken *t);
void session_free(Session *ses);
/* The whole text without the prompt, as a new string. */
char *session_text(const Session *ses);

bool session_write(const Session *ses, const char *path, Err *err);
/* Also one with nothing but tokens and temp in it. *ses is empty after a failure. */
bool session_read(Session *ses, const char *path, Err *err);

#endif
