/* gm.h: General MIDI level 1: program and drum names, comfortable ranges of the instruments. */
#ifndef MIDI_GM_H
#define MIDI_GM_H

const char *gm_program_name(int program); /* 0-based: 0 "Acoustic Grand Piano" */
const char *gm_drum_name(int key);        /* 35..81, "" elsewhere */

#endif
