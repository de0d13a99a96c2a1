/* bench_render.c: renders a MIDI file with soundfont_render and prints the seconds it took.
 *
 *   bench_render FILE.mid FONT THREADS OUT.wav|none [REPEATS] [STYLE]
 *
 * One line: the least wall-clock seconds of REPEATS for rendering (and writing), the seconds of
 * audio, and, when a STYLE is given, the seconds of mastering. Used by bench_render.sh. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "audio/master.h"
#include "audio/sndfile_io.h"
#include "base/str.h"
#include "synth/soundfont.h"

static bool once(char **argv, const Run *run, const char *style, double took[2], double *length,
                 Err *err)
{
    MidiSong song;
    AudioBuf a;
    SoundFontOpts opts = {.font = argv[2], .rate = 44100};
    MasterOpts master = {.style = style, .lufs = -14, .peak = -1, .raw = !style};
    double start = clock_seconds();
    if (!midi_read_file(&song, argv[1], err)) return false;
    bool ok = soundfont_render(&song, &opts, &a, run, err);
    midi_free(&song);
    if (!ok) return false;
    double rendered = clock_seconds();
    ok = audio_master(&a, &master, NULL, run, err);
    double mastered = clock_seconds();
    if (ok && strcmp(argv[4], "none") != 0)
        ok = audio_write(&a, argv[4], NULL, BITS_16, NULL, err);
    took[0] = rendered - start + clock_seconds() - mastered;
    took[1] = mastered - rendered;
    *length = (double)a.frames / a.rate;
    audio_free(&a);
    return ok;
}

int main(int argc, char **argv)
{
    Err err = {{0}};
    int64_t threads, repeats = 1;
    double best[2] = {1e9, 1e9}, length = 0;
    if (argc < 5 || !parse_int(argv[3], 1, 64, &threads) ||
        (argc > 5 && !parse_int(argv[5], 1, 100, &repeats))) {
        fprintf(stderr, "usage: bench_render FILE.mid FONT THREADS OUT.wav|none [REPEATS] "
                        "[STYLE]\n");
        return 1;
    }
    Run run = {.threads = (int)threads};
    for (int64_t i = 0; i < repeats; i++) {
        double took[2];
        if (!once(argv, &run, argc > 6 ? argv[6] : NULL, took, &length, &err)) {
            fprintf(stderr, "bench_render: %s\n", err.msg);
            return 2;
        }
        for (int k = 0; k < 2; k++)
            if (took[k] < best[k]) best[k] = took[k];
    }
    printf("%.3f %.1f %.3f\n", best[0], length, best[1]);
    return 0;
}
