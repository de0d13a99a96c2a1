/* improvise.c: see music/improvise.h. */
#include "music/improvise.h"

#include <math.h>
#include <string.h>

#include "music/scale.h"

enum { ANGLE, NORM, SURPRISAL, ENTROPY, TENSION, COLUMNS };
enum { RULE_CALM, RULE_TENSE, RULE_CHORD };
enum { TONIC = 60, DEGREES = 13, PAD_KEY = 48, FIFTH = 7, TRITONE = 6 };
static const double LOUD_NATS = 6; /* surprisal and entropy that are as loud as it gets */

static const struct {
    const char *name, *unit, *doc;
} COLUMN[COLUMNS] = {
    {"angle", "radians", "between the hidden state and the one before"},
    {"norm", "", "of the hidden state"},
    {"surprisal", "nats", "of the token"},
    {"entropy", "nats", "of the distribution that it was drawn from"},
    {"tension", "", "projection on the direction between its lows (0) and highs (1), or surprisal"},
};

void improvise_begin(Improviser *im, FeatureSet *fs, Score *score, int layer, double threshold,
                     double tps)
{
    static const struct {
        const char *name, *instrument;
        int program;
        float pan, reverb;
    } TRACK[IMPROVISE_TRACKS] = {{"Calm", "flute", 73, -0.2f, 0.3f},
                                 {"Tense", "lead", 81, 0.2f, 0.1f},
                                 {"Pad", "strings", 48, 0, 0.4f}};
    *im = (Improviser){.fs = fs, .score = score, .threshold = threshold, .layer = layer,
                       .degree = DEGREES / 2};
    for (int i = 0; i < COLUMNS; i++)
        im->col[i] = feat_add_column(fs, FT_TOKENS, COLUMN[i].name, COLUMN[i].unit, COLUMN[i].doc);
    for (int i = 0; i < IMPROVISE_TRACKS; i++) {
        int t = score_add_track(score, TRACK[i].name, TRACK[i].program, false);
        Track *track = &score->track[t];
        memcpy(track->instrument, TRACK[i].instrument, strlen(TRACK[i].instrument) + 1);
        track->pan = TRACK[i].pan;
        track->reverb = TRACK[i].reverb;
    }
    score_add_tempo(score, 0, tps * 60 * IMPROVISE_TICKS / SCORE_PPQ);
    score_add_meter(score, 0, 4, 4);
    im->rule[RULE_CALM] = score_add_rule(score, "calm: steps of 7 angle / pi, up with the norm, "
                                                "C major pentatonic; loudness = surprisal");
    im->rule[RULE_TENSE] = score_add_rule(score, "tense: the calm degree, a minor second above it, "
                                                 "a tritone above; brightness = tension");
    im->rule[RULE_CHORD] = score_add_rule(score, "chord: a fifth when calm, a tritone when tense; "
                                                 "loudness = entropy");
}

bool improvise_is_tense(const Improviser *im, double tension)
{
    return tension >= im->threshold;
}

/* The melody's next degree, 0..DEGREES - 1. */
static int move(Improviser *im, const ImproviseToken *t)
{
    int step = (int)lround(7 * t->angle / M_PI);
    int d = im->degree + (t->norm >= im->norm ? step : -step);
    if (d < 0) d = -d;
    if (d > DEGREES - 1) d = 2 * (DEGREES - 1) - d;
    im->degree = d < 0 ? 0 : d;
    im->norm = t->norm;
    return im->degree;
}

static double unit(double x)
{
    return isfinite(x) ? fmax(0, fmin(1, x)) : 0;
}

/* A note at the present token. */
static Note note_at(const Improviser *im, int key, double vel, int tokens, int rule, int pitch,
                    int loud)
{
    int row = im->n;
    Note n = {.start = im->n * IMPROVISE_TICKS, .dur = tokens * IMPROVISE_TICKS,
              .key = (float)key, .vel = (float)vel, .rule = (uint16_t)im->rule[rule]};
    for (int i = 0; i < FROM_COUNT; i++) n.from[i] = CELL_NONE;
    n.from[FROM_PITCH] = feat_value(im->fs, FT_TOKENS, im->col[pitch], row, 0).from;
    n.from[FROM_VELOCITY] = feat_value(im->fs, FT_TOKENS, im->col[loud], row, 0).from;
    return n;
}

static int add(ImproviseNote *out, int n, ImproviseTrack track, Note note)
{
    out[n] = (ImproviseNote){.track = track, .note = note};
    return n + 1;
}

static void store(Improviser *im, const ImproviseToken *t, const char *label)
{
    const double v[COLUMNS] = {t->angle, t->norm, t->surprisal, t->entropy, t->tension};
    RowKey key = {.prompt = -1, .layer = (int16_t)im->layer, .role = -1, .head = -1,
                  .token = im->n};
    int row = feat_add_row(im->fs, FT_TOKENS, key, label);
    for (int i = 0; i < COLUMNS; i++) feat_set1(im->fs, FT_TOKENS, im->col[i], row, v[i]);
}

int improvise_token(Improviser *im, const ImproviseToken *t, const char *label,
                    ImproviseNote out[IMPROVISE_NOTES])
{
    const Scale calm = {.root = 0, .mode = MODE_PENTATONIC_MAJOR};
    bool tense = improvise_is_tense(im, t->tension);
    int n = 0, key = TONIC + scale_key(calm, move(im, t));
    double vel = 0.3 + 0.65 * unit(t->surprisal / LOUD_NATS);
    double over = im->threshold > 0 ? unit(t->tension / im->threshold - 1) : unit(t->tension);
    store(im, t, label);
    if (!tense) {
        n = add(out, n, IMPROVISE_CALM, note_at(im, key, vel, 1, RULE_CALM, ANGLE, SURPRISAL));
    } else {
        Note a = note_at(im, key, vel, 1, RULE_TENSE, ANGLE, SURPRISAL), b = a, c = a;
        a.timbre[0] = b.timbre[0] = c.timbre[0] = (float)(0.5 + 0.5 * over); /* cutoff */
        a.timbre[1] = b.timbre[1] = c.timbre[1] = 0.3f;
        a.from[FROM_TIMBRE] =
            feat_value(im->fs, FT_TOKENS, im->col[TENSION], im->n, 0).from;
        b.from[FROM_TIMBRE] = c.from[FROM_TIMBRE] = a.from[FROM_TIMBRE];
        b.key += 1;
        c.key += TRITONE;
        n = add(out, n, IMPROVISE_TENSE, a);
        n = add(out, n, IMPROVISE_TENSE, b);
        if (over >= 1) n = add(out, n, IMPROVISE_TENSE, c);
    }
    if (im->n % IMPROVISE_CHORD == 0) {
        double soft = 0.25 + 0.4 * unit(t->entropy / LOUD_NATS);
        int rule = RULE_CHORD, top = PAD_KEY + (tense ? TRITONE : FIFTH);
        Note low = note_at(im, PAD_KEY, soft, IMPROVISE_CHORD, rule, TENSION, ENTROPY);
        n = add(out, n, IMPROVISE_PAD, low);
        low.key = (float)top;
        n = add(out, n, IMPROVISE_PAD, low);
    }
    for (int i = 0; i < n; i++) score_add_note(im->score, (int)out[i].track, &out[i].note);
    im->n++;
    return n;
}
