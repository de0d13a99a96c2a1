/* sound.c: see app/sound.h. */
#include "app/sound.h"

#include <math.h>
#include <stdlib.h>

#include "synth/soundfont.h"

static bool interrupted(const Run *run, Err *err)
{
    if (!run_stopped(run)) return false;
    err_set(err, "interrupted");
    return true;
}

bool sound_master(AudioBuf *a, const SoundJob *job, const char *shown, MasterDone *done,
                  const Run *run, Err *err)
{
    MasterOpts o = {.style = job->style, .lufs = job->lufs, .saturate = job->saturate,
                    .raw = job->raw, .peak = job->peak - audio_headroom(shown, job->format)};
    return !interrupted(run, err) && audio_master(a, &o, done, run, err) && !interrupted(run, err);
}

bool sound_play_midi(AudioBuf *a, const MidiSong *song, const SoundJob *job, const Say *report,
                     const Run *run, Err *err)
{
    char *font = soundfont_find(job->font, err);
    if (!font) return false;
    SoundFontOpts synth = {.font = font, .rate = job->rate, .max_tail = 6};
    say(report, SAY_MORE, "soundfont %s", font);
    bool ok = soundfont_render(song, &synth, a, run, err);
    free(font);
    return ok;
}

/* Loudness and true peak of what was mastered; what was not is nobody's promise, so that measuring
 * it is left to `measure`. */
void sound_report(const AudioBuf *a, const SoundJob *job, const MasterDone *done, const char *shown,
                  const Say *report)
{
    if (!report || !report->line) return;
    int s = (int)lrint((double)a->frames / a->rate);
    if (job->raw) {
        say(report, SAY_INFO, "%s: %d:%02d, not mastered", shown, s / 60, s % 60);
        return;
    }
    double lufs = done->lufs;
    say(report, SAY_INFO, "%s: %d:%02d, %.1f LUFS, %.1f dBTP", shown, s / 60, s % 60, lufs,
        20 * log10(done->peak));
    if (fabs(lufs - job->lufs) > 0.5 && isfinite(lufs))
        say(report, SAY_WARN,
            "%s: %.1f LUFS is as near to %.1f as the peak limit of %.1f dBTP allows", shown, lufs,
            job->lufs, job->peak);
}

bool sound_encode(const AudioBuf *a, const SoundJob *job, const char *shown, const AudioTags *tags,
                  Str *out, Err *err)
{
    return audio_encode(a, shown, job->format, (AudioBits)job->bits, tags, out, err);
}

bool sound_finish(AudioBuf *a, const SoundJob *job, const char *path, const char *shown,
                  const AudioTags *tags, const Say *report, const Run *run, Err *err)
{
    MasterDone done;
    bool ok = sound_master(a, job, path, &done, run, err) &&
              audio_write(a, path, job->format, (AudioBits)job->bits, tags, err);
    if (ok) sound_report(a, job, &done, shown, report);
    return ok;
}

bool sound_make(const MidiSong *song, const SoundJob *job, const char *path, const char *shown,
                const AudioTags *tags, const Say *report, const Run *run, Err *err)
{
    AudioBuf a = {0};
    bool ok = sound_play_midi(&a, song, job, report, run, err) &&
              sound_finish(&a, job, path, shown, tags, report, run, err);
    audio_free(&a);
    return ok;
}
