/* bell.c: a struck bell: ten partials, each a decaying sine of its own.
 *
 * Ratios to the strike note are those of a well-tuned minor-third bell (Fletcher and Rossing,
 * chapter 21: hum 0.5, prime 1, tierce 1.2, quint 1.5, nominal 2, ...). Each partial is the
 * recursion y[n] = 2 r cos(w) y[n-1] - r^2 y[n-2], which needs one multiplication more than a sum;
 * high partials die sooner. */
#include "voice.h"

enum { PARTIALS = 10 };

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
static const double DAMP_SECONDS = 0.25, SILENT = 1e-5;

typedef struct Tone {
    double y1, y2, c, r2; /* last two values; 2 r cos w; r^2 */
    float left, right;
} Tone;

typedef struct Bell {
    const InstrumentEnv *env;
    Tone tone[PARTIALS];
    double bright, level, keep; /* brightness; of the longest partial; its factor a frame */
    double hand, hand_keep;     /* damped after note off */
    double rise;
    int tones;
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
    b->tones = 0;
    for (int i = 0; i < PARTIALS; i++) {
        const Partial *p = &BELL[i];
        double f = hz * p->ratio, w = 2 * M_PI * f / rate, seconds = HUM_SECONDS * p->ring * long_;
        if (f > 0.45 * rate) continue;
        double r = exp(-1 / (seconds * rate)), a = 0.17 * n->vel * p->level * pow(p->ratio, -tilt);
        b->tone[b->tones++] = (Tone){.y1 = 0,
                                     .y2 = -a * sin(w) / r,
                                     .c = 2 * r * cos(w),
                                     .r2 = r * r,
                                     .left = (float)sqrt(1 - p->side),
                                     .right = (float)sqrt(1 + p->side)};
        if (i == 0) b->keep = r;
    }
    b->level = n->vel;
}

static void note_on(void *state, const VoiceNote *n)
{
    Bell *b = state;
    if (n->timbre[0] > 0) b->bright = voice_clamp(n->timbre[0], 0, 1);
    b->hand = b->hand_keep = 1;
    b->rise = 0;
    strike(b, n);
    b->sounding = b->tones > 0;
}

/* A bell rings on when it is let go, only shorter. */
static void note_off(void *state)
{
    Bell *b = state;
    b->hand_keep = exp(-1 / (4 * DAMP_SECONDS * b->env->rate));
}

static void run_tone(Tone *t, float *left, float *right, int n)
{
    for (int i = 0; i < n; i++) {
        double y = t->c * t->y1 - t->r2 * t->y2;
        t->y2 = t->y1;
        t->y1 = y;
        left[i] += t->left * (float)y;
        right[i] += t->right * (float)y;
    }
    if (fabs(t->y1) + fabs(t->y2) < 1e-12) t->y1 = t->y2 = 0;
}

static bool render(void *state, float *left, float *right, int frames)
{
    Bell *b = state;
    double up = 1 / (0.0008 * b->env->rate);
    for (int i = 0; i < frames; i++) left[i] = right[i] = 0;
    if (!b->sounding) return false;
    for (int i = 0; i < b->tones; i++) run_tone(&b->tone[i], left, right, frames);
    for (int i = 0; i < frames; i++) {
        b->rise = fmin(1, b->rise + up);
        b->hand *= b->hand_keep;
        b->level *= b->keep;
        left[i] *= (float)(b->rise * b->hand);
        right[i] *= (float)(b->rise * b->hand);
    }
    b->sounding = b->level * b->hand > SILENT;
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
