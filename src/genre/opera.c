/* opera.c: the opera: its orchestra, its form and its tempo.
 *
 * Four acts (mappings.md, section 4): an overture from the embedding's spectrum, a canon of the
 * attention matrices, a climax of all layers, an epilogue of all tensors. One scale, one set of
 * themes; each act is a file of its own. */
#include "genre/opera.h"

#include <math.h>
#include <stdio.h>

static const double BPM = 66;
enum { MOST_BARS = 20000, MOST_TENSORS = 80, CADENCE_BARS = 4 };

typedef struct Chair {
    const char *name;
    int program;
    double gain_db, pan, reverb;
} Chair;

/* Seated as an orchestra is, seen from the conductor's back; the farther, the more hall. */
static const Chair CHAIR[OPERA_TRACKS] = {
    [OPERA_VIOLINS] = {"Violins", 40, 0, -0.55, 0.40},
    [OPERA_VIOLINS2] = {"Second violins", 40, -2, -0.25, 0.42},
    [OPERA_VIOLAS] = {"Violas", 41, -1, 0.22, 0.42},
    [OPERA_CELLOS] = {"Cellos", 42, 0, 0.48, 0.38},
    [OPERA_BASSES] = {"Contrabasses", 43, 0, 0.62, 0.35},
    [OPERA_HORNS] = {"French horns", 60, -3, -0.35, 0.55},
    [OPERA_OBOE] = {"Oboe", 68, -2, -0.08, 0.48},
    [OPERA_CLARINET] = {"Clarinet", 71, -2, 0.10, 0.48},
    [OPERA_HARP] = {"Harp", 46, 0, -0.70, 0.45},
    [OPERA_ORGAN] = {"Organ", 19, -5, 0, 0.60},
    [OPERA_TIMPANI] = {"Timpani", 47, -2, 0.20, 0.55},
};

static const char LEGEND[] =
    "Opera in four acts, 66 BPM, 4/4. Scale: key_root and key_mode of the model.\n"
    "Act I, overture: the embedding's top 48 singular values (norm01 of log1p) are chord roots, 10 "
    "to 55 % of the scale, two measures each; minor, every third major; ppp to mf.\n"
    "Act II, fuguette: a layer a measure; four singular values are the subject's heights, row "
    "norms "
    "of q its order in time, the histogram of q its rhythm; canon q, k, v, o, L measures apart.\n"
    "Act III, climax: six measures a layer, tutti; tension is loudness (mp to fff) and density.\n"
    "Act IV, epilogue: tensors by falling Frobenius norm, a measure each; the organ's cadence is "
    "voiced by the final norm.\n"
    "Players: violins q sv, second violins q sv (lower half), violas k sv (act II: v), cellos v sv "
    "(act II: k), contrabasses down row norms (act II: o sv), horns gate histogram, oboe and "
    "clarinet up histogram, harp norm gamma, organ final norm, timpani down row norms.\n"
    "Higher value, higher pitch: voice leading bends heights by a few steps, never their order. "
    "The "
    "fourth source of a note (timbre) is the number that chose the chord under it.\n"
    "Swells are the players' own numbers; reverb deepens with the layer.";

static int key_of(const Opera *o, const GenreOpts *opts, int *mode)
{
    Value root = feat_look(o->fs, FT_MODEL, "key_root", -1, -1, 0);
    Value m = feat_look(o->fs, FT_MODEL, "key_mode", -1, -1, 0);
    *mode = MODE_NATURAL_MINOR; /* a model that says nothing sings in minor, on its own root */
    if (isfinite(m.x) && m.x >= 0 && m.x < MODE_COUNT) *mode = (int)m.x;
    if (opts->mode >= 0 && opts->mode < MODE_COUNT) *mode = opts->mode;
    if (opts->root >= 0) return opts->root % 12;
    if (isfinite(root.x) && root.x >= 0 && root.x < 128) return (int)root.x % 12;
    return (int)(nums_at(&o->spare, 0)->u * 11.99);
}

static int count_tensors(const FeatureSet *fs)
{
    int n = fs->table[FT_WEIGHTS].nrows;
    return n < MOST_TENSORS ? n : MOST_TENSORS;
}

/* The acts in bars, each at least one; less than a bar an act is the epilogue alone. */
static bool lay_form(Opera *o, const GenreOpts *opts, Err *err)
{
    int own[OPERA_ACTS] = {96, 96, 6 * o->nl, count_tensors(o->fs) + CADENCE_BARS};
    int kept[OPERA_ACTS], part[OPERA_ACTS], out[OPERA_ACTS], n = 0, sum = 0;
    for (int a = 0; a < OPERA_ACTS; a++) sum += own[a];
    int total = form_total_bars(opts, o->bpm, sum);
    if (total > MOST_BARS)
        return err_set(err, "opera: %d bars are more than %d; ask for fewer bars or seconds", total,
                       MOST_BARS);
    for (int a = 0; a < OPERA_ACTS; a++) {
        o->bars[a] = 0;
        if (total < OPERA_ACTS && a + 1 < OPERA_ACTS) continue;
        kept[n] = a;
        part[n++] = own[a];
    }
    form_scale(part, n, total, total == sum ? 1 : 2, out);
    for (int i = 0; i < n; i++) o->bars[kept[i]] = out[i];
    for (int a = 0, at = 0; a < OPERA_ACTS; a++) {
        o->start[a] = at * BAR;
        at += o->bars[a];
        o->end = at * BAR;
    }
    return true;
}

static void seat_orchestra(Opera *o)
{
    int rule = opera_rule(o, "opera.level: every player begins at the same expression");
    for (int t = 0; t < OPERA_TRACKS; t++) {
        const Chair *c = &CHAIR[t];
        score_add_track(o->s, c->name, c->program, false);
        Track *track = &o->s->track[t];
        track->gain_db = (float)c->gain_db;
        track->pan = (float)c->pan;
        track->reverb = (float)c->reverb;
        Value v = {0.75f, CELL_NONE};
        score_add_ctl(o->s, t, 0, CTL_EXPRESSION, v, rule);
    }
}

/* The tempo gives way over an act's last two measures, and comes back with the next. */
static void lay_tempo(Opera *o)
{
    static const double SLOWER[8] = {0.97, 0.94, 0.91, 0.87, 0.83, 0.78, 0.72, 0.66};
    score_add_tempo(o->s, 0, o->bpm);
    for (int a = 0; a < OPERA_ACTS; a++) {
        int32_t end = o->start[a] + o->bars[a] * BAR;
        if (o->bars[a] == 0) continue;
        if (o->bars[a] >= 6)
            for (int i = 0; i < 8; i++)
                score_add_tempo(o->s, end - (8 - i) * BEAT, o->bpm * SLOWER[i]);
        if (end < o->end && o->bars[a] >= 6) score_add_tempo(o->s, end, o->bpm);
    }
}

/* The ritardandi take time: where a length in seconds was asked for, all tempi rise to keep it. */
static void keep_seconds(const Opera *o, double seconds)
{
    double by = clamp(score_seconds(o->s, o->end) / seconds, 1, 1.1);
    for (int i = 0; i < o->s->ntempos; i++) o->s->tempo[i].bpm *= by;
}

static void lay_sections(Opera *o)
{
    static const char *const NAME[OPERA_ACTS] = {"Act I: Overture", "Act II: Fuguette",
                                                 "Act III: Climax", "Act IV: Epilogue"};
    bool minor;
    int sharps = scale_sharps(o->scale, &minor);
    score_add_meter(o->s, 0, 4, 4);
    score_add_keysig(o->s, 0, sharps, minor);
    for (int a = 0; a < OPERA_ACTS; a++)
        if (o->bars[a] > 0) score_add_section(o->s, o->start[a], NAME[a]);
}

static bool compose(const FeatureSet *const *fs, int nfs, const GenreOpts *opts, Score *out,
                    Err *err)
{
    if (nfs < 1) return err_set(err, "opera: no model to compose from; name one");
    Opera o = {.fs = fs[0], .s = out, .bpm = opts->tempo > 0 ? opts->tempo : BPM};
    if (!opera_read(&o, err)) return false;
    int mode, root = key_of(&o, opts, &mode);
    o.scale = (Scale){.root = root, .mode = mode};
    bool ok = lay_form(&o, opts, err);
    if (ok) {
        snprintf(out->genre, sizeof out->genre, "opera");
        snprintf(out->title, sizeof out->title, "%s: opera in %s %s",
                 fs[0]->model ? fs[0]->model : "model", pitch_class_name(root), mode_name(mode));
        seat_orchestra(&o);
        lay_sections(&o);
        lay_tempo(&o);
        if (opts->seconds > 0 && opts->bars <= 0) keep_seconds(&o, opts->seconds);
        opera_overture(&o);
        opera_fugue(&o);
        opera_climax(&o);
        opera_epilogue(&o);
        opera_shape(&o);
        score_finish(out);
    }
    opera_close(&o);
    return ok;
}

const Genre genre_opera = {
    .name = "opera",
    .summary = "an orchestra in four acts: overture, fuguette, climax, epilogue",
    .legend = LEGEND,
    .max_models = 1,
    .target_bpm = 66,
    .compose = compose,
};
