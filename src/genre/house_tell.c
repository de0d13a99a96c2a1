/* house_tell.c: the lines of house by a chain: see house.h. */
#include <math.h>

#include "genre/house.h"

static const double GROOVE = 0.2; /* steps: the next note may be early by 15 ms */
enum { STEPS = 16, FEWEST = 2, EVERY_STEP = 0xffff };

unsigned house_onsets(const Foretold *f, const Series *s, const float weight[16], int n)
{
    static const float NONE[STEPS] = {0};
    float u[STEPS];
    const Series mixed = {.n = STEPS, .v = s->v, .u = u};
    if (f->share <= 0 || n == 0) return house_rhythm(s, weight, n);
    for (int i = 0; i < STEPS; i++)
        u[i] = (float)lerp((double)s->u[i] + (double)weight[i], (double)f->first[i], f->share);
    int least = n / 2 > FEWEST ? n / 2 : FEWEST, most = n + n / 2 < STEPS ? n + n / 2 : STEPS;
    return house_rhythm(&mixed, NONE, foretold_count(f, n, least, most));
}

/* The degrees whose pitch the chord has, as bits. */
static unsigned chord_degrees(const Chord *chord, Scale scale)
{
    unsigned bits = 0;
    for (int k = 0; k < scale_size(scale); k++)
        if (chord_has(chord, scale_key(scale, k))) bits |= 1u << k;
    return bits;
}

/* A degree's pitch class over the chord: where the chord has altered it (the leading note of a
 * cadence), the chord's. */
static int pitch_over(const Chord *chord, Scale scale, int degree)
{
    int pc = scale_key(scale, degree) % 12;
    if (chord_has(chord, pc)) return pc;
    for (int i = 0; i < chord->n; i++)
        if (!scale_has(scale, chord->pc[i]) && (chord->pc[i] - pc + 12) % 12 == 1)
            return chord->pc[i];
    return pc;
}

void house_keys(const Bar *b, const Series *s, const LineRules *rules, const HouseVoice *v,
                int key[16], Cell said[16])
{
    Chain c;
    double u[STEPS];
    Generator gen = b->m->gen;
    int before = -1, size = scale_size(rules->scale), root = rules->chord->degree;
    gen.scale = rules->scale;
    for (int i = 0; i < STEPS; i++) said[i] = CELL_NONE;
    house_line(s, rules, key);
    if (gen.kind == GEN_ROWS) return;
    unsigned tones = chord_degrees(rules->chord, rules->scale);
    chain_of_weights(&c, &gen, b->m->fs, v->layer % b->m->nl, v->role, (root % size + size) % size);
    generator_variates(s, u);
    for (int i = 0; i < STEPS; i++) {
        if (i == rules->root_step) before = key[i]; /* the chain stands there already */
        if (!(v->bits >> i & 1) || i == rules->root_step) continue;
        unsigned allowed = rules->strong >> i & 1 ? tones : 0;
        if (rules->strong == EVERY_STEP) allowed &= ~(1u << c.now); /* an arpeggio moves */
        chain_step(&c, (double)v->strain->u[i], u[i], allowed);
        before = generator_key(pitch_over(rules->chord, rules->scale, c.now), rules->lo, rules->hi,
                               generator_place(s, i), before);
        key[i] = before;
        said[i] = c.said;
    }
}

void house_lean(Hit *h, const Foretold *f, Cell said, const Cell *chose, bool called, int room)
{
    if (!cell_is_none(said)) h->pitch.from = said;
    if (f->share <= 0) return;
    h->fourth = chose;
    if (h->ghost) return;
    h->vel = foretold_level(f, (int)h->step, h->vel);
    h->steps = foretold_length(f, h->steps, room - GROOVE);
    if (!cell_is_none(f->level[(int)h->step].from)) h->loud = f->level[(int)h->step];
    if (called)
        h->length = f->onset[(int)h->step];
    else if (!cell_is_none(f->length.from))
        h->length = f->length;
}
