/* sound.c: see app/sound.h. */
#include "app/sound.h"

#include <math.h>
#include <stdlib.h>

#include "audio/limiter.h"
#include "audio/loudness.h"
#include "audio/master.h"
#include "synth/soundfont.h"

static bool interrupted(const Run *run, Err *err)
{
    if (!run_stopped(run)) return false;
    err_set(err, "interrupted");
    return true;
}

static bool master(AudioBuf *a, const SoundJob *job, const char *path, const Run *run, Err *err)
{
    MasterOpts o = {.style = job->style, .lufs = job->lufs, .raw = job->raw,
                    .peak = job->peak - audio_headroom(path, job->format)};
    return !interrupted(run, err) && audio_master(a, &o, run, err) && !interrupted(run, err);
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
void sound_report(const AudioBuf *a, const SoundJob *job, const char *shown, const Say *report,
                  const Run *run)
{
    if (!report || !report->line) return;
    int s = (int)lrint((double)a->frames / a->rate);
    if (job->raw) {
        say(report, SAY_INFO, "%s: %d:%02d, not mastered", shown, s / 60, s % 60);
        return;
    }
    double lufs = audio_lufs(a), peak = 20 * log10(limiter_peak(a, run));
    say(report, SAY_INFO, "%s: %d:%02d, %.1f LUFS, %.1f dBTP", shown, s / 60, s % 60, lufs, peak);
    if (fabs(lufs - job->lufs) > 0.5 && isfinite(lufs))
        say(report, SAY_WARN,
            "%s: %.1f LUFS is as near to %.1f as the peak limit of %.1f dBTP allows", shown, lufs,
            job->lufs, job->peak);
}

bool sound_encode(AudioBuf *a, const SoundJob *job, const char *shown, const AudioTags *tags,
                  Str *out, const Run *run, Err *err)
{
    return master(a, job, shown, run, err) &&
           audio_encode(a, shown, job->format, (AudioBits)job->bits, tags, out, err);
}

bool sound_finish(AudioBuf *a, const SoundJob *job, const char *path, const char *shown,
                  const AudioTags *tags, const Say *report, const Run *run, Err *err)
{
    bool ok = master(a, job, path, run, err) &&
              audio_write(a, path, job->format, (AudioBits)job->bits, tags, err);
    if (ok) sound_report(a, job, shown, report, run);
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
