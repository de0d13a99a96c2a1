/* live.c: see synth/live.h. Each part has a fixed number of voices; their sum goes through the
 * part's clipper, all parts through tanh, which keeps what is under -6 dBFS nearly as it is. */
#include "synth/live.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audio/saturate.h"
#include "base/mem.h"
#include "synth/instrument.h"

enum { LIVE_VOICES = 8 };

typedef struct LiveVoice {
    void *state;
    bool sounds, held;
    int64_t left;  /* frames until it is let go */
    int64_t since; /* the note's number */
} LiveVoice;

typedef struct LiveBand {
    const LivePart *part;
    const Instrument *ins;
    LiveVoice voice[LIVE_VOICES];
    Saturator drive;
} LiveBand;

struct Live {
    LiveBand *band; /* [n] */
    int n;
    InstrumentEnv env;
    int64_t notes;
};

bool live_open(Live **out, const LivePart *part, int nparts, int rate, const float *noise,
               int64_t nnoise, Err *err)
{
    Live *l = mem_alloc(1, sizeof *l);
    l->band = mem_alloc(nparts, sizeof *l->band);
    l->n = nparts;
    instrument_env_init(&l->env, rate, 120, noise, nnoise);
    *out = l;
    for (int i = 0; i < nparts; i++) {
        LiveBand *b = &l->band[i];
        b->part = &part[i];
        b->ins = instrument_find(part[i].instrument);
        if (!b->ins) {
            live_close(l);
            *out = NULL;
            return err_set(err, "there is no instrument '%s'", part[i].instrument);
        }
        for (int v = 0; v < LIVE_VOICES; v++) {
            b->voice[v].state = mem_alloc(1, b->ins->state_size);
            b->ins->init(b->voice[v].state, &l->env);
        }
        saturator_init(&b->drive, rate, part[i].drive, 0);
    }
    return true;
}

void live_close(Live *l)
{
    if (!l) return;
    for (int i = 0; i < l->n; i++)
        for (int v = 0; v < LIVE_VOICES; v++) free(l->band[i].voice[v].state);
    instrument_env_free(&l->env);
    free(l->band);
    free(l);
}

/* A voice that is free, or the one that began first. */
static LiveVoice *take_voice(LiveBand *b)
{
    LiveVoice *oldest = &b->voice[0];
    for (int v = 0; v < LIVE_VOICES; v++) {
        if (!b->voice[v].sounds) return &b->voice[v];
        if (b->voice[v].since < oldest->since) oldest = &b->voice[v];
    }
    return oldest;
}

void live_note(Live *l, int part, float key, float vel, const float *timbre, int64_t frames)
{
    LiveBand *b = &l->band[part];
    LiveVoice *v = take_voice(b);
    VoiceNote n = {.key = key, .vel = vel, .noise_at = l->notes * 977};
    memcpy(n.timbre, timbre, sizeof n.timbre);
    if (!v->sounds) {
        memset(v->state, 0, b->ins->state_size);
        b->ins->init(v->state, &l->env);
    }
    b->ins->note_on(v->state, &n);
    v->sounds = v->held = true;
    v->left = frames;
    v->since = l->notes++;
}

static void render_band(LiveBand *b, float *left, float *right, int n)
{
    float vl[INSTRUMENT_BLOCK], vr[INSTRUMENT_BLOCK];
    for (int v = 0; v < LIVE_VOICES; v++) {
        LiveVoice *voice = &b->voice[v];
        if (!voice->sounds) continue;
        if (voice->held && voice->left <= 0) {
            b->ins->note_off(voice->state);
            voice->held = false;
        }
        voice->left -= n;
        voice->sounds = b->ins->render(voice->state, vl, vr, n);
        for (int i = 0; i < n; i++) {
            left[i] += vl[i];
            right[i] += vr[i];
        }
    }
    if (b->part->drive > 0) saturator_run(&b->drive, left, right, n);
}

static void render_block(Live *l, float *x, int n)
{
    float left[INSTRUMENT_BLOCK], right[INSTRUMENT_BLOCK];
    memset(x, 0, (size_t)n * 2 * sizeof *x);
    for (int i = 0; i < l->n; i++) {
        const LivePart *p = l->band[i].part;
        double angle = (p->pan + 1) * M_PI / 4;
        float gl = p->gain * (float)(sqrt(2) * cos(angle));
        float gr = p->gain * (float)(sqrt(2) * sin(angle));
        memset(left, 0, sizeof left);
        memset(right, 0, sizeof right);
        render_band(&l->band[i], left, right, n);
        for (int k = 0; k < n; k++) {
            x[2 * k] += gl * left[k];
            x[2 * k + 1] += gr * right[k];
        }
    }
    for (int k = 0; k < 2 * n; k++) x[k] = tanhf(x[k]);
}

void live_render(Live *l, float *x, int64_t frames)
{
    for (int64_t at = 0; at < frames; at += INSTRUMENT_BLOCK) {
        int64_t left = frames - at;
        render_block(l, x + 2 * at, left < INSTRUMENT_BLOCK ? (int)left : INSTRUMENT_BLOCK);
    }
}
