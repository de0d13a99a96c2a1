/* conductor.h: a song as it conducts: what it measures, and its contour. */
#ifndef ATMOS_CONDUCTOR_H
#define ATMOS_CONDUCTOR_H

#include <stdbool.h>

#include "atmos/contour.h"
#include "base/err.h"

/* Owner; zero is empty. */
typedef struct Conductor {
    char *path;         /* as given; NULL for silence */
    char *name;         /* its last part; "silence" */
    double seconds;
    int rate, channels; /* 0 for silence */
    double lufs;        /* integrated, LUFS; -inf when nothing passes the gate */
    double momentary, short_term; /* the largest, LUFS; -inf for silence */
    Contour contour;
} Conductor;

/* Any file that libsndfile reads; "-" is standard input. audio (may be NULL) gets the samples, the
 * caller's to free. */
bool conductor_read(Conductor *c, const char *path, const ContourOpts *opts, AudioBuf *audio,
                    Err *err);
/* The same of audio that is there. */
void conductor_of_audio(Conductor *c, const char *path, const AudioBuf *a,
                        const ContourOpts *opts);
/* A control of n frames. */
void conductor_of_silence(Conductor *c, int n, const ContourOpts *opts);
void conductor_free(Conductor *c);

#endif
