/* fixture_score.h: finding things in a score, for the tests of genres. Include cmocka.h first. */
#ifndef FIXTURE_SCORE_H
#define FIXTURE_SCORE_H

#include <string.h>

#include "score/score.h"

/* The track of this name; the test fails when there is none. */
static inline const Track *track_named(const Score *s, const char *name)
{
    for (int i = 0; i < s->ntracks; i++)
        if (strcmp(s->track[i].name, name) == 0) return &s->track[i];
    fail_msg("no track %s", name);
    return NULL;
}

#endif
