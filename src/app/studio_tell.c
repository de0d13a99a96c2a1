/* studio_tell.c: see studio_tell.h. All of it is read off the piece's own sidecar and features, so
 * that it cannot say anything else than the files do. */
#include "studio_tell.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/words_json.h"
#include "base/json.h"
#include "base/mem.h"

/* By the circle of fifths, from seven flats to seven sharps. */
static void key_name(int sharps, bool minor, char *out, size_t size)
{
    static const char *const NAME[] = {"Fb", "Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F",  "C", "G",
                                       "D",  "A",  "E",  "B",  "F#", "C#", "G#", "D#", "A#"};
    int i = sharps + 8 + (minor ? 3 : 0);
    bool known = i >= 0 && i < (int)(sizeof NAME / sizeof *NAME);
    snprintf(out, size, "%s %s", known ? NAME[i] : "?", minor ? "minor" : "major");
}

bool studio_tell_summary(StudioPiece *p, Err *err)
{
    const Str *text = &p->part[STUDIO_JSON];
    Json *root = json_parse(str_text(text), text->len, err);
    if (!root) return false;
    const char *title = json_string(json_get(root, "title"));
    const Json *key = json_child(json_get(root, "keys"));
    const Json *tempo = json_child(json_get(root, "tempos"));
    snprintf(p->title, sizeof p->title, "%s", title ? title : "");
    p->seconds = json_number(json_get(root, "seconds"), 0);
    p->tempo = tempo ? json_number(json_next(json_child(tempo)), 120) : 120;
    if (key) {
        const Json *sharps = json_next(json_child(key));
        key_name((int)json_number(sharps, 0), json_truth(json_next(sharps), false), p->key,
                 sizeof p->key);
    }
    json_free(root);
    return true;
}

/* ---- words ---------------------------------------------------------------------------------- */

/* The token that gave a note of the first track its pitch, -1 = none; where a network did, its
 * loudness. */
static int token_of(const Sidecar *sc, const SidecarNote *n)
{
    static const int PART[] = {FROM_PITCH, FROM_VELOCITY};
    for (int k = 0; k < 2 && n->track == 0; k++) {
        int i = n->from[PART[k]];
        if (i >= 0 && strcmp(sc->source[i].table, "tokens") == 0) return sc->source[i].token;
    }
    return -1;
}

bool studio_tell_onsets(const Sidecar *sc, int n, double *onset)
{
    int last = -1;
    for (int t = 0; t < n; t++) onset[t] = NAN;
    for (int i = 0; i < sc->nnotes; i++) {
        int t = token_of(sc, &sc->note[i]);
        if (t >= 0 && t < n && !(onset[t] <= sc->note[i].at)) onset[t] = sc->note[i].at;
    }
    for (int t = 0; t < n; t++) {
        if (isnan(onset[t])) continue;
        if (last >= 0 && onset[t] <= onset[last]) return false;
        last = t;
    }
    return last > 0;
}

static bool in_word(const Sidecar *sc, const SidecarNote *n, const SpaceSpan *span)
{
    int t = token_of(sc, n);
    return t >= span->from && t < span->end;
}

void studio_tell_words(const Sidecar *sc, const char *text, const TokenIds *ids, Str *out)
{
    SpaceWords w = {.n = 0};
    WordNote *note = NULL;
    int n = 0, cap = 0;
    space_words_find(&w, text, strlen(text), ids);
    for (int k = 0; k < sc->nnotes; k++) /* the first track's notes come first */
        for (int i = 0; i < w.n; i++) {
            const SidecarNote *from = &sc->note[k];
            if (!in_word(sc, from, &w.span[i])) continue;
            WordNote *to = mem_push(&note, &n, &cap, sizeof *note);
            *to = (WordNote){.word = i, .track = from->track, .note = k,
                             .voice = sc->track[from->track].name, .key = from->key,
                             .vel = from->vel, .at = from->at, .to = from->to};
        }
    words_json(out, text, sc->seconds, &w, note, n);
    free(note);
    space_words_free(&w);
}

/* ---- heat ----------------------------------------------------------------------------------- */

typedef struct HeatGrid {
    const FeatureSet *fs;
    int nt, rows;
    int *at; /* [rows, nt] row of FT_TOKENS, -1 = absent; row 0 is the embedding */
} HeatGrid;

static void put_column(JsonOut *j, const char *key, const HeatGrid *g, const char *column)
{
    int col = feat_find_column(g->fs, FT_TOKENS, column);
    bool any = false;
    for (int i = 0; i < g->rows * g->nt; i++)
        any = any || isfinite(feat_value(g->fs, FT_TOKENS, col, g->at[i], 0).x);
    if (!any) {
        jout_string(j, key, NULL);
        return;
    }
    jout_begin(j, key, '[', false);
    for (int r = 0; r < g->rows; r++) {
        jout_begin(j, NULL, '[', true);
        for (int t = 0; t < g->nt; t++)
            jout_number(j, NULL,
                        (double)feat_value(g->fs, FT_TOKENS, col, g->at[r * g->nt + t], 0).x, 6);
        jout_end(j, ']');
    }
    jout_end(j, ']');
}

static void find_rows(HeatGrid *g)
{
    const Table *t = &g->fs->table[FT_TOKENS];
    g->at = mem_alloc((int64_t)g->rows * g->nt, sizeof *g->at);
    for (int i = 0; i < g->rows * g->nt; i++) g->at[i] = -1;
    for (int r = 0; r < t->nrows; r++) {
        const RowKey *k = &t->key[r];
        if (k->layer >= -1 && k->layer + 1 < g->rows && k->token >= 0 && k->token < g->nt)
            g->at[(k->layer + 1) * g->nt + k->token] = r;
    }
}

static void put_onsets(JsonOut *j, const double *onset, int nt)
{
    if (!onset) {
        jout_string(j, "token_t", NULL);
        return;
    }
    jout_begin(j, "token_t", '[', true);
    for (int t = 0; t < nt; t++) jout_number(j, NULL, onset[t], 9);
    jout_end(j, ']');
}

void studio_tell_heat(const FeatureSet *fs, const double *onset, int nt, Str *out)
{
    HeatGrid g = {.fs = fs, .nt = nt, .rows = fs->nl + 1};
    const Table *tokens = &fs->table[FT_TOKENS];
    JsonOut j;
    find_rows(&g);
    jout_init(&j, out);
    jout_begin(&j, NULL, '{', false);
    jout_int(&j, "layers", g.rows);
    jout_begin(&j, "tokens", '[', true);
    for (int t = 0; t < nt; t++)
        jout_string(&j, NULL, g.at[t] < 0 ? "" : tokens->label[g.at[t]]);
    jout_end(&j, ']');
    put_column(&j, "norm", &g, "norm");
    put_column(&j, "tension", &g, "tension");
    put_column(&j, "entropy", &g, "attn_entropy");
    put_onsets(&j, onset, nt);
    jout_end(&j, '}');
    free(g.at);
}
