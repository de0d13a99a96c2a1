/* jobs_of.h: the jobs that parsed options stand for, for commands and for the server. */
#ifndef CLI_JOBS_OF_H
#define CLI_JOBS_OF_H

#include "app/activations_piece.h"
#include "app/piece.h"
#include "app/space_piece.h"

/* opts: the struct of the command; echo: for the files' own description. The job points into both.
 * False: a usage error. */
bool space_play_job(const void *opts, const char *echo, SpacePlayJob *job, Err *err);
bool activations_job(const void *opts, const char *echo, ActivationsJob *job, Err *err);
bool weights_job(const void *opts, const char *echo, PieceJob *job, Err *err);

#endif
