/* house_beat.c: the kit, the percussion, and what moves in the mix: the pumping of everything that
 * the kick pushes aside, the filters, the faders. */
#include "genre/house.h"

#include <stddef.h>

#include "music/form.h"

static void kit_groove(const Bar *b, const Drums *d)
{
    double hat_u;
    Value loud = house_curve(&b->m->gamma_mean, b->layer, b->tension, &hat_u);
    const BarPlan *p = &b->plan;
    unsigned heard = p->cut ? 7u : BEATS_ALL;
    drums_kick(d, p->kick & heard);
    drums_clap(d, p->clap & heard, p->snare);
    if (p->crash) drums_crash(d);
    if (p->fill) drums_fill(d, p->fill);
    drums_ghosts(d, p->fill ? 0 : p->ghosts);
    drums_hats_open(d, p->open & heard & (p->fill ? 3 : BEATS_ALL), loud, hat_u);
    if (p->roll_bars) drums_roll(d, p->roll_bar, p->roll_bars, b->until);
    if (!p->cut) drums_hats(d, p->hats, p->open, b->tension, b->tension_u);
}

void house_beat(const Bar *b)
{
    static const int HAND[3] = {DRUM_CONGA_LOW, DRUM_CONGA_OPEN, DRUM_CONGA_MUTE};
    static const int METAL[3] = {DRUM_RIM, DRUM_SHAKER, DRUM_TAMBOURINE};
    Series hands;
    Drums d = {.score = b->score,
               .track = b->deck->drums,
               .name = "house.drums",
               .source = "down row norms of layer bar mod L; hats by tension, open by gamma means",
               .at = b->at,
               .groove = b->groove,
               .steps = &b->steps,
               .level = lerp(0.78, 1, b->plan.energy)};
    kit_groove(b, &d);
    if (b->plan.perc == 0 || b->plan.cut) return;
    house_steps(b->m, &hands, b->chord_layer, ROLE_V, b->period + (b->in_period & 1));
    d.track = b->deck->perc;
    d.name = "house.percussion";
    d.source = "v row norms of the chord's layer";
    d.steps = &hands;
    drums_percussion(&d, b->period & 1 ? HAND : METAL, b->plan.perc,
                     lerp(0.55, 0.8, b->plan.energy));
    series_free(&hands);
}

static void set(const Bar *b, int track, int32_t at, CtlKind kind, double x, Value from, int rule)
{
    Value v = {.x = (float)clamp(x, 0, 1), .from = from.from};
    score_add_ctl(b->score, track, at, kind, v, rule);
}

/* Down with the kick and up again before the next, the deeper the harder the kick (which is the
 * row norm at the beat). */
static void duck(const Bar *b, int track, double depth)
{
    static const double CURVE[5] = {1, 0.8, 0.5, 0.22, 0}; /* at 0, 1/8, 1/4, 3/8, 5/8 of a beat */
    static const int AT[5] = {0, BEAT / 8, BEAT / 4, 3 * BEAT / 8, 5 * BEAT / 8};
    int rule = score_add_rule(
        b->score, "house.duck: expression falls on every kick, deeper for a higher row norm of "
                  "down at the beat, and is back before the next");
    for (int beat = 0; beat < 4; beat++) {
        bool kick = b->plan.kick >> beat & 1 && 4 * beat < b->until;
        double deep = kick ? depth * lerp(0.85, 1, b->steps.u[4 * beat]) : 0;
        for (int i = 0; i < (kick ? 5 : 1); i++)
            set(b, track, b->at + beat * BEAT + AT[i], CTL_EXPRESSION, 1 - deep * CURVE[i],
                b->steps.v[4 * beat], rule);
    }
}

/* The filter's two numbers, twice a bar; the section opens it, the layer's numbers colour it. */
static void filters(const Bar *b)
{
    const HouseDeck *d = b->deck;
    const int track[] = {d->bass, d->pad, d->keys, d->organ, d->lead};
    int rule = score_add_rule(
        b->score, "house.filter: cutoff = the section's opening + std of gate, resonance = "
                  "kurtosis of v, by layer bar mod L, moving to the next layer's within the bar");
    for (int half = 0; half < 2; half++) {
        double now, next, peak;
        Value c = house_curve(&b->m->cutoff, b->layer, b->steps.v[8 * half], &now);
        house_curve(&b->m->cutoff, b->layer + 1, c, &next);
        Value r = house_curve(&b->m->resonance, b->layer, b->steps.v[8 * half], &peak);
        double at = lerp(now, next, 0.5 * half) - 0.5, open = b->plan.filter;
        for (size_t i = 0; i < sizeof track / sizeof *track; i++) {
            int32_t when = b->at + half * 2 * BEAT;
            set(b, track[i], when, CTL_CUTOFF, 0.12 + 0.8 * open + 0.16 * at, c, rule);
            set(b, track[i], when, CTL_RESONANCE, lerp(0.15, 0.5, peak), r, rule);
        }
    }
}

static void pan_lead(const Bar *b)
{
    double u;
    Value v = house_curve(&b->m->gamma_asym, b->layer, b->tension, &u);
    int rule = score_add_rule(b->score, "house.pan: the arpeggio's place = norm01(gamma asymmetry) "
                                        "of layer bar mod L, 0.2..0.8");
    set(b, b->deck->lead, b->at, CTL_PAN, lerp(0.2, 0.8, u), v, rule);
}

static void fader(const Bar *b)
{
    const HouseDeck *d = b->deck;
    const int track[] = {d->bass, d->pad, d->keys, d->piano, d->organ, d->lead, d->strings};
    int rule = score_add_rule(b->score, "house.fader: one deck comes as the other goes");
    for (size_t i = 0; i < sizeof track / sizeof *track; i++)
        set(b, track[i], b->at, CTL_VOLUME, b->plan.volume, b->tension, rule);
}

/* The bass knob of the deck: in sixteenths where it turns, once where it has to be elsewhere. */
static void bass_knob(const Bar *b)
{
    HouseDeck *d = b->deck;
    const int track[] = {d->bass,  d->pad,  d->keys,    d->piano, d->organ,
                         d->lead, d->strings, d->drums, d->perc};
    int rule = score_add_rule(b->score, "house.eq: lows below 300 Hz are taken from the deck that "
                                        "goes while the deck that comes gets them");
    for (int step = 0; step <= 16; step++) {
        double at = lerp(b->plan.lowcut, b->plan.lowcut_to, step / 16.0);
        if (at == d->lowcut || (step == 16 && b->plan.lowcut == b->plan.lowcut_to)) continue;
        d->lowcut = at;
        for (size_t i = 0; i < sizeof track / sizeof *track; i++)
            set(b, track[i], b->at + step * BEAT / 4, CTL_LOWCUT, at, b->tension, rule);
    }
}

void house_mix(const Bar *b)
{
    const HouseDeck *d = b->deck;
    duck(b, d->pad, 0.6);
    duck(b, d->strings, 0.45);
    duck(b, d->bass, 0.3);
    duck(b, d->keys, 0.25);
    filters(b);
    if (b->plan.lead) pan_lead(b);
    bool mixing = b->plan.part == HOUSE_MIX_IN || b->plan.part == HOUSE_MIX_OUT;
    if (mixing || b->plan.bar == 0) fader(b);
    bass_knob(b);
}
