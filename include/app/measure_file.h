/* measure_file.h: what a meter says of MIDI and audio files. */
#ifndef APP_MEASURE_FILE_H
#define APP_MEASURE_FILE_H

#include <stdbool.h>

#include "app/say.h"
#include "base/err.h"
#include "base/opt.h"
#include "base/run.h"

/* Measures every file by its content (MIDI, otherwise audio; "-" = MIDI on standard input) and
 * appends text to read, or JSON: one object for one file, an array for several. A file that cannot
 * be measured does not keep the others from it: false at the end, err names the last such file,
 * and `report` was told of those before. */
bool measure_files(const OptList *files, bool json, Str *out, const Say *report, const Run *run,
                   Err *err);

#endif
