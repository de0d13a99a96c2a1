/* arch.c: see model/arch.h: from a tensor's name to its role. */
#include "model/arch.h"

#include <string.h>

#include "base/str.h"

#define ARCH(word) extern const Arch arch_##word;
#include "model/archs.def"
#undef ARCH

static const Arch *const ARCHS[] = {
#define ARCH(word) &arch_##word,
#include "model/archs.def"
#undef ARCH
};

enum { NARCHS = sizeof ARCHS / sizeof *ARCHS };

/* '#' takes a number below ARCH_MAX_LAYERS. *layer is set only by it. */
static bool pattern_matches(const char *pattern, const char *name, int *layer)
{
    for (; *pattern; pattern++) {
        if (*pattern != '#') {
            if (*name++ != *pattern) return false;
            continue;
        }
        int n = 0;
        if (*name < '0' || *name > '9') return false;
        for (; *name >= '0' && *name <= '9'; name++)
            if ((n = n * 10 + (*name - '0')) >= ARCH_MAX_LAYERS) return false;
        *layer = n;
    }
    return *name == 0;
}

static const ArchRule *find_rule(const Arch *a, const char *name, int *layer)
{
    for (int i = 0; a->rules[i]; i++) {
        for (const ArchRule *r = a->rules[i]; r->pattern; r++) {
            *layer = -1;
            if (pattern_matches(r->pattern, name, layer)) return r;
        }
    }
    *layer = -1;
    return NULL;
}

/* The rule for a whole name, behind the first prefix that leads to one. */
static const ArchRule *arch_rule(const Arch *a, const char *name, int *layer)
{
    *layer = -1;
    for (int i = 0; a->prefixes[i]; i++) {
        if (!str_starts(name, a->prefixes[i])) continue;
        const ArchRule *r = find_rule(a, name + strlen(a->prefixes[i]), layer);
        if (r) return r;
    }
    return NULL;
}

/* Tensors that the rules name, less a little for each rule that names nothing; 0 when a needed
 * matrix of the blocks is missing altogether. */
static int64_t arch_score(const Arch *a, const Checkpoint *ck)
{
    int64_t score = 0;
    const ArchRule *hit[64];
    int nhits = 0, layer, missing = 0;
    for (int i = 0; i < checkpoint_count(ck); i++) {
        const ArchRule *r = arch_rule(a, checkpoint_tensor(ck, i)->name, &layer);
        int k = 0;
        if (!r) continue;
        score += 1000;
        while (k < nhits && hit[k] != r) k++;
        if (k == nhits && nhits < 64) hit[nhits++] = r;
    }
    for (int i = 0; a->rules[i]; i++) {
        for (const ArchRule *r = a->rules[i]; r->pattern; r++) {
            int k = 0;
            while (k < nhits && hit[k] != r) k++;
            if (k < nhits || (r->flags & RULE_MAYBE)) continue;
            if (role_is_block_matrix(r->role)) return 0;
            missing++;
        }
    }
    return score > missing ? score - missing : 0;
}

const Arch *arch_by_type(const char *model_type)
{
    for (int i = 0; i < NARCHS; i++)
        for (int k = 0; ARCHS[i]->types[k]; k++)
            if (strcmp(ARCHS[i]->types[k], model_type) == 0) return ARCHS[i];
    return NULL;
}

const Arch *arch_by_names(const Checkpoint *ck)
{
    const Arch *best = NULL;
    int64_t most = 0;
    for (int i = 0; i < NARCHS; i++) {
        int64_t score = arch_score(ARCHS[i], ck);
        if (score <= most) continue;
        most = score;
        best = ARCHS[i];
    }
    return best;
}

bool arch_fits(const Arch *a, const Checkpoint *ck)
{
    int layer;
    for (int i = 0; i < checkpoint_count(ck); i++) {
        const ArchRule *r = arch_rule(a, checkpoint_tensor(ck, i)->name, &layer);
        if (r && role_is_block_matrix(r->role)) return true;
    }
    return false;
}

Match arch_match(const Arch *a, const char *name)
{
    int layer;
    const ArchRule *r = arch_rule(a, name, &layer);
    if (!r) return (Match){.layer = name_layer(name), .role = ROLE_OTHER};
    return (Match){
        .layer = layer, .role = r->role, .cut = r->cut, .flags = r->flags, .named = true};
}

bool role_is_block_matrix(Role role)
{
    return role >= ROLE_Q && role <= ROLE_DOWN;
}
