/* conductor.c: see atmos/conductor.h. Short-term loudness is looked at ten times a second, as EBU
 * Tech 3341 asks of a meter; momentary loudness at the contour's own rate. */
#include "atmos/conductor.h"

#include <math.h>
#include <stdlib.h>

#include "audio/loudness.h"
#include "audio/sndfile_io.h"
#include "base/mem.h"
#include "base/str.h"

#define SHORT_TERM_WINDOW 3.0 /* seconds */
#define SHORT_TERM_HOP 0.1

static double largest_short_term(const AudioBuf *a)
{
    double *s, top = -HUGE_VAL;
    int64_t n = audio_loudness_curve(a, SHORT_TERM_WINDOW, SHORT_TERM_HOP, &s);
    for (int64_t i = 0; i < n; i++) top = fmax(top, s[i]);
    free(s);
    return top;
}

void conductor_of_audio(Conductor *c, const char *path, const AudioBuf *a,
                        const ContourOpts *opts)
{
    *c = (Conductor){.path = mem_strdup(path), .name = mem_strdup(path_base(path)),
                     .seconds = (double)a->frames / a->rate, .rate = a->rate,
                     .channels = a->channels, .lufs = audio_lufs(a), .momentary = -HUGE_VAL,
                     .short_term = largest_short_term(a)};
    contour_of_audio(&c->contour, a, opts);
    for (int i = 0; i < c->contour.n; i++)
        if (c->contour.lufs_raw[i] > CONTOUR_FLOOR)
            c->momentary = fmax(c->momentary, c->contour.lufs_raw[i]);
}

bool conductor_read(Conductor *c, const char *path, const ContourOpts *opts, AudioBuf *audio,
                    Err *err)
{
    AudioBuf a;
    *c = (Conductor){0};
    if (!audio_read(&a, path, err)) return false;
    for (int64_t i = 0; i < a.frames * a.channels; i++)
        if (!isfinite(a.x[i])) a.x[i] = 0;
    conductor_of_audio(c, path, &a, opts);
    if (audio)
        *audio = a;
    else
        audio_free(&a);
    return true;
}

void conductor_of_silence(Conductor *c, int n, const ContourOpts *opts)
{
    *c = (Conductor){.name = mem_strdup("silence"), .seconds = n / opts->tps, .lufs = -HUGE_VAL,
                     .momentary = -HUGE_VAL, .short_term = -HUGE_VAL};
    contour_of_silence(&c->contour, n, opts);
}

void conductor_free(Conductor *c)
{
    free(c->path);
    free(c->name);
    contour_free(&c->contour);
    *c = (Conductor){0};
}
