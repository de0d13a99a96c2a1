/* operatic.c: one prompt, layer by layer, every token a singer: the notes of A dorian, the first
 * token on the left, the last on the right. Tokens that share a note stand up to 12 cents apart, as
 * a choir does. */
#include <math.h>
#include <stdio.h>

#include "genre/genre.h"
#include "music/mapping.h"
#include "music/scale.h"
#include "stream_layers.h"

#define CROSSFADE 0.6 /* seconds; a macro, for constants are made of it */

static const double SEGMENT = 2.5; /* seconds */
static const double QUIETEST = 0.35;
static const double VIBRATO = 4.8, VIBRATO_STEP = 0.15; /* Hz, a token */
enum {
    LOWEST = 45,
    HIGHEST = 93,
    VIBRATOS = 12,
    APART = 8
}; /* 110..1760 Hz; then from the start */

static const float VIBRATO_DEPTH = 0.22f; /* semitones */

/* Each singer of a note a little elsewhere: 0, 3, -3, 6, -6 ... cents. */
static double apart(int index)
{
    int i = index % APART;
    return 0.03 * (i % 2 ? (i + 1) / 2 : -(i / 2));
}

static void write_token(Score *s, const StreamLayers *g, int layer, int token, int rule, int place)
{
    const Scale scale = {9, MODE_DORIAN};
    int32_t step = (int32_t)lrint((SEGMENT - CROSSFADE) * SCORE_PPQ);
    Value norm = stream_layers_value(g, "norm", layer, token);
    Value phase = stream_layers_value(g, "phase", layer, token);
    double x = g->tokens > 1 ? (double)token / (g->tokens - 1) : 0.5;
    double turns = isfinite(phase.x) ? phase.x / (2 * M_PI) : 0;
    double depth = g->layers > 1 ? (double)layer / (g->layers - 1) : 0;
    int key = scale_snap(scale, lerp(LOWEST, HIGHEST, x));
    Note n = {.start = layer * step, .dur = (int32_t)lrint(SEGMENT * SCORE_PPQ),
              .key = (float)(key + apart(place)), .pan = (float)(1.6 * x - 0.8),
              .vel = (float)(lerp(QUIETEST, 1, g->loud[layer]) *
                             pow(g->amp[layer * g->tokens + token], 0.6)),
              .timbre = {(float)(turns - floor(turns)),
                         (float)((VIBRATO + VIBRATO_STEP * (token % VIBRATOS)) / 10), VIBRATO_DEPTH,
                         (float)(0.3 + 0.5 * depth)},
              .rule = (uint16_t)rule,
              .from = {norm.from, norm.from, g->loud_from[layer].from, phase.from}};
    if (!cell_is_none(norm.from)) score_add_note(s, layer % 2, &n);
}

static bool compose(const FeatureSet *const *fs, int nfs, const GenreOpts *opts, Score *out,
                    Err *err)
{
    StreamLayers g;
    char name[24];
    (void)nfs;
    if (!stream_layers_init(&g, fs[0], err)) return false;
    score_add_tempo(out, 0, opts->tempo > 0 ? opts->tempo : 60);
    score_add_meter(out, 0, 4, 4);
    score_add_keysig(out, 0, 1, true);
    int rule = score_add_rule(out, "operatic: pitch = the token's place, 110..1760 Hz in A dorian; "
                                   "amplitude = |h|^0.6, louder with the layer's mean log norm; "
                                   "pan = place; size of the room = 0.3 + 0.5 l/L");
    score_add_track(out, "Odd layers", 52, false); /* the embedding goes before layer 0 */
    score_add_track(out, "Even layers", 52, false);
    for (int l = 0; l < g.layers; l++) {
        stream_layers_name(l, name, sizeof name);
        score_add_section(out, l * (int32_t)lrint((SEGMENT - CROSSFADE) * SCORE_PPQ), name);
        for (int t = 0; t < g.tokens; t++) write_token(out, &g, l, t, rule, t);
    }
    stream_layers_free(&g);
    score_finish(out);
    return true;
}

const Genre genre_operatic = {
    .name = "operatic",
    .summary = "a prompt layer by layer, every token a singer",
    .legend =
        "operatic: 2.5 s a layer (the embedding first), 0.6 s crossfades\n"
        "  pitch      the token's place, 110..1760 Hz, snapped to A dorian; tokens that share "
        "a note stand a few cents apart\n"
        "  amplitude  |h|^0.6 over the layer; vibrato 4.8 Hz + 0.15 a token, twelve of them\n"
        "  voice      seven harmonics through formants; pan from left to right in the prompt\n"
        "  envelope   attack 0.6 s, decay 0.5 s to 0.75, release 0.6 s, as the next layer attacks\n"
        "  room       of weights, its size 0.3 + 0.5 l/L: it rings 1.2 s for the embedding, 3.2 s "
        "for the last layer; then the whole through a hall of 1.2 s\n",
    .max_models = 1,
    .target_bpm = 60,
    .voices = VOICES_PARTIALS,
    .partials = {.voice = true,
                 .attack = CROSSFADE,
                 .decay = 0.5,
                 .sustain = 0.75,
                 .release = CROSSFADE,
                 .room = 4,
                 .hall = 1.2},
    .compose = compose,
};
