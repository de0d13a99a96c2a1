/* prompt_spectrum.c: see prompt_spectrum.h. A prompt is the mean of its tokens' residual stream
 * after one layer (attention sinks left out: they would drown the rest); the dimensions that vary
 * most over the set each get a sine of their own, 60 to 4000 Hz in order of their index, and every
 * prompt 0.3 s of them: amplitude |a| over the 99th percentile of that dimension, at most 1, phase
 * 0 or pi by sign. */
#include "prompt_spectrum.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/states.h"
#include "app/version.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "math/stats.h"
#include "synth/sines.h"
#include "view/chords.h"

static const double SEGMENT = 0.3, FADE = 0.02; /* seconds */
static const double HZ_LO = 60, HZ_HI = 4000, ROBUST = 0.99;

typedef struct Spectrum {
    States states;
    int dims;
    int *dim;        /* [dims] which, rising */
    double *hz, *scale, *variance; /* [dims] */
    float *amp;      /* [prompts, dims] */
} Spectrum;

static double column_variance(const Spectrum *s, int k)
{
    double sum = 0, squares = 0;
    for (int i = 0; i < s->states.n; i++) sum += (double)s->states.v[(int64_t)i * s->states.d + k];
    double mean = sum / s->states.n;
    for (int i = 0; i < s->states.n; i++) {
        double x = (double)s->states.v[(int64_t)i * s->states.d + k] - mean;
        squares += x * x;
    }
    return squares / s->states.n;
}

/* The dims of largest variance (ties to the lower index), in order of their index. */
static void choose_dims(Spectrum *s)
{
    double *var = mem_alloc(s->states.d, sizeof *var);
    bool *taken = mem_alloc(s->states.d, sizeof *taken);
    for (int k = 0; k < s->states.d; k++) var[k] = column_variance(s, k);
    for (int n = 0; n < s->dims; n++) {
        int best = -1;
        for (int k = 0; k < s->states.d; k++)
            if (!taken[k] && (best < 0 || var[k] > var[best])) best = k;
        taken[best] = true;
    }
    for (int k = 0, n = 0; k < s->states.d; k++) {
        if (!taken[k]) continue;
        double x = s->dims > 1 ? (double)n / (s->dims - 1) : 0.5;
        s->dim[n] = k;
        s->variance[n] = var[k];
        s->hz[n++] = HZ_LO * pow(HZ_HI / HZ_LO, x);
    }
    free(var);
    free(taken);
}

static void set_amplitudes(Spectrum *s)
{
    int n = s->states.n;
    double *x = mem_alloc(n, sizeof *x);
    for (int j = 0; j < s->dims; j++) {
        for (int i = 0; i < n; i++)
            x[i] = -fabs((double)s->states.v[(int64_t)i * s->states.d + s->dim[j]]);
        stats_sort_descending(x, n);
        for (int i = 0; i < n; i++) x[i] = -x[i]; /* rising */
        s->scale[j] = stats_quantile(x, n, ROBUST);
        for (int i = 0; i < n; i++) {
            double a = (double)s->states.v[(int64_t)i * s->states.d + s->dim[j]];
            double u = s->scale[j] > 0 ? fmax(-1, fmin(1, a / s->scale[j])) : 0;
            s->amp[(int64_t)i * s->dims + j] = (float)u;
        }
    }
    free(x);
}

static bool spectrum_open(Spectrum *s, const ActivationsJob *job, const Run *run, Err *err)
{
    StatesJob states = {.model = job->text.model, .prompts = job->text.in.file,
                        .columns = {.prompt = job->column}, .say = job->text.say,
                        .layer = job->layer < STATES_LAST ? job->layer : STATES_LAST};
    if (!states_read(&s->states, &states, run, err)) return false;
    int n = s->states.n;
    s->dims = job->dims < s->states.d ? job->dims : s->states.d;
    s->dim = mem_alloc(s->dims, sizeof *s->dim);
    s->hz = mem_alloc(s->dims, sizeof *s->hz);
    s->scale = mem_alloc(s->dims, sizeof *s->scale);
    s->variance = mem_alloc(s->dims, sizeof *s->variance);
    s->amp = mem_alloc((int64_t)n * s->dims, sizeof *s->amp);
    return true;
}

static void spectrum_close(Spectrum *s)
{
    states_free(&s->states);
    free(s->dim);
    free(s->hz);
    free(s->scale);
    free(s->variance);
    free(s->amp);
}

/* Which number is which sound: dims and their pitch, prompts and their time. */
static void write_json(const Spectrum *s, const ActivationsJob *job, Str *out)
{
    JsonOut j;
    jout_init(&j, out);
    jout_begin(&j, NULL, '{', false);
    jout_string(&j, "format", "llmsonify spectrum 1");
    jout_string(&j, "version", LLMSONIFY_VERSION);
    jout_string(&j, "command", job->command);
    jout_string(&j, "model", s->states.model);
    jout_int(&j, "layer", s->states.first);
    jout_number(&j, "segment", SEGMENT, 6);
    jout_begin(&j, "dims", '[', false);
    for (int i = 0; i < s->dims; i++) {
        jout_begin(&j, NULL, '{', true);
        jout_int(&j, "dim", s->dim[i]);
        jout_number(&j, "hz", s->hz[i], 8);
        jout_number(&j, "scale", s->scale[i], 6);
        jout_number(&j, "variance", s->variance[i], 6);
        jout_end(&j, '}');
    }
    jout_end(&j, ']');
    jout_begin(&j, "prompts", '[', false);
    for (int i = 0; i < s->states.n; i++) {
        jout_begin(&j, NULL, '{', true);
        jout_number(&j, "at", i * SEGMENT, 8);
        jout_int(&j, "tokens", s->states.tokens[i]);
        jout_string(&j, "text", s->states.prompts.row[i].text);
        jout_end(&j, '}');
    }
    jout_end(&j, ']');
    jout_end(&j, '}');
}

static void draw_chords(Canvas *c, const void *ud)
{
    chords_draw(c, ud);
}

static bool write_picture(const Spectrum *s, const ActivationsJob *job, const OutNames *names,
                          OutSet *set, Err *err)
{
    char title[200], subtitle[200];
    const States *states = &s->states;
    const char **prompt = mem_alloc(states->n, sizeof *prompt);
    for (int i = 0; i < states->n; i++) prompt[i] = states->prompts.row[i].text;
    Chords d = {.title = title, .subtitle = subtitle, .n = states->n, .dims = s->dims,
                .amp = s->amp, .hz = s->hz, .variance = s->variance, .prompt = prompt};
    snprintf(title, sizeof title, "%.80s: prompts as chords", states->model);
    snprintf(subtitle, sizeof subtitle,
             "%d prompts of %g s, the %d of %d dimensions after layer %d that vary most", d.n,
             SEGMENT, d.dims, states->d, states->first);
    char *path = plot_path(names, &job->plot, 0, err);
    bool ok = path && plot_to(path, CHORDS_WIDTH, CHORDS_HEIGHT, draw_chords, &d, set, err);
    free(path);
    free(prompt);
    return ok;
}

static bool write_files(const Spectrum *s, const ActivationsJob *job, const OutNames *names,
                        OutSet *set, const Run *run, Err *err)
{
    bool ok = true;
    if (names->path[OUT_AUDIO]) {
        AudioBuf a = {0};
        SoundJob sound = job->sound;
        SinesOpts o = {.rate = sound.rate, .seconds = SEGMENT, .fade = FADE};
        const char *path = names->path[OUT_AUDIO];
        AudioTags tags = {.title = "spectrum", .artist = s->states.model, .comment = job->command,
                          .software = "llmsonify " LLMSONIFY_VERSION};
        sound.style = "activations";
        sound.format = names->format;
        sines_render(&a, s->amp, s->states.n, s->hz, s->dims, &o, run);
        ok = sound_finish(&a, &sound, outset_add(set, path), path, &tags, &job->text.say, run, err);
        audio_free(&a);
    }
    if (ok && names->path[OUT_JSON]) {
        Str out = {0};
        write_json(s, job, &out);
        ok = out_file(outset_add(set, names->path[OUT_JSON]), str_text(&out), out.len, err);
        str_free(&out);
    }
    if (ok && job->plot.wanted) ok = write_picture(s, job, names, set, err);
    return ok;
}

bool spectrum_make(const ActivationsJob *job, const OutNames *names, OutSet *set, const Run *run,
                   Err *err)
{
    Spectrum s = {.dims = 0};
    bool ok = spectrum_open(&s, job, run, err);
    if (ok) {
        choose_dims(&s);
        set_amplitudes(&s);
        say(&job->text.say, SAY_INFO, "%d prompts, %d of %d dimensions after layer %d", s.states.n,
            s.dims, s.states.d, s.states.first);
        ok = write_files(&s, job, names, set, run, err);
    }
    spectrum_close(&s);
    return ok;
}
