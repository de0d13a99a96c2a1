/* fixture_trace.h: traces made by hand: noise, into which the tests plant what is to be found. */
#ifndef FIXTURE_TRACE_H
#define FIXTURE_TRACE_H

#include <math.h>

#include "base/mem.h"
#include "math/permute.h"
#include "theory/sections.h"

enum { NL = 6, NT = 40, D = 8, NH = 3 };

/* Noise everywhere: unit steps from layer to layer, even attention with a little jitter. Of width
 * d. */
static inline Trace wide_noise_trace(uint64_t seed, int d)
{
    Control c = control_seed(seed);
    Trace t = {.nl = NL, .nt = NT, .d = d, .nh = NH};
    t.h = mem_alloc((NL + 1) * NT * d, sizeof *t.h);
    t.norm = mem_alloc((NL + 1) * NT, sizeof *t.norm);
    t.attn_norm = mem_alloc(NL * NT, sizeof *t.attn_norm);
    t.mlp_norm = mem_alloc(NL * NT, sizeof *t.mlp_norm);
    t.head_distance = mem_alloc(NL * NH * NT, sizeof *t.head_distance);
    t.head_entropy = mem_alloc(NL * NH * NT, sizeof *t.head_entropy);
    t.received = mem_alloc(NL * NT, sizeof *t.received);
    t.surprisal = mem_alloc(NT, sizeof *t.surprisal);
    t.entropy = mem_alloc(NT, sizeof *t.entropy);
    t.sink = mem_alloc(NT, sizeof *t.sink);
    for (int i = 0; i < (NL + 1) * NT * d; i++) t.h[i] = (float)control_normal(&c);
    for (int i = 0; i < (NL + 1) * NT; i++) t.norm[i] = exp(0.3 * control_normal(&c));
    for (int i = 0; i < NL * NT; i++) {
        t.attn_norm[i] = t.mlp_norm[i] = 1;
        t.received[i] = (float)exp(0.3 * control_normal(&c));
    }
    for (int i = 0; i < NL * NH * NT; i++)
        t.head_distance[i] = (float)exp2(3 + control_normal(&c)) - 1;
    for (int i = 0; i < NT; i++) {
        t.surprisal[i] = 2 + control_normal(&c);
        t.entropy[i] = 2 + control_normal(&c);
    }
    t.pattern = mem_alloc(NT * NT, sizeof *t.pattern);
    for (int i = 0; i < NT; i++)
        for (int k = 0; k <= i; k++)
            t.pattern[i * NT + k] = (float)(exp(0.3 * control_normal(&c)) / (1 + i - k));
    return t;
}

static inline Trace noise_trace(uint64_t seed)
{
    return wide_noise_trace(seed, D);
}

static inline const Finding *get(const Findings *fs, const char *name)
{
    const Finding *f = findings_get(fs, name);
    if (!f) fail_msg("no finding %s", name);
    return f;
}

/* Measures a section of t, and frees t; the findings are the caller's. */
static inline Findings measure(Trace *t, void (*section)(const TheoryText *x, Findings *out))
{
    Findings fs = {.model = NULL};
    TheoryText x = {.t = t};
    section(&x, &fs);
    trace_free(t);
    return fs;
}

static inline void assert_verdict(const Findings *fs, const char *name, Verdict want)
{
    const Finding *f = get(fs, name);
    if (f->verdict != want)
        fail_msg("%s = %g, chance %g +- %g, p = %g", name, f->value, f->control_mean,
                 f->control_sd, f->p);
}

#endif
