/* jepa_read.c: what a latent vector means as music, learned from windows whose notes are known.
 *
 * Two perceptrons with one hidden layer of 128 (tanh) over the latent, brought to length 16 (so
 * that its 256 numbers are about 1): its direction alone counts, as in the cosine that it was
 * learned by. One has the present pitch class as a further input and gives 12 logits of the next;
 * the other gives onsets and velocities of the 16 sixteenths and the mean log duration. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "jepa_parts.h"

enum { Z = JEPA_LATENT, LENGTH = 2 * BAR_STEPS };

static const float LENGTH_Z = 16, LENGTH_LO = -2, LENGTH_HI = 5;

/* Log durations as the perceptron has them: about -1..1, like the encoder's (corpus.h). */
static float length_code(float log2_sixteenths)
{
    return log2_sixteenths / 3 - 0.5f;
}

static float length_decode(float code)
{
    return 3 * (code + 0.5f);
}

static float clamp(float x, float lo, float hi)
{
    return x >= lo ? fminf(x, hi) : lo; /* NaN becomes lo */
}

/* n latents on the tape, each of length 16; 0 stays 0. */
static Var *enter(Tape *t, const float *z, int n)
{
    Var *x = tape_matrix(t, n, Z);
    for (int64_t i = 0; i < n; i++, z += Z) {
        double square = 0;
        for (int k = 0; k < Z; k++) square += (double)z[k] * (double)z[k];
        float scale = square > 0 ? LENGTH_Z / (float)sqrt(square) : 0;
        for (int k = 0; k < Z; k++) x->v[i * Z + k] = scale * z[k];
    }
    return x;
}

/* Hidden units [m, READ_HIDDEN] for m questions: what follows pitch class from[i] in latent
 * row[i]. The linear map of the latent is done once for each. */
static Var *ask_pitch(const JepaNet *net, Var *z, const int32_t *row, const int32_t *from, int m)
{
    int first = jepa_part_first(PART_READ);
    Var *up = tape_embed(net->t, net_linear(net, z, first, PITCH_UP), row, m);
    Var *present = tape_embed(net->t, net_param(net, first, PITCH_FROM), from, m);
    return tape_curve(net->t, tape_add(net->t, up, present), CURVE_TANH);
}

static Var *ask_rhythm(const JepaNet *net, Var *z) /* [n, READ_RHYTHM] */
{
    int first = jepa_part_first(PART_READ);
    Var *up = tape_curve(net->t, net_linear(net, z, first, RHYTHM_UP), CURVE_TANH);
    return net_linear(net, up, first, RHYTHM_DOWN);
}

void jepa_read(Jepa *j, const float *z, JepaReading *out)
{
    JepaNet net = {.ps = &j->params, .t = j->head};
    tape_reset(net.t);
    Var *x = enter(net.t, z, 1);
    int32_t row[12] = {0}, from[12];
    for (int i = 0; i < 12; i++) from[i] = i;
    const Var *hidden = ask_pitch(&net, x, row, from, 12);
    const Var *logit = tape_linear(net.t, (Var *)hidden,
                                   net_param(&net, jepa_part_first(PART_READ), PITCH_DOWN), NULL);
    for (int i = 0; i < 12; i++) {
        const float *l = logit->v + i * 12;
        double max = -INFINITY, sum = 0, e[12];
        for (int k = 0; k < 12; k++) max = fmax(max, (double)l[k]);
        for (int k = 0; k < 12; k++) sum += e[k] = exp((double)l[k] - max);
        for (int k = 0; k < 12; k++) out->next[i][k] = (float)(e[k] / sum);
    }
    const float *r = ask_rhythm(&net, x)->v;
    for (int i = 0; i < BAR_STEPS; i++) {
        out->onset[i] = clamp(r[i], 0, 1);
        out->level[i] = clamp(r[BAR_STEPS + i], 0, 1);
    }
    out->length = clamp(length_decode(r[LENGTH]), LENGTH_LO, LENGTH_HI);
}

/* What windows have to teach. */
typedef struct Lesson {
    int32_t *row, *from, *to; /* [m] of m <= n * WINDOW_NOTES successions of pitch classes */
    int m;
} Lesson;

/* The bar of a window's note, counted from that of its first: what lies between them besides their
 * places in their bars. */
static long bar_of(const CorpusNote *note, int i)
{
    float apart = 4 * (note[i].at - note[0].at) - (float)(note[i].step - note[0].step);
    return lroundf(apart / BAR_STEPS);
}

static bool together(const CorpusNote *note, int i, int k)
{
    return note[i].step == note[k].step && bar_of(note, i) == bar_of(note, k);
}

/* The top notes of successive onsets (those of one sixteenth are one). */
static void take_successions(Lesson *l, const CorpusNote *note, int row)
{
    int last = -1;
    for (int i = 0; i < WINDOW_NOTES;) {
        int top = note[i].key, first = i;
        for (; i < WINDOW_NOTES && together(note, i, first); i++)
            if (note[i].key > top) top = note[i].key;
        if (last >= 0) {
            l->row[l->m] = row;
            l->from[l->m] = last;
            l->to[l->m++] = top % 12;
        }
        last = top % 12;
    }
}

/* want [READ_RHYTHM]: how a window's notes lie in the bar. said [READ_RHYTHM]: what is read, which
 * stands for the velocities of sixteenths that have no onset: there is nothing to learn there. */
static void take_rhythm(const CorpusNote *note, const float *said, float *want)
{
    double velocity[BAR_STEPS] = {0}, length = 0;
    int notes[BAR_STEPS] = {0}, bars[BAR_STEPS] = {0};
    long seen[BAR_STEPS] = {0};
    for (int i = 0; i < WINDOW_NOTES; i++) {
        int step = note[i].step;
        long bar = bar_of(note, i);
        if (!notes[step] || bar != seen[step]) bars[step]++;
        seen[step] = bar;
        notes[step]++;
        velocity[step] += (double)note[i].velocity;
        length += (double)clamp(log2f(4 * note[i].dur), LENGTH_LO, LENGTH_HI);
    }
    long spans = bar_of(note, WINDOW_NOTES - 1) + 1;
    for (int s = 0; s < BAR_STEPS; s++) {
        want[s] = (float)bars[s] / (float)spans;
        want[BAR_STEPS + s] = notes[s] ? (float)(velocity[s] / notes[s]) : said[BAR_STEPS + s];
    }
    want[LENGTH] = length_code((float)(length / WINDOW_NOTES));
}

static const CorpusNote *notes_of(const Corpus *c, int window)
{
    return c->note + c->window[window].first;
}

static void open_lesson(Lesson *l, const Corpus *c, const int *window, int n)
{
    int64_t most = (int64_t)n * WINDOW_NOTES;
    *l = (Lesson){.row = mem_alloc(3 * most, sizeof *l->row)};
    l->from = l->row + most;
    l->to = l->from + most;
    for (int i = 0; i < n; i++) take_successions(l, notes_of(c, window[i]), i);
}

/* The losses and their gradients. */
static double teach(const JepaNet *net, const Lesson *l, const Corpus *c, const int *window,
                    const float *z, int n)
{
    tape_reset(net->t);
    Var *x = enter(net->t, z, n), *said = ask_rhythm(net, x);
    Var *want = tape_matrix(net->t, n, READ_RHYTHM);
    for (int64_t i = 0; i < n; i++)
        take_rhythm(notes_of(c, window[i]), said->v + i * READ_RHYTHM, want->v + i * READ_RHYTHM);
    double loss = tape_square_loss(net->t, said, want, 1);
    if (l->m) {
        Var *hidden = ask_pitch(net, x, l->row, l->from, l->m);
        Var *down = net_param(net, jepa_part_first(PART_READ), PITCH_DOWN);
        loss += tape_cross_entropy(net->t, hidden, down, l->to, 1.0 / l->m) / l->m;
    }
    tape_backward(net->t);
    return loss;
}

double jepa_learn_to_read(Jepa *j, AdamState *adam, const Corpus *c, const int *window,
                          const float *z, int n, double rate)
{
    static const AdamW OPTS = {.beta1 = 0.9, .beta2 = 0.98, .eps = 1e-8, .decay = 0.01};
    JepaNet net = {.ps = &j->params, .t = j->head, .g = j->grads};
    Lesson lesson;
    int64_t from, to;
    jepa_part_range(&j->params, PART_READ, &from, &to);
    memset(j->grads + from, 0, (size_t)(to - from) * sizeof *j->grads);
    open_lesson(&lesson, c, window, n);
    double loss = teach(&net, &lesson, c, window, z, n);
    free(lesson.row);
    bool *moves = mem_alloc(j->params.n, sizeof *moves);
    for (int i = jepa_part_first(PART_READ); i < jepa_part_first(PART_COUNT); i++) moves[i] = true;
    double scale = gradient_clip(gradient_norm(j->grads + from, to - from), 1);
    adam_step_of(adam, &j->params, &OPTS, j->grads, scale, rate, moves);
    free(moves);
    return loss;
}
