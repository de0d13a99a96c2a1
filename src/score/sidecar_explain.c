/* sidecar_explain.c: the notes of a sidecar in words: filtered, in order of time, one line each. */
#include "score/sidecar.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "score/place.h"
#include "score/sort.h"

static const char *const FROM_NAME[FROM_COUNT] = {
    [FROM_PITCH] = "pitch_from",
    [FROM_VELOCITY] = "velocity_from",
    [FROM_DURATION] = "duration_from",
    [FROM_TIMBRE] = "timbre_from",
};

/* True when `part` is somewhere in s, upper and lower case alike. */
static bool contains(const char *s, const char *part)
{
    size_t n = strlen(part);
    for (; strlen(s) >= n; s++) {
        size_t i = 0;
        while (i < n && tolower((unsigned char)s[i]) == tolower((unsigned char)part[i])) i++;
        if (i == n) return true;
    }
    return false;
}

static bool passes(const Sidecar *sc, const ExplainFilter *f, const SidecarNote *n)
{
    if (f->track && !contains(sc->track[n->track].name, f->track)) return false;
    if (f->from > 0 && n->to <= f->from) return false;
    if (f->to > 0 && n->at >= f->to) return false;
    if (n->bar < f->first_bar) return false;
    return f->last_bar <= 0 || n->bar <= f->last_bar;
}

static int by_time_then_track(const void *a, const void *b)
{
    const SidecarNote *x = *(const SidecarNote *const *)a, *y = *(const SidecarNote *const *)b;
    if (x->start != y->start) return x->start < y->start ? -1 : 1;
    return x->track - y->track;
}

/* True when the piece is made from several texts. */
static bool many_prompts(const Sidecar *sc)
{
    for (int i = 1; i < sc->nmodels; i++)
        if (strcmp(sc->model[i].prompt, sc->model[0].prompt) != 0) return true;
    return false;
}

/* n bytes of text with control characters escaped as `inspect` escapes them. */
static void put_plain(Str *out, const char *text, size_t n)
{
    char *part = mem_strndup(text, n);
    Str quoted = {0};
    json_quote(&quoted, part);
    str_add(out, quoted.s + 1, quoted.len - 2);
    str_free(&quoted);
    free(part);
}

/* Which of several models or texts; spell: its beginning too, cut between two characters. */
static void put_which(Str *out, const Sidecar *sc, int set, bool spell)
{
    enum { SHOWN = 24 }; /* bytes */
    if (set < 0 || sc->nmodels < 2) return;
    bool texts = many_prompts(sc);
    str_addf(out, ", %s %d", texts ? "prompt" : "model", set + 1);
    if (!texts || !spell) return;
    const char *text = sc->model[set].prompt;
    size_t n = strlen(text), cut = n > SHOWN ? SHOWN : n;
    while (cut < n && cut > 0 && ((unsigned char)text[cut] & 0xc0) == 0x80) cut--;
    str_puts(out, " \"");
    put_plain(out, text, cut);
    str_puts(out, cut < n ? "...\"" : "\"");
}

static void put_source(Str *out, const Sidecar *sc, const SidecarSource *s, bool first)
{
    str_puts(out, "  ");
    if (*s->role) str_addf(out, "%s ", s->role);
    str_addf(out, "%s[%d]=%.6g", s->feature, s->lane, s->value);
    if (*s->unit) str_addf(out, " %s", s->unit);
    if (!isnan(s->norm)) str_addf(out, " (%.0f%%)", 100 * s->norm);
    if (s->layer >= 0) str_addf(out, " layer %d", s->layer);
    if (s->head >= 0) str_addf(out, " head %d", s->head);
    if (s->token >= 0) str_addf(out, " token %d", s->token);
    if (*s->label) {
        str_puts(out, " (");
        put_plain(out, s->label, strlen(s->label));
        str_putc(out, ')');
    }
    if (*s->model) str_addf(out, " of %s", s->model);
    put_which(out, sc, s->set, first);
}

static void put_line(Str *out, const Sidecar *sc, const SidecarNote *n)
{
    char name[KEY_NAME_SIZE];
    key_name(n->key, name);
    str_addf(out, "%.3fs bar %d:%.2f %s  %s (%g) vel %.2f", n->at, n->bar, n->beat,
             sc->track[n->track].name, name, n->key, n->vel);
    for (int f = 0; f < FROM_COUNT; f++) {
        bool said = false; /* a number that made two things is printed once */
        for (int e = 0; e < f; e++) said = said || n->from[e] == n->from[f];
        if (n->from[f] >= 0 && !said) put_source(out, sc, &sc->source[n->from[f]], f == 0);
    }
    str_addf(out, "  %s\n", n->rule);
}

static void put_source_json(JsonOut *j, const Sidecar *sc, const char *key, const SidecarSource *s)
{
    jout_begin(j, key, '{', true);
    if (s->set >= 0) jout_int(j, "set", s->set + 1);
    jout_string(j, "model", s->model);
    if (s->set >= 0 && *sc->model[s->set].prompt)
        jout_string(j, "prompt_text", sc->model[s->set].prompt);
    jout_string(j, "table", s->table);
    jout_string(j, "label", s->label);
    if (s->layer >= 0) jout_int(j, "layer", s->layer);
    if (*s->role) jout_string(j, "role", s->role);
    if (s->prompt >= 0) jout_int(j, "prompt", s->prompt);
    if (s->head >= 0) jout_int(j, "head", s->head);
    if (s->token >= 0) jout_int(j, "token", s->token);
    jout_string(j, "feature", s->feature);
    jout_int(j, "lane", s->lane);
    jout_number(j, "value", s->value, 6);
    jout_number(j, "norm", s->norm, 4);
    jout_string(j, "unit", s->unit);
    jout_end(j, '}');
}

static void put_note_json(JsonOut *j, const Sidecar *sc, const SidecarNote *n)
{
    char name[KEY_NAME_SIZE];
    key_name(n->key, name);
    jout_begin(j, NULL, '{', true);
    jout_number(j, "at", n->at, 9);
    jout_number(j, "to", n->to, 9);
    jout_int(j, "bar", n->bar);
    jout_number(j, "beat", n->beat, 6);
    jout_string(j, "track", sc->track[n->track].name);
    jout_number(j, "key", n->key, 6);
    jout_string(j, "name", name);
    jout_number(j, "velocity", n->vel, 4);
    jout_int(j, "flags", n->flags);
    jout_string(j, "rule", n->rule);
    for (int f = 0; f < FROM_COUNT; f++)
        if (n->from[f] >= 0) put_source_json(j, sc, FROM_NAME[f], &sc->source[n->from[f]]);
    jout_end(j, '}');
}

static void put_json(Str *out, const Sidecar *sc, const SidecarNote *const *note, int n)
{
    JsonOut j;
    jout_init(&j, out);
    jout_begin(&j, NULL, '{', false);
    jout_string(&j, "title", sc->title);
    jout_string(&j, "genre", sc->genre);
    jout_number(&j, "seconds", sc->seconds, 9);
    jout_begin(&j, "notes", '[', false);
    for (int i = 0; i < n; i++) put_note_json(&j, sc, note[i]);
    jout_end(&j, ']');
    jout_end(&j, '}');
}

/* Says why nothing was listed. */
static bool nothing(const Sidecar *sc, const ExplainFilter *f, Err *err)
{
    Str names = {0};
    bool known = !f->track;
    for (int i = 0; i < sc->ntracks; i++) {
        known = known || contains(sc->track[i].name, f->track);
        str_addf(&names, "%s%s", i ? ", " : "", sc->track[i].name);
    }
    if (known)
        err_set(err, "no note in that range; the piece lasts %.3f s", sc->seconds);
    else
        err_set(err, "no track is called \"%s\"; there are: %s", f->track, str_text(&names));
    str_free(&names);
    return false;
}

bool score_explain(const Sidecar *sc, const ExplainFilter *filter, bool json, Str *out, Err *err)
{
    const SidecarNote **hit = mem_alloc(sc->nnotes, sizeof *hit);
    int n = 0;
    for (int i = 0; i < sc->nnotes; i++)
        if (passes(sc, filter, &sc->note[i])) hit[n++] = &sc->note[i];
    stable_sort(hit, n, sizeof *hit, by_time_then_track);
    if (json && n > 0) put_json(out, sc, hit, n);
    for (int i = 0; i < n && !json; i++) put_line(out, sc, hit[i]);
    free(hit);
    return n > 0 || nothing(sc, filter, err);
}
