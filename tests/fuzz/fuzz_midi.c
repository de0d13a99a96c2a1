/* fuzz_midi.c: any bytes as a MIDI file: read, time and measure them. libFuzzer target:
 * clang -fsanitize=fuzzer,address,undefined, linked with libllmsonify.a. */
#include <stddef.h>
#include <stdint.h>

#include "app/measure_midi.h"
#include "midi/song.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MidiSong song;
    MidiMeasure m;
    JsonOut j;
    Str out = {0};
    Err err = {0};
    if (!midi_read(&song, data, (int64_t)size, &err)) return 0;
    measure_midi(&m, &song);
    measure_midi_text(&m, "fuzz", &out);
    jout_init(&j, &out);
    measure_midi_json(&m, "fuzz", &j);
    measure_midi_free(&m);
    str_free(&out);
    midi_free(&song);
    return 0;
}
