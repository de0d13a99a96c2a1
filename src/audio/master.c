/* master.c: see audio/master.h.
 *
 * The chain: everything is scaled to full scale first, so that a quiet mix is treated like a loud
 * one; a high-pass at 28 Hz takes what only heats loudspeakers (and any offset); an equaliser by
 * style, at most 3 dB; a slow leveller, because at -14 LUFS an opera's pianissimo must be lifted by
 * a hand on the fader and not by crushing its climax; a soft clipper, when asked for; a glue
 * compressor, 2:1, whose threshold sits so that the loud tenth of the piece is reduced by the
 * style's amount; then gain and limiter, the gain found by the secant method on the measured
 * loudness.
 *
 * The ceiling is 0.3 dB under the peak asked for: 16-bit dither and lossy encoders add a little. */
#include "audio/master.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audio/biquad.h"
#include "audio/compressor.h"
#include "audio/limiter.h"
#include "audio/saturate.h"
#include "base/mem.h"
#include "chunks.h"
#include "gain_curve.h"
#include "kweight.h"

enum { MASTER_BANDS = 4, MASTER_TRIES = 8, MASTER_PIECE = 1 << 17 }; /* frames of a piece */

static const double MASTER_HIGH_PASS = 28;  /* Hz */
static const double MASTER_FORGETS = 0.2;   /* seconds, in which it falls by 200 dB */
static const double MASTER_MARGIN = 0.3;    /* dB between ceiling and peak */
static const double MASTER_CLOSE = 0.05;    /* LU: near enough to stop */
static const double MASTER_SILENCE = -70;   /* dBFS of the sample peak: nothing to master */
static const double MASTER_MOST_LIMITING = 20; /* dB: beyond, louder is only worse */
static const double MASTER_LOUD_SHARE = 0.9;   /* quantile of level at which the glue is set */

typedef struct Band {
    BiquadKind kind;
    double hz, q, db;
} Band;

typedef struct Style {
    const char *name;
    Band band[MASTER_BANDS];
    double glue_db;         /* reduction at the loud tenth */
    double attack, release; /* of the glue, seconds */
    LevellerOpts ride;
} Style;

static const Style STYLES[] = {
    {.name = "flat", .glue_db = 1, .attack = 0.03, .release = 0.25,
     .ride = {.amount = 0.25, .range_db = 3, .seconds = 6}},
    /* Strings: less mud, some air; the arch from ppp to fff survives at half its height. */
    {.name = "opera",
     .band = {{BIQUAD_BELL, 280, 0.8, -1.5}, {BIQUAD_BELL, 2800, 0.7, 0.8},
              {BIQUAD_HIGH_SHELF, 8500, 0.7, 1.2}},
     .glue_db = 1, .attack = 0.04, .release = 0.4,
     .ride = {.amount = 0.5, .range_db = 6, .seconds = 8}},
    /* Kick below, snap above, room between for the pads. */
    {.name = "house",
     .band = {{BIQUAD_LOW_SHELF, 75, 0.7, 1.5}, {BIQUAD_BELL, 320, 0.8, -1.5},
              {BIQUAD_HIGH_SHELF, 9000, 0.7, 1.5}},
     .glue_db = 1, .attack = 0.03, .release = 0.15,
     .ride = {.amount = 0, .range_db = 2, .seconds = 6}},
    /* The 303 speaks between 1 and 3 kHz. */
    {.name = "acid",
     .band = {{BIQUAD_LOW_SHELF, 70, 0.7, 1}, {BIQUAD_BELL, 360, 0.8, -2},
              {BIQUAD_BELL, 1800, 0.7, 1}, {BIQUAD_HIGH_SHELF, 9500, 0.7, 1}},
     .glue_db = 1, .attack = 0.02, .release = 0.12,
     .ride = {.amount = 0, .range_db = 2, .seconds = 6}},
    /* Additive voices: warmth, and no glare from the upper partials. */
    {.name = "dna",
     .band = {{BIQUAD_LOW_SHELF, 120, 0.7, 1}, {BIQUAD_BELL, 3200, 0.8, -1},
              {BIQUAD_HIGH_SHELF, 7000, 0.7, -1}},
     .glue_db = 1, .attack = 0.04, .release = 0.4,
     .ride = {.amount = 0.4, .range_db = 5, .seconds = 8}},
    /* Plain sinusoids are shrillest where the ear is keenest. */
    {.name = "activations",
     .band = {{BIQUAD_BELL, 3200, 0.7, -2}, {BIQUAD_HIGH_SHELF, 6000, 0.7, -2}},
     .glue_db = 1, .attack = 0.04, .release = 0.3,
     .ride = {.amount = 0.3, .range_db = 4, .seconds = 4}},
};

/* Threads take pieces of time. Each begins `before` frames early from rest, on what was there
 * before the piece ahead of it was filtered: by then the lowest filter has forgotten. */
typedef struct Equaliser {
    AudioBuf *a;
    int nf;
    Biquad filter[1 + MASTER_BANDS];
    int64_t before;
    float *ahead; /* [pieces, before, channels] */
} Equaliser;

static const Style *style_find(const char *name)
{
    for (size_t i = 0; name && i < sizeof STYLES / sizeof STYLES[0]; i++)
        if (strcmp(STYLES[i].name, name) == 0) return &STYLES[i];
    return &STYLES[0];
}

static void filter_piece(const Equaliser *e, float *early, float *x, int64_t n)
{
    BiquadPair pair[1 + MASTER_BANDS] = {0};
    const int channels = e->a->channels;
    if (channels == 2) {
        biquad_run_pair(e->filter, pair, e->nf, early, e->before);
        biquad_run_pair(e->filter, pair, e->nf, x, n);
        return;
    }
    for (int c = 0; c < channels; c++) {
        BiquadState state[1 + MASTER_BANDS] = {{0}};
        biquad_run(e->filter, state, e->nf, early + c, e->before, channels);
        biquad_run(e->filter, state, e->nf, x + c, n, channels);
    }
}

static void equalise_piece(void *ud, int64_t from, int64_t to)
{
    Equaliser *e = ud;
    const int channels = e->a->channels;
    float *early = e->ahead + from / MASTER_PIECE * e->before * channels;
    filter_piece(e, early, e->a->x + from * channels, to - from);
}

/* Remembers what lies before every piece; before the first there is silence. */
static void look_back(Equaliser *e)
{
    const AudioBuf *a = e->a;
    int64_t size = e->before * a->channels, pieces = (a->frames + MASTER_PIECE - 1) / MASTER_PIECE;
    e->ahead = mem_alloc(pieces * size, sizeof *e->ahead);
    for (int64_t i = 1; i < pieces; i++)
        memcpy(e->ahead + i * size, a->x + i * MASTER_PIECE * a->channels - size,
               (size_t)size * sizeof *a->x);
}

/* gain: of the whole, by the way. */
static void equalise(AudioBuf *a, const Style *style, double gain, const Run *run)
{
    Equaliser e = {.a = a, .nf = 1};
    e.before = (int64_t)fmin(MASTER_FORGETS * a->rate, MASTER_PIECE);
    double top = 0.45 * a->rate;
    e.filter[0] = biquad_design(BIQUAD_HIGH_PASS, a->rate, MASTER_HIGH_PASS, M_SQRT1_2, 0);
    for (int i = 0; i < MASTER_BANDS; i++) {
        const Band *b = &style->band[i];
        if (b->kind == BIQUAD_OFF || b->hz > top) continue;
        e.filter[e.nf++] = biquad_design(b->kind, a->rate, b->hz, b->q, b->db);
    }
    e.filter[0].b0 *= gain;
    e.filter[0].b1 *= gain;
    e.filter[0].b2 *= gain;
    look_back(&e);
    for_chunks(run, a->frames, MASTER_PIECE, equalise_piece, &e);
    free(e.ahead);
}

static double decibel(double amplitude)
{
    return 20 * log10(amplitude);
}

static void glue(AudioBuf *a, const Style *style, const Run *run)
{
    const double ratio = 2;
    CompressorOpts o = {.ratio = ratio, .knee_db = 6, .attack = style->attack,
                        .release = style->release};
    o.threshold_db =
        compressor_level(a, MASTER_LOUD_SHARE, run) - style->glue_db * ratio / (ratio - 1);
    if (isfinite(o.threshold_db)) compressor_run(a, &o, run);
}

/* The state of the search for the gain that gives the loudness. */
typedef struct Search {
    double drive, lufs;           /* dB and LUFS of the newest try */
    double last_drive, last_lufs; /* of the one before */
    double most;                  /* dB, the largest drive allowed */
} Search;

/* Loudness grows with the drive, at most 1:1, less the more is limited. */
static double next_drive(const Search *s, double target)
{
    double step = s->drive - s->last_drive;
    double slope = fabs(step) > 1e-6 ? (s->lufs - s->last_lufs) / step : 1;
    slope = fmin(1, fmax(0.1, slope));
    return fmin(s->most, s->drive + (target - s->lufs) / slope);
}

/* Whatever is left over the ceiling (gain moves between two samples) is taken off the whole. */
static MasterDone settle_peak(AudioBuf *a, double lufs, double ceiling, const Run *run)
{
    double peak = limiter_peak(a, run);
    if (!(peak > ceiling)) return (MasterDone){lufs, peak};
    const double less[1] = {ceiling / peak};
    gain_curve_apply(a, &(GainCurve){less, 1, MASTER_PIECE}, run);
    return (MasterDone){lufs + decibel(less[0]), ceiling};
}

/* The loudness that the limiter would leave. */
static double driven_lufs(const AudioBuf *a, const float *peaks, int64_t n, double drive_db,
                          double ceiling, const Run *run)
{
    double *gain = limiter_gains(peaks, n, pow(10, drive_db / 20), ceiling, a->rate);
    double lufs = kweight_lufs(a, &(GainCurve){gain, n, LIMITER_BLOCK}, run);
    free(gain);
    return lufs;
}

static bool reach_loudness(AudioBuf *a, const MasterOpts *opts, MasterDone *done, const Run *run,
                           Err *err)
{
    double ceiling = pow(10, (opts->peak - MASTER_MARGIN) / 20);
    int64_t n;
    float *peaks = limiter_peaks(a, &n, run), most = 0;
    for (int64_t b = 0; b < n; b++) most = fmaxf(most, peaks[b]);
    double room = decibel(ceiling / most);
    Search s = {.lufs = kweight_lufs(a, NULL, run), .most = room + MASTER_MOST_LIMITING};
    bool measurable = isfinite(s.lufs), ok = true;
    double drive = room;
    s.last_lufs = s.lufs;
    for (int i = 0; ok && measurable && i < MASTER_TRIES; i++) {
        drive = next_drive(&s, opts->lufs);
        bool stuck = drive == s.drive && i > 0;
        double lufs = driven_lufs(a, peaks, n, drive, ceiling, run);
        s = (Search){drive, lufs, s.drive, s.lufs, s.most};
        run_progress(run, "mastering", i + 1, MASTER_TRIES);
        if (run_stopped(run)) ok = err_set(err, "interrupted");
        if (stuck || fabs(s.lufs - opts->lufs) <= MASTER_CLOSE) break;
    }
    if (ok) limiter_run(a, peaks, pow(10, drive / 20), ceiling, run);
    if (ok) *done = settle_peak(a, s.lufs, ceiling, run);
    free(peaks);
    return ok;
}

bool audio_master(AudioBuf *a, const MasterOpts *opts, MasterDone *done, const Run *run, Err *err)
{
    MasterDone unasked;
    if (!done) done = &unasked;
    *done = (MasterDone){NAN, NAN};
    if (opts->raw) return true;
    assert(a->channels <= 2);
    double peak = limiter_sample_peak(a, run);
    *done = (MasterDone){-HUGE_VAL, peak};
    if (!(peak > 0) || decibel(peak) < MASTER_SILENCE) return true;
    const Style *style = style_find(opts->style);
    equalise(a, style, 1 / peak, run);
    leveller_run(a, &style->ride, run);
    if (opts->saturate > 0) saturate_buf(a, opts->saturate, 0);
    glue(a, style, run);
    if (run_stopped(run)) return err_set(err, "interrupted");
    return reach_loudness(a, opts, done, run, err);
}
