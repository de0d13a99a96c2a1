/* bell.c: a struck bell: ten partials, each a decaying sine of its own.
 *
 * Ratios to the strike note are those of a well-tuned minor-third bell (Fletcher and Rossing,
 * chapter 21: hum 0.5, prime 1, tierce 1.2, quint 1.5, nominal 2, ...). Each partial is the
 * recursion y[n] = 2 r cos(w) y[n-1] - r^2 y[n-2], which needs one multiplication more than a sum;
 * high partials die sooner, and what has died is not computed any more. Two partials run side by
 * side as the lanes of a vector. */
#include "base/lanes.h"
#include "voice.h"

#include <string.h>

enum { PARTIALS = 10, PAIRS = PARTIALS / 2 };

typedef struct Partial {
    double ratio, level, ring; /* of the key; linear; of the hum's time */
    double side;               /* -1..1 */
} Partial;

static const Partial BELL[PARTIALS] = {{0.5, 0.35, 1.0, 0},       {1, 0.8, 0.7, -0.1},
                                       {1.2, 0.45, 0.55, 0.2},    {1.5, 0.2, 0.4, -0.3},
                                       {2, 1.0, 0.38, 0.1},       {2.5, 0.25, 0.24, 0.4},
                                       {2.667, 0.22, 0.2, -0.4},  {3.011, 0.35, 0.18, 0.3},
                                       {4.166, 0.28, 0.12, -0.2}, {5.433, 0.18, 0.08, 0.5}};

static const double HUM_SECONDS = 2.4; /* to 1/e at key 60 */
static const double DAMP_SECONDS = 0.25, SILENT = 1e-5, GONE = 1e-7;

/* Two partials, of which the first rings longer. */
typedef struct Tones {
    Lane2 y1, y2, c, r2; /* last two values; 2 r cos w; r^2 */
    Lane2 left, right;
    int64_t lasts; /* frames until the first has fallen below GONE */
} Tones;

typedef struct Bell {
    const InstrumentEnv *env;
    Tones pair[PAIRS];
    int pairs;                  /* that still sound */
    double bright, level, keep; /* brightness; of the longest partial; its factor a frame */
    double hand, hand_keep;     /* damped after note off */
    double rise;
    bool sounding;
} Bell;

static void init(void *state, const InstrumentEnv *env)
{
    Bell *b = state;
    *b = (Bell){.env = env, .bright = 0.5};
}

static void strike(Bell *b, const VoiceNote *n)
{
    double rate = b->env->rate, hz = voice_hz(n->key), long_ = exp2(-0.6 * (n->key - 60) / 12);
    double tilt = 1.6 * (0.5 - b->bright) + 0.7 * (1 - n->vel);
    int count = 0;
    memset(b->pair, 0, sizeof b->pair);
    for (int i = 0; i < PARTIALS; i++) {
        const Partial *p = &BELL[i];
        double f = hz * p->ratio, w = 2 * M_PI * f / rate, seconds = HUM_SECONDS * p->ring * long_;
        if (f > 0.45 * rate) continue;
        double r = exp(-1 / (seconds * rate)), a = 0.17 * n->vel * p->level * pow(p->ratio, -tilt);
        Tones *t = &b->pair[count / 2];
        int lane = count++ % 2;
        t->y2[lane] = -a * sin(w) / r;
        t->c[lane] = 2 * r * cos(w);
        t->r2[lane] = r * r;
        t->left[lane] = sqrt(1 - p->side);
        t->right[lane] = sqrt(1 + p->side);
        if (lane == 0) t->lasts = (int64_t)(fmax(0, log(a / GONE)) * seconds * rate);
        if (i == 0) b->keep = r;
    }
    b->pairs = (count + 1) / 2;
    b->level = n->vel;
}

static void note_on(void *state, const VoiceNote *n)
{
    Bell *b = state;
    if (n->timbre[0] > 0) b->bright = voice_clamp(n->timbre[0], 0, 1);
    b->hand = b->hand_keep = 1;
    b->rise = 0;
    strike(b, n);
    b->sounding = b->pairs > 0;
}

/* A bell rings on when it is let go, only shorter. */
static void note_off(void *state)
{
    Bell *b = state;
    b->hand_keep = exp(-1 / (4 * DAMP_SECONDS * b->env->rate));
}

static void run_pairs(Bell *b, float *left, float *right, int n)
{
    Tones *t = b->pair;
    const int pairs = b->pairs;
    for (int i = 0; i < n; i++) {
        Lane2 l = {0}, r = {0};
        for (int k = 0; k < pairs; k++) {
            Lane2 y = t[k].c * t[k].y1 - t[k].r2 * t[k].y2;
            t[k].y2 = t[k].y1;
            t[k].y1 = y;
            l += t[k].left * y;
            r += t[k].right * y;
        }
        left[i] = (float)(l[0] + l[1]);
        right[i] = (float)(r[0] + r[1]);
    }
    for (int k = 0; k < pairs; k++) t[k].lasts -= n;
    while (b->pairs > 0 && t[b->pairs - 1].lasts <= 0) b->pairs--;
}

static bool render(void *state, float *left, float *right, int frames)
{
    Bell *b = state;
    const double up = 1 / (0.0008 * b->env->rate), hand_keep = b->hand_keep, keep = b->keep;
    double rise = b->rise, hand = b->hand, level = b->level;
    for (int i = 0; i < frames; i++) left[i] = right[i] = 0;
    if (!b->sounding) return false;
    run_pairs(b, left, right, frames);
    for (int i = 0; i < frames; i++) {
        rise = rise + up < 1 ? rise + up : 1;
        hand *= hand_keep;
        level *= keep;
        left[i] *= (float)(rise * hand);
        right[i] *= (float)(rise * hand);
    }
    b->rise = rise;
    b->hand = hand;
    b->level = level;
    b->sounding = b->level * b->hand > SILENT && b->pairs > 0;
    return b->sounding;
}

const Instrument instrument_bell = {
    .name = "bell",
    .summary = "ten partials of a cast bell",
    .timbre = {"brightness"},
    .state_size = sizeof(Bell),
    .init = init,
    .note_on = note_on,
    .note_off = note_off,
    .render = render,
};
