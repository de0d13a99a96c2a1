/* dialogue.c: up to eleven prompts as one piece, in the order of an arc: calm, rising, peak,
 * falling. Every prompt is a section in its own tempo and mode over one tonic; the strings lead
 * from each section's last chord into the next one's first.
 *
 * What moves tempo and mode is the prompts' place in their own range of tension (norm01 over the
 * prompts): an arc of small differences is an arc all the same. */
#include <math.h>
#include <stdio.h>

#include "cascade_play.h"
#include "genre/cascade.h"
#include "music/mapping.h"

enum { PART_BEATS = 24 }; /* of a prompt, about */

typedef struct Dialogue {
    const FeatureSet *const *fs;
    int n;
    float place[DIALOGUE_PARTS]; /* 0..1 in the arc */
    int root;
    GenreOpts opts; /* of one part */
    CascadeSeats seat;
} Dialogue;

static void dialogue_init(Dialogue *d, const FeatureSet *const *fs, int n, const GenreOpts *opts)
{
    float tension[DIALOGUE_PARTS];
    *d = (Dialogue){.fs = fs, .n = n, .opts = *opts};
    for (int i = 0; i < n; i++) tension[i] = (float)cascade_tension(fs[i]);
    map_norm01(tension, n, d->place);
    d->root = cascade_scale(fs[0], opts, 0).root;
    if (opts->seconds > 0) d->opts.seconds = opts->seconds / n;
    if (opts->bars > 0) d->opts.bars = opts->bars > n ? opts->bars / n : 1;
}

/* Passes of a part; a given length has no coda to leave room for, but for the last part's. */
static int part_passes(const Dialogue *d, double bpm, int bars, bool coda)
{
    int own = (int)floor(PART_BEATS / (4.0 * bars) + 0.5);
    GenreOpts o = d->opts;
    if (o.bars <= 0 && o.seconds > 0) o.bars = form_total_bars(&o, bpm, 1);
    if (o.bars > 0 && !coda) o.bars += CASCADE_CODA;
    return cascade_passes(&o, bpm, bars, own > 1 ? own : 1);
}

static const char *place_name(const Dialogue *d, int which)
{
    double x = (double)d->place[which];
    bool rising = which + 1 < d->n && d->place[which + 1] >= d->place[which];
    return x < 0.25 ? "calm" : x > 0.85 ? "peak" : rising ? "rising" : "falling";
}

/* Writes part `which` where the seats are and moves them to its end. */
static bool write_part(Dialogue *d, int which, bool coda, Err *err)
{
    Score *s = d->seat.s;
    double place = (double)d->place[which];
    CascadeForm form = {.scale = cascade_scale(d->fs[which], &d->opts, place), .coda = coda,
                        .bpm = cascade_bpm(&d->opts, place), .chromatic = place > 0.9};
    Cascade c;
    CascadePlan p;
    char name[48];
    form.scale.root = d->root;
    Generator gen = generator_of(&d->opts, form.scale);
    if (!cascade_init(&c, d->fs[which], &gen, cascade_limit(&d->opts, form.bpm), err))
        return err_wrap(err, "prompt %d", which + 1);
    form.bars = cascade_pass_bars(&c);
    form.passes = part_passes(d, form.bpm, form.bars, coda);
    cascade_plan(&p, &c, &form);
    cascade_frame(s, &p, d->seat.at);
    snprintf(name, sizeof name, "Prompt %d, %s", which + 1, place_name(d, which));
    score_add_section(s, d->seat.at, name);
    cascade_play(&c, &p, &d->seat);
    d->seat.at += cascade_length(&p);
    cascade_plan_free(&p);
    cascade_free(&c);
    return true;
}

static bool check(int n, Err *err)
{
    if (n >= 1 && n <= DIALOGUE_PARTS) return true;
    return err_set(err, "dialogue takes 1 to %d prompts, not %d", DIALOGUE_PARTS, n);
}

bool dialogue_part(const FeatureSet *const *fs, int n, int which, const GenreOpts *opts,
                   Score *out, Err *err)
{
    Dialogue d;
    if (!check(n, err)) return false;
    dialogue_init(&d, fs, n, opts);
    cascade_seats(&d.seat, out, "", true, 0, true);
    if (!write_part(&d, which, true, err)) return false;
    out->length = d.seat.at;
    score_finish(out);
    return true;
}

static bool compose(const FeatureSet *const *fs, int nfs, const GenreOpts *opts, Score *out,
                    Err *err)
{
    Dialogue d;
    if (!check(nfs, err)) return false;
    dialogue_init(&d, fs, nfs, opts);
    cascade_seats(&d.seat, out, "", true, 0, true);
    for (int i = 0; i < nfs; i++)
        if (!write_part(&d, i, i == nfs - 1, err)) return false;
    out->length = d.seat.at;
    score_finish(out);
    return true;
}

const Genre genre_dialogue = {
    .name = "dialogue",
    .summary = "up to eleven prompts as one piece: calm, rising, peak, falling",
    .legend =
        "dialogue: every prompt a section as in solo, in the order of its tension\n"
        "  order      the three calmest; three rising; the two tensest; three falling\n"
        "  tempo      72 + 40 of the prompt's place in the prompts' range of tension\n"
        "  mode       by the same place: natural minor, dorian over 0.5, phrygian over 0.75,\n"
        "             chromatic passing tones over 0.9; one tonic throughout\n",
    .generators = CASCADE_GENERATORS,
    .max_models = DIALOGUE_PARTS,
    .target_bpm = 92,
    .voices = VOICES_NATIVE,
    .compose = compose,
};
