/* album_other.h: whether a folder holds another album already. */
#ifndef APP_ALBUM_OTHER_H
#define APP_ALBUM_OTHER_H

#include "album_plan.h"

/* False when files of another album (another model's, or with tracks or files that p has not) would
 * stay beside p's in the folder. With force they may, and that album's plan is removed. */
bool album_other_check(const AlbumPlan *p, const char *dir, bool force, Err *err);

#endif
