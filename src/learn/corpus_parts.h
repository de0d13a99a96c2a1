/* corpus_parts.h: the parts of reading a corpus: a file, where its bars begin, its windows. */
#ifndef SRC_LEARN_CORPUS_PARTS_H
#define SRC_LEARN_CORPUS_PARTS_H

#include "learn/corpus.h"
#include "midi/heard.h"

enum {
    CORPUS_FILE_BYTES = 8 << 20, /* a larger file counts as broken: reading takes 30 times that */
    CORPUS_FILE_NOTES = 1 << 17, /* more count as broken */
    CORPUS_QUARTERS = 1 << 16,   /* a file that lasts longer (9 hours at 120) counts as broken */
    CORPUS_NOTES = 1 << 26       /* of all files: see corpus.c */
};

/* A file as it was heard, or why it was not. Owner; zero is empty. */
typedef struct HeardFile {
    CorpusRefusal refused; /* REFUSED_KINDS = it is heard */
    CorpusFile file;       /* but its path */
    CorpusNote *note;      /* [file.notes] part by part, in order of time, then of key */
    int *part;             /* [nparts] notes of each track and channel */
    int nparts, cap_parts;
} HeardFile;

void corpus_file_read(HeardFile *f, const char *path, const CorpusRules *rules);
void corpus_file_free(HeardFile *f);

/* From `at` on (ticks), until the next begins, a bar lasts `length` ticks. */
typedef struct BarAnchor {
    double at, length;
} BarAnchor;

/* Where bars begin. Owner of anchor; zero is empty. */
typedef struct BarMap {
    BarAnchor *anchor; /* [n], n > 0 */
    int n, cap;
    double quarter;    /* ticks */
} BarMap;

/* meter [nmeters] of the song; h [n] its notes, n > 0, in any order; any_metre: believe what is
 * written even if it is not 4/4. */
void bar_map_make(BarMap *map, const Meter *meter, int nmeters, const Heard *h, int n,
                  int division, bool any_metre);
void bar_map_free(BarMap *map);
/* The anchor of the bar that a note at `tick` belongs to, a sixteenth being its width. */
const BarAnchor *bar_map_at(const BarMap *map, int32_t tick);
/* The tick at which that bar begins. */
double bar_map_start(const BarMap *map, int32_t tick);
/* The nearest sixteenth of the bar, 0..15. Bars longer than 16 begin anew at 16. */
int bar_map_step(const BarMap *map, int32_t tick);

/* What the 32 notes of *w are like, into *w; first is set. */
void window_describe(MusicWindow *w, const CorpusNote *note);

#endif
