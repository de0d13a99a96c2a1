/* prompt_spectrum.c: see prompt_spectrum.h. A prompt is the mean of its tokens' residual stream
 * after one layer (BOS left out: it is an attention sink and would drown the rest); the dimensions
 * that vary most over the set each get a sine of their own, 60 to 4000 Hz in order of their index,
 * and every prompt 0.3 s of them: amplitude |a| over the 99th percentile of that dimension, at
 * most 1, phase 0 or pi by sign. */
#include "prompt_spectrum.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/prompt_file.h"
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
    OptList prompt;
    TextModel model;
    int layer, d, dims;
    float *pooled;   /* [prompts, d] */
    int *tokens;     /* [prompts] */
    int *dim;        /* [dims] which, rising */
    double *hz, *scale, *variance; /* [dims] */
    float *amp;      /* [prompts, dims] */
} Spectrum;

/* The mean that one pass adds up. */
typedef struct Pool1 {
    double *sum; /* [d] */
    int skip, n, layer;
} Pool1;

static void pool_visit(void *ud, const HookData *h)
{
    Pool1 *p = ud;
    if (h->point == HOOK_RESID_PRE && p->layer >= 0) return;
    for (int t = 0; t < h->nt; t++) {
        if (h->pos + t < p->skip) continue;
        for (int i = 0; i < h->width; i++) p->sum[i] += (double)h->v[t * h->ld_token + i];
        p->n++;
    }
}

static bool pool_prompt(Spectrum *s, int i, double *sum, const bool *layers, const Run *run,
                        Err *err)
{
    Lm *lm = s->model.lm;
    TokenIds ids = {0};
    const char *text = s->prompt.item[i];
    bool ok = tokenizer_encode(s->model.tok, text, strlen(text), TOKENIZE_EDGES, &ids, err);
    if (ok && ids.n == 0) ok = err_set(err, "prompt %d: no token stands for it", i + 1);
    if (ok) {
        bool bos = ids.id[0] == tokenizer_bos(s->model.tok) && ids.n > 1;
        int n = ids.n < lm_context(lm) ? ids.n : lm_context(lm);
        Pool1 p = {.sum = sum, .skip = bos, .layer = s->layer};
        HookPoint point = s->layer < 0 ? HOOK_RESID_PRE : HOOK_RESID_POST;
        Hooks hooks = {.mask = HOOK_BIT(point), .layers = layers, .visit = pool_visit, .ud = &p};
        for (int k = 0; k < s->d; k++) sum[k] = 0;
        lm_rewind(lm, 0);
        ok = lm_eval(lm, ids.id, n, &hooks, run, err);
        for (int k = 0; ok && k < s->d; k++)
            s->pooled[(int64_t)i * s->d + k] = (float)(sum[k] / p.n);
        s->tokens[i] = n;
    }
    token_ids_free(&ids);
    return ok || err_wrap(err, "prompt %d", i + 1);
}

static bool pool_all(Spectrum *s, const Run *run, Err *err)
{
    int nl = lm_hparams(s->model.lm)->nl;
    bool *layers = mem_alloc(nl, sizeof *layers), ok = true;
    double *sum = mem_alloc(s->d, sizeof *sum);
    layers[s->layer < 0 ? 0 : s->layer] = true;
    Run quiet = {.stop = run->stop, .threads = run->threads};
    for (int i = 0; ok && i < s->prompt.n; i++) {
        ok = pool_prompt(s, i, sum, layers, &quiet, err);
        run_progress(run, "prompts", i + 1, s->prompt.n);
        if (ok && run_stopped(run)) ok = err_set(err, "interrupted");
    }
    free(layers);
    free(sum);
    return ok;
}

static double column_variance(const Spectrum *s, int k)
{
    double sum = 0, squares = 0;
    for (int i = 0; i < s->prompt.n; i++) sum += (double)s->pooled[(int64_t)i * s->d + k];
    double mean = sum / s->prompt.n;
    for (int i = 0; i < s->prompt.n; i++) {
        double x = (double)s->pooled[(int64_t)i * s->d + k] - mean;
        squares += x * x;
    }
    return squares / s->prompt.n;
}

/* The dims of largest variance (ties to the lower index), in order of their index. */
static void choose_dims(Spectrum *s)
{
    double *var = mem_alloc(s->d, sizeof *var);
    bool *taken = mem_alloc(s->d, sizeof *taken);
    for (int k = 0; k < s->d; k++) var[k] = column_variance(s, k);
    for (int n = 0; n < s->dims; n++) {
        int best = -1;
        for (int k = 0; k < s->d; k++)
            if (!taken[k] && (best < 0 || var[k] > var[best])) best = k;
        taken[best] = true;
    }
    for (int k = 0, n = 0; k < s->d; k++) {
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
    int n = s->prompt.n;
    double *x = mem_alloc(n, sizeof *x);
    for (int j = 0; j < s->dims; j++) {
        for (int i = 0; i < n; i++) x[i] = -fabs((double)s->pooled[(int64_t)i * s->d + s->dim[j]]);
        stats_sort_descending(x, n);
        for (int i = 0; i < n; i++) x[i] = -x[i]; /* rising */
        s->scale[j] = stats_quantile(x, n, ROBUST);
        for (int i = 0; i < n; i++) {
            double a = (double)s->pooled[(int64_t)i * s->d + s->dim[j]];
            double u = s->scale[j] > 0 ? fmax(-1, fmin(1, a / s->scale[j])) : 0;
            s->amp[(int64_t)i * s->dims + j] = (float)u;
        }
    }
    free(x);
}

static bool spectrum_open(Spectrum *s, const ActivationsJob *job, const Run *run, Err *err)
{
    if (!prompt_file_read(&s->prompt, job->text.in.file, job->column, err)) return false;
    TextJob text = job->text;
    text.in.text = s->prompt.item[0]; /* each is read in its turn */
    text.in.file = NULL;
    if (!text_model_open(&s->model, &text, run, err)) return false;
    const Hparams *hp = lm_hparams(s->model.lm);
    int n = s->prompt.n;
    s->d = hp->d;
    s->dims = job->dims < s->d ? job->dims : s->d;
    s->layer = job->layer < hp->nl ? job->layer : hp->nl - 1;
    s->pooled = mem_alloc((int64_t)n * s->d, sizeof *s->pooled);
    s->tokens = mem_alloc(n, sizeof *s->tokens);
    s->dim = mem_alloc(s->dims, sizeof *s->dim);
    s->hz = mem_alloc(s->dims, sizeof *s->hz);
    s->scale = mem_alloc(s->dims, sizeof *s->scale);
    s->variance = mem_alloc(s->dims, sizeof *s->variance);
    s->amp = mem_alloc((int64_t)n * s->dims, sizeof *s->amp);
    return true;
}

static void spectrum_close(Spectrum *s)
{
    optlist_free(&s->prompt);
    text_model_close(&s->model);
    free(s->pooled);
    free(s->tokens);
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
    jout_string(&j, "model", s->model.m.name);
    jout_int(&j, "layer", s->layer);
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
    for (int i = 0; i < s->prompt.n; i++) {
        jout_begin(&j, NULL, '{', true);
        jout_number(&j, "at", i * SEGMENT, 8);
        jout_int(&j, "tokens", s->tokens[i]);
        jout_string(&j, "text", s->prompt.item[i]);
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
    Chords d = {.title = title, .subtitle = subtitle, .n = s->prompt.n, .dims = s->dims,
              .amp = s->amp, .hz = s->hz, .variance = s->variance,
              .prompt = (const char *const *)s->prompt.item};
    snprintf(title, sizeof title, "%.80s: prompts as chords", s->model.m.name);
    snprintf(subtitle, sizeof subtitle,
             "%d prompts of %g s, the %d of %d dimensions after layer %d that vary most", d.n,
             SEGMENT, d.dims, s->d, s->layer);
    char *path = plot_path(names, &job->plot, 0, err);
    bool ok = path && plot_to(path, CHORDS_WIDTH, CHORDS_HEIGHT, draw_chords, &d, set, err);
    free(path);
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
        AudioTags tags = {.title = "spectrum", .artist = s->model.m.name, .comment = job->command,
                          .software = "llmsonify " LLMSONIFY_VERSION};
        sound.style = "activations";
        sound.format = names->format;
        sines_render(&a, s->amp, s->prompt.n, s->hz, s->dims, &o, run);
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
    Spectrum s = {.layer = 0};
    bool ok = spectrum_open(&s, job, run, err) && pool_all(&s, run, err);
    if (ok) {
        choose_dims(&s);
        set_amplitudes(&s);
        say(&job->text.say, SAY_INFO, "%d prompts, %d of %d dimensions after layer %d", s.prompt.n,
            s.dims, s.d, s.layer);
        ok = write_files(&s, job, names, set, run, err);
    }
    spectrum_close(&s);
    return ok;
}
