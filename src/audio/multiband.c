/* multiband.c: see audio/multiband.h.
 *
 * Crossovers: S. Linkwitz, "Active crossover networks for noncoincident drivers", JAES 24 (1976):
 * two Butterworth filters in a row on either side; low + high = an all-pass of second order. Split
 * at the middle border first; each half then passes the all-pass of the other half's border, so
 * that all four bands have turned the same phase and add up flat. A low-pass and the all-pass that
 * low + high are have the same poles: one recursion (direct form II) gives both, and the high side
 * is their difference. What is above the middle border and what is below run side by side as lanes.
 * Compression: the curve of
 * audio/compressor.h on each band's RMS. */
#include "audio/multiband.h"

#include <math.h>

enum { LEVEL_EVERY = 32 }; /* frames */
static const double SPLIT_FLUSH = 1e-20;

/* A Butterworth low-pass: poles and gain. */
typedef struct Border {
    double a1, a2, g;
} Border;

static Border border_at(double rate, double hz)
{
    Biquad l = biquad_design(BIQUAD_LOW_PASS, rate, hz, M_SQRT1_2, 0);
    return (Border){l.a1, l.a2, l.b0};
}

void bandsplit_init(BandSplit *b, double rate, const double hz[BANDS - 1])
{
    Border low = border_at(rate, hz[0]), mid = border_at(rate, hz[1]), top = border_at(rate, hz[2]);
    *b = (BandSplit){.a1 = mid.a1, .a2 = mid.a2, .g = mid.g};
    b->outer[0] = (Wide4){low.a1, low.a1, top.a1, top.a1};
    b->outer[1] = (Wide4){low.a2, low.a2, top.a2, top.a2};
    b->outer[2] = (Wide4){low.g, low.g, top.g, top.g};
    b->pass[0] = (Wide4){top.a1, top.a1, low.a1, low.a1};
    b->pass[1] = (Wide4){top.a2, top.a2, low.a2, low.a2};
}

/* One frame at the middle border: low, left and right, then high. */
static inline void split_middle(BandSplit *b, Lane2 x, Wide4 *both)
{
    Lane2 *s = b->mid, w = x - b->a1 * s[0] - b->a2 * s[1];
    Lane2 y = b->g * (w + (s[0] + s[0]) + s[1]), turned = b->a2 * w + b->a1 * s[0] + s[1];
    Lane2 v = y - b->a1 * s[2] - b->a2 * s[3], low = b->g * (v + (s[2] + s[2]) + s[3]);
    Lane2 high = turned - low;
    s[1] = s[0];
    s[0] = w;
    s[3] = s[2];
    s[2] = v;
    *both = (Wide4){low[0], low[1], high[0], high[1]};
}

/* One frame: bands 0 and 2 to *low, 1 and 3 to *high. */
static inline void split(BandSplit *b, Lane2 x, Wide4 *low, Wide4 *high)
{
    Wide4 *s = b->side, a1 = b->outer[0], a2 = b->outer[1], g = b->outer[2];
    Wide4 u;
    split_middle(b, x, &u);
    u = u - b->pass[0] * s[4] - b->pass[1] * s[5];
    Wide4 in = b->pass[1] * u + b->pass[0] * s[4] + s[5], w = in - a1 * s[0] - a2 * s[1];
    Wide4 y = g * (w + (s[0] + s[0]) + s[1]), turned = a2 * w + a1 * s[0] + s[1];
    Wide4 v = y - a1 * s[2] - a2 * s[3];
    *low = g * (v + (s[2] + s[2]) + s[3]);
    *high = turned - *low;
    s[1] = s[0];
    s[0] = w;
    s[3] = s[2];
    s[2] = v;
    s[5] = s[4];
    s[4] = u;
}

void bandsplit_tick(BandSplit *b, Lane2 x, Lane2 out[BANDS])
{
    Wide4 low, high;
    split(b, x, &low, &high);
    out[0] = (Lane2){low[0], low[1]};
    out[1] = (Lane2){high[0], high[1]};
    out[2] = (Lane2){low[2], low[3]};
    out[3] = (Lane2){high[2], high[3]};
}

void bandsplit_rest(BandSplit *b)
{
    for (int k = 0; k < SPLIT_MID; k++)
        for (int c = 0; c < 2; c++)
            if (fabs(b->mid[k][c]) < SPLIT_FLUSH) b->mid[k][c] = 0;
    for (int k = 0; k < SPLIT_SIDE; k++)
        for (int c = 0; c < 4; c++)
            if (fabs(b->side[k][c]) < SPLIT_FLUSH) b->side[k][c] = 0;
}

MultibandOpts multiband_defaults(void)
{
    return (MultibandOpts){
        .hz = {120, 800, 5000},
        .band = {{-20, 2.5, 6, 0.02, 0.15}, {-22, 2, 6, 0.015, 0.12},
                 {-24, 2, 6, 0.008, 0.1}, {-28, 1.8, 6, 0.003, 0.08}},
        .makeup_db = {1.5, 1, 1, 1.5},
    };
}

static double amplitude(double db)
{
    return pow(10, db / 20);
}

void multiband_init(Multiband *m, double rate, const MultibandOpts *opts)
{
    *m = (Multiband){.opts = *opts};
    bandsplit_init(&m->split, rate, opts->hz);
    for (int k = 0; k < BANDS; k++) {
        m->gain[k] = amplitude(opts->makeup_db[k]);
        m->attack[k] = exp(-LEVEL_EVERY / (rate * opts->band[k].attack));
        m->release[k] = exp(-LEVEL_EVERY / (rate * opts->band[k].release));
    }
}

/* The gain each band shall have LEVEL_EVERY frames from now. */
static void read_levels(Multiband *m)
{
    for (int k = 0; k < BANDS; k++) {
        double db = 10 * log10(m->power[k] / (2 * LEVEL_EVERY) + 1e-20);
        double want = compressor_curve(&m->opts.band[k], db);
        double keep = want < m->db[k] ? m->attack[k] : m->release[k];
        m->db[k] = want + keep * (m->db[k] - want);
        double gain = amplitude(m->db[k] + m->opts.makeup_db[k]);
        m->step[k] = (gain - m->gain[k]) / LEVEL_EVERY;
        m->power[k] = 0;
    }
}

/* At most as many frames as are left until the levels are read. */
LANES_WIDE static void run_piece(Multiband *m, float *left, float *right, int64_t n, int stride)
{
    Wide4 low, high, low_power = {0}, high_power = {0};
    Wide4 low_gain = {m->gain[0], m->gain[0], m->gain[2], m->gain[2]};
    Wide4 high_gain = {m->gain[1], m->gain[1], m->gain[3], m->gain[3]};
    const Wide4 low_step = {m->step[0], m->step[0], m->step[2], m->step[2]};
    const Wide4 high_step = {m->step[1], m->step[1], m->step[3], m->step[3]};
    for (int64_t i = 0; i < n; i++) {
        split(&m->split, (Lane2){left[i * stride], right[i * stride]}, &low, &high);
        low_power += low * low;
        high_power += high * high;
        low_gain += low_step;
        high_gain += high_step;
        Wide4 sum = low_gain * low + high_gain * high;
        left[i * stride] = (float)(sum[0] + sum[2]);
        right[i * stride] = (float)(sum[1] + sum[3]);
    }
    for (int k = 0; k < BANDS; k += 2) {
        m->power[k] += low_power[k] + low_power[k + 1];
        m->power[k + 1] += high_power[k] + high_power[k + 1];
        m->gain[k] = low_gain[k];
        m->gain[k + 1] = high_gain[k];
    }
}

static void run_strided(Multiband *m, float *left, float *right, int64_t n, int stride)
{
    for (int64_t i = 0; i < n;) {
        int64_t len = LEVEL_EVERY - m->count < n - i ? LEVEL_EVERY - m->count : n - i;
        run_piece(m, left + i * stride, right + i * stride, len, stride);
        m->count += (int)len;
        i += len;
        if (m->count < LEVEL_EVERY) continue;
        m->count = 0;
        read_levels(m);
        bandsplit_rest(&m->split);
    }
}

void multiband_run(Multiband *m, float *left, float *right, int n)
{
    run_strided(m, left, right, n, 1);
}

void multiband_buf(AudioBuf *a, const MultibandOpts *opts)
{
    Multiband m;
    multiband_init(&m, a->rate, opts);
    run_strided(&m, a->x, a->x + 1, a->frames, 2);
}
