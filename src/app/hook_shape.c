/* hook_shape.c: see hook_shape.h. Shapes are TransformerLens's, without the batch. */
#include "hook_shape.h"

typedef enum Form { WIDE, HEADS, KV_HEADS, PER_HEAD, SQUARE, HIDDEN, VOCAB } Form;

static const Form FORM[HOOK_COUNT] = {
    [HOOK_EMBED] = WIDE, [HOOK_POS_EMBED] = WIDE, [HOOK_RESID_PRE] = WIDE, [HOOK_LN1] = WIDE,
    [HOOK_Q] = HEADS, [HOOK_K] = KV_HEADS, [HOOK_V] = KV_HEADS, [HOOK_ROT_Q] = HEADS,
    [HOOK_ROT_K] = KV_HEADS, [HOOK_SCORES] = SQUARE, [HOOK_PATTERN] = SQUARE,
    [HOOK_ENTROPY] = PER_HEAD, [HOOK_DISTANCE] = PER_HEAD, [HOOK_Z] = HEADS,
    [HOOK_ATTN_OUT] = WIDE, [HOOK_RESID_MID] = WIDE, [HOOK_LN2] = WIDE, [HOOK_MLP_PRE] = HIDDEN,
    [HOOK_MLP_PRE_LINEAR] = HIDDEN, [HOOK_MLP_POST] = HIDDEN, [HOOK_MLP_OUT] = WIDE,
    [HOOK_RESID_POST] = WIDE, [HOOK_LN_FINAL] = WIDE, [HOOK_LOGITS] = VOCAB,
};

bool hook_exists(const Hparams *hp, HookPoint point)
{
    if (point == HOOK_POS_EMBED) return hp->positions;
    if (point == HOOK_RESID_MID) return !hp->parallel;
    if (point == HOOK_MLP_PRE_LINEAR) return hp->gated;
    return true;
}

bool hook_is_square(HookPoint point)
{
    return FORM[point] == SQUARE;
}

int64_t hook_shape(const Hparams *hp, HookPoint point, int nt, int64_t shape[3], int *ndim)
{
    const int64_t form[][3] = {
        [WIDE] = {nt, hp->d, 0},         [HEADS] = {nt, hp->nh, hp->dh},
        [KV_HEADS] = {nt, hp->nkv, hp->dh}, [PER_HEAD] = {nt, hp->nh, 0},
        [SQUARE] = {hp->nh, nt, nt},     [HIDDEN] = {nt, hp->ff, 0},
        [VOCAB] = {nt, hp->vocab, 0},
    };
    int64_t n = 1;
    *ndim = form[FORM[point]][2] ? 3 : 2;
    for (int i = 0; i < *ndim; i++) n *= shape[i] = form[FORM[point]][i];
    return n;
}

void hook_shape_text(const Hparams *hp, HookPoint point, Str *out)
{
    int64_t shape[3];
    int ndim;
    hook_shape(hp, point, -1, shape, &ndim);
    for (int i = 0; i < ndim; i++) {
        if (i) str_puts(out, ", ");
        if (shape[i] < 0)
            str_puts(out, "nt");
        else
            str_addf(out, "%lld", (long long)shape[i]);
    }
}
