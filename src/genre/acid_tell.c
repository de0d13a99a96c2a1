/* acid_tell.c: the 303's pattern by a chain: see acid_pattern.h. */
#include <math.h>

#include "acid_pattern.h"
#include "music/harmony.h"

enum { FEWEST_STEPS = 6, HALF_BAR = ACID_STEPS / 2, LEAP = 12 };

/* The tonic's triad, as bits of degrees. */
static unsigned triad(Scale scale)
{
    Chord tonic = chord_on(scale, 0, 3);
    unsigned bits = 0;
    for (int k = 0; k < scale_size(scale); k++)
        if (chord_has(&tonic, scale_key(scale, k))) bits |= 1u << k;
    return bits;
}

static int count_sounding(const AcidPattern *p)
{
    int n = 0;
    for (int i = 0; i < ACID_STEPS; i++) n += !p->step[i].rest;
    return n;
}

/* The gate's row norms and the onsets that the network expects, each by its weight, say which steps
 * sound: as many as both think. The beats' row norms count as the largest, the first step is never
 * silent. */
static void set_onsets(AcidPattern *p, const Foretold *f)
{
    double say[ACID_STEPS];
    bool sounds[ACID_STEPS] = {true};
    int n = foretold_count(f, count_sounding(p), FEWEST_STEPS, ACID_STEPS);
    for (int i = 0; i < ACID_STEPS; i++)
        say[i] = lerp(i % 4 ? (double)p->step[i].gate_u : 1, (double)f->first[i], f->share);
    for (int count = 1; count < n; count++) {
        int best = -1;
        for (int i = 0; i < ACID_STEPS; i++)
            if (!sounds[i] && (best < 0 || say[i] > say[best])) best = i;
        sounds[best] = true;
    }
    for (int i = 0; i < ACID_STEPS; i++) {
        p->step[i].called = sounds[i] && p->step[i].rest;
        p->step[i].rest = !sounds[i];
    }
}

/* Where velocity is expected to stand out, norm01 over the steps, there may be an accent. */
static void set_levels(AcidPattern *p, const Foretold *f)
{
    float level[ACID_STEPS], u[ACID_STEPS];
    for (int i = 0; i < ACID_STEPS; i++) level[i] = f->level[i].x;
    map_norm01(level, ACID_STEPS, u);
    for (int i = 0; i < ACID_STEPS; i++) {
        AcidStep *s = &p->step[i];
        s->lean = f->share;
        s->level = f->level[i];
        s->length = f->length;
        s->onset = f->onset[i];
        s->accent = i % 4 == 0 || lerp((double)s->u, (double)u[i], f->share) > 0.55;
    }
}

void acid_tell(AcidPattern *p, const FeatureSet *fs, const AcidVoice *v, const Series *norms)
{
    Chain c;
    Foretold f;
    double u[ACID_STEPS];
    int before = -1;
    Scale scale = v->gen.scale;
    foretold_load(&f, &v->gen, fs, p->layer);
    if (f.share > 0 && !v->answers) set_onsets(p, &f);
    if (f.share > 0) set_levels(p, &f);
    chain_of_weights(&c, &v->gen, fs, p->layer, v->role, 0);
    generator_variates(norms, u);
    for (int i = 0; i < ACID_STEPS; i++) {
        AcidStep *s = &p->step[i];
        if (s->rest && !v->answers) continue;
        chain_step(&c, (double)s->gate_u, u[i], i % HALF_BAR == 0 ? triad(scale) : 0);
        before = generator_key(scale_key(scale, c.now) % 12, v->lo, v->hi - LEAP,
                               generator_place(norms, i), before);
        s->key = before + (i == 3 || i == 7 ? LEAP : 0); /* within hi */
        s->said = c.said;
    }
}
