/* genre.c: the tables of genres: of weights, from genres.def; of a prompt, from modes.def. */
#include "genre/genre.h"

#include <string.h>

#define GENRE(word) extern const Genre genre_##word;
#include "genre/genres.def"
#include "genre/modes.def"
#undef GENRE

static const Genre *const GENRES[] = {
#define GENRE(word) &genre_##word,
#include "genre/genres.def"
#undef GENRE
};

static const Genre *const MODES[] = {
#define GENRE(word) &genre_##word,
#include "genre/modes.def"
#undef GENRE
};

int genre_count(void)
{
    return (int)(sizeof GENRES / sizeof *GENRES);
}

const Genre *genre_at(int i)
{
    return i >= 0 && i < genre_count() ? GENRES[i] : NULL;
}

const Genre *genre_find(const char *name)
{
    for (int i = 0; i < genre_count(); i++)
        if (strcmp(GENRES[i]->name, name) == 0) return GENRES[i];
    return NULL;
}

const Genre *genre_mode_at(int i)
{
    return i >= 0 && i < (int)(sizeof MODES / sizeof *MODES) ? MODES[i] : NULL;
}

const Genre *genre_mode_find(const char *name)
{
    for (int i = 0; genre_mode_at(i); i++)
        if (strcmp(genre_mode_at(i)->name, name) == 0) return genre_mode_at(i);
    return NULL;
}
