/* byte_store.h: where an encoder puts its bytes, in memory or in a file: the callbacks that a codec
 * library asks for. `ud` is a ByteStore. */
#ifndef AUDIO_BYTE_STORE_H
#define AUDIO_BYTE_STORE_H

#include <stdint.h>

#include "base/file.h"
#include "base/str.h"

/* Zero is an empty memory. */
typedef struct ByteStore {
    Str bytes;    /* when file is closed */
    size_t at;
    OutFile file; /* open: everything goes there */
    int failed;   /* errno of the first write that did not succeed, 0 = none */
} ByteStore;

int64_t store_length(void *ud);
int64_t store_seek(int64_t offset, int whence, void *ud);
int64_t store_read(void *to, int64_t count, void *ud); /* of a file: nothing, it is written only */
int64_t store_write(const void *from, int64_t count, void *ud);
int64_t store_tell(void *ud);

#endif
