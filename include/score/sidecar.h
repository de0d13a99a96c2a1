/* sidecar.h: NAME.json beside NAME.mid: every note and control of a piece with the numbers it was
 * made from, so that `explain` and a page in a browser need nothing else.
 *
 * The file, in this order ("..." stands for more of the same):
 *
 *   {"format": "llmsonify score 1", "title": "...", "genre": "acid",
 *    "ppq": 480, "length": 46080, "seconds": 83.478,
 *    "text": ["version, command, fingerprint", ...],
 *    "models": [{"name": "wren", "family": "gemma3", "fingerprint": "0123456789abcdef",
 *                "prompt": "what it read, where it read one text"}, ...],
 *    "rules": ["", "acid.line: key = phrygian[norm01(row_norms)]", ...],
 *    "vectors": [{"model": 0, "table": "weights", "layer": 3,
 *                 "label": "model.layers.3.self_attn.q_proj.weight",
 *                 "role": "q", "feature": "sv", "unit": ""}, ...],
 *    "source_fields": ["vector", "lane", "value", "norm"],
 *    "sources": [[0, 12, 0.8312, 0.41], ...],
 *    "tempos": [[0, 138], ...],             tick, quarter notes a minute
 *    "meters": [[0, 4, 4], ...],            tick, numerator, denominator
 *    "keys": [[0, -3, true], ...],          tick, sharps, minor
 *    "sections": [[0, "intro"], ...],       tick, name
 *    "note_fields": ["start", "end", "at", "to", "bar", "beat", "key", "velocity", "flags", "rule",
 *                    "pitch_from", "velocity_from", "duration_from", "timbre_from"],
 *    "control_fields": ["tick", "at", "bar", "beat", "kind", "value", "rule", "from"],
 *    "tracks": [{"name": "Violins", "program": 40, "drum": false, "mono": false,
 *                "notes": [[6000, 6240, 12.5, 13, 7, 3, 64, 0.62, 0, 1, 0, -1, -1, -1], ...],
 *                "controls": [[0, 0, 1, 1, "cutoff", 0.5, 2, 3], ...]}, ...]}
 *
 * start, end, tick: ticks; at, to, seconds: seconds; bar and beat count from 1, beats in units of
 * the metre's denominator. flags: 1 slide, 2 accent, 4 tie, 8 ghost. rule indexes "rules"; the
 * ..._from fields index "sources", -1 = none; "vector" indexes "vectors", "model" indexes "models".
 * Members of a vector that do not apply are left out (also possible: "prompt", "head", "token").
 * value is the number as measured. norm is its place between the least (0) and the greatest (1)
 * number of its vector or, when the vector has one number only, of that feature in the rows of the
 * same role; null where these are all equal. */
#ifndef SCORE_SIDECAR_H
#define SCORE_SIDECAR_H

#include "base/json.h"
#include "score/score.h"

void score_write_json(const Score *s, const FeatureSet *const *fs, int nfs, Str *out);

/* One of the sets of numbers that a piece is made from. */
typedef struct SidecarModel {
    const char *name, *prompt; /* "" when it read none */
} SidecarModel;

typedef struct SidecarSource {
    int set; /* index into Sidecar.model, -1 = unknown */
    const char *model, *table, *label, *role, *feature, *unit; /* "" where not applicable */
    int layer, prompt, head, token;                            /* -1 where not applicable */
    int lane;
    double value, norm; /* NaN when not given */
} SidecarSource;

typedef struct SidecarNote {
    int track;
    int32_t start, end; /* ticks */
    double at, to;      /* seconds */
    int bar;            /* from 1 */
    double beat;        /* from 1 */
    double key, vel;
    int flags;
    const char *rule;
    int from[FROM_COUNT]; /* indices into Sidecar.source, -1 = none */
} SidecarNote;

typedef struct SidecarTrack {
    const char *name;
    int program;
    bool drum, mono;
} SidecarTrack;

/* A sidecar as read. Zero is empty; strings live as long as the sidecar. */
typedef struct Sidecar {
    Json *root;
    SidecarModel *model; /* [nmodels] */
    int nmodels;
    const char *title, *genre;
    double seconds;
    SidecarTrack *track; /* [ntracks] */
    int ntracks;
    SidecarNote *note; /* [nnotes] by track, then time */
    int nnotes;
    SidecarSource *source; /* [nsources] */
    int nsources;
} Sidecar;

void sidecar_free(Sidecar *sc);
bool sidecar_read(Sidecar *sc, const char *path, Err *err);
/* The same from memory: what score_write_json() appended. */
bool sidecar_parse(Sidecar *sc, const char *text, size_t len, Err *err);

/* Which notes to list. Zero lists all. A note belongs to a time range when it sounds in it, to a
 * range of bars when it starts in it. */
typedef struct ExplainFilter {
    double from, to;       /* seconds; to = 0 is the end */
    int first_bar, last_bar; /* last_bar = 0 is the end */
    const char *track;     /* a part of the name, upper and lower case alike; NULL = every track */
} ExplainFilter;

/* The notes that pass, in order of time, one line each:
 *   12.500s bar 7:3.00 Violins  E4 (64) vel 0.62  q sv[12]=0.8312 (41%) layer 3 (model.layers.3.
 *   self_attn.q_proj.weight) of wren  opera.act1: key = ...
 * (in brackets the norm and the tensor; when the piece has several models or prompts, "of wren" is
 * followed by which: "of wren, model 2", 'of wren, prompt 2 "Once upon a..."'),
 * or as JSON {"title", "genre", "seconds", "notes": [{"at", "to", "bar", "beat", "track", "key",
 * "name", "velocity", "flags", "rule", "pitch_from": {"set" (from 1), "model", "prompt_text",
 * "table", "label", "layer", "role", "feature", "lane", "value", "norm", "unit"}, "velocity_from",
 * "duration_from", "timbre_from"}]}.
 * False when no track has that name or no note passes. */
bool score_explain(const Sidecar *sc, const ExplainFilter *filter, bool json, Str *out, Err *err);

#endif
