/* scan.c: see scan.h.
 *
 * A matrix is read along its longer side in blocks of GRAM_ROWS, in windows of GRAM_WINDOW that
 * stay in the cache: rows of a tall matrix, columns of a wide one. Each window is counted, measured
 * and looked at, then read again and packed; then the block is multiplied into G. With several
 * threads a batch of blocks is packed, one thread a block, and then multiplied, one thread a tile
 * of G. What is added up in f64 is always added in the order of blocks, counts are whole numbers:
 * the batch and the threads change nothing. */
#include "scan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/tally.h"

/* -O2 of gcc 12 does not vectorise loops of unknown length. */
#if defined(__GNUC__) && !defined(__clang__)
#define KERNEL __attribute__((optimize("O3")))
#else
#define KERNEL
#endif

enum { BATCH_BYTES = 24 << 20, MAX_BATCH = 32, CHUNK = 1 << 16 };

static const double QUANTILE[SCAN_NQ] = {0.02, 0.05, 0.25, 0.5, 0.75, 0.95, 0.98};

/* One block of the batch and what its windows add up to. */
typedef struct Part {
    GramBlock block;
    Moments moments;
    bool bad;       /* a NaN or an infinity was seen in it */
    double *square; /* [side] wide: sums of squares of the block's share of the rows */
} Part;

typedef struct Scanner {
    Scan *s;
    const Tensor *t;
    GramKind kind;
    bool wide, exact, stats; /* exact: bins are values; stats: more than the Gram matrix */
    int64_t longer;
    int batch, count; /* blocks in a batch; in this one */
    int64_t first;    /* first block of this batch */
    Part *part;       /* [batch] */
    Tally *tally;     /* [threads] */
    float **window;   /* [threads][GRAM_WINDOW * side] */
    double *col_err;  /* [side] */
    double *variance; /* [side] sum of a bound on the squared rounding errors */
    double row_err;
} Scanner;

/* Values that a bf16 holds exactly. */
static bool is_exact(DType t)
{
    return t == DT_BF16 || t == DT_F8_E4M3 || t == DT_F8_E5M2 || t == DT_I8 || t == DT_U8 ||
           t == DT_BOOL;
}

static bool is_finite_bits(float x)
{
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    return (u & 0x7f800000) != 0x7f800000;
}

static void clean(float *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (!is_finite_bits(x[i])) x[i] = 0;
}

/* The finite values of x, moved together; how many. */
static int64_t keep_finite(float *x, int64_t n)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < n; i++)
        if (is_finite_bits(x[i])) x[kept++] = x[i];
    return kept;
}

KERNEL static double sum_squares(const float *x, int64_t n)
{
    double sum[8] = {0};
    int64_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (int l = 0; l < 8; l++) sum[l] += (double)x[i + l] * x[i + l];
    for (; i < n; i++) sum[0] += (double)x[i] * x[i];
    return ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
}

/* Columns from..from+n-1 as a view of their own. */
static Tensor column_view(const Tensor *t, int64_t from, int64_t n)
{
    Tensor v = *t;
    int64_t step = t->transposed ? t->ld : 1;
    v.data = (const uint8_t *)t->data + from * step * dtype_size(t->dtype);
    v.ndim = 2;
    v.shape[0] = tensor_rows(t);
    v.shape[1] = n;
    return v;
}

/* Entries `at`..at+k-1 of the longer side, [k, side] or, of a wide matrix, [side, k]. */
static void read_window(const Scanner *sc, int64_t at, int k, float *x)
{
    if (sc->wide) {
        Tensor v = column_view(sc->t, at, k);
        tensor_read_f32(&v, 0, sc->s->side, x);
    } else {
        tensor_read_f32(sc->t, at, k, x);
    }
}

static void count_window(const Scanner *sc, Part *p, Tally *tally, float *x, int64_t at, int k)
{
    int side = sc->s->side;
    int64_t n = (int64_t)k * side;
    int64_t before = tally_count_nonfinite(tally);
    tally_add(tally, x, n);
    bool bad = tally_count_nonfinite(tally) > before;
    p->bad = p->bad || bad;
    if (!sc->exact) {
        float *copy = NULL;
        int64_t kept = n;
        if (bad) {
            copy = mem_alloc(n, sizeof *copy);
            memcpy(copy, x, (size_t)n * sizeof *copy);
            kept = keep_finite(copy, n);
        }
        Moments m = moments_of_f32(copy ? copy : x, kept);
        moments_merge(&p->moments, &m);
        free(copy);
    }
    if (bad) clean(x, n);
    if (sc->wide)
        for (int i = 0; i < side; i++) p->square[i] += sum_squares(x + (int64_t)i * k, k);
    else if (sc->s->row_norm)
        for (int r = 0; r < k; r++)
            sc->s->row_norm[at + r] = sqrt(sum_squares(x + (int64_t)r * side, side));
}

/* One block: everything but the products. */
static void pack_block(void *ud, int64_t i, int worker)
{
    Scanner *sc = ud;
    Part *p = &sc->part[i];
    float *x = sc->window[worker];
    int64_t from = (sc->first + i) * GRAM_ROWS, to = from + GRAM_ROWS;
    if (to > sc->longer) to = sc->longer;
    bool gram = sc->s->gram != NULL, twice = gram && sc->kind == GRAM_Q16;
    p->moments = (Moments){0};
    p->bad = !sc->stats;
    if (p->square) memset(p->square, 0, (size_t)sc->s->side * sizeof *p->square);
    if (gram) gram_block_begin(&p->block);
    for (int64_t at = from; at < to; at += GRAM_WINDOW) {
        int k = (int)(to - at < GRAM_WINDOW ? to - at : GRAM_WINDOW);
        read_window(sc, at, k, x);
        if (sc->stats) count_window(sc, p, &sc->tally[worker], x, at, k);
        else clean(x, (int64_t)k * sc->s->side);
        if (twice) gram_block_look(&p->block, x, k, sc->wide);
        else if (gram) gram_block_put(&p->block, x, k, sc->wide);
    }
    for (int64_t at = from; twice && at < to; at += GRAM_WINDOW) {
        int k = (int)(to - at < GRAM_WINDOW ? to - at : GRAM_WINDOW);
        read_window(sc, at, k, x);
        if (p->bad) clean(x, (int64_t)k * sc->s->side);
        gram_block_put(&p->block, x, k, sc->wide);
    }
}

static void multiply_tile(void *ud, int64_t tile, int worker)
{
    (void)worker;
    Scanner *sc = ud;
    for (int i = 0; i < sc->count; i++)
        gram_add_tile(&sc->part[i].block, (int)tile, sc->s->gram);
}

/* What the batch's blocks found, in their order. */
static void gather_batch(Scanner *sc)
{
    Scan *s = sc->s;
    for (int i = 0; i < sc->count; i++) {
        Part *p = &sc->part[i];
        moments_merge(&s->moments, &p->moments);
        if (sc->wide && sc->stats && s->row_norm)
            for (int r = 0; r < s->side; r++) s->row_norm[r] += p->square[r];
        if (!s->gram || sc->kind != GRAM_Q16) continue;
        for (int j = 0; j < s->side; j++) {
            double err = (double)p->block.col_err[j], half_step = 0.5 * (double)p->block.scale[j];
            sc->col_err[j] += err;
            sc->variance[j] += err * half_step; /* e^2 <= |e| step / 2 */
        }
        sc->row_err = fmax(sc->row_err, p->block.row_err);
    }
}

/* Pages of the blocks just read; only of a tall matrix, where they lie together. */
static void release_batch(const Scanner *sc, const Checkpoint *ck)
{
    if (!ck || sc->wide || sc->t->transposed || sc->t->group_rows > 0) return;
    Tensor v = *sc->t;
    int64_t row = sc->first * GRAM_ROWS, left = sc->longer - row;
    v.data = (const uint8_t *)v.data + row * v.ld * dtype_size(v.dtype);
    v.shape[0] = left < (int64_t)sc->count * GRAM_ROWS ? left : (int64_t)sc->count * GRAM_ROWS;
    checkpoint_release(ck, &v);
}

static void scanner_init(Scanner *sc, int threads)
{
    Scan *s = sc->s;
    sc->wide = s->cols > s->rows;
    sc->longer = sc->wide ? s->cols : s->rows;
    sc->exact = is_exact(sc->t->dtype);
    int64_t bytes = (int64_t)s->side * GRAM_ROWS * (sc->kind == GRAM_F64   ? 8
                                                    : sc->kind == GRAM_F32 ? 4
                                                                           : 2);
    int64_t batch = threads > 1 ? BATCH_BYTES / bytes : 1;
    sc->batch = (int)(batch < 1 ? 1 : batch > MAX_BATCH ? MAX_BATCH : batch);
    sc->part = mem_alloc(sc->batch, sizeof *sc->part);
    for (int i = 0; i < sc->batch; i++) {
        if (s->gram) gram_block_init(&sc->part[i].block, sc->kind, s->side);
        if (sc->wide) sc->part[i].square = mem_alloc(s->side, sizeof(double));
    }
    sc->tally = mem_alloc(threads, sizeof *sc->tally);
    sc->window = mem_alloc(threads, sizeof *sc->window);
    for (int i = 0; i < threads; i++) {
        if (sc->stats) tally_init(&sc->tally[i]);
        sc->window[i] = mem_alloc((int64_t)GRAM_WINDOW * s->side, sizeof(float));
    }
    sc->col_err = mem_alloc(2 * (int64_t)s->side, sizeof *sc->col_err);
    sc->variance = sc->col_err + s->side;
}

static void scanner_free(Scanner *sc, int threads)
{
    for (int i = 0; i < sc->batch; i++) {
        gram_block_free(&sc->part[i].block);
        free(sc->part[i].square);
    }
    for (int i = 0; i < threads; i++) {
        tally_free(&sc->tally[i]);
        free(sc->window[i]);
    }
    free(sc->part);
    free(sc->tally);
    free(sc->window);
    free(sc->col_err);
}

static void scanner_run(Scanner *sc, const Checkpoint *ck, const Run *run, const char *stage)
{
    int64_t blocks = (sc->longer + GRAM_ROWS - 1) / GRAM_ROWS;
    for (sc->first = 0; sc->first < blocks && !run_stopped(run); sc->first += sc->count) {
        sc->count = (int)(blocks - sc->first < sc->batch ? blocks - sc->first : sc->batch);
        parallel_for(run, NULL, sc->count, pack_block, sc);
        int tiles = sc->s->gram ? gram_tiles(sc->kind, sc->s->side) : 0;
        parallel_for(run, NULL, tiles, multiply_tile, sc);
        gather_batch(sc);
        release_batch(sc, ck);
        if (stage) run_progress(run, stage, sc->first + sc->count, blocks);
    }
    double worst = 0, variance = 0;
    for (int j = 0; j < sc->s->side; j++) {
        worst = fmax(worst, sc->col_err[j]);
        variance = fmax(variance, sc->variance[j] / (double)sc->longer);
    }
    if (sc->s->gram) sc->s->kind = sc->kind;
    /* The sums of errors were rounded too, by less than a thousandth. */
    double bound = worst > 0 || sc->row_err > 0 ? 1.001 * sqrt(worst * sc->row_err) : 0;
    sc->s->lost = (SingularLoss){.bound = bound, .deviation = sqrt(variance)};
}

typedef struct Walk {
    const Scan *s;
    TallyRanks *ranks;
    double lo, hi, *count;
} Walk;

static void walk_ranks(Walk *w, const float *x, int64_t n)
{
    ranks_add(w->ranks, x, n);
}

static void walk_histogram(Walk *w, const float *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        int bin = stats_bin(x[i], w->lo, w->hi, SCAN_BINS);
        if (bin >= 0) w->count[bin]++;
    }
}

/* All values again, a chunk at a time. */
static void walk(const Tensor *t, void (*fn)(Walk *, const float *, int64_t), Walk *w,
                 const Run *run)
{
    int64_t rows = tensor_rows(t), cols = tensor_cols(t);
    int64_t wide = cols < CHUNK ? cols : CHUNK, tall = CHUNK / (wide > 0 ? wide : 1);
    float *x = mem_alloc(CHUNK, sizeof *x);
    for (int64_t c = 0; c < cols; c += wide) {
        int64_t n = cols - c < wide ? cols - c : wide;
        Tensor v = column_view(t, c, n);
        for (int64_t r = 0; r < rows && !run_stopped(run); r += tall) {
            int64_t m = rows - r < tall ? rows - r : tall;
            tensor_read_f32(&v, r, m, x);
            fn(w, x, m * n);
        }
    }
    free(x);
}

/* Percentiles and histogram: from the counts alone when they are exact, else two more readings. */
static void finish_order(Scan *s, const Tensor *t, Tally *tally, bool exact, const Run *run)
{
    TallyRanks *ranks = mem_alloc(1, sizeof *ranks);
    ranks->nq = SCAN_NQ;
    memcpy(ranks->q, QUANTILE, sizeof QUANTILE);
    ranks_begin(ranks, tally, !exact);
    Walk w = {.s = s, .ranks = ranks, .count = s->hist};
    if (!exact) walk(t, walk_ranks, &w, run);
    ranks_end(ranks, tally, s->pct);
    free(ranks);
    w.lo = s->pct[SCAN_P2];
    w.hi = s->pct[SCAN_P98];
    if (exact) tally_histogram(tally, w.lo, w.hi, SCAN_BINS, s->hist);
    else walk(t, walk_histogram, &w, run);
    double sum = 0;
    for (int i = 0; i < SCAN_BINS; i++) sum += s->hist[i];
    for (int i = 0; sum > 0 && i < SCAN_BINS; i++) s->hist[i] /= sum;
}

GramKind scan_kind(const Tensor *t)
{
    return is_exact(t->dtype) ? GRAM_Q16 : GRAM_F32;
}

void scan_read(Scan *s, const Tensor *t, bool matrix, const Checkpoint *ck, const Run *run)
{
    *s = (Scan){.rows = tensor_rows(t), .cols = tensor_cols(t)};
    s->side = (int)(s->rows < s->cols ? s->rows : s->cols);
    if (s->rows <= 0 || s->cols <= 0) return;
    if (matrix && s->rows <= SCAN_MAX_ROWS) s->row_norm = mem_alloc(s->rows, sizeof(double));
    if (matrix && s->side <= SCAN_MAX_SIDE)
        s->gram = mem_alloc((int64_t)s->side * s->side, sizeof(double));
    Scanner sc = {.s = s, .t = t, .kind = scan_kind(t), .stats = true};
    int threads = run_threads(run);
    scanner_init(&sc, threads);
    scanner_run(&sc, ck, run, threads > 1 ? t->name : NULL);
    for (int i = 1; i < threads; i++) tally_merge(&sc.tally[0], &sc.tally[i]);
    tally_close(&sc.tally[0]);
    if (sc.exact) s->moments = tally_moments(&sc.tally[0]);
    s->nonfinite = sc.tally[0].nonfinite;
    for (int i = 0; sc.wide && s->row_norm && i < s->side; i++)
        s->row_norm[i] = sqrt(s->row_norm[i]);
    finish_order(s, t, &sc.tally[0], sc.exact, run);
    scanner_free(&sc, threads);
}

void scan_regram(Scan *s, const Tensor *t, GramKind kind, const Run *run)
{
    memset(s->gram, 0, (size_t)s->side * (size_t)s->side * sizeof *s->gram);
    Scanner sc = {.s = s, .t = t, .kind = kind};
    double *norms = s->row_norm;
    s->row_norm = NULL;
    int threads = run_threads(run);
    scanner_init(&sc, threads);
    scanner_run(&sc, NULL, run, NULL);
    scanner_free(&sc, threads);
    s->row_norm = norms;
}

void scan_free(Scan *s)
{
    free(s->row_norm);
    free(s->gram);
    *s = (Scan){0};
}
