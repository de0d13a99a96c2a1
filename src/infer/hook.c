/* hook.c: see infer/hook.h. */
#include "infer/hook.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/opt.h"

static const struct {
    const char *name;
    bool block;
} HOOK[HOOK_COUNT] = {
    [HOOK_EMBED] = {"hook_embed", false},
    [HOOK_POS_EMBED] = {"hook_pos_embed", false},
    [HOOK_RESID_PRE] = {"hook_resid_pre", true},
    [HOOK_LN1] = {"ln1.hook_normalized", true},
    [HOOK_Q] = {"attn.hook_q", true},
    [HOOK_K] = {"attn.hook_k", true},
    [HOOK_V] = {"attn.hook_v", true},
    [HOOK_ROT_Q] = {"attn.hook_rot_q", true},
    [HOOK_ROT_K] = {"attn.hook_rot_k", true},
    [HOOK_SCORES] = {"attn.hook_attn_scores", true},
    [HOOK_PATTERN] = {"attn.hook_pattern", true},
    [HOOK_ENTROPY] = {"attn.hook_entropy", true},
    [HOOK_DISTANCE] = {"attn.hook_distance", true},
    [HOOK_Z] = {"attn.hook_z", true},
    [HOOK_ATTN_OUT] = {"hook_attn_out", true},
    [HOOK_RESID_MID] = {"hook_resid_mid", true},
    [HOOK_LN2] = {"ln2.hook_normalized", true},
    [HOOK_MLP_PRE] = {"mlp.hook_pre", true},
    [HOOK_MLP_PRE_LINEAR] = {"mlp.hook_pre_linear", true},
    [HOOK_MLP_POST] = {"mlp.hook_post", true},
    [HOOK_MLP_OUT] = {"hook_mlp_out", true},
    [HOOK_RESID_POST] = {"hook_resid_post", true},
    [HOOK_LN_FINAL] = {"ln_final.hook_normalized", false},
    [HOOK_LOGITS] = {"logits", false},
};

bool hook_wanted(const Hooks *hooks, HookPoint point, int layer)
{
    if (!hooks || !(hooks->mask & HOOK_BIT(point))) return false;
    return layer < 0 || !hooks->layers || hooks->layers[layer];
}

bool hook_in_block(HookPoint point)
{
    return HOOK[point].block;
}

void hook_name(HookPoint point, int layer, Str *out)
{
    if (!HOOK[point].block)
        str_puts(out, HOOK[point].name);
    else if (layer < 0)
        str_addf(out, "blocks.*.%s", HOOK[point].name);
    else
        str_addf(out, "blocks.%d.%s", layer, HOOK[point].name);
}

/* The part behind "blocks.N.", NULL when N is no layer. Without "blocks." the name itself. */
static const char *split_block(const char *name, int nl, int *layer)
{
    int64_t n;
    *layer = -1;
    if (!str_starts(name, "blocks.")) return name;
    const char *at = name + strlen("blocks."), *dot = strchr(at, '.');
    if (!dot) return NULL;
    char *digits = mem_strndup(at, (size_t)(dot - at));
    bool all = strcmp(digits, "*") == 0, ok = all || parse_int(digits, 0, nl - 1, &n);
    if (ok && !all) *layer = (int)n;
    free(digits);
    return ok ? dot + 1 : NULL;
}

bool hook_parse(const char *name, int nl, HookPoint *point, int *layer, Err *err)
{
    const char *names[HOOK_COUNT];
    const char *rest = split_block(name, nl, layer);
    if (!rest)
        return err_set(err, "\"%.80s\": the layers are blocks.0 to blocks.%d, or blocks.*", name,
                       nl - 1);
    for (int i = 0; i < HOOK_COUNT; i++) {
        names[i] = HOOK[i].name;
        if (strcmp(rest, HOOK[i].name) != 0) continue;
        if (*layer >= 0 && !HOOK[i].block)
            return err_set(err, "\"%s\" is no point of a block", rest);
        *point = (HookPoint)i;
        return true;
    }
    const char *near = opt_nearest(rest, names, HOOK_COUNT);
    return err_set(err, "there is no point \"%.80s\"%s%s%s", name, near ? "; did you mean \"" : "",
                   near ? near : "", near ? "\"?" : "");
}
