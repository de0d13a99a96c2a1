/* weights.h: the features of frozen weights.
 *
 * Tables and columns that this writes (the contract with music/ and genre/):
 *
 * FT_WEIGHTS, a row per ModelPart (key.layer, key.role; label = tensor name), in file order.
 *   every tensor:  rows cols numel nonfinite mean std skew kurt fro
 *                  (kurt is excess, population; fro the Frobenius norm)
 *   matrices:      sv            singular values, descending: all of a block matrix; the top 64 of
 *                                embedding, positions and head
 *                  row_norms     L2 norm of every row
 *                  hist          [32] between percentiles 2 and 98, sum 1;  hist_lo hist_hi
 *                  spectral_norm log_spectral_norm log_norm stable_rank matrix_rank effective_rank
 *                  participation_ratio spectral_entropy alpha alpha_d alpha_sigma alpha_xmin
 *                  alpha_weighted log_alpha_norm mp_lambda_plus mp_softrank num_spikes
 *                  alpha_stable bimodality
 *   norm vectors:  gamma (the vector), gamma_mean gamma_std gamma_asym
 *                  ((|first half| - |second half|) / (sum), L2)
 * FT_LAYERS, a row per block (key.layer).
 *   tension_raw tension  (mappings.md section 2; tension is norm01 over layers)
 *   w1_q (Wasserstein-1 of sv[q][l], sv[q][l+1]; absent in the last layer), coh_qk,
 *   sv_delta_q sv_delta_down (L2 distance of successive normalised spectra; absent in layer 0)
 * FT_MODEL, one row: key_x key_y (layer 0 in the PC1, PC2 plane), key_angle (turns, 0..1),
 *   pc2_skew pc3_kurt, key_root (MIDI key 36..60), key_mode (index into music/scale.h's order:
 *   0 major, 1 natural_minor, 2 dorian, 4 harmonic_minor). */
#ifndef ANALYSIS_WEIGHTS_H
#define ANALYSIS_WEIGHTS_H

#include "base/err.h"
#include "base/run.h"
#include "feature/featset.h"
#include "model/model.h"

/* fs must be zero; on success it is the caller's to free. Same numbers for any run->threads. The
 * memory in use is bounded by the largest block matrix, whatever the model's size. False with
 * "interrupted" in err when the run was stopped. m->ck may be NULL when the parts' data are not in
 * a file. */
bool analyse_weights(const Model *m, FeatureSet *fs, const Run *run, Err *err);

#endif
