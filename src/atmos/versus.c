/* versus.c: see atmos/versus.h. Distinct-n after Li and others (2016), repetition after Welleck and
 * others (2020). */
#include "atmos/versus.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/permute.h"

/* What is at least as far but for rounding is as far. */
static const double ROUNDING = 1e-12;

const char *versus_name(VersusStat s)
{
    static const char *const NAME[] = {"mean T", "entropy", "surprisal", "distinct-1",
                                       "distinct-2", "repetition"};
    return NAME[s];
}

static int compare_keys(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* Different ones among key [n], over n; key is sorted. */
static double distinct(int64_t *key, int n)
{
    int count = n > 0;
    if (n < 1) return (double)NAN;
    qsort(key, (size_t)n, sizeof *key, compare_keys);
    for (int i = 1; i < n; i++) count += key[i] != key[i - 1];
    return (double)count / n;
}

static double distinct_of(const Session *ses, bool pairs)
{
    int n = ses->n - pairs;
    int64_t *key = mem_alloc(n > 0 ? n : 0, sizeof *key);
    for (int i = 0; i < n; i++)
        key[i] = ses->token[i].id + (pairs ? (int64_t)ses->token[i + 1].id * (1LL << 32) : 0);
    double share = distinct(key, n);
    free(key);
    return share;
}

static double repetition(const Session *ses)
{
    int again = 0;
    for (int i = 1; i < ses->n; i++) {
        int from = i > VERSUS_LOOK_BACK ? i - VERSUS_LOOK_BACK : 0;
        for (int k = from; k < i; k++)
            if (ses->token[k].id == ses->token[i].id) {
                again++;
                break;
            }
    }
    return ses->n > 1 ? (double)again / (ses->n - 1) : (double)NAN;
}

void versus_measure(const Session *ses, double out[VERSUS_STATS])
{
    double sum[3] = {0};
    for (int i = 0; i < ses->n; i++) {
        sum[0] += ses->token[i].temp;
        sum[1] += ses->token[i].entropy;
        sum[2] += ses->token[i].surprisal;
    }
    out[VERSUS_TEMP] = ses->n ? sum[0] / ses->n : (double)NAN;
    out[VERSUS_ENTROPY] = ses->n ? sum[1] / ses->n : (double)NAN;
    out[VERSUS_SURPRISAL] = ses->n ? sum[2] / ses->n : (double)NAN;
    out[VERSUS_DISTINCT1] = distinct_of(ses, false);
    out[VERSUS_DISTINCT2] = distinct_of(ses, true);
    out[VERSUS_REPETITION] = repetition(ses);
}

/* |sum| of d with the signs of `bits`. */
static double signed_sum(const double *d, int n, uint64_t bits)
{
    double sum = 0;
    for (int i = 0; i < n; i++) sum += bits >> i & 1 ? -d[i] : d[i];
    return fabs(sum);
}

static double drawn_p(const double *d, int n, double far)
{
    Control c = control_seed(0);
    int count = 1;
    for (int k = 0; k < VERSUS_DRAWS; k++) {
        double sum = 0;
        for (int i = 0; i < n; i++) sum += control_uniform(&c) < 0.5 ? -d[i] : d[i];
        count += fabs(sum) >= far;
    }
    return (double)count / (VERSUS_DRAWS + 1);
}

double versus_sign_p(const double *d, int n)
{
    double far = signed_sum(d, n, 0), size = 0;
    int64_t count = 0, all = 1LL << (n < VERSUS_EXACT ? n : VERSUS_EXACT);
    for (int i = 0; i < n; i++) size += fabs(d[i]);
    far -= ROUNDING * size;
    if (n > VERSUS_EXACT) return drawn_p(d, n, far);
    for (int64_t bits = 0; bits < all; bits++)
        count += signed_sum(d, n, (uint64_t)bits) >= far;
    return (double)count / (double)all;
}

void versus_holm(const double *p, int n, double *out)
{
    double *from = mem_alloc(n, sizeof *from);
    int tests = 0;
    for (int i = 0; i < n; i++) {
        from[i] = p[i];
        tests += !isnan(p[i]);
    }
    for (int i = 0; i < n; i++) {
        out[i] = from[i];
        /* the largest of what it and every smaller one come to */
        for (int k = 0; k < n && !isnan(from[i]); k++) {
            int smaller = 0;
            if (isnan(from[k]) || from[k] > from[i]) continue;
            for (int j = 0; j < n; j++) smaller += from[j] < from[k];
            out[i] = fmax(out[i], fmin(1, (tests - smaller) * from[k]));
        }
    }
    free(from);
}
