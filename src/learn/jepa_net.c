/* jepa_net.c: the encoders, the GRU and the predictors of learn/jepa.h.
 *
 * An encoder adds up a linear map of the numbers of a token, an embedding of its kind (the
 * sixteenth of the bar; the matrix's role), one of its place in the window (of 32 notes; of 3
 * layers) and, of a note, one of its pitch class (which is no straight line over its pitch, and
 * what harmony is made of), and goes on with pre-norm blocks (Xiong et al. 2020) without a mask,
 * LayerNorm, the mean over the window, and a linear map to the latent. */
#include "jepa_parts.h"

#include <assert.h>
#include <math.h>

#include "base/str.h"
#include "tape_parts.h"

enum { IN, IN_B, KIND, PLACE, BLOCK_0 };
enum { NORM_1, NORM_1_B, QKV, QKV_B, OUT, OUT_B, NORM_2, NORM_2_B, UP, UP_B, DOWN, DOWN_B, BLOCK };
enum { LAST = BLOCK_0 + BLOCK * JEPA_BLOCKS, LAST_B, LATENT, LATENT_B, PITCH_CLASS };
enum { STAT_PARAMS = PITCH_CLASS, MUSIC_PARAMS = PITCH_CLASS + 1 };
enum { GRU_IN, GRU_STATE, GRU_IN_B, GRU_STATE_B, GRU_END };
enum { PREDICT_UP, PREDICT_UP_B, PREDICT_DOWN, PREDICT_DOWN_B, PREDICT_END };
enum { D = JEPA_WIDTH, FF = 4 * JEPA_WIDTH, Z = JEPA_LATENT };

static const float EPS = 1e-5f; /* PyTorch's */

const JepaSide JEPA_STAT_SIDE = {.name = "stat",
                                 .features = STAT_FEATURES,
                                 .tokens = STAT_TOKENS,
                                 .kinds = STAT_ROLES,
                                 .places = STAT_LAYERS};
const JepaSide JEPA_MUSIC_SIDE = {.name = "music",
                                  .features = NOTE_FEATURES,
                                  .tokens = WINDOW_NOTES,
                                  .kinds = BAR_STEPS,
                                  .places = WINDOW_NOTES,
                                  .pitches = true};

int jepa_part_first(JepaPart part)
{
    static const int size[] = {STAT_PARAMS, MUSIC_PARAMS, GRU_END,
                               PREDICT_END, PREDICT_END,  READ_PARAMS};
    int first = 0;
    for (int i = 0; i < (int)part; i++) first += size[i];
    return first;
}

void jepa_part_range(const Params *ps, JepaPart part, int64_t *from, int64_t *to)
{
    int end = jepa_part_first(part + 1);
    *from = ps->p[jepa_part_first(part)].at;
    *to = end < ps->n ? ps->p[end].at : ps->size;
}

/* Named by three parts. */
static void add(Params *ps, const char *a, const char *b, const char *c, int rows, int cols)
{
    Str name = {0};
    str_addf(&name, "%s%s%s", a, b, c);
    params_add(ps, str_text(&name), rows, cols, rows > 1);
    str_free(&name);
}

static void add_linear(Params *ps, const char *a, const char *b, int out, int in)
{
    add(ps, a, b, ".weight", out, in);
    add(ps, a, b, ".bias", 1, out);
}

static void add_norm(Params *ps, const char *a, const char *b)
{
    add(ps, a, b, ".weight", 1, D);
    add(ps, a, b, ".bias", 1, D);
}

static void add_block(Params *ps, const char *encoder, int l)
{
    Str s = {0};
    str_addf(&s, "%sblocks.%d.", encoder, l);
    const char *block = str_text(&s);
    add_norm(ps, block, "norm1");
    add_linear(ps, block, "attn.qkv", 3 * D, D);
    add_linear(ps, block, "attn.out", D, D);
    add_norm(ps, block, "norm2");
    add_linear(ps, block, "mlp.up", FF, D);
    add_linear(ps, block, "mlp.down", D, FF);
    str_free(&s);
}

static void add_encoder(Params *ps, const char *name, const JepaSide *side)
{
    add_linear(ps, name, "in", D, side->features);
    add(ps, name, "kind", ".weight", side->kinds, D);
    add(ps, name, "place", ".weight", side->places, D);
    for (int l = 0; l < JEPA_BLOCKS; l++) add_block(ps, name, l);
    add_norm(ps, name, "norm");
    add_linear(ps, name, "latent", Z, D);
    if (side->pitches) add(ps, name, "pitch_class", ".weight", 12, D);
}

static void add_predictor(Params *ps, const char *name)
{
    add_linear(ps, name, "up", 2 * Z, Z);
    add_linear(ps, name, "down", Z, 2 * Z);
}

void jepa_add_params(Params *ps, Params *target)
{
    add_encoder(ps, "stat.", &JEPA_STAT_SIDE);
    add_encoder(ps, "music.", &JEPA_MUSIC_SIDE);
    add(ps, "gru.", "weight_ih", "", 3 * Z, Z);
    add(ps, "gru.", "weight_hh", "", 3 * Z, Z);
    add(ps, "gru.", "bias_ih", "", 1, 3 * Z);
    add(ps, "gru.", "bias_hh", "", 1, 3 * Z);
    add_predictor(ps, "next.");
    add_predictor(ps, "cross.");
    add_linear(ps, "read.", "pitch.up", READ_HIDDEN, Z);
    add(ps, "read.", "pitch.from", ".weight", 12, READ_HIDDEN);
    add(ps, "read.", "pitch.down", ".weight", 12, READ_HIDDEN);
    add_linear(ps, "read.", "rhythm.up", READ_HIDDEN, Z);
    add_linear(ps, "read.", "rhythm.down", READ_RHYTHM, READ_HIDDEN);
    add_encoder(target, "target.", &JEPA_MUSIC_SIDE);
    assert(ps->n == jepa_part_first(PART_COUNT) && target->n == MUSIC_PARAMS);
}

Var *net_param(const JepaNet *net, int first, int k)
{
    return params_leaf(net->ps, first + k, net->t, net->g);
}

Var *net_linear(const JepaNet *net, Var *x, int first, int k)
{
    return tape_linear(net->t, x, net_param(net, first, k), net_param(net, first, k + 1));
}

static Var *norm(const JepaNet *net, Var *x, int first, int k)
{
    return tape_layer_norm(net->t, x, net_param(net, first, k), net_param(net, first, k + 1), EPS);
}

static Var *attention(const JepaNet *net, Var *x, int first, int seq)
{
    Attend a = {.seq = seq,
                .nh = JEPA_HEADS,
                .nkv = JEPA_HEADS,
                .dh = D / JEPA_HEADS,
                .scale = (float)(1 / sqrt(D / JEPA_HEADS))};
    Var *qkv = net_linear(net, x, first, QKV);
    Var *q = tape_columns(net->t, qkv, 0, D), *k = tape_columns(net->t, qkv, D, D);
    Var *v = tape_columns(net->t, qkv, 2 * D, D);
    return net_linear(net, tape_attend(net->t, q, k, v, &a), first, OUT);
}

/* The embeddings of the pitch classes of notes x [rows, NOTE_FEATURES]. */
static Var *pitch_classes(const JepaNet *net, int first, const float *x, int rows)
{
    int32_t *class = tape_take(net->t, rows, sizeof *class);
    for (int i = 0; i < rows; i++) {
        float key = 12 * x[(int64_t)i * NOTE_FEATURES + NOTE_PITCH];
        class[i] = (int32_t)(((int)rintf(key) % 12 + 12) % 12);
    }
    return tape_embed(net->t, net_param(net, first, PITCH_CLASS), class, rows);
}

/* Tokens [n * tokens, D] as they enter the first block. */
static Var *enter(const JepaNet *net, const JepaSide *side, int first, const float *x,
                  const int32_t *kind, int n)
{
    int rows = n * side->tokens, run = side->tokens / side->places;
    Var *y = net_linear(net, tape_leaf(net->t, rows, side->features, x, NULL), first, IN);
    int32_t *place = tape_take(net->t, rows, sizeof *place);
    int32_t *own = tape_take(net->t, rows, sizeof *own);
    for (int i = 0; i < rows; i++) {
        place[i] = i % side->tokens / run;
        own[i] = kind ? kind[i] : i % side->tokens % side->kinds;
    }
    y = tape_add(net->t, y, tape_embed(net->t, net_param(net, first, KIND), own, rows));
    y = tape_add(net->t, y, tape_embed(net->t, net_param(net, first, PLACE), place, rows));
    return side->pitches ? tape_add(net->t, y, pitch_classes(net, first, x, rows)) : y;
}

Var *jepa_encode(const JepaNet *net, const JepaSide *side, int first, const float *x,
                 const int32_t *kind, int n)
{
    Tape *t = net->t;
    Var *y = enter(net, side, first, x, kind, n);
    for (int l = 0; l < JEPA_BLOCKS; l++) {
        int at = first + BLOCK_0 + BLOCK * l;
        y = tape_add(t, y, attention(net, norm(net, y, at, NORM_1), at, side->tokens));
        Var *u = tape_curve(t, net_linear(net, norm(net, y, at, NORM_2), at, UP), CURVE_GELU_TANH);
        y = tape_add(t, y, net_linear(net, u, at, DOWN));
    }
    y = tape_pool(t, norm(net, y, first, LAST), side->tokens);
    return net_linear(net, y, first, LATENT);
}

Var *jepa_unroll(const JepaNet *net, Var *z, int steps)
{
    Tape *t = net->t;
    int first = jepa_part_first(PART_GRU), n = z->rows / steps;
    Var *gi = tape_linear(t, z, net_param(net, first, GRU_IN), net_param(net, first, GRU_IN_B));
    Var *w = net_param(net, first, GRU_STATE), *b = net_param(net, first, GRU_STATE_B);
    Var *state = tape_matrix(t, n, Z), *all = NULL;
    for (int s = 0; s < steps; s++) {
        state = tape_gru(t, tape_rows(t, gi, s * n, n), tape_linear(t, state, w, b), state);
        all = all ? tape_stack(t, all, state) : state;
    }
    return all;
}

Var *jepa_predict(const JepaNet *net, JepaPart predictor, Var *state)
{
    int first = jepa_part_first(predictor);
    Var *u = tape_curve(net->t, net_linear(net, state, first, PREDICT_UP), CURVE_GELU_TANH);
    return net_linear(net, u, first, PREDICT_DOWN);
}
