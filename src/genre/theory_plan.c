/* theory_plan.c: see theory_plan.h. */
#include "theory_plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "genre/cascade.h"
#include "music/mapping.h"

enum { KEYS = 16, BARS_MOST = 64, OWN_BARS = 12 };

const VoiceRange FUGUE_RANGE[FUGUE_VOICES + 1] = {
    {62, 79}, {56, 72}, {48, 65}, {38, 57}, {67, 86}};

Value fugue_value(const Fugue *f, const char *column, int layer, int token)
{
    Value v = stream_layers_value(&f->g, column, layer, token);
    if (isnan(v.x)) v = stream_layers_value(&f->g, "norm", layer, token);
    return isnan(v.x) ? f->g.loud_from[layer] : v;
}

/* ---- heads ---------------------------------------------------------------------------------- */

static int head_row(const Fugue *f, int block, int head)
{
    const Table *t = &f->fs->table[FT_HEADS];
    for (int r = 0; r < t->nrows; r++)
        if (t->key[r].layer == block && t->key[r].head == head) return r;
    return -1;
}

/* The head whose mean distance has this rank in its block, the nearest looking first. */
static int head_of_rank(const Fugue *f, int block, int rank)
{
    int col = feat_find_column(f->fs, FT_HEADS, "head_distance_mean");
    for (int h = 0; h < f->nheads; h++) {
        double own = feat_value(f->fs, FT_HEADS, col, head_row(f, block, h), 0).x;
        int before = 0;
        for (int k = 0; k < f->nheads; k++) {
            double other = feat_value(f->fs, FT_HEADS, col, head_row(f, block, k), 0).x;
            before += other < own || (!(other > own) && k < h);
        }
        if (before == rank) return h;
    }
    return 0;
}

Value fugue_head(const Fugue *f, int voice, int block, int token)
{
    int col = feat_find_column(f->fs, FT_HEADS, "head_distance");
    int head = head_of_rank(f, block, f->head[voice]);
    Value v = feat_value(f->fs, FT_HEADS, col, head_row(f, block, head), token);
    return isnan(v.x) ? fugue_value(f, "norm", block + 1, token) : v;
}

static void seat_heads(Fugue *f)
{
    const Table *t = &f->fs->table[FT_HEADS];
    for (int r = 0; r < t->nrows; r++)
        if (t->key[r].head + 1 > f->nheads) f->nheads = t->key[r].head + 1;
    for (int v = 0; v < FUGUE_VOICES && f->nheads; v++)
        f->head[v] = v * (f->nheads - 1) / (FUGUE_VOICES - 1);
}

/* ---- metre and dynamics --------------------------------------------------------------------- */

static double update(const Fugue *f, int layer, int token)
{
    double a = stream_layers_value(&f->g, "delta_attn", layer, token).x;
    double m = stream_layers_value(&f->g, "delta_mlp", layer, token).x;
    double n = stream_layers_value(&f->g, "norm", layer - 1, token).x;
    return n > 0 && isfinite(a + m) ? (a + m) / n : 0;
}

/* The depth is a bar: each quarter of the layers is a beat, as strong as its updates. */
static void find_metre(Fugue *f)
{
    int count[4] = {0};
    double least = INFINITY, most = -INFINITY;
    for (int l = 1; l <= f->last; l++) {
        int b = 4 * (l - 1) / f->last;
        for (int i = 0; i < f->n; i++) f->beat[b] += log(update(f, l, f->token[i]) + 1e-9) / f->n;
        count[b]++;
    }
    for (int b = 0; b < 4; b++) {
        f->beat[b] = count[b] ? f->beat[b] / count[b] : b ? f->beat[b - 1] : 0;
        least = fmin(least, f->beat[b]);
        most = fmax(most, f->beat[b]);
    }
    for (int b = 0; b < 4; b++)
        f->beat[b] = most > least ? (f->beat[b] - least) / (most - least) : 0.5;
}

static void find_salience(Fugue *f)
{
    double best = -INFINITY, sum = 0, own = 0;
    int m = 0;
    for (int i = 0; i < f->n; i++) {
        double r = stream_layers_value(&f->g, "received", 0, f->token[i]).x;
        double e = stream_layers_value(&f->g, "logit_entropy", 0, f->token[i]).x;
        if (r > best) {
            best = r;
            f->sforzando = f->token[i];
        }
        if (isnan(e)) continue;
        sum += e;
        own = e;
        m++;
    }
    f->deceptive = m > 0 && own > sum / m;
}

/* ---- keys and chords ------------------------------------------------------------------------ */

static Scale home_of(const FeatureSet *fs, const GenreOpts *opts)
{
    Scale s = cascade_key(fs, opts);
    if (scale_size(s) == 7) return s;
    s.mode = s.mode == MODE_PENTATONIC_MAJOR ? MODE_MAJOR : MODE_NATURAL_MINOR;
    return s;
}

/* key [KEYS] of each stretch: a change of strength x goes 1 + 3 x fifths, up or down by the sign of
 * the first component; a tonicisation goes back. */
static int find_keys(const Fugue *f, Scale home, Scale *key)
{
    int n = 1;
    key[0] = home;
    for (int i = 0; i < f->n && n < KEYS; i++) {
        double strength = stream_layers_value(&f->g, "key_strength", 0, f->token[i]).x;
        if (isnan(strength)) continue;
        double side = stream_layers_value(&f->g, "pc1", f->last, f->token[i]).x;
        int fifths = (int)clamp(1 + 3 * strength, 1, 4);
        bool back = n > 1 && i > 0 && key[n - 1].root != key[n - 2].root;
        for (int k = i - 1; k >= 0 && back; k--) {
            double was = stream_layers_value(&f->g, "key_back", 0, f->token[k]).x;
            if (isnan(was)) continue;
            back = was > 0.5;
            break;
        }
        key[n] = key[n - 1];
        if (back)
            key[n] = key[n - 2];
        else
            key[n].root = (key[n].root + (side < 0 ? 12 - 7 : 7) * fifths) % 12;
        n++;
    }
    return n;
}

static int key_at(const Fugue *f, int token, int keys)
{
    double k = stream_layers_value(&f->g, "key_stretch", 0, token).x;
    return isnan(k) ? 0 : (int)clamp(k, 0, keys - 1);
}

/* 0 major, 1 minor, 2 diminished, 3 augmented. */
static int triad_quality(Scale s, int degree)
{
    Chord c = chord_on(s, degree, 3);
    int third = (c.pc[1] - c.pc[0] + 12) % 12, fifth = (c.pc[2] - c.pc[0] + 12) % 12;
    return fifth == 6 ? 2 : fifth == 8 ? 3 : third == 4 ? 0 : 1;
}

/* A chord of the pair's quality, which of them by the token's phase; augmented pairs float on the
 * dominant's seventh where the mode has no augmented triad. */
static Chord pair_chord(Scale s, int quality, double phase)
{
    int degree[7], n = 0;
    double turn = phase / 6.283185307179586;
    for (int d = 0; d < 7; d++)
        if (triad_quality(s, d) == quality) degree[n++] = d;
    if (n == 0) return chord_on(s, 4, 4);
    int pick = (int)((turn - floor(turn)) * n);
    return chord_on(s, degree[pick < n ? pick : n - 1], 3);
}

static void choose_chord(Fugue *f, int b)
{
    FugueBar *bar = &f->bar[b];
    int token = f->token[bar->first];
    Value quality = stream_layers_value(&f->g, "chord_quality", 0, token);
    Value phase = stream_layers_value(&f->g, "phase", bar->layer, token);
    double turn = isnan(phase.x) ? 0 : (double)phase.x;
    bool leaves = b + 1 < f->bars && (f->bar[b + 1].scale.root != bar->scale.root);
    bool enters = b == 0 || f->bar[b - 1].scale.root != bar->scale.root ||
                  f->bar[b - 1].kind != bar->kind;
    bar->why = isnan(quality.x) ? fugue_value(f, "phase", bar->layer, token) : quality;
    if (enters)
        bar->chord = chord_on(bar->scale, 0, 3);
    else if (leaves)
        bar->chord = chord_before_tonic(f->bar[b + 1].scale);
    else if (b + 1 < f->bars && f->bar[b + 1].kind != bar->kind)
        bar->chord = chord_before_tonic(bar->scale);
    else
        bar->chord = pair_chord(bar->scale, isnan(quality.x) ? 1 : (int)quality.x, turn);
}

/* The last bars: before the cadence, the dominant, what it leads to, the tonic. */
static void choose_cadence(Fugue *f)
{
    FugueBar *b = f->bar + f->bars - CADENCE_BARS;
    Scale s = b->scale;
    b[0].chord = chord_on(s, 3, 3);
    b[1].chord = f->deceptive ? chord_on(s, 5, 3) : chord_on(s, 1, 3);
    if (f->deceptive) b[0].chord = chord_before_tonic(s);
    b[2].chord = chord_before_tonic(s);
    b[3].chord = chord_on(s, 0, 3);
    for (int i = 0; i < CADENCE_BARS; i++)
        b[i].why = fugue_value(f, "logit_entropy", 0, f->token[f->n - 1]);
}

/* ---- bars ----------------------------------------------------------------------------------- */

static void add_bar(Fugue *f, FugueKind kind, int layer, int first, int n, int key, Scale scale)
{
    if (first + n > f->n) n = f->n - first;
    f->bar[f->bars++] = (FugueBar){.kind = kind, .layer = layer, .first = first, .n = n,
                                   .key = key, .scale = scale};
}

/* Passes over the text in the middle layers, a bar for every `wide` tokens. */
static void develop(Fugue *f, int bars, const Scale *key, int keys)
{
    int wide = f->n <= 4 * BARS_MOST ? 4 : 6, once = (f->n + wide - 1) / wide;
    if (once > bars) once = bars;
    f->passes = bars / once;
    if (f->passes < 1) f->passes = 1;
    if (f->passes > f->last) f->passes = f->last;
    for (int p = 0; p < f->passes; p++) {
        int layer = (int)(f->last * (0.25 + 0.5 * (p + 0.5) / f->passes));
        for (int b = 0; b < once; b++) {
            int first = (int)((int64_t)b * f->n / once), end = (int)((b + 1LL) * f->n / once);
            int k = key_at(f, f->token[first], keys), n = end - first < wide ? end - first : wide;
            add_bar(f, FUGUE_DEVELOPMENT, layer < 1 ? 1 : layer, first, n, k, key[k]);
        }
    }
}

static void lay_bars(Fugue *f, const GenreOpts *opts, Scale home)
{
    Scale key[KEYS];
    int keys = find_keys(f, home, key), fixed = EXPOSITION_BARS + STRETTO_BARS + CADENCE_BARS;
    int once = (f->n + 3) / 4, own = once > OWN_BARS ? once : OWN_BARS;
    if (own > BARS_MOST) own = BARS_MOST;
    int bars = form_total_bars(opts, f->bpm, fixed + own) - fixed;
    if (bars < 1) bars = 1;
    f->bar = mem_alloc(fixed + bars + f->last * (int64_t)bars, sizeof *f->bar);
    for (int b = 0; b < EXPOSITION_BARS; b++) {
        int from = b % 2 && f->n > f->subject ? f->subject : 0;
        add_bar(f, FUGUE_EXPOSITION, b / 2 * f->last / (3 * FUGUE_VOICES), from, f->subject, 0,
                home);
    }
    develop(f, bars, key, keys);
    for (int b = 0; b < STRETTO_BARS; b++) {
        int layer = f->last - (STRETTO_BARS - 1 - b);
        add_bar(f, FUGUE_STRETTO, layer < 1 ? 1 : layer, 0, f->subject, 0, home);
    }
    for (int b = 0; b < CADENCE_BARS; b++)
        add_bar(f, FUGUE_CADENCE, f->last, f->n - 1, 1, 0, home);
    for (int b = 0; b < f->bars - CADENCE_BARS; b++) choose_chord(f, b);
    choose_cadence(f);
}

bool fugue_plan(Fugue *f, const FeatureSet *fs, const GenreOpts *opts, Err *err)
{
    *f = (Fugue){.fs = fs};
    if (!stream_layers_init(&f->g, fs, err)) return false;
    f->last = f->g.layers - 1;
    f->token = mem_alloc(f->g.tokens, sizeof *f->token);
    for (int t = 0; t < f->g.tokens; t++)
        if (!(stream_layers_value(&f->g, "sink", 0, t).x > 0.5f)) f->token[f->n++] = t;
    seat_heads(f);
    if (f->n < 2 || f->last < 1 || f->nheads < 1) {
        fugue_free(f);
        return err_set(err, "theory: two tokens at least, and a layer with heads, are needed");
    }
    f->subject = f->n < 6 ? f->n : 6;
    f->bpm = (opts->tempo > 0 ? opts->tempo : 84) + opts->tempo_add;
    find_metre(f);
    find_salience(f);
    lay_bars(f, opts, home_of(fs, opts));
    return true;
}

void fugue_free(Fugue *f)
{
    stream_layers_free(&f->g);
    free(f->token);
    free(f->bar);
    *f = (Fugue){.n = 0};
}
