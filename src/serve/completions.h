/* completions.h: OpenAI's /v1/completions and /v1/models over the studio's models.
 *
 * Of a request are read: model, prompt (a string), max_tokens, temperature, top_p, seed, stop,
 * stream, and top_k and min_p as other servers of small models have them. n, best_of, echo, suffix
 * and logprobs are refused unless they ask for nothing. Each request that is being answered has a
 * thread of its own; at most COMPLETIONS_MOST at once. It ends soon when its client leaves, when it
 * takes longer than `patience`, or when the server shuts down. What fails before the first text has
 * a status that says so; what fails later ends the stream by an event {"error": {...}}. */
#ifndef SERVE_COMPLETIONS_H
#define SERVE_COMPLETIONS_H

#include "app/studio.h"
#include "http.h"

enum { COMPLETIONS_MOST = 4, COMPLETIONS_TOKENS = 4096 };

typedef struct Completions Completions;

/* threads: of one answer, 0 = all. patience: seconds that one may take. */
Completions *completions_open(Studio *studio, int threads, int patience);
/* After the last reply is closed: waits for the threads. NULL is fine. */
void completions_close(Completions *c);
/* To be called a few times a second: texts that take too long. */
void completions_tick(Completions *c);
/* Nothing new is begun, what is written ends now. */
void completions_stop(Completions *c);
/* Texts that are still being written. */
int completions_writing(Completions *c);
/* Answers that are not all sent. */
int completions_open_replies(Completions *c);

/* True, and a stream in *out; false: *status and the message of a refusal. */
bool completions_reply(Completions *c, const Str *body, HttpReply *out, int *status, Err *err);
/* Appends what GET /v1/models answers. */
void completions_models(const Studio *studio, Str *out);

#endif
