/* opera_climax.c: act III, tutti, six measures a layer.
 *
 * Tension says how loud (mp to fff) and, with the way already gone, how dense: halves, quarters,
 * eighths, tremolo. Even layers give their theme to the violins, odd ones to the cellos; horns,
 * woodwinds, harp and timpani join where the tension lets them; the organ lays the tonic under the
 * last fifth. */
#include "genre/opera.h"

#include <stdlib.h>

#include "base/mem.h"

enum { PHRASE = 6, OVERLAP = 12 };

typedef struct Climax {
    Opera *o;
    int n;                                /* measures */
    int phrase;                           /* measures a layer */
    Harmony *plan;                        /* [n] */
    Frame *frame;                         /* [n] */
    int theme, figure, bass, harp, organ; /* rules */
} Climax;

static int layer_of(const Climax *c, int m)
{
    return (int)((int64_t)m * c->o->nl / c->n);
}

/* Measures since this layer began. */
static int within_layer(const Climax *c, int m)
{
    int k = 0;
    while (m - k > 0 && layer_of(c, m - k - 1) == layer_of(c, m)) k++;
    return k;
}

static double density(const Climax *c, int m)
{
    return 0.5 * c->o->desk[layer_of(c, m)].tension.u + 0.5 * m / c->n;
}

static void lay_frames(Climax *c)
{
    Opera *o = c->o;
    for (int m = 0; m < c->n; m++) {
        const Desk *d = &o->desk[layer_of(c, m)];
        c->plan[m].why = *nums_at(&d->rows_o, 3 * within_layer(c, m) + 1);
    }
    opera_harmonise(o->scale, c->plan, c->n, c->phrase);
    for (int m = 0; m < c->n; m++) {
        int to_end = c->n - 1 - m;
        if (5 * m >= 4 * c->n && to_end > 3 && to_end % 2 == 0)
            c->plan[m].chord = opera_chord(o->scale, 0); /* over the organ's pedal */
        double loud = lerp(DYN_MP, DYN_FFF, o->desk[layer_of(c, m)].tension.u);
        c->frame[m] = (Frame){.at = o->start[2] + m * BAR,
                              .dur = BAR,
                              .harmony = c->plan[m],
                              .layer = layer_of(c, m),
                              .vel = to_end < 2 ? DYN_FFF : loud,
                              .bass_pc = c->plan[m].chord.pc[0]};
        int step = within_layer(c, m);
        bool turned = to_end > 2 && step > 0 && step % 2 == 0 &&
                      c->plan[m].chord.pc[0] != c->plan[m - 1].chord.pc[0];
        if (turned) c->frame[m].bass_pc = c->plan[m].chord.pc[1];
    }
    opera_voice(o, c->frame, c->n, NULL);
}

/* The chord tone next to key, above or below. */
static int neighbour(const Chord *chord, int key, int way)
{
    do key += way;
    while (!chord_has(chord, key));
    return key;
}

/* Where a figure goes on its i-th of n notes: home at both ends, in between by its number. */
static int figure_key(const Climax *c, int seat, int m, int i, int n, const Num *own)
{
    const Frame *f = &c->frame[m];
    int home = f->key[seat];
    if (i == 0 || i == n - 1) return home;
    if (n > 8) return i % 2 == 0 ? home : neighbour(&f->harmony.chord, home, -1);
    if (own->u < 1 / 3.0) return neighbour(&f->harmony.chord, home, -1);
    return own->u < 2 / 3.0 ? home : neighbour(&f->harmony.chord, home, 1);
}

/* True when a string part may go to key at a tick without following another in parallel. */
static bool is_free(const Climax *c, int track, unsigned others, int key, int32_t at)
{
    const Track *t = c->o->s->track;
    CpOther other[OPERA_SEATS];
    int n = 0;
    for (int i = 0; i < OPERA_SEATS; i++)
        if (others >> i & 1) other[n++] = (CpOther){&t[i], 0};
    return counterpoint_parallels(other, n, track_sounding(&t[track], at - 1), key, at) == 0;
}

/* key, or the next chord tone below or above, whichever is free first; at worst the last again. */
static int choose(const Climax *c, int track, unsigned others, int key, int last, int32_t at,
                  const Chord *chord)
{
    const int way[3] = {key, neighbour(chord, key, -1), neighbour(chord, key, 1)};
    VoiceRange r = opera_range(track);
    for (int i = 0; i < 3; i++)
        if (way[i] != last && way[i] >= r.lo && way[i] <= r.hi &&
            is_free(c, track, others, way[i], at))
            return way[i];
    return last > 0 ? last : key;
}

static void play_figure(Climax *c, int seat, int m, int n, unsigned others)
{
    Opera *o = c->o;
    const Frame *f = &c->frame[m];
    int track = opera_seat(seat), last = -1;
    Part p = {.track = track,
              .rule = c->figure,
              .harmony = &f->harmony.why,
              .length = &o->desk[f->layer].tension,
              .dur = BAR / n + OVERLAP};
    for (int i = 0; i < n; i++) {
        const Num *own = opera_own(o, track, f->layer, 5 * (m + i) + seat);
        int key = figure_key(c, seat, m, i, n, own);
        p.at = f->at + i * (BAR / n);
        key = choose(c, track, others, key, last, p.at, &f->harmony.chord);
        p.key = last = key;
        p.vel = f->vel * (i == 0 ? 1 : n > 8 ? 0.72 : 0.86);
        p.pitch = p.loud = own;
        opera_play(o, &p);
    }
}

/* Root, fifth or octave, and a step that leads to the next measure's bass. */
static void play_bass(Climax *c, int m)
{
    Opera *o = c->o;
    const Frame *f = &c->frame[m];
    int n = density(c, m) < 0.35 ? 2 : 4, home = f->key[0], next = c->frame[m + 1].key[0];
    for (int i = 0; i < n; i++) {
        const Num *own = opera_own(o, OPERA_BASSES, f->layer, 5 * m + i);
        int key = home;
        if (i == 1 || i == 2)
            key = neighbour(&f->harmony.chord, home, own->u < 0.5 && home > 33 ? -1 : 1);
        if (n == 4 && i == 2) key = home;
        if (i == n - 1 && n == 4) {
            int lead = scale_step(o->scale, next, home > next ? 1 : -1);
            if (chord_allows(&f->harmony.chord, o->scale, lead)) key = lead;
        }
        if (key < opera_range(OPERA_BASSES).lo) key += 12;
        opera_play(o, &(Part){.track = OPERA_BASSES,
                              .rule = c->bass,
                              .key = key,
                              .at = f->at + i * (BAR / n),
                              .dur = BAR / n + OVERLAP,
                              .vel = f->vel * (i == 0 ? 1 : 0.88),
                              .pitch = own,
                              .loud = own,
                              .length = &o->desk[f->layer].tension,
                              .harmony = &f->harmony.why});
    }
}

static void sing_theme(Climax *c, int m, int track, int sv, double lo, double hi, unsigned others)
{
    static const int KIND[PHRASE] = {MOTIF_SUBJECT, MOTIF_COUNTER, MOTIF_SUBJECT,
                                     MOTIF_FREE,    MOTIF_SUBJECT, MOTIF_PEDAL};
    Opera *o = c->o;
    const Frame *f = &c->frame[m];
    const Desk *d = &o->desk[f->layer];
    int step = within_layer(c, m);
    Motif motif;
    motif_theme(o, KIND[step % PHRASE], f->layer, step / 2, BAR, &motif);
    opera_sing(o, &(Song){.track = track,
                          .rule = c->theme,
                          .layer = f->layer,
                          .at = f->at,
                          .motif = &motif,
                          .value = &d->sv[sv],
                          .hist = &d->hist_q,
                          .lo = lo,
                          .hi = hi,
                          .centre = lerp(0.3, 1, density(c, m)),
                          .width = 0.55,
                          .vel = f->vel * 1.08,
                          .loud = &d->tension,
                          .harmony = &f->harmony,
                          .others = others});
}

static int steps_for(double density)
{
    return density < 0.25 ? 2 : density < 0.5 ? 4 : density < 0.8 ? 8 : 16;
}

static void play_strings(Climax *c, int m)
{
    bool violins = c->frame[m].layer % 2 == 0;
    int n = steps_for(density(c, m));
    unsigned bass = 1u << OPERA_BASSES, violas = bass | 1u << OPERA_VIOLAS;
    unsigned inner = violas | 1u << OPERA_VIOLINS2, cellos = 1u << OPERA_CELLOS;
    play_bass(c, m);
    if (violins) {
        play_figure(c, 1, m, n > 4 ? 4 : n, bass);
        play_figure(c, 2, m, n > 8 ? 8 : n, bass | cellos);
        play_figure(c, 3, m, n, violas | cellos);
        sing_theme(c, m, OPERA_VIOLINS, OPERA_Q, 67, 91, inner | cellos);
    } else {
        sing_theme(c, m, OPERA_CELLOS, OPERA_V, 46, 67, bass);
        play_figure(c, 2, m, n > 8 ? 8 : n, bass | cellos);
        play_figure(c, 3, m, n, violas | cellos);
        play_figure(c, 4, m, n, inner | cellos);
    }
}

static void play_others(Climax *c, int m)
{
    Opera *o = c->o;
    const Frame *f = &c->frame[m];
    const Desk *d = &o->desk[f->layer];
    int step = within_layer(c, m);
    double dense = density(c, m);
    unsigned strings = (1u << (OPERA_BASSES + 1)) - 1;
    if (step % 2 == 1 || dense > 0.4)
        opera_horns(o, f->layer, 2 * step, &f->harmony, f->at, BAR, f->vel * 0.85);
    if (step % 3 != 2)
        opera_wind(o, OPERA_OBOE, f->layer, dense > 0.6 ? 5 : 3, step, &f->harmony, f->at, BAR,
                   f->vel * 0.9, &d->tension, strings);
    if (step % 3 != 0 || dense > 0.7)
        opera_wind(o, OPERA_CLARINET, f->layer, dense > 0.6 ? 4 : 2, step + 3, &f->harmony, f->at,
                   BAR, f->vel * 0.85, &d->tension,
                   strings | (step % 3 != 2 ? 1u << OPERA_OBOE : 0));
    if (step % 2 == 0)
        for (int half = 0; half < 2; half++)
            opera_harp(o, &d->gamma4, 0, 4, &f->harmony, f->at + half * 2 * BEAT, 2 * BEAT,
                       half == 1, f->vel * 0.85, c->harp);
    bool last = m + 1 < c->n && layer_of(c, m + 1) != f->layer;
    if ((last && d->tension.u > 0.5) || m == c->n - 2)
        opera_roll(o, f->at + 2 * BEAT, 2 * BEAT, f->harmony.chord.pc[0], f->vel, f->layer,
                   &f->harmony);
    if (step == 0)
        opera_roll(o, f->at, STEP, f->harmony.chord.pc[0], f->vel, f->layer, &f->harmony);
}

/* The tonic under the last fifth; only its root and fifth where the harmony is elsewhere. */
static void play_organ(Climax *c)
{
    static const VoiceRange PLACE[4] = {{36, 47}, {48, 59}, {55, 67}, {60, 74}};
    Opera *o = c->o;
    Chord tonic = opera_chord(o->scale, 0);
    int first = c->n - (c->n + 4) / 5, key[4];
    double aim[4];
    for (int k = 0; k < 4; k++)
        aim[k] = lerp(PLACE[k].lo, PLACE[k].hi, nums_at(&o->final, 5 * k)->u);
    voice_chord(&tonic, PLACE, 4, tonic.pc[0], NULL, aim, key);
    for (int m = first; m < c->n; m++) {
        bool home = c->plan[m].chord.pc[0] == tonic.pc[0];
        for (int k = 0; k < 4; k++) {
            int pc = (key[k] % 12 + 12) % 12;
            if (!home && pc == tonic.pc[1]) continue;
            if (!home && k > 1) continue;
            const Num *own = nums_at(&o->final, 5 * k);
            opera_play(o, &(Part){.track = OPERA_ORGAN,
                                  .rule = c->organ,
                                  .key = key[k],
                                  .at = c->frame[m].at,
                                  .dur = BAR,
                                  .vel = c->frame[m].vel * 0.8,
                                  .pitch = own,
                                  .loud = own,
                                  .length = own,
                                  .harmony = &c->plan[m].why});
        }
    }
}

static void play_end(Climax *c)
{
    Opera *o = c->o;
    Frame *f = &c->frame[c->n - 1];
    const Desk *d = &o->desk[f->layer];
    int before[OPERA_SEATS];
    opera_before(o, f->at, before);
    f->lift = 9; /* the last chord opens to the top */
    opera_voice(o, f, 1, before);
    opera_bow(o, f, 1, NULL, NULL, true, c->figure);
    opera_horns(o, f->layer, 1, &f->harmony, f->at, BAR, DYN_FF);
    opera_wind(o, OPERA_OBOE, f->layer, 1, 3, &f->harmony, f->at, BAR, DYN_FF, &d->tension, 0);
    opera_wind(o, OPERA_CLARINET, f->layer, 1, 9, &f->harmony, f->at, BAR, DYN_FF, &d->tension, 0);
    opera_harp(o, &d->gamma4, 0, 4, &f->harmony, f->at, BEAT, false, DYN_FF, c->harp);
    opera_roll(o, f->at, 2 * BEAT, f->harmony.chord.pc[0], DYN_FFF, f->layer, &f->harmony);
}

void opera_climax(Opera *o)
{
    Climax c = {.o = o, .n = o->bars[2]};
    if (c.n == 0) return;
    c.phrase = c.n / o->nl >= 3 ? c.n / o->nl : PHRASE;
    c.plan = mem_alloc(c.n, sizeof *c.plan);
    c.frame = mem_alloc(c.n, sizeof *c.frame);
    c.theme =
        opera_rule(o, "opera.act3.theme: the layer's theme, violins (q) in even layers, cellos "
                      "(v) in odd ones; key = the part's height at norm01(log1p sv)");
    c.figure =
        opera_rule(o, "opera.act3.strings: the voiced key; the chord tone below, itself or above "
                      "by thirds of norm01(log1p sv), the next one where that repeats or "
                      "runs parallel; loudness mp..fff from tension");
    c.bass = opera_rule(o, "opera.act3.basses: the chord's bass, the tone above or below by norm01 "
                           "of down's row norms, a step that leads on");
    c.harp = opera_rule(o, "opera.act3.harp: chord tones in the order of the norm's first four "
                           "gammas");
    c.organ =
        opera_rule(o, "opera.act3.organ: tonic in the last fifth, heights from the final norm");
    lay_frames(&c);
    for (int m = 0; m + 1 < c.n; m++) {
        play_strings(&c, m);
        play_others(&c, m);
    }
    play_organ(&c);
    play_end(&c);
    free(c.frame);
    free(c.plan);
}
