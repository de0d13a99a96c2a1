/* engine_track.c: see engine_track.h.
 *
 * Time is cut at every event and at least every INSTRUMENT_BLOCK frames; within such a piece each
 * voice renders, is panned and summed, and the sum goes through ducking and fader. Faders glide
 * with a time constant of 5 ms. MIDI's habit holds: volume and expression are squared. A voice that
 * has to go, because there are too many or because a hat cuts another, fades in a straight line. */
#include "engine_track.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/lanes.h"
#include "base/mem.h"
#include "engine_events.h"
#include "voice.h"

static const double GLIDE_SECONDS = 0.005, STEAL_SECONDS = 0.005, CHOKE_SECONDS = 0.012;
static const double DUCK_DB = 30;                                /* at Track.duck = 1 */
static const int64_t NOISE_A_TRACK = 48611, NOISE_A_NOTE = 7919; /* primes: no note reads alike */

static void set_pan(EngineTrack *t, double pan)
{
    t->pan.to = voice_clamp(pan, -1, 1);
}

static void set_gain(EngineTrack *t)
{
    double db = (double)t->track->gain_db + t->track->trim_db;
    t->gain.to = pow(10, db / 20) * t->volume * t->expression;
}

static void set_faders(EngineTrack *t)
{
    double angle = (t->pan.now + 1) * M_PI / 4;
    t->fade_left = t->gain.now * sqrt(2) * cos(angle);
    t->fade_right = t->gain.now * sqrt(2) * sin(angle);
}

static bool has_ctl(const Track *t, CtlKind kind)
{
    for (int i = 0; i < t->nctls; i++)
        if (t->ctl[i].kind == kind && t->ctl[i].value > 0) return true;
    return false;
}

static void open_sends(EngineTrack *t, int frames)
{
    const Track *k = t->track;
    const float level[TRACK_SENDS] = {k->reverb, k->chorus, k->delay};
    const bool moves[TRACK_SENDS] = {has_ctl(k, CTL_REVERB), has_ctl(k, CTL_CHORUS), false};
    for (int i = 0; i < TRACK_SENDS; i++) {
        t->send[i] = (Glide){level[i], level[i]};
        if (!(level[i] > 0 || moves[i])) continue;
        t->now.sent[i] = mem_alloc(frames, 2 * sizeof(float));
        t->done.sent[i] = mem_alloc(frames, 2 * sizeof(float));
    }
}

void engine_track_open(EngineTrack *t, const Score *s, int index, const Instrument *ins,
                       const InstrumentEnv *env, const Kick *kick, int nkicks, int frames)
{
    const Track *track = &s->track[index];
    double beat = 60 / env->bpm;
    *t = (EngineTrack){
        .track = track, .ins = ins, .env = env, .index = index, .volume = 1, .expression = 1};
    t->event = engine_events(s, track, env->rate, kick, track->duck > 0 ? nkicks : 0, &t->nevents);
    for (int i = 0; i < TRACK_VOICES + TRACK_SPARE; i++) {
        t->slot[i].note = -1;
        if (i == 0 || !ins->mono) t->slot[i].state = mem_alloc(1, ins->state_size);
    }
    for (int i = 0; i < CTL_COUNT; i++) t->ctl[i] = NAN;
    t->duck_from = t->duck_to = 1;
    duck_init(&t->duck, env->rate / DUCK_STEP,
              &(DuckOpts){.depth_db = DUCK_DB * track->duck, .hold = 0.04, .release = 0.5 * beat});
    set_gain(t);
    set_pan(t, track->pan);
    t->gain.now = t->gain.to;
    t->pan.now = t->pan.to;
    set_faders(t);
    t->now.mix = mem_alloc(frames, 2 * sizeof *t->now.mix);
    t->done.mix = mem_alloc(frames, 2 * sizeof *t->done.mix);
    lowcut_init(&t->cut, env->rate, has_ctl(track, CTL_LOWCUT));
    open_sends(t, frames);
}

void engine_track_close(EngineTrack *t)
{
    for (int i = 0; i < TRACK_VOICES + TRACK_SPARE; i++) free(t->slot[i].state);
    for (int i = 0; i < TRACK_SENDS; i++) {
        free(t->now.sent[i]);
        free(t->done.sent[i]);
    }
    free(t->event);
    free(t->now.mix);
    free(t->done.mix);
    *t = (EngineTrack){0};
}

static void let_go(EngineTrack *t, Slot *s, double seconds)
{
    float by = (float)(1 / (seconds * t->env->rate));
    if (s->fade_by < by) s->fade_by = by;
}

/* The voice that is missed least: released before held, then the oldest. */
static Slot *least_missed(EngineTrack *t)
{
    Slot *best = NULL;
    for (int i = 0; i < TRACK_VOICES + TRACK_SPARE; i++) {
        Slot *s = &t->slot[i];
        if (s->note < 0 || s->fade_by > 0) continue;
        bool better =
            !best || s->held < best->held || (s->held == best->held && s->born < best->born);
        if (better) best = s;
    }
    return best;
}

static Slot *free_slot(EngineTrack *t)
{
    Slot *quietest = NULL;
    int sounding = 0;
    for (int i = 0; i < TRACK_VOICES + TRACK_SPARE; i++)
        sounding += t->slot[i].note >= 0 && t->slot[i].fade_by == 0;
    if (sounding >= TRACK_VOICES) let_go(t, least_missed(t), STEAL_SECONDS);
    for (int i = 0; i < TRACK_VOICES + TRACK_SPARE; i++) {
        Slot *s = &t->slot[i];
        if (s->note < 0) return s;
        if (s->fade_by > 0 && (!quietest || s->fade < quietest->fade)) quietest = s;
    }
    return quietest;
}

static void cut_group(EngineTrack *t, int group)
{
    for (int i = 0; i < TRACK_VOICES + TRACK_SPARE; i++)
        if (t->slot[i].note >= 0 && t->slot[i].group == group)
            let_go(t, &t->slot[i], CHOKE_SECONDS);
}

static void place(Slot *s, double pan)
{
    double angle = (voice_clamp(pan, -1, 1) + 1) * M_PI / 4;
    s->pan_left = (float)(cos(angle) * sqrt(2));
    s->pan_right = (float)(sin(angle) * sqrt(2));
}

static VoiceNote voice_note(const EngineTrack *t, int i)
{
    const Note *n = &t->track->note[i];
    VoiceNote v = {.key = n->key, .vel = n->vel, .flags = n->flags};
    v.noise_at = t->index * NOISE_A_TRACK + i * NOISE_A_NOTE;
    memcpy(v.timbre, n->timbre, sizeof v.timbre);
    if (!voice_has_timbre(&v)) return v;
    if (isfinite(t->ctl[CTL_CUTOFF])) v.timbre[0] = t->ctl[CTL_CUTOFF];
    if (isfinite(t->ctl[CTL_RESONANCE])) v.timbre[1] = t->ctl[CTL_RESONANCE];
    return v;
}

static void begin(EngineTrack *t, Slot *s, int i)
{
    static const CtlKind HEARD[] = {CTL_CUTOFF, CTL_RESONANCE, CTL_BEND};
    VoiceNote v = voice_note(t, i);
    bool fresh = s->note < 0 || s->fade_by > 0;
    if (fresh) {
        t->ins->init(s->state, t->env);
        for (size_t k = 0; k < sizeof HEARD / sizeof *HEARD && t->ins->control; k++)
            if (isfinite(t->ctl[HEARD[k]])) t->ins->control(s->state, HEARD[k], t->ctl[HEARD[k]]);
        s->fade = 1;
        s->fade_by = 0;
    }
    s->note = i;
    s->held = true;
    s->born = t->births++;
    s->group = t->ins->group ? t->ins->group(v.key) : 0;
    place(s, t->track->note[i].pan);
    t->ins->note_on(s->state, &v);
}

static Slot *newest_held(EngineTrack *t)
{
    Slot *best = NULL;
    for (int i = 0; i < TRACK_VOICES + TRACK_SPARE; i++) {
        Slot *s = &t->slot[i];
        if (s->note >= 0 && s->held && s->fade_by == 0 && (!best || s->born > best->born)) best = s;
    }
    return best;
}

static void note_on(EngineTrack *t, int i)
{
    Slot *before = t->track->mono ? newest_held(t) : NULL;
    if (t->ins->mono) {
        begin(t, &t->slot[0], i);
        return;
    }
    if (before && (t->track->note[i].flags & NOTE_SLIDE)) {
        begin(t, before, i);
        return;
    }
    if (before) let_go(t, before, STEAL_SECONDS);
    int group = t->ins->group ? t->ins->group(t->track->note[i].key) : 0;
    if (group) cut_group(t, group);
    begin(t, free_slot(t), i);
}

static void note_off(EngineTrack *t, int i)
{
    for (int k = 0; k < TRACK_VOICES + TRACK_SPARE; k++) {
        Slot *s = &t->slot[k];
        if (s->note != i || !s->held) continue;
        s->held = false;
        t->ins->note_off(s->state);
    }
}

static void move(EngineTrack *t, const Ctl *c)
{
    float v = c->value;
    t->ctl[c->kind] = v;
    switch ((CtlKind)c->kind) {
    case CTL_VOLUME: t->volume = (double)v * v; break;
    case CTL_EXPRESSION: t->expression = (double)v * v; break;
    case CTL_PAN: set_pan(t, 2 * v - 1); break;
    case CTL_REVERB: t->send[SEND_REVERB].to = v; break;
    case CTL_CHORUS: t->send[SEND_CHORUS].to = v; break;
    case CTL_LOWCUT: lowcut_set(&t->cut, v); break;
    default:
        for (int i = 0; i < TRACK_VOICES + TRACK_SPARE && t->ins->control; i++)
            if (t->slot[i].note >= 0) t->ins->control(t->slot[i].state, (CtlKind)c->kind, v);
    }
    set_gain(t);
}

static void happen(EngineTrack *t, const Event *e)
{
    switch ((EventKind)e->kind) {
    case EVENT_OFF: note_off(t, e->index); break;
    case EVENT_CTL: move(t, &t->track->ctl[e->index]); break;
    case EVENT_KICK: duck_trigger(&t->duck, e->value); break;
    case EVENT_ON: note_on(t, e->index); break;
    }
}

/* Adds n frames of one voice; frees its slot when it is over. */
static void add_voice(EngineTrack *t, Slot *s, float *left, float *right, int n)
{
    float l[INSTRUMENT_BLOCK], r[INSTRUMENT_BLOCK];
    bool on = t->ins->render(s->state, l, r, n);
    float to_left = s->pan_left * s->fade, to_right = s->pan_right * s->fade;
    for (int i = 0; i < n; i++) {
        left[i] += l[i] * to_left;
        right[i] += r[i] * to_right;
    }
    for (int i = 0; i < n && s->fade_by > 0; i++) { /* going: less of it frame by frame */
        float lost = s->fade - fmaxf(s->fade - s->fade_by * (float)(i + 1), 0);
        left[i] -= l[i] * s->pan_left * lost;
        right[i] -= r[i] * s->pan_right * lost;
    }
    s->fade = fmaxf(s->fade - s->fade_by * (float)n, 0);
    if (!on || s->fade == 0) s->note = -1;
}

/* The value of a glide before n frames; *by is what it grows a frame during them. */
static float glide(Glide *g, double share, int n, float *by)
{
    double from = g->now;
    g->now = fabs(g->to - g->now) < 1e-6 ? g->to : g->now + share * (g->to - g->now);
    *by = (float)((g->now - from) / n);
    return (float)from;
}

/* y = x times a gain that grows by `by` a frame. */
LANES_WIDE static void scale(float *y, const float *x, float gain, float by, int n)
{
    for (int i = 0; i < n; i++) y[i] = x[i] * (gain + by * (float)i);
}

/* Copies what the fader lets through to the sends that are open. */
static void feed_sends(EngineTrack *t, int at, int frames, double share, int n)
{
    const float *left = t->now.mix + at, *right = left + frames;
    for (int k = 0; k < TRACK_SENDS; k++) {
        float by, level;
        if (!t->now.sent[k]) continue;
        level = glide(&t->send[k], share, n, &by);
        scale(t->now.sent[k] + at, left, level, by, n);
        scale(t->now.sent[k] + at + frames, right, level, by, n);
    }
}

/* The next n gains of the ducking, which is looked at every DUCK_STEP frames only (a cosine and a
 * power each time) and is a straight line between. False when they are all 1. */
static bool duck_curve(EngineTrack *t, float *gain, int n)
{
    bool ducks = false;
    for (int i = 0; i < n;) {
        if (t->duck_left == 0) {
            t->duck_from = t->duck_to;
            duck_gain(&t->duck, &t->duck_to, 1);
            t->duck_left = DUCK_STEP;
        }
        int len = n - i < t->duck_left ? n - i : t->duck_left;
        float by = (t->duck_to - t->duck_from) / DUCK_STEP, to = t->duck_to;
        for (int k = 0; k < len; k++) gain[i + k] = to - by * (float)(t->duck_left - 1 - k);
        ducks = ducks || by != 0 || to != 1;
        t->duck_left -= len;
        i += len;
    }
    return ducks;
}

/* Ducking, fader and pan, and the sends. While nothing sounds, everything is where it should be. */
static void strip(EngineTrack *t, int at, int frames, int n, bool sounds)
{
    float ducked[INSTRUMENT_BLOCK], *left = t->now.mix + at, *right = left + frames, by, pan_by;
    double share = sounds ? voice_glide(GLIDE_SECONDS, t->env->rate, n) : 1, l = t->fade_left;
    double r = t->fade_right;
    bool ducks = t->track->duck > 0 && duck_curve(t, ducked, n);
    glide(&t->gain, share, n, &by);
    glide(&t->pan, share, n, &pan_by);
    if (by != 0 || pan_by != 0) set_faders(t);
    if (sounds) {
        scale(left, left, (float)l, (float)((t->fade_left - l) / n), n);
        scale(right, right, (float)r, (float)((t->fade_right - r) / n), n);
        for (int i = 0; i < n && ducks; i++) {
            left[i] *= ducked[i];
            right[i] *= ducked[i];
        }
    }
    if (sounds) {
        feed_sends(t, at, frames, share, n);
        return;
    }
    for (int k = 0; k < TRACK_SENDS; k++) {
        if (!t->now.sent[k]) continue;
        t->send[k].now = t->send[k].to;
        memset(t->now.sent[k] + at, 0, (size_t)n * sizeof(float));
        memset(t->now.sent[k] + at + frames, 0, (size_t)n * sizeof(float));
    }
}

static bool add_voices(EngineTrack *t, float *left, float *right, int n)
{
    bool any = false;
    for (int i = 0; i < TRACK_VOICES + TRACK_SPARE; i++) {
        if (t->slot[i].note < 0) continue;
        add_voice(t, &t->slot[i], left, right, n);
        any = true;
    }
    return any;
}

void engine_track_hand_over(EngineTrack *t)
{
    TrackOut done = t->now;
    t->now = t->done;
    t->done = done;
}

void engine_track_render(EngineTrack *t, int64_t at, int frames)
{
    memset(t->now.mix, 0, (size_t)frames * 2 * sizeof *t->now.mix);
    t->now.sounds = false;
    for (int i = 0; i < frames;) {
        while (t->next < t->nevents && t->event[t->next].frame <= at + i)
            happen(t, &t->event[t->next++]);
        int n = frames - i < INSTRUMENT_BLOCK ? frames - i : INSTRUMENT_BLOCK;
        if (t->next < t->nevents && t->event[t->next].frame < at + i + n)
            n = (int)(t->event[t->next].frame - at - i);
        float *left = t->now.mix + i, *right = left + frames;
        bool sounds = add_voices(t, left, right, n);
        sounds = lowcut_run(&t->cut, left, right, n, sounds);
        strip(t, i, frames, n, sounds);
        t->now.sounds = t->now.sounds || sounds;
        i += n;
    }
}

bool engine_track_is_over(const EngineTrack *t)
{
    if (t->next < t->nevents) return false;
    for (int i = 0; i < TRACK_VOICES + TRACK_SPARE; i++)
        if (t->slot[i].note >= 0) return false;
    return true;
}
