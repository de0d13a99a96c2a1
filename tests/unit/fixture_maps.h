/* fixture_maps.h: the points and references of tests/oracle/maps_oracle.py. Include after
 * fixture_oracle.h's includes; needs <cmocka.h>. */
#ifndef FIXTURE_MAPS_H
#define FIXTURE_MAPS_H

#include <math.h>

#include "base/mem.h"
#include "fixture_oracle.h"
#include "math/neighbours.h"
#include "tensor/np_read.h"

enum { MAP_SETS = 3, ROLL = 400 };
static const char *const MAP_NAME[MAP_SETS] = {"iris", "digits", "roll"};

typedef struct MapPoints {
    const char *name;
    int n, d;
    double *x;        /* [n, d] */
    const Json *want; /* of all.want */
} MapPoints;

typedef struct MapSets {
    MapPoints set[MAP_SETS];
    Json *want;
} MapSets;

/* A rolled sheet, as the oracle makes it. */
static inline double *maps_roll(int n)
{
    const double golden = 0.6180339887498949, pi = 3.14159265358979323846;
    double *x = mem_alloc(3 * (int64_t)n, sizeof *x);
    for (int i = 0; i < n; i++) {
        double t = 1.5 * pi * (1 + 2 * fmod((i + 1) * golden, 1));
        x[3 * i] = t * cos(t);
        x[3 * i + 1] = 21 * ((i + 1.5) / n);
        x[3 * i + 2] = t * sin(t);
    }
    return x;
}

static inline void maps_open(MapSets *m)
{
    const char *root = getenv("LLMSONIFY_ROOT");
    char path[4096];
    NpSet np;
    Err err;
    snprintf(path, sizeof path, "%s/tests/oracle/data/maps.npz", root && *root ? root : ".");
    if (!np_read(&np, path, &err)) fail_msg("%s", err.msg);
    m->want = oracle_read("maps.json");
    assert_non_null(m->want);
    for (int k = 0; k < MAP_SETS; k++) {
        MapPoints *p = &m->set[k];
        const NpArray *a = np_find(&np, MAP_NAME[k]);
        *p = (MapPoints){.name = MAP_NAME[k], .n = ROLL, .d = 3};
        p->want = json_get(m->want, p->name);
        if (a) {
            p->n = (int)a->shape[0];
            p->d = (int)a->shape[1];
            p->x = mem_alloc(a->count, sizeof *p->x);
            memcpy(p->x, a->v, (size_t)a->count * sizeof *p->x);
        } else {
            p->x = maps_roll(ROLL);
        }
    }
    np_free(&np);
}

static inline void maps_close(MapSets *m)
{
    for (int k = 0; k < MAP_SETS; k++) free(m->set[k].x);
    json_free(m->want);
}

static inline double maps_number(const Json *j, const char *key)
{
    return json_number(json_get(j, key), (double)NAN);
}

/* The trustworthiness of a map y [n, dims] must be that of another program's less 0.02: `theirs` of
 * `of` (p->want, or an object of it) under `key`. */
static inline void maps_assert_trust(const MapSets *m, const MapPoints *p, const double *y,
                                     int dims, const char *theirs, const Json *of, const char *key)
{
    double want = maps_number(of, key);
    double got = neighbours_trust(p->x, p->d, y, dims, p->n, (int)maps_number(m->want, "trust_k"),
                                  NULL);
    print_message("# %s, %d-D: trustworthiness %.4f, %s %.4f\n", p->name, dims, got, theirs, want);
    assert_true(got >= want - 0.02 && got <= 1);
}

/* Numbers of a JSON array, nested or not, one after the other; how many. */
static inline int maps_list(const Json *j, double *out, int most)
{
    int n = 0;
    for (const Json *e = json_child(j); e && n < most; e = json_next(e)) {
        if (json_is_array(e))
            n += maps_list(e, out + n, most - n);
        else
            out[n++] = json_number(e, (double)NAN);
    }
    return n;
}

#endif
