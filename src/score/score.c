/* score.c: building a score: see score/score.h. Everything is appended; score_finish() sorts. */
#include "score/score.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void text_free(char **text, int n)
{
    for (int i = 0; i < n; i++) free(text[i]);
    free(text);
}

void score_free(Score *s)
{
    for (int i = 0; i < s->ntracks; i++) {
        free(s->track[i].note);
        free(s->track[i].ctl);
    }
    free(s->track);
    free(s->tempo);
    free(s->meter);
    free(s->keysig);
    free(s->section);
    text_free(s->rule, s->nrules);
    text_free(s->text, s->ntexts);
    *s = (Score){0};
}

int score_add_track(Score *s, const char *name, int program, bool drum)
{
    assert(program >= 0 && program < 128);
    Track *t = mem_push(&s->track, &s->ntracks, &s->cap_tracks, sizeof *t);
    snprintf(t->name, sizeof t->name, "%s", name);
    t->program = program;
    t->drum = drum;
    t->channel = -1;
    return s->ntracks - 1;
}

void score_add_note(Score *s, int track, const Note *n)
{
    assert(track >= 0 && track < s->ntracks);
    assert(n->start >= 0 && n->dur > 0 && n->dur <= INT32_MAX - n->start);
    assert(n->key >= 0 && n->key <= 127);
    assert(n->vel >= 0 && n->vel <= 1);
    assert(n->pan >= -1 && n->pan <= 1);
    if (n->vel == 0) return;
    Track *t = &s->track[track];
    Note *slot = mem_push(&t->note, &t->nnotes, &t->cap_notes, sizeof *slot);
    *slot = *n;
}

void score_add_ctl(Score *s, int track, int32_t at, CtlKind kind, Value v, int rule)
{
    assert(track >= 0 && track < s->ntracks);
    assert(at >= 0 && kind < CTL_COUNT);
    assert(v.x >= (kind == CTL_BEND ? -1 : 0) && v.x <= 1);
    assert(rule >= 0 && rule <= UINT16_MAX);
    Track *t = &s->track[track];
    Ctl *c = mem_push(&t->ctl, &t->nctls, &t->cap_ctls, sizeof *c);
    *c = (Ctl){.at = at, .kind = (uint8_t)kind, .rule = (uint16_t)rule, .value = v.x,
               .from = v.from};
}

void score_add_tempo(Score *s, int32_t at, double bpm)
{
    assert(at >= 0 && isfinite(bpm) && bpm > 0);
    Tempo *t = mem_push(&s->tempo, &s->ntempos, &s->cap_tempos, sizeof *t);
    *t = (Tempo){.at = at, .bpm = bpm};
}

void score_add_meter(Score *s, int32_t at, int num, int den)
{
    assert(at >= 0 && num > 0 && num < 256);
    assert(den > 0 && den <= 64 && (den & (den - 1)) == 0);
    Meter *m = mem_push(&s->meter, &s->nmeters, &s->cap_meters, sizeof *m);
    *m = (Meter){.at = at, .num = num, .den = den};
}

void score_add_keysig(Score *s, int32_t at, int sharps, bool minor)
{
    assert(at >= 0 && sharps >= -7 && sharps <= 7);
    KeySig *k = mem_push(&s->keysig, &s->nkeysigs, &s->cap_keysigs, sizeof *k);
    *k = (KeySig){.at = at, .sharps = sharps, .minor = minor};
}

void score_add_section(Score *s, int32_t at, const char *name)
{
    assert(at >= 0);
    Section *x = mem_push(&s->section, &s->nsections, &s->cap_sections, sizeof *x);
    x->at = at;
    snprintf(x->name, sizeof x->name, "%s", name);
}

static void score_push_rule(Score *s, const char *text)
{
    char **slot = mem_push(&s->rule, &s->nrules, &s->cap_rules, sizeof *slot);
    *slot = mem_strdup(text);
}

int score_add_rule(Score *s, const char *text)
{
    if (s->nrules == 0) score_push_rule(s, "");
    for (int i = 0; i < s->nrules; i++)
        if (strcmp(s->rule[i], text) == 0) return i;
    assert(s->nrules <= UINT16_MAX);
    score_push_rule(s, text);
    return s->nrules - 1;
}

void score_add_text(Score *s, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char **slot = mem_push(&s->text, &s->ntexts, &s->cap_texts, sizeof *slot);
    *slot = mem_alloc((int64_t)n + 1, 1);
    vsnprintf(*slot, (size_t)n + 1, fmt, again);
    va_end(again);
}

int score_count_notes(const Score *s)
{
    int n = 0;
    for (int i = 0; i < s->ntracks; i++) n += s->track[i].nnotes;
    return n;
}
