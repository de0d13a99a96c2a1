/* album_pictures.h: the pictures of a whole album: album.png, the arc of its tension, and
 * cover.png. */
#ifndef APP_ALBUM_PICTURES_H
#define APP_ALBUM_PICTURES_H

#include "album_record.h"
#include "app/output.h"

/* Stages both into dir. */
bool album_pictures(const AlbumPlan *p, const AlbumRecord *r, const char *dir, OutSet *set,
                    Err *err);

#endif
