/* acid.c: one TB-303 pattern a layer over a four-on-the-floor, 138 BPM.
 *
 * Four bars of intro, six bars a layer, four bars of outro. In a layer's slot its pattern sounds
 * 2 + floor(4 l / L) times, so that deeper layers insist more; in what is left of the six bars the
 * last steps of the pattern are step by step replaced by the next layer's: there is no gap between
 * layers, and no bar is repeated more than five times. At about 60 % the calmest layer of the
 * neighbourhood becomes the breakdown: the kick leaves, the pad stays, a roll and a riser bring it
 * back. acid_arc.c says how loud a bar is. */
#include "acid.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "music/form.h"

enum { ACID_INTRO = 4, ACID_SLOT = 6, ACID_OUTRO = 4 };

double acid_tension(const AcidPiece *p, int layer)
{
    return layer >= 0 && layer < p->tension.n ? (double)p->tension.u[layer] : 0.5;
}

bool acid_in_break(const AcidPiece *p, const AcidSlot *slot, int bar_in_slot)
{
    return p->breakdown >= 0 && slot == &p->slot[p->breakdown] && slot->bars >= ACID_BREAK &&
           bar_in_slot >= slot->bars - ACID_BREAK;
}

int acid_turn(const AcidPiece *p, int bar_in_slot)
{
    return p->gen.kind == GEN_ROWS ? 0 : bar_in_slot / 2 % ACID_TURNS;
}

/* All turns of a slot's pattern. */
static bool tell_turns(AcidPattern *out, const AcidPiece *p, const AcidVoice *v, int layer)
{
    for (int turn = 0; turn < ACID_TURNS; turn++)
        if (!acid_pattern(&out[turn], p->fs, v, layer, p->gen.kind == GEN_ROWS ? 0 : turn))
            return false;
    return true;
}

/* The layers that sound: all of them, or as many as there are bars, evenly spread. */
static bool plan_slots(AcidPiece *p, const int *bars, Err *err)
{
    const FeatureSet *fs = p->fs;
    const AcidVoice line = {.gen = p->gen, .role = ROLE_DOWN, .lo = 28, .hi = 76};
    const AcidVoice answer = {.gen = p->gen, .role = ROLE_UP, .lo = 52, .hi = 88, .answers = true};
    int bar = p->intro;
    p->slot = mem_alloc(fs->nl, sizeof *p->slot);
    for (int l = 0; l < fs->nl; l++) {
        AcidSlot s = {.layer = l, .bar = bar, .bars = bars[l]};
        if (s.bars == 0 || !tell_turns(s.line, p, &line, l)) continue;
        int repeats = 2 + 4 * l / fs->nl;
        s.repeats = (repeats * s.bars + ACID_SLOT / 2) / ACID_SLOT;
        if (s.repeats < 1) s.repeats = 1;
        s.has_answer = feat_find_row(fs, FT_WEIGHTS, l, ROLE_UP) >= 0 &&
                       tell_turns(s.answer, p, &answer, l);
        p->slot[p->nslots++] = s;
        bar += s.bars;
    }
    p->total = bar + p->outro;
    if (p->nslots > 0) return true;
    return err_set(err, "%s: acid needs row norms of an MLP matrix in at least one layer",
                   fs->model ? fs->model : "model");
}

static bool plan_form(AcidPiece *p, const GenreOpts *opts, Err *err)
{
    int nl = p->fs->nl, n = nl + 2;
    if (nl < 1)
        return err_set(err, "%s: acid needs at least one transformer layer",
                       p->fs->model ? p->fs->model : "model");
    int own = ACID_INTRO + ACID_SLOT * nl + ACID_OUTRO;
    int total = form_total_bars(opts, p->bpm, own);
    int *bars = mem_alloc(n, sizeof *bars), *scaled = mem_alloc(n, sizeof *scaled);
    for (int i = 0; i < n; i++) bars[i] = ACID_SLOT;
    bars[0] = ACID_INTRO;
    bars[n - 1] = ACID_OUTRO;
    form_scale(bars, n, total, 1, scaled);
    if (total < n) { /* too few bars for every layer: spread them, the last one is the outro */
        for (int i = 0; i < n; i++) scaled[i] = 0;
        scaled[n - 1] = total > 1;
        for (int i = 0; i < total - scaled[n - 1]; i++)
            scaled[1 + (int)((int64_t)i * nl / total)] += 1;
    }
    p->intro = scaled[0];
    p->outro = scaled[n - 1];
    bool ok = plan_slots(p, scaled + 1, err);
    free(bars);
    free(scaled);
    return ok;
}

/* The calmest slot between 50 and 75 % of the piece. */
static void plan_breakdown(AcidPiece *p)
{
    p->breakdown = -1;
    for (int i = p->nslots / 2; i < (3 * p->nslots + 3) / 4 && p->nslots >= 4; i++) {
        bool calmer = p->breakdown < 0 || acid_tension(p, p->slot[i].layer) <
                                              acid_tension(p, p->slot[p->breakdown].layer);
        if (calmer) p->breakdown = i;
    }
}

static void write_frame(AcidPiece *p)
{
    Score *s = p->score;
    bool minor;
    int sharps = scale_sharps(p->scale, &minor);
    char name[48];
    score_add_tempo(s, 0, p->bpm);
    score_add_meter(s, 0, 4, 4);
    score_add_keysig(s, 0, sharps, minor);
    if (p->intro > 0) score_add_section(s, 0, "Intro");
    for (int i = 0; i < p->nslots; i++) {
        bool broken = i == p->breakdown;
        snprintf(name, sizeof name, "Layer %d%s", p->slot[i].layer, broken ? " (breakdown)" : "");
        score_add_section(s, p->slot[i].bar * BAR, name);
    }
    if (p->outro > 0) score_add_section(s, (p->total - p->outro) * BAR, "Outro");
}

static bool acid_compose(const FeatureSet *const *fs, int nfs, const GenreOpts *opts, Score *out,
                         Err *err)
{
    AcidPiece p = {.fs = fs[0], .score = out, .bpm = opts->tempo > 0 ? opts->tempo : 138};
    (void)nfs;
    float root = feat_look(p.fs, FT_MODEL, "key_root", -1, -1, 0).x;
    p.scale.root = opts->root >= 0 ? opts->root : isfinite(root) ? ((int)root % 12 + 12) % 12 : 9;
    p.scale.mode = opts->mode >= 0 ? opts->mode : MODE_PHRYGIAN;
    p.gen = generator_of(opts, p.scale);
    bool ok = generator_check(&p.gen, p.fs, err) && plan_form(&p, opts, err);
    if (ok) {
        series_over_layers(&p.tension, p.fs, FT_LAYERS, "tension", -1, false);
        series_over_layers(&p.cutoff, p.fs, FT_WEIGHTS, "std", map_role(p.fs, 0, ROLE_GATE), false);
        series_over_layers(&p.resonance, p.fs, FT_WEIGHTS, "kurt", map_role(p.fs, 0, ROLE_V),
                           false);
        plan_breakdown(&p);
        write_frame(&p);
        AcidTracks tracks;
        acid_write_lines(&p, &tracks);
        acid_write_chords(&p, &tracks);
        acid_write_drums(&p, &tracks);
        acid_write_arc(&p, &tracks);
        out->length = p.total * BAR;
        score_finish(out);
    }
    series_free(&p.tension);
    series_free(&p.cutoff);
    series_free(&p.resonance);
    free(p.slot);
    return ok;
}

static const char LEGEND[] =
    "acid: one 16-step TB-303 pattern per layer, 138 BPM, phrygian on the model's root\n"
    "  pitch      row norms of down at rows i*floor(R/16), norm01 and rank over MIDI 28..76\n"
    "  octave     up at steps 3 and 7\n"
    "  accent     norm01 > 0.55, or on the beat\n"
    "  slide      step of the down spectrum against the neighbour layer's, above the median\n"
    "  rest       weakest rows of the gate, off the beat\n"
    "  cutoff     std of the gate over layers, moved by the row norms (CC 74, NRPN 8)\n"
    "  resonance  excess kurtosis of v over layers, moved by the row norms (CC 71, NRPN 9)\n"
    "  repeats    2 + floor(4 l / L) of six bars, then a morph into the next layer\n"
    "  answer     row norms of up, an octave higher, in the line's rests after the drop\n"
    "  pad, stabs spectra of q and k: chords of the scale; stabs from the middle on\n"
    "  drums      hats from tension, kick and clap as in house, fills from the gate\n"
    "  energy     the intro rises out of the kick, layers go by tension; the calmest breaks\n"
    "             down and grows with roll and riser (sv of v, smallest to largest); the loudest\n"
    "             comes after it; the outro takes away (CC 7 of 303s, pad and drums)\n";

static const char GENERATORS[] =
    "  --generator lstm, jepa: the lines and the pad by a chain over the scale's degrees\n"
    "  chain      p = w M[current] + (1 - w) q; w = --markov-weight; M = softmax of 3 v v', v =\n"
    "             norm01 of the row norms in as many blocks as the scale has degrees; a degree\n"
    "             chosen again is half as likely each time; every pattern begins at the tonic\n"
    "  choice     inverse distribution function of p at (rank + norm01) / 16 of the step's row\n"
    "             norm; its place draws the octave; steps 1 and 9 are of the tonic's triad;\n"
    "             every second bar of a layer reads its next rows\n"
    "  lstm       q = read-out of an untrained cell; gates = row norms of q, k, v, o in 32 runs\n"
    "             less their mean, biases = share of the top singular value; it sharpens p\n"
    "  jepa       q = jepa_next of the present pitch class, what lies beside the scale on the\n"
    "             nearest degree; rests and accents, velocity and length lean by 1 - w to\n"
    "             jepa_onset, jepa_level and jepa_length, foreseen from the layer's weights\n"
    "  pad        the chain from layer to layer, by the rank of q's stable rank, among the\n"
    "             degrees with a perfect fifth\n";

const Genre genre_acid = {
    .name = "acid",
    .summary = "one TB-303 pattern per layer over a four-on-the-floor, 138 BPM",
    .legend = LEGEND,
    .generators = GENERATORS,
    .max_models = 1,
    .target_bpm = 138,
    .voices = VOICES_NATIVE,
    .compose = acid_compose,
};
