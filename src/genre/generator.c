/* generator.c: see generator.h: the step that all chains take, and what a network foresees. Chains
 * of weights are in generator_weights.c. */
#include "generator.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const double OWN_WEIGHT = 0.70;
static const double WEARINESS = 0.5; /* of a degree, for every time that it was chosen again */
static const double TOWARDS = 1 / 3.0; /* its own place goes a line's next note */
enum { TONES = 12 };

Generator generator_of(const GenreOpts *opts, Scale scale)
{
    return (Generator){.kind = opts->generator, .scale = scale,
                       .weight = opts->generator == GEN_ROWS ? OWN_WEIGHT : opts->markov_weight};
}

/* The row of this layer, or of the nearest, whose column has n numbers; -1: there is none. */
static int foretold_row(const FeatureSet *fs, int col, int layer, int n)
{
    const Table *t = &fs->table[FT_LAYERS];
    int best = -1;
    for (int r = 0; r < t->nrows && col >= 0; r++) {
        if (feat_len(fs, FT_LAYERS, col, r) < n) continue;
        if (best < 0 || abs(t->key[r].layer - layer) < abs(t->key[best].layer - layer)) best = r;
    }
    return best;
}

bool generator_check(const Generator *g, const FeatureSet *fs, Err *err)
{
    int col = feat_find_column(fs, FT_LAYERS, "jepa_next");
    if (g->kind != GEN_JEPA || foretold_row(fs, col, 0, TONES * TONES) >= 0) return true;
    return err_set(err, "%s: no network has foreseen its layers (column jepa_next)",
                   fs->model ? fs->model : "model");
}

void generator_formula(const Generator *g, char *out, int size)
{
    snprintf(out, (size_t)size, "p = %.2f M[current] + %.2f %s", g->weight, 1 - g->weight,
             g->kind == GEN_JEPA ? "p_jepa" : "cell");
}

/* Semitones between two pitch classes, 0..6. */
static int apart(int a, int b)
{
    int up = ((a - b) % TONES + TONES) % TONES;
    return up < TONES - up ? up : TONES - up;
}

bool generator_fold(const float mass[12], Scale scale, double *p, int *largest)
{
    int n = scale_size(scale);
    double most[MARKOV_MAX] = {0}, sum = 0;
    for (int k = 0; k < n; k++) p[k] = largest[k] = 0;
    for (int pc = 0; pc < TONES; pc++) {
        int nearest = TONES, ties = 0;
        double x = mass[pc] > 0 && isfinite(mass[pc]) ? (double)mass[pc] : 0;
        for (int k = 0; k < n; k++) {
            int d = apart(pc, scale_key(scale, k) - scale.root);
            ties = d < nearest ? 1 : ties + (d == nearest);
            if (d < nearest) nearest = d;
        }
        for (int k = 0; k < n; k++) {
            if (apart(pc, scale_key(scale, k) - scale.root) != nearest) continue;
            p[k] += x / ties;
            sum += x / ties;
            if (x / ties <= most[k]) continue;
            most[k] = x / ties;
            largest[k] = pc;
        }
    }
    for (int k = 0; k < n; k++) p[k] = sum > 0 ? p[k] / sum : 1.0 / n;
    return sum > 0;
}

/* How many are smaller; of equal ones the earlier is. */
static int rank_of(const Series *s, int i)
{
    int rank = 0;
    for (int k = 0; k < s->n; k++) rank += s->u[k] < s->u[i] || (s->u[k] == s->u[i] && k < i);
    return rank;
}

void generator_variates(const Series *s, double *out)
{
    for (int i = 0; i < s->n; i++) out[i] = (rank_of(s, i) + (double)s->u[i]) / s->n;
}

double generator_place(const Series *s, int i)
{
    return s->n > 1 ? 0.5 * ((double)s->u[i] + (double)rank_of(s, i) / (s->n - 1)) : 0.5;
}

int generator_key(int pc, int lo, int hi, double place, int before)
{
    double aim = lerp(lo, hi, place);
    if (before >= 0) aim = lerp(before, aim, TOWARDS);
    int best = -1;
    for (int key = lo; key <= hi; key++) {
        if (((key - pc) % TONES + TONES) % TONES != 0) continue;
        if (best < 0 || fabs(key - aim) < fabs(best - aim)) best = key;
    }
    return best;
}

unsigned generator_stable(Scale scale)
{
    unsigned bits = 0, all = (1u << scale_size(scale)) - 1;
    for (int k = 0; k < scale_size(scale); k++)
        if (scale_has(scale, scale_key(scale, k) + 7)) bits |= 1u << k;
    return bits ? bits : all;
}

int generator_rule(Score *s, const Generator *g, const char *name, const char *pitch,
                   const char *choice, const char *rest)
{
    char p[64];
    Str text = {0};
    generator_formula(g, p, sizeof p);
    str_addf(&text, "%s: %s by %s, chosen by %s; %s", name, pitch, p, choice, rest);
    int rule = score_add_rule(s, str_text(&text));
    str_free(&text);
    return rule;
}

void chain_init(Chain *c, const Generator *g, const float *norms)
{
    *c = (Chain){.weight = g->weight, .said = CELL_NONE};
    markov_from_norms(&c->m, norms, scale_size(g->scale));
    c->now = markov_start(&c->m);
}

void chain_foretell(Chain *c, const Generator *g, const FeatureSet *fs, int layer)
{
    if (g->kind != GEN_JEPA) return;
    int col = feat_find_column(fs, FT_LAYERS, "jepa_next");
    int row = foretold_row(fs, col, layer, TONES * TONES);
    const float *next = feat_vec(fs, FT_LAYERS, col, row);
    if (row < 0) return;
    c->foretold = true;
    for (int i = 0; i < c->m.n; i++) {
        int largest[MARKOV_MAX], pc = scale_key(g->scale, i) - g->scale.root;
        bool known = generator_fold(next + TONES * pc, g->scale, c->q[i], largest);
        for (int k = 0; k < c->m.n; k++)
            c->from[i][k] = known && g->weight < 1
                                ? feat_value(fs, FT_LAYERS, col, row, TONES * pc + largest[k]).from
                                : CELL_NONE;
    }
}

/* Only what is allowed is left; all of it alike where p has nothing of it. */
static void restrict_to(double *p, int n, unsigned allowed)
{
    double sum = 0;
    int count = 0;
    for (int k = 0; k < n; k++) {
        count += allowed >> k & 1;
        sum += allowed >> k & 1 ? p[k] : 0;
    }
    if (count == 0) return;
    for (int k = 0; k < n; k++) {
        double even = 1.0 / count;
        p[k] = !(allowed >> k & 1) ? 0 : sum > 1e-12 ? p[k] / sum : even;
    }
}

/* The largest k that may be chosen, where rounding leaves the distribution function under u. */
static int choose(const double *p, int n, double u)
{
    int k = markov_choose(p, n, u);
    while (k > 0 && p[k] <= 0) k--;
    return k;
}

int chain_step(Chain *c, double strain, double u, unsigned allowed)
{
    double x[LSTM_UNITS] = {0}, p[MARKOV_MAX], read[MARKOV_MAX];
    for (int i = 0; i < c->m.n; i++) p[i] = x[i] = c->m.m[c->now][i];
    if (c->foretold) {
        markov_mix(p, c->q[c->now], c->m.n, c->weight);
    } else {
        x[0] = strain;
        lstm_step(&c->cell, x);
        lstm_read(&c->cell, c->m.n, read);
        markov_mix(p, read, c->m.n, c->weight);
        markov_sharpen(p, c->m.n, lstm_temperature(&c->cell));
    }
    markov_weary(p, c->m.n, c->now, pow(WEARINESS, c->stood));
    restrict_to(p, c->m.n, allowed);
    int next = choose(p, c->m.n, u);
    c->said = c->foretold ? c->from[c->now][next] : CELL_NONE;
    c->stood = next == c->now ? c->stood + 1 : 0;
    return c->now = next;
}

void foretold_load(Foretold *f, const Generator *g, const FeatureSet *fs, int layer)
{
    float onset[16];
    int col = feat_find_column(fs, FT_LAYERS, "jepa_onset");
    int level = feat_find_column(fs, FT_LAYERS, "jepa_level");
    int length = feat_find_column(fs, FT_LAYERS, "jepa_length");
    int row = foretold_row(fs, col, layer, 16);
    *f = (Foretold){.length = {NAN, CELL_NONE}};
    if (g->kind != GEN_JEPA || row < 0) return;
    for (int i = 0; i < 16; i++) {
        f->onset[i] = feat_value(fs, FT_LAYERS, col, row, i);
        f->level[i] = feat_value(fs, FT_LAYERS, level, row, i);
        onset[i] = f->onset[i].x;
        f->sum += isfinite(onset[i]) ? clamp((double)onset[i], 0, 1) : 0.5;
    }
    f->length = feat_value(fs, FT_LAYERS, length, row, 0);
    f->share = 1 - g->weight;
    map_norm01(onset, 16, f->first);
}

int foretold_count(const Foretold *f, int n, int lo, int hi)
{
    if (f->share <= 0) return n;
    return (int)clamp(floor(lerp(n, f->sum, f->share) + 0.5), lo, hi);
}

double foretold_level(const Foretold *f, int step, double vel)
{
    double level = (double)f->level[step].x;
    return f->share > 0 && isfinite(level) ? lerp(vel, clamp(level, 0, 1), f->share) : vel;
}

double foretold_length(const Foretold *f, double steps, double room)
{
    if (f->share <= 0 || !isfinite(f->length.x)) return steps;
    return lerp(steps, clamp(exp2((double)f->length.x), 0.25, room), f->share);
}
