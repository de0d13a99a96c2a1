/* multiband.c: see audio/multiband.h.
 *
 * Crossovers: S. Linkwitz, "Active crossover networks for noncoincident drivers", JAES 24 (1976):
 * two Butterworth filters in a row on either side; low + high = an all-pass of second order. Split
 * at the middle border first; each half then passes the all-pass of the other half's border, so
 * that all four bands have turned the same phase and add up flat. Compression: the curve of
 * audio/compressor.h on each band's RMS. */
#include "audio/multiband.h"

#include <math.h>
#include <string.h>

enum { LEVEL_EVERY = 32 }; /* frames */
static const double SPLIT_FLUSH = 1e-20;

/* Places of the filters: two in a row for each side of a border, one for each all-pass. */
enum { MID_LOW = 0, MID_HIGH = 2, LOW_LOW = 4, LOW_HIGH = 6, TOP_LOW = 8, TOP_HIGH = 10,
       PASS_TOP = 12, PASS_LOW = 13 };

static void put_border(BandSplit *b, int low, int high, double rate, double hz)
{
    Biquad l = biquad_design(BIQUAD_LOW_PASS, rate, hz, M_SQRT1_2, 0);
    Biquad h = biquad_design(BIQUAD_HIGH_PASS, rate, hz, M_SQRT1_2, 0);
    b->filter[low] = b->filter[low + 1] = l;
    b->filter[high] = b->filter[high + 1] = h;
}

/* The sum of the two sides of that border: its poles, and zeros that mirror them. */
static Biquad all_pass(double rate, double hz)
{
    Biquad l = biquad_design(BIQUAD_LOW_PASS, rate, hz, M_SQRT1_2, 0);
    return (Biquad){l.a2, l.a1, 1, l.a1, l.a2};
}

void bandsplit_init(BandSplit *b, double rate, const double hz[BANDS - 1])
{
    memset(b, 0, sizeof *b);
    put_border(b, LOW_LOW, LOW_HIGH, rate, hz[0]);
    put_border(b, MID_LOW, MID_HIGH, rate, hz[1]);
    put_border(b, TOP_LOW, TOP_HIGH, rate, hz[2]);
    b->filter[PASS_LOW] = all_pass(rate, hz[0]);
    b->filter[PASS_TOP] = all_pass(rate, hz[2]);
}

static inline Lane2 step(BandSplit *b, int at, Lane2 x)
{
    const Biquad *f = &b->filter[at];
    Lane2 y = f->b0 * x + b->s1[at];
    b->s1[at] = f->b1 * x - f->a1 * y + b->s2[at];
    b->s2[at] = f->b2 * x - f->a2 * y;
    return y;
}

static inline Lane2 twice(BandSplit *b, int at, Lane2 x)
{
    return step(b, at + 1, step(b, at, x));
}

static inline void split(BandSplit *b, Lane2 x, Lane2 out[BANDS])
{
    Lane2 low = step(b, PASS_TOP, twice(b, MID_LOW, x));
    Lane2 high = step(b, PASS_LOW, twice(b, MID_HIGH, x));
    out[0] = twice(b, LOW_LOW, low);
    out[1] = twice(b, LOW_HIGH, low);
    out[2] = twice(b, TOP_LOW, high);
    out[3] = twice(b, TOP_HIGH, high);
}

void bandsplit_tick(BandSplit *b, Lane2 x, Lane2 out[BANDS])
{
    split(b, x, out);
}

void bandsplit_rest(BandSplit *b)
{
    for (int k = 0; k < BAND_FILTERS; k++) {
        for (int c = 0; c < 2; c++) {
            if (fabs(b->s1[k][c]) < SPLIT_FLUSH) b->s1[k][c] = 0;
            if (fabs(b->s2[k][c]) < SPLIT_FLUSH) b->s2[k][c] = 0;
        }
    }
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

static void run_strided(Multiband *m, float *left, float *right, int64_t n, int stride)
{
    for (int64_t i = 0; i < n; i++) {
        Lane2 band[BANDS], sum = {0};
        split(&m->split, (Lane2){left[i * stride], right[i * stride]}, band);
        for (int k = 0; k < BANDS; k++) {
            m->power[k] += band[k][0] * band[k][0] + band[k][1] * band[k][1];
            m->gain[k] += m->step[k];
            sum += m->gain[k] * band[k];
        }
        left[i * stride] = (float)sum[0];
        right[i * stride] = (float)sum[1];
        if (++m->count < LEVEL_EVERY) continue;
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
