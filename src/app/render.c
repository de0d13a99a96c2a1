/* render.c: see app/render.h. */
#include "app/render.h"

#include <stdlib.h>
#include <string.h>

#include "app/output.h"
#include "app/version.h"
#include "base/mem.h"
#include "base/str.h"

/* The input's name without folder and ending. */
static char *stem_of(const char *path)
{
    const char *base = path_base(path), *dot = strrchr(base, '.');
    return mem_strndup(base, dot && dot > base ? (size_t)(dot - base) : strlen(base));
}

static bool name_output(OutNames *names, const RenderJob *job, Err *err)
{
    char *stem = stem_of(job->input);
    OutRequest r = {.output = job->output, .stem = stem, .audio = true,
                    .format = job->format, .usual = "wav"};
    bool ok = outnames_make(names, &r, err);
    free(stem);
    return ok;
}

bool render_check(const RenderJob *job, Err *err)
{
    OutNames names;
    if (strcmp(job->input, "-") == 0 && !job->output)
        return err_set(err, "standard input has no name; give --output");
    if (!name_output(&names, job, err)) return false;
    bool audio = names.path[OUT_AUDIO] != NULL;
    if (!audio) err_set(err, "--output: '%s' is no audio file", job->output);
    outnames_free(&names);
    return audio;
}

static bool render_to(const RenderJob *job, const OutNames *names, OutSet *set, const Run *run,
                      Err *err)
{
    MidiSong song = {0};
    SoundJob sound = job->sound;
    char *stem = stem_of(job->input);
    const char *path = names->path[OUT_AUDIO];
    AudioTags tags = {.software = "llmsonify " LLMSONIFY_VERSION};
    if (strcmp(stem, "-") != 0) tags.title = stem;
    sound.format = names->format;
    bool ok = midi_read_file(&song, job->input, err);
    for (int i = 0; ok && i < song.nwarnings; i++)
        say(&job->say, SAY_WARN, "%s: %s", job->input, song.warning[i]);
    ok = ok && sound_make(&song, &sound, outset_add(set, path), path, &tags, &job->say, run, err);
    midi_free(&song);
    free(stem);
    return ok;
}

bool render_file(const RenderJob *job, const Run *run, Err *err)
{
    OutNames names = {.format = NULL};
    OutSet set = {0};
    bool ok = name_output(&names, job, err) && outnames_check(&names, job->clobber, err) &&
              render_to(job, &names, &set, run, err);
    ok = outset_finish(&set, ok, run, err);
    outnames_free(&names);
    return ok;
}
