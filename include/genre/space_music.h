/* space_music.h: a prompt on a learned map (analysis/space.h, mappings.md section 7): three voices
 * that follow its words through three layers, over a bass drone. */
#ifndef GENRE_SPACE_MUSIC_H
#define GENRE_SPACE_MUSIC_H

#include "genre/genre.h"

enum { SPACE_FLUTE, SPACE_CLARINET, SPACE_STRINGS, SPACE_VOICES };

typedef struct SpaceMusicOpts {
    GenreOpts music;         /* tempo, root, mode */
    int layer[SPACE_VOICES]; /* hidden state of each voice, 0 = embedding; -1 = the voice rests */
} SpaceMusicOpts;

/* From FT_WORDS and FT_MODEL: one note a word in the track of each voice. */
bool space_compose(const FeatureSet *fs, const SpaceMusicOpts *opts, Score *out, Err *err);

/* The same with first, middle and last layer; what files say of themselves. */
extern const Genre genre_space;

#endif
