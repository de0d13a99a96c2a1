/* decoder.c: see learn/decoder.h: the parameters, and a batch over its lanes. */
#include "learn/decoder.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "decoder_parts.h"
#include "grad_sum.h"

DecoderShape decoder_shape(DecoderArch arch, int vocab, int d, int nl)
{
    DecoderShape s = {.arch = arch, .vocab = vocab, .d = d, .nl = nl, .context = 1024};
    if (arch == DECODER_GEMMA3) {
        s.dh = 64;
        s.nh = d / 40 > 0 ? d / 40 : 1; /* the ratios of Gemma-3-270M: 640, 4 of 256, 1, 2048 */
        s.nkv = 1;
        s.ff = d * 16 / 5;
        s.window = 128;
        s.pattern = 6;
        s.theta = 1e6;
        s.local_theta = 1e4;
        s.eps = 1e-6;
    } else {
        s.dh = 32;
        s.nkv = s.nh = d / s.dh;
        s.ff = 4 * d;
        s.context = 256;
        s.pattern = 1;
        s.eps = 1e-5;
    }
    return s;
}

static bool check(const DecoderShape *s, Err *err)
{
    const int *each[] = {&s->vocab, &s->d, &s->nl, &s->nh, &s->nkv, &s->dh, &s->ff, &s->context};
    for (size_t i = 0; i < sizeof each / sizeof *each; i++)
        if (*each[i] < 1) return err_set(err, "a model needs at least one of everything");
    const int64_t sizes[] = {(int64_t)s->nh * s->dh * s->d, (int64_t)s->ff * s->d,
                             (int64_t)s->vocab * s->d, (int64_t)s->context * s->d,
                             (int64_t)s->context * s->dh};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (sizes[i] > INT32_MAX / 4)
            return err_set(err, "a matrix of %lld numbers is too large to be trained here",
                           (long long)sizes[i]);
    if (s->nh % s->nkv)
        return err_set(err, "%d heads cannot share %d keys and values evenly", s->nh, s->nkv);
    if (s->dh % 2) return err_set(err, "a head of %d cannot be turned: it must be even", s->dh);
    if (s->arch == DECODER_GPT2 && (s->nkv != s->nh || s->nh * s->dh != s->d))
        return err_set(err, "in GPT-2, %d heads of %d must make up the width of %d", s->nh, s->dh,
                       s->d);
    return true;
}

void decoder_add(Decoder *dec, int layer, const char *format, int rows, int cols)
{
    Str name = {0};
    const char *mark = strstr(format, "%d");
    if (mark)
        str_addf(&name, "%.*s%d%s", (int)(mark - format), format, layer, mark + 2);
    else
        str_addf(&name, "%s", format);
    int *slot = dec->at + (int64_t)(layer + 1) * DECODER_SLOTS, k = 0;
    while (slot[k] >= 0) k++;
    slot[k] = params_add(&dec->params, str_text(&name), rows, cols, rows > 1);
    str_free(&name);
}

Var *pass_param(const Pass *p, int layer, int k)
{
    int i = p->dec->at[(int64_t)(layer + 1) * DECODER_SLOTS + k];
    return params_leaf(&p->dec->params, i, p->t, p->g);
}

bool decoder_open(Decoder *dec, const DecoderShape *shape, CpuLevel level, Err *err)
{
    if (!check(shape, err)) return false;
    *dec = (Decoder){.shape = *shape};
    int64_t slots = (int64_t)(shape->nl + 1) * DECODER_SLOTS;
    dec->at = mem_alloc(slots, sizeof *dec->at);
    for (int64_t i = 0; i < slots; i++) dec->at[i] = -1;
    if (shape->arch == DECODER_GEMMA3) {
        gemma_add_params(dec);
        rotary_init(&dec->rotary[0], shape->context, shape->dh, shape->theta);
        rotary_init(&dec->rotary[1], shape->context, shape->dh, shape->local_theta);
    } else {
        gpt2_add_params(dec);
    }
    params_alloc(&dec->params);
    dec->grads = mem_alloc(dec->params.size * DECODER_LANES, sizeof *dec->grads);
    for (int i = 0; i < DECODER_LANES; i++) dec->tape[i] = tape_new(level);
    return true;
}

void decoder_free(Decoder *dec)
{
    for (int i = 0; i < DECODER_LANES; i++) tape_free(dec->tape[i]);
    for (int i = 0; i < 2; i++) rotary_free(&dec->rotary[i]);
    params_free(&dec->params);
    free(dec->at);
    free(dec->grads);
    *dec = (Decoder){0};
}

/* What is added back to the stream: its spread must not grow with the depth. */
static bool goes_back(const char *name)
{
    return strstr(name, "o_proj") || strstr(name, "down_proj") || strstr(name, "c_proj");
}

void decoder_begin(Decoder *dec, uint64_t seed)
{
    static const double STD = 0.02;
    Params *ps = &dec->params;
    bool gemma = dec->shape.arch == DECODER_GEMMA3;
    for (int i = 0; i < ps->n; i++) {
        const char *name = ps->p[i].name;
        size_t len = strlen(name);
        if (ps->p[i].rows > 1)
            params_fill_normal(ps, i, goes_back(name) ? STD / sqrt(2 * dec->shape.nl) : STD, seed);
        else
            params_fill(ps, i, gemma || strcmp(name + len - 4, "bias") == 0 ? 0 : 1);
    }
}

typedef struct Job {
    Decoder *dec;
    const Batch *b;
    bool gradient;
    double nats[DECODER_LANES];
} Job;

static Var *forward(const Pass *p, const int32_t *id)
{
    tape_reset(p->t);
    return p->dec->shape.arch == DECODER_GEMMA3 ? gemma_forward(p, id, 1) : gpt2_forward(p, id, 1);
}

void decoder_logits(Decoder *dec, const int32_t *id, int n, float *logits)
{
    const DecoderShape *s = &dec->shape;
    const Pass p = {.dec = dec, .t = dec->tape[0], .seq = n};
    const Var *x = forward(&p, id);
    Var *last = tape_leaf(p.t, 1, s->d, x->v + (int64_t)(n - 1) * s->d, NULL);
    const Var *out = tape_linear(p.t, last, pass_param(&p, -1, 0), NULL);
    memcpy(logits, out->v, (size_t)s->vocab * sizeof *logits);
}

/* One sequence: its nats. weight: of the gradient of each token. */
static double work_sequence(const Pass *p, const int32_t *id, double weight)
{
    Var *x = forward(p, id);
    double nats = tape_cross_entropy(p->t, x, pass_param(p, -1, 0), id + 1, weight);
    if (p->g) tape_backward(p->t);
    return nats;
}

/* Lane k has sequences k, k + LANES, ... */
static void work_lane(void *ud, int64_t lane, int worker)
{
    Job *job = ud;
    (void)worker;
    Decoder *dec = job->dec;
    const Batch *b = job->b;
    float *g = dec->grads + lane * dec->params.size;
    Pass p = {.dec = dec, .t = dec->tape[lane], .g = job->gradient ? g : NULL, .seq = b->seq};
    if (p.g) memset(g, 0, (size_t)dec->params.size * sizeof *g);
    double weight = 1 / ((double)b->n * b->seq);
    for (int64_t i = lane; i < b->n; i += DECODER_LANES)
        job->nats[lane] += work_sequence(&p, b->id + i * (b->seq + 1), weight);
}

static double work(Decoder *dec, const Batch *b, bool gradient, const Run *run)
{
    Job job = {.dec = dec, .b = b, .gradient = gradient};
    parallel_for(run, NULL, DECODER_LANES, work_lane, &job);
    if (run_stopped(run)) return NAN;
    double nats = 0;
    for (int i = 0; i < DECODER_LANES; i++) nats += job.nats[i];
    if (gradient)
        grad_sum(dec->grads, DECODER_LANES, dec->params.size, dec->params.size, run);
    return nats / ((double)b->n * b->seq);
}

double decoder_loss(Decoder *dec, const Batch *b, const Run *run)
{
    return work(dec, b, false, run);
}

double decoder_gradient(Decoder *dec, const Batch *b, const Run *run)
{
    return work(dec, b, true, run);
}
