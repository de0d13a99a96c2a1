/* retrieval.c: see learn/retrieval.h. */
#include "learn/retrieval.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "learn/jepa_health.h"
#include "math/permute.h"
#include "math/stats.h"

enum { BOOTSTRAPS = 2000 };
static const double Z95 = 1.959963984540054;

Interval wilson_interval(double share, double n)
{
    if (!(n > 0)) return (Interval){NAN, NAN};
    double z2 = Z95 * Z95 / n, mid = (share + z2 / 2) / (1 + z2);
    double half = Z95 / (1 + z2) * sqrt(share * (1 - share) / n + z2 / (4 * n));
    return (Interval){fmax(0, mid - half), fmin(1, mid + half)};
}

typedef struct Hits {
    double one, five;
    int asked;
} Hits;

/* What a run over all pairs gives. */
typedef struct Tally {
    Hits all;
    Hits *guess;    /* [nguesses], NULL: not wanted */
    int *histogram; /* [candidates], NULL: not wanted */
} Tally;

/* cosine [nguesses, nitems] */
static float *cosines(const Retrieval *r)
{
    float *c = mem_alloc((int64_t)r->nguesses * r->nitems, sizeof *c);
    for (int g = 0; g < r->nguesses && !run_stopped(r->run); g++)
        for (int i = 0; i < r->nitems; i++)
            c[(int64_t)g * r->nitems + i] =
                (float)row_cosine(r->guess + (int64_t)g * r->d, r->item + (int64_t)i * r->d, r->d);
    return c;
}

static int rank_of(const int *candidate, int n, const float *cosine, int answer)
{
    int rank = 1;
    for (int k = 0; k < n; k++)
        rank += k != answer && !(cosine[candidate[k]] < cosine[candidate[answer]]);
    return rank;
}

/* Every pair with the guess of stand_in[g] instead of g's (NULL: its own). */
static void run_pairs(const Retrieval *r, const float *cosine, const int *stand_in, Tally *t)
{
    for (int d = 0; d < r->draws; d++) {
        const int *candidate = r->candidate + (int64_t)d * r->candidates;
        for (int g = 0; g < r->nguesses; g++) {
            int answer = r->answer[(int64_t)d * r->nguesses + g];
            if (answer < 0) continue;
            const float *row = cosine + (int64_t)(stand_in ? stand_in[g] : g) * r->nitems;
            int rank = rank_of(candidate, r->candidates, row, answer);
            Hits *h[] = {&t->all, t->guess ? &t->guess[g] : NULL};
            for (int k = 0; k < 2 && h[k]; k++) {
                h[k]->one += rank == 1;
                h[k]->five += rank <= RECALL_DEEP;
                h[k]->asked++;
            }
            if (t->histogram) t->histogram[rank - 1]++;
        }
    }
}

static double share(double hits, int asked)
{
    return asked ? hits / asked : NAN;
}

/* The middle of the ranks; between two of them their mean. */
static double median_rank(const int *histogram, int n, int asked)
{
    int lo = 0, hi = 0, sum = 0;
    for (int k = 0; k < n && !hi; k++) {
        sum += histogram[k];
        if (!lo && 2 * sum >= asked) lo = k + 1;
        if (2 * sum > asked) hi = k + 1;
    }
    return asked ? (lo + hi) / 2.0 : NAN;
}

static void permute(RetrievalScore *s, const Retrieval *r, const float *cosine, const Tally *own)
{
    int n = r->permutations, *order = mem_alloc(r->nguesses, sizeof *order);
    double *one = mem_alloc(n, sizeof *one), *five = mem_alloc(n, sizeof *five);
    Control c = control_seed(r->seed);
    for (int g = 0; g < r->nguesses; g++) order[g] = g;
    for (int i = 0; i < n && !run_stopped(r->run); i++) {
        Tally t = {.guess = NULL};
        control_shuffle(&c, order, r->nguesses);
        run_pairs(r, cosine, order, &t);
        one[i] = t.all.one;
        five[i] = t.all.five;
    }
    s->p1 = permutation_p(own->all.one, one, n);
    s->p5 = permutation_p(own->all.five, five, n);
    free(five);
    free(one);
    free(order);
}

static int compare_double(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static Interval middle_of(double *x, int n)
{
    qsort(x, (size_t)n, sizeof *x, compare_double);
    return (Interval){stats_quantile(x, n, 0.025), stats_quantile(x, n, 0.975)};
}

/* Whole clusters are drawn again, as many as there are. */
static void bootstrap(RetrievalScore *s, const Retrieval *r, const Tally *own)
{
    Hits *sum = mem_alloc(r->nclusters, sizeof *sum);
    double *one = mem_alloc(BOOTSTRAPS, sizeof *one), *five = mem_alloc(BOOTSTRAPS, sizeof *five);
    Control c = control_seed(r->seed + 1);
    int *cluster = mem_alloc(r->nclusters, sizeof *cluster), n = 0;
    for (int g = 0; g < r->nguesses; g++) {
        Hits *to = &sum[r->cluster[g]];
        to->one += own->guess[g].one;
        to->five += own->guess[g].five;
        to->asked += own->guess[g].asked;
    }
    for (int k = 0; k < r->nclusters; k++)
        if (sum[k].asked) cluster[n++] = k;
    for (int i = 0; i < BOOTSTRAPS && n > 1; i++) {
        Hits all = {0};
        for (int k = 0; k < n; k++) {
            const Hits *h = &sum[cluster[control_below(&c, n)]];
            all.one += h->one;
            all.five += h->five;
            all.asked += h->asked;
        }
        one[i] = all.one / all.asked;
        five[i] = all.five / all.asked;
    }
    s->cluster1 = n > 1 ? middle_of(one, BOOTSTRAPS) : (Interval){NAN, NAN};
    s->cluster5 = n > 1 ? middle_of(five, BOOTSTRAPS) : (Interval){NAN, NAN};
    free(cluster);
    free(five);
    free(one);
    free(sum);
}

/* Of guesses with their own answers, and with the others' of the same draw. */
static void mean_cosines(RetrievalScore *s, const Retrieval *r, const float *cosine)
{
    double own = 0, other = 0;
    int64_t nown = 0, nother = 0;
    for (int d = 0; d < r->draws; d++) {
        const int *answer = r->answer + (int64_t)d * r->nguesses;
        const int *candidate = r->candidate + (int64_t)d * r->candidates;
        for (int g = 0; g < r->nguesses; g++)
            for (int h = 0; answer[g] >= 0 && h < r->nguesses; h++) {
                if (answer[h] < 0) continue;
                double x = (double)cosine[(int64_t)g * r->nitems + candidate[answer[h]]];
                *(g == h ? &own : &other) += x;
                *(g == h ? &nown : &nother) += 1;
            }
    }
    s->cosine = nown ? own / (double)nown : NAN;
    s->cosine_others = nother ? other / (double)nother : NAN;
}

void retrieval_score(RetrievalScore *s, const Retrieval *r)
{
    float *cosine = cosines(r);
    *s = (RetrievalScore){.candidates = r->candidates,
                          .histogram = mem_alloc(r->candidates, sizeof *s->histogram)};
    Tally own = {.guess = mem_alloc(r->nguesses, sizeof *own.guess), .histogram = s->histogram};
    run_pairs(r, cosine, NULL, &own);
    for (int g = 0; g < r->nguesses; g++) s->guesses += own.guess[g].asked > 0;
    s->asked = own.all.asked;
    s->recall1 = share(own.all.one, s->asked);
    s->recall5 = share(own.all.five, s->asked);
    s->median = median_rank(s->histogram, r->candidates, s->asked);
    s->wilson1 = wilson_interval(s->recall1, s->guesses);
    s->wilson5 = wilson_interval(s->recall5, s->guesses);
    permute(s, r, cosine, &own);
    bootstrap(s, r, &own);
    mean_cosines(s, r, cosine);
    free(own.guess);
    free(cosine);
}

void retrieval_free(RetrievalScore *s)
{
    free(s->histogram);
    *s = (RetrievalScore){0};
}
