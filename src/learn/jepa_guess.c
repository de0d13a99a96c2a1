/* jepa_guess.c: see jepa_guess.h. */
#include "jepa_guess.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/ridge.h"

enum { LAYER = STAT_TOKENS * STAT_FEATURES };

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
