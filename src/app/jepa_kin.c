/* jepa_kin.c: see jepa_kin.h. */
#include "jepa_kin.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "model/find.h"

/* The directory of a model, or the file when it is one of its own name; NULL when there is none. */
static char *place_of(const char *model)
{
    Err none;
    char *found = model_locate(model, &none), *real = found ? realpath(found, NULL) : NULL;
    if (real && str_starts(path_base(real), "model.safetensors"))
        real[path_base(real) - real - 1] = '\0';
    free(found);
    return real;
}

static bool is_inside(const char *path, const char *dir)
{
    size_t n = strlen(dir);
    return str_starts(path, dir) && path[n] == '/';
}

static bool are_steps(const char *a, const char *b)
{
    ptrdiff_t n = path_base(a) - a;
    return str_starts(a + n, "step-") && path_base(b) - b == n && strncmp(a, b, (size_t)n) == 0 &&
           str_starts(b + n, "step-");
}

void jepa_warn_of_kin(const OptList *in, const OptList *out, const Say *report)
{
    bool found = false;
    for (int i = 0; i < in->n && !found; i++) {
        char *a = place_of(in->item[i]);
        for (int k = 0; a && k < out->n && !found; k++) {
            char *b = place_of(out->item[k]);
            found = b && (is_inside(a, b) || is_inside(b, a) || are_steps(a, b));
            if (found)
                say(report, SAY_WARN,
                    "%s is learned from and %s is kept out, but they lie as checkpoints of one "
                    "training: keep both on one side",
                    in->item[i], out->item[k]);
            free(b);
        }
        free(a);
    }
}
