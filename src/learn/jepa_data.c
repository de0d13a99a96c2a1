/* jepa_data.c: see learn/jepa_data.h. */
#include "learn/jepa_data.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

enum { LAYER = STAT_TOKENS * STAT_FEATURES, WINDOW = WINDOW_NOTES * NOTE_FEATURES };
enum { PART = 256 }; /* windows that are heard at once: bounds the memory */

int layer_set_size(const LayerSet *s)
{
    return s->n ? s->first[s->n] : 0;
}

/* Room for n more layers, at the returned index. */
static int make_room(LayerSet *s, int n)
{
    int at = layer_set_size(s);
    s->stat = mem_resize(s->stat, (int64_t)(at + n) * LAYER, sizeof *s->stat);
    s->look = mem_resize(s->look, at + n, sizeof *s->look);
    return at;
}

/* The n layers behind the last model are another's. */
static void close_model(LayerSet *s, int n, const char *name, const char *mark)
{
    int at = layer_set_size(s);
    s->name = mem_resize(s->name, s->n + 1, sizeof *s->name);
    s->mark = mem_resize(s->mark, s->n + 1, sizeof *s->mark);
    s->first = mem_resize(s->first, s->n + 2, sizeof *s->first);
    s->name[s->n] = mem_strdup(name ? name : "");
    s->mark[s->n] = mem_strdup(mark);
    s->first[s->n++] = at;
    s->first[s->n] = at + n;
}

bool layer_set_add(LayerSet *s, const FeatureSet *fs, Err *err)
{
    int at = make_room(s, fs->nl);
    char mark[17];
    if (!layer_windows(fs, s->stat + (int64_t)at * LAYER, s->look + at, err)) return false;
    feat_fingerprint(fs, mark);
    close_model(s, fs->nl, fs->model, mark);
    return true;
}

void layer_set_add_from(LayerSet *s, const LayerSet *from, int model)
{
    int first = from->first[model], n = from->first[model + 1] - first, at = make_room(s, n);
    memcpy(s->stat + (int64_t)at * LAYER, from->stat + (int64_t)first * LAYER,
           (size_t)n * LAYER * sizeof *s->stat);
    memcpy(s->look + at, from->look + first, (size_t)n * sizeof *s->look);
    close_model(s, n, from->name[model], from->mark[model]);
}

void layer_set_free(LayerSet *s)
{
    for (int i = 0; i < s->n; i++) {
        free(s->name[i]);
        free(s->mark[i]);
    }
    free(s->name);
    free(s->mark);
    free(s->first);
    free(s->stat);
    free(s->look);
    *s = (LayerSet){0};
}

int layer_set_model(const LayerSet *s, int layer)
{
    int m = 0;
    while (s->first[m + 1] <= layer) m++;
    return m;
}

/* What `from` has, behind what is there; from is empty then. */
static void append(Corpus *c, Corpus *from)
{
    int files = c->nfiles, windows = c->nwindows;
    int64_t notes = c->nnotes;
    c->nfiles += from->nfiles;
    c->nwindows += from->nwindows;
    c->nnotes += from->nnotes;
    c->file = mem_resize(c->file, c->nfiles, sizeof *c->file);
    c->window = mem_resize(c->window, c->nwindows, sizeof *c->window);
    c->note = mem_resize(c->note, c->nnotes, sizeof *c->note);
    memcpy(c->file + files, from->file, (size_t)from->nfiles * sizeof *c->file);
    memcpy(c->note + notes, from->note, (size_t)from->nnotes * sizeof *c->note);
    for (int i = 0; i < from->nwindows; i++) {
        MusicWindow w = from->window[i];
        w.file += files;
        w.first += notes;
        if (w.next >= 0) w.next += windows;
        c->window[windows + i] = w;
    }
    for (int k = 0; k < REFUSED_KINDS; k++) c->refused[k] += from->refused[k];
    from->nfiles = 0; /* their paths have moved */
    corpus_free(from);
}

bool corpora_read(Corpus *c, const OptList *dirs, const CorpusRules *rules, const Run *run,
                  Err *err)
{
    *c = (Corpus){0};
    for (int i = 0; i < dirs->n; i++) {
        Corpus one;
        if (!corpus_read(&one, dirs->item[i], rules, run, err)) {
            corpus_free(c);
            return false;
        }
        append(c, &one);
    }
    return c->nwindows > 0 || err_set(err, "no folder of MIDI files");
}

void corpus_hold(const Corpus *c, double share, bool *held)
{
    for (int i = 0; i < c->nfiles; i++)
        held[i] = floor((i + 1) * share + 1e-9) > floor(i * share + 1e-9);
}

void window_chain(const Corpus *c, int window, int n, int *w)
{
    for (int i = 0; i < n; i++) {
        assert(window >= 0);
        w[i] = window;
        window = c->window[window].next;
    }
}

static bool has_chain(const Corpus *c, int window)
{
    for (int i = 0; i < JEPA_SEQ && window >= 0; i++) window = c->window[window].next;
    return window >= 0;
}

void window_set_make(WindowSet *s, const Corpus *c, const bool *held, bool want)
{
    *s = (WindowSet){.corpus = c,
                     .window = mem_alloc(c->nwindows, sizeof *s->window),
                     .chain = mem_alloc(c->nwindows, sizeof *s->chain)};
    for (int i = 0; i < c->nfiles; i++) s->files += held[i] == want;
    for (int w = 0; w < c->nwindows; w++) {
        if (held[c->window[w].file] != want) continue;
        s->window[s->n++] = w;
        if (has_chain(c, w)) s->chain[s->nchains++] = w;
    }
}

void window_set_free(WindowSet *s)
{
    free(s->window);
    free(s->chain);
    *s = (WindowSet){0};
}

void corpus_marks(const Corpus *c, uint64_t *mark)
{
    for (int i = 0; i < c->nfiles; i++) mark[i] = HASH_NONE;
    for (int w = 0; w < c->nwindows; w++) {
        const CorpusNote *note = c->note + c->window[w].first;
        uint64_t *m = &mark[c->window[w].file];
        for (int i = 0; i < WINDOW_NOTES; i++) {
            *m = hash_fnv1a_on(*m, &note[i].key, sizeof note[i].key);
            *m = hash_fnv1a_on(*m, &note[i].dur, sizeof note[i].dur);
        }
    }
}

void windows_hear(const Corpus *c, const int *w, int n, float *x, int32_t *step)
{
    for (int i = 0; i < n; i++)
        note_features(c, w[i], x + (int64_t)i * WINDOW, step + (int64_t)i * WINDOW_NOTES);
}

void windows_latents(Jepa *j, const Corpus *c, const int *w, int n, float *z, const Run *run)
{
    float *x = mem_alloc((int64_t)PART * WINDOW, sizeof *x);
    int32_t *step = mem_alloc((int64_t)PART * WINDOW_NOTES, sizeof *step);
    for (int i = 0; i < n && !run_stopped(run); i += PART) {
        int part = n - i < PART ? n - i : PART;
        windows_hear(c, w + i, part, x, step);
        jepa_hear(j, x, step, part, z + (int64_t)i * JEPA_LATENT, run);
    }
    free(step);
    free(x);
}

void layers_foresee(Jepa *j, const LayerSet *s, float *z, const Run *run)
{
    for (int m = 0; m < s->n && !run_stopped(run); m++)
        jepa_foresee(j, s->stat + (int64_t)s->first[m] * LAYER, s->first[m + 1] - s->first[m],
                     z + (int64_t)s->first[m] * JEPA_LATENT, run);
}
