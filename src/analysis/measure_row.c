/* measure_row.c: a Measure as a row of FT_WEIGHTS. The list below is the table's columns, with
 * their definitions; see analysis/weights.h. Entries that are not finite are left absent. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/singular.h"
#include "measure.h"

/* name, unit, definition */
#define COLUMNS(X)                                                                                 \
    X(rows, "", "rows of the matrix [out, in]; 1 of a vector")                                     \
    X(cols, "", "columns, or length of a vector")                                                  \
    X(numel, "", "entries")                                                                        \
    X(nonfinite, "", "NaN and infinite entries; left out of the statistics, 0 in the spectrum")    \
    X(mean, "", "mean of the entries")                                                             \
    X(std, "", "population standard deviation")                                                    \
    X(skew, "", "skewness, population")                                                            \
    X(kurt, "", "excess kurtosis, population: m4/m2^2 - 3")                                        \
    X(fro, "", "Frobenius norm")                                                                   \
    X(sv, "", "singular values, descending")                                                       \
    X(row_norms, "", "L2 norm of every row")                                                       \
    X(hist, "", "32 equal bins between percentiles 2 and 98, sum 1")                               \
    X(hist_lo, "", "percentile 2")                                                                 \
    X(hist_hi, "", "percentile 98")                                                                \
    X(spectral_norm, "", "largest eigenvalue lambda = sigma^2")                                    \
    X(log_spectral_norm, "log10", "log10 of the largest eigenvalue")                               \
    X(log_norm, "log10", "log10 of the sum of eigenvalues")                                        \
    X(stable_rank, "", "sum of eigenvalues over the largest")                                      \
    X(matrix_rank, "", "singular values over largest * longer side * 2^-23")                       \
    X(effective_rank, "", "exp of the entropy of sigma / sum sigma")                               \
    X(participation_ratio, "", "(sum lambda)^2 / sum lambda^2")                                    \
    X(spectral_entropy, "", "-sum p ln p / ln rank, p = lambda / sum lambda")                      \
    X(alpha, "", "power-law exponent of the eigenvalue density")                                   \
    X(alpha_d, "", "Kolmogorov-Smirnov distance of the power law")                                 \
    X(alpha_sigma, "", "standard error of alpha")                                                  \
    X(alpha_xmin, "", "smallest eigenvalue of the power-law tail")                                 \
    X(alpha_weighted, "", "alpha * log10 of the largest eigenvalue")                               \
    X(log_alpha_norm, "log10", "log10 of the sum of lambda^alpha")                                 \
    X(mp_lambda_plus, "", "Marchenko-Pastur edge of random entries of the same mean square")       \
    X(mp_softrank, "", "Marchenko-Pastur edge over the largest eigenvalue")                        \
    X(num_spikes, "", "eigenvalues over the edge by more than its Tracy-Widom width")              \
    X(alpha_stable, "", "index of the alpha-stable law by McCulloch's quantiles: 2 = Gaussian")    \
    X(bimodality, "", "Sarle's bimodality coefficient")                                            \
    X(gamma, "", "the norm vector as stored")                                                      \
    X(gamma_mean, "", "mean of the norm vector")                                                   \
    X(gamma_std, "", "population standard deviation of the norm vector")                           \
    X(gamma_asym, "", "(|first half| - |second half|) / (their sum), L2")

#define AS_ENUM(name, unit, doc) COL_##name,
enum { COLUMNS(AS_ENUM) COL_COUNT };
#undef AS_ENUM

void measure_columns(FeatureSet *fs)
{
#define AS_COLUMN(name, unit, doc) feat_add_column(fs, FT_WEIGHTS, #name, unit, doc);
    COLUMNS(AS_COLUMN)
#undef AS_COLUMN
}

static void put(FeatureSet *fs, int col, int row, double v)
{
    if (isfinite(v)) feat_set1(fs, FT_WEIGHTS, col, row, v);
}

static void put_spectrum(FeatureSet *fs, int row, const Measure *m)
{
    const Spectrum *s = &m->spectrum;
    put(fs, COL_spectral_norm, row, s->spectral_norm);
    put(fs, COL_log_spectral_norm, row, s->log_spectral_norm);
    put(fs, COL_log_norm, row, s->log_norm);
    put(fs, COL_stable_rank, row, s->stable_rank);
    put(fs, COL_matrix_rank, row, s->matrix_rank);
    put(fs, COL_effective_rank, row, s->effective_rank);
    put(fs, COL_participation_ratio, row, s->participation_ratio);
    put(fs, COL_spectral_entropy, row, s->spectral_entropy);
    put(fs, COL_mp_lambda_plus, row, s->mp_lambda_plus);
    put(fs, COL_mp_softrank, row, s->mp_softrank);
    put(fs, COL_num_spikes, row, s->num_spikes);
    if (!s->fitted) return;
    put(fs, COL_alpha, row, s->law.alpha);
    put(fs, COL_alpha_d, row, s->law.d);
    put(fs, COL_alpha_sigma, row, s->law.sigma);
    put(fs, COL_alpha_xmin, row, s->law.xmin);
    put(fs, COL_alpha_weighted, row, s->alpha_weighted);
    put(fs, COL_log_alpha_norm, row, s->log_alpha_norm);
}

static void put_matrix(FeatureSet *fs, int row, const Measure *m)
{
    const Scan *s = &m->scan;
    if (s->row_norm) feat_set(fs, FT_WEIGHTS, COL_row_norms, row, s->row_norm, (int)s->rows);
    if (s->moments.n > 0) {
        const double p[5] = {s->pct[SCAN_P5], s->pct[SCAN_P25], s->pct[SCAN_P50], s->pct[SCAN_P75],
                             s->pct[SCAN_P95]};
        feat_set(fs, FT_WEIGHTS, COL_hist, row, s->hist, SCAN_BINS);
        put(fs, COL_hist_lo, row, s->pct[SCAN_P2]);
        put(fs, COL_hist_hi, row, s->pct[SCAN_P98]);
        put(fs, COL_alpha_stable, row, stats_stable_index(p));
        put(fs, COL_bimodality, row, moments_bimodality(&s->moments));
    }
    if (m->no_spectrum || m->nsv == 0) return;
    feat_set(fs, FT_WEIGHTS, COL_sv, row, m->sv, m->nsv);
    put_spectrum(fs, row, m);
}

static void put_gamma(FeatureSet *fs, int row, const Measure *m)
{
    int n = (int)m->scan.cols, half = n / 2;
    double first = stats_norm(m->gamma, half), second = stats_norm(m->gamma + half, n - half);
    feat_set(fs, FT_WEIGHTS, COL_gamma, row, m->gamma, n);
    put(fs, COL_gamma_mean, row, m->scan.moments.mean);
    put(fs, COL_gamma_std, row, moments_std(&m->scan.moments));
    put(fs, COL_gamma_asym, row, first + second > 0 ? (first - second) / (first + second) : 0);
}

static void add_notes(FeatureSet *fs, const ModelPart *part, const Measure *m)
{
    if (m->scan.nonfinite > 0)
        feat_note(fs, "%s: %lld entries are NaN or infinite: left out of its statistics, 0 in its "
                  "spectrum", part->t.name, (long long)m->scan.nonfinite);
    if (m->no_spectrum)
        feat_note(fs, "%s: no spectrum: %s", part->t.name,
                  m->scan.side > SCAN_MAX_SIDE ? "it is too large" : "the solver did not converge");
    if (m->approximate)
        feat_note(fs, "%s: singular values below a hundred-thousandth of the largest are "
                  "approximate", part->t.name);
    if (m->kind == MEASURE_MATRIX && m->scan.rows > SCAN_MAX_ROWS)
        feat_note(fs, "%s: row norms are left out: it has %lld rows", part->t.name,
                  (long long)m->scan.rows);
}

void measure_row(FeatureSet *fs, const ModelPart *part, const Measure *m)
{
    RowKey key = {.prompt = -1, .layer = (int16_t)part->layer, .role = (int16_t)part->role,
                  .head = -1, .token = -1};
    int row = feat_add_row(fs, FT_WEIGHTS, key, part->t.name);
    put(fs, COL_rows, row, (double)m->scan.rows);
    put(fs, COL_cols, row, (double)m->scan.cols);
    put(fs, COL_numel, row, (double)tensor_numel(&part->t));
    if (m->kind == MEASURE_SHAPE) return;
    put(fs, COL_nonfinite, row, (double)m->scan.nonfinite);
    if (m->scan.moments.n > 0) {
        put(fs, COL_mean, row, m->scan.moments.mean);
        put(fs, COL_std, row, moments_std(&m->scan.moments));
        put(fs, COL_skew, row, moments_skew(&m->scan.moments));
        put(fs, COL_kurt, row, moments_kurtosis(&m->scan.moments));
        put(fs, COL_fro, row, moments_norm(&m->scan.moments));
    }
    if (m->kind == MEASURE_MATRIX) put_matrix(fs, row, m);
    if (m->kind == MEASURE_GAMMA) put_gamma(fs, row, m);
    add_notes(fs, part, m);
}
