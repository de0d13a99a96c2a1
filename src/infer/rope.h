/* rope.h: tables of cosines and sines for a run of positions. */
#ifndef INFER_ROPE_H
#define INFER_ROPE_H

#include "infer/hparams.h"

/* Angle a position of each pair, out [dim / 2]. is_long: by the long factors of longrope. */
void rope_frequencies(const RopeSpec *r, bool is_long, double *out);

/* Positions pos..pos+nt-1: cos and sin [nt, dim / 2], times RopeSpec.scale. freq [dim / 2]. */
void rope_table(const RopeSpec *r, const double *freq, int pos, int nt, float *cosine, float *sine);

#endif
