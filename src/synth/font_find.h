/* font_find.h: looking for a SoundFont in given folders. */
#ifndef SYNTH_FONT_FIND_H
#define SYNTH_FONT_FIND_H

/* The font called `name` (with or without its ending) in the first of the folders that has it; when
 * name is NULL, the best General MIDI font: FluidR3, GeneralUser, default-GM, TimGM6mb in this
 * order in any of the folders, then any .sf2 or .sf3. dirs ends with NULL. A new string or NULL. */
char *font_find_in(const char *const *dirs, const char *name);

#endif
