/* fixture_opera.h: the opera composed from a made-up model, for its tests; after cmocka.h. */
#ifndef FIXTURE_OPERA_H
#define FIXTURE_OPERA_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture_features.h"
#include "genre/genre.h"
#include "music/form.h"
#include "music/scale.h"

enum { STRINGS = 5, NTRACKS = 11, HARP = 8, ORGAN = 9 };

static const GenreOpts DEFAULTS = {.root = -1, .mode = -1};

static inline void compose(const FeatureSet *fs, GenreOpts opts, Score *s)
{
    Err err = {{0}};
    const FeatureSet *set[1] = {fs};
    *s = (Score){0};
    if (!genre_find("opera")->compose(set, 1, &opts, s, &err)) fail_msg("%s", err.msg);
    if (!score_check(s, set, 1, &err)) fail_msg("%s", err.msg);
}

static inline void compose_fixture(FeatureSet *fs, FixtureOpts fixture, GenreOpts opts, Score *s)
{
    *fs = (FeatureSet){0};
    fixture_features(fs, fixture);
    compose(fs, opts, s);
}

static inline void release(FeatureSet *fs, Score *s)
{
    score_free(s);
    feat_free(fs);
}

static inline int tonic_of(const Score *s)
{
    const char *in = strstr(s->title, " in ");
    char name[4] = {0};
    assert_non_null(in);
    for (int i = 0; i < 3 && in[4 + i] != ' '; i++) name[i] = in[4 + i];
    return pitch_class_parse(name);
}

#endif
