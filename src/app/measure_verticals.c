/* measure_verticals.c: see measure_verticals.h. A chord's beating is the sum over its pairs of keys
 * and over the keys themselves, so that a note costs as many additions as keys sound. */
#include "measure_verticals.h"

#include <stdlib.h>

#include "base/mem.h"
#include "music/roughness.h"

enum { KEYS = 128, SETS = 1 << 12, H = ROUGHNESS_HARMONICS };

void verticals_open(Verticals *v)
{
    *v = (Verticals){0};
    v->pair = mem_alloc(KEYS * KEYS, sizeof *v->pair);
    v->known = mem_alloc(SETS, sizeof *v->known);
    for (int i = 0; i < KEYS * KEYS; i++) v->pair[i] = -1;
    for (int i = 0; i < SETS; i++) v->known[i] = -1;
    for (int k = 1; k <= H; k++) v->power += 1.0 / (k * k);
    harmonicity_init(&v->harmonicity, HARMONICITY_HARMONICS);
}

void verticals_close(Verticals *v)
{
    free(v->pair);
    free(v->known);
    *v = (Verticals){0};
}

/* The beating of two keys, or of one key's own partials. */
static double beating_of(Verticals *v, int a, int b)
{
    double *known = &v->pair[a < b ? a * KEYS + b : b * KEYS + a];
    Partial p[H], q[H];
    if (*known >= 0) return *known;
    roughness_partials(&(double){a}, 1, H, p);
    roughness_partials(&(double){b}, 1, H, q);
    *known = a == b ? roughness_hutchinson(p, H) * v->power
                    : roughness_hutchinson_between(p, H, q, H);
    return *known;
}

static double beating_with_others(Verticals *v, int key)
{
    double sum = beating_of(v, key, key);
    for (int i = 0; i < v->nkeys; i++)
        if (v->key[i] != key) sum += beating_of(v, key, v->key[i]);
    return sum;
}

static void add_key(Verticals *v, int key)
{
    v->beating += beating_with_others(v, key);
    v->at[key] = v->nkeys;
    v->key[v->nkeys++] = key;
    v->of_class[key % 12]++;
    v->pcs |= 1u << key % 12;
}

static void remove_key(Verticals *v, int key)
{
    int last = v->key[--v->nkeys];
    v->key[v->at[key]] = last;
    v->at[last] = v->at[key];
    v->beating = v->nkeys > 0 ? v->beating - beating_with_others(v, key) : 0;
    if (--v->of_class[key % 12] == 0) v->pcs &= ~(1u << key % 12);
}

void verticals_step(Verticals *v, int key, int step)
{
    int before = v->sounding[key];
    v->sounding[key] += step;
    if (before == 0 && step > 0) add_key(v, key);
    if (before == 1 && step < 0) remove_key(v, key);
}

double verticals_roughness(const Verticals *v)
{
    double rough = v->beating / (v->nkeys * v->power);
    return rough > 0 ? rough : 0; /* a last rounding */
}

double verticals_harmonicity(Verticals *v)
{
    double *known = &v->known[v->pcs];
    if (*known < 0) *known = harmonicity_of(&v->harmonicity, v->pcs).kl;
    return *known;
}
