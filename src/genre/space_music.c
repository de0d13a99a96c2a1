/* space_music.c: see genre/space_music.h.
 *
 * Time: every word has a slot of one to four eighths by its step on the map (mean of the voices);
 * punctuation adds a rest up to the next beat, the end of a sentence up to the next half bar.
 * Pitch: PC2 chooses the octave (below 0.3, up to 0.7, above), PC1 the degree. The degrees of a
 * voice's words in one octave, sorted by PC1, are the rising sequence that costs least: squared
 * distance from what PC1 asks for, plus dissonance with the chord and the voices that sound,
 * weighed more on strong beats. So consonance bends degrees, but never their order.
 * The drone takes its chord at every phrase and every six words from PC4 of the last layer, and
 * ends with the mode's cadence. */
#include "genre/space_music.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "music/harmony.h"
#include "music/mapping.h"

enum { EIGHTH = SCORE_PPQ / 2, LEAD_IN = SCORE_PPQ, DRONE_WORDS = 6 }; /* ticks, words */
enum { OCTAVES = 3, MOST_DEGREES = 12 };

typedef struct Player {
    const char *name, *instrument;
    int program, middle; /* middle: the tonic of the middle octave is the one from here up */
    VoiceRange range;
    float gain_db, pan, reverb;
} Player;

static const Player PLAYERS[SPACE_VOICES] = {
    {"Flute", "flute", 73, 66, {60, 93}, -3, -0.35f, 0.4f},
    {"Clarinet", "clarinet", 71, 54, {50, 82}, -4, 0.35f, 0.35f},
    {"Strings", "strings", 48, 43, {40, 69}, -5, 0, 0.45f},
};

/* Chords of the drone by PC4, from dark to bright: degrees of the scale. */
static const int DRONE_DEGREES[] = {3, 5, 0, 4, 1};
enum { DRONES = sizeof DRONE_DEGREES / sizeof *DRONE_DEGREES };

typedef struct Slot {
    int32_t at, len; /* ticks */
    bool ends;       /* a phrase ends after it */
    bool begins;     /* a phrase begins with it */
    Chord chord;
    int key[SPACE_VOICES]; /* -1 = none */
} Slot;

typedef struct SpaceMusic {
    const FeatureSet *fs;
    const SpaceMusicOpts *opts;
    Score *s;
    Scale scale;
    int nwords, pc, pc01, step01;
    int last; /* the deepest layer in use */
    int *row[SPACE_VOICES]; /* [nwords] */
    Slot *slot;             /* [nwords] */
} SpaceMusic;

static int row_of(const FeatureSet *fs, int layer, int word)
{
    const Table *t = &fs->table[FT_WORDS];
    for (int r = 0; r < t->nrows; r++)
        if (t->key[r].layer == layer && t->key[r].token == word) return r;
    return -1;
}

static Value number(const SpaceMusic *m, int voice, int word, int col, int lane)
{
    return feat_value(m->fs, FT_WORDS, col, m->row[voice][word], lane);
}

static double at01(const SpaceMusic *m, int voice, int word, int lane)
{
    double x = number(m, voice, word, m->pc01, lane).x;
    return isfinite(x) ? x : 0.5;
}

/* ---- time ----------------------------------------------------------------------------------- */

static double mean_step(const SpaceMusic *m, int word)
{
    double sum = 0;
    int n = 0;
    for (int v = 0; v < SPACE_VOICES; v++) {
        if (m->opts->layer[v] < 0) continue;
        sum += number(m, v, word, m->step01, 0).x;
        n++;
    }
    return n ? sum / n : 0.5;
}

/* 2 at the end of a sentence, 1 at lesser marks, 0 without. */
static int pause_after(const char *word)
{
    size_t n = strlen(word);
    while (n > 0 && strchr("\"')]", word[n - 1])) n--;
    if (n == 0) return 0;
    if (strchr(".!?", word[n - 1])) return 2;
    if (strchr(",;:-", word[n - 1])) return 1;
    static const char *const wide[] = {"\u3002", "\uff01", "\uff1f", "\u2026", "\u3001", "\u2014"};
    for (int i = 0; i < 6; i++)
        if (n >= 3 && memcmp(word + n - 3, wide[i], 3) == 0) return i < 4 ? 2 : 1;
    return 0;
}

static void place_words(SpaceMusic *m, int voice)
{
    int32_t at = LEAD_IN;
    for (int w = 0; w < m->nwords; w++) {
        Slot *s = &m->slot[w];
        double x = mean_step(m, w);
        int eighths = x < 0.35 ? 1 : x < 0.65 ? 2 : x < 0.85 ? 3 : 4;
        const char *label = m->fs->table[FT_WORDS].label[m->row[voice][w]];
        int pause = pause_after(label ? label : ""), grid = pause == 2 ? 2 * BEAT : BEAT;
        s->at = at;
        s->len = eighths * EIGHTH;
        s->ends = pause > 0 || w == m->nwords - 1;
        s->begins = w == 0 || m->slot[w - 1].ends;
        at += s->len;
        if (pause) at = (at + EIGHTH + grid - 1) / grid * grid;
    }
}

static bool is_strong(const Slot *s)
{
    return s->at % (2 * BEAT) == 0;
}

/* ---- harmony -------------------------------------------------------------------------------- */

static void choose_chords(SpaceMusic *m, int voice)
{
    int size = scale_size(m->scale), since = 0;
    Chord chord = chord_on(m->scale, 0, 3);
    for (int w = 0; w < m->nwords; w++, since++) {
        double x = at01(m, voice, w, 3);
        int i = (int)clamp(floor(x * DRONES), 0, DRONES - 1);
        if (w > 0 && (m->slot[w].begins || since >= DRONE_WORDS)) {
            chord = chord_on(m->scale, DRONE_DEGREES[i] % size, 3);
            since = 0;
        }
        m->slot[w].chord = chord;
    }
}

/* ---- pitch ---------------------------------------------------------------------------------- */

static double dissonance(const SpaceMusic *m, int voice, int word, int key)
{
    const Slot *s = &m->slot[word];
    double weight = is_strong(s) ? 1 : 0.3;
    double cost = chord_has(&s->chord, key) ? 0 : 1.5 * weight;
    for (int v = 0; v < SPACE_VOICES; v++) {
        if (v == voice || s->key[v] < 0) continue;
        int apart = abs(key - s->key[v]) % 12;
        if (apart == 1 || apart == 11) cost += 3 * weight;
        if (apart == 2 || apart == 10 || apart == 6) cost += weight;
    }
    return cost;
}

static int octave_of(double x)
{
    return x < 0.3 ? 0 : x < 0.7 ? 1 : 2;
}

/* The key of a degree of an octave; outside of the player's range -1. */
static int key_at(const SpaceMusic *m, const Player *p, int octave, int degree)
{
    int first = scale_degree(m->scale, p->middle + (m->scale.root - p->middle % 12 + 12) % 12);
    int key = scale_key(m->scale, first + (octave - 1) * scale_size(m->scale) + degree);
    return key >= p->range.lo && key <= p->range.hi ? key : -1;
}

/* word [n], by rising PC1: the cheapest rising degrees. */
static void fit_octave(SpaceMusic *m, int voice, int octave, const int *word, int n)
{
    const Player *p = &PLAYERS[voice];
    int size = scale_size(m->scale);
    double best[MOST_DEGREES];
    int *from = mem_alloc((int64_t)n * MOST_DEGREES, sizeof *from);
    for (int i = 0; i < n; i++) {
        double lowest = INFINITY, aim = at01(m, voice, word[i], 0) * (size - 1);
        int low = 0;
        for (int g = 0; g < size; g++) {
            double before = i ? best[g] : 0;
            int key = key_at(m, p, octave, g);
            if (before < lowest) lowest = before, low = g;
            from[i * MOST_DEGREES + g] = low;
            double cost = key < 0 ? 1e6 : dissonance(m, voice, word[i], key);
            best[g] = lowest + (g - aim) * (g - aim) + cost;
        }
    }
    int g = 0;
    for (int k = 1; k < size; k++)
        if (best[k] < best[g]) g = k;
    for (int i = n - 1; i >= 0; i--) {
        int key = key_at(m, p, octave, g);
        m->slot[word[i]].key[voice] = key < 0 ? p->range.lo : key;
        g = from[i * MOST_DEGREES + g];
    }
    free(from);
}

static void fit_voice(SpaceMusic *m, int voice)
{
    int *word = mem_alloc(m->nwords, sizeof *word);
    for (int octave = 0; octave < OCTAVES; octave++) {
        int n = 0;
        for (int w = 0; w < m->nwords; w++) {
            if (octave_of(at01(m, voice, w, 1)) != octave) continue;
            double x = number(m, voice, w, m->pc, 0).x;
            int i = n++;
            for (; i > 0 && number(m, voice, word[i - 1], m->pc, 0).x > x; i--)
                word[i] = word[i - 1];
            word[i] = w;
        }
        if (n > 0) fit_octave(m, voice, octave, word, n);
    }
    free(word);
}

/* ---- notes ---------------------------------------------------------------------------------- */

static int add_player(SpaceMusic *m, const Player *p)
{
    int t = score_add_track(m->s, p->name, p->program, false);
    Track *k = &m->s->track[t];
    snprintf(k->instrument, sizeof k->instrument, "%s", p->instrument);
    k->gain_db = p->gain_db;
    k->pan = p->pan;
    k->reverb = p->reverb;
    return t;
}

static void play_voice(SpaceMusic *m, int voice)
{
    int t = add_player(m, &PLAYERS[voice]);
    int rule = score_add_rule(m->s, "space: degree = PC1 (its order kept, bent towards the chord), "
                                    "octave = PC2, velocity = PC3, length = distance from the word "
                                    "before; each between the corpus's percentiles 1 and 99");
    for (int w = 0; w < m->nwords; w++) {
        const Slot *s = &m->slot[w];
        Value pitch = number(m, voice, w, m->pc01, 0), loud = number(m, voice, w, m->pc01, 2);
        Value step = number(m, voice, w, m->step01, 0), height = number(m, voice, w, m->pc01, 1);
        double hold = lerp(0.7, 0.98, clamp(step.x, 0, 1));
        /* The inner voice answers off the beat where its own step is small. */
        int32_t late = voice == SPACE_CLARINET && s->len > EIGHTH && step.x < 0.5 ? EIGHTH : 0;
        Note n = {.start = s->at + late,
                  .dur = (int32_t)lrint((s->len - late) * hold),
                  .key = (float)s->key[voice],
                  .vel = (float)lerp(0.36, 0.88, at01(m, voice, w, 2)),
                  .rule = (uint16_t)rule,
                  .from = {pitch.from, loud.from, step.from, height.from}};
        score_add_note(m->s, t, &n);
    }
}

static void drone_note(SpaceMusic *m, int track, int32_t at, int32_t end, int pc, Value v, int rule)
{
    int root = 36 + (pc - 36 % 12 + 12) % 12; /* 36..47: a cello's lowest octave */
    Note n = {.start = at, .dur = end - at, .key = (float)root, .vel = 0.5f,
              .rule = (uint16_t)rule, .from = {v.from, v.from, v.from, CELL_NONE}};
    if (n.dur > 0) score_add_note(m->s, track, &n);
}

static void play_drone(SpaceMusic *m, int voice, int32_t end, Chord before)
{
    static const Player cello = {"Drone", "cello", 43, 36, {28, 55}, -6, 0, 0.3f};
    int t = add_player(m, &cello);
    int rule = score_add_rule(m->s, "space.drone: root by PC4 of the deepest layer at the phrase's "
                                    "first word; tonic at the beginning and at the end");
    int32_t from = 0;
    int first = 0;
    for (int w = 1; w <= m->nwords; w++) {
        int pc = m->slot[first].chord.pc[0];
        if (w < m->nwords && m->slot[w].chord.pc[0] == pc) continue;
        int32_t to = w < m->nwords ? m->slot[w].at : end;
        drone_note(m, t, from, to, pc, number(m, voice, first, m->pc01, 3), rule);
        from = to;
        first = w;
    }
    Value v = number(m, voice, m->nwords - 1, m->pc01, 3);
    drone_note(m, t, end, end + 2 * BEAT, before.pc[0], v, rule);
    drone_note(m, t, end + 2 * BEAT, end + 6 * BEAT, m->scale.root, v, rule);
}

/* The chord before the tonic, then the tonic, voiced from where the voices are. */
static void play_close(SpaceMusic *m, int voice, int32_t end, Chord before)
{
    static const VoiceRange range[SPACE_VOICES] = {{48, 60}, {55, 69}, {60, 76}};
    static const Player close = {"Close", "strings", 48, 48, {48, 76}, -8, 0, 0.5f};
    int first[SPACE_VOICES], then[SPACE_VOICES], t = add_player(m, &close);
    int rule = score_add_rule(m->s, "space.close: the mode's cadence under the last word's PC1");
    Chord tonic = chord_on(m->scale, 0, 3);
    Value v = number(m, voice, m->nwords - 1, m->pc01, 0);
    voice_chord(&before, range, SPACE_VOICES, -1, NULL, NULL, first);
    voice_chord(&tonic, range, SPACE_VOICES, -1, first, NULL, then);
    for (int i = 0; i < SPACE_VOICES; i++)
        for (int k = 0; k < 2; k++) {
            Note n = {.start = end + k * 2 * BEAT, .dur = k ? 4 * BEAT : 2 * BEAT,
                      .key = (float)(k ? then[i] : first[i]), .vel = k ? 0.42f : 0.5f,
                      .rule = (uint16_t)rule, .from = {v.from, v.from, v.from, CELL_NONE}};
            score_add_note(m->s, t, &n);
        }
}

/* ---- the piece ------------------------------------------------------------------------------ */

static int key_number(const FeatureSet *fs, const char *col, int dflt)
{
    double x = feat_value(fs, FT_MODEL, feat_find_column(fs, FT_MODEL, col), 0, 0).x;
    return isfinite(x) ? (int)x : dflt;
}

static bool find_words(SpaceMusic *m, Err *err)
{
    const Table *t = &m->fs->table[FT_WORDS];
    m->pc = feat_find_column(m->fs, FT_WORDS, "pc");
    m->pc01 = feat_find_column(m->fs, FT_WORDS, "pc01");
    m->step01 = feat_find_column(m->fs, FT_WORDS, "step01");
    for (int r = 0; r < t->nrows; r++)
        if (t->key[r].token + 1 > m->nwords) m->nwords = t->key[r].token + 1;
    if (m->nwords == 0 || m->pc01 < 0 || m->pc < 0 || m->step01 < 0)
        return err_set(err, "no words on a map to play");
    for (int v = 0; v < SPACE_VOICES; v++) {
        m->row[v] = mem_alloc(m->nwords, sizeof *m->row[v]);
        for (int w = 0; w < m->nwords && m->opts->layer[v] >= 0; w++) {
            m->row[v][w] = row_of(m->fs, m->opts->layer[v], w);
            if (m->row[v][w] < 0)
                return err_set(err, "layer %d: the model has hidden states 0 to %d",
                               m->opts->layer[v], m->fs->nl);
            if (feat_len(m->fs, FT_WORDS, m->pc01, m->row[v][w]) < 4)
                return err_set(err, "the space has fewer than the four components that are "
                                    "played: fit one with more");
        }
    }
    return true;
}

static void write_piece(SpaceMusic *m, int deepest)
{
    const GenreOpts *o = &m->opts->music;
    double steps = 0;
    bool minor;
    for (int w = 0; w < m->nwords; w++) {
        steps += mean_step(m, w) / m->nwords;
        for (int v = 0; v < SPACE_VOICES; v++) m->slot[w].key[v] = -1;
    }
    int sharps = scale_sharps(m->scale, &minor);
    score_add_tempo(m->s, 0, o->tempo > 0 ? o->tempo : rint(lerp(84, 116, steps)));
    score_add_meter(m->s, 0, 4, 4);
    score_add_keysig(m->s, 0, sharps, minor);
    place_words(m, deepest);
    choose_chords(m, deepest);
    for (int v = SPACE_VOICES - 1; v >= 0; v--)
        if (m->opts->layer[v] >= 0) fit_voice(m, v);
    for (int v = 0; v < SPACE_VOICES; v++)
        if (m->opts->layer[v] >= 0) play_voice(m, v);
    const Slot *last = &m->slot[m->nwords - 1];
    int32_t end = (last->at + last->len + BEAT - 1) / BEAT * BEAT;
    Chord before = chord_before_tonic(m->scale);
    play_drone(m, deepest, end, before);
    play_close(m, deepest, end, before);
    score_finish(m->s);
}

bool space_compose(const FeatureSet *fs, const SpaceMusicOpts *opts, Score *out, Err *err)
{
    SpaceMusic m = {.fs = fs, .opts = opts, .s = out};
    const GenreOpts *o = &opts->music;
    int deepest = -1;
    for (int v = 0; v < SPACE_VOICES; v++)
        if (opts->layer[v] >= 0 && (deepest < 0 || opts->layer[v] >= opts->layer[deepest]))
            deepest = v;
    if (deepest < 0) return err_set(err, "no voice is left to play");
    m.scale.root = o->root >= 0 ? o->root : key_number(fs, "key_root", 48) % 12;
    m.scale.mode = o->mode >= 0 ? o->mode : key_number(fs, "key_mode", MODE_DORIAN);
    bool ok = find_words(&m, err);
    if (ok) {
        m.slot = mem_alloc(m.nwords, sizeof *m.slot);
        write_piece(&m, deepest);
    }
    for (int v = 0; v < SPACE_VOICES; v++) free(m.row[v]);
    free(m.slot);
    return ok;
}

static bool compose(const FeatureSet *const *fs, int nfs, const GenreOpts *opts, Score *out,
                    Err *err)
{
    SpaceMusicOpts o = {.music = *opts, .layer = {0, fs[0]->nl / 2, fs[0]->nl}};
    (void)nfs;
    return space_compose(fs[0], &o, out, err);
}

const Genre genre_space = {
    .name = "space",
    .summary = "a prompt on a learned map: flute, clarinet and strings over a drone",
    .legend = "space: every word a note in three voices, flute, clarinet, strings = first, middle, "
              "last layer, over a bass drone\n"
              "  degree     PC1 between the corpus's percentiles 1 and 99; order kept\n"
              "  octave     PC2: below 0.3, up to 0.7, above\n"
              "  velocity   PC3\n"
              "  duration   distance from the word before: one to four eighths; rests at marks\n"
              "  drone      PC4 of the last layer, at every phrase\n",
    .max_models = 1,
    .target_bpm = 96,
    .voices = VOICES_NATIVE,
    .compose = compose,
};
