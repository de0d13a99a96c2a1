/* measure_parts.h: the parts of measuring music: each reads notes and bars and fills its share. */
#ifndef SRC_APP_MEASURE_PARTS_H
#define SRC_APP_MEASURE_PARTS_H

#include "app/measure_music.h"
#include "measure_heard.h"

/* All of it: all [all->n] in any order, the bars of the song; key = that of the whole. */
void music_measure(MidiMusic *m, const MidiSong *song, const Grid *g, const HeardList *all,
                   const KeyFind *key);
void music_free(MidiMusic *m);

/* h [n]: by start, in each of them. Fills m->harmony and the bars. */
void music_measure_harmony(MidiMusic *m, const MidiSong *song, const Grid *g, const Heard *h, int n,
                           const KeyFind *key);
/* Into *r; and the syncopation of each bar into bar [g->n] unless it is NULL. */
void music_measure_rhythm(MusicRhythm *r, MusicBar *bar, const Grid *g, const Heard *h, int n);
void music_measure_melody(MusicMelody *m, const Grid *g, const Heard *h, int n);
void music_mean_add(MusicMean *m, double value, double weight);

#endif
