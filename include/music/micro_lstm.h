/* micro_lstm.h: a recurrent cell of 16 units whose weights are a layer's own singular vectors
 * (mappings.md section 6; the cell is that of Hochreiter and Schmidhuber 1997 with a forget gate,
 * Gers et al. 2000, without training).
 *
 * Each gate has one matrix W = 0.45 * outer(a, b), a and b of length 1, so that 0.45 is its
 * spectral norm; it reads the input and the state together: W (x + h) + bias. Only b.(x + h) is
 * ever computed. */
#ifndef MUSIC_MICRO_LSTM_H
#define MUSIC_MICRO_LSTM_H

enum { LSTM_UNITS = 16, LSTM_FOLD = 2 * LSTM_UNITS };
enum { LSTM_IN, LSTM_FORGET, LSTM_OUT, LSTM_CELL, LSTM_GATES };

typedef struct MicroLstm {
    double a[LSTM_GATES][LSTM_UNITS], b[LSTM_GATES][LSTM_UNITS]; /* of length 1, or zero */
    double bias[LSTM_GATES];
    double h[LSTM_UNITS], c[LSTM_UNITS]; /* the state */
} MicroLstm;

/* fold [LSTM_GATES][LSTM_FOLD]: a gate's a, then its b; NULL for a gate without any, whose matrix
 * is zero. share [LSTM_GATES]: the biases; the forget gate's is share + 1 (it remembers unless told
 * otherwise: Jozefowicz et al. 2015). share may be NULL: 0. NaN counts as 0. The state is zero. */
void lstm_init(MicroLstm *l, const float *const *fold, const float *share);
/* One step. x [LSTM_UNITS] */
void lstm_step(MicroLstm *l, const double *x);
/* Length of the state h. */
double lstm_norm(const MicroLstm *l);
/* 1 / (1 + |h|): the temperature of a choice, falling with the norm of the state. */
double lstm_temperature(const MicroLstm *l);
/* out [n], n <= LSTM_UNITS: softmax of the first n units, standardised (mean 0, deviation 1) before
 * it, for an untrained state is so small that its softmax would say nothing. */
void lstm_read(const MicroLstm *l, int n, double *out);

#endif
