/* album_finish.h: what is made of all tracks together, when all are there. */
#ifndef APP_ALBUM_FINISH_H
#define APP_ALBUM_FINISH_H

#include "album_record.h"
#include "app/say.h"
#include "base/run.h"

/* r [p->n]. The album's sound, tables and pictures, into dir: they appear together. */
bool album_finish(const AlbumPlan *p, const AlbumRecord *r, const char *dir, const Say *report,
                  const Run *run, Err *err);
/* Replaces *r [p->n] by the records of the tracks in dir that are finished; have [p->n] says which.
 * Returns how many are not. */
int album_records_read(const AlbumPlan *p, const char *dir, AlbumRecord *r, bool *have);
void album_records_free(AlbumRecord *r, int n);

#endif
