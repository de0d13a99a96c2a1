/* jepa_eval.c: see learn/jepa_eval.h. */
#include "learn/jepa_eval.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "jepa_guess.h"

enum { WINDOW = WINDOW_NOTES * NOTE_FEATURES };
enum { APART = 8, LEAST = 5 }; /* windows for each candidate, and candidates, there must be */

const char *guess_name(Guess g)
{
    static const char *const NAMES[] = {"jepa", "ridge", "nearest", "rule"};
    return NAMES[g];
}

const char *next_guess_name(NextGuess g)
{
    static const char *const NAMES[] = {"jepa", "last"};
    return NAMES[g];
}

/* Candidates of so many windows. */
static int fewer(int there, int wanted)
{
    return there / APART < wanted ? there / APART : wanted;
}

/* Windows that share notes are too easily taken for each other. */
static bool overlap(const Corpus *c, int a, int b)
{
    const MusicWindow *x = &c->window[a], *y = &c->window[b];
    return x->file == y->file && x->track == y->track && llabs(x->first - y->first) < WINDOW_NOTES;
}

/* n of the places 0..m-1, whose windows window_of[] do not overlap; there must be enough. */
static void draw_apart(const Corpus *c, const int *window_of, int m, int n, Control *control,
                       int *out)
{
    for (int k = 0; k < n;) {
        int at = control_below(control, m);
        bool apart = true;
        for (int i = 0; apart && i < k; i++) apart = !overlap(c, window_of[at], window_of[out[i]]);
        if (apart) out[k++] = at;
    }
}

/* ---- from layers to music ------------------------------------------------------------------- */

typedef struct Cross {
    const JepaEvalData *data;
    PairBook book;  /* of all layers kept out and all windows kept out */
    int *cluster;   /* [layers] model */
    int *candidate; /* [draws, candidates] items */
    int *answer;    /* [draws, layers] */
    int n;          /* candidates */
    int draws;
    double distance;
    int64_t pairs;
} Cross;

/* Places in the set become items, each window once. */
static int number_items(Cross *x, const WindowSet *s, int *item)
{
    int *seen = mem_alloc(s->n, sizeof *seen), n = 0;
    for (int i = 0; i < x->draws * x->n; i++) {
        int place = x->candidate[i];
        if (!seen[place]) {
            item[n] = s->window[place];
            seen[place] = ++n;
        }
        x->candidate[i] = seen[place] - 1;
    }
    free(seen);
    return n;
}

/* Pairs of one draw, of at most half as many layers as candidates: the last ones to choose must
 * have a choice too. */
static void pair_draw(Cross *x, const int *candidate, int *order, Control *c, int *answer)
{
    int nl = x->book.nlooks, n = nl < x->n / 2 ? nl : x->n / 2;
    PairPoint *look = mem_alloc(n, sizeof *look), *window = mem_alloc(x->n, sizeof *window);
    int *to = mem_alloc(n, sizeof *to);
    control_shuffle(c, order, nl);
    for (int i = 0; i < n; i++) look[i] = x->book.look[order[i]];
    for (int i = 0; i < x->n; i++) window[i] = x->book.window[candidate[i]];
    pair_greedy(look, n, window, x->n, to);
    for (int l = 0; l < nl; l++) answer[l] = -1;
    for (int i = 0; i < n; i++) {
        answer[order[i]] = to[i];
        if (to[i] < 0) continue;
        x->distance += pair_distance(&look[i], &window[to[i]]);
        x->pairs++;
    }
    free(to);
    free(window);
    free(look);
}

static void cross_make(Cross *x, const JepaEvalData *data, const JepaEvalPlan *plan)
{
    const LayerSet *held = data->held;
    const WindowSet *music = data->held_music;
    int nl = layer_set_size(held), *order = mem_alloc(nl, sizeof *order);
    Control c = control_seed((uint64_t)plan->seed * 2 + 1);
    *x = (Cross){.data = data, .draws = plan->draws};
    x->n = fewer(music->n, plan->candidates);
    pair_book_make(&x->book, data->tables, held->look, nl, music->corpus->window, music->window,
                   music->n);
    x->cluster = mem_alloc(nl, sizeof *x->cluster);
    x->candidate = mem_alloc((int64_t)x->draws * x->n, sizeof *x->candidate);
    x->answer = mem_alloc((int64_t)x->draws * nl, sizeof *x->answer);
    for (int l = 0; l < nl; l++) {
        x->cluster[l] = layer_set_model(held, l);
        order[l] = l;
    }
    for (int d = 0; d < x->draws; d++) {
        int *candidate = x->candidate + (int64_t)d * x->n;
        draw_apart(music->corpus, music->window, music->n, x->n, &c, candidate);
        pair_draw(x, candidate, order, &c, x->answer + (int64_t)d * nl);
    }
    free(order);
}

static void cross_free(Cross *x)
{
    pair_book_free(&x->book);
    free(x->cluster);
    free(x->candidate);
    free(x->answer);
}

static void score_cross(JepaEval *e, const Cross *x, const JepaEvalPlan *plan, Guess kind,
                        const float *guess, const Run *run)
{
    Retrieval r = {.d = JEPA_LATENT,
                   .guess = guess,
                   .cluster = x->cluster,
                   .nguesses = e->layers,
                   .nclusters = e->models,
                   .item = e->latent,
                   .nitems = e->nitems,
                   .candidate = x->candidate,
                   .answer = x->answer,
                   .draws = x->draws,
                   .candidates = x->n,
                   .permutations = plan->permutations,
                   .seed = (uint64_t)plan->seed,
                   .run = run};
    e->has[kind] = true;
    retrieval_score(&e->cross[kind], &r);
}

static void judge_cross(JepaEval *e, Jepa *net, Cross *x, const JepaEvalPlan *plan, const Run *run)
{
    const JepaEvalData *data = x->data;
    const WindowSet *music = data->held_music;
    e->item = mem_alloc((int64_t)x->draws * x->n, sizeof *e->item);
    e->nitems = number_items(x, music, e->item);
    e->latent = mem_alloc((int64_t)e->nitems * JEPA_LATENT, sizeof *e->latent);
    e->guess = mem_alloc((int64_t)e->layers * JEPA_LATENT, sizeof *e->guess);
    windows_latents(net, music->corpus, e->item, e->nitems, e->latent, run);
    layers_foresee(net, data->held, e->guess, run);
    if (run_stopped(run)) return;
    e->heard = health_of(e->latent, e->nitems, JEPA_LATENT);
    e->foreseen = health_of(e->guess, e->layers, JEPA_LATENT);
    score_cross(e, x, plan, GUESS_JEPA, e->guess, run);
    if (!guess_properties(net, data, e->item, e->latent, e->nitems, e->told, run))
        for (int k = 0; k < PAIR_AXES; k++) e->told[k] = (double)NAN;
    GuessBook book = {0};
    if (!guess_book_make(&book, net, data, run)) return;
    float *guess = mem_alloc((int64_t)e->layers * JEPA_LATENT, sizeof *guess);
    for (int kind = GUESS_RIDGE; kind < GUESS_KINDS; kind++)
        if (guess_by(&book, (Guess)kind, data->held, guess))
            score_cross(e, x, plan, (Guess)kind, guess, run);
    free(guess);
    guess_book_free(&book);
}

/* ---- from music to the next ----------------------------------------------------------------- */

/* Of chains: what is foreseen, the last window that was heard, and the answer, [n, JEPA_LATENT]
 * each. */
static void hear_chains(Jepa *net, const Corpus *c, const int *chain, int n, float *foreseen,
                        float *last, float *answer, const Run *run)
{
    enum { PART = 64 };
    float *x = mem_alloc((int64_t)PART * JEPA_SEQ * WINDOW, sizeof *x);
    int32_t *step = mem_alloc((int64_t)PART * JEPA_SEQ * WINDOW_NOTES, sizeof *step);
    int *w[2] = {mem_alloc(n, sizeof **w), mem_alloc(n, sizeof **w)};
    for (int i = 0; i < n && !run_stopped(run); i++) {
        int all[JEPA_SEQ + 1], at = i % PART;
        window_chain(c, chain[i], JEPA_SEQ + 1, all);
        windows_hear(c, all, JEPA_SEQ, x + (int64_t)at * JEPA_SEQ * WINDOW,
                     step + (int64_t)at * JEPA_SEQ * WINDOW_NOTES);
        w[0][i] = all[JEPA_SEQ - 1];
        w[1][i] = all[JEPA_SEQ];
        if (at + 1 == PART || i + 1 == n)
            jepa_continue(net, x, step, at + 1, foreseen + (int64_t)(i - at) * JEPA_LATENT, run);
        run_progress(run, "judging", i + 1, n);
    }
    windows_latents(net, c, w[0], n, last, run);
    windows_latents(net, c, w[1], n, answer, run);
    free(w[1]);
    free(w[0]);
    free(step);
    free(x);
}

/* Every draw has chains of its own, and as candidates what follows each. */
static void judge_next(JepaEval *e, Jepa *net, const WindowSet *music, const JepaEvalPlan *plan,
                       const Run *run)
{
    const Corpus *c = music->corpus;
    int n = e->next_candidates, all = plan->draws * n;
    int *chain = mem_alloc(all, sizeof *chain), *cluster = mem_alloc(all, sizeof *cluster);
    int *candidate = mem_alloc(all, sizeof *candidate);
    int *answer = mem_alloc((int64_t)plan->draws * all, sizeof *answer);
    float *z[3];
    Control control = control_seed((uint64_t)plan->seed * 2 + 2);
    for (int i = 0; i < 3; i++) z[i] = mem_alloc((int64_t)all * JEPA_LATENT, sizeof **z);
    for (int64_t i = 0; i < (int64_t)plan->draws * all; i++) answer[i] = -1;
    for (int d = 0; d < plan->draws; d++)
        draw_apart(c, music->chain, music->nchains, n, &control, chain + (int64_t)d * n);
    for (int i = 0; i < all; i++) {
        chain[i] = music->chain[chain[i]];
        cluster[i] = c->window[chain[i]].file;
        candidate[i] = i;
        answer[(int64_t)(i / n) * all + i] = i % n;
    }
    hear_chains(net, c, chain, all, z[0], z[1], z[2], run);
    Retrieval r = {.d = JEPA_LATENT,
                   .cluster = cluster,
                   .nguesses = all,
                   .nclusters = c->nfiles,
                   .item = z[2],
                   .nitems = all,
                   .candidate = candidate,
                   .answer = answer,
                   .draws = plan->draws,
                   .candidates = n,
                   .permutations = plan->permutations,
                   .seed = (uint64_t)plan->seed,
                   .run = run};
    for (int k = 0; k < NEXT_KINDS && !run_stopped(run); k++) {
        r.guess = z[k];
        retrieval_score(&e->next[k], &r);
        e->has_next = true;
    }
    for (int i = 0; i < 3; i++) free(z[i]);
    free(answer);
    free(candidate);
    free(cluster);
    free(chain);
}

bool jepa_evaluate(JepaEval *e, Jepa *net, const JepaEvalData *data, const JepaEvalPlan *plan,
                   const Run *run, Err *err)
{
    const WindowSet *music = data->held_music;
    *e = (JepaEval){.models = data->held->n,
                    .layers = layer_set_size(data->held),
                    .files = music->files,
                    .windows = music->n,
                    .draws = plan->draws,
                    .candidates = fewer(music->n, plan->candidates),
                    .next_candidates = fewer(music->nchains, plan->candidates)};
    if (e->candidates < LEAST)
        return err_set(err,
                       "%d windows of %d files kept out are too few to judge by: %d are needed",
                       e->windows, e->files, APART * LEAST);
    if (e->layers > 1) {
        Cross x;
        cross_make(&x, data, plan);
        judge_cross(e, net, &x, plan, run);
        e->distance = x.pairs ? x.distance / (double)x.pairs : 0;
        cross_free(&x);
    }
    if (e->next_candidates >= LEAST) judge_next(e, net, music, plan, run);
    if (!run_stopped(run)) return true;
    jepa_eval_free(e);
    return err_set(err, "interrupted");
}

void jepa_eval_free(JepaEval *e)
{
    for (int i = 0; i < GUESS_KINDS; i++) retrieval_free(&e->cross[i]);
    for (int i = 0; i < NEXT_KINDS; i++) retrieval_free(&e->next[i]);
    free(e->item);
    free(e->latent);
    free(e->guess);
    *e = (JepaEval){0};
}
