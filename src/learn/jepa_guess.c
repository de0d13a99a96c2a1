/* jepa_guess.c: see jepa_guess.h. */
#include "jepa_guess.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/ridge.h"

enum { LAYER = STAT_TOKENS * STAT_FEATURES };
enum { PROBES = 800 }; /* windows that a read-out of properties is learned from */

/* z [n, JEPA_LATENT] to length 1 and their mean into out. */
static void mean_direction(const float *z, int n, float *out)
{
    for (int k = 0; k < JEPA_LATENT; k++) out[k] = 0;
    for (int i = 0; i < n; i++) {
        const float *row = z + (int64_t)i * JEPA_LATENT;
        double square = 0;
        for (int k = 0; k < JEPA_LATENT; k++) square += (double)row[k] * (double)row[k];
        float scale = square > 0 ? (float)(1 / (sqrt(square) * n)) : 0;
        for (int k = 0; k < JEPA_LATENT; k++) out[k] += scale * row[k];
    }
}

/* The mean latent of the windows nearest to each layer. */
static float *latents_near(Jepa *net, const JepaEvalData *data, const LayerSet *layers,
                           const Run *run)
{
    const WindowSet *s = data->seen_music;
    int n = layer_set_size(layers), *w = mem_alloc((int64_t)n * PAIR_NEAR, sizeof *w), nw = 0;
    PairBook book;
    pair_book_make(&book, data->tables, layers->look, n, s->corpus->window, s->window, s->n);
    for (int i = 0; i < n * PAIR_NEAR; i++)
        if (book.near[i] >= 0) w[nw++] = s->window[book.near[i]];
    float *z = mem_alloc((int64_t)nw * JEPA_LATENT, sizeof *z);
    float *out = mem_alloc((int64_t)n * JEPA_LATENT, sizeof *out);
    windows_latents(net, s->corpus, w, nw, z, run);
    for (int i = 0, at = 0; i < n; i++) {
        int mine = 0;
        while (mine < PAIR_NEAR && book.near[i * PAIR_NEAR + mine] >= 0) mine++;
        mean_direction(z + (int64_t)at * JEPA_LATENT, mine, out + (int64_t)i * JEPA_LATENT);
        at += mine;
    }
    free(z);
    free(w);
    pair_book_free(&book);
    return out;
}

bool guess_book_make(GuessBook *b, Jepa *net, const JepaEvalData *data, const Run *run)
{
    if (!data->seen_music || data->seen_music->n == 0) return false;
    *b = (GuessBook){.seen = data->seen};
    b->ruled = latents_near(net, data, data->held, run);
    if (data->seen && layer_set_size(data->seen) > 1)
        b->taught = latents_near(net, data, data->seen, run);
    if (!run_stopped(run)) return true;
    guess_book_free(b);
    return false;
}

void guess_book_free(GuessBook *b)
{
    free(b->taught);
    free(b->ruled);
    *b = (GuessBook){0};
}

static void guess_by_nearest(const GuessBook *b, const LayerSet *held, float *guess)
{
    for (int i = 0; i < layer_set_size(held); i++) {
        double least = INFINITY;
        int at = 0;
        for (int k = 0; k < layer_set_size(b->seen); k++) {
            double sum = 0;
            for (int f = 0; f < LAYER; f++) {
                double d = (double)held->stat[(int64_t)i * LAYER + f] -
                           (double)b->seen->stat[(int64_t)k * LAYER + f];
                sum += d * d;
            }
            if (!(sum < least)) continue;
            least = sum;
            at = k;
        }
        memcpy(guess + (int64_t)i * JEPA_LATENT, b->taught + (int64_t)at * JEPA_LATENT,
               JEPA_LATENT * sizeof *guess);
    }
}

/* The properties of windows w[0..n): out [n, PAIR_AXES]. */
static void properties(const JepaEvalData *data, const Corpus *c, const int *w, int n, float *out)
{
    for (int i = 0; i < n; i++) {
        PairPoint p = pair_of_window(data->tables, &c->window[w[i]]);
        memcpy(out + (int64_t)i * PAIR_AXES, p.at, sizeof p.at);
    }
}

/* 1 - squares of the error over squares about the mean, of column k of [n, PAIR_AXES]. */
static double explained(const float *got, const float *want, int n, int k)
{
    double mean = 0, error = 0, all = 0;
    for (int i = 0; i < n; i++) mean += (double)want[i * PAIR_AXES + k] / n;
    for (int i = 0; i < n; i++) {
        double x = (double)want[i * PAIR_AXES + k], e = (double)got[i * PAIR_AXES + k] - x;
        error += e * e;
        all += (x - mean) * (x - mean);
    }
    return all > 0 ? 1 - error / all : 0;
}

bool guess_properties(Jepa *net, const JepaEvalData *data, const int *w, const float *z, int n,
                      double told[PAIR_AXES], const Run *run)
{
    const WindowSet *s = data->seen_music;
    if (!s || s->n < 2 || n < 2) return false;
    int m = s->n < PROBES ? s->n : PROBES, *seen = mem_alloc(m, sizeof *seen);
    float *x = mem_alloc((int64_t)m * JEPA_LATENT, sizeof *x);
    float *y = mem_alloc((int64_t)m * PAIR_AXES, sizeof *y);
    float *want = mem_alloc((int64_t)n * PAIR_AXES, sizeof *want);
    float *got = mem_alloc((int64_t)n * PAIR_AXES, sizeof *got);
    for (int i = 0; i < m; i++) seen[i] = s->window[(int64_t)i * s->n / m];
    windows_latents(net, s->corpus, seen, m, x, run);
    properties(data, s->corpus, seen, m, y);
    properties(data, data->held_music->corpus, w, n, want);
    bool ok = !run_stopped(run) && ridge_predict(got, z, n, x, y, m, JEPA_LATENT, PAIR_AXES);
    for (int k = 0; ok && k < PAIR_AXES; k++) told[k] = explained(got, want, n, k);
    free(got);
    free(want);
    free(y);
    free(x);
    free(seen);
    return ok;
}

bool guess_by(const GuessBook *b, Guess kind, const LayerSet *held, float *guess)
{
    int n = layer_set_size(held);
    if (kind == GUESS_RULE)
        memcpy(guess, b->ruled, (size_t)n * JEPA_LATENT * sizeof *guess);
    else if (!b->taught)
        return false;
    else if (kind == GUESS_NEAREST)
        guess_by_nearest(b, held, guess);
    else
        return ridge_predict(guess, held->stat, n, b->seen->stat, b->taught,
                             layer_set_size(b->seen), LAYER, JEPA_LATENT);
    return true;
}
