/* gradus.c: see music/gradus.h. Euler 1739, Tentamen novae theoriae musicae; Tenney 1984, "John
 * Cage and the theory of harmony"; Stolzenburg 2015, "Harmony perception by periodicity
 * detection", Journal of Mathematics and Music 9. Just ratios have no primes but 2, 3 and 5:
 * tones are kept as exponents, whose spread is the exponent of the least common multiple once the
 * common divisor is gone, so nothing can overflow. */
#include "music/gradus.h"

#include <limits.h>
#include <math.h>

static const int PRIME[3] = {2, 3, 5};

/* Exponents of 2, 3, 5 of the just interval of so many semitones. */
static const int8_t JUST[12][3] = {
    {0, 0, 0},  {4, -1, -1}, {-3, 2, 0}, {1, 1, -1}, {-2, 0, 1}, {2, -1, 0},
    {-5, 2, 1}, {-1, 1, 0},  {3, 0, -1}, {0, -1, 1}, {4, -2, 0}, {-3, 1, 1},
};

static int64_t common_divisor(int64_t a, int64_t b)
{
    while (b != 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

int gradus_of(int64_t n)
{
    int64_t sum = 1;
    for (int64_t p = 2; p <= n / p; p++) {
        for (; n % p == 0; n /= p) sum += p - 1;
    }
    if (n > 1) sum += n - 1;
    return sum < INT_MAX ? (int)sum : INT_MAX;
}

int gradus_chord(const int *key, int n)
{
    int low = INT_MAX, gradus = 1;
    for (int i = 0; i < n; i++)
        if (key[i] < low) low = key[i];
    if (n <= 0) return 0;
    for (int p = 0; p < 3; p++) {
        int least = INT_MAX, most = INT_MIN;
        for (int i = 0; i < n; i++) {
            int up = key[i] - low, e = JUST[up % 12][p] + (p == 0 ? up / 12 : 0);
            if (e < least) least = e;
            if (e > most) most = e;
        }
        gradus += (most - least) * (PRIME[p] - 1);
    }
    return gradus;
}

double gradus_tenney(int64_t a, int64_t b)
{
    int64_t d = common_divisor(a, b);
    return log2((double)(a / d)) + log2((double)(b / d));
}

void gradus_ratio(int semitones, double slack, int64_t *num, int64_t *den)
{
    int octave = semitones >= 0 ? semitones / 12 : -((11 - semitones) / 12);
    double x = exp2((semitones - 12 * octave) / 12.0);
    double room = fmax(slack, 1e-6); /* none at all would never end */
    double lo = (1 - room) * x, hi = (1 + room) * x;
    int64_t a = 0, b = 1, c = 1, d = 0; /* a/b < the fraction < c/d: the tree of Stern and Brocot */
    int64_t p = 1, q = 1;
    while ((double)p / (double)q < lo || (double)p / (double)q > hi) {
        if ((double)p / (double)q < lo) {
            a = p;
            b = q;
        } else {
            c = p;
            d = q;
        }
        p = a + c;
        q = b + d;
    }
    for (; octave > 0; octave--) q % 2 == 0 ? (q /= 2) : (p *= 2);
    for (; octave < 0; octave++) p % 2 == 0 ? (p /= 2) : (q *= 2);
    *num = p;
    *den = q;
}

/* log2 of the period of the chord over that of key[ref]. */
static double log_period(const int *key, int n, int ref, double slack)
{
    int low = 0;
    int64_t multiple = 1, num, den;
    for (int i = 0; i < n; i++) {
        gradus_ratio(key[i] - key[ref], slack, &num, &den);
        multiple = multiple / common_divisor(multiple, den) * den;
        if (key[i] < key[low]) low = i;
    }
    gradus_ratio(key[low] - key[ref], slack, &num, &den);
    return log2((double)multiple) + log2((double)num) - log2((double)den);
}

double gradus_stolzenburg(const int *key, int n, double slack)
{
    double sum = 0;
    for (int i = 0; i < n; i++) sum += log_period(key, n, i, slack);
    return n > 0 ? sum / n : NAN;
}
