/* genre.c: the table of genres, from genres.def. */
#include "genre/genre.h"

#include <string.h>

#define GENRE(word) extern const Genre genre_##word;
#include "genre/genres.def"
#undef GENRE

static const Genre *const GENRES[] = {
#define GENRE(word) &genre_##word,
#include "genre/genres.def"
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
