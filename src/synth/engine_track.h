/* engine_track.h: one track of the engine: its events, its voices, its fader. */
#ifndef SYNTH_ENGINE_TRACK_H
#define SYNTH_ENGINE_TRACK_H

#include "audio/duck.h"
#include "lowcut.h"
#include "synth/instrument.h"

enum { TRACK_VOICES = 32, TRACK_SPARE = 4, TRACK_SENDS = 3 }; /* spare: voices fading out */
enum { DUCK_STEP = 16 };                                      /* frames */
enum { SEND_REVERB, SEND_CHORUS, SEND_DELAY };

typedef enum EventKind { EVENT_OFF, EVENT_CTL, EVENT_KICK, EVENT_ON } EventKind;

typedef struct Event {
    int64_t frame;
    int kind, index; /* EventKind; of the note or control point, or of the velocity of a kick */
    float value;     /* velocity of a kick */
} Event;

/* A time when the kick sounds, for those who duck. */
typedef struct Kick {
    int64_t frame;
    float vel;
} Kick;

typedef struct Slot {
    void *state;
    int note; /* index, -1 = free */
    bool held;
    int64_t born; /* order of allocation */
    int group;
    float fade, fade_by; /* 1 = sounding; falls by fade_by a frame when it has to go */
    float pan_left, pan_right;
} Slot;

/* A number that moves without steps. */
typedef struct Glide {
    double now, to;
} Glide;

/* A chunk of a track. */
typedef struct TrackOut {
    float *mix;               /* [2, frames of a chunk]: left, right, after fader and pan */
    float *sent[TRACK_SENDS]; /* the same as sent; NULL = nothing is ever sent */
    bool sounds;              /* something; else mix and sent hold nothing of use */
} TrackOut;

typedef struct EngineTrack {
    const Track *track;
    const Instrument *ins;
    const InstrumentEnv *env;
    int index;    /* in the score */
    Event *event; /* [nevents] by time */
    int nevents, next;
    Slot slot[TRACK_VOICES + TRACK_SPARE];
    int64_t births;
    LowCut cut;
    Duck duck; /* at the rate over DUCK_STEP */
    float duck_from, duck_to;
    int duck_left; /* frames until duck_to */
    Glide gain, pan, send[TRACK_SENDS];
    double fade_left, fade_right; /* gain and pan together, as they are */
    double volume, expression;    /* amplitudes */
    float ctl[CTL_COUNT];         /* last values, NAN = never set */
    TrackOut now, done; /* being made; of the chunk before, for the buses */
} EngineTrack;

/* kick [nkicks] by time; ins is what plays it; frames = length of a chunk. */
void engine_track_open(EngineTrack *t, const Score *s, int index, const Instrument *ins,
                       const InstrumentEnv *env, const Kick *kick, int nkicks, int frames);
void engine_track_close(EngineTrack *t);
/* Puts what was made aside as done, before the next chunk. */
void engine_track_hand_over(EngineTrack *t);
/* The chunk that begins at frame `at` of the piece, into `now`. */
void engine_track_render(EngineTrack *t, int64_t at, int frames);
/* No event is left and no voice sounds. */
bool engine_track_is_over(const EngineTrack *t);
/* The kicks of all drum tracks, by time; the caller's to free. */
Kick *engine_kicks(const Score *s, double rate, int *n);

#endif
