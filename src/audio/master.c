/* master.c: see audio/master.h.
 *
 * The chain: everything is scaled to full scale first, so that a quiet mix is treated like a loud
 * one; a high-pass at 28 Hz takes what only heats loudspeakers (and any offset); an equaliser by
 * style, at most 3 dB; a slow leveller, because at -14 LUFS an opera's pianissimo must be lifted by
 * a hand on the fader and not by crushing its climax; a glue compressor, 2:1, whose threshold sits
 * so that the loud tenth of the piece is reduced by the style's amount; then gain and limiter, the
 * gain found by the secant method on the measured loudness.
 *
 * The ceiling is 0.3 dB under the peak asked for: 16-bit dither and lossy encoders add a little. */
#include "audio/master.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audio/biquad.h"
#include "audio/compressor.h"
#include "audio/limiter.h"
#include "audio/loudness.h"

enum { MASTER_BANDS = 4, MASTER_TRIES = 8 };

static const double MASTER_HIGH_PASS = 28;  /* Hz */
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
     .glue_db = 2, .attack = 0.03, .release = 0.15,
     .ride = {.amount = 0.15, .range_db = 2, .seconds = 6}},
    /* The 303 speaks between 1 and 3 kHz. */
    {.name = "acid",
     .band = {{BIQUAD_LOW_SHELF, 70, 0.7, 1}, {BIQUAD_BELL, 360, 0.8, -2},
              {BIQUAD_BELL, 1800, 0.7, 1}, {BIQUAD_HIGH_SHELF, 9500, 0.7, 1}},
     .glue_db = 2, .attack = 0.02, .release = 0.12,
     .ride = {.amount = 0.15, .range_db = 2, .seconds = 6}},
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

typedef struct Equaliser {
    AudioBuf *a;
    int nf;
    Biquad filter[1 + MASTER_BANDS];
} Equaliser;

static const Style *style_find(const char *name)
{
    for (size_t i = 0; name && i < sizeof STYLES / sizeof STYLES[0]; i++)
        if (strcmp(STYLES[i].name, name) == 0) return &STYLES[i];
    return &STYLES[0];
}

static void equalise_channel(void *ud, int64_t channel, int worker)
{
    Equaliser *e = ud;
    BiquadState state[1 + MASTER_BANDS] = {{0}};
    (void)worker;
    biquad_run(e->filter, state, e->nf, e->a->x + channel, e->a->frames, e->a->channels);
}

static void equalise(AudioBuf *a, const Style *style, const Run *run)
{
    Equaliser e = {.a = a, .nf = 1};
    double top = 0.45 * a->rate;
    e.filter[0] = biquad_design(BIQUAD_HIGH_PASS, a->rate, MASTER_HIGH_PASS, M_SQRT1_2, 0);
    for (int i = 0; i < MASTER_BANDS; i++) {
        const Band *b = &style->band[i];
        if (b->kind == BIQUAD_OFF || b->hz > top) continue;
        e.filter[e.nf++] = biquad_design(b->kind, a->rate, b->hz, b->q, b->db);
    }
    parallel_for(run, NULL, a->channels, equalise_channel, &e);
}

static double decibel(double amplitude)
{
    return 20 * log10(amplitude);
}

static double sample_peak(const AudioBuf *a)
{
    float most = 0;
    for (int64_t i = 0; i < a->frames * a->channels; i++) {
        float x = fabsf(a->x[i]);
        most = x > most ? x : most;
    }
    return most;
}

static void scale(AudioBuf *a, double factor)
{
    for (int64_t i = 0; i < a->frames * a->channels; i++) a->x[i] *= (float)factor;
}

static void glue(AudioBuf *a, const Style *style)
{
    const double ratio = 2;
    CompressorOpts o = {.ratio = ratio, .knee_db = 6, .attack = style->attack,
                        .release = style->release};
    o.threshold_db = compressor_level(a, MASTER_LOUD_SHARE) - style->glue_db * ratio / (ratio - 1);
    if (isfinite(o.threshold_db)) compressor_run(a, &o);
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
static void settle_peak(AudioBuf *a, double ceiling, const Run *run)
{
    double peak = limiter_peak(a, run);
    if (peak > ceiling) scale(a, ceiling / peak);
}

static bool reach_loudness(AudioBuf *a, const MasterOpts *opts, const Run *run, Err *err)
{
    double ceiling = pow(10, (opts->peak - MASTER_MARGIN) / 20);
    int64_t n;
    float *peaks = limiter_peaks(a, &n, run), most = 0;
    for (int64_t b = 0; b < n; b++) most = fmaxf(most, peaks[b]);
    double room = decibel(ceiling / most);
    AudioBuf mix = *a; /* `a` gets a new buffer for the result */
    audio_init(a, mix.rate, mix.channels, mix.frames);
    Search s = {.lufs = audio_lufs(&mix), .most = room + MASTER_MOST_LIMITING};
    bool measurable = isfinite(s.lufs), ok = true;
    s.last_lufs = s.lufs;
    for (int i = 0; ok && i < MASTER_TRIES; i++) {
        double drive = measurable ? next_drive(&s, opts->lufs) : room;
        limiter_run(a, &mix, peaks, pow(10, drive / 20), ceiling);
        if (!measurable) break;
        bool stuck = drive == s.drive && i > 0;
        s = (Search){drive, audio_lufs(a), s.drive, s.lufs, s.most};
        run_progress(run, "mastering", i + 1, MASTER_TRIES);
        if (run_stopped(run)) ok = err_set(err, "interrupted");
        if (stuck || fabs(s.lufs - opts->lufs) <= MASTER_CLOSE) break;
    }
    settle_peak(a, ceiling, run);
    audio_free(&mix);
    free(peaks);
    return ok;
}

bool audio_master(AudioBuf *a, const MasterOpts *opts, const Run *run, Err *err)
{
    if (opts->raw) return true;
    double peak = sample_peak(a);
    if (!(peak > 0) || decibel(peak) < MASTER_SILENCE) return true;
    const Style *style = style_find(opts->style);
    scale(a, 1 / peak);
    equalise(a, style, run);
    leveller_run(a, &style->ride);
    glue(a, style);
    if (run_stopped(run)) return err_set(err, "interrupted");
    return reach_loudness(a, opts, run, err);
}
