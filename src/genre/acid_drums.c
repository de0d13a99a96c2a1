/* acid_drums.c: the drum machine of the acid piece. Steps are the gate's row norms of the layer
 * (the seed's "drums gated by gate_proj statistics"), hats take their loudness from tension. */
#include "acid.h"

#include "music/drums.h"
#include "music/form.h"

/* One bar's place in the arrangement. */
typedef struct BarPlan {
    int layer;
    bool kick, clap, crash, fill, first_quarter;
    int hats, ghosts, roll_bar, roll_bars; /* roll_bars 0 = no roll */
    unsigned open;
} BarPlan;

static BarPlan plan_intro(const AcidPiece *p, int bar)
{
    bool late = 2 * bar >= p->intro; /* the kick has the first half for itself */
    return (BarPlan){.layer = p->slot[0].layer, .kick = true,
                     .hats = late ? bar * 8 / p->intro : 0, .fill = bar == p->intro - 1};
}

static BarPlan plan_outro(const AcidPiece *p, int bar)
{
    int left = p->outro - bar; /* 1 = the last bar */
    return (BarPlan){.layer = p->slot[p->nslots - 1].layer, .kick = left > 1, .crash = left == 1,
                     .clap = left > 2, .hats = left > 2 ? 8 : left > 1 ? 4 : 0};
}

static BarPlan plan_slot(const AcidPiece *p, int index, int bar)
{
    const AcidSlot *s = &p->slot[index];
    double depth = p->nslots > 1 ? (double)index / (p->nslots - 1) : 1;
    bool after_break = p->breakdown >= 0 && index == p->breakdown + 1;
    BarPlan b = {.layer = s->layer, .kick = true, .clap = index > 0 || s->bars - bar <= 2};
    b.hats = 6 + (int)(8 * acid_tension(p, s->layer) * (0.5 + 0.5 * depth) + 0.5);
    b.ghosts = depth > 0.3 ? 2 + bar % 2 : 0;
    b.open = depth > 0.2 ? BEATS_ALL : bar % 2 ? BEATS_BACK : BEATS_NONE;
    b.crash = bar == 0 && (index % 2 == 0 || after_break);
    b.fill = bar == s->bars - 1 && s->bars > 1;
    if (acid_in_break(p, s, bar)) {
        b.kick = b.clap = b.crash = b.fill = false;
        b.open = BEATS_NONE;
        b.ghosts = 0;
        b.hats = s->bars - bar > 1 ? 4 : 0; /* the last bar is the roll's and the air's */
        b.roll_bars = 2;
        b.roll_bar = bar - (s->bars - 2);
    }
    return b;
}

static void write_bar(AcidPiece *p, Drums *d, int bar, const BarPlan *b)
{
    Series steps;
    int role = map_role(p->fs, b->layer, ROLE_GATE);
    if (!series_steps16(&steps, p->fs, "row_norms", b->layer, role)) return;
    Value tension = feat_look(p->fs, FT_LAYERS, "tension", b->layer, -1, 0);
    double tension_u = acid_tension(p, b->layer);
    if (cell_is_none(tension.from)) tension = steps.v[0];
    d->at = bar * BAR;
    d->steps = &steps;
    d->groove = groove_from(&steps, p->bpm, 0.25 * tension_u, 0.3);
    if (b->kick) drums_kick(d, BEATS_ALL);
    if (b->clap) drums_clap(d, BEATS_BACK, b->layer > p->fs->nl / 2);
    if (b->ghosts) drums_ghosts(d, b->ghosts);
    if (b->hats) drums_hats(d, b->hats, b->open, tension, tension_u);
    if (b->open) drums_hats_open(d, b->open, tension, tension_u);
    if (b->crash) drums_crash(d);
    if (b->fill) drums_fill(d, 12);
    if (b->roll_bars && b->roll_bar >= 0)
        drums_roll(d, b->roll_bar, b->roll_bars, b->roll_bar == b->roll_bars - 1 ? ACID_AIR : 16);
    series_free(&steps);
}

void acid_write_drums(AcidPiece *p, AcidTracks *t)
{
    Drums d = {.score = p->score, .name = "acid.drums", .source = "gate row norms of the layer",
               .level = 1};
    d.track = score_add_track(p->score, "Drums", 25, true); /* the 808 kit, where the font has it */
    t->drums = d.track;
    p->score->track[d.track].gain_db = -4;
    p->score->track[d.track].reverb = 0.1f;
    for (int bar = 0; bar < p->intro; bar++) {
        BarPlan b = plan_intro(p, bar);
        write_bar(p, &d, bar, &b);
    }
    for (int i = 0; i < p->nslots; i++) {
        for (int bar = 0; bar < p->slot[i].bars; bar++) {
            BarPlan b = plan_slot(p, i, bar);
            write_bar(p, &d, p->slot[i].bar + bar, &b);
        }
    }
    for (int bar = 0; bar < p->outro; bar++) {
        BarPlan b = plan_outro(p, bar);
        write_bar(p, &d, p->total - p->outro + bar, &b);
    }
}
