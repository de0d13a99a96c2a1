/* house_riff.c: the lines of house: bass, organ riff and arpeggio. One vector gives the rhythm (it
 * stays for eight bars, so that there is a groove to hold on to), another the pitches (a new one
 * every bar or two, so that it never stands still). */
#include "genre/house.h"

#include <math.h>

#include "music/form.h"

enum { STRONG_BEATS = 0x1111, LEAP_STEPS = 0x8888 };
enum { BASS_LO = 28, BASS_ROOT_LO = 33 }; /* E1, what loudspeakers carry; roots from A1 up */

/* Where a bass may sound: the kick's own steps last, the off-beats and the leaps first. */
static const float BASS_WEIGHT[16] = {0.15f,  0,     0.4f, 0.35f, -0.35f, 0.1f, 0.4f, 0.35f,
                                      -0.35f, 0.05f, 0.4f, 0.35f, -0.35f, 0.1f, 0.4f, 0.35f};
/* A riff of three against four: 0, 3, 6, 10, 12 and 14 are where the hand falls. */
static const float RIFF_WEIGHT[16] = {0.4f,  -0.3f, 0.1f,  0.45f, -0.2f, -0.2f, 0.45f, 0,
                                      -0.1f, 0.1f,  0.45f, -0.2f, 0.2f,  0,     0.3f,  -0.2f};
static const float ARP_WEIGHT[16] = {0.3f, 0, 0.2f, 0, 0.3f, 0, 0.2f, 0,
                                     0.3f, 0, 0.2f, 0, 0.3f, 0, 0.2f, 0};

void house_hit(const Bar *b, const Hit *h)
{
    double end = h->step + h->steps;
    if (h->step >= b->until) return;
    if (b->until < 16 && end > b->until) end = b->until - 0.25;
    int32_t start = h->straight ? b->at + (int32_t)floor(h->step * STEP + 0.5)
                                : groove_step(&b->groove, b->at, h->step);
    int32_t stop = b->at + (int32_t)floor(end * STEP + 0.5);
    Note n = {.start = start,
              .dur = stop - start > 20 ? stop - start : 20,
              .key = (float)h->key,
              .vel = (float)clamp(h->vel, 0.05, 1),
              .rule = (uint16_t)h->rule,
              .flags = h->ghost ? NOTE_GHOST : 0,
              .from = {[FROM_PITCH] = h->pitch.from,
                       [FROM_VELOCITY] = h->loud.from,
                       [FROM_DURATION] = h->length.from,
                       [FROM_TIMBRE] = h->straight ? CELL_NONE : b->steps.v[(int)h->step].from}};
    if (h->fourth) n.from[FROM_TIMBRE] = *h->fourth;
    score_add_note(b->score, h->track, &n);
}

/* The lowest key of a pitch class from lo up. */
static int key_above(int lo, int pc)
{
    return lo + ((pc - lo) % 12 + 12) % 12;
}

/* The chord with its seventh, but a cadence needs none. */
static Chord seventh(const Bar *b)
{
    return b->cadence ? b->chord : chord_on(b->scale, b->chord.degree, 4);
}

/* The rhythm of the period: its second and fourth pair of bars answer with one step moved, by the
 * next layer's numbers. */
static unsigned groove_bits(const Bar *b, const Foretold *f, const float weight[16], int n)
{
    unsigned bits = house_onsets(f, &b->pulse, weight, n);
    if (b->in_period % 4 != 3) return bits;
    Series next;
    house_steps(b->m, &next, b->chord_layer + 1, ROLE_GATE, b->period);
    unsigned more = house_onsets(f, &next, weight, n) & ~bits;
    series_free(&next);
    for (int i = 15; i > 0; i--) {
        if (!(more >> i & 1)) continue;
        int drop = 15;
        while (drop > 0 && !(bits >> drop & 1)) drop--;
        return (bits & ~(1u << drop)) | 1u << i;
    }
    return bits;
}

typedef struct BassRules {
    int note, ghost;
} BassRules;

/* With a generator. */
static BassRules bass_rules_told(const Bar *b)
{
    const Generator *g = &b->m->gen;
    const char *rest =
        g->kind == GEN_JEPA
            ? "from the chord's root, chord tones on the beats; octave = its place; +12 at steps "
              "3, 7, 11, 15; steps = gate row norms and jepa_onset, velocity = the row norm and "
              "jepa_level, length = the gate row norm and jepa_length, by the same weight"
            : "from the chord's root, chord tones on the beats; octave = its place; +12 at steps "
              "3, 7, 11, 15; velocity = the row norm; steps and length = gate row norms";
    return (BassRules){
        .note = generator_rule(b->score, g, "house.bass", "degree",
                               "rank of down row norm, layer bar mod L", rest),
        .ghost = generator_rule(b->score, g, "house.bass.ghost", "degree",
                                "rank of down row norm, layer bar mod L",
                                "the next strongest steps of house.bass, short and quiet"),
    };
}

static BassRules bass_rules(const Bar *b)
{
    Score *s = b->score;
    if (b->m->gen.kind != GEN_ROWS) return bass_rules_told(b);
    return (BassRules){
        .note = score_add_rule(
            s, "house.bass: key = scale over an octave round the chord's root at norm01(down row "
               "norms, layer bar mod L), chord tones on the beats, order kept; +12 at steps 3, 7, "
               "11, 15; velocity = the same number; which steps and how long = gate row norms"),
        .ghost = score_add_rule(
            s, "house.bass.ghost: the next strongest steps by gate row norms, short and quiet; key "
               "as in house.bass"),
    };
}

/* A bar of the bass before it is written. */
typedef struct Bass {
    int key[16];
    Cell said[16];
    unsigned bits, ghosts, own; /* own: what the rows alone would sound */
    Foretold foretold;
    BassRules rules;
} Bass;

static void bass_step(const Bar *b, const Bass *x, int i)
{
    bool ghost = x->ghosts >> i & 1;
    int room = house_gap(x->bits | x->ghosts, i), gap = room, to_beat = 4 - i % 4;
    double held = lerp(0.55, 0.95, b->pulse.u[i]);
    if (gap > to_beat) gap = to_beat; /* room for the kick */
    Hit h = {.track = b->deck->bass,
             .key = x->key[i] + (LEAP_STEPS >> i & 1 ? 12 : 0),
             .rule = ghost ? x->rules.ghost : x->rules.note,
             .step = i,
             .steps = ghost ? 0.5 : gap * held,
             .vel = ghost ? lerp(0.3, 0.4, b->steps.u[i])
                          : lerp(0.68, 0.96, b->steps.u[i]) * lerp(0.85, 1, b->plan.energy),
             .pitch = b->steps.v[i],
             .loud = b->steps.v[i],
             .length = b->pulse.v[i],
             .ghost = ghost};
    house_lean(&h, &x->foretold, x->said[i], &b->steps.v[i].from, !(x->own >> i & 1), room);
    house_hit(b, &h);
}

void house_bass(const Bar *b)
{
    if (b->plan.bass == 0) return;
    int root = key_above(BASS_ROOT_LO, b->chord.pc[0]), n = b->plan.bass;
    Bass x = {.rules = bass_rules(b), .own = house_rhythm(&b->pulse, BASS_WEIGHT, n)};
    HouseVoice voice = {.layer = b->layer, .role = ROLE_DOWN, .strain = &b->pulse};
    LineRules rules = {.scale = b->scale,
                       .chord = &b->chord,
                       .lo = root - 5 > BASS_LO ? root - 5 : BASS_LO,
                       .hi = root + 8,
                       .strong = STRONG_BEATS,
                       .root_step = b->in_period % 4 == 0 || b->lead_in ? 0 : -1};
    foretold_load(&x.foretold, &b->m->gen, b->m->fs, b->chord_layer);
    x.bits = groove_bits(b, &x.foretold, BASS_WEIGHT, n);
    if (rules.root_step == 0) x.bits |= 1; /* a new chord is said by the bass */
    x.ghosts =
        house_onsets(&x.foretold, &b->pulse, BASS_WEIGHT, n + b->plan.bass_ghosts) & ~x.bits;
    voice.bits = x.bits | x.ghosts;
    house_keys(b, &b->steps, &rules, &voice, x.key, x.said);
    for (int i = 0; i < 16; i++)
        if (voice.bits >> i & 1) bass_step(b, &x, i);
}

typedef struct Riff {
    int track, role, lo, hi, n, rule;
    int turn; /* offset of the rows */
    int layer;
    const float *weight;
    unsigned strong;
    double loud, held; /* velocity; length as a part of the gap */
} Riff;

static void write_riff(const Bar *b, const Chord *chord, const Riff *r)
{
    Series s;
    Foretold f;
    Cell said[16];
    int key[16];
    house_steps(b->m, &s, r->layer, r->role, r->turn);
    foretold_load(&f, &b->m->gen, b->m->fs, r->layer % b->m->nl);
    LineRules rules = {.scale = b->scale,
                       .chord = chord,
                       .lo = r->lo,
                       .hi = r->hi,
                       .strong = r->strong,
                       .root_step = -1};
    unsigned own = house_rhythm(&s, r->weight, r->n), bits = house_onsets(&f, &s, r->weight, r->n);
    HouseVoice voice = {.layer = r->layer, .role = r->role, .strain = &b->pulse, .bits = bits};
    house_keys(b, &s, &rules, &voice, key, said);
    for (int i = 0; i < 16; i++) {
        if (!(bits >> i & 1)) continue;
        int gap = house_gap(bits, i);
        Hit h = {.track = r->track,
                 .key = key[i],
                 .rule = r->rule,
                 .step = i,
                 .steps = (gap > 4 ? 4 : gap) * r->held * lerp(0.7, 1, b->steps.u[i]),
                 .vel = r->loud * lerp(0.7, 1, s.u[i]) * (i % 4 == 0 ? 1 : 0.9),
                 .pitch = s.v[i],
                 .loud = s.v[i],
                 .length = b->steps.v[i]};
        house_lean(&h, &f, said[i], &s.v[i].from, !(own >> i & 1), gap);
        house_hit(b, &h);
    }
    series_free(&s);
}

/* Two bars of call and answer, twice, the second answer another; then two bars of the next layer,
 * then the call with a third answer. Answers read the layer's next rows. */
static void phrase(const Bar *b, Riff *r)
{
    static const int ROWS[HOUSE_PERIOD] = {0, 1, 0, 2, 0, 1, 0, 3};
    bool other = b->in_period == 4 || b->in_period == 5;
    r->layer = b->chord_layer + (other ? 1 : 0);
    r->turn = 4 * b->period + ROWS[b->in_period];
}

/* rows: the text of GEN_ROWS. */
static int riff_rule(const Bar *b, const char *name, const char *choice, const char *rows)
{
    const Generator *g = &b->m->gen;
    if (g->kind == GEN_ROWS) return score_add_rule(b->score, rows);
    return generator_rule(
        b->score, g, name, "degree", choice,
        g->kind == GEN_JEPA
            ? "from the chord's root, chord tones on strong steps; octave = its place; steps = the "
              "row norms and jepa_onset, velocity = the row norm and jepa_level, length = down row "
              "norm and jepa_length, by the same weight"
            : "from the chord's root, chord tones on strong steps; octave = its place; steps and "
              "velocity = the row norms, length = down row norm");
}

void house_organ(const Bar *b)
{
    if (b->plan.organ == 0) return;
    Chord chord = seventh(b);
    Riff r = {.track = b->deck->organ,
              .role = ROLE_O,
              .lo = 60,
              .hi = 77,
              .n = b->plan.organ,
              .weight = RIFF_WEIGHT,
              .strong = STRONG_BEATS,
              .loud = lerp(0.6, 0.9, b->plan.energy),
              .held = 0.8};
    phrase(b, &r);
    r.rule = riff_rule(
        b, "house.organ", "rank of o row norm of the chord's layer",
        "house.organ: two-bar riff; key = scale C4..F5 at norm01(o row norms of the chord's layer; "
        "of the next in bars 5, 6), chord tones on the beats, order kept; its strongest steps "
        "sound; velocity = the same, length = down row norms");
    write_riff(b, &chord, &r);
}

void house_lead(const Bar *b)
{
    if (b->plan.lead == 0) return;
    Chord chord = seventh(b);
    Riff r = {.track = b->deck->lead,
              .role = ROLE_UP,
              .lo = 67,
              .hi = 86,
              .n = b->plan.lead,
              .weight = ARP_WEIGHT,
              .strong = 0xffff,
              .loud = lerp(0.5, 0.85, b->plan.energy),
              .held = 0.6};
    phrase(b, &r);
    r.rule = riff_rule(
        b, "house.arpeggio", "rank of up row norm of the chord's layer",
        "house.arpeggio: key = tones of the chord G4..D6 at norm01(up row norms of the chord's "
        "layer; of the next in bars 5, 6), order kept; the weakest steps rest; velocity = the "
        "same, length = down row norms; pan = gamma asymmetry");
    write_riff(b, &chord, &r);
}
