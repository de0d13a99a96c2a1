/* thinking.c: one prompt, layer by layer, every token a sine: what the residual stream does, as
 * directly as a loudspeaker can say it. Two tracks take the layers in turn, so that neighbours can
 * overlap at one pitch. */
#include <math.h>
#include <stdio.h>

#include "genre/genre.h"
#include "music/mapping.h"
#include "stream_layers.h"

#define CROSSFADE 0.15 /* seconds; a macro, for constants are made of it */

static const double SEGMENT = 1.2; /* seconds */
static const double HZ_LO = 80, HZ_HI = 5000;
static const double QUIETEST = 0.3; /* amplitude of the layer with the least norm */

static double token_key(int token, int tokens)
{
    double x = tokens > 1 ? (double)token / (tokens - 1) : 0.5;
    return 69 + 12 * log2(HZ_LO * pow(HZ_HI / HZ_LO, x) / 440);
}

static void write_layer(Score *s, const StreamLayers *g, int layer, int rule)
{
    int32_t step = (int32_t)lrint((SEGMENT - CROSSFADE) * SCORE_PPQ);
    double loud = lerp(QUIETEST, 1, g->loud[layer]);
    char name[24];
    stream_layers_name(layer, name, sizeof name);
    score_add_section(s, layer * step, name);
    for (int t = 0; t < g->tokens; t++) {
        Value norm = stream_layers_value(g, "norm", layer, t);
        Value phase = stream_layers_value(g, "phase", layer, t);
        double turns = isfinite(phase.x) ? phase.x / (2 * M_PI) : 0;
        Note n = {.start = layer * step, .dur = (int32_t)lrint(SEGMENT * SCORE_PPQ),
                  .key = (float)token_key(t, g->tokens),
                  .vel = (float)(loud * g->amp[layer * g->tokens + t]),
                  .timbre = {(float)(turns - floor(turns))}, .rule = (uint16_t)rule,
                  .from = {norm.from, norm.from, g->loud_from[layer].from, phase.from}};
        if (!cell_is_none(norm.from)) score_add_note(s, layer % 2, &n);
    }
}

static bool compose(const FeatureSet *const *fs, int nfs, const GenreOpts *opts, Score *out,
                    Err *err)
{
    StreamLayers g;
    (void)nfs;
    if (!stream_layers_init(&g, fs[0], err)) return false;
    score_add_tempo(out, 0, opts->tempo > 0 ? opts->tempo : 60);
    score_add_meter(out, 0, 4, 4);
    int rule = score_add_rule(out, "thinking: pitch = the token's place, 80..5000 Hz; amplitude = "
                                   "|h| over the layer's largest, louder with its mean log norm; "
                                   "phase = phase");
    score_add_track(out, "Odd layers", 80, false); /* the embedding goes before layer 0 */
    score_add_track(out, "Even layers", 80, false);
    for (int l = 0; l < g.layers; l++) write_layer(out, &g, l, rule);
    stream_layers_free(&g);
    score_finish(out);
    return true;
}

const Genre genre_thinking = {
    .name = "thinking",
    .summary = "a prompt layer by layer, every token a sine",
    .legend = "thinking: 1.2 s a layer (the embedding first), 0.15 s crossfades\n"
              "  pitch      the token's place in the prompt, 80..5000 Hz on a logarithmic axis\n"
              "  amplitude  |h| over the largest of the layer that is no attention sink; the "
              "layer's loudness rises with its mean log norm\n"
              "  phase      angle in the layer's plane of largest variance\n",
    .max_models = 1,
    .target_bpm = 60,
    .voices = VOICES_PARTIALS,
    .partials = {.fade = CROSSFADE},
    .compose = compose,
};
