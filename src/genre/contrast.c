/* contrast.c: two prompts at once, one on the left, one on the right: as long and as fast as each
 * other, on one root. The first is plain; the second has the organ, turns phrygian in the middle
 * and chromatic at the end.
 *
 * One pass of each takes the same bars. Where the shorter prompt goes into the longer one's bars
 * twice or more, it is told so often, by more layers. */
#include <math.h>

#include "cascade_play.h"
#include "genre/cascade.h"

typedef struct Pair {
    Cascade c[2];
    CascadePlan p[2];
    CascadeForm form[2];
} Pair;

static void pair_free(Pair *x)
{
    for (int i = 0; i < 2; i++) {
        cascade_plan_free(&x->p[i]);
        cascade_free(&x->c[i]);
    }
}

/* Bars and passes of both, so that the products are equal. */
static void agree(Pair *x, const GenreOpts *opts)
{
    int bars[2] = {cascade_pass_bars(&x->c[0]), cascade_pass_bars(&x->c[1])};
    int longer = bars[1] > bars[0], shorter = !longer;
    int times = bars[longer] / bars[shorter];
    int each = (bars[longer] + times - 1) / times;
    CascadeForm *a = &x->form[longer], *b = &x->form[shorter];
    a->bars = each * times;
    a->passes = cascade_passes(opts, a->bpm, a->bars, cascade_own_passes(&x->c[longer], a->bars));
    b->bars = each;
    b->passes = a->passes * times;
}

static bool pair_init(Pair *x, const FeatureSet *const *fs, const GenreOpts *opts, Err *err)
{
    double tension[2] = {cascade_tension(fs[0]), cascade_tension(fs[1])};
    double bpm = cascade_bpm(opts, (tension[0] + tension[1]) / 2);
    *x = (Pair){.form = {{.bpm = bpm, .coda = true}, {.bpm = bpm, .coda = true}}};
    for (int i = 0; i < 2; i++) {
        CascadeForm *f = &x->form[i];
        f->scale = cascade_scale(fs[i], opts, tension[i]);
        f->scale.root = cascade_scale(fs[0], opts, tension[0]).root;
        f->chromatic = tension[i] > 0.9;
        f->darkens = i == 1;
        Generator gen = generator_of(opts, f->scale);
        if (cascade_init(&x->c[i], fs[i], &gen, cascade_limit(opts, bpm), err)) continue;
        pair_free(x);
        return false;
    }
    agree(x, opts);
    for (int i = 0; i < 2; i++) cascade_plan(&x->p[i], &x->c[i], &x->form[i]);
    return true;
}

/* One voice, or both: side by side when `wide`. */
static bool write_voices(const FeatureSet *const *fs, int first, int last, const GenreOpts *opts,
                         Score *out, Err *err)
{
    static const char *const SUFFIX[2] = {" A", " B"};
    bool wide = first != last;
    Pair x;
    if (!pair_init(&x, fs, opts, err)) return false;
    cascade_frame(out, &x.p[first], 0);
    for (int i = first; i <= last; i++) {
        CascadeSeats seat;
        double pan = !wide ? 0 : i == 0 ? -0.75 : 0.75;
        cascade_seats(&seat, out, wide ? SUFFIX[i] : "", !wide || i == 0, pan, i == 1);
        cascade_play(&x.c[i], &x.p[i], &seat);
    }
    int32_t bars = x.p[0].passes * x.p[0].bars;
    score_add_section(out, 0, "Statement");
    if (bars > 1) score_add_section(out, bars / 2 * BAR, "Parting");
    score_add_section(out, bars * BAR, "Coda");
    out->length = cascade_length(&x.p[0]);
    score_finish(out);
    pair_free(&x);
    return true;
}

bool contrast_voice(const FeatureSet *const *fs, int which, const GenreOpts *opts, Score *out,
                    Err *err)
{
    return write_voices(fs, which, which, opts, out, err);
}

static bool compose(const FeatureSet *const *fs, int nfs, const GenreOpts *opts, Score *out,
                    Err *err)
{
    if (nfs != 2) return err_set(err, "contrast takes two prompts, not %d", nfs);
    return write_voices(fs, 0, 1, opts, out, err);
}

const Genre genre_contrast = {
    .name = "contrast",
    .summary = "two prompts at once: one on the left, one on the right",
    .legend =
        "contrast: two prompts as in solo, of one length, one tempo, on one root\n"
        "  left       the first prompt: lead, strings, celesta\n"
        "  right      the second one, with the organ of its projections on the direction;\n"
        "             phrygian from the middle on, chromatic passing tones at the end\n"
        "  tempo      72 + 40 of both prompts' mean tension\n",
    .generators = CASCADE_GENERATORS,
    .max_models = 2,
    .part = {"A, left", "B, right"},
    .target_bpm = 92,
    .voices = VOICES_NATIVE,
    .compose = compose,
};
