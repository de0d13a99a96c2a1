/* chordset.c: see theory/chordset.h. */
#include "theory/chordset.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* The streams of the last `keep` tokens of a text of nt. */
typedef struct Tail {
    int nt, keep, d;
    float *out; /* [layers, keep, d] */
} Tail;

static void listen(void *ud, const HookData *h)
{
    Tail *t = ud;
    int layer = h->point == HOOK_RESID_PRE ? 0 : h->layer + 1;
    if (h->point == HOOK_RESID_PRE && h->layer != 0) return;
    for (int k = 0; k < t->keep; k++) {
        int at = t->nt - t->keep + k - h->pos;
        if (at < 0 || at >= h->nt) continue;
        memcpy(t->out + ((int64_t)layer * t->keep + k) * t->d, h->v + at * h->ld_token,
               (size_t)t->d * sizeof *t->out);
    }
}

bool chordset_tail(Lm *lm, const int32_t *ids, int n, int keep, float *out, const Run *run,
                   Err *err)
{
    Tail tail = {.nt = n, .keep = keep, .d = lm_hparams(lm)->d, .out = out};
    Hooks hooks = {.mask = HOOK_BIT(HOOK_RESID_PRE) | HOOK_BIT(HOOK_RESID_POST), .visit = listen,
                   .ud = &tail};
    if (n < 1) return err_set(err, "there are no tokens");
    if (n > lm_context(lm))
        return err_set(err, "a text of %d tokens does not fit the context of %d", n,
                       lm_context(lm));
    lm_rewind(lm, 0);
    return lm_eval(lm, ids, n, &hooks, run, err);
}

static void allocate(ChordSet *c, const Hparams *hp, int n)
{
    *c = (ChordSet){.n = n, .layers = hp->nl + 1, .d = hp->d};
    int64_t cells = (int64_t)c->layers * n * c->d;
    c->first = mem_alloc(n, sizeof *c->first);
    c->a = mem_alloc(cells, sizeof *c->a);
    c->b = mem_alloc(cells, sizeof *c->b);
    c->both = mem_alloc(cells, sizeof *c->both);
}

/* Rows `row` of each layer of `from` [layers, rows, d] to row i of `to` [layers, n, d]. */
static void place(const ChordSet *c, const float *from, int rows, int row, float *to, int i)
{
    for (int l = 0; l < c->layers; l++)
        memcpy(to + ((int64_t)l * c->n + i) * c->d, from + ((int64_t)l * rows + row) * c->d,
               (size_t)c->d * sizeof *to);
}

static bool read_pair(ChordSet *c, Lm *lm, const int32_t *ids, int i, int32_t prefix, float *tail,
                      const Run *run, Err *err)
{
    int at = c->first[i], skip = prefix < 0;
    const int32_t pair[] = {prefix, ids[at], ids[at + 1]}, b[] = {prefix, ids[at + 1]};
    if (!chordset_tail(lm, pair + skip, 3 - skip, 2, tail, run, err)) return false;
    place(c, tail, 2, 0, c->a, i);
    place(c, tail, 2, 1, c->both, i);
    if (!chordset_tail(lm, b + skip, 2 - skip, 1, tail, run, err)) return false;
    place(c, tail, 1, 0, c->b, i);
    return true;
}

bool chordset_record(ChordSet *c, Lm *lm, const int32_t *ids, const int *index, int m,
                     int32_t prefix, const Run *run, Err *err)
{
    int n = m < CHORDSET_MOST ? m : CHORDSET_MOST;
    bool ok = true;
    const Run quiet = {.stop = run ? run->stop : NULL, .threads = run_threads(run)};
    allocate(c, lm_hparams(lm), n);
    float *tail = mem_alloc((int64_t)2 * c->layers * c->d, sizeof *tail);
    for (int i = 0; ok && i < n; i++) {
        c->first[i] = index[(int64_t)i * m / n];
        ok = read_pair(c, lm, ids, i, prefix, tail, &quiet, err);
        run_progress(run, "chords", i + 1, n);
    }
    free(tail);
    if (!ok) chordset_free(c);
    return ok;
}

bool chordset_others(ChordSet *c, Lm *lm, int64_t vocab, int32_t prefix, const Run *run, Err *err)
{
    int32_t ids[2 * CHORDSET_OTHERS];
    int index[CHORDSET_OTHERS];
    for (int i = 0; i < CHORDSET_OTHERS; i++) {
        index[i] = 2 * i;
        ids[2 * i] = (int32_t)((2 * i + 1) * vocab / (2 * CHORDSET_OTHERS));
        /* the second notes in another order, so that pairs are no neighbours of the vocabulary */
        ids[2 * i + 1] = (int32_t)((7 * i + 3) % CHORDSET_OTHERS * vocab / CHORDSET_OTHERS);
    }
    return chordset_record(c, lm, ids, index, CHORDSET_OTHERS, prefix, run, err);
}

/* mean [d] += the mean of v [n, d] times share. */
static void add_mean(const float *v, int n, int d, double share, double *mean)
{
    for (int i = 0; i < n; i++)
        for (int k = 0; k < d; k++) mean[k] += share * (double)v[(int64_t)i * d + k] / n;
}

static void subtract(float *v, int n, int d, const double *mean)
{
    for (int i = 0; i < n; i++)
        for (int k = 0; k < d; k++) v[(int64_t)i * d + k] -= (float)mean[k];
}

void chordset_centre(ChordSet *c, const ChordSet *other)
{
    double *note = mem_alloc(c->d, sizeof *note), *chord = mem_alloc(c->d, sizeof *chord);
    for (int l = 0; l < c->layers; l++) {
        int64_t at = (int64_t)l * c->n * c->d, from = (int64_t)l * other->n * c->d;
        memset(note, 0, (size_t)c->d * sizeof *note);
        memset(chord, 0, (size_t)c->d * sizeof *chord);
        add_mean(other->a + from, other->n, c->d, 0.5, note);
        add_mean(other->b + from, other->n, c->d, 0.5, note);
        add_mean(other->both + from, other->n, c->d, 1, chord);
        subtract(c->a + at, c->n, c->d, note);
        subtract(c->b + at, c->n, c->d, note);
        subtract(c->both + at, c->n, c->d, chord);
    }
    free(note);
    free(chord);
}

void chordset_free(ChordSet *c)
{
    free(c->first);
    free(c->a);
    free(c->b);
    free(c->both);
    *c = (ChordSet){.n = 0};
}
