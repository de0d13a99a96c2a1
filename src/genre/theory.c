/* theory.c: the piece of the music theory of latent space (mappings.md section 10): a forward pass
 * as a fugue. See theory_plan.h for its form. */
#include <math.h>
#include <stdio.h>

#include "genre/genre.h"
#include "music/mapping.h"
#include "theory_plan.h"

typedef struct Seat {
    const char *name, *instrument;
    int program;
    float gain_db, pan, reverb;
} Seat;

static const Seat SEATS[FUGUE_TRACKS] = {
    {"Soprano", "oboe", 68, -4, -0.30f, 0.35f},
    {"Alto", "clarinet", 71, -4, -0.10f, 0.35f},
    {"Tenor", "horn", 60, -5, 0.15f, 0.38f},
    {"Bass", "cello", 42, -3, 0.30f, 0.30f},
    {"Melody", "flute", 73, -3, 0, 0.32f},
    {"Strings", "strings", 48, -9, 0, 0.45f},
    {"Organ", "organ", 19, -10, 0, 0.40f},
};

static void seat_all(Score *s)
{
    for (int i = 0; i < FUGUE_TRACKS; i++) {
        int t = score_add_track(s, SEATS[i].name, SEATS[i].program, false);
        Track *track = &s->track[t];
        snprintf(track->instrument, sizeof track->instrument, "%s", SEATS[i].instrument);
        track->gain_db = SEATS[i].gain_db;
        track->pan = SEATS[i].pan;
        track->reverb = SEATS[i].reverb;
    }
}

/* Sections, key signatures, and the tempo: rubato by how much the bar's tokens are changed. */
static void frame(const Fugue *f, Score *s)
{
    static const char *const KIND[] = {"Exposition", "Development", "Stretto", "Cadence"};
    char name[48];
    score_add_meter(s, 0, 4, 4);
    for (int b = 0; b < f->bars; b++) {
        const FugueBar *bar = &f->bar[b], *was = b ? &f->bar[b - 1] : NULL;
        bool minor, other = !was || was->scale.root != bar->scale.root;
        bool begins = !was || was->kind != bar->kind || was->key != bar->key ||
                      (bar->kind == FUGUE_DEVELOPMENT && was->layer != bar->layer);
        int sharps = scale_sharps(bar->scale, &minor);
        double slow = bar->n ? f->g.amp[bar->layer * f->g.tokens + f->token[bar->first]] : 0.5;
        if (other) score_add_keysig(s, b * BAR, sharps, minor);
        score_add_tempo(s, b * BAR, f->bpm * (bar->kind == FUGUE_CADENCE
                                                  ? 1 - 0.05 * (b - f->bars + CADENCE_BARS + 1)
                                                  : lerp(1.04, 0.96, slow)));
        if (!begins) continue;
        if (bar->kind == FUGUE_DEVELOPMENT)
            snprintf(name, sizeof name, "%s (layer %d, %s %s)", KIND[bar->kind], bar->layer - 1,
                     pitch_class_name(bar->scale.root), mode_name(bar->scale.mode));
        else
            snprintf(name, sizeof name, "%s (%s %s)", KIND[bar->kind],
                     pitch_class_name(bar->scale.root), mode_name(bar->scale.mode));
        score_add_section(s, b * BAR, name);
    }
}

static bool compose(const FeatureSet *const *fs, int nfs, const GenreOpts *opts, Score *out,
                    Err *err)
{
    Fugue f;
    (void)nfs;
    if (!fugue_plan(&f, fs[0], opts, err)) return false;
    seat_all(out);
    frame(&f, out);
    fugue_sing(&f, out);
    fugue_accompany(&f, out);
    out->length = f.bars * BAR;
    score_finish(out);
    fugue_free(&f);
    return true;
}

const Genre genre_theory = {
    .name = "theory",
    .summary = "the music theory of latent space: a forward pass as a fugue of its heads",
    .legend =
        "theory: a forward pass as a fugue\n"
        "  exposition  the subject is the trajectory (pc1) of the first tokens; it enters in four\n"
        "              voices, each entry read from a deeper early layer; voices that are in go\n"
        "              on as heads: key = log2(1 + attention distance), the furthest is the bass\n"
        "  development the whole text as a melody (pc1 of middle layers) over the chords of\n"
        "              neighbouring tokens: quality by consonance and what emerges, degree by\n"
        "              phase; a change of context is a modulation, 1 + 3 strength fifths away\n"
        "  stretto     the subject from the late layers, entries half a bar apart, over a pedal\n"
        "  cadence     full, or broken off first when the output is unsure\n"
        "  metre       a quarter of the layers is a beat, as strong as its updates; lengths = the\n"
        "              MLP's updates; sforzando = the token that draws most attention\n"
        "  dynamics    the stream's norms; tempo gives way to large tokens (rubato)\n",
    .max_models = 1,
    .target_bpm = 84,
    .voices = VOICES_NATIVE,
    .compose = compose,
};
