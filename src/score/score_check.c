/* score_check.c: the invariants of a finished score, each violation in one line that names the
 * track, the note and the place. */
#include "score/score.h"

#include <math.h>

#include "score/place.h"

typedef struct Sources {
    const FeatureSet *const *fs; /* [nfs] */
    int nfs;
} Sources;

static bool is_real(const Sources *src, Cell c)
{
    for (int i = 0; i < src->nfs; i++)
        if (src->fs[i]->id == (int)c.set) return cell_valid(src->fs[i], c);
    return false;
}

static bool fail_at(const Score *s, const Track *t, const char *what, int i, int32_t tick,
                    const char *why, Err *err)
{
    Place p = score_place(s, tick);
    return err_set(err, "track \"%s\", %s %d at bar %d:%.2f: %s", t->name, what, i, p.bar, p.beat,
                   why);
}

static bool within(double v, double lo, double hi)
{
    return v >= lo && v <= hi; /* false for NaN */
}

/* NULL when the note is right. */
static const char *note_fault(const Score *s, const Sources *src, const Note *n)
{
    static const char *const SOURCE_FAULT[FROM_COUNT] = {
        [FROM_PITCH] = "its pitch comes from a number that does not exist",
        [FROM_VELOCITY] = "its velocity comes from a number that does not exist",
        [FROM_DURATION] = "its duration comes from a number that does not exist",
        [FROM_TIMBRE] = "its timbre comes from a number that does not exist",
    };
    if (n->start < 0 || n->dur <= 0) return "it has no duration or starts before the piece";
    if (n->start > s->length - n->dur) return "it ends after the piece";
    if (!within(n->key, 0, 127)) return "its key is not within 0..127";
    if (!(n->vel > 0 && n->vel <= 1)) return "its velocity is not within 0..1";
    if (!within(n->pan, -1, 1)) return "its pan is not within -1..1";
    for (int i = 0; i < 4; i++)
        if (!within(n->timbre[i], 0, 1)) return "its timbre is not within 0..1";
    if (n->rule == 0) return "no rule says how it was made";
    if (n->rule >= s->nrules) return "its rule does not exist";
    if (cell_is_none(n->from[FROM_PITCH])) return "no number is given for its pitch";
    for (int i = 0; i < FROM_COUNT; i++)
        if (!cell_is_none(n->from[i]) && !is_real(src, n->from[i])) return SOURCE_FAULT[i];
    return NULL;
}

static const char *ctl_fault(const Score *s, const Sources *src, const Ctl *c)
{
    if (c->at < 0 || c->at > s->length) return "it is outside the piece";
    if (c->kind >= CTL_COUNT) return "its kind does not exist";
    if (!within(c->value, c->kind == CTL_BEND ? -1 : 0, 1)) return "its value is out of range";
    if (c->rule >= s->nrules && c->rule != 0) return "its rule does not exist";
    if (!cell_is_none(c->from) && !is_real(src, c->from)) return "its source does not exist";
    return NULL;
}

static bool check_mix(const Track *t, Err *err)
{
    if (t->program < 0 || t->program > 127)
        return err_set(err, "track \"%s\": program %d is not within 0..127", t->name, t->program);
    if (t->channel < -1 || t->channel > 15)
        return err_set(err, "track \"%s\": channel %d is not within 0..15", t->name, t->channel);
    if (!isfinite(t->gain_db) || !within(t->pan, -1, 1) || !within(t->reverb, 0, 1) ||
        !within(t->chorus, 0, 1))
        return err_set(err, "track \"%s\": gain, pan, reverb or chorus is out of range", t->name);
    return true;
}

static bool check_track(const Score *s, const Sources *src, const Track *t, Err *err)
{
    if (!check_mix(t, err)) return false;
    for (int i = 0; i < t->nnotes; i++) {
        const char *why = note_fault(s, src, &t->note[i]);
        if (!why && i > 0 && t->note[i].start < t->note[i - 1].start)
            why = "it is out of order: call score_finish()";
        if (why) return fail_at(s, t, "note", i, t->note[i].start, why, err);
    }
    for (int i = 0; i < t->nctls; i++) {
        const char *why = ctl_fault(s, src, &t->ctl[i]);
        if (!why && i > 0 && t->ctl[i].at < t->ctl[i - 1].at)
            why = "it is out of order: call score_finish()";
        if (why) return fail_at(s, t, "control", i, t->ctl[i].at, why, err);
    }
    return true;
}

static bool check_maps(const Score *s, Err *err)
{
    for (int i = 0; i < s->ntempos; i++)
        if (!within(s->tempo[i].bpm, 4, 1000) || s->tempo[i].at < 0)
            return err_set(err, "tempo %d: %g is not within 4..1000 quarter notes a minute", i,
                           s->tempo[i].bpm);
    for (int i = 0; i < s->nsections; i++)
        if (s->section[i].at < 0 || s->section[i].at > s->length)
            return err_set(err, "section \"%s\" is outside the piece", s->section[i].name);
    return true;
}

bool score_check(const Score *s, const FeatureSet *const *fs, int nfs, Err *err)
{
    const Sources src = {.fs = fs, .nfs = nfs};
    if (!check_maps(s, err)) return false;
    for (int i = 0; i < s->ntracks; i++)
        if (!check_track(s, &src, &s->track[i], err)) return false;
    return true;
}
