/* assets.c: see assets.h. */
#include "assets.h"

#include <string.h>

#include "base/str.h"

const Asset *asset_find(const char *name)
{
    for (const Asset *a = page_assets; a->name; a++)
        if (strcmp(a->name, name) == 0) return a;
    return NULL;
}

const char *asset_type(const char *name)
{
    static const struct {
        const char *ending, *type;
    } TYPES[] = {
        {".html", "text/html; charset=utf-8"}, {".css", "text/css; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"}, {".mjs", "text/javascript; charset=utf-8"},
        {".json", "application/json"}, {".mid", "audio/midi"}, {".wav", "audio/wav"},
        {".flac", "audio/flac"}, {".ogg", "audio/ogg"}, {".opus", "audio/ogg"},
        {".mp3", "audio/mpeg"}, {".svg", "image/svg+xml"}, {".png", "image/png"},
        {".ico", "image/x-icon"}, {".woff2", "font/woff2"}, {".txt", "text/plain; charset=utf-8"},
        {".webmanifest", "application/manifest+json"},
    };
    for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++)
        if (str_ends(name, TYPES[i].ending)) return TYPES[i].type;
    return "application/octet-stream";
}
