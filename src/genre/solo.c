/* solo.c: one prompt by the cascade: the prompt is told by the middle layer, then again by every
 * layer from the first to the last; the strings go through the layers' chords beneath. */
#include <math.h>
#include <stdio.h>

#include "cascade_play.h"
#include "genre/cascade.h"

static void write_sections(Score *s, const Cascade *c, const CascadePlan *p)
{
    char name[48];
    for (int i = 0; i < p->passes; i++) {
        int layer = c->layer[p->pass[i].layer].layer;
        snprintf(name, sizeof name, i == 0 ? "Theme (layer %d)" : "Layer %d", layer);
        score_add_section(s, i * p->bars * BAR, name);
    }
    score_add_section(s, p->passes * p->bars * BAR, "Coda");
}

static bool compose(const FeatureSet *const *fs, int nfs, const GenreOpts *opts, Score *out,
                    Err *err)
{
    double tension = cascade_tension(fs[0]);
    CascadeForm form = {.scale = cascade_scale(fs[0], opts, tension), .coda = true,
                        .bpm = cascade_bpm(opts, tension), .chromatic = tension > 0.9};
    Generator gen = generator_of(opts, form.scale);
    Cascade c;
    CascadePlan p;
    CascadeSeats seat;
    (void)nfs;
    if (!cascade_init(&c, fs[0], &gen, cascade_limit(opts, form.bpm), err)) return false;
    form.bars = cascade_pass_bars(&c);
    form.passes =
        cascade_passes(opts, form.bpm, form.bars, cascade_own_passes(&c, form.bars));
    cascade_plan(&p, &c, &form);
    cascade_frame(out, &p, 0);
    write_sections(out, &c, &p);
    cascade_seats(&seat, out, "", true, 0, c.directed);
    seat.sparse = p.passes >= 4;
    cascade_play(&c, &p, &seat);
    out->length = cascade_length(&p);
    score_finish(out);
    cascade_plan_free(&p);
    cascade_free(&c);
    return true;
}

const Genre genre_solo = {
    .name = "solo",
    .summary = "one prompt: a Markov chain and a small recurrent cell walk over its tokens",
    .legend =
        "solo: the prompt told by the middle layer, then by the layers from first to last\n"
        "  tempo      72 + 40 tension; mode: natural minor, dorian over 0.5, phrygian over 0.75,\n"
        "             chromatic passing tones over 0.9\n"
        "  lead       degree = inverse distribution function of p at the token's phase;\n"
        "             p = 0.70 M + 0.30 cell; M = softmax of 3 v v', v = norm01 of block norms;\n"
        "             a degree chosen again is half as likely each time;\n"
        "             the cell's gates are the layer's singular vectors; velocity = norm;\n"
        "             filter = tension; length = 1 - attention entropy; phrases end at surprisal\n"
        "  strings    the same over layers; a chord lasts 0.25 + 3.75 (1 - entropy) beats, scaled\n"
        "  organ      a held note a layer: higher and louder with the projection on the direction\n"
        "  celesta    ornaments where the MLP's sparsity is above its median\n",
    .generators = CASCADE_GENERATORS,
    .max_models = 1,
    .target_bpm = 92,
    .voices = VOICES_NATIVE,
    .compose = compose,
};
