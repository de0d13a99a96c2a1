/* sampler.h: from logits to the next token: the only place where a seed plays a part.
 *
 * In this order: penalty on what was said lately, the top_k likeliest, the likeliest that hold
 * top_p of the probability, those at least min_p times as likely as the first, temperature.
 * Temperature 0 is greedy: the largest logit after the penalty, of equals the lowest id. The same
 * seed, options and logits give the same tokens. */
#ifndef INFER_SAMPLER_H
#define INFER_SAMPLER_H

#include <stdbool.h>
#include <stdint.h>

typedef struct SamplerOpts {
    double temp;
    int top_k;             /* 0 = all */
    double top_p;          /* 1 = all */
    double min_p;          /* 0 = all */
    double repeat_penalty; /* 1 = none: positive logits are divided by it, negative multiplied */
    int repeat_last;       /* tokens that it looks back, at most SAMPLER_MAX_LAST */
    uint64_t seed;
} SamplerOpts;

enum { SAMPLER_MAX_LAST = 4096 };

/* temp 0.8, top_k 40, top_p 0.95, min_p 0.05, no penalty over the last 64, seed 0. */
extern const SamplerOpts SAMPLER_DEFAULTS;

typedef struct Sampler Sampler;

/* opts may be NULL. Never NULL. */
Sampler *sampler_open(const SamplerOpts *opts, int64_t vocab);
void sampler_close(Sampler *s); /* NULL is fine */
/* A token has become part of the text, by whatever hand. */
void sampler_accept(Sampler *s, int32_t id);
/* From now on. */
void sampler_set_temp(Sampler *s, double temp);
/* The next token for logits [vocab], not accepted yet; -1 when no logit is a number. NaN counts as
 * impossible. */
int32_t sampler_pick(Sampler *s, const float *logits);
/* Uniform in [0, 1), 53 bits. */
double sampler_uniform(Sampler *s);

#endif
