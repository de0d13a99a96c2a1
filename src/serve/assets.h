/* assets.h: the page and its parts, embedded in the program. */
#ifndef SERVE_ASSETS_H
#define SERVE_ASSETS_H

#include <stddef.h>

typedef struct Asset {
    const char *name; /* "index.html" */
    const unsigned char *bytes;
    size_t size;
} Asset;

/* Made by src/serve/embed.sh from src/serve/page/: the last one has no name. */
extern const Asset page_assets[];

const Asset *asset_find(const char *name); /* NULL when there is none */
/* Content-Type by its ending. */
const char *asset_type(const char *name);

#endif
