/* house_chord.c: what stands still in house: the pad, the chord stabs of the electric piano and the
 * piano, the strings above them, and the last chord. */
#include "genre/house.h"

#include <math.h>
#include <string.h>

#include "music/form.h"

enum { VOICES = 4 };

static const VoiceRange PAD_RANGE[VOICES] = {{48, 60}, {53, 66}, {57, 70}, {62, 76}};
static const VoiceRange KEYS_RANGE[VOICES] = {{52, 64}, {57, 69}, {60, 73}, {64, 78}};
static const VoiceRange PIANO_RANGE[VOICES] = {{55, 69}, {60, 74}, {65, 79}, {70, 86}};

/* Stabs live off the beat: the "and", and the 16th before it. */
static const float STAB_WEIGHT[16] = {-0.2f, -0.2f, 0.5f, 0.3f, -0.4f, -0.1f, 0.5f, 0.2f,
                                      -0.3f, 0,     0.5f, 0.3f, -0.4f, 0,     0.5f, 0.1f};

/* Root, third and fifth of the specification: 0, 3, 7 semitones snapped to the scale (12 doubles
 * the root). In a major third's place this gives the second or the fourth: open chords. */
static Chord pad_chord(const Bar *b)
{
    int root = scale_key(b->scale, b->chord.degree) + 60;
    if (b->cadence) return b->chord;
    return (Chord){.n = 3,
                   .degree = b->chord.degree,
                   .pc = {root % 12, scale_snap(b->scale, root + 3) % 12,
                          scale_snap(b->scale, root + 7) % 12}};
}

static void voice(const Chord *chord, const VoiceRange range[VOICES], int memory[VOICES],
                  int key[VOICES])
{
    voice_chord(chord, range, VOICES, -1, memory[0] ? memory : NULL, NULL, key);
    memcpy(memory, key, VOICES * sizeof *key);
}

/* The pad is struck with a new chord, and again after four bars of it. */
static bool pad_strikes(const Bar *b)
{
    return b->fresh || b->in_period % 4 == 0;
}

static int pad_rule(const Bar *b)
{
    if (b->m->gen.kind == GEN_ROWS)
        return score_add_rule(
            b->score,
            "house.pad: root = degree of the scale at norm01(log1p sv of q) over eight layers, "
            "first chord = tonic, order kept; voices 0/3/7/12 snapped to the scale, nearest "
            "motion; velocity = tension; length = the gate row norm at the bar");
    return generator_rule(
        b->score, &b->m->gen, "house.pad", "degree of the root, layer after layer,",
        "rank of sv of q among eight layers",
        "among those with a perfect fifth, the first is the tonic; voices 0/3/7/12 snapped to the "
        "scale, nearest motion; velocity = tension; length = the gate row norm at the bar");
}

/* The number that chose a chord, where its degree comes from a network. */
static const Cell *chooser(const Bar *b)
{
    return b->foretold ? &b->rank.from : NULL;
}

void house_pad(const Bar *b)
{
    int key[VOICES];
    if (!b->plan.pad || !pad_strikes(b)) return;
    Chord chord = pad_chord(b);
    voice(&chord, PAD_RANGE, b->deck->pad_voice, key);
    int rule = pad_rule(b);
    double held = lerp(0.94, 0.995, b->pulse.u[0]);
    int bars = b->hold < 4 ? b->hold : 4;
    for (int i = 0; i < VOICES; i++) {
        Hit h = {.track = b->deck->pad,
                 .key = key[i],
                 .rule = rule,
                 .straight = true,
                 .steps = 16 * bars * held,
                 .vel = lerp(0.5, 0.72, b->tension_u) * lerp(0.8, 1, b->plan.energy),
                 .pitch = b->root,
                 .fourth = chooser(b),
                 .loud = b->tension,
                 .length = b->pulse.v[0]};
        house_hit(b, &h);
    }
}

/* The colour over the bass: in each pair of bars the chord itself or, in the upper third of the
 * numbers, the one a third above it, so that together they make a seventh. */
static Chord colour(const Bar *b, const Series *s)
{
    int up = s->u[(b->in_period / 2) * 4] > 2 / 3.0 ? 2 : 0;
    Chord above = chord_on(b->scale, b->chord.degree + up, 3);
    bool stable = (above.pc[2] - above.pc[0] + 12) % 12 == 7;
    return b->lead_in || !stable ? b->chord : above;
}

/* The rule of rows, and how far a network bends it. */
static int stab_rule(const Bar *b, const char *rows)
{
    Str text = {0};
    double w = b->m->gen.weight;
    if (b->m->gen.kind != GEN_JEPA) return score_add_rule(b->score, rows);
    str_addf(&text, "%s; %.2f of it, and %.2f of jepa_onset, jepa_level and jepa_length", rows, w,
             1 - w);
    int rule = score_add_rule(b->score, str_text(&text));
    str_free(&text);
    return rule;
}

typedef struct Stab {
    int track, n, rule;
    const VoiceRange *range;
    int *memory;
    int turn;
    double loud, most; /* velocity; longest note in steps */
} Stab;

static void write_stabs(const Bar *b, const Stab *st)
{
    Series rhythm, tone;
    Foretold f;
    int key[VOICES];
    foretold_load(&f, &b->m->gen, b->m->fs, b->chord_layer);
    house_steps(b->m, &rhythm, b->chord_layer, ROLE_K, st->turn + (b->in_period & 1));
    house_steps(b->m, &tone, b->chord_layer, ROLE_Q, st->turn);
    if (b->in_period == 7) { /* the answer: the next layer's rhythm */
        series_free(&rhythm);
        house_steps(b->m, &rhythm, b->chord_layer + 1, ROLE_K, st->turn);
    }
    Chord chord = colour(b, &tone);
    voice(&chord, st->range, st->memory, key);
    unsigned own = house_rhythm(&rhythm, STAB_WEIGHT, st->n);
    unsigned bits = house_onsets(&f, &rhythm, STAB_WEIGHT, st->n);
    for (int i = 0; i < 16; i++) {
        if (!(bits >> i & 1)) continue;
        for (int v = 0; v < VOICES; v++) {
            Hit h = {.track = st->track,
                     .key = key[v],
                     .rule = st->rule,
                     .step = i,
                     .steps = lerp(0.8, st->most, rhythm.u[i]),
                     .vel = st->loud * lerp(0.72, 1, rhythm.u[i]),
                     .pitch = b->lead_in ? b->root : tone.v[(b->in_period / 2) * 4],
                     .loud = rhythm.v[i],
                     .length = rhythm.v[i]};
            Cell root = b->lead_in && b->foretold ? b->root.from : CELL_NONE;
            house_lean(&h, &f, root, &rhythm.v[i].from, !(own >> i & 1), house_gap(bits, i));
            house_hit(b, &h);
        }
    }
    series_free(&rhythm);
    series_free(&tone);
}

void house_stabs(const Bar *b)
{
    Stab st = {.n = b->plan.keys,
               .track = b->deck->keys,
               .range = KEYS_RANGE,
               .memory = b->deck->keys_voice,
               .turn = 2 * b->period,
               .loud = lerp(0.5, 0.8, b->plan.energy),
               .most = 1.8};
    st.rule = stab_rule(
        b, "house.keys: the period's chord, or the one a third above where norm01(q row norm) > "
           "2/3, every two bars; strongest steps of k row norms, off the beat; velocity and "
           "length = the same k row norm");
    if (st.n > 0) write_stabs(b, &st);
    st = (Stab){.n = b->plan.piano,
                .track = b->deck->piano,
                .range = PIANO_RANGE,
                .memory = b->deck->piano_voice,
                .turn = 2 * b->period + 5,
                .loud = lerp(0.55, 0.88, b->plan.energy),
                .most = b->plan.kick ? 2.4 : 4};
    st.rule = stab_rule(b, "house.piano: as house.keys, an octave higher, five rows further on");
    if (st.n > 0) write_stabs(b, &st);
}

/* Held: a tone of the chord, and above it the tonic, a pedal that every chord of the scale bears
 * (a second or a fourth at worst); over a cadence the next tone of the chord instead. */
static void strings_held(const Bar *b)
{
    if (b->in_period % 2 && !b->fresh) return;
    int bars = b->hold < 2 ? 1 : 2;
    int rule = score_add_rule(
        b->score, "house.strings: the chord's tone nearest to 67..79 at norm01(log1p sv of q), and "
                  "the tonic above it; velocity = tension; length = the gate row norm at the bar");
    int low = chord_snap(&b->chord, lerp(67, 79, b->root_u)), high = low + 3;
    while (b->cadence ? !chord_has(&b->chord, high) : (high - b->scale.root) % 12 != 0) high++;
    for (int i = 0; i < 2; i++) {
        Hit h = {.track = b->deck->strings,
                 .key = i ? high : low,
                 .rule = rule,
                 .straight = true,
                 .steps = bars * 16 * lerp(0.94, 0.99, b->pulse.u[0]),
                 .vel = lerp(0.42, 0.6, b->tension_u) * lerp(0.8, 1, b->plan.energy),
                 .pitch = b->root,
                 .fourth = chooser(b),
                 .loud = b->tension,
                 .length = b->pulse.v[0]};
        house_hit(b, &h);
    }
}

/* The spectrum of v from its smallest to its largest value: it can only rise. */
static void strings_rise(const Bar *b)
{
    Series s;
    int role = map_role(b->m->fs, b->chord_layer, ROLE_V);
    int rule = score_add_rule(
        b->score,
        "house.riser: scale C4..C6 at norm01(log1p sv of v) read from its smallest to its "
        "largest value; louder with the roll");
    int steps = 4 * b->plan.roll_bars;
    if (!series_load(&s, b->m->fs, FT_WEIGHTS, "sv", b->chord_layer, role, steps, true)) return;
    for (int q = 0; q < 4; q++) {
        int at = 4 * b->plan.roll_bar + q, i = steps - 1 - at;
        double along = steps > 1 ? (double)at / (steps - 1) : 1;
        if (!isfinite(s.v[i].x)) continue;
        Hit h = {.track = b->deck->strings,
                 .key = scale_at(b->scale, 60, 84, s.u[i]),
                 .rule = rule,
                 .step = 4 * q,
                 .steps = 3.9,
                 .vel = lerp(0.34, 0.72, along),
                 .pitch = s.v[i],
                 .loud = s.v[i],
                 .length = s.v[i],
                 .straight = true};
        house_hit(b, &h);
    }
    series_free(&s);
}

/* A cymbal played backwards into the drop: key 60 is the sample's own speed. */
static void sweep(const Bar *b)
{
    int rule = score_add_rule(
        b->score, "house.sweep: reverse cymbal over the bar before a drop; velocity = tension");
    Hit h = {.track = b->deck->sweep,
             .key = 60,
             .rule = rule,
             .straight = true,
             .steps = b->until,
             .vel = lerp(0.7, 0.95, b->tension_u),
             .pitch = b->tension,
             .loud = b->tension,
             .length = b->tension};
    house_hit(b, &h);
}

void house_strings(const Bar *b)
{
    if (b->plan.strings) strings_held(b);
    if (b->plan.riser) strings_rise(b);
    if (b->plan.sweep) sweep(b);
}

/* The last bar: one tonic chord and the root in the bass, and the kit's last word. */
void house_ending(const Bar *b)
{
    int key[VOICES], root = 33 + ((b->scale.root - 33) % 12 + 12) % 12;
    Chord chord = chord_on(b->scale, 0, 3);
    int rule = score_add_rule(
        b->score, "house.ending: the tonic, where the first singular value of q put the section's "
                  "first chord; velocity = tension; length = the gate row norm at the bar");
    double held = lerp(0.9, 1, b->pulse.u[0]);
    Hit h = {.key = root,
             .track = b->deck->bass,
             .rule = rule,
             .steps = 8 * held,
             .vel = 0.85,
             .pitch = b->root,
             .fourth = chooser(b),
             .loud = b->tension,
             .length = b->pulse.v[0],
             .straight = true};
    house_hit(b, &h);
    voice(&chord, PAD_RANGE, b->deck->pad_voice, key);
    h.vel = lerp(0.5, 0.65, b->tension_u);
    for (int i = 0; i < VOICES; i++) {
        h.track = b->deck->pad;
        h.key = key[i];
        h.steps = 14 * held;
        house_hit(b, &h);
    }
    voice(&chord, KEYS_RANGE, b->deck->keys_voice, key);
    for (int i = 0; i < VOICES; i++) {
        h.track = b->deck->keys;
        h.key = key[i];
        h.steps = 12 * held;
        house_hit(b, &h);
    }
}
