/* cascade_coda.c: two bars that close a piece: the chord that the mode puts before its tonic, then
 * the tonic; made from the last layer's last token. */
#include <math.h>

#include "cascade_line.h"
#include "cascade_play.h"
#include "music/mapping.h"

static const VoiceRange RANGE[STRING_VOICES] = {{36, 50}, {46, 60}, {53, 67}, {59, 74}};

typedef struct Close {
    const CascadeLayer *l;
    const CascadeToken *k;
    CascadeSeats *seat;
    int32_t at; /* of the coda */
    int rule;
} Close;

static void sound(const Close *z, int seat, int32_t at, int32_t dur, int key, double vel,
                  Cell pitch)
{
    Note n = {.start = at, .dur = dur, .key = (float)key, .vel = (float)clamp(vel, 0.05, 1),
              .rule = (uint16_t)z->rule};
    n.from[FROM_PITCH] = pitch;
    n.from[FROM_VELOCITY] = z->k->norm.from;
    n.from[FROM_DURATION] = z->l->entropy.from;
    n.from[FROM_TIMBRE] = z->l->loud.from;
    if (z->seat->track[seat] >= 0) score_add_note(z->seat->s, z->seat->track[seat], &n);
}

static void strings(const Close *z, const Chord *chord, int bar)
{
    int key[STRING_VOICES];
    voice_chord(chord, RANGE, STRING_VOICES, chord->pc[0],
                z->seat->before[0] > 0 ? z->seat->before : NULL, NULL, key);
    for (int v = 0; v < STRING_VOICES; v++) {
        sound(z, SEAT_STRINGS, z->at + bar * BAR, BAR, key[v], lerp(DYN_P, DYN_MP, z->l->swell),
              z->k->phase.from);
        z->seat->before[v] = key[v];
    }
}

/* The lead goes down over the chord's tones to the tonic. */
static void lead(const Close *z, const Chord *before, int tonic)
{
    double aim = lerp(LEAD_LOW + 3, LEAD_HIGH - 8, z->k->loud);
    double vel = lerp(DYN_P, DYN_MF, z->k->loud);
    int last = cascade_lead_key(tonic, (int)aim, aim);
    int second = chord_snap(before, last + 2), first = chord_snap(before, second + 4);
    sound(z, SEAT_LEAD, z->at, 2 * BEAT, first, vel, z->k->phase.from);
    sound(z, SEAT_LEAD, z->at + 2 * BEAT, 2 * BEAT, second, 0.92 * vel, z->k->phase.from);
    sound(z, SEAT_LEAD, z->at + BAR, BAR, last, 0.9 * vel, z->k->phase.from);
}

void cascade_coda(const Cascade *c, const CascadePlan *p, CascadeSeats *seat)
{
    const CascadeLayer *l = &c->layer[c->nl - 1];
    const Scale scale = p->pass[p->passes - 1].scale;
    Close z = {.l = l, .k = &l->tok[c->nt - 1], .seat = seat,
               .at = seat->at + p->passes * p->bars * BAR};
    z.rule = score_add_rule(seat->s, "cascade.coda: the mode's cadence; height and loudness of the "
                                     "last token in the last layer");
    Chord before = chord_before_tonic(scale), tonic = chord_on(scale, 0, 3);
    strings(&z, &before, 0);
    strings(&z, &tonic, 1);
    lead(&z, &before, scale.root);
    if (l->directed) {
        int low = chord_snap(&tonic, 43);
        while (low % 12 != scale.root) low--;
        sound(&z, SEAT_ORGAN, z.at + BAR, BAR, low > 35 ? low : low + 12,
              lerp(DYN_PP, DYN_F, l->strain), l->tension.from);
    }
    if (cell_is_none(z.k->sparsity.from)) return;
    for (int i = 0, key = 78; i < 4; i++) {
        do key++;
        while (!chord_has(&tonic, key));
        sound(&z, SEAT_CELESTA, z.at + BAR + i * STEP, 2 * BEAT, key, DYN_P - 0.04 * i,
              z.k->sparsity.from);
    }
}
