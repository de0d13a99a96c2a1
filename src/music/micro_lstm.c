/* micro_lstm.c: see music/micro_lstm.h. */
#include "music/micro_lstm.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>

#include "music/markov.h"

static const double SPECTRAL_NORM = 0.45;

/* A part of a folded singular vector, scaled to length 1. */
static void take_unit(const float *x, double *out)
{
    double sum = 0;
    for (int i = 0; i < LSTM_UNITS; i++) {
        out[i] = x && isfinite(x[i]) ? (double)x[i] : 0;
        sum += out[i] * out[i];
    }
    for (int i = 0; i < LSTM_UNITS && sum > 0; i++) out[i] /= sqrt(sum);
}

void lstm_init(MicroLstm *l, const float *const *fold, const float *share)
{
    *l = (MicroLstm){.bias = {0}};
    for (int g = 0; g < LSTM_GATES; g++) {
        take_unit(fold[g], l->a[g]);
        take_unit(fold[g] ? fold[g] + LSTM_UNITS : NULL, l->b[g]);
        l->bias[g] = share && isfinite(share[g]) ? (double)share[g] : 0;
    }
    l->bias[LSTM_FORGET] += 1;
}

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

void lstm_step(MicroLstm *l, const double *x)
{
    double along[LSTM_GATES] = {0}; /* b.(x + h) */
    for (int g = 0; g < LSTM_GATES; g++)
        for (int i = 0; i < LSTM_UNITS; i++) along[g] += l->b[g][i] * (x[i] + l->h[i]);
    for (int i = 0; i < LSTM_UNITS; i++) {
        double pre[LSTM_GATES];
        for (int g = 0; g < LSTM_GATES; g++)
            pre[g] = SPECTRAL_NORM * l->a[g][i] * along[g] + l->bias[g];
        l->c[i] = sigmoid(pre[LSTM_FORGET]) * l->c[i] +
                  sigmoid(pre[LSTM_IN]) * tanh(pre[LSTM_CELL]);
        l->h[i] = sigmoid(pre[LSTM_OUT]) * tanh(l->c[i]);
    }
}

double lstm_norm(const MicroLstm *l)
{
    double sum = 0;
    for (int i = 0; i < LSTM_UNITS; i++) sum += l->h[i] * l->h[i];
    return sqrt(sum);
}

double lstm_temperature(const MicroLstm *l)
{
    return 1 / (1 + lstm_norm(l));
}

void lstm_read(const MicroLstm *l, int n, double *out)
{
    double z[LSTM_UNITS], mean = 0, var = 0;
    assert(n >= 1 && n <= LSTM_UNITS);
    for (int i = 0; i < n; i++) mean += l->h[i] / n;
    for (int i = 0; i < n; i++) var += (l->h[i] - mean) * (l->h[i] - mean) / n;
    for (int i = 0; i < n; i++) z[i] = var > 1e-24 ? (l->h[i] - mean) / sqrt(var) : 0;
    markov_softmax(z, n, out);
}
