/* measure_file.c: see app/measure_file.h. */
#include "app/measure_file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/measure_midi.h"
#include "audio/loudness.h"
#include "audio/sndfile_io.h"
#include "base/file.h"
#include "base/json.h"

/* One number of an audio file. */
typedef struct Line {
    const char *key, *label, *unit;
    double value;
    int decimals;
} Line;

enum { AUDIO_LINES = 15 };

static void audio_lines(const AudioBuf *a, const AudioMeasure *m, Line line[AUDIO_LINES])
{
    const Line all[AUDIO_LINES] = {
        {"seconds", "length", "s", m->seconds, 3},
        {"rate", "rate", "Hz", a->rate, 0},
        {"channels", "channels", "", a->channels, 0},
        {"lufs", "loudness", "LUFS", m->lufs, 2},
        {"lra", "loudness range", "LU", m->lra, 2},
        {"true_peak", "true peak", "dBTP", m->true_peak, 2},
        {"sample_peak", "sample peak", "dBFS", m->sample_peak, 2},
        {"clipped", "clipped samples", "", (double)m->clipped, 0},
        {"longest_silence", "longest silence", "s", m->longest_silence, 3},
        {"lead_silence", "silence at start", "s", m->lead_silence, 3},
        {"tail_silence", "silence at end", "s", m->tail_silence, 3},
        {"dc", "DC offset", "", m->dc, 6},
        {"centroid", "spectral centroid", "Hz", m->centroid, 0},
        {"crest", "crest factor", "dB", m->crest, 2},
        {"max_jump", "largest jump", "", m->max_jump, 4},
    };
    memcpy(line, all, sizeof all);
}

static bool measure_audio(const char *path, JsonOut *j, Str *out, Err *err)
{
    AudioBuf a = {0};
    AudioMeasure m;
    Line line[AUDIO_LINES];
    if (!audio_read(&a, path, err)) return false;
    audio_measure(&a, &m);
    audio_lines(&a, &m, line);
    if (j) {
        jout_begin(j, NULL, '{', false);
        jout_string(j, "file", path);
        jout_string(j, "kind", "audio");
        for (int i = 0; i < AUDIO_LINES; i++) jout_number(j, line[i].key, line[i].value, 8);
        jout_end(j, '}');
    } else {
        str_addf(out, "%s\n", path);
        for (int i = 0; i < AUDIO_LINES; i++)
            str_addf(out, "  %-18s %12.*f%s%s\n", line[i].label, line[i].decimals, line[i].value,
                     *line[i].unit ? " " : "", line[i].unit);
    }
    audio_free(&a);
    return true;
}

static bool is_midi(const char *path)
{
    unsigned char head[12] = {0};
    if (strcmp(path, "-") == 0) return true;
    FILE *f = fopen(path, "rb");
    if (!f) return false;
    size_t n = fread(head, 1, sizeof head, f);
    fclose(f);
    if (n >= 4 && memcmp(head, "MThd", 4) == 0) return true;
    if (n == 12 && memcmp(head, "RIFF", 4) == 0 && memcmp(head + 8, "RMID", 4) == 0) return true;
    return str_ends(path, ".mid") || str_ends(path, ".midi");
}

static bool measure_song(const char *path, JsonOut *j, Str *out, Err *err)
{
    MidiSong song = {0};
    MidiMeasure m = {0};
    bool ok = midi_read_file(&song, path, err);
    if (ok) {
        measure_midi(&m, &song);
        if (j)
            measure_midi_json(&m, path, j);
        else
            measure_midi_text(&m, path, out);
        measure_midi_free(&m);
    }
    midi_free(&song);
    return ok;
}

static bool measure_one(const char *path, JsonOut *j, Str *out, Err *err)
{
    if (strcmp(path, "-") != 0 && !file_exists(path) && !dir_exists(path))
        return err_set(err, "%s: no such file", path);
    return (is_midi(path) ? measure_song : measure_audio)(path, j, out, err);
}

bool measure_files(const OptList *files, bool json, Str *out, const Say *report, const Run *run,
                   Err *err)
{
    JsonOut j;
    bool ok = true;
    jout_init(&j, out);
    if (json && files->n > 1) jout_begin(&j, NULL, '[', false);
    for (int i = 0; i < files->n; i++) {
        if (run_stopped(run)) return err_set(err, "interrupted");
        run_progress(run, "measuring", i, files->n);
        size_t before = out->len;
        if (!json && before > 0) str_putc(out, '\n');
        Err wrong = {{0}};
        if (measure_one(files->item[i], json ? &j : NULL, out, &wrong)) continue;
        if (!json) out->len = before;
        if (!ok) say(report, SAY_WARN, "%s", err->msg); /* the last message is the caller's */
        *err = wrong;
        ok = false;
    }
    if (json && files->n > 1) jout_end(&j, ']');
    return ok;
}
