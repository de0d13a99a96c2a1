/* role.c: see feature/role.h. */
#include "feature/role.h"

#include <string.h>

static const char *const ROLE_NAME[ROLE_COUNT] = {
    [ROLE_EMBED] = "embed",
    [ROLE_POSITIONS] = "positions",
    [ROLE_Q] = "q",
    [ROLE_K] = "k",
    [ROLE_V] = "v",
    [ROLE_O] = "o",
    [ROLE_GATE] = "gate",
    [ROLE_UP] = "up",
    [ROLE_DOWN] = "down",
    [ROLE_NORM_ATTN] = "norm_attn",
    [ROLE_NORM_ATTN_POST] = "norm_attn_post",
    [ROLE_NORM_MLP] = "norm_mlp",
    [ROLE_NORM_MLP_POST] = "norm_mlp_post",
    [ROLE_NORM_Q] = "norm_q",
    [ROLE_NORM_K] = "norm_k",
    [ROLE_FINAL_NORM] = "final_norm",
    [ROLE_HEAD] = "head",
    [ROLE_OTHER] = "other",
};

const char *role_name(int role)
{
    return role >= 0 && role < ROLE_COUNT ? ROLE_NAME[role] : "";
}

int role_parse(const char *name)
{
    for (int r = 0; r < ROLE_COUNT; r++)
        if (strcmp(ROLE_NAME[r], name) == 0) return r;
    return -1;
}
