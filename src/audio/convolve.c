/* convolve.c: see audio/convolve.h.
 *
 * Uniformly partitioned overlap-save (T. Stockham 1966; W. Gardner, "Efficient convolution without
 * input-output delay", JAES 43 (1995), section 2): the response is cut into parts of `block`
 * frames, each transformed once at length 2 * block; each block of input is transformed once and
 * multiplied with all parts, older blocks with later parts; one inverse transform gives the output.
 * Left and right go through one complex transform as its real and imaginary part: with Z the
 * transform, left = (Z[k] + conj Z[n-k]) / 2 and right = (Z[k] - conj Z[n-k]) / 2i. */
#include "audio/convolve.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/lanes.h"
#include "base/mem.h"
#include "planar_fft.h"

enum {
    LANE = 64, /* bins a step of the multiplication; block + 1 bins are rounded up to it */
    LEFT_RE = 0, LEFT_IM, RIGHT_RE, RIGHT_IM, PLANES,
    WHOLE_BLOCK = 16384, /* of convolve_buf */
    PIECE_BLOCKS = 24,   /* blocks of output that one thread computes in a row */
};

static int64_t plane_size(const Convolver *c)
{
    return (c->block + 1 + LANE - 1) / LANE * LANE;
}

static float *spectrum(const Convolver *c, float *set, int part)
{
    return set + (int64_t)part * PLANES * plane_size(c);
}

/* c->in -> the four planes of s. */
static void transform(Convolver *c, float *s)
{
    const int n = 2 * c->block;
    const int64_t size = plane_size(c);
    float *re = c->out, *im = c->out + n;
    memcpy(c->out, c->in, 2 * (size_t)n * sizeof *c->out);
    planar_fft_run(c->fft, re, im);
    for (int k = 0; k <= c->block; k++) {
        int j = (n - k) & (n - 1);
        s[LEFT_RE * size + k] = 0.5f * (re[k] + re[j]);
        s[LEFT_IM * size + k] = 0.5f * (im[k] - im[j]);
        s[RIGHT_RE * size + k] = 0.5f * (im[k] + im[j]);
        s[RIGHT_IM * size + k] = 0.5f * (re[j] - re[k]);
    }
}

/* The sum's planes -> c->out, both sides again as one complex sequence. */
static void transform_back(Convolver *c)
{
    const int n = 2 * c->block;
    const int64_t size = plane_size(c);
    const float *s = c->sum;
    float *re = c->out, *im = c->out + n;
    for (int k = 0; k <= c->block; k++) {
        float lr = s[LEFT_RE * size + k], li = s[LEFT_IM * size + k];
        float rr = s[RIGHT_RE * size + k], ri = s[RIGHT_IM * size + k];
        int j = (n - k) & (n - 1);
        re[k] = lr - ri;
        im[k] = li + rr;
        if (j == k) continue;
        re[j] = lr + ri;
        im[j] = rr - li;
    }
    planar_fft_run(c->fft, im, re);
}

/* sum += a * b, complex, n bins (a multiple of LANE): the inner loop's length is a constant, so
 * that the compiler vectorises it. */
LANES_WIDE static void multiply_add(float *restrict sum_re, float *restrict sum_im,
                                    const float *restrict ar,
                                    const float *restrict ai, const float *restrict br,
                                    const float *restrict bi, int64_t n)
{
    for (int64_t k = 0; k < n; k += LANE) {
        for (int i = 0; i < LANE; i++) {
            sum_re[k + i] += ar[k + i] * br[k + i] - ai[k + i] * bi[k + i];
            sum_im[k + i] += ar[k + i] * bi[k + i] + ai[k + i] * br[k + i];
        }
    }
}

static void multiply_all(Convolver *c)
{
    const int64_t size = plane_size(c);
    memset(c->sum, 0, (size_t)(PLANES * size) * sizeof *c->sum);
    for (int p = 0; p < c->parts; p++) {
        int at = c->head - p;
        const float *x = spectrum(c, c->past, at < 0 ? at + c->parts : at);
        const float *h = spectrum(c, c->response, p);
        for (int side = LEFT_RE; side < PLANES; side += 2)
            multiply_add(c->sum + side * size, c->sum + (side + 1) * size, x + side * size,
                         x + (side + 1) * size, h + side * size, h + (side + 1) * size, size);
    }
}

/* Transforms the parts of the response. The inverse's factor 1 / n goes in here. */
static void take_response(Convolver *c, const float *response, int64_t frames)
{
    float scale = 1 / (2.0f * (float)c->block);
    for (int p = 0; p < c->parts; p++) {
        int64_t from = (int64_t)p * c->block, len = frames - from;
        if (len > c->block) len = c->block;
        memset(c->in, 0, (size_t)c->block * 4 * sizeof *c->in);
        for (int64_t i = 0; i < len; i++) {
            c->in[i] = scale * response[2 * (from + i)];
            c->in[2 * c->block + i] = scale * response[2 * (from + i) + 1];
        }
        transform(c, spectrum(c, c->response, p));
    }
    memset(c->in, 0, (size_t)c->block * 4 * sizeof *c->in);
}

/* All but the response's spectra. */
static void make_room(Convolver *c, int64_t frames, int block)
{
    assert(block >= LANE && block <= 65536 && (block & (block - 1)) == 0 && frames >= 0);
    *c = (Convolver){.block = block, .parts = (int)((frames + block - 1) / block)};
    if (c->parts < 1) c->parts = 1;
    int64_t size = plane_size(c);
    c->fft = mem_alloc(1, sizeof *c->fft);
    planar_fft_open(c->fft, 2 * block);
    c->past = mem_alloc(c->parts * PLANES * size, sizeof *c->past);
    c->sum = mem_alloc(PLANES * size, sizeof *c->sum);
    c->in = mem_alloc(4 * (int64_t)block, sizeof *c->in);
    c->out = mem_alloc(4 * (int64_t)block, sizeof *c->out);
    c->ready = mem_alloc(2 * (int64_t)block, sizeof *c->ready);
    c->silent = c->parts + 2;
}

void convolver_init(Convolver *c, const float *response, int64_t frames, int block)
{
    make_room(c, frames, block);
    c->response = mem_alloc(c->parts * PLANES * plane_size(c), sizeof *c->response);
    take_response(c, response, frames);
}

static void free_room(Convolver *c)
{
    planar_fft_close(c->fft);
    free(c->fft);
    free(c->past);
    free(c->sum);
    free(c->in);
    free(c->out);
    free(c->ready);
}

void convolver_free(Convolver *c)
{
    free_room(c);
    free(c->response);
    *c = (Convolver){0};
}

static bool is_silent(const float *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (x[i] != 0) return false;
    return true;
}

/* The second halves of c->in are full: takes their spectrum and moves them to the first. */
static void take_block(Convolver *c)
{
    const int most = c->parts + 2; /* from so many silent blocks on, `past` is all zeros */
    float *left = c->in, *right = c->in + 2 * c->block;
    bool silent = is_silent(left + c->block, c->block) && is_silent(right + c->block, c->block);
    c->silent = silent ? c->silent + 1 : 0;
    if (c->silent > most) c->silent = most;
    if (c->silent < most) {
        c->head = c->head + 1 == c->parts ? 0 : c->head + 1;
        transform(c, spectrum(c, c->past, c->head));
    }
    memcpy(left, left + c->block, (size_t)c->block * sizeof *left);
    memcpy(right, right + c->block, (size_t)c->block * sizeof *right);
}

/* What comes out next, into c->ready. */
static void give_block(Convolver *c)
{
    const size_t bytes = (size_t)c->block * sizeof *c->ready;
    if (c->silent == c->parts + 2) {
        memset(c->ready, 0, 2 * bytes);
        return;
    }
    multiply_all(c);
    transform_back(c);
    memcpy(c->ready, c->out + c->block, bytes);
    memcpy(c->ready + c->block, c->out + 3 * c->block, bytes);
}

/* n <= what is missing of the block. */
static void exchange(float *in, const float *out, float *x, int n)
{
    memcpy(in, x, (size_t)n * sizeof *in);
    memcpy(x, out, (size_t)n * sizeof *x);
}

void convolver_run(Convolver *c, float *left, float *right, int n)
{
    for (int at = 0; at < n;) {
        int len = n - at < c->block - c->fill ? n - at : c->block - c->fill;
        exchange(c->in + c->block + c->fill, c->ready + c->fill, left + at, len);
        exchange(c->in + 3 * c->block + c->fill, c->ready + c->block + c->fill, right + at, len);
        c->fill += len;
        at += len;
        if (c->fill < c->block) continue;
        c->fill = 0;
        take_block(c);
        give_block(c);
    }
}

typedef struct Whole {
    const AudioBuf *a;
    float *out;     /* [a->frames, 2] */
    Convolver *own; /* [threads], sharing one response */
} Whole;

static void gather(Convolver *c, const AudioBuf *a, int64_t block)
{
    float *left = c->in + c->block, *right = c->in + 3 * c->block;
    int64_t from = block * c->block;
    for (int64_t i = 0; i < c->block; i++) {
        bool inside = from + i < a->frames;
        left[i] = inside ? a->x[2 * (from + i)] : 0;
        right[i] = inside ? a->x[2 * (from + i) + 1] : 0;
    }
}

/* One piece of the output. Every piece starts from rest, as far before its beginning as the
 * response reaches, so that it does not matter who computes which. */
static void run_piece(void *ud, int64_t piece, int worker)
{
    Whole *w = ud;
    Convolver *c = &w->own[worker];
    int64_t first = piece * PIECE_BLOCKS, size = c->block;
    memset(c->in, 0, (size_t)(4 * size) * sizeof *c->in);
    memset(c->past, 0, (size_t)(c->parts * PLANES * plane_size(c)) * sizeof *c->past);
    c->silent = c->parts + 2;
    c->head = 0;
    for (int64_t b = first - c->parts; b < first + PIECE_BLOCKS && b * size < w->a->frames; b++) {
        if (b < 0) continue;
        gather(c, w->a, b);
        take_block(c);
        if (b < first) continue;
        give_block(c);
        int64_t len = w->a->frames - b * size < size ? w->a->frames - b * size : size;
        for (int64_t i = 0; i < len; i++) {
            w->out[2 * (b * size + i)] = c->ready[i];
            w->out[2 * (b * size + i) + 1] = c->ready[size + i];
        }
    }
}

void convolve_buf(AudioBuf *a, const float *response, int64_t frames, const Run *run)
{
    Convolver master;
    int threads = run_threads(run);
    assert(a->channels == 2);
    convolver_init(&master, response, frames, WHOLE_BLOCK);
    Whole w = {.a = a};
    w.out = mem_alloc(a->frames * 2, sizeof *w.out);
    w.own = mem_alloc(threads, sizeof *w.own);
    for (int t = 0; t < threads; t++) {
        make_room(&w.own[t], frames, WHOLE_BLOCK);
        w.own[t].response = master.response;
    }
    int64_t span = (int64_t)WHOLE_BLOCK * PIECE_BLOCKS;
    parallel_for(run, NULL, (a->frames + span - 1) / span, run_piece, &w);
    for (int t = 0; t < threads; t++) free_room(&w.own[t]);
    convolver_free(&master);
    free(w.own);
    free(a->x);
    a->x = w.out;
}
