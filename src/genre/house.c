/* house.c: house at 128 quarter notes a minute: intro 16, build-up 16, drop 64, outro 32 bars.
 *
 * Bars have three clocks. The bar's layer (bar mod L) gives the bass its pitches and everything its
 * loudness and lateness; the period (eight bars) gives chord, rhythm and riffs, each from another
 * layer; the section gives the arrangement (house_plan.c). When a layer comes round again its next
 * rows are read, so that nothing repeats literally. Several models make a DJ set (djset.c). */
#include "genre/house.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "music/form.h"

static const double HOUSE_BPM = 128;

/* The mix. Kick and bass own the bottom and the middle of the picture; what is held lies wide and
 * far, what is struck nearer. */
typedef struct Strip {
    const char *name;
    int program;
    float gain_db, pan, reverb, chorus;
    const char *instrument;     /* of the native engine, as are the others: */
    float trim_db, duck, delay; /* measured, so that each part stands where the font's stands */
} Strip;

enum {
    STRIP_BASS,
    STRIP_PAD,
    STRIP_KEYS,
    STRIP_PIANO,
    STRIP_ORGAN,
    STRIP_LEAD,
    STRIP_STRINGS,
    STRIP_SWEEP,
    STRIP_DRUMS,
    STRIP_PERC
};

static const Strip STRIPS[] = {
    [STRIP_BASS] = {"Bass", 38, -1.5f, 0, 0, 0, "fmbass", 3.5f, 0.12f, 0},
    [STRIP_PAD] = {"Pad", 90, -10, 0, 0.45f, 0.3f, "supersaw", 2.5f, 0.15f, 0},
    [STRIP_KEYS] = {"Keys", 4, -7, -0.25f, 0.2f, 0.25f, "epiano", -4, 0.08f, 0.1f},
    [STRIP_PIANO] = {"Piano", 1, -3, 0.2f, 0.25f, 0, "pluck", -5, 0.05f, 0.12f},
    [STRIP_ORGAN] = {"Organ", 17, -0.5f, 0.3f, 0.2f, 0.1f, "organ", -5.5f, 0.1f, 0},
    [STRIP_LEAD] = {"Arpeggio", 81, -11, 0, 0.35f, 0.2f, "pluck", 3, 0.08f, 0.3f},
    [STRIP_STRINGS] = {"Strings", 50, -10, -0.15f, 0.5f, 0.2f, "strings", 3, 0.12f, 0},
    [STRIP_SWEEP] = {"Sweep", 119, 2, 0, 0.4f, 0, "riser", 2, 0, 0},
    [STRIP_DRUMS] = {"Drums", 0, 4, 0, 0.05f, 0, "drumkit", -2.5f, 0, 0},
    [STRIP_PERC] = {"Percussion", 0, 4, 0, 0.05f, 0, "drumkit", -4, 0, 0.08f},
};

static int add_strip(Score *s, int strip, const char *suffix)
{
    char name[32];
    const Strip *k = &STRIPS[strip];
    snprintf(name, sizeof name, "%s%s", k->name, suffix);
    int t = score_add_track(s, name, k->program, strip == STRIP_DRUMS || strip == STRIP_PERC);
    s->track[t].gain_db = k->gain_db;
    s->track[t].pan = k->pan;
    s->track[t].reverb = k->reverb;
    s->track[t].chorus = k->chorus;
    snprintf(s->track[t].instrument, sizeof s->track[t].instrument, "%s", k->instrument);
    s->track[t].trim_db = k->trim_db;
    s->track[t].duck = k->duck;
    s->track[t].delay = k->delay;
    return t;
}

void house_deck_init(HouseDeck *d, Score *s, const char *suffix, int sweep_track)
{
    *d = (HouseDeck){.bass = add_strip(s, STRIP_BASS, suffix),
                     .pad = add_strip(s, STRIP_PAD, suffix),
                     .keys = add_strip(s, STRIP_KEYS, suffix),
                     .piano = add_strip(s, STRIP_PIANO, suffix),
                     .organ = add_strip(s, STRIP_ORGAN, suffix),
                     .lead = add_strip(s, STRIP_LEAD, suffix),
                     .strings = add_strip(s, STRIP_STRINGS, suffix),
                     .sweep = sweep_track >= 0 ? sweep_track : add_strip(s, STRIP_SWEEP, ""),
                     .drums = add_strip(s, STRIP_DRUMS, suffix),
                     .perc = add_strip(s, STRIP_PERC, suffix)};
}

/* The degree a fifth above, which leads there; its third below when that fifth is not perfect. */
static int dominant_of(Scale s, int degree)
{
    int up = degree + 4;
    if (scale_size(s) == 7 && !scale_has(s, scale_key(s, up) + 7)) up += 2;
    return up;
}

/* The chord of a bar: which of the section's eight it is or leads to. */
typedef struct Pick {
    int i, layer; /* index of the chord, layer of the bar's riffs */
    bool lead_in, cadence;
} Pick;

/* The period's chord; in the eighth bar one that leads to the next; at the end of a section (for
 * two bars at the end of the piece, before two of the tonic) the mode's cadence. */
static Pick pick_chord(const HouseChords *c, const HouseSection *section, int bar)
{
    int left = section->bars - 1 - bar, p = bar / HOUSE_PERIOD;
    bool closing = section->last && left < 4 && section->bars >= 4;
    Pick pick = {.i = closing ? 0 : p % HOUSE_CHORDS};
    pick.layer = c->layer[pick.i];
    pick.lead_in =
        closing ? left >= 2 : bar % HOUSE_PERIOD == HOUSE_PERIOD - 1 || (left == 0 && bar > 0);
    pick.cadence = pick.lead_in && (closing || left == 0);
    if (pick.cadence || section->bars == 1)
        pick.i = 0;
    else if (pick.lead_in)
        pick.i = (p + 1) % HOUSE_CHORDS;
    return pick;
}

static bool same_pick(Pick a, Pick b)
{
    return a.i == b.i && a.lead_in == b.lead_in && a.cadence == b.cadence;
}

static void set_harmony(Bar *b, const HouseChords *c, const HouseSection *section)
{
    int bar = b->plan.bar, size = scale_size(c->scale);
    Pick pick = pick_chord(c, section, bar);
    b->chord_layer = pick.layer;
    b->lead_in = pick.lead_in;
    b->cadence = pick.cadence;
    b->root = b->rank = c->sv.v[pick.i];
    b->foretold = !cell_is_none(c->said[pick.i]);
    if (b->foretold) b->root.from = c->said[pick.i];
    b->root_u = c->sv.u[pick.i];
    b->fresh = bar == 0 || !same_pick(pick, pick_chord(c, section, bar - 1));
    for (b->hold = 1; bar + b->hold < section->bars; b->hold++)
        if (!same_pick(pick, pick_chord(c, section, bar + b->hold))) break;
    int degree = c->degree[pick.i];
    if (pick.lead_in) degree = dominant_of(c->scale, degree);
    b->chord = chord_on(c->scale, ((degree % size) + size) % size, 3);
    if (pick.cadence) b->chord = chord_before_tonic(c->scale);
}

/* A tense layer fills the bar a little, a calm one empties it: what the plan counts is what a layer
 * of middling tension plays. */
static void lean(BarPlan *p, double tension_u)
{
    double by = 2 * tension_u - 1;
    p->energy *= lerp(0.94, 1, tension_u);
    if (p->hats > 4) p->hats += (int)floor(2 * by + 0.5);
    if (p->perc > 2) p->perc += (int)floor(by + 0.5);
    if (p->bass > 5) p->bass += (int)floor(by + 0.5);
    if (p->lead > 0) p->lead += (int)floor(2 * by + 0.5);
    if (p->ghosts > 0) p->ghosts += tension_u > 0.5;
}

static void write_bar(Bar *b)
{
    b->tension = house_curve(&b->m->tension, b->layer, b->steps.v[0], &b->tension_u);
    lean(&b->plan, b->tension_u);
    b->until = b->plan.cut ? 12 : 16;
    b->groove = groove_from(&b->steps, b->groove.bpm, b->m->swing, 0.6);
    if (b->plan.ending) {
        Drums d = {.score = b->score,
                   .track = b->deck->drums,
                   .name = "house.ending",
                   .source = "down row norms of layer bar mod L",
                   .at = b->at,
                   .groove = b->groove,
                   .steps = &b->steps,
                   .level = 0.9};
        b->plan.kick = 1;
        drums_kick(&d, 1);
        drums_crash(&d);
        house_ending(b);
        house_mix(b);
        return;
    }
    house_beat(b);
    house_bass(b);
    house_pad(b);
    house_stabs(b);
    house_organ(b);
    house_lead(b);
    house_strings(b);
    house_mix(b);
}

/* Where a section stands in the model's own time and in the piece. */
typedef struct Clock {
    int lane, bar, period; /* sections, bars and periods of this model so far */
    int32_t at;            /* ticks of the piece */
} Clock;

static void write_section(Score *s, HouseDeck *deck, const HouseModel *m,
                          const HouseSection *section, const Clock *c, double bpm)
{
    HouseChords chords;
    house_chords(&chords, m, section->part, c->lane);
    for (int i = 0; i < section->bars; i++) {
        int index = c->bar + i;
        Bar b = {.score = s,
                 .m = m,
                 .deck = deck,
                 .scale = chords.scale,
                 .index = index,
                 .plan = house_plan(section, i),
                 .at = c->at + i * BAR,
                 .layer = index % m->nl,
                 .turn = index / m->nl,
                 .period = c->period + i / HOUSE_PERIOD,
                 .in_period = i % HOUSE_PERIOD,
                 .groove = {.bpm = bpm}};
        set_harmony(&b, &chords, section);
        house_steps(m, &b.steps, b.layer, ROLE_DOWN, b.turn);
        house_steps(m, &b.pulse, b.chord_layer, ROLE_GATE, b.period);
        write_bar(&b);
        series_free(&b.steps);
        series_free(&b.pulse);
    }
    house_chords_free(&chords);
}

void house_write(Score *s, HouseDeck *deck, const HouseModel *m, const HouseSection *section,
                 int nsections, int start_bar, double bpm)
{
    Clock c = {.at = start_bar * BAR};
    for (; c.lane < nsections; c.lane++) {
        const HouseSection *now = &section[c.lane];
        write_section(s, deck, m, now, &c, bpm);
        c.bar += now->bars;
        c.period += (now->bars + HOUSE_PERIOD - 1) / HOUSE_PERIOD;
        c.at += now->bars * BAR;
    }
}

double house_begin(Score *s, const GenreOpts *opts)
{
    double bpm = opts->tempo > 0 ? opts->tempo : HOUSE_BPM;
    snprintf(s->genre, sizeof s->genre, "house");
    score_add_tempo(s, 0, bpm);
    score_add_meter(s, 0, 4, 4);
    return bpm;
}

static const char *model_name(const FeatureSet *fs)
{
    return fs->model && fs->model[0] ? fs->model : "model";
}

/* Markers, and a key signature where the scale changes. */
static void mark_sections(Score *s, const HouseModel *m, const HouseSection *section, int n)
{
    static const char *const NAME[HOUSE_PARTS] = {"Intro", "Build-up", "Drop", "Outro"};
    int bar = 0, mode = -1;
    for (int i = 0; i < n; i++) {
        if (section[i].bars == 0) continue;
        Scale scale = house_scale(m, section[i].part);
        bool minor;
        int sharps = scale_sharps(scale, &minor);
        score_add_section(s, bar * BAR, NAME[section[i].part]);
        if (scale.mode != mode) score_add_keysig(s, bar * BAR, sharps, minor);
        mode = scale.mode;
        bar += section[i].bars;
    }
}

static bool compose_one(const FeatureSet *fs, const GenreOpts *opts, Score *out, Err *err)
{
    enum { N = 4 };
    static const int OWN[N] = {16, 16, 64, 32};
    HouseModel m;
    HouseDeck deck;
    int bars[N];
    if (!house_model_init(&m, fs, opts, err)) return false;
    double bpm = house_begin(out, opts);
    form_scale(OWN, N, form_total_bars(opts, bpm, 128), HOUSE_PERIOD, bars);
    HouseSection section[N] = {{.part = HOUSE_INTRO, .bars = bars[0]},
                               {.part = HOUSE_BUILD, .bars = bars[1]},
                               {.part = HOUSE_DROP, .bars = bars[2]},
                               {.part = HOUSE_OUTRO, .bars = bars[3]}};
    for (int last = N - 1; last >= 0; last--) {
        if (bars[last] == 0) continue;
        section[last].last = true;
        break;
    }
    snprintf(out->title, sizeof out->title, "%s: house in %s %s", model_name(fs),
             pitch_class_name(m.scale.root), mode_name(m.scale.mode));
    house_deck_init(&deck, out, "", -1);
    mark_sections(out, &m, section, N);
    house_write(out, &deck, &m, section, N, 0, bpm);
    house_model_free(&m);
    for (int i = 0; i < N; i++) out->length += bars[i] * BAR;
    score_finish(out);
    return true;
}

static bool compose(const FeatureSet *const *fs, int nfs, const GenreOpts *opts, Score *out,
                    Err *err)
{
    if (nfs < 1) return err_set(err, "house needs a model");
    return nfs == 1 ? compose_one(fs[0], opts, out, err) : djset_compose(fs, nfs, opts, out, err);
}

const Genre genre_house = {
    .name = "house",
    .summary = "four on the floor at 128: bass from down row norms, chords from q spectra",
    .legend =
        "key: root from the norm gammas' principal components, natural minor\n"
        "chords: singular values of q, eight layers evenly spread, a new chord every eight bars; "
        "section k reads the k-th value; the first chord is the tonic, a higher value a higher "
        "root, among the degrees with a perfect fifth; the eighth bar leads on\n"
        "pad: 0/3/7/12 semitones on the chord's root snapped to the scale, nearest voicing\n"
        "bass: 16ths; pitch = row norms of down, layer bar mod L, an octave round the chord's "
        "root, order kept; octave up at steps 3, 7, 11, 15; rhythm and lengths = row norms of "
        "gate\n"
        "keys, piano: rhythm = row norms of k, colour of the chord = row norms of q\n"
        "organ riff: row norms of o; arpeggio: row norms of up, pan = gamma asymmetry\n"
        "strings: singular values of q; riser: the spectrum of v, smallest to largest\n"
        "drums: kick on every beat, clap on 2 and 4, fills, ghosts and timing (at most 15 ms) = "
        "row norms of down; closed hats' velocity = tension, open hats' = gamma means; percussion "
        "= row norms of v\n"
        "filter: cutoff = std of gate, resonance = excess kurtosis of v; pumping = row norm of "
        "down at the beat\n"
        "when a layer comes round again its next rows are read\n"
        "several models: a set on two decks, the nearest key on the circle of fifths next; in a "
        "transition kick and clap change decks at its middle, and so do the lows, by equaliser: "
        "two basses overlap, one of them without what is below 300 Hz",
    .generators =
        "--generator lstm, jepa: bass, organ riff, arpeggio and chords by a chain over the scale's "
        "degrees\n"
        "chain: p = w M[current] + (1 - w) q; w = --markov-weight; M = softmax of 3 v v', v = "
        "norm01 of the row norms in as many blocks as the scale has degrees; a degree chosen again "
        "is half as likely each time; every bar begins at the chord's root\n"
        "choice: inverse distribution function of p at (rank + norm01) / 16 of the step's row "
        "norm, among the chord's tones where the line needs them; its place draws the octave\n"
        "chords: the chain from layer to layer, by the rank of the singular value of q, among the "
        "degrees with a perfect fifth\n"
        "lstm: q = read-out of an untrained cell; gates = row norms of q, k, v, o in 32 runs less "
        "their mean, biases = share of the top singular value; it sharpens p\n"
        "jepa: q = jepa_next of the present pitch class, what lies beside the scale on the nearest "
        "degree; steps, velocity and length of lines and stabs lean by 1 - w to jepa_onset, "
        "jepa_level and jepa_length, foreseen from the layer's weights\n",
    .max_models = 64,
    .target_bpm = 128,
    .section_modes = true,
    .voices = VOICES_NATIVE,
    .compose = compose,
};
