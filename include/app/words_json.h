/* words_json.h: words.json, which tells when each word of a prompt sounds, for every kind of piece
 * that plays words.
 *
 * {"version": 1, "text", "seconds", "words": [{"i", "text", "start_char", "end_char", "t", "dur",
 * "notes": [{"track", "voice", "key", "t", "dur", "vel", "note"}]}]}: places in code points, times
 * in seconds of the finished audio (which rings on beyond "seconds"); "track" and "note" count the
 * sidecar's tracks and the track's notes. A word's t is when its first note starts; its dur is how
 * long its notes sound from there without a gap: one that comes back later does not sound all the
 * while. Both are null where it has no note. */
#ifndef APP_WORDS_JSON_H
#define APP_WORDS_JSON_H

#include "app/space_words.h"

/* A note that a word sounds as; one that two words share stands twice. */
typedef struct WordNote {
    int word;         /* index */
    int track, note;  /* note: of the track */
    const char *voice;
    double key, vel;  /* vel 0..1 */
    double at, to;    /* seconds */
} WordNote;

/* Appends words.json. note [n] in the order in which each word's are told. */
void words_json(Str *out, const char *text, double seconds, const SpaceWords *words,
                const WordNote *note, int n);

#endif
