/* bench_activations.c: what analysing a prompt costs on top of running it.
 *
 * Usage: bench_activations MODEL [TOKENS [TIMES]]
 *
 * CPU seconds of this process, one thread, the best of TIMES (5) runs over a prompt of TOKENS (20):
 * the pass without logits, the pass with the logits of every token (what surprisal needs), the
 * analysis. The aim is 1.3 of the pass with logits. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "analysis/activations.h"
#include "base/mem.h"

static void look_away(void *ud, const HookData *h)
{
    (void)ud;
    (void)h;
}

static double run_pass(Lm *lm, const int32_t *ids, int n, uint32_t mask, Err *err)
{
    Hooks hooks = {.mask = mask, .whole = true, .visit = look_away};
    clock_t from = clock();
    lm_rewind(lm, 0);
    if (!lm_eval(lm, ids, n, &hooks, NULL, err)) return -1;
    return (double)(clock() - from) / CLOCKS_PER_SEC;
}

static double run_analysis(Lm *lm, const int32_t *ids, int n, Err *err)
{
    FeatureSet fs = {0};
    ActivationPrompt p = {.ids = ids, .n = n, .bos = -1};
    clock_t from = clock();
    bool ok = analyse_activations(lm, &p, &fs, NULL, err);
    double t = (double)(clock() - from) / CLOCKS_PER_SEC;
    feat_free(&fs);
    return ok ? t : -1;
}

int main(int argc, char **argv)
{
    Model m = {0};
    Lm *lm = NULL;
    Err err = {""};
    int n = argc > 2 ? atoi(argv[2]) : 20, times = argc > 3 ? atoi(argv[3]) : 5;
    double best[3] = {1e9, 1e9, 1e9};
    if (argc < 2 || n < 1 || times < 1) return 1;
    if (!model_open(&m, argv[1], &err) || !lm_open(&lm, &m, &(LmOpts){.threads = 1}, &err)) {
        fprintf(stderr, "%s\n", err.msg);
        return 2;
    }
    int32_t *ids = mem_alloc(n, sizeof *ids);
    for (int t = 0; t < n; t++) ids[t] = (int32_t)((77 * (int64_t)t + 9) % lm_hparams(lm)->vocab);
    for (int i = 0; i < times; i++) {
        const double t[3] = {run_pass(lm, ids, n, 0, &err),
                             run_pass(lm, ids, n, HOOK_BIT(HOOK_LOGITS), &err),
                             run_analysis(lm, ids, n, &err)};
        for (int k = 0; k < 3; k++) best[k] = t[k] < best[k] ? t[k] : best[k];
    }
    printf("%d tokens: pass %.3f s, with logits %.3f s, analysis %.3f s (%.2f of the pass with "
           "logits) %s\n", n, best[0], best[1], best[2], best[2] / best[1], err.msg);
    free(ids);
    lm_close(lm);
    model_close(&m);
    return best[0] < 0;
}
